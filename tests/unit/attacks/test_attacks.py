"""Attacks: discovered, played on copies, proved where they succeed, and honest where they could not be played."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

import cogsim
from cogsim.attacks.attack import all_attacks, attack_called, findings, play
from cogsim.errors import InputError
from cogsim.lint.finding import Confidence
from cogsim.scenario.load import load as load_scenario
from cogsim.sources import source
from cogsim.world.world import World

SCENARIOS = Path(__file__).parents[3] / "scenarios"
KINDS = ("vulnerable", "fixed")


def world_of(attack: str, kind: str) -> World:
    """The world that the attack's own story plays in."""
    scenario = load_scenario(SCENARIOS / "attacks" / attack / f"{kind}.yaml")
    return cogsim.load(*scenario.worlds)


@pytest.mark.parametrize("attack", all_attacks(), ids=lambda attack: attack.id)
def test_every_attack_has_a_story_where_it_succeeds_and_one_where_it_is_stopped(attack) -> None:  # type: ignore[no-untyped-def]
    for kind in KINDS:
        run = cogsim.run(SCENARIOS / "attacks" / attack.id / f"{kind}.yaml")
        assert run.ok, run.failures


@pytest.mark.parametrize("attack", all_attacks(), ids=lambda attack: attack.id)
def test_an_attack_finds_its_way_in_its_vulnerable_world_and_none_in_the_fixed_one(attack) -> None:  # type: ignore[no-untyped-def]
    found = findings(play(world_of(attack.id, "vulnerable"), [attack]))
    assert {finding.rule for finding in found} == {attack.id}
    assert all(finding.confidence is Confidence.PROVED and finding.trace and finding.fix for finding in found)
    assert findings(play(world_of(attack.id, "fixed"), [attack])) == ()


@pytest.mark.parametrize("attack", all_attacks(), ids=lambda attack: attack.id)
def test_every_attack_says_what_it_is_and_cites_where_it_was_published(attack) -> None:  # type: ignore[no-untyped-def]
    assert attack.title
    assert attack.summary
    assert attack.stop
    assert [source(name).title for name in attack.sources]


def test_playing_changes_nothing_of_the_world_itself() -> None:
    world = world_of("a-attr-self-escalation", "vulnerable")
    users = world.pool_users
    play(world)
    assert world.pool_users is users


def test_a_role_rule_on_a_writable_claim_is_an_opening_as_well() -> None:
    world = cogsim.load(SCENARIOS / "worlds" / "saas.yaml")
    assert findings(play(world)) == ()
    (client,) = world.clients.values()
    opened = world.with_client(replace(client, write_attributes=None))
    (finding,) = findings(play(opened))
    assert "custom:tenant=globex" in finding.title
    assert any("role rules test custom:tenant" in place.note and place.location for place in finding.places)


def test_an_attack_that_could_not_be_played_says_why_and_is_no_sign_of_safety() -> None:
    world = world_of("a-attr-self-escalation", "vulnerable")
    (pool,) = world.user_pools.values()
    (played,) = play(world.with_user_pool(replace(pool, mfa="ON")))
    assert played.finding is None
    assert "MFA_SETUP" in played.unplayed


def test_a_misspelt_attack_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(InputError, match="a-attr-self-escalation"):
        attack_called("a-atr-self-escalation")
