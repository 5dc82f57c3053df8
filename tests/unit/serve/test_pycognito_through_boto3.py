"""pycognito signs in through boto3, both of them unmodified."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from pycognito.aws_srp import AWSSRP

import cogsim

WORLD = Path(__file__).parents[3] / "scenarios" / "worlds" / "saas.yaml"


def srp(sim: cogsim.Simulation, password: str | None = None) -> AWSSRP:
    """pycognito's client for alice, over a boto3 client that is nobody's."""
    world = sim.world
    client = next(iter(world.clients.values()))
    return AWSSRP(
        username="alice",
        password=password or world.known_passwords[client.pool_id, "alice"],
        pool_id=client.pool_id,
        client_id=client.id,
        client=cogsim.boto3(sim).client("cognito-idp"),
    )


def test_the_right_password_gives_tokens_that_the_pool_takes() -> None:
    sim = cogsim.Simulation(cogsim.load(WORLD))
    tokens = srp(sim).authenticate_user()["AuthenticationResult"]
    user = cogsim.boto3(sim).client("cognito-idp").get_user(AccessToken=tokens["AccessToken"])
    assert user["Username"] == "alice"


def test_a_wrong_password_is_refused_in_the_words_of_the_service() -> None:
    sim = cogsim.Simulation(cogsim.load(WORLD))
    with pytest.raises(ClientError, match=r"NotAuthorizedException.*Incorrect username or password\."):
        srp(sim, "Wrong-horse-99").authenticate_user()
