"""What a world, a simulation and a run show at the end of a cell: a short summary, and no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.load import load
from cogsim.scenario.run import run
from cogsim.simulation import Simulation
from cogsim.world.world import World

WORLD = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1}}
Resources:
  Users: {Type: AWS::Cognito::UserPool}
  Spa: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Users}}
  Alice:
    Type: AWS::Cognito::UserPoolUser
    Metadata: {cogsim: {Password: Correct-horse-7}}
    Properties: {UserPoolId: !Ref Users, Username: alice}
  Lost: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref Nothing}}
"""

STORY = """
name: A story
world: world.yaml
steps:
  - sign_up: {as: zoe, client: $Spa, password: Wren-and-lark-3}
  - call: cognito-idp:ConfirmSignUp
    with: {ClientId: $Spa, Username: zoe, ConfirmationCode: "424242"}
    expect: {error: ExpiredCodeException}
  - sign_in: {as: alice, client: $Spa, password: Correct-horse-7}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "world.yaml").write_text(WORLD)
    (tmp_path / "story.yaml").write_text(STORY)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_world_shows_how_much_it_holds(folder: Path) -> None:
    world = load("world.yaml")
    counts = "user pools: 1, app clients: 2, pool users: 1, unresolved references: 1"
    assert repr(world) == f"World(111122223333 eu-west-1; {counts})"
    assert "<td" in world._repr_html_()
    assert "Correct-horse-7" not in repr(world) + world._repr_html_() + repr(list(world.pool_users.values()))
    assert repr(World()) == "World(123456789012 us-east-1; empty)"
    assert World()._repr_html_() == "<p>an empty world</p>"


def test_a_simulation_shows_its_time_and_its_world(folder: Path) -> None:
    simulation = Simulation(load("world.yaml"))
    simulation.sign_in("alice", client="Spa")
    assert repr(simulation).startswith("Simulation(2026-01-01T00:00:00Z, 2 events; World(111122223333 ")


def test_a_run_shows_what_came_of_it_and_no_password(folder: Path) -> None:
    played = run("story.yaml")
    assert repr(played) == "Run('A story'; 3 steps: as expected)"
    shown = repr(played) + repr(played.scenario) + repr(played.steps)
    assert not [secret for secret in ("Wren-and-lark-3", "424242", "Correct-horse-7") if secret in shown]
