"""Proofs that a client computed itself: they fit the answers they were computed over, and no others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import Journal, read, write
from cogsim.aws.journal_references import References
from cogsim.aws.journal_replay import Difference, replay
from cogsim.aws.journal_values import digest
from cogsim.load import load
from cogsim.world.world import World

_PROOF = {"ChallengeResponses": {"PASSWORD_CLAIM_SIGNATURE": "c2ln", "PASSWORD_CLAIM_SECRET_BLOCK": "a-secret-block"}}


@pytest.fixture(scope="module")
def world() -> World:
    folder = Path(__file__).parent / "worlds"
    return load(folder / "door.yaml", folder / "other.yaml")


def test_a_proof_is_summed_up_by_the_answers_it_was_computed_over() -> None:
    references = References()
    answer = {"ChallengeParameters": {"SECRET_BLOCK": "a-secret-block"}}
    references.answered(2, "cognito-idp:InitiateAuth", answer)
    spoken = references.before(0)
    assert spoken.reference("a-secret-block") == {"$from": [2, ["ChallengeParameters", "SECRET_BLOCK"]]}
    assert spoken.derived(_PROOF) == digest(["a-secret-block"])
    assert spoken.derived({"AuthParameters": {"REFRESH_TOKEN": "x", "SECRET_HASH": "y"}}) is None


def _guest_session(world: World, path: Path) -> Journal:
    """A run whose second call speaks of the first one's answer."""
    cloud = Cloud(world, "proof")
    (pool,) = world.identity_pools
    identity = cloud.call("cognito-identity:GetId", {"IdentityPoolId": pool})["IdentityId"]
    cloud.call("cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity})
    write(cloud, path)
    return read(path)


@pytest.mark.parametrize("fits", [True, False])
def test_a_call_whose_proof_fits_no_more_is_not_made(world: World, tmp_path: Path, fits: bool) -> None:
    journal = _guest_session(world, tmp_path / "run")
    first, second = journal.entries
    cloud = replay(journal, world).cloud
    said: Any = cloud.log[1]
    over = digest([said.call.params["IdentityId"] if fits else "another identity"])
    again = replay(replace(journal, entries=(first, replace(second, derived=over))), world)
    assert again.changed == ()
    now = "not made: its proof was computed from values that are others now"
    missed = (Difference(3, "cognito-identity:GetCredentialsForIdentity", "answered", now),)
    assert again.unknown == (() if fits else missed)
    assert len(again.cloud.log) == (2 if fits else 1)


def test_a_proof_that_the_service_refuses_now_is_unknown_and_another_refusal_is_changed(
    world: World, tmp_path: Path
) -> None:
    cloud = Cloud(world, "proof")
    (key,) = (key for key in world.access_keys.values() if key.user_arn.endswith("/operator"))
    cloud.submit(Call("sts:GetCallerIdentity", {}, Credentials(key.id, key.secret), cloud.origin()))
    write(cloud, tmp_path / "run")
    journal = read(tmp_path / "run")
    (entry,) = journal.entries
    client = next(client.id for client in world.clients.values() if client.secret is not None)
    params = {"ClientId": client, "Username": "alice@example.com", "Password": "Correct-Horse-1", "SecretHash": "bm8="}
    with_proof = replace(entry, call="cognito-idp:SignUp", params=params, signer=None)
    again = replay(replace(journal, entries=(with_proof,)), world)
    assert [(found.operation, found.now) for found in again.unknown] == [
        ("cognito-idp:SignUp", "NotAuthorizedException")
    ]
    assert again.changed == ()
    elsewhere = replace(with_proof, params={**params, "ClientId": "nosuchclient"})
    again = replay(replace(journal, entries=(elsewhere,)), world)
    assert [found.now for found in again.changed] == ["ResourceNotFoundException"]
    assert again.unknown == ()
