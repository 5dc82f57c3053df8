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
from cogsim.scenario.federation_access import outside_signers
from cogsim.world.world import World
from tests.generators.federated_worlds import BUCKET, federated_worlds

QUESTIONS = [
    f"arn:aws:s3:::{BUCKET}/{key}" for key in ("sales/a", "audit/a", "keep/a", "last/a", f"google/{'1' * 21}/a")
]


def everybody_outside(world: World) -> list[Outside]:
    pool = next(iter(world.identity_pools.values()))
    server = str(pool.developer_provider_name)
    named = [DeveloperUser(pool, server, "kim"), DeveloperUser(pool, server, "kim", (("department", "sales"),))]
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
    path.write_text(text, encoding="utf-8")
    world = load(path)
    if stale:  # a certificate that those who were given the metadata do not know
        (provider,) = world.ad_fs.values()
        world = world.with_ad_fs(provider.with_next_certificate(0.0).with_newest_signing())
    simulation = Simulation(world, seed="door")
    for who in everybody_outside(world):
        fork = simulation.fork()
        signers = outside_signers(fork, who)
        issued = [ISSUED_SESSIONS.get(fork.state, signer.access_key_id) for signer in signers]
        at_door = {seen(session.caller) for session in issued if session is not None}
        found = {seen(passage.caller) for passage in passages(world, who) if passage.caller is not None}
        assert found == at_door, f"{label(world, who)} in {path}"
        for resource in QUESTIONS:
            allowed = any(fork.can(signer, "s3:GetObject", resource).value.allowed for signer in signers)
            assert can(world, who, "s3:GetObject", resource).value.allowed is allowed, (
                f"{label(world, who)} {resource} {path}"
            )
