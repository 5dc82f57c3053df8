"""The composition root: people, signers, time and forks."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim import AwsError, InputError, Simulation, load
from cogsim.policy.layers import Result

WORLD = load(Path(__file__).parents[3] / "scenarios" / "worlds" / "saas.yaml")
PLAN = "arn:aws:s3:::saas-data-111122223333/acme/plan.txt"


@pytest.fixture
def sim() -> Simulation:
    return Simulation(WORLD, seed="test")


def test_a_person_signs_in_with_the_password_the_world_knows_and_gets_credentials(sim: Simulation) -> None:
    keys = sim.credentials(sim.sign_in("alice"))
    assert sim.can(keys, "s3:GetObject", PLAN).value is Result.ALLOWED
    assert sim.call("s3:GetObject", {"Bucket": "saas-data-111122223333", "Key": "acme/plan.txt"}, keys)["Body"]


def test_asking_leaves_no_trace(sim: Simulation) -> None:
    keys = sim.credentials(sim.sign_in("alice"))
    before = len(sim.trail)
    sim.can(keys, "s3:GetObject", PLAN)
    assert len(sim.trail) == before


def test_two_simulations_of_one_seed_give_the_same_tokens_and_another_seed_gives_others() -> None:
    one, same, other = (Simulation(WORLD, seed=seed).sign_in("alice") for seed in ("a", "a", "b"))
    assert one == same
    assert one.id_token != other.id_token


def test_a_fork_goes_its_own_way(sim: Simulation) -> None:
    session = sim.sign_in("alice")
    fork = sim.fork()
    fork.call("cognito-idp:GlobalSignOut", {"AccessToken": session.access_token})
    with pytest.raises(AwsError, match="revoked"):
        fork.call("cognito-idp:GetUser", {"AccessToken": session.access_token})
    assert sim.call("cognito-idp:GetUser", {"AccessToken": session.access_token})["Username"] == "alice"


def test_credentials_expire_with_the_clock_and_a_refresh_brings_new_ones(sim: Simulation) -> None:
    session = sim.sign_in("alice")
    keys = sim.credentials(session)
    sim.advance("61m")
    with pytest.raises(AwsError, match="ExpiredToken"):
        sim.call("sts:GetCallerIdentity", {}, keys)
    fresh = sim.refresh(session)
    assert fresh.refresh_token == session.refresh_token
    assert sim.call("sts:GetCallerIdentity", {}, sim.credentials(fresh))["Account"] == "111122223333"


def test_a_call_from_elsewhere_is_on_the_trail_as_such(sim: Simulation) -> None:
    sim.calling_from(source_ip="203.0.113.9", user_agent="probe").call("sts:GetCallerIdentity", {}, "operator")
    (record,) = sim.trail
    assert (record["sourceIPAddress"], record["userAgent"]) == ("203.0.113.9", "probe")


def test_a_request_without_tls_meets_the_bucket_policy(sim: Simulation) -> None:
    keys = sim.credentials(sim.sign_in("alice"))
    assert sim.calling_from(tls=False).can(keys, "s3:GetObject", PLAN).value is Result.EXPLICITLY_DENIED


@pytest.mark.parametrize(
    ("attempt", "says"),
    [
        (lambda sim: sim.sign_in("alise"), "alice"),
        (lambda sim: sim.sign_in("alice", client="Spaa"), "Spa"),
        (lambda sim: sim.credentials(pool="Identitys"), "Identities"),
        (lambda sim: sim.call("sts:GetCallerIdentity", {}, "operater"), "operator"),
        (lambda sim: sim.calling_from(source_up="x"), "source_ip"),
        (lambda sim: sim.call("sts:GetCallerIdentitty"), "GetCallerIdentity"),
        (lambda sim: sim.call("cognito-idp:SignUp", {"ClientID": "x"}), "ClientId"),
        (lambda sim: sim.advance("61 minutes"), "1h30m"),
    ],
)
def test_a_misspelt_word_is_an_error_that_suggests_the_right_one(sim: Simulation, attempt, says: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError) as caught:
        attempt(sim)
    assert says in str(caught.value)


def test_no_secret_shows_in_a_representation(sim: Simulation) -> None:
    session = sim.sign_in("alice")
    keys = sim.credentials(session)
    outcome = sim.submit("cognito-idp:GetUser", {"AccessToken": session.access_token})
    shown = "".join(map(repr, (sim, sim.world, session, keys, outcome, sim.cloud)))
    for secret in (
        *("Correct-horse-7", session.access_token, session.id_token, str(session.refresh_token)),
        *(keys.credentials.secret_access_key, str(keys.credentials.session_token)),
    ):
        assert secret not in shown
