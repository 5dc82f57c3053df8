"""An HTTP API out of an OpenAPI definition: its routes, integrations and authorizers."""

from __future__ import annotations

from dataclasses import replace

from cogsim.load.cloudformation.adapter import Resource
from cogsim.load.cloudformation.open_api import Definition, Operation, Scheme, listed, read_definition
from cogsim.load.cloudformation.properties import Properties
from cogsim.world.http_api import (
    CUSTOM,
    DEFAULT,
    IAM,
    JWT,
    NONE,
    REQUEST,
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
)

_KINDS = {"jwt": JWT, "request": REQUEST}


def defined(resource: Resource, api: HttpApi) -> HttpApi:
    """The API with what its `Body` says, where it has one. # apigw:openapi"""
    found = read_definition(resource)
    if found is None:
        return api
    stated = found.extension("endpoint-configuration")
    api = replace(
        api,
        name=api.name if resource.properties.has("Name") else found.title or api.name,
        default_endpoint=api.default_endpoint and not stated.flag("disableExecuteApiEndpoint"),
    )
    for scheme in found.schemes:
        assert scheme.authorizer is not None
        authorizer = _authorizer(resource, scheme, scheme.authorizer)
        api = replace(api, authorizers=api.authorizers.set(authorizer.id, authorizer))
    return _with_operations(resource, api, found)


def _with_operations(resource: Resource, api: HttpApi, found: Definition) -> HttpApi:
    for operation in found.operations:
        route = _route(resource, api, operation)
        integration = HttpIntegration(route.target.partition("/")[2], operation.backend, operation.origin)
        api = replace(
            api,
            routes=api.routes.set(route.key, route),
            integrations=api.integrations.set(integration.id, integration),
        )
    return api


def _id(resource: Resource, purpose: str, name: str, length: int = 7) -> str:
    return resource.stack.draw(purpose, f"{resource.logical_id}/{name}").lower_alnum(length)


def _authorizer(resource: Resource, scheme: Scheme, stated: Properties) -> HttpAuthorizer:
    kind = stated.text("type", "").casefold()
    if kind not in _KINDS:
        raise stated.error("type", f"is {kind!r}, and must be one of {', '.join(_KINDS)}")
    jwt = stated.child("jwtConfiguration")
    return stated.make(
        lambda: HttpAuthorizer(
            id=_id(resource, "apigateway/http-authorizer", scheme.name, 6),
            name=scheme.name,
            kind=_KINDS[kind],
            sources=listed(stated, "identitySource"),
            issuer=jwt.text("issuer", ""),
            audience=listed(jwt, "audience"),
            uri=stated.text("authorizerUri", ""),
            payload=stated.text("authorizerPayloadFormatVersion", "2.0"),
            simple=stated.flag("enableSimpleResponses"),
            ttl=stated.number("authorizerResultTtlInSeconds"),
            origin=scheme.origin,
        )
    )


def _route(resource: Resource, api: HttpApi, operation: Operation) -> HttpRoute:
    key = DEFAULT if operation.path == f"/{DEFAULT}" else f"{operation.method} {operation.path}"
    guard = operation.guard
    authorizer = _id(resource, "apigateway/http-authorizer", guard.name, 6) if guard and guard.authorizer else ""
    noun = api.authorizers.get(authorizer)
    return HttpRoute(
        id=_id(resource, "apigateway/route", key),
        key=key,
        authorization=NONE if guard is None else IAM if noun is None else JWT if noun.kind == JWT else CUSTOM,
        authorizer_id=authorizer,
        scopes=operation.scopes if noun is not None and noun.kind == JWT else (),
        target=f"integrations/{_id(resource, 'apigateway/integration', key)}",
        origin=operation.origin,
    )
