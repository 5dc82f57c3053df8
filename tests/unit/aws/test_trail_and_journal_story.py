"""A person's whole way, from sign-up to an object: nothing secret on the trail, everything in the journal."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.call import Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read, write
from cogsim.aws.journal_replay import replay
from cogsim.aws.journal_values import canonical
from cogsim.aws.mailbox import messages
from cogsim.aws.trail import records
from cogsim.load import load
from cogsim.simulation import Simulation
from cogsim.world.world import World

_EMAIL = "alice@example.com"
_PASSWORD = "Correct-Horse-1"


@pytest.fixture(scope="module")
def world() -> World:
    folder = Path(__file__).parent / "worlds"
    return load(folder / "door.yaml", folder / "other.yaml")


def story(world: World, seed: str = "story", password: str = _PASSWORD) -> Simulation:
    """Sign-up, a wrong code, the right one, SRP, a wrong password, an identity, an object, refresh, sign-out."""
    sim = Simulation(world, seed)
    app = next(client for client in world.clients.values() if client.secret is None)
    given_params = {"ClientId": app.id, "Username": _EMAIL, "Password": password}
    sim.call("cognito-idp:SignUp", {**given_params, "UserAttributes": [{"Name": "email", "Value": _EMAIL}]})
    (sent,) = sim.mailbox(_EMAIL)
    sim.submit("cognito-idp:ConfirmSignUp", {"ClientId": app.id, "Username": _EMAIL, "ConfirmationCode": "000000"})
    sim.call("cognito-idp:ConfirmSignUp", {"ClientId": app.id, "Username": _EMAIL, "ConfirmationCode": sent.code})
    alice = sim.sign_in(_EMAIL, client=app.id, password=password)
    flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": app.id}
    sim.submit(
        "cognito-idp:InitiateAuth", {**flow, "AuthParameters": {"USERNAME": _EMAIL, "PASSWORD": "Wrong-Horse-2"}}
    )
    session = sim.credentials(alice)
    place = {"Bucket": "door-data", "Key": f"{session.identity_id}/note"}
    sim.call("s3:PutObject", {**place, "Body": b"hello"}, session)
    sim.call("s3:GetObject", place, session)
    sim.advance("10m")
    again = sim.refresh(alice)
    sim.call("cognito-idp:GetUser", {"AccessToken": again.access_token})
    sim.submit("cognito-idp:GetUser", {"AccessToken": again.access_token[:-6] + "AAAAAA"})
    sim.call("cognito-idp:GlobalSignOut", {"AccessToken": again.access_token})
    return sim


def secrets_of(cloud: Cloud) -> Iterator[str]:
    """Every password, code, token and secret key that was said or answered in a run."""
    yield from (message.code for message in messages(cloud.state))
    for outcome in (entry for entry in cloud.log if isinstance(entry, Outcome)):
        for each in (outcome, *outcome.children):
            yield from _secret_texts(each.call.params)
            yield from _secret_texts(each.response or {})
            if isinstance(each.call.credentials, Credentials):
                yield each.call.credentials.secret_access_key
                yield each.call.credentials.session_token or ""


_SECRET_NAMES = frozenset(
    {"Password", "PASSWORD", "ConfirmationCode", "AccessToken", "IdToken", "RefreshToken", "Session", "REFRESH_TOKEN"}
    | {"SecretAccessKey", "SecretKey", "SessionToken", "WebIdentityToken", "SRP_A", "SRP_B", "SALT", "SECRET_BLOCK"}
    | {"PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK"}
)


def _secret_texts(value: Any, secret: bool = False) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _secret_texts(inner, secret or name in _SECRET_NAMES or name == "Logins")
    elif isinstance(value, str) and secret:
        yield value


def test_no_secret_of_the_story_is_on_the_trail(world: World) -> None:
    cloud = story(world).cloud
    secrets = {text for text in secrets_of(cloud) if len(text) > 5}
    assert len(secrets) > 15
    shown = json.dumps(records(cloud))
    assert [secret for secret in secrets if secret in shown] == []
    assert _EMAIL not in shown


@given(st.text("abcdefgh", min_size=6, max_size=20))
@settings(max_examples=10, deadline=None)
def test_no_password_whatever_it_is_gets_on_the_trail(world: World, tail: str) -> None:
    password = f"Zq-9{tail}"
    sim = Simulation(world, "p")
    app = next(client for client in world.clients.values() if client.secret is None)
    params = {"ClientId": app.id, "Username": _EMAIL, "Password": password}
    outcome = sim.submit("cognito-idp:SignUp", {**params, "UserAttributes": [{"Name": "email", "Value": _EMAIL}]})
    assert password not in repr(outcome.error)
    assert password not in json.dumps(sim.trail)


def test_the_trail_follows_one_person_by_her_sub(world: World) -> None:
    trail = story(world).trail
    by_name = {entry["eventName"]: entry for entry in trail}
    sub = by_name["SignUp"]["responseElements"]["userSub"]
    about = [entry["eventName"] for entry in trail if entry.get("additionalEventData", {}).get("sub") == sub]
    assert {"SignUp", "ConfirmSignUp", "InitiateAuth", "RespondToAuthChallenge", "GetUser", "GlobalSignOut"} <= set(
        about
    )
    failed = [(entry["eventName"], entry["errorCode"]) for entry in trail if "errorCode" in entry]
    assert ("ConfirmSignUp", "CodeMismatchException") in failed
    assert ("InitiateAuth", "NotAuthorizedException") in failed
    assert all(entry["userIdentity"]["type"] == "Unknown" for entry in trail if entry["eventName"] == "InitiateAuth")


def test_the_story_replayed_on_its_own_world_is_the_same_to_the_byte(world: World, tmp_path: Path) -> None:
    sim = story(world)
    write(sim.cloud, tmp_path / "run")
    again = replay(read(tmp_path / "run"), world, strict=True)
    assert (again.changed, again.unknown) == ((), ())
    assert canonical(records(again.cloud)) == canonical(sim.trail)
    assert (again.cloud.world, again.cloud.state) == (sim.world, sim.state)


def test_under_another_seed_codes_are_read_anew_and_the_old_proof_is_unknown(world: World, tmp_path: Path) -> None:
    sim = story(world)
    write(sim.cloud, tmp_path / "run")
    again = replay(read(tmp_path / "run"), world, seed="another")
    names = [(entry.call.name, entry.error) for entry in again.cloud.log if isinstance(entry, Outcome)]
    assert ("ConfirmSignUp", None) in names
    assert [message.code for message in messages(again.cloud.state)] != [
        message.code for message in messages(sim.state)
    ]
    assert again.changed == ()
    assert again.unknown[0].operation == "cognito-idp:RespondToAuthChallenge"
    assert again.unknown[0].now == "not made: its proof was computed from values that are others now"
    assert {entry.was for entry in again.unknown[1:]} <= {"answered", "NotAuthorizedException"}


def test_no_token_or_code_of_the_story_stands_in_its_journal(world: World, tmp_path: Path) -> None:
    sim = story(world)
    write(sim.cloud, tmp_path / "run")
    text = (tmp_path / "run").read_text()
    given_out = {
        inner for entry in sim.cloud.log if isinstance(entry, Outcome) for inner in _secret_texts(entry.response)
    }
    literal = {secret for secret in given_out if len(secret) > 20 and json.dumps(secret)[1:-1] in text}
    assert literal == set()
    assert sim.mailbox(_EMAIL)[0].code not in text
