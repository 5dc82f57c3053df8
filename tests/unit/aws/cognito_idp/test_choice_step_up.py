"""Step-up at the door: the level asked for, what an access token counts towards it, and how old it may be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map

FLOWS = ("ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
PHONE = "+15555550123"
LOA = {level: f"urn:cognito:loa:{level}" for level in (1, 2, 3, 4)}


@pytest.fixture
def pools(make: Callable[..., Any]) -> Any:
    """A pool with codes as first and second factors, and alice, who has an address and a phone."""
    made = make(
        pool={"first_factors": ("PASSWORD", "EMAIL_OTP"), "mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)},
        client={"explicit_auth_flows": FLOWS},
    )
    made.confirmed(email="a@x.example", phone_number=PHONE)
    return made


def begun(pools: Any, name: str = "alice", **parameters: str) -> dict[str, Any]:
    return {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": name, **parameters}}


def begin(pools: Any, name: str = "alice", **parameters: str) -> Mapping[str, Any]:
    return pools.call("InitiateAuth", **begun(pools, name, **parameters))  # type: ignore[no-any-return]


def by_password(pools: Any, name: str = "alice", **parameters: str) -> Mapping[str, Any]:
    return begin(pools, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=pools.password, **parameters)


def answer(pools: Any, asked: Mapping[str, Any], name: str = "alice", **responses: str) -> Mapping[str, Any]:
    return pools.call(  # type: ignore[no-any-return]
        "RespondToAuthChallenge",
        ClientId=pools.client_id,
        ChallengeName=asked["ChallengeName"],
        Session=asked["Session"],
        ChallengeResponses={"USERNAME": name, **responses},
    )


def strength(pools: Any, answer: Mapping[str, Any]) -> tuple[str, list[str]]:
    claims = pools.claims(answer["AuthenticationResult"]["IdToken"])
    return claims["acr"], claims["amr"]


def test_a_level_above_the_password_asks_for_a_second_factor(pools: Any) -> None:
    asked = by_password(pools, TARGET_ACR_VALUES=LOA[3])
    assert asked["ChallengeName"] == "SMS_MFA"
    finished = answer(pools, asked, SMS_MFA_CODE=pools.code())
    assert strength(pools, finished) == (LOA[3], ["pwd", "sms", "mfa"])


def test_only_factors_that_lead_there_are_offered(pools: Any) -> None:
    assert begin(pools, TARGET_ACR_VALUES=LOA[3])["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    assert "EMAIL_OTP" in begin(pools, TARGET_ACR_VALUES=LOA[2])["AvailableChallenges"]


def test_the_first_level_of_the_list_that_the_user_can_reach_is_gone_for(pools: Any) -> None:
    asked = by_password(pools, TARGET_ACR_VALUES=f"{LOA[4]} {LOA[1]}")
    assert strength(pools, asked) == (LOA[1], ["pwd"])
    asked = by_password(pools, TARGET_ACR_VALUES=f"nonsense {LOA[3]} {LOA[1]}")
    assert asked["ChallengeName"] == "SMS_MFA"


def test_levels_that_nobody_knows_or_the_user_cannot_reach_are_refused(pools: Any) -> None:
    unknown = begun(pools, TARGET_ACR_VALUES="nonsense urn:cognito:loa:5")
    assert pools.refusal("InitiateAuth", **unknown)[0] == "InvalidParameterException"
    out_of_reach = begun(pools, TARGET_ACR_VALUES=LOA[4])
    assert pools.refusal("InitiateAuth", **out_of_reach)[0] == "NotAuthorizedException"
    with assuming({"cognito.unreachableAcr": "highest"}):
        assert by_password(pools, TARGET_ACR_VALUES=LOA[4])["ChallengeName"] == "SMS_MFA"


def test_a_pools_own_names_of_the_levels_are_asked_for_and_told(pools: Any) -> None:
    pool = pools.cloud.world.user_pools[pools.pool_id]
    named = Map({"AcrConfiguration": Map({"Level1": Map({"AcrValue": "acme:low"})})})
    pools.cloud.world = pools.cloud.world.with_user_pool(replace(pool, further=named))
    assert strength(pools, by_password(pools, TARGET_ACR_VALUES="acme:low"))[0] == "acme:low"
    assert strength(pools, by_password(pools, TARGET_ACR_VALUES=LOA[1]))[0] == "acme:low"


def test_an_access_token_counts_what_its_sign_in_proved(pools: Any) -> None:
    token = by_password(pools)["AuthenticationResult"]["AccessToken"]
    asked = begin(pools, TARGET_ACR_VALUES=LOA[3], ACCESS_TOKEN=token)
    assert asked["ChallengeName"] == "SMS_MFA"
    finished = answer(pools, asked, SMS_MFA_CODE=pools.code())
    assert strength(pools, finished) == (LOA[3], ["pwd", "sms", "mfa"])


def test_a_level_that_the_token_proves_already_asks_nothing_or_everything_anew(pools: Any) -> None:
    token = by_password(pools)["AuthenticationResult"]["AccessToken"]
    assert strength(pools, begin(pools, TARGET_ACR_VALUES=LOA[1], ACCESS_TOKEN=token)) == (LOA[1], ["pwd"])
    with assuming({"cognito.stepUpReached": "fresh"}):
        assert begin(pools, TARGET_ACR_VALUES=LOA[1], ACCESS_TOKEN=token)["ChallengeName"] == "SELECT_CHALLENGE"


def test_a_token_older_than_max_age_counts_nothing(pools: Any) -> None:
    token = by_password(pools)["AuthenticationResult"]["AccessToken"]
    pools.cloud.advance(61.0)
    wishes = {"TARGET_ACR_VALUES": LOA[3], "ACCESS_TOKEN": token}
    assert begin(pools, **wishes, MAX_AGE="61")["ChallengeName"] == "SMS_MFA"
    assert begin(pools, **wishes, MAX_AGE="60")["ChallengeName"] == "SELECT_CHALLENGE"
    assert begin(pools, **wishes, MAX_AGE="0")["ChallengeName"] == "SELECT_CHALLENGE"


@pytest.mark.parametrize("age", ["", "-1", "1.5", "soon", "9" * 11, "٣"])
def test_max_age_is_a_whole_number(pools: Any, age: str) -> None:
    sent = begun(pools, TARGET_ACR_VALUES=LOA[1], MAX_AGE=age)
    assert pools.refusal("InitiateAuth", **sent)[0] == "InvalidParameterException"


def test_an_access_token_needs_a_level_its_own_user_and_a_sign_in_that_stands(pools: Any) -> None:
    pools.confirmed("bob", email="b@x.example")
    token = by_password(pools)["AuthenticationResult"]["AccessToken"]
    assert pools.refusal("InitiateAuth", **begun(pools, ACCESS_TOKEN=token))[0] == "InvalidParameterException"
    wishes = {"TARGET_ACR_VALUES": LOA[1], "ACCESS_TOKEN": token}
    assert pools.refusal("InitiateAuth", **begun(pools, "bob", **wishes))[0] == "NotAuthorizedException"
    pools.call("GlobalSignOut", AccessToken=token)
    revoked = ("NotAuthorizedException", "Access Token has been revoked")
    assert pools.refusal("InitiateAuth", **begun(pools, **wishes)) == revoked
    garbage = begun(pools, TARGET_ACR_VALUES=LOA[1], ACCESS_TOKEN="nonsense")
    assert pools.refusal("InitiateAuth", **garbage)[0] == "NotAuthorizedException"


def test_strength_survives_a_refresh(pools: Any) -> None:
    result = by_password(pools, TARGET_ACR_VALUES=LOA[1])["AuthenticationResult"]
    refreshed = pools.call(
        "InitiateAuth",
        ClientId=pools.client_id,
        AuthFlow="REFRESH_TOKEN_AUTH",
        AuthParameters={"REFRESH_TOKEN": result["RefreshToken"]},
    )
    assert strength(pools, refreshed) == (LOA[1], ["pwd"])


def test_a_level_that_is_lost_on_the_way_gives_no_tokens(pools: Any) -> None:
    asked = begin(pools, TARGET_ACR_VALUES=LOA[3], PREFERRED_CHALLENGE="PASSWORD")
    pools.admin("AdminDeleteUserAttributes", Username="alice", UserAttributeNames=["phone_number"])
    pools.cloud.world = pools.cloud.world.with_user_pool(
        replace(pools.cloud.world.user_pools[pools.pool_id], mfa_factors=())
    )
    sent = {
        "ClientId": pools.client_id,
        "ChallengeName": "PASSWORD",
        "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": "alice", "PASSWORD": pools.password},
    }
    assert pools.refusal("RespondToAuthChallenge", **sent)[0] == "NotAuthorizedException"


def test_the_lite_plan_steps_nobody_up(make: Callable[..., Any]) -> None:
    lite = make(pool={"tier": "LITE"}, client={"explicit_auth_flows": FLOWS})
    lite.confirmed()
    refusal = lite.refusal("InitiateAuth", **begun(lite, TARGET_ACR_VALUES=LOA[1]))
    assert refusal[0] == "FeatureUnavailableInTierException"


def test_a_name_that_nobody_has_steps_up_like_any_other(make: Callable[..., Any]) -> None:
    hiding = make(
        pool={"first_factors": ("PASSWORD", "EMAIL_OTP")},
        client={"explicit_auth_flows": FLOWS, "prevent_user_existence_errors": "ENABLED"},
    )
    assert begin(hiding, "nobody", TARGET_ACR_VALUES=LOA[1])["ChallengeName"] == "SELECT_CHALLENGE"
