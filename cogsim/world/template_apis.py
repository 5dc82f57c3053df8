"""APIs and the functions behind them as the resources that they load from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cogsim.frozen import thaw
from cogsim.persistent import Map
from cogsim.world.api_domain import ApiDomain
from cogsim.world.api_function import ApiFunction
from cogsim.world.graphql_api import LAMBDA, OIDC, USER_POOLS, AuthMode, GraphqlApi
from cogsim.world.http_api import HttpApi, HttpAuthorizer
from cogsim.world.origin import Origin
from cogsim.world.rest_api import COGNITO, HEADER, ApiStage, Backend, RestApi, RestAuthorizer, RestMethod
from cogsim.world.template_parts import Json, document, mapping, present, resource, some, tags
from cogsim.world.usage_plan import GatewayKey, UsagePlan

#: A resource: the logical id it would like, what it is, and where it came from.
Written = tuple[str, Json, Origin]


def rest_api(api: RestApi) -> Iterator[Written]:
    """AWS::ApiGateway::RestApi and all that belongs to it."""
    endpoint = {"Types": list(api.endpoint_types), "VpcEndpointIds": some(api.vpc_endpoints)}
    properties: Json = {
        "Name": api.name,
        "Policy": document(api.policy),
        "EndpointConfiguration": present(endpoint),  # type: ignore[arg-type]
        "DisableExecuteApiEndpoint": None if api.default_endpoint else True,
        "ApiKeySourceType": None if api.key_source == HEADER else api.key_source,
        "Tags": tags(api.tags),
    }
    pins: Json = {"Id": api.id, "RootResourceId": api.root_id}
    yield f"Rest{api.name}", resource("AWS::ApiGateway::RestApi", properties, pins), api.origin
    for part in api.resources.values():
        stated: Json = {"RestApiId": api.id, "ParentId": part.parent_id, "PathPart": part.part}
        yield f"Path{part.part}", resource("AWS::ApiGateway::Resource", stated, {"Id": part.id}), part.origin
    for authorizer in api.authorizers.values():
        made = _rest_authorizer(api.id, authorizer)
        yield f"Authorizer{authorizer.name}", made, authorizer.origin
    for method in api.methods.values():
        yield f"{method.http_method}{method.resource_id}", _method(api.id, method), method.origin
    for kind, answer in api.responses.items():
        told: Json = {
            "RestApiId": api.id,
            "ResponseType": kind,
            "StatusCode": str(answer.status) if answer.status else None,
            "ResponseParameters": mapping(Map({f"gatewayresponse.header.{k}": v for k, v in answer.headers.items()})),
            "ResponseTemplates": mapping(answer.templates),
        }
        yield f"Response{kind}", resource("AWS::ApiGateway::GatewayResponse", told), _own(answer.origin, api.origin)
    for made_id in api.deployments:
        deployed = resource("AWS::ApiGateway::Deployment", {"RestApiId": api.id}, {"Id": made_id})
        yield f"Deployment{made_id}", deployed, Origin(api.origin.stack)
    for stage in api.stages.values():
        held = {"RestApiId": api.id, "Variables": mapping(stage.variables), **_stage(stage)}
        yield f"Stage{stage.name}", resource("AWS::ApiGateway::Stage", held), stage.origin


def _stage(stage: ApiStage) -> Json:
    return {"StageName": stage.name, "DeploymentId": stage.deployment_id or None}


def _rest_authorizer(api_id: str, authorizer: RestAuthorizer) -> Json:
    properties: Json = {
        "RestApiId": api_id,
        "Name": authorizer.name,
        "Type": authorizer.kind,
        "IdentitySource": ",".join(authorizer.sources) or None,
        "IdentityValidationExpression": authorizer.validation or None,
        "ProviderARNs": some(authorizer.providers),
        "AuthorizerUri": authorizer.uri or None,
        "AuthorizerResultTtlInSeconds": authorizer.ttl,
    }
    if authorizer.kind == COGNITO:
        properties["AuthType"] = "cognito_user_pools"
    return resource("AWS::ApiGateway::Authorizer", properties, {"Id": authorizer.id})


def _method(api_id: str, method: RestMethod) -> Json:
    properties: Json = {
        "RestApiId": api_id,
        "ResourceId": method.resource_id,
        "HttpMethod": method.http_method,
        "AuthorizationType": method.authorization,
        "AuthorizerId": method.authorizer_id or None,
        "AuthorizationScopes": some(method.scopes),
        "ApiKeyRequired": method.api_key_required or None,
        "Integration": present(_backend(method.backend, "Type", "Uri")),
    }
    return resource("AWS::ApiGateway::Method", properties)


def _backend(backend: Backend, kind: str, uri: str) -> Json:
    return {kind: backend.kind, uri: backend.uri or None}


def api_key(key: GatewayKey) -> Json:
    """AWS::ApiGateway::ApiKey."""
    properties: Json = {"Name": key.name, "Value": key.value, "Enabled": key.enabled, "Tags": tags(key.tags)}
    return resource("AWS::ApiGateway::ApiKey", properties, {"Id": key.id})


def usage_plan(plan: UsagePlan) -> Iterator[Written]:
    """AWS::ApiGateway::UsagePlan and the keys that belong to it."""
    stages = [{"ApiId": api_id, "Stage": stage} for api_id, stage in plan.stages]
    properties: Json = {"UsagePlanName": plan.name, "ApiStages": some(stages), "Tags": tags(plan.tags)}
    yield f"Plan{plan.name}", resource("AWS::ApiGateway::UsagePlan", properties, {"Id": plan.id}), plan.origin
    for key_id in plan.keys:
        tied: Json = {"KeyId": key_id, "KeyType": "API_KEY", "UsagePlanId": plan.id}
        yield f"{key_id}In{plan.id}", resource("AWS::ApiGateway::UsagePlanKey", tied), Origin(plan.origin.stack)


def api_domain(domain: ApiDomain) -> Iterator[Written]:
    """AWS::ApiGatewayV2::DomainName and what its paths lead to."""
    mutual = {"TruststoreUri": domain.mutual_tls} if domain.mutual_tls else None
    properties: Json = {"DomainName": domain.name, "MutualTlsAuthentication": mutual}
    yield f"Domain{domain.name}", resource("AWS::ApiGatewayV2::DomainName", properties), domain.origin
    for base, mapped in domain.mappings.items():
        kind = "AWS::ApiGatewayV2::ApiMapping" if mapped.stage else "AWS::ApiGateway::BasePathMapping"
        led: Json = {"ApiId": mapped.api_id, "Stage": mapped.stage, "ApiMappingKey": base or None}
        if not mapped.stage:
            led = {"RestApiId": mapped.api_id, "BasePath": base or None}
        yield f"Path{base}", resource(kind, {"DomainName": domain.name, **led}), mapped.origin


def http_api(api: HttpApi) -> Iterator[Written]:
    """AWS::ApiGatewayV2::Api and all that belongs to it."""
    properties: Json = {
        "Name": api.name,
        "ProtocolType": api.protocol,
        "DisableExecuteApiEndpoint": None if api.default_endpoint else True,
        "Tags": mapping(api.tags),
    }
    yield f"Http{api.name}", resource("AWS::ApiGatewayV2::Api", properties, {"Id": api.id}), api.origin
    for integration in api.integrations.values():
        held = {"ApiId": api.id, **_backend(integration.backend, "IntegrationType", "IntegrationUri")}
        made = resource("AWS::ApiGatewayV2::Integration", held, {"Id": integration.id})
        yield f"Integration{integration.id}", made, _own(integration.origin, api.origin)
    for authorizer in api.authorizers.values():
        yield f"Authorizer{authorizer.name}", _http_authorizer(api.id, authorizer), authorizer.origin
    for route in api.routes.values():
        stated: Json = {
            "ApiId": api.id,
            "RouteKey": route.key,
            "AuthorizationType": route.authorization,
            "AuthorizerId": route.authorizer_id or None,
            "AuthorizationScopes": some(route.scopes),
            "Target": route.target or None,
        }
        made = resource("AWS::ApiGatewayV2::Route", stated, {"Id": route.id})
        yield f"Route{route.id}", made, _own(route.origin, api.origin)
    for stage in api.stages.values():
        staged: Json = {"ApiId": api.id, "StageVariables": mapping(stage.variables), **_stage(stage)}
        yield f"Stage{stage.name}", resource("AWS::ApiGatewayV2::Stage", staged), _own(stage.origin, api.origin)


def _own(origin: Origin, api: Origin) -> Origin:
    """The origin of a part; one that its API made has no logical id of its own."""
    return Origin(origin.stack) if origin.logical_id == api.logical_id else origin


def _http_authorizer(api_id: str, authorizer: HttpAuthorizer) -> Json:
    jwt: Json = {"Issuer": authorizer.issuer or None, "Audience": some(authorizer.audience)}
    properties: Json = {
        "ApiId": api_id,
        "Name": authorizer.name,
        "AuthorizerType": authorizer.kind,
        "IdentitySource": some(authorizer.sources),
        "JwtConfiguration": present(jwt) or None,
        "AuthorizerUri": authorizer.uri or None,
        "AuthorizerPayloadFormatVersion": authorizer.payload if authorizer.uri else None,
        "EnableSimpleResponses": authorizer.simple or None,
        "AuthorizerResultTtlInSeconds": authorizer.ttl,
    }
    return resource("AWS::ApiGatewayV2::Authorizer", properties, {"Id": authorizer.id})


def graphql_api(api: GraphqlApi) -> Iterator[Written]:
    """AWS::AppSync::GraphQLApi, its schema and its keys."""
    properties: Json = {
        "Name": api.name,
        **_mode(api.default, own=True),
        "AdditionalAuthenticationProviders": some(_mode(mode, own=False) for mode in api.modes[1:]),
        "Visibility": "PRIVATE" if api.private else None,
        "Tags": tags(api.tags),
    }
    yield f"Graphql{api.name}", resource("AWS::AppSync::GraphQLApi", properties, {"Id": api.id}), api.origin
    if api.schema:
        schema = resource("AWS::AppSync::GraphQLSchema", {"ApiId": api.id, "Definition": api.schema})
        yield f"SchemaOf{api.name}", schema, api.schema_origin
    for key in api.keys.values():
        made = resource("AWS::AppSync::ApiKey", {"ApiId": api.id, "Expires": key.expires}, {"Id": key.id})
        yield f"KeyOf{api.name}", made, key.origin


def _mode(mode: AuthMode, *, own: bool) -> Json:
    made: Json = {"AuthenticationType": mode.kind}
    if mode.kind == USER_POOLS:
        pool: Json = {"UserPoolId": mode.pool_id, "AwsRegion": mode.pool_region or None}
        pool["AppIdClientRegex"] = mode.pattern or None
        pool["DefaultAction"] = mode.default_action if own else None
        made["UserPoolConfig"] = present(pool)
    if mode.kind == OIDC:
        oidc: Json = {"Issuer": mode.issuer, "ClientId": mode.pattern or None}
        oidc |= {"IatTTL": mode.iat_ttl or None, "AuthTTL": mode.auth_ttl or None}
        made["OpenIDConnectConfig"] = present(oidc)
    if mode.kind == LAMBDA:
        function: Json = {"AuthorizerUri": mode.uri, "AuthorizerResultTtlInSeconds": mode.ttl}
        function["IdentityValidationExpression"] = mode.pattern or None
        made["LambdaAuthorizerConfig"] = present(function)
    return made


def api_function(function: ApiFunction) -> Json:
    """Cogsim::ApiFunction."""
    rules: list[Any] = []
    for rule in function.rules:
        answer: Json = {"Throw": rule.error} if rule.error is not None else {"Response": thaw(rule.response)}
        rules.append({"When": thaw(rule.when) or None, **answer})
    token = function.token
    reading: Json = {}
    if token is not None:
        reading = {
            "UserPoolId": token.pool_id or None,
            "TokenUse": token.use,
            "ClientIds": some(token.clients),
            "Verified": token.verified,
        }
    properties: Json = {
        "Function": function.function_arn,
        "Rules": some(present(each) for each in rules),
        "Token": present(reading) or None,
    }
    return resource("Cogsim::ApiFunction", properties)
