"""The definition that the transform makes of an API and its events: paths, security schemes, and who guards what.

1. A route says its authorizer in its event; else the API's default one guards it; `NONE` in the event takes it off.
2. Where the API brings a definition of its own, events add nothing to it: their `Auth` is not read. The default
   authorizer guards every operation of it that states no authorizer itself.
3. A preflight made by `Cors` is guarded by the default authorizer too, unless that is switched off.
# sam:auth
"""

from __future__ import annotations

from typing import Any

from cogsim.load.cloudformation.sam.events import Event
from cogsim.load.cloudformation.sam.writing import Keyed, flag, items, known, member, members, record, text, written
from cogsim.load.nodes import Node, Record, Scalar, Series

INTEGRATION, AUTHORIZER = "x-amazon-apigateway-integration", "x-amazon-apigateway-authorizer"
_AUTHTYPE = "x-amazon-apigateway-authtype"
AWS_IAM, _NONE, _KEY = "AWS_IAM", "NONE", "api_key"
_OPERATIONS = ("get", "put", "post", "delete", "options", "head", "patch", "x-amazon-apigateway-any-method")

#: What each part may say. # sam:auth
_AUTH_OF_REST = (
    *("AddApiKeyRequiredToCorsPreflight", "AddDefaultAuthorizerToCorsPreflight", "ApiKeyRequired", "Authorizers"),
    *("DefaultAuthorizer", "InvokeRole", "ResourcePolicy", "UsagePlan"),
)
_AUTH_OF_HTTP = ("Authorizers", "DefaultAuthorizer", "EnableIamAuthorizer")
_REST_AUTHORIZER = (
    *("AuthorizationScopes", "DisableFunctionDefaultPermissions", "FunctionArn", "FunctionInvokeRole"),
    *("FunctionPayloadType", "Identity", "UserPoolArn"),
)
_HTTP_AUTHORIZER = (
    *("AuthorizationScopes", "AuthorizerPayloadFormatVersion", "EnableFunctionDefaultPermissions"),
    *("EnableSimpleResponses", "FunctionArn", "FunctionInvokeRole", "Identity", "IdentitySource", "JwtConfiguration"),
)
_IDENTITY = (
    *("Context", "Header", "Headers", "QueryStrings", "ReauthorizeEvery", "StageVariables", "ValidationExpression"),
)

_INVOCATION = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions"
_HEADER = {"type": "apiKey", "in": "header", "name": "Authorization"}


def invocation(function: Node | str, at: Node) -> Node:
    """The URI that invokes a function: by its logical id, or by what its ARN is."""
    if isinstance(function, str):
        return written({"Fn::Sub": f"{_INVOCATION}/${{{function}.Arn}}/invocations"}, at)
    return written({"Fn::Sub": [f"{_INVOCATION}/${{FunctionArn}}/invocations", {"FunctionArn": function}]}, at)


def event_paths(events: list[Event], *, key_required: bool, rest: bool) -> dict[str, Any]:
    """The paths of an API without a definition of its own."""
    paths: dict[str, Any] = {}
    for event in events:
        stated: dict[str, Any] = {
            INTEGRATION: {"type": "aws_proxy", "httpMethod": "POST", "uri": invocation(event.function, event.key)}
        }
        security: list[dict[str, Any]] = []
        name = text(event.auth, "Authorizer")
        if name:
            scopes = member(event.auth, "AuthorizationScopes")
            security.append({name: Unscoped() if scopes is None else scopes})
        elif member(event.auth, "AuthorizationScopes") is not None:
            stated["x-cogsim-scopes"] = member(event.auth, "AuthorizationScopes")
        if rest and flag(event.auth, "ApiKeyRequired", key_required):
            security.append({_KEY: []})
        stated["security"] = security
        value: Any = stated
        if event.condition:
            value = Conditional(event.condition, stated)
        paths.setdefault(event.path, {})[event.operation] = Keyed(event.key, value)
    return paths


class Unscoped:
    """Stands for the scopes of an event that states none: those of the authorizer."""


class Conditional:
    """An operation that is there where the function's condition holds."""

    def __init__(self, condition: str, operation: dict[str, Any]) -> None:
        self.condition, self.operation = condition, operation


def paths_of(definition: Record) -> dict[str, Any]:
    """The paths of a definition as written, for authorizers to be put in."""
    found: dict[str, Any] = {}
    held = record(definition, "paths")
    for path, (key, item) in (held.entries if held is not None else {}).items():
        inner: dict[str, Any] = {}
        for name, (own, operation) in item.entries.items() if isinstance(item, Record) else ():
            value: Any = operation
            if name in _OPERATIONS and isinstance(operation, Record) and "Fn::If" not in operation.entries:
                value = {each: Keyed(*entry) for each, entry in operation.entries.items()}
            inner[name] = Keyed(own, value)
        found[path] = Keyed(key, inner if isinstance(item, Record) else item)
    return found


def add_preflights(paths: dict[str, Any], *, key_required: bool) -> None:
    """The method OPTIONS, which the gateway answers itself, for every path that has none."""
    for item in map(_value, paths.values()):
        if isinstance(item, dict) and "options" not in item:
            security: list[Any] = [{_KEY: []}] if key_required else []
            item["options"] = {INTEGRATION: {"type": "mock"}, "security": security}


def guard(paths: dict[str, Any], auth: Record | None, authorizers: dict[str, Any]) -> None:
    """Put the default authorizer where nothing else is said, and take `NONE` away. Arguments 1 to 3."""
    default, preflights = text(auth, "DefaultAuthorizer"), flag(auth, "AddDefaultAuthorizerToCorsPreflight", True)
    for item in map(_value, paths.values()):
        for name, held in item.items() if isinstance(item, dict) else ():
            operation = _value(held)
            operation = operation.operation if isinstance(operation, Conditional) else operation
            if name not in _OPERATIONS or not isinstance(operation, dict):
                continue
            mine = "" if name == "options" and not preflights else default
            _guard_one(operation, mine, authorizers)


