"""Cogsim::ApiFunction: a Lambda function behind an API, as an authorizer or a backend, as rules over its event."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from cogsim.errors import suggest
from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.persistent import Map
from cogsim.world.api_function import TOKEN_USES, ApiFunction, TokenReading
from cogsim.world.pool_members import TriggerRule
from cogsim.world.trigger_shapes import OPERATORS, TEMPLATE, canonical_function

#: What the events of authorizers and backends hold, and `claims`, which the function makes of the token.
_EVENT = (
    *(
        "authorizationToken",
        "body",
        "claims",
        "headers",
        "httpMethod",
        "identitySource",
        "methodArn",
        "isBase64Encoded",
        "multiValueHeaders",
        "multiValueQueryStringParameters",
    ),
    *("path", "pathParameters", "queryStringParameters", "rawPath", "rawQueryString", "requestContext"),
    *("requestHeaders", "resource", "routeArn", "routeKey", "stageVariables", "type", "version"),
)
_INTEGER = re.compile(r"-?(0|[1-9]\d{0,17})")


def read_api_function(resource: Resource) -> Reference:
    """A function as rules, of which the first that fits answers."""
    properties = resource.properties
    function = canonical_function(properties.needed("Function"))
    made = ApiFunction(
        function,
        tuple(_rule(resource, each) for each in properties.children("Rules")),
        _token(properties.child("Token")) if properties.has("Token") else None,
        resource.origin,
    )
    resource.define("API function", function)
    resource.draft.world = resource.draft.world.with_api_function(made)
    return resource.reference(function)


def _token(stated: Properties) -> TokenReading:
    use = stated.choice("TokenUse", TOKEN_USES, "any")
    pool = stated.text("UserPoolId", "")
    return stated.make(lambda: TokenReading(pool, use, stated.texts("ClientIds"), stated.flag("Verified", True)))


def _rule(resource: Resource, stated: Properties) -> TriggerRule:
    when, response = stated.get("When"), stated.get("Response")
    if stated.has("Response") == stated.has("Throw"):
        raise stated.error("Throw", "and Response: a rule has one of them")
    for name, node in (("When", when), ("Response", response)):
        if not isinstance(node, Record | None):
            raise stated.error(name, f"is {kind_of(node)}, and must be a mapping")
    conditions = {path: _condition(path, value, when) for path, value in when or ()} if isinstance(when, Record) else {}
    answer = {name: freeze(_typed(value)) for name, value in response} if isinstance(response, Record) else {}
    origin = replace(resource.origin, location=stated.node.location, places={})
    error = stated.text("Throw")
    for path in TEMPLATE.findall(error or ""):
        _check_path(path, stated.get("Throw") or stated.node)
    return TriggerRule(Map(conditions), Map(answer), error, origin)


def _condition(path: str, value: Node, when: Record) -> Any:
    _check_path(path, when.key(path))
    return _compared(path, value)


def _compared(path: str, value: Node) -> Any:
    if isinstance(value, Series):
        raise value.error(f"the condition on {path} is a list; `in` takes one", "in")
    if isinstance(value, Scalar):
        return _typed(value)
    assert isinstance(value, Record)
    return Map({name: _operator(path, name, operand, value) for name, operand in value})


def _operator(path: str, name: str, operand: Node, within: Record) -> Any:
    if name not in OPERATORS:
        raise within.key(name).error(f"unknown operator {name!r} on {path}", suggest(name, OPERATORS))
    if name == "not":
        return _compared(path, operand)
    if name == "in":
        if not isinstance(operand, Series):
            raise operand.error(f"`in` takes a list, not {kind_of(operand)}")
        return tuple(_typed(item) for item in operand.items)
    value = _typed(operand) if isinstance(operand, Scalar) else None
    if value is None:
        raise operand.error(f"`{name}` takes a value, not {kind_of(operand)}")
    if name == "exists" and not isinstance(value, bool):
        raise operand.error("`exists` takes true or false")
    if name in ("at_least", "at_most") and (isinstance(value, bool) or not isinstance(value, int)):
        raise operand.error(f"`{name}` takes a whole number")
    if name in ("prefix", "suffix", "matches") and not isinstance(value, str):
        raise operand.error(f"`{name}` takes a text")
    if name == "matches":
        _check_pattern(str(value), operand)
    return value


def _check_pattern(text: str, operand: Node) -> None:
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        raise operand.error(f"`matches` takes a regular expression: {error}") from None


def _typed(node: Node) -> Any:
    """A value of any type, as YAML and JSON read it; the templates of texts are checked."""
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
    for path in TEMPLATE.findall(node.text):
        _check_path(path, node)
    return words_of(node)


def _check_path(path: str, node: Node) -> None:
    """InputError where no event has anything at `path`."""
    first = path.partition(".")[0]
    if first not in _EVENT:
        raise node.error(f"the event has nothing at {path}", suggest(first, _EVENT))


ADAPTERS = (
    Adapter(
        type="Cogsim::ApiFunction",
        read=read_api_function,
        taken={
            "Function": "function_arn",
            "Rules.Response": "rules.response",
            "Rules.Throw": "rules.error",
            "Rules.When": "rules.when",
            "Token.ClientIds": "token.clients",
            "Token.TokenUse": "token.use",
            "Token.UserPoolId": "token.pool_id",
            "Token.Verified": "token.verified",
        },
        required=("Function",),
    ),
)
