"""Whoever comes from outside AWS has statically the very sessions that the door gives, and may do the same by them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cogsim import Simulation, load
from cogsim.analysis.answers import MOST_SHOWN
from cogsim.analysis.can import can
from cogsim.analysis.outside import DeveloperUser, Outside
from cogsim.analysis.outside_crowds import outside_crowds
from cogsim.analysis.sessions import passages
from cogsim.analysis.who import label
from cogsim.aws.authenticate import ISSUED_SESSIONS
from cogsim.decisions.caller import Caller, RoleSession
from cogsim.decisions.linking import LinkedIdentity, with_identities
from cogsim.persistent import Map
from cogsim.scenario.federation_access import outside_signers
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.world import World
from tests.generators.federated_worlds import BUCKET, federated_worlds

QUESTIONS = [
    f"arn:aws:s3:::{BUCKET}/{key}" for key in ("sales/a", "audit/a", "keep/a", "last/a", f"google/{'1' * 21}/a")
]


def everybody_outside(world: World) -> list[Outside]:
    (pool,) = world.identity_pools.values()
    server, tagged = pool.developer_provider_name, (("department", "sales"),)
    named = [DeveloperUser(pool, server, "kim", tags) for tags in ((), tagged)] if server is not None else []
    return [*(who for who, _ in outside_crowds(world, MOST_SHOWN, None)), *named]


def seen(caller: Caller | None) -> tuple[object, ...]:
    """What of a session somebody can see; a new user's `sub`, and what is made of it, is nobody's to foresee."""
    assert isinstance(caller, RoleSession)
    keys = {key: value for key, value in caller.federated.items() if not key.endswith((":sub", ":amr"))}
    tags = tuple(sorted(caller.session_tags.items()))
    session = (caller.role_arn, caller.session_name, tags, caller.transitive_tag_keys, caller.source_identity)
    return (*session, caller.chained, caller.federated_provider, tuple(sorted(keys.items())))


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@seed(20261123)
@given(text=federated_worlds(), stale=st.sampled_from([False, False, True]))
def test_a_static_answer_is_the_doors(text: str, stale: bool, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = Path(tmp_path_factory.mktemp("world")) / "world.json"
    path.write_text(text, encoding="utf-8")  # pytest keeps it where the test fails
    world = load(path)
    if stale:  # a certificate that those who were given the metadata do not know
        (provider,) = world.ad_fs.values()
        world = world.with_ad_fs(provider.with_next_certificate(0.0).with_newest_signing())
    agree(world)


@pytest.mark.parametrize("linked", [False, True])
def test_accounts_at_social_providers_have_what_the_door_gives(linked: bool) -> None:
    world = load(Path(__file__).with_name("social_entrances.yaml"))
    if linked:  # Fay's account at Facebook is a user of the pool
        (pool,) = world.user_pools.values()
        fay = PoolUser(pool.id, "fay", "sub-of-fay", Map({"name": "Amy"}), UserStatus.CONFIRMED)
        face = LinkedIdentity("Facebook", "Facebook", "1000000000000001", 0)
        world = world.with_pool_user(with_identities(fay, (face,)))
    agree(world)
    steps = [step for passage in passages(world, "fay@Facebook") for step in passage.outcome.steps]
    assert ("fay" in [step.answer for step in steps if step.question == "who is it here?"]) is linked
    assert {"tier": "gold"} in [dict(caller.session_tags) for caller in of("amy@Amazon", world)]
    assert len(of("eve@Amazon", world)) < len(of("amy@Amazon", world))


def of(who: str, world: World) -> list[RoleSession]:
    return [each.caller for each in passages(world, who) if isinstance(each.caller, RoleSession)]


def agree(world: World) -> None:
    """Everybody outside has the same sessions statically and at the door, and may do the same by them."""
    simulation = Simulation(world, seed="door")
    for who in everybody_outside(world):
        fork = simulation.fork()
        signers = outside_signers(fork, who)
        issued = [ISSUED_SESSIONS.get(fork.state, signer.access_key_id) for signer in signers]
        at_door = {seen(session.caller) for session in issued if session is not None}
        found = {seen(passage.caller) for passage in passages(world, who) if passage.caller is not None}
        assert found == at_door, f"{label(world, who)}"
        for resource in QUESTIONS:
            allowed = any(fork.can(signer, "s3:GetObject", resource).value.allowed for signer in signers)
            assert can(world, who, "s3:GetObject", resource).value.allowed is allowed, f"{label(world, who)} {resource}"
