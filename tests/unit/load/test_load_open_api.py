"""OpenAPI definitions of APIs: which operations are there, who is asked at each, and what is said of what is open."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import InputError
from cogsim.load import load
from cogsim.world.http_api import HttpApi
from cogsim.world.rest_api import RestApi
from cogsim.world.template import dump
from cogsim.world.world import World

X = "x-amazon-apigateway"
POOL = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abcdefghi"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
SCHEMES: dict[str, Any] = {
    "users": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Token",
        f"{X}-authtype": "cognito_user_pools",
        f"{X}-authorizer": {"type": "cognito_user_pools", "providerARNs": [POOL]},
    },
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Key",
        f"{X}-authtype": "custom",
        f"{X}-authorizer": {
            "type": "token",
            "authorizerUri": FUNCTION,
            "identityValidationExpression": "x.*",
            "authorizerResultTtlInSeconds": 60,
        },
    },
    "request": {
        "type": "apiKey",
        "in": "header",
        "name": "Unused",
        f"{X}-authorizer": {
            "type": "request",
            "authorizerUri": FUNCTION,
            "identitySource": "method.request.header.A, method.request.querystring.b",
        },
    },
    "sigv4": {"type": "apiKey", "in": "header", "name": "Authorization", f"{X}-authtype": "awsSigv4"},
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "words": {"type": "http", "scheme": "bearer"},
}


def _world(tmp_path: Path, body: Any, kind: str = "ApiGateway::RestApi", **more: Any) -> World:
    path = tmp_path / "world.json"
    api = {"Type": f"AWS::{kind}", "Properties": {"Body": body, **more}}
    path.write_text(json.dumps({"Resources": {"Api": api}}), encoding="utf-8")
    return load(path)


def _rest(tmp_path: Path, paths: Any, **more: Any) -> RestApi:
    body = {"openapi": "3.0.1", "info": {"title": "t"}, "paths": paths, "components": {"securitySchemes": SCHEMES}}
    (api,) = _world(tmp_path, {**body, **more}).rest_apis.values()
    return api


def _method(api: RestApi) -> Any:
    (method,) = api.methods.values()
    return method


@pytest.mark.parametrize(
    ("security", "kind", "name", "scopes", "key"),
    [
        ([], "NONE", "", (), False),
        ([{}], "NONE", "", (), False),
        ([{"users": []}], "COGNITO_USER_POOLS", "users", (), False),
        ([{"users": ["a", "b"]}], "COGNITO_USER_POOLS", "users", ("a", "b"), False),
        ([{"token": []}], "CUSTOM", "token", (), False),
        ([{"request": ["a"]}], "CUSTOM", "request", (), False),
        ([{"sigv4": []}], "AWS_IAM", "", (), False),
        ([{"key": []}], "NONE", "", (), True),
        ([{"key": [], "users": []}], "COGNITO_USER_POOLS", "users", (), True),
        ([{"key": []}, {"sigv4": []}], "AWS_IAM", "", (), True),
        ([{"words": []}], "NONE", "", (), False),
        ([{"words": []}, {"users": []}], "COGNITO_USER_POOLS", "users", (), False),
    ],
)
def test_an_operation_is_guarded_by_what_its_security_names(
    tmp_path: Path, security: Any, kind: str, name: str, scopes: tuple[str, ...], key: bool
) -> None:
    api = _rest(tmp_path, {"/a": {"get": {"security": security}}})
    method = _method(api)
    found = api.authorizers[method.authorizer_id].name if method.authorizer_id else ""
    assert (method.authorization, found, method.scopes, method.api_key_required) == (kind, name, scopes, key)


def test_authorizers_are_read_with_where_their_token_stands(tmp_path: Path) -> None:
    held = {each.name: each for each in _rest(tmp_path, {}).authorizers.values()}
    assert sorted(held) == ["request", "token", "users"]
    assert (held["users"].source, held["users"].providers) == ("method.request.header.X-Token", (POOL,))
    assert (held["token"].source, held["token"].ttl) == ("method.request.header.X-Key", 60)
    assert (held["token"].validation, held["request"].ttl) == ("x.*", 300)
    assert held["request"].sources == ("method.request.header.A", "method.request.querystring.b")


def test_paths_become_resources_that_share_their_parents(tmp_path: Path) -> None:
    paths = {"/": {"get": {}}, "/a/{id}": {"get": {}, "parameters": []}, "/a/{id}/c/{rest+}": {f"{X}-any-method": {}}}
    api = _rest(tmp_path, {**paths, "/a": {"any": {}, "summary": "x"}})
    routes = sorted(f"{verb} {api.path_of(place)}" for place, verb in api.methods)
    assert routes == ["ANY /a/{id}/c/{rest+}", "GET /", "GET /a/{id}"]
    assert len(api.resources) == 4


def test_a_scheme_that_nothing_stands_behind_is_said_to_be_open(tmp_path: Path) -> None:
    body = {
        "openapi": "3.0.1",
        "paths": {"/a": {"get": {"security": [{"words": []}]}}},
        "components": {"securitySchemes": SCHEMES},
    }
    (said,) = _world(tmp_path, body).completeness.warnings
    assert "GET /a names words, which no authorizer stands behind: it is open to everybody" in said


def test_the_security_of_the_whole_definition_follows_the_switch(tmp_path: Path) -> None:
    paths: Any = {"/a": {"get": {}}}
    assert _method(_rest(tmp_path, paths, security=[{"sigv4": []}])).authorization == "NONE"
    with assuming({"api.rootSecurity": "inherited"}):
        assert _method(_rest(tmp_path, paths, security=[{"sigv4": []}])).authorization == "AWS_IAM"
        stated: Any = {"/a": {"get": {"security": []}}}
        assert _method(_rest(tmp_path, stated, security=[{"sigv4": []}])).authorization == "NONE"


def test_what_the_definition_says_of_the_api_is_read(tmp_path: Path) -> None:
    policy = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
    body = {
        "swagger": "2.0",
        "info": {"title": "Orders"},
        "basePath": "/v1/x",
        "paths": {"/a": {"get": {f"{X}-auth": {"type": "AWS_IAM"}}}},
        f"{X}-policy": policy,
        f"{X}-api-key-source": "AUTHORIZER",
        f"{X}-endpoint-configuration": {"disableExecuteApiEndpoint": True, "vpcEndpointIds": ["vpce-1"]},
    }
    endpoint: Any = {"EndpointConfiguration": {"Types": ["PRIVATE"]}}
    (api,) = _world(tmp_path, body, **endpoint).rest_apis.values()
    assert (api.name, api.key_source, api.default_endpoint, api.vpc_endpoints) == (
        "Orders",
        "AUTHORIZER",
        False,
        ("vpce-1",),
    )
    assert api.policy is not None
    assert _method(api).authorization == "AWS_IAM"
    for told, path in (("ignore", "/a"), ("prepend", "/v1/x/a"), ("split", "/x/a")):
        (api,) = _world(tmp_path, body, Parameters={"basepath": told}, **endpoint).rest_apis.values()
        assert api.path_of(_method(api).resource_id) == path


def test_an_integration_is_followed_through_its_reference(tmp_path: Path) -> None:
    pointer = {"$ref": f"#/components/{X}-integrations/own"}
    components = {"securitySchemes": {}, f"{X}-integrations": {"own": {"type": "aws_proxy", "uri": FUNCTION}}}
    api = _rest(tmp_path, {"/a": {"get": {f"{X}-integration": pointer}}}, components=components)
    assert (_method(api).backend.kind, _method(api).backend.uri) == ("AWS_PROXY", FUNCTION)


def _http(tmp_path: Path, paths: Any, schemes: Any) -> HttpApi:
    body = {"openapi": "3.0.1", "info": {"title": "t"}, "paths": paths, "components": {"securitySchemes": schemes}}
    (api,) = _world(tmp_path, body, "ApiGatewayV2::Api").http_apis.values()
    return api


def test_an_http_api_is_read_with_its_routes_and_authorizers(tmp_path: Path) -> None:
    jwt = {"issuer": "https://i", "audience": ["a", "b"]}
    schemes = {
        "jwt": {
            "type": "oauth2",
            f"{X}-authorizer": {"type": "jwt", "jwtConfiguration": jwt, "identitySource": "$request.header.T"},
        },
        "fn": {
            "type": "apiKey",
            f"{X}-authorizer": {
                "type": "request",
                "authorizerUri": FUNCTION,
                "enableSimpleResponses": True,
                "authorizerPayloadFormatVersion": 2.0,
                "identitySource": "$request.header.A,$context.routeKey",
                "authorizerResultTtlInSeconds": "30",
            },
        },
        "sigv4": SCHEMES["sigv4"],
    }
    paths = {
        "/a": {"get": {"security": [{"jwt": ["s"]}]}, "post": {"security": [{"fn": ["s"]}]}},
        "/b/{p+}": {f"{X}-any-method": {"security": [{"sigv4": []}]}},
        "/$default": {f"{X}-any-method": {f"{X}-integration": {"type": "http_proxy", "uri": "https://b"}}},
    }
    api = _http(tmp_path, paths, schemes)
    guards = {key: (route.authorization, route.scopes) for key, route in api.routes.items()}
    assert guards == {
        "$default": ("NONE", ()),
        "ANY /b/{p+}": ("AWS_IAM", ()),
        "GET /a": ("JWT", ("s",)),
        "POST /a": ("CUSTOM", ()),
    }
    held = {each.name: each for each in api.authorizers.values()}
    assert (held["jwt"].issuer, held["jwt"].audience, held["jwt"].source) == (
        "https://i",
        ("a", "b"),
        "$request.header.T",
    )
    assert (held["fn"].simple, held["fn"].payload, held["fn"].ttl) == (True, "2.0", 30)
    assert held["fn"].sources == ("$request.header.A", "$context.routeKey")
    assert api.backend_of(api.routes["$default"]).uri == "https://b"


def test_an_api_out_of_a_definition_is_written_back_in_parts(tmp_path: Path) -> None:
    paths = {"/a/{id}": {"get": {"security": [{"users": ["s"]}]}, "post": {"security": [{"key": []}]}}}
    body = {"openapi": "3.0.1", "info": {"title": "t"}, "paths": paths, "components": {"securitySchemes": SCHEMES}}
    world = _world(tmp_path, body)
    written = []
    for name, text in dump(world).items():
        written.append(tmp_path / f"back-{name}")
        written[-1].write_text(text, encoding="utf-8")
    assert load(*written) == world


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ([], "must be an OpenAPI definition"),
        ({}, "names no version"),
        ({"openapi": "3.0.1", "paths": {"a": {}}}, "begins with no slash"),
        ({"openapi": "3.0.1", "paths": {"/a": {"get": {"security": [{"nobody": []}]}}}}, "security scheme 'nobody'"),
        ({"openapi": "3.0.1", "paths": {"/a b": {"get": {}}}}, "is neither a word"),
        (
            {"swagger": "2.0", "securityDefinitions": {"a": {f"{X}-authorizer": {"type": "jwt"}}}},
            "must be one of token, request, cognito_user_pools",
        ),
        (
            {"swagger": "2.0", "securityDefinitions": {"a": {f"{X}-authorizer": {"type": "cognito_user_pools"}}}},
            "is required for COGNITO_USER_POOLS",
        ),
        (
            {"swagger": "2.0", "paths": {"/a": {"get": {f"{X}-integration": {"type": "soap"}}}}},
            "is 'SOAP'",
        ),
        (
            {"swagger": "2.0", "paths": {"/a": {"get": {f"{X}-integration": {"$ref": "#/q"}}}}, "q": {"$ref": "#/q"}},
            "in a circle",
        ),
    ],
)
def test_a_definition_that_is_none_is_refused_with_its_place(tmp_path: Path, body: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as refused:
        _world(tmp_path, body)
    assert "world.json:" in str(refused.value)
