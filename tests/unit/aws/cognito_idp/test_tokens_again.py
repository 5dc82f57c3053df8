"""Tokens after the first ones: rotation and theft, clients' own tokens, new signing keys, what a pool publishes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read, write
from cogsim.aws.journal_replay import replay
from cogsim.aws.trail import records
from cogsim.decisions.app_client import secret_hash
from cogsim.decisions.discovery import discovery_document, key_set
from cogsim.errors import InputError
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.pool_members import UserPoolDomain
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

ROTATING = ("ALLOW_USER_PASSWORD_AUTH",)
REUSED = ("RefreshTokenReuseException", "Refresh token has been used already")
INVALID = ("NotAuthorizedException", "Invalid Refresh Token.")


@pytest.fixture
def rotating(make: Any) -> Any:
    client = {"refresh_token_rotation": True, "retry_grace_period": 10, "explicit_auth_flows": ROTATING}
    pools = make(client=client)
    pools.confirmed()
    return pools


def renewed(pools: Any, token: str, **more: Any) -> dict[str, Any]:
    answer = pools.call("GetTokensFromRefreshToken", ClientId=pools.client_id, RefreshToken=token, **more)
    return dict(answer["AuthenticationResult"])


def refused(pools: Any, token: str, **more: Any) -> tuple[str, str]:
    params = {"ClientId": pools.client_id, "RefreshToken": token, **more}
    return pools.refusal("GetTokensFromRefreshToken", **params)  # type: ignore[no-any-return]


def test_a_client_that_rotates_gets_a_new_refresh_token_each_time(rotating: Any) -> None:
    first = rotating.tokens()["RefreshToken"]
    second = renewed(rotating, first)["RefreshToken"]
    rotating.cloud.advance(60)
    third = renewed(rotating, second)["RefreshToken"]
    assert len({first, second, third}) == 3


def test_a_replaced_token_is_good_for_the_grace_and_not_a_second_longer(rotating: Any) -> None:
    first = rotating.tokens()["RefreshToken"]
    renewed(rotating, first)
    rotating.cloud.advance(9)
    renewed(rotating, first)
    rotating.cloud.advance(1)
    assert refused(rotating, first) == REUSED


def test_without_grace_a_second_use_is_refused_at_once(make: Any) -> None:
    pools = make(client={"refresh_token_rotation": True, "explicit_auth_flows": ROTATING})
    pools.confirmed()
    token = pools.tokens()["RefreshToken"]
    renewed(pools, token)
    assert refused(pools, token) == REUSED


def test_the_thief_of_a_replaced_token_is_refused_and_the_owner_goes_on(rotating: Any) -> None:
    stolen = rotating.tokens()["RefreshToken"]
    kept = renewed(rotating, stolen)["RefreshToken"]
    rotating.cloud.advance(11)
    assert refused(rotating, stolen) == REUSED
    assert renewed(rotating, kept)["RefreshToken"] != kept


def test_where_a_reuse_ends_the_sign_in_the_owner_is_out_too(rotating: Any) -> None:
    stolen = rotating.tokens()["RefreshToken"]
    kept = renewed(rotating, stolen)["RefreshToken"]
    rotating.cloud.advance(11)
    with assuming({"cognito.refreshReuseRevokes": "yes"}):
        assert refused(rotating, stolen) == REUSED
    assert refused(rotating, kept) == ("NotAuthorizedException", "Refresh Token has been revoked")


def test_a_rotated_token_ends_when_the_first_would_have(rotating: Any) -> None:
    token = rotating.tokens()["RefreshToken"]
    rotating.cloud.advance(29 * 86400)
    latest = renewed(rotating, token)["RefreshToken"]
    rotating.cloud.advance(86400 - 1)
    latest = renewed(rotating, latest)["RefreshToken"]
    rotating.cloud.advance(1)
    assert refused(rotating, latest) == ("NotAuthorizedException", "Refresh Token has expired")


@given(uses=st.lists(st.sampled_from(["new", "old"]), min_size=1, max_size=6))
def test_only_the_latest_token_works_after_the_grace_whatever_was_tried(uses: list[str]) -> None:
    pool_id = "us-east-1_AbCdEfGhI"
    pool = UserPool(pool_id, f"arn:aws:cognito-idp:us-east-1:123456789012:userpool/{pool_id}", "p")
    client = UserPoolClient("app", pool_id, "app", explicit_auth_flows=ROTATING, refresh_token_rotation=True)
    cloud = Cloud(World().with_user_pool(pool).with_client(client), seed="t")
    cloud.call("cognito-idp:SignUp", {"ClientId": "app", "Username": "alice", "Password": "Correct-horse-9"})
    stored = cloud.world.pool_users[pool_id, "alice"]
    cloud.world = cloud.world.with_pool_user(replace(stored, status=UserStatus.CONFIRMED))
    login = {"USERNAME": "alice", "PASSWORD": "Correct-horse-9"}
    answer = cloud.call(
        "cognito-idp:InitiateAuth", {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "app", "AuthParameters": login}
    )
    known = [answer["AuthenticationResult"]["RefreshToken"]]
    for use in uses:
        chosen = known[-1] if use == "new" else known[0]
        call = Call("cognito-idp:GetTokensFromRefreshToken", {"ClientId": "app", "RefreshToken": chosen})
        outcome = cloud.submit(call)
        assert (outcome.error is None) == (chosen == known[-1])
        if outcome.response is not None:
            known.append(outcome.response["AuthenticationResult"]["RefreshToken"])


def test_a_client_that_does_not_rotate_gets_no_new_refresh_token(pools: Any) -> None:
    pools.confirmed()
    result = renewed(pools, pools.tokens()["RefreshToken"])
    assert sorted(result) == ["AccessToken", "ExpiresIn", "IdToken", "TokenType"]


def test_the_operation_wants_the_clients_secret_itself(make: Any) -> None:
    secret = "s" * 51
    pools = make(client={"secret": secret})
    pools.sign_up_with_secret = None
    hashed = secret_hash(secret, "alice", pools.client_id)
    pools.call("SignUp", ClientId=pools.client_id, Username="alice", Password=pools.password, SecretHash=hashed)
    pools.admin("AdminConfirmSignUp", Username="alice")
    login = pools.login("alice", SECRET_HASH=hashed)
    token = pools.call("InitiateAuth", **login)["AuthenticationResult"]["RefreshToken"]
    assert refused(pools, token)[0] == "NotAuthorizedException"
    assert refused(pools, token, ClientSecret="t" * 51)[0] == "NotAuthorizedException"
    renewed(pools, token, ClientSecret=secret)


def test_without_rotation_and_without_the_flow_the_answer_is_a_switch(make: Any) -> None:
    pools = make(client={"explicit_auth_flows": ROTATING})
    pools.confirmed()
    token = pools.tokens()["RefreshToken"]
    renewed(pools, token)
    with assuming({"cognito.getTokensNeedsRefreshFlow": "yes"}):
        assert refused(pools, token)[0] == "NotAuthorizedException"


def test_another_clients_or_a_made_up_token_is_invalid(rotating: Any) -> None:
    assert refused(rotating, "made-up") == INVALID


# Clients' own tokens


@pytest.fixture
def machine(make: Any) -> Any:
    scopes = ("orders/read", "orders/write", "openid")
    flows = ("ALLOW_CLIENT_TOKEN_AUTH",)
    return make(client={"explicit_auth_flows": flows, "secret": "s" * 51, "allowed_oauth_scopes": scopes})


def client_token(pools: Any, **more: Any) -> dict[str, Any]:
    answer = pools.call("GetClientToken", ClientId=pools.client_id, Secret="s" * 51, **more)
    return dict(answer["ClientAuthenticationResult"])


def test_a_clients_own_token_names_the_client_and_no_user(machine: Any) -> None:
    result = client_token(machine)
    claims = machine.claims(result["AccessToken"])
    assert sorted(result) == ["AccessToken", "ExpiresIn", "TokenType"]
    assert claims["sub"] == claims["client_id"] == machine.client_id
    assert (claims["scope"], claims["token_use"], claims["version"]) == ("orders/read orders/write", "access", 2)
    assert {"username", "cognito:groups", "origin_jti", "device_key"} & set(claims) == set()


def test_a_client_gets_the_scopes_it_asks_for_and_no_others(machine: Any) -> None:
    claims = machine.claims(client_token(machine, Scopes=["orders/read"])["AccessToken"])
    assert claims["scope"] == "orders/read"
    for scope in ("orders/delete", "openid"):
        params = {"ClientId": machine.client_id, "Secret": "s" * 51, "Scopes": [scope]}
        assert machine.refusal("GetClientToken", **params)[0] == "InvalidParameterException"


def test_a_clients_own_token_opens_no_users_operations(machine: Any) -> None:
    token = client_token(machine)["AccessToken"]
    code, _ = machine.refusal("GetUser", AccessToken=token)
    assert code == "NotAuthorizedException"


def test_a_client_with_other_flows_or_a_wrong_secret_gets_none(make: Any, machine: Any) -> None:
    code, _ = machine.refusal("GetClientToken", ClientId=machine.client_id, Secret="t" * 51)
    assert code == "NotAuthorizedException"
    pools = make(client={"secret": "s" * 51, "allowed_oauth_scopes": ("orders/read",)})
    code, _ = pools.refusal("GetClientToken", ClientId=pools.client_id, Secret="s" * 51)
    assert code == "NotAuthorizedException"


# Signing keys


def rotate(pools: Any, **more: Any) -> None:
    pools.cloud.call("cogsim:RotateSigningKeys", {"UserPoolId": pools.pool_id, **more})


def test_new_keys_sign_and_the_old_ones_stay_good_until_they_are_retired(pools: Any) -> None:
    pools.confirmed()
    before = pools.access_token()
    rotate(pools)
    after = pools.access_token()
    pools.call("GetUser", AccessToken=before)
    pools.call("GetUser", AccessToken=after)
    rotate(pools, Retire=True)
    for token in (before, after):
        assert pools.refusal("GetUser", AccessToken=token) == ("NotAuthorizedException", "Invalid Access Token")
    pools.call("GetUser", AccessToken=pools.access_token())


def test_a_key_that_was_never_published_signs_nothing(pools: Any) -> None:
    pools.confirmed()
    claims = pools.claims(pools.access_token())
    forged = sign(claims, rsa_key("cognito-idp", pools.pool_id, "access", "1"))
    assert pools.refusal("GetUser", AccessToken=forged) == ("NotAuthorizedException", "Invalid Access Token")


def test_the_key_set_holds_two_keys_a_generation_and_no_private_half(pools: Any) -> None:
    rotate(pools)
    keys = key_set(pools.cloud.world.user_pools[pools.pool_id])["keys"]
    assert len({key["kid"] for key in keys}) == 4
    assert all(sorted(key) == ["alg", "e", "kid", "kty", "n", "use"] for key in keys)


def test_a_change_of_keys_is_in_the_journal_and_in_no_trail(pools: Any, tmp_path: Any) -> None:
    pools.confirmed()
    rotate(pools)
    pools.tokens()
    names = [record["eventName"] for record in records(pools.cloud)]
    assert names == ["SignUp", "AdminConfirmSignUp", "InitiateAuth"]
    write(pools.cloud, tmp_path / "journal")
    again = replay(read(tmp_path / "journal"), pools.cloud.initial, strict=True)
    assert (again.changed, again.unknown) == ((), ())
    assert again.cloud.world.user_pools[pools.pool_id].signing_keys == (0, 1)


def test_an_unknown_pool_is_an_error_with_a_suggestion(pools: Any) -> None:
    with pytest.raises(InputError) as raised:
        pools.cloud.call("cogsim:RotateSigningKeys", {"UserPoolId": pools.pool_id[:-1]})
    assert raised.value.suggestion == pools.pool_id


# Discovery


def test_discovery_points_at_the_domain_and_the_issuer(pools: Any) -> None:
    pool, world = pools.cloud.world.user_pools[pools.pool_id], pools.cloud.world
    assert "authorization_endpoint" not in discovery_document(world, pool)
    world = world.with_domain(UserPoolDomain(pool.id, "my-app"))
    document = discovery_document(world, pool)
    assert document["issuer"] == "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_AbCdEfGhI"
    assert document["jwks_uri"] == f"{document['issuer']}/.well-known/jwks.json"
    assert document["token_endpoint"] == "https://my-app.auth.us-east-1.amazoncognito.com/oauth2/token"
    world = world.with_domain(UserPoolDomain(pool.id, "login.example.com", "arn:aws:acm:us-east-1:1:certificate/c"))
    assert discovery_document(world, pool)["userinfo_endpoint"] == "https://login.example.com/oauth2/userInfo"


@pytest.mark.parametrize("associated", ["NONE", "LINKED"])
def test_a_revocation_may_name_the_sessions_linked_to_it(pools: Any, associated: str) -> None:
    pools.confirmed()
    token = pools.tokens()["RefreshToken"]
    pools.call("RevokeToken", ClientId=pools.client_id, Token=token, RevokeAssociatedSessions=associated)
    assert pools.refusal(
        "InitiateAuth",
        ClientId=pools.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": token},
    ) == ("NotAuthorizedException", "Refresh Token has been revoked")


def test_a_client_that_gets_tokens_for_itself_is_made_by_the_api(pools: Any) -> None:
    scopes = [{"ScopeName": "read", "ScopeDescription": "r"}]
    pools.admin("CreateResourceServer", Identifier="api", Name="n", Scopes=scopes)
    members = {
        "ClientName": "robot",
        "GenerateSecret": True,
        "AllowedOAuthFlows": ["client_credentials"],
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthScopes": ["api/read"],
    }
    made = pools.admin("CreateUserPoolClient", **members, ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"])
    client = made["UserPoolClient"]
    result = pools.call("GetClientToken", ClientId=client["ClientId"], Secret=client["ClientSecret"])
    assert pools.claims(result["ClientAuthenticationResult"]["AccessToken"])["scope"] == "api/read"
    both = ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"]
    params = {"UserPoolId": pools.pool_id, **members, "ExplicitAuthFlows": both}
    code, text = pools.refusal("CreateUserPoolClient", **params)
    assert (code, "ALLOW_CLIENT_TOKEN_AUTH" in text) == ("InvalidParameterException", True)
