"""REST APIs of API Gateway: each resource, method, authorizer and stage joins its API."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.entropy import named
from cogsim.errors import InputError, InvalidValue
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.resources.rest_definition import defined, gateway_answer
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.world.rest_api import (
    AUTHORIZATION_TYPES,
    AUTHORIZER_TYPES,
    DEFAULT_TTL,
    ENDPOINT_TYPES,
    HEADER,
    KEY_SOURCES,
    NONE,
    REQUEST,
    RESPONSE_TYPES,
    ApiStage,
    Backend,
    RestApi,
    RestAuthorizer,
    RestMethod,
    RestResource,
)

Change = Callable[[RestApi], RestApi]
_NAMES = ("StatusCode", "ResponseParameters", "ResponseTemplates")
_INTEGRATIONS = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")


def read_rest_api(resource: Resource) -> Reference:
    """A REST API with its own policy, and what a definition in `Body` says; one in a bucket is said to be left out."""
    properties, env = resource.properties, resource.environment
    api_id = made_id(resource, "apigateway/rest-api", 10)
    endpoint = properties.child("EndpointConfiguration")
    root = resource.pins.text("RootResourceId") or named("apigateway/root", api_id).lower_alnum(10)
    api = properties.make(
        lambda: RestApi(
            id=api_id,
            name=resource.name("Name"),
            account=env.account,
            region=env.region,
            root_id=root,
            partition=env.partition,
            policy=resource.policy(properties, "Policy", PolicyKind.RESOURCE),
            endpoint_types=endpoint.words("Types", ENDPOINT_TYPES) or ("EDGE",),
            vpc_endpoints=endpoint.texts("VpcEndpointIds"),
            default_endpoint=not properties.flag("DisableExecuteApiEndpoint"),
            key_source=properties.choice("ApiKeySourceType", KEY_SOURCES, HEADER),
            tags=properties.tags("Tags"),
            origin=resource.origin,
        )
    )
    resource.define("REST API", api_id)
    resource.draft.world = resource.draft.world.with_rest_api(defined(resource, api))
    return resource.reference(api_id, RestApiId=api_id, RootResourceId=root)


def made_id(resource: Resource, purpose: str, length: int) -> str:
    """The id that the resource is pinned to, or the one that follows from its place."""
    return resource.pins.text("Id") or resource.stack.draw(purpose, resource.logical_id).lower_alnum(length)


def _join(resource: Resource, change: Change) -> None:
    """Change the API that the resource belongs to, once all are there."""
    api_id, draft = resource.properties.needed("RestApiId"), resource.draft

    def apply() -> None:
        api = draft.world.rest_apis.get(api_id)
        if api is None:
            sentence = f"{resource.logical_id} belongs to the REST API {api_id}, which is not there"
            draft.notes.warn(resource.place, sentence)
            return
        try:
            draft.world = draft.world.with_rest_api(change(api))
        except InvalidValue as error:
            raise InputError(f"{resource.logical_id}: {error}", resource.origin.at(error.path)) from None

    draft.later(ATTACHMENTS, apply)


def read_resource(resource: Resource) -> Reference:
    """A part of a path."""
    properties, made = resource.properties, made_id(resource, "apigateway/resource", 6)
    part = RestResource(made, properties.needed("ParentId"), properties.needed("PathPart"), resource.origin)
    _join(resource, lambda api: replace(api, resources=api.resources.set(made, part)))
    resource.define("API resource", f"{part.parent_id}/{part.part}")
    return resource.reference(made, ResourceId=made)


def read_method(resource: Resource) -> Reference:
    """A method with what guards it and what stands behind it."""
    properties = resource.properties
    method = RestMethod(
        resource_id=properties.needed("ResourceId"),
        http_method=properties.needed("HttpMethod").upper(),
        authorization=properties.choice("AuthorizationType", AUTHORIZATION_TYPES, NONE),
        authorizer_id=properties.text("AuthorizerId", ""),
        scopes=properties.texts("AuthorizationScopes"),
        api_key_required=properties.flag("ApiKeyRequired"),
        backend=_backend(properties.child("Integration")),
        origin=resource.origin,
    )
    key = (method.resource_id, method.http_method)
    _join(resource, lambda api: replace(api, methods=api.methods.set(key, method)))
    resource.define("API method", f"{properties.needed('RestApiId')} {method.http_method} of {method.resource_id}")
    return resource.reference(resource.stack.generated_name(resource.logical_id))


def _backend(stated: Properties) -> Backend:
    return Backend(stated.choice("Type", _INTEGRATIONS, "MOCK"), stated.text("Uri", ""))


def read_authorizer(resource: Resource) -> Reference:
    """An authorizer of user pools, or a Lambda function."""
    properties, made = resource.properties, made_id(resource, "apigateway/authorizer", 6)
    kind = properties.choice("Type", AUTHORIZER_TYPES, REQUEST)
    stated = properties.text("IdentitySource", "")
    authorizer = RestAuthorizer(
        id=made,
        name=properties.needed("Name"),
        kind=kind,
        sources=tuple(each.strip() for each in stated.split(",") if each.strip()),
        validation=properties.text("IdentityValidationExpression", ""),
        providers=properties.texts("ProviderARNs"),
        uri=properties.text("AuthorizerUri", ""),
        ttl=properties.number("AuthorizerResultTtlInSeconds", DEFAULT_TTL),
        origin=resource.origin,
    )
    _join(resource, lambda api: replace(api, authorizers=api.authorizers.set(made, authorizer)))
    return resource.reference(made, AuthorizerId=made)


def read_deployment(resource: Resource) -> Reference:
    """A deployment, with the stage that it makes where it names one; stages serve the API as it stands."""
    properties, made = resource.properties, made_id(resource, "apigateway/deployment", 6)
    name = properties.text("StageName")
    variables = properties.child("StageDescription").map("Variables")

    def change(api: RestApi) -> RestApi:
        api = replace(api, deployments=tuple(sorted({*api.deployments, made})))
        if not name or name in api.stages:
            return api
        return replace(api, stages=api.stages.set(name, ApiStage(name, made, variables, resource.origin)))

    _join(resource, change)
    return resource.reference(made, DeploymentId=made)


def read_stage(resource: Resource) -> Reference:
    """A stage of a REST API."""
    properties = resource.properties
    name = properties.text("StageName") or resource.stack.generated_name(resource.logical_id)
    stage = ApiStage(name, properties.text("DeploymentId", ""), properties.map("Variables"), resource.origin)
    _join(resource, lambda api: replace(api, stages=api.stages.set(name, stage)))
    resource.define("stage", f"{properties.needed('RestApiId')}/{name}")
    return resource.reference(name)


def read_gateway_response(resource: Resource) -> Reference:
    """What a REST API answers of its own for one kind of refusal."""
    properties = resource.properties
    kind = properties.choice("ResponseType", RESPONSE_TYPES, "DEFAULT_4XX")
    answer = properties.make(lambda: gateway_answer(properties, *_NAMES, resource.origin))
    _join(resource, lambda api: replace(api, responses=api.responses.set(kind, answer)))
    made = resource.stack.generated_name(resource.logical_id)
    return resource.reference(made, Id=made)


def taken(names: tuple[str, ...], to: str) -> Map[str, str]:
    """The properties `names` as they are read into the member `to`."""
    return Map(dict.fromkeys(names, to))


ADAPTERS = (
    Adapter(
        type="AWS::ApiGateway::RestApi",
        read=read_rest_api,
        taken={
            "ApiKeySourceType": "key_source",
            "Body": "methods",
            "DisableExecuteApiEndpoint": "default_endpoint",
            "EndpointConfiguration.Types": "endpoint_types",
            "EndpointConfiguration.VpcEndpointIds": "vpc_endpoints",
            "Name": "name",
            "Parameters": "resources",
            "Policy": "policy",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
        },
        ignored=(
            *("BinaryMediaTypes", "BodyS3Location", "CloneFrom", "Description", "EndpointAccessMode"),
            *("EndpointConfiguration.IpAddressType", "FailOnWarnings", "MinimumCompressionSize", "Mode"),
            *("SecurityPolicy", "Version"),
        ),
        attributes=("RestApiId", "RootResourceId"),
        pins=("Id", "RootResourceId"),
    ),
    Adapter(
        type="AWS::ApiGateway::Resource",
        read=read_resource,
        taken={"ParentId": "resources", "PathPart": "resources", "RestApiId": "id"},
        required=("ParentId", "PathPart", "RestApiId"),
        attributes=("ResourceId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::Method",
        read=read_method,
        taken={
            **taken(("ApiKeyRequired", "AuthorizationScopes", "AuthorizationType", "AuthorizerId"), "methods"),
            **taken(("HttpMethod", "Integration.Type", "Integration.Uri", "ResourceId"), "methods"),
            "RestApiId": "id",
        },
        ignored=(
            *(f"Integration.{name}" for name in ("CacheKeyParameters", "CacheNamespace", "ConnectionId")),
            *(f"Integration.{name}" for name in ("ConnectionType", "ContentHandling", "Credentials")),
            *(f"Integration.{name}" for name in ("IntegrationHttpMethod", "IntegrationResponses")),
            *(f"Integration.{name}" for name in ("IntegrationTarget", "PassthroughBehavior", "RequestParameters")),
            *(f"Integration.{name}" for name in ("RequestTemplates", "ResponseTransferMode", "TimeoutInMillis")),
            *("MethodResponses", "OperationName", "RequestModels", "RequestParameters", "RequestValidatorId"),
        ),
        required=("RestApiId", "ResourceId", "HttpMethod"),
    ),
    Adapter(
        type="AWS::ApiGateway::Authorizer",
        read=read_authorizer,
        taken={
            **taken(("AuthorizerResultTtlInSeconds", "AuthorizerUri", "IdentitySource"), "authorizers"),
            **taken(("IdentityValidationExpression", "Name", "ProviderARNs", "Type"), "authorizers"),
            "RestApiId": "id",
        },
        ignored=("AuthType", "AuthorizerCredentials"),
        required=("RestApiId", "Type", "Name"),
        attributes=("AuthorizerId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::GatewayResponse",
        read=read_gateway_response,
        taken={
            "RestApiId": "id",
            **taken(("ResponseParameters", "ResponseTemplates", "ResponseType", "StatusCode"), "responses"),
        },
        required=("ResponseType", "RestApiId"),
        attributes=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::Deployment",
        read=read_deployment,
        taken={"RestApiId": "id", "StageDescription.Variables": "stages", "StageName": "stages"},
        ignored=(
            *("DeploymentCanarySettings", "Description"),
            *(f"StageDescription.{name}" for name in ("AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize")),
            *(f"StageDescription.{name}" for name in ("CacheDataEncrypted", "CacheTtlInSeconds", "CachingEnabled")),
            *(f"StageDescription.{name}" for name in ("CanarySetting", "ClientCertificateId", "DataTraceEnabled")),
            *(f"StageDescription.{name}" for name in ("Description", "DocumentationVersion", "LoggingLevel")),
            *(f"StageDescription.{name}" for name in ("MethodSettings", "MetricsEnabled", "Tags")),
            *(f"StageDescription.{name}" for name in ("ThrottlingBurstLimit", "ThrottlingRateLimit")),
            "StageDescription.TracingEnabled",
        ),
        required=("RestApiId",),
        attributes=("DeploymentId",),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::ApiGateway::Stage",
        read=read_stage,
        taken={"DeploymentId": "stages", "RestApiId": "id", "StageName": "stages", "Variables": "stages"},
        ignored=(
            *("AccessLogSetting", "CacheClusterEnabled", "CacheClusterSize", "CanarySetting", "ClientCertificateId"),
            *("Description", "DocumentationVersion", "MethodSettings", "Tags", "TracingEnabled"),
        ),
        required=("RestApiId",),
    ),
)
