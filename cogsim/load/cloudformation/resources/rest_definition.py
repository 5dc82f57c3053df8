"""A REST API out of an OpenAPI definition: its resources, methods, authorizers, and what it says of the API itself."""

from __future__ import annotations

from dataclasses import replace

from cogsim.errors import InputError, suggest
from cogsim.load.cloudformation.adapter import Resource
from cogsim.load.cloudformation.documents import read_policy
from cogsim.load.cloudformation.open_api import EXTENSION, Definition, Operation, Scheme, listed, read_definition
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.world.origin import Origin
from cogsim.world.rest_api import (
    COGNITO,
    CUSTOM,
    DEFAULT_TTL,
    IAM,
    NONE,
    RESPONSE_TYPES,
    TOKEN,
    GatewayAnswer,
    RestApi,
    RestAuthorizer,
    RestMethod,
    RestResource,
)

_KINDS = {"token": TOKEN, "request": "REQUEST", "cognito_user_pools": COGNITO}
_NAMES = ("statusCode", "responseParameters", "responseTemplates")
_BASE_PATHS = ("ignore", "prepend", "split")


def defined(resource: Resource, api: RestApi) -> RestApi:
    """The API with what its `Body` says, where it has one. # apigw:openapi"""
    found = read_definition(resource)
    if found is None:
        return api
    api = _settings(resource, api, found)
    api = replace(api, authorizers=_authorizers(resource, api, found))
    base = _base_path(resource, found)
    answers = found.root.entries(f"{EXTENSION}gateway-responses")
    for kind, stated in answers:
        answer = stated.make(lambda: gateway_answer(stated, *_NAMES, api.origin))  # noqa: B023
        api = replace(api, responses=api.responses.set(_known(kind, stated), answer))
    for operation in found.operations:
        api = _with_operation(resource, api, base, operation)
    return api


def _settings(resource: Resource, api: RestApi, found: Definition) -> RestApi:
    """The extensions about the whole API; the resource's own properties win."""
    properties, stated = resource.properties, found.extension("endpoint-configuration")
    name, node = f"{EXTENSION}policy", found.root.get(f"{EXTENSION}policy")
    policy = api.policy
    if node is not None and policy is None:
        policy = read_policy(node, PolicyKind.RESOURCE, resource.draft.notes, name, resource.stack.saved)
    elif node is not None:
        resource.draft.notes.warn(node.location, f"{resource.logical_id} has a Policy: its {name} is not read")
    types = properties.map("Parameters").get("endpointConfigurationTypes")
    return properties.make(
        lambda: replace(
            api,
            name=api.name if properties.has("Name") else found.title or api.name,
            policy=policy,
            endpoint_types=(types,) if types and not properties.has("EndpointConfiguration") else api.endpoint_types,
            vpc_endpoints=api.vpc_endpoints or (stated.texts("vpcEndpointIds") if api.is_private else ()),
            default_endpoint=api.default_endpoint and not stated.flag("disableExecuteApiEndpoint"),
            key_source=found.root.text(f"{EXTENSION}api-key-source", "").upper() or api.key_source,
        )
    )


def gateway_answer(stated: Properties, status: str, parameters: str, templates: str, origin: Origin) -> GatewayAnswer:
    """An answer of the gateway's own; the three names are those of its members. Headers only can be sent."""
    headers = {}
    for name, value in stated.map(parameters).items():
        before, _, header = name.partition(".header.")
        if before != "gatewayresponse" or not header:
            raise stated.error(parameters, f"names {name!r}, which is no gatewayresponse.header.…")
        headers[header.casefold()] = value
    return GatewayAnswer(stated.number(status, 0), Map(headers), stated.map(templates), origin)


def _known(kind: str, stated: Properties) -> str:
    if kind not in RESPONSE_TYPES:
        raise InputError(f"no gateway response is called {kind!r}", stated.node.location, suggest(kind, RESPONSE_TYPES))
    return kind


def _authorizers(resource: Resource, api: RestApi, found: Definition) -> Map[str, RestAuthorizer]:
    held = api.authorizers
    for scheme in found.schemes:
        assert scheme.authorizer is not None
        authorizer = _authorizer(resource, scheme, scheme.authorizer)
        held = held.set(authorizer.id, authorizer)
    return held


def _id(resource: Resource, purpose: str, name: str) -> str:
    return resource.stack.draw(purpose, f"{resource.logical_id}/{name}").lower_alnum(6)


def _authorizer(resource: Resource, scheme: Scheme, stated: Properties) -> RestAuthorizer:
    kind = stated.text("type", "").casefold()
    if kind not in _KINDS:
        raise stated.error("type", f"is {kind!r}, and must be one of {', '.join(_KINDS)}")
    sources = listed(stated, "identitySource")
    if kind != "request":
        sources = sources or (f"method.request.header.{scheme.header}",)
    places = {
        name: stated.node.key(own).location
        for name, own in (
            ("IdentitySource", "identitySource"),
            ("IdentityValidationExpression", "identityValidationExpression"),
            ("ProviderARNs", "providerARNs"),
            ("AuthorizerResultTtlInSeconds", "authorizerResultTtlInSeconds"),
        )
        if own in stated.node.entries
    }
    return stated.make(
        lambda: RestAuthorizer(
            id=_id(resource, "apigateway/authorizer", scheme.name),
            name=scheme.name,
            kind=_KINDS[kind],
            sources=sources,
            validation=stated.text("identityValidationExpression", ""),
            providers=stated.texts("providerARNs"),
            uri=stated.text("authorizerUri", ""),
            ttl=stated.number("authorizerResultTtlInSeconds", DEFAULT_TTL),
            origin=replace(scheme.origin, places=places),
        )
    )


def _base_path(resource: Resource, found: Definition) -> tuple[str, ...]:
    """What stands before every path: nothing, unless the import is told otherwise. # apigw:openapi §basepath"""
    stated = resource.properties.map("Parameters").get("basepath", "ignore").casefold()
    if stated not in _BASE_PATHS:
        raise resource.properties.error("Parameters", f"says basepath {stated!r}, not {', '.join(_BASE_PATHS)}")
    parts = _parts(found.root.text("basePath", ""))
    return {"ignore": (), "prepend": parts, "split": parts[1:]}[stated]


def _parts(path: str) -> tuple[str, ...]:
    return tuple(part for part in path.split("/") if part)


def _with_operation(resource: Resource, api: RestApi, base: tuple[str, ...], operation: Operation) -> RestApi:
    """The API with the operation's method and the resources that lead to it."""
    parent, walked = api.root_id, ""
    for part in (*base, *_parts(operation.path)):
        walked = f"{walked}/{part}"
        found = next((each for each in api.resources.values() if (each.parent_id, each.part) == (parent, part)), None)
        if found is None:
            made = _id(resource, "apigateway/resource", walked)
            found = resource.properties.make(lambda: RestResource(made, parent, part, operation.origin))  # noqa: B023
            api = replace(api, resources=api.resources.set(made, found))
        parent = found.id
    guard = operation.guard
    authorizer = _id(resource, "apigateway/authorizer", guard.name) if guard and guard.authorizer else ""
    noun = api.authorizers.get(authorizer)
    method = RestMethod(
        resource_id=parent,
        http_method=operation.method,
        authorization=NONE if guard is None else IAM if noun is None else COGNITO if noun.kind == COGNITO else CUSTOM,
        authorizer_id=authorizer,
        scopes=operation.scopes if noun is not None and noun.kind == COGNITO else (),
        api_key_required=operation.key,
        backend=operation.backend,
        origin=operation.origin,
    )
    return replace(api, methods=api.methods.set((parent, operation.method), method))
