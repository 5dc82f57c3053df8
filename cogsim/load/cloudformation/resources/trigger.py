"""Cogsim::Trigger: a Lambda trigger as rules over the event, each path, operator and field held against AWS's event."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.errors import InputError, suggest
from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.persistent import Map
from cogsim.world.origin import is_placeholder
from cogsim.world.pool_members import Trigger, TriggerRule
from cogsim.world.trigger_shapes import (
    CALLER_CONTEXT,
    EVENT,
    FLAG,
    FREE_MAPS,
    GROUP_CONFIGURATION,
    JSON_MAP,
    LATER_TOKEN_RESPONSE,
    OPERATORS,
    REQUESTS,
    RESPONSES,
    ROUND,
    TEMPLATE,
    TEXT,
    TEXT_MAP,
    TEXTS,
    Fields,
    canonical_function,
    function_name,
)

_REQUEST = tuple(sorted({"userAttributes", *(field for fields in REQUESTS.values() for field in fields)}))
_RESPONSE: Fields = {
    **{field: kind for fields in RESPONSES.values() for field, kind in fields.items()},
    **LATER_TOKEN_RESPONSE,
}
#: What an error's text must not hold: the client reads it.
_SECRET = ("request.password", "request.challengeAnswer", "request.privateChallengeParameters", "request.code")
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9]\d{0,17})\.\d{1,17}")


def read_trigger(resource: Resource) -> Reference:
    """A function of user pools as rules, of which the first that fits answers. # idp:triggers"""
    properties = resource.properties
    function = canonical_function(properties.needed("Function"))
    rules = tuple(_rule(resource, each) for each in properties.children("Rules"))
    resource.define("trigger", function)
    trigger = Trigger(function, rules, resource.origin)
    resource.draft.world = resource.draft.world.with_trigger(trigger)

    def check() -> None:
        world = resource.draft.world
        arns = [arn for pool in world.user_pools.values() for arn in pool.triggers.values()]
        if not any(function in (canonical_function(arn), function_name(arn)) for arn in arns):
            sentence = f"{resource.logical_id} says what {function} answers, and no user pool has that as a trigger"
            resource.draft.notes.warn(resource.place, sentence)

    resource.draft.later(ATTACHMENTS, check)
    return resource.reference(function)


def _rule(resource: Resource, stated: Properties) -> TriggerRule:
    ends = [name for name in ("Response", "Throw", "Unreachable") if stated.has(name)]
    if len(ends) > 1:
        raise stated.error(ends[1], f"cannot be set together with {ends[0]}")
    when, response = stated.get("When"), stated.get("Response")
    if not isinstance(when, Record | None):
        raise stated.error("When", f"is {kind_of(when)}, and must be a mapping of paths to conditions")
    if not isinstance(response, Record | None):
        raise stated.error("Response", f"is {kind_of(response)}, and must be a mapping of the response's fields")
    error = stated.text("Throw")
    for path in TEMPLATE.findall(error or ""):
        if path.startswith(_SECRET):
            raise stated.error("Throw", f"speaks of {path}, which the client would read in the error")
        _check_path(path, stated.get("Throw") or stated.node)
    unreachable = stated.has("Unreachable")
    return TriggerRule(
        Map({path: _condition(path, value, when) for path, value in when or ()}),
        Map({name: _field(name, value, response) for name, value in response or ()}),
        stated.text("Unreachable") if unreachable else error,
        replace(resource.origin, location=stated.node.location, places={}),
        unreachable,
    )


# Conditions


def _condition(path: str, value: Node, when: Record | None) -> Any:
    assert when is not None
    _check_path(path, when.key(path))
    return _compared(path, value)


def _compared(path: str, value: Node) -> Any:
    if isinstance(value, Series):
        raise value.error(f"the condition on {path} is a list; `in` takes one", "in")
    if isinstance(value, Scalar):
        return _operand(path, value)
    assert isinstance(value, Record)
    return Map({name: _operator(path, name, operand, value) for name, operand in value})


def _operator(path: str, name: str, operand: Node, within: Record) -> Any:
    match name:
        case "not":
            return _compared(path, operand)
        case "in":
            if not isinstance(operand, Series):
                raise operand.error(f"`in` takes a list, not {kind_of(operand)}")
            return tuple(_operand(path, item) for item in operand.items)
        case "exists":
            if not isinstance(operand, Scalar) or operand.truth is None:
                raise operand.error("`exists` takes true or false")
            return operand.truth
        case "at_least" | "at_most":
            if not path.endswith(".length"):
                raise within.key(name).error(f"`{name}` compares numbers, and {path} is none")
            return _operand(path, operand)
        case "matches":
            return _pattern(operand)
        case "equals" | "prefix" | "suffix" | "contains":
            return _operand(path, operand)
        case _:
            raise within.key(name).error(f"unknown operator {name!r} on {path}", suggest(name, OPERATORS))


def _pattern(operand: Node) -> str:
    if not isinstance(operand, Scalar):
        raise operand.error(f"`matches` takes a regular expression, not {kind_of(operand)}")
    text = words_of(operand)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise operand.error(f"`matches` takes a regular expression: {error}") from None
    return text


