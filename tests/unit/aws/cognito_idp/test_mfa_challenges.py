"""Second factors at the door: asked, answered, mistaken, locked, chosen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.persistent import Map
from cogsim.tokens.totp import code_at, encoded
from cogsim.world.pool_user import SoftwareToken

ALL = ("SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP")
SECRET = encoded(b"0123456789abcdefghij")
MISMATCH = ("CodeMismatchException", "Invalid code received for user")
REPLAYED = ("ExpiredCodeException", "Your software token has already been used once.")
EXCEEDED = ("NotAuthorizedException", "Password attempts exceeded")
STALE = ("NotAuthorizedException", "Invalid code or auth state for the user.")
USED = ("NotAuthorizedException", "Invalid session for the user, session can only be used once.")
EXPIRED = ("NotAuthorizedException", "Invalid session for the user, session is expired.")
INVALID = ("NotAuthorizedException", "Invalid session for the user.")
ANSWER_KEY = {
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
    "SELECT_MFA_TYPE": "ANSWER",
}


@pytest.fixture
def required(make: Any) -> Any:
    """A pool that requires a second factor and offers every one."""
    return make(pool={"mfa": "ON", "mfa_factors": ALL, "recovery": ("admin_only",)})


def store(pools: Any, **changes: Any) -> None:
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    pools.cloud.world = pools.cloud.world.with_pool_user(replace(user, **changes))


def stored(pools: Any) -> Any:
    return pools.cloud.world.pool_users[pools.pool_id, "alice"]


def answer(pools: Any, asked: Mapping[str, Any], value: str, **more: Any) -> dict[str, Any]:
    """The parameters that answer a challenge with `value`."""
    name = asked["ChallengeName"]
    responses = {"USERNAME": "alice", ANSWER_KEY[name]: value}
    return {
        "ClientId": pools.client_id,
        "ChallengeName": name,
        "Session": asked["Session"],
        "ChallengeResponses": responses | more,
    }


def respond(pools: Any, asked: Mapping[str, Any], value: str) -> Mapping[str, Any]:
    return pools.call("RespondToAuthChallenge", **answer(pools, asked, value))  # type: ignore[no-any-return]


def refused(pools: Any, asked: Mapping[str, Any], value: str) -> Any:
    return pools.refusal("RespondToAuthChallenge", **answer(pools, asked, value))


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_by_sms_is_asked_and_proves_the_phone(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    assert asked["ChallengeName"] == "SMS_MFA"
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
        "CODE_DELIVERY_DESTINATION": "+****0100",
        "USER_ID_FOR_SRP": "alice",
    }
    assert required.user()["phone_number_verified"] == "false"
    code = required.code("alice")
    assert len(code) == 6
    result = respond(required, asked, code)["AuthenticationResult"]
    assert set(result) == {"AccessToken", "IdToken", "RefreshToken", "ExpiresIn", "TokenType"}
    assert required.user()["phone_number_verified"] == "true"
    assert required.user()["UserStatus"] == "CONFIRMED"


def test_a_code_by_email_is_asked_and_proves_the_address(required: Any) -> None:
    required.confirmed(email="alice@example.com")
    asked = required.log_in()
    assert asked["ChallengeName"] == "EMAIL_OTP"
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
        "CODE_DELIVERY_DESTINATION": "a***@e***",
    }
    assert len(required.code("alice")) == 6
    assert "AuthenticationResult" in respond(required, asked, required.code("alice"))
    assert required.user()["email_verified"] == "true"


def test_an_operator_answers_a_challenge_too(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    params = required.login() | {"AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
    asked = required.admin("AdminInitiateAuth", **params)
    result = required.admin("AdminRespondToAuthChallenge", **answer(required, asked, required.code("alice")))
    assert "AccessToken" in result["AuthenticationResult"]


def test_a_wrong_code_leaves_the_session_open_or_not(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    assert refused(required, asked, wrong(code)) == MISMATCH
    assert "AuthenticationResult" in respond(required, asked, code)
    assert refused(required, asked, code) == USED
    with assuming({"cognito.sessionAfterWrongCode": "spent"}):
        asked = required.log_in()
        code = required.code("alice")
        assert refused(required, asked, wrong(code)) == MISMATCH
        assert refused(required, asked, code) == USED


def test_five_wrong_codes_lock_and_the_right_one_is_refused_under_the_lock(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    for _ in range(5):
        assert refused(required, asked, wrong(code)) == MISMATCH
    assert refused(required, asked, code) == EXCEEDED
    assert required.refusal("InitiateAuth", **required.login()) == EXCEEDED
    required.cloud.advance(1)
    assert "AuthenticationResult" in respond(required, asked, code)
    for _ in range(4):
        assert required.refusal("InitiateAuth", **required.login(password="wrong"))[1] != EXCEEDED[1]
    assert required.log_in()["ChallengeName"] == "SMS_MFA"


def test_the_password_does_not_reset_the_count_of_wrong_codes(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    for _ in range(4):
        asked = required.log_in()
        assert refused(required, asked, wrong(required.code("alice"))) == MISMATCH
    asked = required.log_in()
    assert refused(required, asked, wrong(required.code("alice"))) == MISMATCH
    assert required.refusal("InitiateAuth", **required.login()) == EXCEEDED


def test_wrong_passwords_and_wrong_codes_count_together(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    for _ in range(4):
        required.refusal("InitiateAuth", **required.login(password="wrong"))
    assert refused(required, asked, wrong(code)) == MISMATCH
    assert refused(required, asked, code) == EXCEEDED


def test_a_code_lives_as_long_as_its_session(make: Any) -> None:
    pools = make(pool={"mfa": "ON", "mfa_factors": ALL}, client={"auth_session_validity": 300})
    pools.confirmed(phone_number="+15550100")
    asked = pools.log_in()
    code = pools.code("alice")
    pools.cloud.advance(299)
    late = pools.cloud.fork()
    assert "AuthenticationResult" in respond(pools, asked, code)
    pools.cloud = late
    pools.cloud.advance(1)
    assert refused(pools, asked, code) == EXPIRED


def test_a_code_for_an_address_the_user_has_no_more_is_stale(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    store(required, attributes=Map({"phone_number": "+15550199", "phone_number_verified": "true"}))
    assert refused(required, asked, code) == STALE


def test_each_session_has_its_own_code_and_nobody_elses(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    required.confirmed("bob", phone_number="+15550101")
    first = required.log_in()
    first_code = required.code("alice")
    second = required.log_in()
    second_code = required.code("alice")
    assert first_code != second_code
    assert refused(required, second, first_code) == MISMATCH
    params = answer(required, first, first_code, USERNAME="bob")
    assert required.refusal("RespondToAuthChallenge", **params) == INVALID
    assert refused(required, {**first, "ChallengeName": "EMAIL_OTP"}, first_code) == INVALID
    assert "AuthenticationResult" in respond(required, first, first_code)


def test_a_code_leaves_an_address_unverified_that_somebody_else_signs_in_by(make: Any) -> None:
    pools = make(pool={"mfa": "ON", "mfa_factors": ALL, "alias_attributes": ("email",), "recovery": ("admin_only",)})
    pools.admin(
        "AdminCreateUser",
        Username="bob",
        UserAttributes=pools.as_list({"email": "a@example.com", "email_verified": "true"}),
        MessageAction="SUPPRESS",
    )
    pools.confirmed(email="a@example.com")
    asked = pools.log_in()
    assert "AuthenticationResult" in respond(pools, asked, pools.code("alice"))
    assert pools.user()["email_verified"] == "false"


def test_an_app_shows_the_code_that_signs_in_once(required: Any) -> None:
    required.confirmed()
    store(required, software_token=SoftwareToken(SECRET, "old phone"))
    asked = required.log_in()
    assert (asked["ChallengeName"], asked["ChallengeParameters"]) == (
        "SOFTWARE_TOKEN_MFA",
        {"FRIENDLY_DEVICE_NAME": "old phone", "USER_ID_FOR_SRP": "alice"},
    )
    code = code_at(SECRET, required.cloud.clock.now)
    assert refused(required, asked, wrong(code)) == MISMATCH
    assert "AuthenticationResult" in respond(required, asked, code)
    asked = required.log_in()
    assert refused(required, asked, code) == REPLAYED
    required.cloud.advance(30)
    assert "AuthenticationResult" in respond(required, asked, code_at(SECRET, required.cloud.clock.now))


@pytest.mark.parametrize(("periods", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_one_period(required: Any, periods: int, taken: bool) -> None:
    required.confirmed()
    store(required, software_token=SoftwareToken(SECRET))
    asked = required.log_in()
    code = code_at(SECRET, required.cloud.clock.now + 30 * periods)
    if taken:
        assert "AuthenticationResult" in respond(required, asked, code)
    else:
        assert refused(required, asked, code) == MISMATCH


def test_a_used_code_stays_used_after_a_later_one(required: Any) -> None:
    required.confirmed()
    store(required, software_token=SoftwareToken(SECRET))
    now = required.cloud.clock.now
    for moved in (30, 0):
        assert "AuthenticationResult" in respond(required, required.log_in(), code_at(SECRET, now + moved))
    for moved in (30, 0):
        assert refused(required, required.log_in(), code_at(SECRET, now + moved)) == REPLAYED


def test_an_app_that_was_taken_away_in_the_middle_proves_nothing(required: Any) -> None:
    required.confirmed()
    store(required, software_token=SoftwareToken(SECRET))
    asked = required.log_in()
    required.admin("AdminDeleteSoftwareToken", Username="alice")
    assert refused(required, asked, code_at(SECRET, required.cloud.clock.now)) == MISMATCH


def test_the_user_chooses_among_several_factors(required: Any) -> None:
    required.confirmed(phone_number="+15550100", email="alice@example.com")
    store(required, software_token=SoftwareToken(SECRET))
    before = required.message_count()
    asked = required.log_in()
    assert asked["ChallengeName"] == "SELECT_MFA_TYPE"
    assert asked["ChallengeParameters"]["MFAS_CAN_CHOOSE"] == '["SMS_MFA","SOFTWARE_TOKEN_MFA","EMAIL_OTP"]'
    assert required.message_count() == before
    assert refused(required, asked, "WEB_AUTHN") == ("InvalidParameterException", "Invalid MFA type selected")
    with assuming({"cognito.mfaMethodNotFound": "MFAMethodNotFoundException"}):
        assert refused(required, asked, "WEB_AUTHN") == ("MFAMethodNotFoundException", "Invalid MFA type selected")
    chosen = respond(required, asked, "EMAIL_MFA")
    assert chosen["ChallengeName"] == "EMAIL_OTP"
    assert refused(required, asked, "SMS_MFA") == USED
    assert "AuthenticationResult" in respond(required, chosen, required.code("alice"))
    asked = respond(required, required.log_in(), "SOFTWARE_TOKEN_MFA")
    assert "AuthenticationResult" in respond(required, asked, code_at(SECRET, required.cloud.clock.now))


def test_a_temporary_password_is_replaced_before_the_factor_is_asked(required: Any) -> None:
    required.admin(
        "AdminCreateUser",
        Username="alice",
        TemporaryPassword=required.password,
        MessageAction="SUPPRESS",
        UserAttributes=required.as_list({"phone_number": "+15550100"}),
    )
    asked = required.log_in()
    assert asked["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
    responses = {"USERNAME": "alice", "NEW_PASSWORD": "Another-horse-8"}
    asked = required.call(
        "RespondToAuthChallenge",
        ClientId=required.client_id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=asked["Session"],
        ChallengeResponses=responses,
    )
    assert asked["ChallengeName"] == "SMS_MFA"
    assert "AuthenticationResult" in respond(required, asked, required.code("alice"))


def test_a_disabled_user_ends_in_the_middle(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    required.admin("AdminDisableUser", Username="alice")
    assert refused(required, asked, code) == ("NotAuthorizedException", "User is disabled.")


def test_the_only_factor_that_recovers_the_password_is_refused(make: Any) -> None:
    pools = make(pool={"mfa": "ON", "mfa_factors": ("SMS_MFA",), "recovery": ("verified_phone_number",)})
    pools.confirmed(phone_number="+15550100")
    code, text = pools.refusal("InitiateAuth", **pools.login())
    assert (code, text) == (
        "InvalidParameterException",
        "The only MFA factor of the user is the account recovery method",
    )


def test_no_code_stands_in_a_repr_or_an_outcome(required: Any) -> None:
    required.confirmed(phone_number="+15550100")
    asked = required.log_in()
    code = required.code("alice")
    refused(required, asked, wrong(code))
    outcome = required.cloud.log[-1]
    assert wrong(code) not in json.dumps([str(step) for step in outcome.decision.steps])
    assert code not in repr(required.cloud.state)
