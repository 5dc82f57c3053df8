"""Every property AWS publishes for a modelled type is in a column of its ledger, and every column is real."""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from cogsim.load.cloudformation.adapters import UNMODELLED, adapters, misspelt
from cogsim.world import (
    api_domain,
    bucket,
    graphql_api,
    http_api,
    iam,
    identity_pool,
    pool_members,
    pool_user,
    rest_api,
    table,
    usage_plan,
    user_pool,
    user_pool_client,
)

MODELLED = [name for name in adapters() if name.startswith("AWS::")]

NOUNS: dict[str, type] = {
    "AWS::Cognito::UserPool": user_pool.UserPool,
    "AWS::Cognito::UserPoolClient": user_pool_client.UserPoolClient,
    "AWS::Cognito::UserPoolGroup": pool_members.UserPoolGroup,
    "AWS::Cognito::UserPoolUser": pool_user.PoolUser,
    "AWS::Cognito::UserPoolUserToGroupAttachment": pool_user.PoolUser,
    "AWS::Cognito::UserPoolIdentityProvider": pool_members.UserPoolIdentityProvider,
    "AWS::Cognito::UserPoolResourceServer": pool_members.ResourceServer,
    "AWS::Cognito::UserPoolDomain": pool_members.UserPoolDomain,
    "AWS::Cognito::UserPoolRiskConfigurationAttachment": pool_members.RiskConfiguration,
    "AWS::Cognito::LogDeliveryConfiguration": pool_members.PoolDocument,
    "AWS::Cognito::UserPoolUICustomizationAttachment": pool_members.PoolDocument,
    "AWS::Cognito::ManagedLoginBranding": pool_members.PoolDocument,
    "AWS::Cognito::Terms": pool_members.PoolDocument,
    "AWS::Cognito::UserPoolReplica": pool_members.PoolDocument,
    "AWS::Cognito::IdentityPool": identity_pool.IdentityPool,
    "AWS::Cognito::IdentityPoolRoleAttachment": identity_pool.IdentityPool,
    "AWS::Cognito::IdentityPoolPrincipalTag": identity_pool.IdentityPool,
    "AWS::IAM::Role": iam.Role,
    "AWS::IAM::RolePolicy": iam.Role,
    "AWS::IAM::Policy": iam.Role,
    "AWS::IAM::User": iam.User,
    "AWS::IAM::UserPolicy": iam.User,
    "AWS::IAM::UserToGroupAddition": iam.User,
    "AWS::IAM::Group": iam.Group,
    "AWS::IAM::GroupPolicy": iam.Group,
    "AWS::IAM::AccessKey": iam.AccessKey,
    "AWS::IAM::SAMLProvider": iam.SamlProvider,
    "AWS::IAM::OIDCProvider": iam.OidcProvider,
    "AWS::S3::Bucket": bucket.Bucket,
    "AWS::ApiGateway::DomainName": api_domain.ApiDomain,
    "AWS::ApiGateway::BasePathMapping": api_domain.ApiDomain,
    "AWS::ApiGatewayV2::DomainName": api_domain.ApiDomain,
    "AWS::ApiGatewayV2::ApiMapping": api_domain.ApiDomain,
    "AWS::ApiGateway::ApiKey": usage_plan.GatewayKey,
    "AWS::ApiGateway::UsagePlan": usage_plan.UsagePlan,
    "AWS::ApiGateway::UsagePlanKey": usage_plan.UsagePlan,
    "AWS::S3::BucketPolicy": bucket.Bucket,
    "AWS::DynamoDB::Table": table.Table,
    **dict.fromkeys(
        (
            f"AWS::ApiGateway::{name}"
            for name in ("RestApi", "Resource", "Method", "Authorizer", "Deployment", "Stage", "GatewayResponse")
        ),
        rest_api.RestApi,
    ),
    **dict.fromkeys(
        (f"AWS::ApiGatewayV2::{name}" for name in ("Api", "Route", "Integration", "Authorizer", "Stage")),
        http_api.HttpApi,
    ),
    **dict.fromkeys(
        (f"AWS::AppSync::{name}" for name in ("GraphQLApi", "GraphQLSchema", "ApiKey")), graphql_api.GraphqlApi
    ),
}


