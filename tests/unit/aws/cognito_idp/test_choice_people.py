"""People who choose how to sign in, as a simulation plays them; and whose passkey signs whom in."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.actors.authenticator import Authenticator, BrowserRefusal
from cogsim.actors.choice import FACTORS
from cogsim.assumptions import assuming
from cogsim.aws import journal
from cogsim.aws.journal_replay import replay
from cogsim.decisions.password import keep
from cogsim.entropy import named
from cogsim.errors import AwsError, InputError
from cogsim.persistent import Map
from cogsim.simulation import Simulation
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.pool_members import Trigger, TriggerRule, UserPoolDomain
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

EVERY = ("PASSWORD", "EMAIL_OTP", "SMS_OTP", "WEB_AUTHN")
LEVEL_ONE = {"TARGET_ACR_VALUES": "urn:cognito:loa:1"}
PEOPLE = ("alice", "bob")


def simulated(make: Callable[..., Any], **pool: Any) -> Simulation:
    """alice and bob, each with an address, a phone and a password; the client admits choice-based sign-in only."""
    pools = make(pool={"first_factors": EVERY, **pool}, client={"explicit_auth_flows": ("ALLOW_USER_AUTH",)})
    pools.cloud.world = pools.cloud.world.with_domain(UserPoolDomain(pools.pool_id, "acme"))
    for name in PEOPLE:
        pools.confirmed(name, email=f"{name}@x.example", phone_number=f"+1555555012{PEOPLE.index(name)}")
        pools.cloud.world = pools.cloud.world.with_known_password(pools.pool_id, name, pools.password)
    return Simulation(pools.cloud.world)


@pytest.fixture
def sim(make: Callable[..., Any]) -> Simulation:
    return simulated(make)


def methods(session: Any) -> list[str]:
    parsed = read(session.id_token)
    assert isinstance(parsed, UnverifiedToken)
    return list(parsed.claims["amr"])


def test_everybody_signs_in_by_everything_they_have(sim: Simulation) -> None:
    phone = Authenticator("alice's phone")
    session = sim.sign_in("alice")
    sim.register_passkey(session, phone)
    found = {
        factor: methods(sim.sign_in_by_choice("alice", factor, passkey=phone, wishes=LEVEL_ONE)) for factor in FACTORS
    }
    assert found == {
        "PASSWORD": ["pwd"],
        "PASSWORD_SRP": ["pwd"],
        "EMAIL_OTP": ["email_otp"],
        "SMS_OTP": ["sms"],
        "WEB_AUTHN": ["swk"],
    }


def test_a_client_that_admits_only_the_choice_signs_people_in_by_srp(sim: Simulation) -> None:
    assert sim.sign_in("bob").username == "bob"
    with pytest.raises(AwsError, match="Incorrect username or password"):
        sim.sign_in("bob", password="Another-one-1")


def test_what_is_missing_is_named(sim: Simulation) -> None:
    with pytest.raises(InputError, match="cannot sign in by WEB_AUTHN; there is PASSWORD"):
        sim.sign_in_by_choice("alice", "WEB_AUTHN")
    with pytest.raises(InputError, match="a sign-in begins by PASSWORD"):
        sim.sign_in_by_choice("alice", "FINGERPRINT")
    sim.register_passkey(sim.sign_in("alice"), Authenticator("phone"))
    with pytest.raises(InputError, match="needs passkey"):
        sim.sign_in_by_choice("alice", "WEB_AUTHN")


def test_a_phishing_page_gets_neither_a_new_passkey_nor_an_assertion(sim: Simulation) -> None:
    phone, page = Authenticator("phone"), "https://acme.auth.us-east-1.amazoncognito.com.evil.example"
    session = sim.sign_in("alice")
    with pytest.raises(BrowserRefusal, match="has no part"):
        sim.register_passkey(session, phone, origin=page)
    sim.register_passkey(session, phone)
    with pytest.raises(BrowserRefusal, match="has no part"):
        sim.sign_in_by_choice("alice", "WEB_AUTHN", passkey=phone, origin=page)


def test_a_run_with_passkeys_gives_the_same_bytes_again(make: Callable[..., Any]) -> None:
    def run() -> str:
        sim, phone = simulated(make), Authenticator("phone")
        sim.register_passkey(sim.sign_in("alice"), phone)
        return sim.sign_in_by_choice("alice", "WEB_AUTHN", passkey=phone).id_token

    assert run() == run()


@settings(max_examples=40, deadline=None)
@given(
    name=st.sampled_from(PEOPLE),
    holder=st.sampled_from(PEOPLE),
    site=st.sampled_from(("acme.auth.us-east-1.amazoncognito.com", "login.acme.example", "evil.example")),
    late=st.booleans(),
)
def test_only_ones_own_passkey_on_the_right_page_in_time_signs_one_in(
    name: str, holder: str, site: str, late: bool
) -> None:
    """One device of each person; the holder answers a challenge that was set for `name`, through a browser that signs
    for any page and takes any options."""
    registered, phones, credentials = _registered()
    sim = registered.fork()
    client = next(iter(sim.world.clients.values()))
    asked = sim.call(
        "cognito-idp:InitiateAuth",
        {
            "ClientId": client.id,
            "AuthFlow": "USER_AUTH",
            "AuthParameters": {"USERNAME": name, "PREFERRED_CHALLENGE": "WEB_AUTHN"},
        },
    )
    options = json.loads(asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]) | {"allowCredentials": []}
    credential = phones[holder].copy().relay(options, f"https://{site}")
    credential |= {"id": credentials[name], "rawId": credentials[name]}
    sim.advance(180 if late else 1)
    given = {"USERNAME": name, "CREDENTIAL": json.dumps(credential)}
    outcome = sim.submit(
        "cognito-idp:RespondToAuthChallenge",
        {
            "ClientId": client.id,
            "ChallengeName": "WEB_AUTHN",
            "Session": asked["Session"],
            "ChallengeResponses": given,
        },
    )
    right = holder == name and site == "acme.auth.us-east-1.amazoncognito.com" and not late
    assert (outcome.error is None) is right


@cache
def _registered() -> tuple[Simulation, dict[str, Authenticator], dict[str, str]]:
    world = _world()
    sim = Simulation(world)
    phones = {name: Authenticator(f"{name}'s phone") for name in PEOPLE}
    credentials = {name: sim.register_passkey(sim.sign_in(name), phones[name]) for name in PEOPLE}
    return sim, phones, credentials


@cache
def _world() -> World:
    pool = UserPool(
        "us-east-1_AbCdEfGhI",
        "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_AbCdEfGhI",
        "Main",
        first_factors=EVERY,
    )
    client = UserPoolClient("1abc2defghij3klmn4opqrst5u", pool.id, "app", explicit_auth_flows=("ALLOW_USER_AUTH",))
    world = World().with_user_pool(pool).with_client(client).with_domain(UserPoolDomain(pool.id, "acme"))
    for name in PEOPLE:
        verifier = keep(pool, name, "Correct-horse-9", named("test/salt", name))
        user = PoolUser(pool.id, name, named("test/sub", name).uuid(), status=UserStatus.CONFIRMED, password=verifier)
        world = world.with_pool_user(user).with_known_password(pool.id, name, "Correct-horse-9")
    return world


def test_somebody_unknown_who_begins_with_a_password_is_asked_of_the_pools_migration(make: Callable[..., Any]) -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:migrate"
    pools = make(
        pool={"first_factors": EVERY, "triggers": Map({"UserMigration": function})},
        client={"explicit_auth_flows": ("ALLOW_USER_AUTH",)},
    )
    answer = Map(
        {"userAttributes": Map({"email": "c@x.example"}), "finalUserStatus": "CONFIRMED", "messageAction": "SUPPRESS"}
    )
    pools.cloud.world = pools.cloud.world.with_trigger(Trigger(function, (TriggerRule(Map(), answer),)))
    begin = {"USERNAME": "carol", "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    params = {"ClientId": pools.client_id, "AuthFlow": "USER_AUTH"}
    assert pools.refusal("InitiateAuth", **params, AuthParameters=begin)[0] == "UserNotFoundException"
    begin |= {"PREFERRED_CHALLENGE": "PASSWORD", "PASSWORD": pools.password}
    assert "AuthenticationResult" in pools.call("InitiateAuth", **params, AuthParameters=begin)
    assert pools.user("carol")["UserStatus"] == "CONFIRMED"


def test_a_journal_of_passkeys_replays_to_the_same_world_and_state(tmp_path: Path) -> None:
    sim, phone = Simulation(_world()), Authenticator("phone")
    sim.register_passkey(sim.sign_in("alice"), phone)
    sim.sign_in_by_choice("alice", "WEB_AUTHN", passkey=phone)
    journal.write(sim.cloud, tmp_path / "run.journal")
    again = replay(journal.read(tmp_path / "run.journal"), _world())
    assert (again.changed, again.unknown) == ((), ())
    assert again.cloud.world == sim.world
    assert again.cloud.state == sim.state


@pytest.mark.parametrize(("choice", "heard"), [("PostConfirmation", True), ("none", False)])
def test_whether_a_function_hears_that_a_code_confirmed_somebody_is_an_assumption(
    make: Callable[..., Any], choice: str, heard: bool
) -> None:
    function = "arn:aws:lambda:us-east-1:123456789012:function:welcome"
    pools = make(
        pool={"first_factors": EVERY, "triggers": Map({"PostConfirmation": function})},
        client={"explicit_auth_flows": ("ALLOW_USER_AUTH",)},
    )
    world = pools.cloud.world
    pools.cloud.world = world.with_trigger(Trigger(function, (TriggerRule(Map(), Map(), "not today"),)))
    pools.sign_up(email="a@x.example")
    begin = {"USERNAME": "alice", "PREFERRED_CHALLENGE": "EMAIL_OTP"}
    asked = pools.call("InitiateAuth", ClientId=pools.client_id, AuthFlow="USER_AUTH", AuthParameters=begin)
    code = {"USERNAME": "alice", "EMAIL_OTP_CODE": pools.code()}
    given = {"ClientId": pools.client_id, "ChallengeName": "EMAIL_OTP", "Session": asked["Session"]}
    with assuming({"cognito.confirmingCodeFires": choice}):
        if heard:
            refusal = pools.refusal("RespondToAuthChallenge", **given, ChallengeResponses=code)
            assert refusal == ("UserLambdaValidationException", "PostConfirmation failed with error not today.")
        else:
            assert "AuthenticationResult" in pools.call("RespondToAuthChallenge", **given, ChallengeResponses=code)
