"""Whether a question can be meant: the action exists, the resource is one it is made on, the condition keys exist.

All of it is held against the service authorization data, which says of every action which resources it is made on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cogsim.arn import Arn
from cogsim.errors import InputError, suggest
from cogsim.load import service_data
from cogsim.load.condition_keys import check_key
from cogsim.policy.grammar import is_placeholder
from cogsim.policy.reference.match import glob, pattern

_OPEN = re.compile(r"\$\{[^}]*\}")


def check_action(action: str) -> None:
    """InputError with what was probably meant, unless `action` is the name of one action that AWS has."""
    service, colon, name = action.partition(":")
    if not colon or not service or not name:
        near = suggest(action, [f"s3:{each.name}" for each in service_data.actions("s3").values()])
        raise InputError(f"an action is written service:Name, not {action!r}", suggestion=near)
    if "*" in action or "?" in action:
        raise InputError(f"{action!r} names many actions; ask about one of them")
    if service_data.action(action) is not None:
        return
    known = service_data.actions(service.casefold())
    if not known:
        near = suggest(service, service_data.services())
        raise InputError(f"AWS has no service {service!r}", suggestion=f"{near}:{name}" if near else None)
    near = suggest(name, [each.name for each in known.values()])
    raise InputError(f"{service} has no action {name!r}", suggestion=f"{service}:{near}" if near else None)


def check_context(action: str, keys: Iterable[str]) -> None:
    """InputError with what was probably meant, for a condition key that no request has."""
    for key in keys:
        check_key(key, action)


def acts_on_nothing(action: str) -> bool:
    """Whether the action has no resource type, so that `*` alone names what it acts on."""
    found = service_data.action(action)
    return found is not None and not found.resource_types


def check_resource(action: str, resource: str) -> None:
    """InputError unless `resource` is one ARN that `action` is made on, or `*` where it is made on none."""
    if resource == "*":
        if not acts_on_nothing(action):
            raise InputError(f"{action} is made on a resource: give its ARN, not '*'")
        return
    arn = Arn.try_parse(resource)
    if arn is None:
        raise InputError(f"a resource is an ARN or '*', not {resource!r}", suggestion=_as_arn(action, resource))
    if "*" in resource or "?" in resource:
        raise InputError(f"{resource!r} names many resources; ask about one of them, or state an invariant over all")
    if not is_placeholder(resource):
        _check_kind(action, arn, resource)


def _check_kind(action: str, arn: Arn, resource: str) -> None:
    found = service_data.action(action)
    types = list(service_data.acted_on(found)) if found is not None else []
    if not types:
        return
    if arn.service == "s3" and not arn.account:
        _check_s3(action, arn, resource, {each.name for each in types})
        return
    forms = [_OPEN.sub("*", each.arn) for each in types]
    if not any(glob(pattern(form), resource) for form in forms):
        names = " or ".join(sorted({each.arn.split(":", 5)[-1] for each in types})[:3])
        raise InputError(f"{action} is made on {names}, and {resource!r} is none of them")


def _check_s3(action: str, arn: Arn, resource: str, types: set[str]) -> None:
    """S3 tells bucket and object apart by the slash: a question about the other kind is always refused. # sar:s3"""
    if "object" in types and "bucket" not in types and "/" not in arn.resource:
        raise InputError(f"{action} is made on an object, and {resource!r} is a bucket", suggestion=f"{resource}/key")
    if "bucket" in types and "object" not in types and "/" in arn.resource:
        bucket = resource.partition("/")[0]
        raise InputError(f"{action} is made on a bucket, and {resource!r} is an object", suggestion=bucket)


def _as_arn(action: str, resource: str) -> str | None:
    text = resource.removeprefix("s3://")
    return f"arn:aws:s3:::{text}" if action.casefold().startswith("s3:") and text and ":" not in text else None