def _operand(path: str, node: Node) -> Any:
    """A value that the one at `path` is compared with, read by what stands there."""
    if not isinstance(node, Scalar):
        raise node.error(f"{path} is compared with a value, not with {kind_of(node)}")
    if node.is_null:
        return None
    if TEMPLATE.search(node.text):
        return _text(node)
    if path.endswith(".length"):
        if not _INTEGER.fullmatch(node.text):
            raise node.error(f"{path} is a whole number, not {node.text!r}")
        return int(node.text)
    if path.endswith((".challengeResult", ".userNotFound", ".newDeviceUsed")):
        if node.truth is None:
            raise node.error(f"{path} is true or false, not {node.text!r}")
        return node.truth
    if path.startswith("request.attributes."):
        return _typed(node)
    return _text(node)


# Responses


def _field(name: str, value: Node, response: Record | None) -> Any:
    assert response is not None
    if name not in _RESPONSE:
        raise response.key(name).error(f"no trigger's response has a field {name!r}", suggest(name, _RESPONSE))
    return freeze(_of_kind(name, value, _RESPONSE[name]))


def _of_kind(path: str, node: Node, kind: Any) -> Any:
    """A value of the response, read by the kind of its field; a lone template may stand for any."""
    if isinstance(node, Scalar) and node.is_null:
        return None
    if isinstance(node, Scalar) and (TEMPLATE.fullmatch(node.text) or is_placeholder(node.text)):
        return _text(node)
    if isinstance(kind, Mapping):
        return _inner(path, _record(path, node), kind)
    match kind:
        case _ if kind == FLAG and isinstance(node, Scalar) and node.truth is not None:
            return node.truth
        case _ if kind == TEXT and isinstance(node, Scalar):
            return _text(node)
        case _ if kind == TEXTS and isinstance(node, Series):
            return [_of_kind(path, item, TEXT) for item in node.items]
        case _ if kind == TEXT_MAP and isinstance(node, Record):
            return {key: _of_kind(f"{path}.{key}", value, TEXT) for key, value in node}
        case _ if kind == JSON_MAP and isinstance(node, Record):
            return {key: _typed(value) for key, value in node}
    raise node.error(f"{path} must be {kind}")


def _record(path: str, node: Node) -> Record:
    if not isinstance(node, Record):
        raise node.error(f"{path} is {kind_of(node)}, and must be a mapping")
    return node


def _inner(path: str, node: Record, kind: Fields) -> dict[str, Any]:
    for name, _ in node:
        if name not in kind:
            raise node.key(name).error(f"{path} has no field {name!r}", suggest(name, kind))
    return {name: _of_kind(f"{path}.{name}", value, kind[name]) for name, value in node}


def _typed(node: Node) -> Any:
    """A value of any type, as YAML and JSON read an unquoted one."""
    if isinstance(node, Series):
        return [_typed(item) for item in node.items]
    if isinstance(node, Record):
        return {key: _typed(value) for key, value in node}
    assert isinstance(node, Scalar)
    if node.is_null:
        return None
    if node.plain and node.truth is not None:
        return node.truth
    if node.plain and _INTEGER.fullmatch(node.text):
        return int(node.text)
    if node.plain and _DECIMAL.fullmatch(node.text):
        return float(node.text)
    return _text(node)


def _text(node: Scalar) -> str:
    for path in TEMPLATE.findall(node.text):
        _check_path(path, node)
    return words_of(node)


# Paths


def _check_path(path: str, node: Node) -> None:
    """InputError where no event has anything at `path`."""
    first, _, rest = path.partition(".")
    if first not in EVENT:
        raise _unknown(path, first, EVENT, node)
    if first == "callerContext":
        _among(path, rest, CALLER_CONTEXT, node)
    elif first != "request":
        _end(path, rest, node)
    else:
        _check_request(path, rest, node)


def _check_request(path: str, inner: str, node: Node) -> None:
    name, _, rest = inner.partition(".")
    if name not in _REQUEST:
        raise _unknown(path, name, _REQUEST, node)
    head, _, tail = rest.partition(".")
    if name in FREE_MAPS:
        return
    if name == "session" and _INTEGER.fullmatch(head):
        _among(path, tail, ROUND, node)
    elif name in ("session", "scopes"):
        _among(path, rest, ("length",), node)
    elif name == "groupConfiguration" and rest:
        _among(path, head, GROUP_CONFIGURATION, node)
    else:
        _end(path, rest, node)


def _among(path: str, name: str, names: tuple[str, ...], node: Node) -> None:
    if name not in names and not _INTEGER.fullmatch(name):
        raise _unknown(path, name, names, node)


def _end(path: str, rest: str, node: Node) -> None:
    if rest:
        raise node.error(f"the event has nothing at {path}: {path.removesuffix('.' + rest)} is a value")


def _unknown(path: str, name: str, names: tuple[str, ...], node: Node) -> InputError:
    near = suggest(name, names)
    return node.error(f"the event has nothing at {path}", path.replace(name, near, 1) if near and name else near)


ADAPTERS = (
    Adapter(
        type="Cogsim::Trigger",
        read=read_trigger,
        taken={
            "Function": "function_arn",
            "Rules.Response": "rules.response",
            "Rules.Throw": "rules.error",
            "Rules.Unreachable": "rules.unreachable",
            "Rules.When": "rules.when",
        },
        required=("Function",),
    ),
)
