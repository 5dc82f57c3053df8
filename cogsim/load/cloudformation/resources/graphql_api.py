"""GraphQL APIs of AppSync: the ways in, the schema, the API keys."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.cloudformation.resources.rest_api import made_id, taken
from cogsim.world.graphql_api import ALLOW, API_KEY, DENY, LAMBDA, MODES, OIDC, USER_POOLS, ApiKey, AuthMode, GraphqlApi

_A_WEEK = 604_800


def read_graphql_api(resource: Resource) -> Reference:
    """A GraphQL API with the mode of its own and the additional ones."""
    properties, env = resource.properties, resource.environment
    api_id = made_id(resource, "appsync/api", 26)
    more = tuple(_mode(each) for each in properties.children("AdditionalAuthenticationProviders"))
    api = GraphqlApi(
        id=api_id,
        name=properties.needed("Name"),
        account=env.account,
        region=env.region,
        modes=(_mode(properties), *more),
        partition=env.partition,
        private=properties.choice("Visibility", ("GLOBAL", "PRIVATE"), "GLOBAL") == "PRIVATE",
        tags=properties.tags("Tags"),
        origin=resource.origin,
    )
    resource.define("GraphQL API", api_id)
    resource.draft.world = resource.draft.world.with_graphql_api(api)
    attributes = {"ApiId": api_id, "Arn": api.arn, "GraphQLDns": api.host, "GraphQLUrl": f"https://{api.host}/graphql"}
    return resource.reference(api.arn, **attributes)


def _mode(stated: Properties) -> AuthMode:
    kind = stated.choice("AuthenticationType", MODES, API_KEY)
    pool, oidc, function = (stated.child(f"{name}Config") for name in ("UserPool", "OpenIDConnect", "LambdaAuthorizer"))
    pattern = {
        USER_POOLS: pool.text("AppIdClientRegex", ""),
        OIDC: oidc.text("ClientId", ""),
        LAMBDA: function.text("IdentityValidationExpression", ""),
    }
    return AuthMode(
        kind=kind,
        pool_id=pool.text("UserPoolId", ""),
        pool_region=pool.text("AwsRegion", ""),
        default_action=pool.choice("DefaultAction", (ALLOW, DENY), ALLOW) if pool.has("DefaultAction") else ALLOW,
        pattern=pattern.get(kind, ""),
        issuer=oidc.text("Issuer", ""),
        iat_ttl=oidc.number("IatTTL", 0),
        auth_ttl=oidc.number("AuthTTL", 0),
        uri=function.text("AuthorizerUri", ""),
        ttl=function.number("AuthorizerResultTtlInSeconds", 300),
    )


def _join(resource: Resource, change: Callable[[GraphqlApi], GraphqlApi]) -> None:
    """Change the API that the resource belongs to, once all are there."""
    api_id, draft = resource.properties.needed("ApiId"), resource.draft

    def apply() -> None:
        api = draft.world.graphql_apis.get(api_id)
        if api is None:
            sentence = f"{resource.logical_id} belongs to the GraphQL API {api_id}, which is not there"
            draft.notes.warn(resource.place, sentence)
            return
        draft.world = draft.world.with_graphql_api(change(api))

    draft.later(ATTACHMENTS, apply)


def read_schema(resource: Resource) -> Reference:
    """The schema of a GraphQL API; one that stands in a bucket is not read."""
    text = resource.properties.text("Definition", "")
    if not text:
        sentence = f"the schema {resource.logical_id} has no Definition here: no field of it is known"
        resource.draft.notes.warn(resource.place, sentence)
    _join(resource, lambda api: replace(api, schema=text, schema_origin=resource.origin))
    resource.define("schema", resource.properties.needed("ApiId"))
    return resource.reference(f"{resource.properties.needed('ApiId')}GraphQLSchema")


def read_api_key(resource: Resource) -> Reference:
    """An API key, good for a week where nothing is said."""
    properties = resource.properties
    made = resource.pins.text("Id") or f"da2-{resource.stack.draw('appsync/key', resource.logical_id).lower_alnum(26)}"
    key = ApiKey(made, properties.instant("Expires", resource.pins.instant("Created") + _A_WEEK), resource.origin)
    if not properties.has("Expires"):
        sentence = f"{resource.logical_id} says no Expires: it holds for a week from Metadata.cogsim.Created"
        resource.draft.notes.warn(resource.place, sentence)
    _join(resource, lambda api: replace(api, keys=api.keys.set(made, key)))
    return resource.reference(made, ApiKey=made, ApiKeyId=made)


_POOL = ("UserPoolConfig.AppIdClientRegex", "UserPoolConfig.AwsRegion", "UserPoolConfig.UserPoolId")
_OIDC = tuple(f"OpenIDConnectConfig.{name}" for name in ("AuthTTL", "ClientId", "IatTTL", "Issuer"))
_LAMBDA = tuple(
    f"LambdaAuthorizerConfig.{name}"
    for name in ("AuthorizerResultTtlInSeconds", "AuthorizerUri", "IdentityValidationExpression")
)
_MODE = ("AuthenticationType", *_POOL, *_OIDC, *_LAMBDA)

ADAPTERS = (
    Adapter(
        type="AWS::AppSync::GraphQLApi",
        read=read_graphql_api,
        taken={
            **taken(_MODE, "modes"),
            **taken(tuple(f"AdditionalAuthenticationProviders.{name}" for name in _MODE), "modes"),
            "Name": "name",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "UserPoolConfig.DefaultAction": "modes",
            "Visibility": "private",
        },
        ignored=(
            *("ApiType", "EnhancedMetricsConfig", "EnvironmentVariables", "IntrospectionConfig", "LogConfig"),
            *("MergedApiExecutionRoleArn", "OwnerContact", "QueryDepthLimit", "ResolverCountLimit", "XrayEnabled"),
        ),
        required=("Name", "AuthenticationType"),
        attributes=("ApiId", "Arn", "GraphQLDns", "GraphQLUrl"),
        withheld=("GraphQLEndpointArn", "RealtimeDns", "RealtimeUrl"),
        pins=("Id",),
    ),
    Adapter(
        type="AWS::AppSync::GraphQLSchema",
        read=read_schema,
        taken={"ApiId": "id", "Definition": "schema"},
        ignored=("DefinitionS3Location",),
        required=("ApiId",),
        withheld=("Id",),
    ),
    Adapter(
        type="AWS::AppSync::ApiKey",
        read=read_api_key,
        taken={"ApiId": "id", "Expires": "keys"},
        ignored=("Description",),
        required=("ApiId",),
        attributes=("ApiKey", "ApiKeyId"),
        withheld=("Arn",),
        pins=("Id", "Created"),
    ),
)
