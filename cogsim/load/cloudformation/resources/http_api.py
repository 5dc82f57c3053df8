"""HTTP APIs of API Gateway: each route, integration, authorizer and stage joins its API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.errors import InputError, InvalidValue
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.resources.http_definition import defined
from cogsim.load.cloudformation.resources.rest_api import made_id, taken
from cogsim.world.http_api import (
    AUTHORIZATION_TYPES,
    AUTHORIZER_TYPES,
    DEFAULT,
    HTTP,
    NONE,
    REQUEST,
    WEBSOCKET,
    HttpApi,
    HttpAuthorizer,
    HttpIntegration,
    HttpRoute,
)
from cogsim.world.rest_api import ApiStage, Backend

Change = Callable[[HttpApi], HttpApi]
_INTEGRATIONS = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")


def read_http_api(resource: Resource) -> Reference:
    """An HTTP API; with `Target` it has a default route and stage of its own. A WebSocket API is read alike."""
    properties, env = resource.properties, resource.environment
    api_id = made_id(resource, "apigateway/http-api", 10)
    api = properties.make(
        lambda: HttpApi(
            id=api_id,
            name=resource.name("Name"),
            account=env.account,
            region=env.region,
            partition=env.partition,
            protocol=properties.choice("ProtocolType", (HTTP, WEBSOCKET), HTTP),
            default_endpoint=not properties.flag("DisableExecuteApiEndpoint"),
            tags=properties.map("Tags"),
            origin=resource.origin,
        )
    )
    api = defined(resource, api)
    if properties.has("Target"):
        api = _quickly(api, properties.text("RouteKey", DEFAULT), properties.needed("Target"))
    resource.define("HTTP API", api_id)
    resource.draft.world = resource.draft.world.with_http_api(api)
    endpoint = f"https://{api.host}"
    return resource.reference(api_id, ApiId=api_id, ApiEndpoint=endpoint)


def _quickly(api: HttpApi, key: str, target: str) -> HttpApi:
    """The route, integration and stage that `Target` makes. # apigw:http-routes"""
    made = "target"
    return replace(
        api,
        routes=api.routes.set(key, HttpRoute(made, key, target=f"integrations/{made}", origin=api.origin)),
        integrations=api.integrations.set(made, HttpIntegration(made, Backend("AWS_PROXY", target), api.origin)),
        stages=api.stages.set(DEFAULT, ApiStage(DEFAULT, origin=api.origin)),
    )


def _join(resource: Resource, change: Change) -> None:
    """Change the API that the resource belongs to, once all are there."""
    api_id, draft = resource.properties.needed("ApiId"), resource.draft

    def apply() -> None:
        api = draft.world.http_apis.get(api_id)
        if api is None:
            draft.notes.warn(
                resource.place, f"{resource.logical_id} belongs to the HTTP API {api_id}, which is not there"
            )
            return
        try:
            draft.world = draft.world.with_http_api(change(api))
        except InvalidValue as error:
            raise InputError(f"{resource.logical_id}: {error}", resource.origin.at(error.path)) from None

    draft.later(ATTACHMENTS, apply)


def read_route(resource: Resource) -> Reference:
    """A route with what guards it."""
    properties, made = resource.properties, made_id(resource, "apigateway/route", 7)
    route = HttpRoute(
        id=made,
        key=properties.needed("RouteKey"),
        authorization=properties.choice("AuthorizationType", AUTHORIZATION_TYPES, NONE),
        authorizer_id=properties.text("AuthorizerId", ""),
        scopes=properties.texts("AuthorizationScopes"),
        target=properties.text("Target", ""),
        origin=resource.origin,
    )
    _join(resource, lambda api: replace(api, routes=api.routes.set(route.key, route)))
    resource.define("route", f"{properties.needed('ApiId')} {route.key}")
    return resource.reference(made, RouteId=made)


def read_integration(resource: Resource) -> Reference:
    """What a route leads to."""
    properties, made = resource.properties, made_id(resource, "apigateway/integration", 7)
    kind = properties.choice("IntegrationType", _INTEGRATIONS, "AWS_PROXY")
    backend = Backend(kind, properties.text("IntegrationUri", ""))
    integration = HttpIntegration(made, backend, resource.origin)
    _join(resource, lambda api: replace(api, integrations=api.integrations.set(made, integration)))
    return resource.reference(made, IntegrationId=made)


