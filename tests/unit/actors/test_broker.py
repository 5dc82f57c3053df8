"""A broker at work, through the door: sessions, consoles, machines, and what it says when it refuses."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from cogsim import AwsError, InputError, Simulation, load
from cogsim.actors.broker import BrokerRefusal
from cogsim.aws import journal
from cogsim.aws.journal_replay import replay
from cogsim.decisions.broker_session import MACHINE_SESSION
from cogsim.policy.layers import Result

WORLDS = Path(__file__).parents[3] / "scenarios" / "worlds"
WORLD = load(WORLDS / "broker.yaml")
DATA = "arn:aws:s3:::portal-data-111122223333"
CONSOLE = "https://console.aws.amazon.com/s3/"


@pytest.fixture
def sim() -> Simulation:
    return Simulation(WORLD, seed="broker")


@pytest.mark.parametrize(
    ("name", "wishes", "operation", "seconds", "session"),
    [
        ("alice", {}, "AssumeRole", 3600, "/alice"),
        ("bob", {"rule": "partner", "view": "final"}, "GetFederationToken", 7200, ":federated-user/bob"),
        ("alice", {"rule": "app"}, "GetCredentialsForIdentity", 3600, "/CognitoIdentityCredentials"),
    ],
)
def test_each_kind_of_session_is_made_at_the_door_in_the_persons_name(
    sim: Simulation, name: str, wishes: dict[str, str], operation: str, seconds: int, session: str
) -> None:
    got = sim.broker_session(name, "Portal", wishes=wishes)
    assert got.expires_at == sim.now + seconds
    assert operation in {record["eventName"] for record in sim.trail}
    assert sim.call("sts:GetCallerIdentity", credentials=got)["Arn"].endswith(session)
    assert got.credentials.secret_access_key not in repr(got)


def test_the_trail_shows_the_broker_as_the_caller_and_the_person_as_the_session(sim: Simulation) -> None:
    sim.calling_from(source_ip="203.0.113.9").broker_session("alice")
    (record,) = sim.trail
    assert record["userIdentity"]["userName"] == "portal-server"
    assert record["requestParameters"]["roleSessionName"] == "alice"
    assert record["sourceIPAddress"] != "203.0.113.9"  # the client's address is the broker's to see


def test_a_session_ends_when_it_should(sim: Simulation) -> None:
    got = sim.broker_session("alice")
    sim.advance("61m")
    with pytest.raises(AwsError, match="ExpiredToken"):
        sim.call("s3:GetObject", {"Bucket": "portal-data-111122223333", "Key": "acme/plan.txt"}, got)


def test_a_refusal_of_the_broker_is_no_call_and_has_its_reasons(sim: Simulation) -> None:
    with pytest.raises(BrokerRefusal, match="The tenant must not hold") as refused:
        sim.broker_session("mallory")
    assert sim.trail == []
    assert refused.value.decision.deciding[-1].location is not None
    with pytest.raises(BrokerRefusal, match="Unknown name or wrong password"):
        sim.broker_session("alice", password="wrong")
    with pytest.raises(BrokerRefusal, match="Unknown name or wrong password"):
        sim.broker_session("nobody")


def test_a_wish_or_a_broker_that_there_is_not_is_a_slip(sim: Simulation) -> None:
    with pytest.raises(InputError, match="did you mean 'folder'"):
        sim.broker_session("alice", wishes={"foldr": "drafts"})
    with pytest.raises(InputError, match="did you mean 'portal'"):
        sim.broker_session("alice", "Portl")


def test_the_console_opens_by_the_url_for_fifteen_minutes(sim: Simulation) -> None:
    got = sim.broker_session("alice", console=CONSOLE)
    url = urlsplit(got.console_url or "")
    said = {name: values[0] for name, values in parse_qs(url.query).items()}
    assert (url.hostname, url.path) == ("signin.aws.amazon.com", "/federation")
    assert {name: said[name] for name in ("Action", "Issuer", "Destination")} == {
        "Action": "login",
        "Issuer": "https://portal.example.com",
        "Destination": CONSOLE,
    }
    opened = sim.call("cogsim:OpenConsole", {"SigninToken": got.signin_token, "Destination": CONSOLE})
    assert opened["Arn"] == got.arn
    sim.advance("15m")
    with pytest.raises(AwsError, match="expired"):
        sim.call("cogsim:OpenConsole", {"SigninToken": got.signin_token, "Destination": CONSOLE})


def test_a_federated_user_has_no_say_in_how_long_the_console_stays(sim: Simulation) -> None:
    wishes = {"rule": "partner", "view": "final"}
    assert sim.broker_session("alice", console=CONSOLE, console_seconds=7200).signin_token
    with pytest.raises(AwsError, match="SessionDuration"):
        sim.broker_session("bob", wishes=wishes, console=CONSOLE, console_seconds=7200)
    assert sim.broker_session("bob", wishes=wishes, console=CONSOLE).signin_token


def test_long_term_keys_do_not_expire_and_open_no_console() -> None:
    sim = Simulation(load(WORLDS / "broker.yaml", WORLDS / "broker" / "long-term-keys.yaml"))
    got = sim.broker_session("alice")
    assert (got.expires_at, got.arn, got.credentials.session_token) == (None, None, None)
    assert sim.can(got, "s3:GetObject", f"{DATA}/globex/plan.txt").value is Result.ALLOWED
    with pytest.raises(InputError, match="long-term keys"):
        sim.broker_session("alice", console=CONSOLE)


def test_a_large_policy_fails_closed_and_by_mistake_it_fails_open() -> None:
    wishes = {"rule": "folder", "folder": "x" * 2000}
    with pytest.raises(AwsError, match="PackedPolicyTooLarge"):
        Simulation(WORLD).broker_session("alice", wishes=wishes)
    sim = Simulation(load(WORLDS / "broker.yaml", WORLDS / "broker" / "large-policy-omitted.yaml"))
    got = sim.broker_session("alice", wishes=wishes)
    assert sim.can(got, "s3:GetObject", f"{DATA}/globex/plan.txt").value is Result.ALLOWED
    assert [record.get("errorCode") for record in sim.trail] == ["PackedPolicyTooLarge", None]


def test_a_broker_that_runs_as_a_role_gets_its_keys_from_its_machine() -> None:
    world = load(WORLDS / "broker.yaml", Path(__file__).parent / "worlds" / "machines.yaml")
    broker = replace(WORLD.brokers["portal"], principal_arn="arn:aws:iam::111122223333:role/machines")
    sim = Simulation(world.with_broker(broker))
    with pytest.raises(AwsError, match="AccessDenied"):  # the documents' role trusts the portal's user alone
        sim.broker_session("alice")
    with pytest.raises(AwsError, match="Cannot call GetFederationToken with session credentials"):
        sim.broker_session("bob", wishes={"rule": "partner", "view": "final"})
    machine = sim.trail[0]
    assert machine["requestParameters"]["roleSessionName"] == MACHINE_SESSION
    assert machine["userIdentity"] == {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"}


def test_the_same_seed_gives_the_same_keys_and_the_journal_plays_them_again(tmp_path: Path) -> None:
    one, same = Simulation(WORLD, seed="a"), Simulation(WORLD, seed="a")
    for sim in (one, same):
        sim.broker_session("alice", console=CONSOLE)
        sim.broker_session("alice", wishes={"rule": "app"})
    assert one.broker_session("anna") == same.broker_session("anna")
    journal.write(one.cloud, tmp_path / "journal.jsonl")
    again = replay(journal.read(tmp_path / "journal.jsonl"), WORLD)
    assert (again.changed, again.unknown) == ((), ())
