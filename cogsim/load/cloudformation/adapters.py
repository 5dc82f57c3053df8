"""The resource types that the model has, and what is said of all others."""

from __future__ import annotations

import difflib
from functools import cache

from cogsim.load.cloudformation.adapter import Adapter
from cogsim.load.cloudformation.resources import (
    api_domain,
    api_function,
    broker,
    cogsim_seeds,
    external_oidc,
    external_saml,
    graphql_api,
    http_api,
    iam_policies,
    iam_principals,
    iam_providers,
    iam_sessions,
    identity_pool,
    load_balancer,
    pool_members,
    pool_settings,
    pool_users,
    populations,
    rest_api,
    seeded_items,
    seeded_objects,
    storage,
    surroundings,
    tables,
    tenancy,
    trigger,
    usage_plan,
    user_pool,
    user_pool_client,
)

#: What the model does not have of API Gateway and AppSync, by the service.
_APIS = {
    "ApiGateway": (
        *("Account", "BasePathMappingV2", "ClientCertificate", "DocumentationPart"),
        *("DocumentationVersion", "DomainNameAccessAssociation", "DomainNameV2"),
        *("Model", "RequestValidator", "VpcLink"),
    ),
    "ApiGatewayV2": (
        *("ApiGatewayManagedOverrides", "Deployment", "IntegrationResponse", "Model"),
        *("PortalProduct", "RouteResponse", "RoutingRule", "VpcLink"),
    ),
    "AppSync": (
        *("Api", "ApiCache", "ChannelNamespace", "DataSource", "DomainName", "DomainNameApiAssociation"),
        *("FunctionConfiguration", "Resolver", "SourceApiAssociation", "Type"),
    ),
}

#: Types of the modelled services that AWS has and the model does not.
UNMODELLED = frozenset(
    (
        *(f"AWS::{service}::{name}" for service, names in _APIS.items() for name in names),
        "AWS::Cognito::UserPoolRegionalConfigurationAttachment",
        *("AWS::IAM::InstanceProfile", "AWS::IAM::ServerCertificate"),
        "AWS::IAM::ServiceLinkedRole",
        *("AWS::ElasticLoadBalancing::LoadBalancer", "AWS::ElasticLoadBalancingV2::ListenerCertificate"),
        *("AWS::ElasticLoadBalancingV2::TrustStore", "AWS::ElasticLoadBalancingV2::TrustStoreRevocation"),
        *("AWS::S3::AccessGrant", "AWS::S3::AccessGrantsInstance", "AWS::S3::AccessGrantsLocation"),
        *("AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPoint", "AWS::S3::MultiRegionAccessPointPolicy"),
        *("AWS::S3::StorageLens", "AWS::S3::StorageLensGroup"),
    )
)

_SERVICES = (
    *("AWS::ApiGateway::", "AWS::ApiGatewayV2::", "AWS::AppSync::"),
    *("AWS::Cognito::", "AWS::DynamoDB::", "AWS::ElasticLoadBalancingV2::", "AWS::IAM::", "AWS::S3::", "Cogsim::"),
)
# Inside a modelled service a near word is a slip; elsewhere real names come as near as AWS::S3Express::BucketPolicy.
_NEAR_INSIDE, _NEAR_OUTSIDE = 0.8, 0.93


@cache
def adapters() -> dict[str, Adapter]:
    """Every adapter by its resource type."""
    families = (
        *(
            user_pool,
            user_pool_client,
            pool_members,
            pool_users,
            pool_settings,
            identity_pool,
            iam_principals,
            iam_policies,
            iam_providers,
            iam_sessions,
        ),
        *(
            storage,
            tables,
            load_balancer,
            seeded_items,
            cogsim_seeds,
            seeded_objects,
            tenancy,
            external_oidc,
            external_saml,
            populations,
            surroundings,
            trigger,
            broker,
            rest_api,
            http_api,
            graphql_api,
            api_function,
            usage_plan,
            api_domain,
        ),
    )
    return {adapter.type: adapter for family in families for adapter in family.ADAPTERS}


@cache
def misspelt(type_name: str) -> str | None:
    """The known type that `type_name` is a slip of, None where it is probably a type of its own."""
    if type_name in UNMODELLED or type_name in adapters():
        return None
    cutoff = _NEAR_INSIDE if type_name.startswith(_SERVICES) else _NEAR_OUTSIDE
    by_folded = {known.casefold(): known for known in sorted((*adapters(), *UNMODELLED))}
    near = difflib.get_close_matches(type_name.casefold(), by_folded, n=1, cutoff=cutoff)
    return by_folded[near[0]] if near else None
