"""Somebody for every role that an identity pool could vend and vends to nobody of the world.

A template seldom holds the people who will sign up. What the next one gets follows from the pool's roles and rules
alone, so the tables and the graph ask for them as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cogsim.analysis.passage import Passage
from cogsim.analysis.probes import PROBE
from cogsim.analysis.sessions import imagined
from cogsim.analysis.who import Way, accepts
from cogsim.decision import Step
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: What tables call somebody who is not in the world.
NOBODY_YET = "somebody (nobody today)"


def chosen(passage: Passage) -> tuple[Step, str] | None:
    """The step that chose a role last on the way, and the role's ARN; None where the way ended before."""
    found = [(step, value) for step in passage.outcome.steps for name, value in step.facts if name == "role"]
    return found[-1] if found else None


def newcomers(world: World, known: Iterable[Passage]) -> list[Passage]:
    """A passage by every app client to each role that none of the `known` passages was given by the same pool."""
    vended = {
        (passage.way.identity_pool.id, choice[1])
        for passage in known
        if passage.way is not None and (choice := chosen(passage)) is not None
    }
    return [passage for pool in world.identity_pools.values() for passage in _of_pool(world, pool, vended)]


def _of_pool(world: World, pool: IdentityPool, vended: set[tuple[str, str]]) -> Iterator[Passage]:
    for client in world.clients.values():
        user_pool = world.user_pools.get(client.pool_id)
        if user_pool is None or not accepts(pool, user_pool, client):
            continue
        mapping = pool.role_mappings.get(f"{user_pool.provider_name}:{client.id}")
        wanted: list[tuple[str | None, dict[str, str]]] = [(pool.roles.get("authenticated"), {})]
        rules = mapping.rules if mapping else ()
        wanted += [(rule.role_arn, {rule.claim: PROBE if rule.match == "NotEqual" else rule.value}) for rule in rules]
        for role, claims in wanted:
            if role is not None and (pool.id, role) not in vended:
                yield imagined(world, Way(client, pool), claims)