def _guard_one(operation: dict[str, Any], default: str, authorizers: dict[str, Any]) -> None:
    scopes = operation.pop("x-cogsim-scopes", None)
    if "security" not in operation and not default:
        return
    stated = _value(operation.get("security", []))
    if isinstance(stated, Series):
        named = [name for each in stated.items if isinstance(each, Record) for name in each.entries]
        if any(name != _KEY for name in named) or not default:
            return
        operation["security"] = [*stated.items, {default: authorizers.get(default, [])}]
        return
    if not isinstance(stated, list):
        return
    security = [_scoped(each, authorizers) for each in stated if _NONE not in each]
    named = [name for each in stated for name in each]
    if default and not any(name != _KEY for name in named):
        security.append({default: scopes if scopes is not None else authorizers.get(default, [])})
    operation["security"] = security


def _scoped(each: dict[str, Any], authorizers: dict[str, Any]) -> dict[str, Any]:
    return {
        name: authorizers.get(name, []) if isinstance(scopes, Unscoped) else scopes for name, scopes in each.items()
    }


def _value(held: Any) -> Any:
    return held.value if isinstance(held, Keyed) else held


def finished(value: Any) -> Any:
    """The paths with conditions written as functions of the template."""
    if isinstance(value, Keyed):
        return Keyed(value.key, finished(value.value))
    if isinstance(value, Conditional):
        return {"Fn::If": [value.condition, finished(value.operation), {"Ref": "AWS::NoValue"}]}
    if isinstance(value, dict):
        return {name: finished(inner) for name, inner in value.items()}
    return value


# Security schemes


def schemes(auth: Record | None, *, rest: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """The security schemes of an API, and the scopes that each authorizer asks for by itself."""
    signed = {**_HEADER, _AUTHTYPE: "awsSigv4"}
    made: dict[str, Any] = {AWS_IAM: signed, _KEY: {**_HEADER, "name": "x-api-key"}} if rest else {AWS_IAM: signed}
    scopes: dict[str, Any] = {}
    known(auth, "Auth", _AUTH_OF_REST if rest else _AUTH_OF_HTTP)
    for key, stated in members(auth, "Authorizers"):
        if key.text == AWS_IAM:
            continue
        known(stated, f"the authorizer {key.text}", _REST_AUTHORIZER if rest else _HTTP_AUTHORIZER)
        known(record(stated, "Identity"), f"Identity of {key.text}", _IDENTITY)
        made[key.text] = Keyed(key, _rest_scheme(stated) if rest else _http_scheme(key, stated))
        asked = member(stated, "AuthorizationScopes")
        if asked is not None:
            scopes[key.text] = asked
    return made, scopes


def _present(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}


def _rest_scheme(stated: Record) -> dict[str, Any]:
    identity = record(stated, "Identity")
    header = {**_HEADER, "name": text(identity, "Header") or "Authorization"}
    validation, ttl = member(identity, "ValidationExpression"), member(identity, "ReauthorizeEvery")
    pools = items(stated, "UserPoolArn")
    if pools:
        own = {"type": "cognito_user_pools", "providerARNs": pools, "identityValidationExpression": validation}
        return {**header, AUTHORIZER: _present(own)}
    function = member(stated, "FunctionArn")
    uri = invocation(function, stated) if function is not None else None
    lambda_ = {"authorizerUri": uri, "authorizerResultTtlInSeconds": ttl}
    if text(stated, "FunctionPayloadType").upper() != "REQUEST":
        token = {"type": "token", **lambda_, "identityValidationExpression": validation}
        return {**header, AUTHORIZER: _present(token)}
    sources = ", ".join(_sources(identity, "method.request.", ""))
    return {**header, AUTHORIZER: _present({"type": "request", **lambda_, "identitySource": sources or None})}


def _http_scheme(key: Scalar, stated: Record) -> dict[str, Any]:
    jwt, function = record(stated, "JwtConfiguration"), member(stated, "FunctionArn")
    if function is None and jwt is None:
        raise key.error(f"the authorizer {key.text} has neither JwtConfiguration nor FunctionArn")
    if function is None:
        configured = {
            name: member(jwt, name) or member(jwt, name.capitalize()) for name in ("issuer", "audience")
        }  # either case is taken
        source = member(stated, "IdentitySource") or "$request.header.Authorization"
        own = {"type": "jwt", "jwtConfiguration": _present(configured), "identitySource": source}
        return {"type": "oauth2", AUTHORIZER: own}
    identity = record(stated, "Identity")
    asked = {
        "type": "request",
        "authorizerUri": invocation(function, stated),
        "authorizerPayloadFormatVersion": member(stated, "AuthorizerPayloadFormatVersion"),
        "enableSimpleResponses": member(stated, "EnableSimpleResponses"),
        "authorizerResultTtlInSeconds": member(identity, "ReauthorizeEvery"),
        "identitySource": ", ".join(_sources(identity, "$request.", "$")) or None,
    }
    return {**_HEADER, AUTHORIZER: _present(asked)}


def _sources(identity: Record | None, request: str, other: str) -> list[str]:
    """The identity sources that `Identity` names."""
    places = {"Headers": f"{request}header.", "QueryStrings": f"{request}querystring."}
    places |= {"StageVariables": f"{other}stageVariables.", "Context": f"{other}context."}
    return [
        f"{place}{each.text}"
        for name, place in places.items()
        for each in items(identity, name)
        if isinstance(each, Scalar)
    ]
