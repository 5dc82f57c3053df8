"""The parts that resources of a template are made of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.policy.parse import unparse

Json = dict[str, object]


def resource(type_name: str, properties: Json, pins: Json | None = None) -> Json:
    """A resource of a template; members that are None are left out, and pins where there are none."""
    pins = present(pins or {})
    made: Json = {"Type": type_name, "Properties": present(properties)}
    return {**made, "Metadata": {"cogsim": pins}} if pins else made


def present(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def some(values: Iterable[object]) -> list[object] | None:
    """A list, or None where it would be empty."""
    return list(values) or None


def mapping(entries: Mapping[str, str]) -> Json | None:
    return dict(entries.items()) or None


def tags(tags: Map[str, str]) -> list[object] | None:
    return some({"Key": key, "Value": value} for key, value in tags.items())


def document(policy: Policy | None) -> Json | None:
    return None if policy is None else unparse(policy)


def inline(inline: Map[str, Policy]) -> list[object] | None:
    return some({"PolicyName": name, "PolicyDocument": unparse(policy)} for name, policy in inline.items())
