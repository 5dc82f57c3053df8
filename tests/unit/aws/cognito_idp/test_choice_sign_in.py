"""USER_AUTH at the door: by which challenges a sign-in may begin, and what each of them wants."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.tokens import srp
from cogsim.world.pool_members import UserPoolDomain

EVERY = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
FLOWS = ("ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
PHONE = "+15555550123"


@pytest.fixture(autouse=True)
def methods_told() -> Iterator[None]:
    """Every ID token says how its user signed in."""
    with assuming({"cognito.acrClaims": "every-sign-in"}):
        yield


@pytest.fixture
def choices(make: Callable[..., Any]) -> Any:
    """A pool with every first factor, a domain, and a client that admits choice-based sign-in only."""
    return choosing(make)


def choosing(make: Callable[..., Any], pool: Mapping[str, Any] | None = None, **client: Any) -> Any:
    made = make(pool={"first_factors": EVERY, **(pool or {})}, client={"explicit_auth_flows": FLOWS, **client})
    made.cloud.world = made.cloud.world.with_domain(UserPoolDomain(made.pool_id, "acme"))
    return made


def begin(pools: Any, name: str = "alice", **parameters: str) -> Mapping[str, Any]:
    return pools.call("InitiateAuth", **begun(pools, name, **parameters))  # type: ignore[no-any-return]


def begun(pools: Any, name: str = "alice", **parameters: str) -> dict[str, Any]:
    return {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH", "AuthParameters": {"USERNAME": name, **parameters}}


def answered(pools: Any, asked: Mapping[str, Any], name: str = "alice", **responses: str) -> dict[str, Any]:
    return {
        "ClientId": pools.client_id,
        "ChallengeName": asked["ChallengeName"],
        "Session": asked["Session"],
        "ChallengeResponses": {"USERNAME": name, **responses},
    }


def answer(pools: Any, asked: Mapping[str, Any], name: str = "alice", **responses: str) -> Mapping[str, Any]:
    return pools.call("RespondToAuthChallenge", **answered(pools, asked, name, **responses))  # type: ignore[no-any-return]


def refused(pools: Any, asked: Mapping[str, Any], name: str = "alice", **responses: str) -> tuple[str, str]:
    return pools.refusal("RespondToAuthChallenge", **answered(pools, asked, name, **responses))  # type: ignore[no-any-return]


def proof(pools: Any, asked: Mapping[str, Any], password: str, client: srp.Client) -> dict[str, str]:
    """The answer to PASSWORD_VERIFIER."""
    given, stamp = asked["ChallengeParameters"], srp.timestamp(pools.cloud.clock.now)
    block, user_id = given["SECRET_BLOCK"], given["USER_ID_FOR_SRP"]
    signature = client.claim_signature(user_id, password, given["SALT"], given["SRP_B"], base64.b64decode(block), stamp)
    return {"PASSWORD_CLAIM_SECRET_BLOCK": block, "PASSWORD_CLAIM_SIGNATURE": signature, "TIMESTAMP": stamp}


def srp_client(pools: Any) -> srp.Client:
    return srp.Client(pools.pool_id.partition("_")[2], 12345678901234567890)


def test_without_a_preference_the_user_chooses_among_what_she_has(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    asked = begin(choices)
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    assert asked["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP", "EMAIL_OTP"]
    assert asked["ChallengeParameters"] == {}


def test_a_phone_number_adds_codes_by_sms_though_unverified(choices: Any) -> None:
    choices.confirmed(email="a@x.example", phone_number=PHONE)
    assert "SMS_OTP" in begin(choices)["AvailableChallenges"]


def test_what_the_pool_does_not_allow_is_not_offered(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"first_factors": ("PASSWORD",)})
    pools.confirmed(email="a@x.example")
    assert begin(pools)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    assert begin(pools, PREFERRED_CHALLENGE="EMAIL_OTP")["ChallengeName"] == "SELECT_CHALLENGE"


def test_the_password_signs_in_at_once_though_its_own_flow_is_off(choices: Any) -> None:
    choices.confirmed()
    result = begin(choices, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=choices.password)
    assert choices.claims(result["AuthenticationResult"]["IdToken"])["amr"] == ["pwd"]
    off = choices.refusal("InitiateAuth", **choices.login())
    assert off == ("InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client")


def test_a_password_without_a_preference_is_not_looked_at(choices: Any) -> None:
    choices.confirmed()
    assert begin(choices, PASSWORD=choices.password)["ChallengeName"] == "SELECT_CHALLENGE"


def test_the_password_can_be_asked_for_and_given_later(choices: Any) -> None:
    choices.confirmed()
    asked = begin(choices, PREFERRED_CHALLENGE="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    wrong = ("NotAuthorizedException", "Incorrect username or password.")
    assert refused(choices, asked, PASSWORD="Another-1x") == wrong
    assert "AuthenticationResult" in answer(choices, asked, PASSWORD=choices.password)
    assert refused(choices, asked, PASSWORD=choices.password)[1].endswith("session can only be used once.")


def test_the_choice_can_be_answered_with_the_password(choices: Any) -> None:
    choices.confirmed()
    asked = begin(choices)
    assert refused(choices, asked, ANSWER="PASSWORD", PASSWORD="Another-1x")[0] == "NotAuthorizedException"
    result = answer(choices, asked, ANSWER="PASSWORD", PASSWORD=choices.password)
    assert "AuthenticationResult" in result
    assert refused(choices, asked, ANSWER="PASSWORD", PASSWORD=choices.password)[0] == "NotAuthorizedException"


def test_the_choice_can_be_answered_by_a_name_alone(choices: Any) -> None:
    choices.confirmed()
    asked = answer(choices, begin(choices), ANSWER="PASSWORD")
    assert asked["ChallengeName"] == "PASSWORD"
    assert "AuthenticationResult" in answer(choices, asked, PASSWORD=choices.password)


def test_srp_runs_from_the_first_call_from_the_choice_and_from_its_own_challenge(choices: Any) -> None:
    choices.confirmed()
    client = srp_client(choices)
    ways: list[Callable[[], Mapping[str, Any]]] = [
        lambda: begin(choices, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=client.public),
        lambda: answer(choices, begin(choices), ANSWER="PASSWORD_SRP", SRP_A=client.public),
        lambda: answer(choices, begin(choices, PREFERRED_CHALLENGE="PASSWORD_SRP"), SRP_A=client.public),
    ]
    for way in ways:
        asked = way()
        assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
        bad = proof(choices, asked, "Another-1x", client)
        result = answer(choices, asked, **proof(choices, asked, choices.password, client))
        assert choices.claims(result["AuthenticationResult"]["IdToken"])["amr"] == ["pwd"]
        assert refused(choices, asked, **bad)[0] == "NotAuthorizedException"


def test_a_code_by_email_signs_in_verifies_the_address_and_confirms_the_account(choices: Any) -> None:
    choices.sign_up(email="a@x.example")
    assert choices.user()["UserStatus"] == "UNCONFIRMED"
    asked = begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert asked["ChallengeParameters"] == {
        "CODE_DELIVERY_DELIVERY_MEDIUM": "EMAIL",
        "CODE_DELIVERY_DESTINATION": "a***@x***",
    }
    assert len(choices.code()) == 8
    result = answer(choices, asked, EMAIL_OTP_CODE=choices.code())
    assert (choices.user()["UserStatus"], choices.user()["email_verified"]) == ("CONFIRMED", "true")
    claims = choices.claims(result["AuthenticationResult"]["IdToken"])
    assert (claims["amr"], claims["acr"]) == (["email_otp"], "urn:cognito:loa:2")


def test_the_length_of_the_code_is_an_assumption(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    with assuming({"cognito.emailOtpDigits": "6"}):
        begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert len(choices.code()) == 6


def test_a_code_by_sms_signs_in_and_verifies_the_number(choices: Any) -> None:
    choices.sign_up(email="a@x.example", phone_number=PHONE)
    asked = answer(choices, begin(choices), ANSWER="SMS_OTP")
    assert asked["ChallengeParameters"]["CODE_DELIVERY_DESTINATION"] == "+*******0123"
    assert refused(choices, asked, SMS_OTP_CODE="0" * 6)[0] == "CodeMismatchException"
    result = answer(choices, asked, SMS_OTP_CODE=choices.code())
    assert choices.claims(result["AuthenticationResult"]["IdToken"])["amr"] == ["sms"]
    assert (choices.user()["UserStatus"], choices.user()["phone_number_verified"]) == ("CONFIRMED", "true")


def test_wrong_codes_lock_as_wrong_passwords_do(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    asked = begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = choices.code()
    for _ in range(5):
        assert refused(choices, asked, EMAIL_OTP_CODE="12345678")[0] == "CodeMismatchException"
    locked = ("NotAuthorizedException", "Password attempts exceeded")
    assert refused(choices, asked, EMAIL_OTP_CODE=code) == locked
    password = begun(choices, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=choices.password)
    assert choices.refusal("InitiateAuth", **password) == locked
    choices.cloud.advance(2.0)
    assert "AuthenticationResult" in answer(choices, asked, EMAIL_OTP_CODE=code)


def test_a_code_is_good_once_and_for_its_own_session_only(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    first = begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    code = choices.code()
    second = begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert refused(choices, second, EMAIL_OTP_CODE=code)[0] == "CodeMismatchException"
    answer(choices, first, EMAIL_OTP_CODE=code)
    assert refused(choices, first, EMAIL_OTP_CODE=code)[0] == "NotAuthorizedException"


def test_a_session_ends_with_its_time(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    asked = begin(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    choices.cloud.advance(180.0)
    assert refused(choices, asked, EMAIL_OTP_CODE=choices.code())[1].endswith("session is expired.")


def test_an_answer_that_was_not_offered_is_refused(choices: Any) -> None:
    choices.confirmed()
    asked = begin(choices)
    for name in ("EMAIL_OTP", "WEB_AUTHN", "CUSTOM_CHALLENGE", "nonsense"):
        assert refused(choices, asked, ANSWER=name)[0] == "InvalidParameterException"


def test_with_mfa_on_only_passwords_begin(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"mfa": "ON", "mfa_factors": ("SOFTWARE_TOKEN_MFA",)})
    pools.confirmed(email="a@x.example", phone_number=PHONE)
    assert begin(pools)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]


def test_a_user_with_a_second_factor_begins_with_the_password(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
    pools.confirmed(email="a@x.example", phone_number=PHONE)
    assert "EMAIL_OTP" in begin(pools)["AvailableChallenges"]
    pools.admin("AdminSetUserMFAPreference", Username="alice", SMSMfaSettings={"Enabled": True, "PreferredMfa": True})
    assert begin(pools)["AvailableChallenges"] == ["PASSWORD", "PASSWORD_SRP"]
    asked = begin(pools, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=pools.password)
    assert asked["ChallengeName"] == "SMS_MFA"
    result = answer(pools, asked, SMS_MFA_CODE=pools.code())
    claims = pools.claims(result["AuthenticationResult"]["IdToken"])
    assert (claims["amr"], claims["acr"]) == (["pwd", "sms", "mfa"], "urn:cognito:loa:3")


def test_a_client_that_does_not_allow_it_refuses(pools: Any) -> None:
    pools.confirmed()
    assert pools.refusal("InitiateAuth", **begun(pools)) == (
        "InvalidParameterException",
        "Auth flow not enabled for this client",
    )


def test_the_lite_plan_has_no_choice(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"tier": "LITE", "first_factors": ("PASSWORD",)})
    pools.confirmed()
    assert pools.refusal("InitiateAuth", **begun(pools))[0] == "FeatureUnavailableInTierException"


def test_disabled_and_reset_accounts_are_sent_no_code(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    before = choices.message_count()
    choices.admin("AdminDisableUser", Username="alice")
    sent = begun(choices, PREFERRED_CHALLENGE="EMAIL_OTP")
    assert choices.refusal("InitiateAuth", **sent) == ("NotAuthorizedException", "User is disabled.")
    choices.admin("AdminEnableUser", Username="alice")
    asked = begin(choices)
    choices.admin("AdminDisableUser", Username="alice")
    assert refused(choices, asked, ANSWER="EMAIL_OTP") == ("NotAuthorizedException", "User is disabled.")
    assert choices.message_count() == before


def test_an_operator_can_begin_by_choice_too(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    asked = choices.call("AdminInitiateAuth", UserPoolId=choices.pool_id, **begun(choices))
    assert asked["ChallengeName"] == "SELECT_CHALLENGE"
    given = answered(choices, asked, ANSWER="PASSWORD", PASSWORD=choices.password)
    result = choices.call("AdminRespondToAuthChallenge", UserPoolId=choices.pool_id, **given)
    assert "AuthenticationResult" in result


def test_an_unknown_name_is_said_openly_or_pretended(make: Callable[..., Any]) -> None:
    open_pool = choosing(make)
    assert open_pool.refusal("InitiateAuth", **begun(open_pool, "nobody"))[0] == "UserNotFoundException"
    hiding = choosing(make, prevent_user_existence_errors="ENABLED")
    once, again = begin(hiding, "nobody"), begin(hiding, "nobody")
    assert once["ChallengeName"] == "SELECT_CHALLENGE"
    assert once["AvailableChallenges"] == again["AvailableChallenges"]
    assert {"PASSWORD", "PASSWORD_SRP"} <= set(once["AvailableChallenges"])


def test_nobody_answers_for_a_name_that_nobody_has(make: Callable[..., Any]) -> None:
    pools = choosing(make, prevent_user_existence_errors="ENABLED")
    pools.confirmed("bob", email="b@x.example")
    incorrect = ("NotAuthorizedException", "Incorrect username or password.")
    asked = begin(pools, "nobody")
    assert refused(pools, asked, "nobody", ANSWER="PASSWORD", PASSWORD=pools.password) == incorrect
    inline = begun(pools, "nobody", PREFERRED_CHALLENGE="PASSWORD", PASSWORD=pools.password)
    assert pools.refusal("InitiateAuth", **inline) == incorrect
    client = srp_client(pools)
    verifier = begin(pools, "nobody", PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=client.public)
    stranger = verifier["ChallengeParameters"]["USER_ID_FOR_SRP"]
    assert refused(pools, verifier, stranger, **proof(pools, verifier, pools.password, client)) == incorrect
    assert refused(pools, begin(pools, "nobody"), "bob", ANSWER="PASSWORD", PASSWORD=pools.password)[0] == incorrect[0]


def test_codes_for_nobody_look_like_codes_for_somebody(make: Callable[..., Any]) -> None:
    pools = choosing(
        make, {"first_factors": ("PASSWORD", "EMAIL_OTP", "SMS_OTP")}, prevent_user_existence_errors="ENABLED"
    )
    names = [f"nobody{number}" for number in range(12)]
    offered = {name: begin(pools, name)["AvailableChallenges"] for name in names}
    assert {"EMAIL_OTP" in each for each in offered.values()} == {True, False}
    for name in names:
        asked = begin(pools, name, PREFERRED_CHALLENGE="EMAIL_OTP")
        if "EMAIL_OTP" not in offered[name]:
            assert asked["ChallengeName"] == "SELECT_CHALLENGE"
            continue
        assert asked["ChallengeParameters"]["CODE_DELIVERY_DELIVERY_MEDIUM"] == "EMAIL"
        again = begin(pools, name, PREFERRED_CHALLENGE="EMAIL_OTP")
        assert again["ChallengeParameters"] == asked["ChallengeParameters"]
        assert refused(pools, asked, name, EMAIL_OTP_CODE="12345678")[0] == "CodeMismatchException"
    assert pools.message_count() == 0


def test_a_pool_without_a_password_factor_still_pretends(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"first_factors": ("EMAIL_OTP",)}, prevent_user_existence_errors="ENABLED")
    assert begin(pools, "nobody")["AvailableChallenges"] == ["EMAIL_OTP"]


def test_a_user_with_nothing_to_begin_with_is_refused(make: Callable[..., Any]) -> None:
    pools = choosing(make, {"first_factors": ("EMAIL_OTP",)})
    pools.confirmed()
    assert pools.refusal("InitiateAuth", **begun(pools)) == (
        "NotAuthorizedException",
        "Incorrect username or password.",
    )


def test_signing_up_leads_to_a_sign_in_without_another_code(choices: Any) -> None:
    session = choices.sign_up(email="a@x.example")["Session"]
    confirmed = choices.call(
        "ConfirmSignUp",
        ClientId=choices.client_id,
        Username="alice",
        ConfirmationCode=choices.code(),
        Session=session,
    )
    start = {**begun(choices), "Session": confirmed["Session"]}
    result = choices.call("InitiateAuth", **start)["AuthenticationResult"]
    assert choices.claims(result["IdToken"])["amr"] == ["email_otp"]
    assert choices.refusal("InitiateAuth", **start)[1].endswith("session can only be used once.")
    assert choices.refusal("InitiateAuth", **{**start, "Session": session})[0] == "NotAuthorizedException"
    assert choices.refusal("InitiateAuth", **{**start, "Session": "s" * 40})[0] == "NotAuthorizedException"


def test_the_session_of_a_sign_up_signs_nobody_else_in_and_soon_nobody(choices: Any) -> None:
    choices.confirmed("bob", email="b@x.example")
    session = choices.sign_up(email="a@x.example")["Session"]
    assert choices.refusal("InitiateAuth", **begun(choices), Session=session)[0] == "NotAuthorizedException"
    confirm = {"ClientId": choices.client_id, "Username": "alice", "ConfirmationCode": choices.code("alice")}
    confirmed = choices.call("ConfirmSignUp", **confirm, Session=session)["Session"]
    assert choices.refusal("InitiateAuth", **begun(choices, "bob"), Session=confirmed)[0] == "NotAuthorizedException"
    choices.cloud.advance(180.0)
    assert choices.refusal("InitiateAuth", **begun(choices), Session=confirmed)[1].endswith("session is expired.")


def test_every_answer_tells_why(choices: Any) -> None:
    choices.confirmed(email="a@x.example")
    begin(choices)
    questions = [step.question for step in choices.steps()]
    assert "may the sign-in begin by SMS_OTP?" in questions or "has the user what SMS_OTP needs?" in questions
    assert "which challenge is put first?" in questions


def test_tokens_say_how_one_signed_in_where_that_was_asked_for_or_assumed(choices: Any) -> None:
    choices.confirmed()
    preferred = {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": choices.password}
    with assuming({"cognito.acrClaims": "when-asked"}):
        plain = begin(choices, **preferred)["AuthenticationResult"]["IdToken"]
        asked = begin(choices, **preferred, TARGET_ACR_VALUES="urn:cognito:loa:1")["AuthenticationResult"]["IdToken"]
    assert "amr" not in choices.claims(plain)
    assert choices.claims(asked)["acr"] == "urn:cognito:loa:1"
