"""App clients through the door: made, described, replaced, listed and deleted."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.world.pool_members import (
    PoolDocument,
    ResourceServer,
    RiskConfiguration,
    UserPoolIdentityProvider,
)
from cogsim.world.user_pool import SchemaAttribute
from tests.unit.aws.cognito_idp.conftest import Make, Pools

INVALID = "InvalidParameterException"
FLOW = "InvalidOAuthFlowException"
RANGE = "Invalid range for token validity."
CODE = {
    "AllowedOAuthFlowsUserPoolClient": True,
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid"],
    "CallbackURLs": ["https://example.com/in"],
}


def made(pools: Pools, **members: Any) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = pools.admin("CreateUserPoolClient", ClientName="new", **members)["UserPoolClient"]
    return answer


def test_a_client_of_which_only_the_name_is_stated_has_awss_defaults(pools: Pools) -> None:
    client = made(pools)
    assert re.fullmatch("[a-z0-9]{26}", client["ClientId"])
    expected = {
        "UserPoolId": pools.pool_id,
        "ClientName": "new",
        "RefreshTokenValidity": 30,
        "TokenValidityUnits": {},
        "AllowedOAuthFlowsUserPoolClient": False,
        "EnableTokenRevocation": True,
        "EnablePropagateAdditionalUserContextData": False,
        "AuthSessionValidity": 3,
        "ClientType": "REGULAR",
    }
    instants = ("ClientId", "CreationDate", "LastModifiedDate")
    assert {name: value for name, value in client.items() if name not in instants} == expected
    shown = pools.admin("DescribeUserPoolClient", ClientId=client["ClientId"])["UserPoolClient"]
    assert shown == client


def test_a_default_is_answered_where_it_was_stated_and_no_longer_once_an_update_leaves_it_out(pools: Pools) -> None:
    stated = {
        "ExplicitAuthFlows": ["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
        "PreventUserExistenceErrors": "LEGACY",
        "RefreshTokenRotation": {"Feature": "DISABLED", "RetryGracePeriodSeconds": 0},
    }
    client = made(pools, **stated)
    assert {name: client[name] for name in stated} == stated
    updated = pools.admin("UpdateUserPoolClient", ClientId=client["ClientId"])["UserPoolClient"]
    assert not set(stated) & set(updated)


def test_what_is_configured_is_shown_as_it_was_given(pools: Pools) -> None:
    provider = UserPoolIdentityProvider(pools.pool_id, "Corp", "SAML")
    server = ResourceServer(pools.pool_id, "https://api", "Api", Map({"read": "Read"}))
    pools.cloud.world = pools.cloud.world.with_pool_provider(provider).with_resource_server(server)
    members = {
        "RefreshTokenValidity": 90,
        "AccessTokenValidity": 5,
        "IdTokenValidity": 1800,
        "TokenValidityUnits": {"RefreshToken": "minutes", "AccessToken": "minutes", "IdToken": "seconds"},
        "ReadAttributes": ["email", "email_verified"],
        "WriteAttributes": ["email"],
        "ExplicitAuthFlows": ["ALLOW_USER_AUTH"],
        "SupportedIdentityProviders": ["COGNITO", "Corp"],
        "CallbackURLs": ["https://example.com/in", "http://localhost:3000", "http://[::1]:8/x", "my.app://in"],
        "LogoutURLs": ["https://example.com/out", "http://127.0.0.1/out"],
        "DefaultRedirectURI": "https://example.com/in",
        "AllowedOAuthFlows": ["code", "implicit"],
        "AllowedOAuthScopes": ["openid", "email", "https://api/read", "aws.cognito.signin.user.admin"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AnalyticsConfiguration": {"ApplicationId": "00ff", "UserDataShared": True},
        "PreventUserExistenceErrors": "ENABLED",
        "EnableTokenRevocation": False,
        "EnablePropagateAdditionalUserContextData": True,
        "AuthSessionValidity": 15,
        "RefreshTokenRotation": {"Feature": "ENABLED", "RetryGracePeriodSeconds": 60},
    }
    client = made(pools, GenerateSecret=True, **members)
    assert {name: client[name] for name in members} == members
    assert re.fullmatch("[a-z0-9]{51}", client["ClientSecret"])
    held = pools.cloud.world.clients[client["ClientId"]]
    assert (held.refresh_token_validity, held.access_token_validity, held.id_token_validity) == (5400, 300, 1800)


@pytest.mark.parametrize(
    ("members", "code", "text"),
    [
        ({"GenerateSecret": True, "ClientSecret": "x" * 24}, INVALID, "cannot both be set"),
        ({"ClientSecret": "x" * 23}, INVALID, "greater than or equal to 24"),
        ({"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}}, INVALID, RANGE),
        ({"AccessTokenValidity": 25}, INVALID, RANGE),
        ({"IdTokenValidity": 2, "TokenValidityUnits": {"IdToken": "days"}}, INVALID, RANGE),
        ({"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}}, INVALID, RANGE),
        ({"RefreshTokenValidity": 3651}, INVALID, RANGE),
        (
            {
                "AccessTokenValidity": 3,
                "RefreshTokenValidity": 2,
                "TokenValidityUnits": {"RefreshToken": "hours"},
            },
            INVALID,
            RANGE,
        ),
        ({"AuthSessionValidity": 2}, INVALID, "greater than or equal to 3"),
        ({"ExplicitAuthFlows": ["ADMIN_NO_SRP_AUTH", "ALLOW_USER_SRP_AUTH"]}, INVALID, "begin with ALLOW_"),
        (
            {
                "RefreshTokenRotation": {"Feature": "ENABLED"},
                "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            },
            INVALID,
            "ALLOW_REFRESH_TOKEN_AUTH",
        ),
        ({"EnablePropagateAdditionalUserContextData": True}, INVALID, "needs a client secret"),
        ({"ReadAttributes": ["nothing"]}, INVALID, "Invalid read attributes specified while creating a client"),
        ({"WriteAttributes": ["nothing"]}, INVALID, "Invalid write attributes specified while creating a client"),
        ({"WriteAttributes": ["email_verified"]}, INVALID, "Invalid write attributes specified"),
        ({"WriteAttributes": ["sub"]}, INVALID, "Invalid write attributes specified"),
        ({"SupportedIdentityProviders": ["Google"]}, INVALID, "The provider Google does not exist for User Pool"),
        ({"CallbackURLs": ["http://example.com"]}, INVALID, "http://example.com cannot use the HTTP protocol."),
        ({"CallbackURLs": ["http://localhost.example.com"]}, INVALID, "cannot use the HTTP protocol."),
        ({"LogoutURLs": ["http://example.com"]}, INVALID, "cannot use the HTTP protocol."),
        ({"CallbackURLs": ["https://example.com/#x"]}, INVALID, "contains a fragment"),
        ({"CallbackURLs": ["/in"]}, INVALID, "is not an absolute URL"),
        ({"CallbackURLs": ["https:example.com"]}, INVALID, "is not an absolute URL"),
        ({"CallbackURLs": ["https://a"] * 101}, INVALID, "less than or equal to 100"),
        ({**CODE, "DefaultRedirectURI": "https://example.com/out"}, INVALID, "must be among CallbackURLs"),
        (
            {"AllowedOAuthFlowsUserPoolClient": True},
            INVALID,
            "AllowedOAuthFlows and AllowedOAuthScopes are required if user pool client is allowed to use OAuth flows.",
        ),
        ({**CODE, "CallbackURLs": []}, FLOW, "CallbackUrls can not be empty when code flow or implicit flow"),
        (
            {**CODE, "AllowedOAuthFlows": ["code", "client_credentials"], "GenerateSecret": True},
            FLOW,
            "can not be selected along with code flow or implicit flow",
        ),
        ({"AllowedOAuthFlows": ["client_credentials"]}, FLOW, "does not have a client secret"),
        (
            {
                "AllowedOAuthFlows": ["client_credentials"],
                "AllowedOAuthScopes": ["openid"],
                "GenerateSecret": True,
            },
            FLOW,
            "openid is not supported with client_credentials flow",
        ),
        (
            {**CODE, "AllowedOAuthScopes": ["openid", "api/read"]},
            "ScopeDoesNotExistException",
            "Invalid scope requested: api/read",
        ),
        ({**CODE, "AllowedOAuthScopes": ["email"]}, INVALID, "email requires the scope openid"),
    ],
)
def test_what_aws_refuses_of_a_new_client(pools: Pools, members: dict[str, Any], code: str, text: str) -> None:
    before = pools.cloud.world
    params = {"UserPoolId": pools.pool_id, "ClientName": "new", **members}
    refused, message = pools.refusal("CreateUserPoolClient", **params)
    assert (refused, text in message) == (code, True), message
    assert pools.cloud.world is before


def test_required_attributes_are_writable_and_developers_own_never(make: Make) -> None:
    schema = (SchemaAttribute("email", required=True), SchemaAttribute("custom:a"), SchemaAttribute("dev:b"))
    pools = make(pool={"schema": schema})
    params: dict[str, Any] = {"UserPoolId": pools.pool_id, "ClientName": "new"}
    text = "Invalid write attributes specified while creating a client"
    for names in (["custom:a"], ["email", "dev:b"]):
        assert pools.refusal("CreateUserPoolClient", **params, WriteAttributes=names) == (INVALID, text)
    client = made(pools, WriteAttributes=["email", "custom:a"], ReadAttributes=["dev:b", "custom:a"])
    update = {"UserPoolId": pools.pool_id, "ClientId": client["ClientId"], "WriteAttributes": ["custom:a"]}
    assert pools.refusal("UpdateUserPoolClient", **update) == (INVALID, text.replace("creating", "updating"))


def test_user_auth_needs_its_plan(make: Make) -> None:
    pools = make(pool={"tier": "LITE"})
    params = {"UserPoolId": pools.pool_id, "ClientName": "new", "ExplicitAuthFlows": ["ALLOW_USER_AUTH"]}
    assert pools.refusal("CreateUserPoolClient", **params)[0] == "FeatureUnavailableInTierException"


def test_machines_get_tokens_for_custom_scopes(pools: Pools) -> None:
    server = ResourceServer(pools.pool_id, "api", "Api", Map({"read": "Read"}))
    pools.cloud.world = pools.cloud.world.with_resource_server(server)
    members = {"AllowedOAuthFlows": ["client_credentials"], "AllowedOAuthScopes": ["api/read"]}
    client = made(pools, GenerateSecret=True, AllowedOAuthFlowsUserPoolClient=True, **members)
    assert {name: client[name] for name in members} == members


def test_an_update_replaces_what_is_settable_and_keeps_the_secret(pools: Pools) -> None:
    client = made(pools, GenerateSecret=True, AccessTokenValidity=2, WriteAttributes=["email"], **CODE)
    pools.cloud.advance(5)
    shown = pools.admin("UpdateUserPoolClient", ClientId=client["ClientId"], AuthSessionValidity=5)["UserPoolClient"]
    gone = {"AccessTokenValidity", "WriteAttributes", "CallbackURLs", "AllowedOAuthFlows", "AllowedOAuthScopes"}
    assert not gone & set(shown)
    assert (shown["AuthSessionValidity"], shown["AllowedOAuthFlowsUserPoolClient"]) == (5, False)
    kept = ("ClientId", "ClientName", "ClientSecret", "CreationDate", "UserPoolId")
    assert {name: shown[name] for name in kept} == {name: client[name] for name in kept}
    assert (shown["LastModifiedDate"] - shown["CreationDate"]).total_seconds() == 5
    renamed = pools.admin("UpdateUserPoolClient", ClientId=client["ClientId"], ClientName="other")["UserPoolClient"]
    assert (renamed["ClientName"], renamed["AuthSessionValidity"]) == ("other", 3)


def test_a_refresh_validity_of_zero_is_the_default(pools: Pools) -> None:
    assert made(pools, RefreshTokenValidity=0)["RefreshTokenValidity"] == 30


def test_which_flows_a_rotating_client_has_that_states_none_is_an_assumption(pools: Pools) -> None:
    rotation = {"Feature": "ENABLED"}
    client_id = made(pools, RefreshTokenRotation=rotation)["ClientId"]
    client = pools.cloud.world.clients[client_id]
    assert client.explicit_auth_flows == ("ALLOW_CUSTOM_AUTH", "ALLOW_USER_SRP_AUTH")
    with assuming({"cognito.rotationWithoutFlows": "refused"}):
        params = {"UserPoolId": pools.pool_id, "ClientName": "new", "RefreshTokenRotation": rotation}
        assert pools.refusal("CreateUserPoolClient", **params)[0] == INVALID


def test_clients_are_listed_in_pages_without_their_secrets(pools: Pools) -> None:
    ids = {pools.client_id, *(made(pools, GenerateSecret=True)["ClientId"] for _ in range(4))}
    first = pools.admin("ListUserPoolClients", MaxResults=3)
    second = pools.admin("ListUserPoolClients", MaxResults=3, NextToken=first["NextToken"])
    found = [*first["UserPoolClients"], *second["UserPoolClients"]]
    assert ({entry["ClientId"] for entry in found}, len(found)) == (ids, 5)
    assert "NextToken" not in second
    assert all(set(entry) == {"ClientId", "ClientName", "UserPoolId"} for entry in found)
    assert pools.admin("ListUserPoolClients", ClientType="DCR")["UserPoolClients"] == []
    assert len(pools.admin("ListUserPoolClients", ClientType="REGULAR")["UserPoolClients"]) == 5


def test_a_deleted_client_is_gone_with_what_was_its_own(pools: Pools) -> None:
    client_id = made(pools)["ClientId"]
    world = pools.cloud.world.with_risk_configuration(RiskConfiguration(pools.pool_id, client_id))
    pools.cloud.world = world.with_pool_document(PoolDocument(pools.pool_id, "UICustomization", client_id))
    assert pools.admin("DeleteUserPoolClient", ClientId=client_id) == {}
    assert (len(pools.cloud.world.risk_configurations), len(pools.cloud.world.pool_documents)) == (0, 0)
    missing = ("ResourceNotFoundException", f"User pool client {client_id} does not exist.")
    for operation in ("DescribeUserPoolClient", "UpdateUserPoolClient", "DeleteUserPoolClient"):
        assert pools.refusal(operation, UserPoolId=pools.pool_id, ClientId=client_id) == missing
    unknown = "us-east-1_000000000"
    assert pools.refusal("ListUserPoolClients", UserPoolId=unknown) == (
        "ResourceNotFoundException",
        f"User pool {unknown} does not exist.",
    )


def test_a_client_of_another_pool_is_not_found(pools: Pools) -> None:
    other = pools.call("CreateUserPool", PoolName="Other")["UserPool"]["Id"]
    code, _ = pools.refusal("DescribeUserPoolClient", UserPoolId=other, ClientId=pools.client_id)
    assert code == "ResourceNotFoundException"


def test_a_pool_has_a_thousand_clients(pools: Pools) -> None:
    client = pools.cloud.world.clients[pools.client_id]
    world = pools.cloud.world
    for number in range(999):
        world = world.with_client(replace(client, id=f"c{number}"))
    pools.cloud.world = world
    code, _ = pools.refusal("CreateUserPoolClient", UserPoolId=pools.pool_id, ClientName="x")
    assert code == "LimitExceededException"


def test_a_pool_and_a_client_made_by_calls_alone_sign_a_user_in_until_they_are_gone(pools: Pools) -> None:
    policy = {"MinimumLength": 6, "RequireUppercase": False, "RequireNumbers": False, "RequireSymbols": False}
    pool = pools.call(
        "CreateUserPool",
        PoolName="n",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        Policies={"PasswordPolicy": policy},
    )["UserPool"]
    flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
    client = pools.call(
        "CreateUserPoolClient", UserPoolId=pool["Id"], ClientName="c", ExplicitAuthFlows=flows, AccessTokenValidity=2
    )["UserPoolClient"]
    client_id, name = client["ClientId"], "a@example.com"
    pools.call("SignUp", ClientId=client_id, Username=name, Password="secret")
    pools.call("AdminConfirmSignUp", UserPoolId=pool["Id"], Username=name)
    login = {"AuthFlow": "USER_PASSWORD_AUTH", "AuthParameters": {"USERNAME": name, "PASSWORD": "secret"}}
    tokens = pools.call("InitiateAuth", ClientId=client_id, **login)["AuthenticationResult"]
    assert tokens["ExpiresIn"] == 7200
    assert pools.call("DescribeUserPool", UserPoolId=pool["Id"])["UserPool"]["EstimatedNumberOfUsers"] == 1
    pools.call("DeleteUserPool", UserPoolId=pool["Id"])
    assert pools.refusal("GetUser", AccessToken=tokens["AccessToken"])[1] == "Invalid Access Token"
    assert pools.refusal("InitiateAuth", ClientId=client_id, **login) == (
        "ResourceNotFoundException",
        f"User pool client {client_id} does not exist.",
    )
