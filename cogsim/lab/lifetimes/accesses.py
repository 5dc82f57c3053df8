"""The ways of access that somebody who signed in has, each asked in a fork at any later second.

Access goes on where the answer is the same as before the event: the same role with the same tags, tokens that say the
same of the same person. An answer that gives something else is an end too, and it is told what it gives.
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.lab.lifetimes.access import Access
from cogsim.lab.lifetimes.aws_access import at_identity_pools, by_credentials, by_proofs
from cogsim.lab.lifetimes.holding import Holding
from cogsim.lab.lifetimes.member_access import in_front, of_member
from cogsim.simulation import Simulation


def accesses(sim: Simulation, held: Holding) -> Iterator[Access]:
    """Every way of access that the holder has."""
    if held.member is not None:
        yield from of_member(sim, held.member)
    yield from in_front(sim, held)
    if held.member is not None:
        yield from at_identity_pools(sim, held.member, held.sessions)
    yield from by_proofs(held.proofs)
    yield from by_credentials(sim, held.sessions)
