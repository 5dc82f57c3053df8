"""Nodes made while a template is written out: plain values at the place of what they follow from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cogsim.errors import suggest
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of


@dataclass(frozen=True, slots=True)
class Keyed:
    """A member of a mapping whose key has a place of its own."""

    key: Scalar
    value: Any


def written(value: Any, at: Node) -> Node:
    """A value of dicts, lists, texts, truth values and whole numbers as a node at the place of `at`; nodes stay."""
    if isinstance(value, Node):
        return value
    if isinstance(value, dict):
        entries = {}
        for name, member in value.items():
            place = member.key if isinstance(member, Keyed) else at
            inner = member.value if isinstance(member, Keyed) else member
            entries[name] = (Scalar(place.file, place.line, place.column, name), written(inner, place))
        return Record(at.file, at.line, at.column, entries)
    if isinstance(value, list | tuple):
        return Series(at.file, at.line, at.column, tuple(written(each, at) for each in value))
    if isinstance(value, bool):
        return Scalar(at.file, at.line, at.column, str(value).lower(), plain=True)
    return Scalar(at.file, at.line, at.column, str(value), plain=isinstance(value, int))


def member(node: Node | None, name: str) -> Node | None:
    """The member of a mapping; None where it is absent or null, or the node is no mapping."""
    held = node.get(name) if isinstance(node, Record) else None
    return None if isinstance(held, Scalar) and held.is_null else held


def is_function(node: Node | None) -> bool:
    """Whether it is a call of one of the template's functions."""
    return isinstance(node, Record) and any(name == "Ref" or name.startswith("Fn::") for name in node.entries)


def record(node: Node | None, name: str) -> Record | None:
    """The member, which is a mapping where it is there; InputError where it is something else."""
    held = member(node, name)
    if held is not None and not isinstance(held, Record):
        raise held.error(f"{name} is {kind_of(held)}, and must be a mapping")
    return held


def members(node: Node | None, name: str) -> Iterator[tuple[Scalar, Record]]:
    """The mappings of the member, with their keys; what is null there reads as empty."""
    for key, value in (record(node, name) or Record("", 0, 0)).entries.values():
        if isinstance(value, Scalar) and value.is_null:
            yield key, Record(value.file, value.line, value.column)
        elif isinstance(value, Record):
            yield key, value
        else:
            raise value.error(f"{name}.{key.text} is {kind_of(value)}, and must be a mapping")


def text(node: Node | None, name: str) -> str:
    """The member as text, empty where it is absent; InputError for a function, which the transform does not evaluate:
    an authorizer that nobody read would be a route that nobody guards."""
    held = _scalar(node, name, "a text")
    return held.text if held is not None else ""


def _scalar(node: Node | None, name: str, wanted: str) -> Scalar | None:
    held = member(node, name)
    if held is None or isinstance(held, Scalar):
        return held
    raise held.error(f"{name} is {kind_of(held)}, and must be {wanted}: the transform evaluates no functions there")


def known(node: Record | None, name: str, names: tuple[str, ...]) -> None:
    """Hold the members of a mapping against those that there are; InputError for a stranger."""
    for each, (key, _) in node.entries.items() if node is not None else ():
        if each not in names:
            raise key.error(f"{name} has an unknown property {each!r}", suggest(each, names))


def flag(node: Node | None, name: str, default: bool = False) -> bool:
    """The member as a truth value, the default where it is absent."""
    held = _scalar(node, name, "true or false")
    if held is None:
        return default
    if held.truth is None:
        raise held.error(f"{name} is {held.text!r}, and must be true or false")
    return held.truth


def items(node: Node | None, name: str) -> tuple[Node, ...]:
    """The items of the member; one that is no list is the only item."""
    held = member(node, name)
    if held is None:
        return ()
    return held.items if isinstance(held, Series) else (held,)