def read_authorizer(resource: Resource) -> Reference:
    """An authorizer of JWTs, or a Lambda function."""
    properties, made = resource.properties, made_id(resource, "apigateway/http-authorizer", 6)
    jwt = properties.child("JwtConfiguration")
    authorizer = HttpAuthorizer(
        id=made,
        name=properties.needed("Name"),
        kind=properties.choice("AuthorizerType", AUTHORIZER_TYPES, REQUEST),
        sources=properties.texts("IdentitySource"),
        issuer=jwt.text("Issuer", ""),
        audience=jwt.texts("Audience"),
        uri=properties.text("AuthorizerUri", ""),
        payload=properties.choice("AuthorizerPayloadFormatVersion", ("1.0", "2.0"), "2.0"),
        simple=properties.flag("EnableSimpleResponses"),
        ttl=properties.number("AuthorizerResultTtlInSeconds"),
        origin=resource.origin,
    )
    _join(resource, lambda api: replace(api, authorizers=api.authorizers.set(made, authorizer)))
    return resource.reference(made, AuthorizerId=made)


def read_stage(resource: Resource) -> Reference:
    """A stage of an HTTP API."""
    properties = resource.properties
    name = properties.needed("StageName")
    stage = ApiStage(name, properties.text("DeploymentId", ""), properties.map("StageVariables"), resource.origin)
    _join(resource, lambda api: replace(api, stages=api.stages.set(name, stage)))
    resource.define("stage", f"{properties.needed('ApiId')}/{name}")
    return resource.reference(name)


ADAPTERS = (
    Adapter(
        type="AWS::ApiGatewayV2::Api",
        read=read_http_api,
        taken={
            "Body": "routes",
            "DisableExecuteApiEndpoint": "default_endpoint",
            "Name": "name",
            "ProtocolType": "protocol",
            "RouteKey": "routes",
            "Tags": "tags",
            "Target": "integrations",
        },
        ignored=(
            *("ApiKeySelectionExpression", "BasePath", "BodyS3Location", "CorsConfiguration", "CredentialsArn"),
            *("Description", "DisableSchemaValidation", "FailOnWarnings", "IpAddressType", "RouteSelectionExpression"),
            "Version",
        ),
        attributes=("ApiEndpoint", "ApiId"),
        withheld=("ExecuteApiArn",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::Route",
        read=read_route,
        taken={
            "ApiId": "id",
            **taken(("AuthorizationScopes", "AuthorizationType", "AuthorizerId", "RouteKey", "Target"), "routes"),
        },
        ignored=(
            *("ApiKeyRequired", "ModelSelectionExpression", "OperationName", "RequestModels", "RequestParameters"),
            "RouteResponseSelectionExpression",
        ),
        required=("RouteKey", "ApiId"),
        attributes=("RouteId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::Integration",
        read=read_integration,
        taken={"ApiId": "id", "IntegrationType": "integrations", "IntegrationUri": "integrations"},
        ignored=(
            *("ConnectionId", "ConnectionType", "ContentHandlingStrategy", "CredentialsArn", "Description"),
            *("IntegrationMethod", "IntegrationSubtype", "PassthroughBehavior", "PayloadFormatVersion"),
            *("RequestParameters", "RequestTemplates", "ResponseParameters", "TemplateSelectionExpression"),
            *("TimeoutInMillis", "TlsConfig"),
        ),
        required=("ApiId", "IntegrationType"),
        attributes=("IntegrationId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::Authorizer",
        read=read_authorizer,
        taken={
            "ApiId": "id",
            **taken(("AuthorizerPayloadFormatVersion", "AuthorizerResultTtlInSeconds"), "authorizers"),
            **taken(("AuthorizerType", "AuthorizerUri", "EnableSimpleResponses", "IdentitySource"), "authorizers"),
            **taken(("JwtConfiguration.Audience", "JwtConfiguration.Issuer", "Name"), "authorizers"),
        },
        ignored=("AuthorizerCredentialsArn", "IdentityValidationExpression"),
        required=("AuthorizerType", "ApiId", "Name"),
        attributes=("AuthorizerId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGatewayV2::Stage",
        read=read_stage,
        taken={"ApiId": "id", "DeploymentId": "stages", "StageName": "stages", "StageVariables": "stages"},
        ignored=(
            *("AccessLogSettings", "AutoDeploy", "ClientCertificateId", "DefaultRouteSettings", "Description"),
            *("RouteSettings", "Tags"),
        ),
        required=("StageName", "ApiId"),
    ),
)
