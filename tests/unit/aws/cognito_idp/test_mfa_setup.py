"""Setting second factors up: in the middle of a sign-in, with an access token, and taking an app away."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.tokens.totp import code_at, decoded

ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
NO_TOTP = ("SoftwareTokenMFANotFoundException", "Software Token MFA has not been enabled by the userPool")
FAILED = ("EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA")
INVALID = ("NotAuthorizedException", "Invalid session for the user.")
USED = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
EXPIRED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
NOT_BOTH = ("InvalidParameterException", "Either AccessToken or Session is required, not both")
REPLAYED = ("ExpiredCodeException", "Your software token has already been used once.")


@pytest.fixture
def required(make: Any) -> Any:
    return make(pool={"mfa": "ON", "mfa_factors": ALL, "recovery": ("admin_only",)})


@pytest.fixture
def optional(make: Any) -> Any:
    pools = make(pool={"mfa": "OPTIONAL", "mfa_factors": ALL})
    pools.confirmed()
    return pools


def stored(pools: Any) -> Any:
    return pools.cloud.world.pool_users[pools.pool_id, "alice"]


def shown(pools: Any, secret: str) -> str:
    """What the app shows now."""
    return code_at(secret, pools.cloud.clock.now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def finish(session: str, **more: str) -> dict[str, Any]:
    return {
        "ChallengeName": "MFA_SETUP",
        "Session": session,
        "ChallengeResponses": {"USERNAME": "alice", **more},
    }


def finished(pools: Any, session: str, **more: str) -> Mapping[str, Any]:
    return pools.call(  # type: ignore[no-any-return]
        "RespondToAuthChallenge", ClientId=pools.client_id, **finish(session, **more)
    )


def refused(pools: Any, session: str, **more: str) -> Any:
    return pools.refusal("RespondToAuthChallenge", ClientId=pools.client_id, **finish(session, **more))


def set_up(pools: Any, session: str) -> tuple[str, str]:
    """An app set up by a session: the secret, and the session that ends it."""
    begun = pools.call("AssociateSoftwareToken", Session=session)
    code = shown(pools, begun["SecretCode"])
    proved = pools.call("VerifySoftwareToken", Session=begun["Session"], UserCode=code, FriendlyDeviceName="phone")
    assert proved["Status"] == "SUCCESS"
    return begun["SecretCode"], proved["Session"]


def test_who_has_no_factor_sets_an_app_up_before_any_token(required: Any) -> None:
    required.confirmed()
    asked = required.log_in()
    assert asked["ChallengeName"] == "MFA_SETUP"
    assert json.loads(asked["ChallengeParameters"]["MFAS_CAN_SETUP"]) == list(ALL)
    secret, session = set_up(required, asked["Session"])
    assert len(secret) == 52
    assert len(decoded(secret)) == 32
    assert "AuthenticationResult" in finished(required, session)
    assert refused(required, session) == USED
    user = required.user()
    assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
    again = required.log_in()
    assert again["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
    assert again["ChallengeParameters"]["FRIENDLY_DEVICE_NAME"] == "phone"


def test_each_session_of_the_set_up_is_good_for_its_own_step(required: Any) -> None:
    required.confirmed()
    first = required.log_in()["Session"]
    assert refused(required, first) == INVALID
    begun = required.call("AssociateSoftwareToken", Session=first)
    assert required.refusal("AssociateSoftwareToken", Session=first) == USED
    assert refused(required, begun["Session"]) == INVALID
    code = shown(required, begun["SecretCode"])
    assert required.refusal("VerifySoftwareToken", Session=begun["Session"], UserCode=wrong(code)) == FAILED
    proved = required.call("VerifySoftwareToken", Session=begun["Session"], UserCode=code)
    assert required.refusal("VerifySoftwareToken", Session=begun["Session"], UserCode=code) == USED
    required.cloud.advance(180)
    assert refused(required, proved["Session"]) == EXPIRED


def test_a_wrong_code_can_end_the_set_up(required: Any) -> None:
    required.confirmed()
    begun = required.call("AssociateSoftwareToken", Session=required.log_in()["Session"])
    code = shown(required, begun["SecretCode"])
    with assuming({"cognito.sessionAfterWrongCode": "spent"}):
        assert required.refusal("VerifySoftwareToken", Session=begun["Session"], UserCode=wrong(code)) == FAILED
        assert required.refusal("VerifySoftwareToken", Session=begun["Session"], UserCode=code) == USED


def test_nobody_proves_an_app_that_was_not_begun(required: Any) -> None:
    required.confirmed()
    session = required.log_in()["Session"]
    found = required.refusal("VerifySoftwareToken", Session=session, UserCode="000000")
    assert found == ("SoftwareTokenMFANotFoundException", "No software token has been associated")


def test_the_session_of_another_challenge_replaces_no_app(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    assert asked["ChallengeName"] == "SMS_MFA"
    assert required.refusal("AssociateSoftwareToken", Session=asked["Session"]) == INVALID
    assert required.refusal("AssociateSoftwareToken", Session="s" * 20) == INVALID


def test_the_call_names_the_user_in_one_way(required: Any) -> None:
    assert required.refusal("AssociateSoftwareToken") == NOT_BOTH
    assert required.refusal("AssociateSoftwareToken", AccessToken="a", Session="s" * 20) == NOT_BOTH
    assert required.refusal("VerifySoftwareToken", UserCode="000000") == NOT_BOTH


def test_a_disabled_user_sets_nothing_up(required: Any) -> None:
    required.confirmed()
    session = required.log_in()["Session"]
    required.admin("AdminDisableUser", Username="alice")
    assert required.refusal("AssociateSoftwareToken", Session=session) == (
        "NotAuthorizedException",
        "User is disabled.",
    )


def test_an_email_address_can_be_set_up_by_its_code(required: Any) -> None:
    required.confirmed()
    session = required.log_in()["Session"]
    asked = finished(required, session, EMAIL="alice@example.com")
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert "email" not in required.user()
    code = required.code("alice")
    responses = {"USERNAME": "alice", "EMAIL_OTP_CODE": code}
    params = {"ChallengeName": "EMAIL_OTP", "Session": asked["Session"], "ChallengeResponses": responses}
    assert "AuthenticationResult" in required.call("RespondToAuthChallenge", ClientId=required.client_id, **params)
    assert (required.user()["email"], required.user()["email_verified"]) == ("alice@example.com", "true")
    assert required.log_in()["ChallengeName"] == "EMAIL_OTP"


def test_an_email_address_of_somebody_else_or_of_no_form_is_refused(make: Any) -> None:
    pools = make(pool={"mfa": "ON", "mfa_factors": ALL, "alias_attributes": ("email",), "recovery": ("admin_only",)})
    pools.admin(
        "AdminCreateUser",
        Username="bob",
        UserAttributes=pools.as_list({"email": "bob@example.com", "email_verified": "true"}),
        MessageAction="SUPPRESS",
    )
    pools.confirmed()
    session = pools.log_in()["Session"]
    assert refused(pools, session, EMAIL="bob@example.com")[0] == "AliasExistsException"
    assert refused(pools, session, EMAIL="nowhere") == ("InvalidParameterException", "Invalid email address format.")
    assert finished(pools, session, EMAIL="alice@example.com")["ChallengeName"] == "EMAIL_OTP"


def test_an_email_address_is_no_set_up_where_the_pool_offers_none(make: Any) -> None:
    pools = make(pool={"mfa": "ON", "mfa_factors": ("SOFTWARE_TOKEN_MFA",)})
    pools.confirmed()
    assert refused(pools, pools.log_in()["Session"], EMAIL="alice@example.com") == INVALID


# With an access token


def test_an_app_proved_with_a_token_is_not_yet_switched_on_where_mfa_is_optional(optional: Any) -> None:
    token = optional.access_token()
    begun = optional.call("AssociateSoftwareToken", AccessToken=token)
    assert "Session" not in begun
    code = shown(optional, begun["SecretCode"])
    assert optional.refusal("VerifySoftwareToken", AccessToken=token, UserCode=wrong(code)) == FAILED
    with assuming({"cognito.totpWrongCodeAtVerify": "CodeMismatchException"}):
        found = optional.refusal("VerifySoftwareToken", AccessToken=token, UserCode=wrong(code))
    assert found == ("CodeMismatchException", "Invalid code received for user")
    assert optional.call("VerifySoftwareToken", AccessToken=token, UserCode=code) == {"Status": "SUCCESS"}
    assert "UserMFASettingList" not in optional.user()
    assert "AuthenticationResult" in optional.log_in()
    optional.call(
        "SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
    )
    assert optional.log_in()["ChallengeName"] == "SOFTWARE_TOKEN_MFA"


def test_the_code_that_proved_the_app_is_used_up_or_not(optional: Any) -> None:
    token = optional.access_token()
    secret = optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    optional.call("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, secret))
    optional.call("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True})
    asked = optional.log_in()
    responses = {"USERNAME": "alice", "SOFTWARE_TOKEN_MFA_CODE": shown(optional, secret)}
    params = {"ChallengeName": "SOFTWARE_TOKEN_MFA", "Session": asked["Session"], "ChallengeResponses": responses}
    assert optional.refusal("RespondToAuthChallenge", ClientId=optional.client_id, **params) == REPLAYED
    with assuming({"cognito.totpVerifyUsesCode": "no"}):
        secret = optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
        optional.call("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, secret))
        params["ChallengeResponses"] = responses | {"SOFTWARE_TOKEN_MFA_CODE": shown(optional, secret)}
        answer = optional.call("RespondToAuthChallenge", ClientId=optional.client_id, **params)
    assert "AuthenticationResult" in answer


def test_the_old_app_is_good_until_the_new_one_is_proved(optional: Any) -> None:
    token = optional.access_token()
    old = optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    optional.call("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, old))
    new = optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    assert old != new
    assert stored(optional).software_token.secret == old
    assert optional.refusal("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, old)) == FAILED
    optional.call("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, new))
    assert stored(optional).software_token.secret == new
    assert optional.refusal("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, new))[0] == (
        "SoftwareTokenMFANotFoundException"
    )


def test_a_pool_without_apps_says_so(make: Any) -> None:
    pools = make(pool={"mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
    pools.confirmed()
    token = pools.access_token()
    assert pools.refusal("AssociateSoftwareToken", AccessToken=token) == NO_TOTP
    assert pools.refusal("VerifySoftwareToken", AccessToken=token, UserCode="000000") == NO_TOTP
    assert pools.refusal("AssociateSoftwareToken", AccessToken="garbage") == (
        "NotAuthorizedException",
        "Invalid Access Token",
    )


def test_an_operator_takes_a_lost_app_away(optional: Any) -> None:
    token = optional.access_token()
    secret = optional.call("AssociateSoftwareToken", AccessToken=token)["SecretCode"]
    optional.call("VerifySoftwareToken", AccessToken=token, UserCode=shown(optional, secret))
    preference = {"Enabled": True, "PreferredMfa": True}
    optional.call("SetUserMFAPreference", AccessToken=token, SoftwareTokenMfaSettings=preference)
    optional.admin("AdminDeleteSoftwareToken", Username="alice")
    assert "UserMFASettingList" not in optional.user()
    assert "PreferredMfaSetting" not in optional.user()
    assert "AuthenticationResult" in optional.log_in()
    assert optional.refusal("AdminDeleteSoftwareToken", UserPoolId=optional.pool_id, Username="alice") == (
        "InvalidParameterException",
        "User does not have a software token",
    )
    code, _ = optional.refusal(
        "AdminDeleteSoftwareToken", optional.stranger, UserPoolId=optional.pool_id, Username="alice"
    )
    assert code == "AccessDeniedException"


def test_no_secret_stands_in_a_repr(optional: Any) -> None:
    secret = optional.call("AssociateSoftwareToken", AccessToken=optional.access_token())["SecretCode"]
    assert secret not in repr(optional.cloud.state)
    assert secret not in repr(replace(stored(optional)))
