"""Threat protection: breached passwords, addresses, the risk of a sign-in, its history, and what people say of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from pycognito.aws_srp import AWSSRP

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.aws.mailbox import messages
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.threats import password_digest
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.locations import AddressTable, Place
from cogsim.world.pool_members import RiskConfiguration, TakeoverAction
from tests.generators.boto_like import BotoLike

HOME, AWAY, BAD = "203.0.113.5", "198.51.100.77", "192.0.2.66"
PLACES = AddressTable(
    Map(
        {
            "203.0.113.0/24": Place("DE", "Berlin", 52.52, 13.40),
            "198.51.100.0/24": Place("AU", "Sydney", -33.87, 151.21),
        }
    )
)
REASONS = ("NotAuthorizedException", "Unable to login because of security reasons")
RESET = ("PasswordResetRequiredException", "Password reset required for the user")
EXPOSED = ("InvalidPasswordException", "Provided password cannot be used for security reasons.")
BLOCKING = Map({"Low": TakeoverAction(), "Medium": TakeoverAction(), "High": TakeoverAction("BLOCK", notify=True)})


@pytest.fixture
def watched(make: Any) -> Any:
    """A pool in ENFORCED mode with a confirmed alice; `watched.protect(**)` sets its risk configuration."""

    def build(mode: str = "ENFORCED", **risk: Any) -> Any:
        pools = make(pool={"advanced_security": mode, "tier": "PLUS", "mfa": "OPTIONAL", "mfa_factors": ("SMS_MFA",)})
        world = pools.cloud.world.with_risk_configuration(RiskConfiguration(pools.pool_id, **risk))
        pools.cloud.world = replace(world, address_table=PLACES)
        pools.confirmed(email="alice@example.com", phone_number="+15550001111")
        return pools

    return build


def sign_in(pools: Any, ip: str = HOME, device: str | None = None, password: str | None = None) -> Mapping[str, Any]:
    """A sign-in by password from an address, by a device with a fingerprint."""
    params = pools.login("alice", password or pools.password)
    if device:
        params["UserContextData"] = {"EncodedData": device}
    call = Call("cognito-idp:InitiateAuth", params, None, CallOrigin(source_ip=ip))
    return pools.cloud.submit(call).unwrap()  # type: ignore[no-any-return]


def refused(pools: Any, *args: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as raised:
        sign_in(pools, *args, **more)
    return raised.value.code, raised.value.message


def events(pools: Any) -> list[Any]:
    answer = pools.call("AdminListUserAuthEvents", UserPoolId=pools.pool_id, Username="alice")
    return [event for event in answer["AuthEvents"] if event["EventType"] == "SignIn"]


def breach(pools: Any, password: str) -> None:
    world = pools.cloud.world
    pools.cloud.world = replace(world, breached_passwords=frozenset({password_digest(password)}))


# Compromised credentials


def test_a_breached_password_is_blocked_and_must_be_reset(watched: Any) -> None:
    pools = watched(compromised_action="BLOCK")
    breach(pools, pools.password)
    assert refused(pools) == RESET
    assert pools.user()["UserStatus"] == "RESET_REQUIRED"
    assert events(pools)[0]["EventRisk"] == {"RiskDecision": "Block", "CompromisedCredentialsDetected": True}


def test_a_proof_by_srp_shows_no_password_to_compare(watched: Any) -> None:
    pools = watched(compromised_action="BLOCK")
    breach(pools, pools.password)
    client = AWSSRP("alice", pools.password, pools.pool_id, pools.client_id, client=BotoLike(pools))
    assert client.authenticate_user()["AuthenticationResult"]


def test_a_wrong_password_is_not_compared(watched: Any) -> None:
    pools = watched(compromised_action="BLOCK")
    breach(pools, "Wrong-horse-99")
    assert refused(pools, password="Wrong-horse-99")[1] == "Incorrect username or password."
    assert pools.user()["UserStatus"] == "CONFIRMED"


@pytest.mark.parametrize(
    ("mode", "risk"),
    [
        ("AUDIT", {"compromised_action": "BLOCK"}),
        ("ENFORCED", {"compromised_action": "NO_ACTION"}),
        ("ENFORCED", {"compromised_action": "BLOCK", "compromised_events": ("SIGN_UP",)}),
    ],
)
def test_without_enforcement_the_action_or_the_event_nothing_is_blocked(watched: Any, mode: str, risk: Any) -> None:
    pools = watched(mode, **risk)
    breach(pools, pools.password)
    assert "AuthenticationResult" in sign_in(pools)


def test_nobody_signs_up_or_changes_to_a_breached_password(watched: Any) -> None:
    pools = watched(compromised_action="BLOCK")
    token = pools.access_token()
    breach(pools, "Leaked-horse-99")
    params = {"ClientId": pools.client_id, "Username": "bob", "Password": "Leaked-horse-99"}
    assert pools.refusal("SignUp", **params) == EXPOSED
    change = {"AccessToken": token, "PreviousPassword": pools.password, "ProposedPassword": "Leaked-horse-99"}
    assert pools.refusal("ChangePassword", **change) == EXPOSED


# Addresses


def test_a_blocked_address_signs_nobody_in_and_nobody_up(watched: Any) -> None:
    pools = watched(blocked_ranges=("192.0.2.0/24",))
    assert refused(pools, BAD) == REASONS
    params = {"ClientId": pools.client_id, "Username": "bob", "Password": pools.password}
    outcome = pools.cloud.submit(Call("cognito-idp:SignUp", params, None, CallOrigin(source_ip=BAD)))
    assert outcome.error is not None
    assert outcome.error.message == REASONS[1]
    assert "AuthenticationResult" in sign_in(pools, HOME)


def test_an_address_on_both_lists_is_blocked_unless_assumed_otherwise(watched: Any) -> None:
    pools = watched(blocked_ranges=("192.0.2.0/24",), skipped_ranges=("192.0.2.66/32",))
    assert refused(pools, BAD) == REASONS
    with assuming({"cognito.blockedBeatsSkipped": "no"}):
        assert "AuthenticationResult" in sign_in(pools, BAD)


def test_a_skipped_address_is_not_weighed(watched: Any) -> None:
    pools = watched(takeover=BLOCKING, skipped_ranges=("198.51.100.0/24",))
    sign_in(pools, HOME, "laptop")
    assert "AuthenticationResult" in sign_in(pools, AWAY, "unknown")


# Risk


def test_a_first_sign_in_has_nothing_to_be_compared_with(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    sign_in(pools, AWAY, "any")
    assert events(pools)[0]["EventRisk"]["RiskDecision"] == "NoRisk"


def test_the_same_address_and_device_are_no_risk(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    for _ in range(3):
        sign_in(pools, HOME, "laptop")
        pools.cloud.advance(3600)
    assert [event["EventRisk"]["RiskDecision"] for event in events(pools)] == ["NoRisk"] * 3


def test_a_new_device_from_the_other_end_of_the_world_is_blocked_and_told(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    assert refused(pools, AWAY, "unknown") == REASONS
    event = events(pools)[0]
    assert event["EventRisk"]["RiskLevel"] == "High"
    assert (event["EventRisk"]["RiskDecision"], event["EventResponse"]) == ("Block", "Fail")
    assert event["EventContextData"]["Country"] == "AU"
    told = messages(pools.cloud.state, pools.pool_id, "alice")[-1]
    assert (told.to, told.purpose) == ("alice@example.com", "account takeover notification: block")


def test_each_sign_that_speaks_against_it_is_a_step_that_says_it_is_assumed(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    refused(pools, AWAY, "unknown")
    signs = [step for step in pools.steps() if step.question == "what speaks against the sign-in?"]
    assert [step.answer for step in signs] == [
        "an address never seen",
        "a device never seen",
        "a country never seen",
        "a journey nobody makes",
    ]
    assert {step.assumption for step in signs} == {"cognito.riskScoring"}


def test_by_the_strongest_sign_alone_the_same_sign_in_is_less_of_a_risk(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    with assuming({"cognito.riskScoring": "strongest"}):
        assert "AuthenticationResult" in sign_in(pools, AWAY, "unknown")
    assert events(pools)[0]["EventRisk"]["RiskLevel"] == "Medium"


def test_in_audit_mode_the_risk_is_written_down_and_nothing_done(watched: Any) -> None:
    pools = watched("AUDIT", takeover=BLOCKING)
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    assert "AuthenticationResult" in sign_in(pools, AWAY, "unknown")
    assert events(pools)[0]["EventRisk"] == {
        "RiskDecision": "AccountTakeover",
        "RiskLevel": "High",
        "CompromisedCredentialsDetected": False,
    }


@pytest.mark.parametrize(
    ("action", "factor", "expected"),
    [
        ("MFA_IF_CONFIGURED", "on", "SMS_MFA"),
        ("MFA_IF_CONFIGURED", "off", "SMS_MFA"),
        ("MFA_IF_CONFIGURED", "none", "tokens"),
        ("MFA_REQUIRED", "on", "SMS_MFA"),
        ("MFA_REQUIRED", "off", "SMS_MFA"),
        ("MFA_REQUIRED", "none", REASONS),
        ("NO_ACTION", "off", "tokens"),
        ("BLOCK", "on", REASONS),
    ],
)
def test_a_level_leads_to_its_action(watched: Any, action: str, factor: str, expected: Any) -> None:
    pools = watched(takeover=Map({"High": TakeoverAction(action)}))
    sign_in(pools, HOME, "laptop")
    having(pools, factor)
    pools.cloud.advance(600)
    if isinstance(expected, tuple):
        assert refused(pools, AWAY, "unknown") == expected
        return
    answer = sign_in(pools, AWAY, "unknown")
    assert answer.get("ChallengeName", "tokens") == expected


@pytest.mark.parametrize(("action", "expected"), [("MFA_IF_CONFIGURED", "tokens"), ("MFA_REQUIRED", REASONS)])
def test_where_a_factor_that_is_off_is_assumed_to_be_none_the_risk_asks_for_nothing(
    watched: Any, action: str, expected: Any
) -> None:
    pools = watched(takeover=Map({"High": TakeoverAction(action)}))
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    with assuming({"cognito.riskAsksFactorsSwitchedOff": "no"}):
        if expected == REASONS:
            assert refused(pools, AWAY, "unknown") == REASONS
        else:
            assert "AuthenticationResult" in sign_in(pools, AWAY, "unknown")


def having(pools: Any, factor: str) -> None:
    """Give alice a phone that is asked for a code, one that is not, or none."""
    user = pools.cloud.world.pool_users[pools.pool_id, "alice"]
    attributes = user.attributes if factor != "none" else user.attributes.delete("phone_number")
    changed = replace(user, attributes=attributes, factors=("SMS_MFA",) if factor == "on" else ())
    pools.cloud.world = pools.cloud.world.with_pool_user(changed)


def test_what_passed_a_second_factor_is_known_the_next_time(watched: Any) -> None:
    pools = watched(takeover=Map({"Low": TakeoverAction(), "Medium": TakeoverAction(), "High": TakeoverAction()}))
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(100_000)
    sign_in(pools, AWAY, "phone")
    pools.cloud.advance(100_000)
    sign_in(pools, AWAY, "phone")
    risks = [event["EventRisk"].get("RiskLevel") for event in events(pools)]
    assert risks[0] is None
    assert risks[1] is not None


def test_a_clients_own_configuration_stands_in_the_pools_place_whole(watched: Any) -> None:
    pools = watched(takeover=BLOCKING, blocked_ranges=("203.0.113.0/24",))
    own = RiskConfiguration(pools.pool_id, pools.client_id)
    pools.cloud.world = pools.cloud.world.with_risk_configuration(own)
    assert "AuthenticationResult" in sign_in(pools, HOME)


def test_an_app_is_believed_about_the_address_only_with_a_secret_and_the_setting(make: Any) -> None:
    pools = make(pool={"advanced_security": "ENFORCED", "tier": "PLUS"})
    risk = RiskConfiguration(pools.pool_id, blocked_ranges=("192.0.2.0/24",))
    pools.cloud.world = pools.cloud.world.with_risk_configuration(risk)
    pools.confirmed()
    params = pools.login() | {"UserContextData": {"IpAddress": BAD}}
    assert "AuthenticationResult" in pools.call("InitiateAuth", **params)


# Feedback


def test_feedback_by_the_link_counts_and_an_invented_token_does_not(watched: Any) -> None:
    pools = watched(takeover=BLOCKING)
    sign_in(pools, HOME, "laptop")
    pools.cloud.advance(600)
    refused(pools, AWAY, "unknown")
    event_id = events(pools)[0]["EventId"]
    token = messages(pools.cloud.state, pools.pool_id, "alice")[-1].code
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "EventId": event_id, "FeedbackValue": "Invalid"}
    assert pools.refusal("UpdateAuthEventFeedback", FeedbackToken="made-up", **params)[0] == "NotAuthorizedException"
    pools.call("UpdateAuthEventFeedback", FeedbackToken=token, **params)
    assert events(pools)[0]["EventFeedback"]["FeedbackValue"] == "Invalid"


def test_an_operators_invalid_makes_the_same_device_a_risk(watched: Any) -> None:
    pools = watched(takeover=Map({"Medium": TakeoverAction("BLOCK")}))
    sign_in(pools, HOME, "laptop")
    sign_in(pools, HOME, "laptop")
    event_id = events(pools)[0]["EventId"]
    params = {"UserPoolId": pools.pool_id, "Username": "alice", "EventId": event_id, "FeedbackValue": "Invalid"}
    pools.call("AdminUpdateAuthEventFeedback", **params)
    assert refused(pools, HOME, "laptop") == REASONS


def test_a_pool_without_threat_protection_keeps_no_history(pools: Any) -> None:
    pools.confirmed()
    params = {"UserPoolId": pools.pool_id, "Username": "alice"}
    assert pools.refusal("AdminListUserAuthEvents", **params)[0] == "UserPoolAddOnNotEnabledException"


def test_wrong_passwords_are_in_the_history_and_weigh(watched: Any) -> None:
    pools = watched(takeover=Map({"Low": TakeoverAction("BLOCK")}))
    sign_in(pools, HOME, "laptop")
    for _ in range(3):
        refused(pools, HOME, "laptop", "Wrong-horse-99")
    assert refused(pools, HOME, "laptop") == REASONS
    assert [event["EventResponse"] for event in events(pools)] == ["Fail"] * 4 + ["Pass"]
    assert events(pools)[1]["ChallengeResponses"] == [{"ChallengeName": "Password", "ChallengeResponse": "Failure"}]