@cache
def schema(type_name: str) -> dict[str, Any]:
    found: dict[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_name).schema
    return found


def published(type_name: str) -> tuple[set[str], set[str]]:
    """The dotted paths of the properties that can be written, and those that can only be read."""
    whole = schema(type_name)
    read_only = {path.removeprefix("/properties/") for path in whole.get("readOnlyProperties", ())}
    paths: set[str] = set()
    waiting: list[tuple[str, Any, tuple[str, ...]]] = [("", whole, ())]
    while waiting:
        path, part, seen = waiting.pop()
        if "$ref" in part and part["$ref"] not in seen:
            target: Any = whole
            for step in part["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            waiting.append((path, target, (*seen, part["$ref"])))
        parts = (*part.get("patternProperties", {}).values(), *part.get("oneOf", ()), *part.get("anyOf", ()))
        waiting.extend((path, inner, seen) for inner in (part.get("items"), *parts) if isinstance(inner, dict))
        for name, inner in part.get("properties", {}).items():
            full = f"{path}.{name}" if path else name
            if full not in read_only:
                paths.add(full)
                waiting.append((full, inner, seen))
    return paths, {name for name in read_only if "/" not in name}


def within(path: str, columns: set[str]) -> bool:
    """Whether `path` or something around it stands in `columns`."""
    return path in columns or ("." in path and within(path.rpartition(".")[0], columns))


@pytest.mark.parametrize("type_name", MODELLED)
def test_every_published_property_is_taken_or_ignored(type_name: str) -> None:
    adapter = adapters()[type_name]
    columns = {*adapter.taken, *adapter.ignored}
    prefixes = {path.rpartition(".")[0] for path in columns}
    prefixes |= {prefix.rpartition(".")[0] for prefix in prefixes} | {p.split(".")[0] for p in columns if "." in p}
    nowhere = {path for path in published(type_name)[0] if not within(path, columns) and path not in prefixes}
    assert nowhere == set()


@pytest.mark.parametrize("type_name", MODELLED)
def test_every_column_of_a_ledger_is_a_published_property(type_name: str) -> None:
    adapter = adapters()[type_name]
    assert {*adapter.taken, *adapter.ignored} - published(type_name)[0] == set()
    assert set(adapter.taken) & set(adapter.ignored) == set()
    assert set(adapter.required) >= set(schema(type_name).get("required", ())) - {"ProviderDetails"}


@pytest.mark.parametrize("type_name", MODELLED)
def test_every_attribute_of_getatt_is_given_or_withheld(type_name: str) -> None:
    adapter = adapters()[type_name]
    assert {*adapter.attributes, *adapter.withheld} >= published(type_name)[1] - {"MetadataConfiguration"}


@pytest.mark.parametrize("type_name", sorted(NOUNS))
def test_what_is_taken_goes_to_a_member_of_the_noun(type_name: str) -> None:
    members = {member.name for member in dataclasses.fields(NOUNS[type_name])}
    assert {member.split(".")[0] for member in adapters()[type_name].taken.values()} <= members


def test_no_type_that_aws_has_is_taken_for_a_slip_and_every_service_type_is_known() -> None:
    types = PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")
    assert [name for name in types if misspelt(name)] == []
    apis = ("AWS::ApiGateway::", "AWS::ApiGatewayV2::", "AWS::AppSync::")
    services = (*apis, "AWS::Cognito::", "AWS::IAM::", "AWS::S3::", "AWS::DynamoDB::", "AWS::ElasticLoadBalancing")
    assert {name for name in types if name.startswith(services)} == {*MODELLED, *UNMODELLED}


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("AWS::Cognito::UserPol", "AWS::Cognito::UserPool"),
        ("AWS::Cognito::Userpool", "AWS::Cognito::UserPool"),
        ("AWS::IAM::Roles", "AWS::IAM::Role"),
        ("AWS::Cognitoo::UserPoolClient", "AWS::Cognito::UserPoolClient"),
        ("Cogsim::Object", "Cogsim::Objects"),
    ],
)
def test_a_slip_in_a_type_is_told_from_a_type_of_its_own(written: str, meant: str) -> None:
    assert misspelt(written) == meant
