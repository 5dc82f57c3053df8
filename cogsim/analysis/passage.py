"""A way to a session as static answers know it: who asks, through what, what came of it, and the hops to draw."""

from __future__ import annotations

from dataclasses import dataclass, field

from cogsim.analysis.who import Way
from cogsim.clock import DEFAULT_START
from cogsim.decision import Decision, Refusal, Step
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.errors import Location
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: The instant at which static questions are asked, in seconds since the epoch: always the same one.
NOW = DEFAULT_START

#: A session or the refusal, with the reasons.
Outcome = Decision[Caller | Refusal]


@dataclass(frozen=True, slots=True)
class Place:
    """A node on a way, as the graph draws it."""

    name: str
    kind: str
    label: str
    where: Location | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """An edge on a way: `answer` is allowed, refused or unknown, `steps` say why."""

    source: Place
    target: Place
    label: str
    answer: str = "allowed"
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """One way to a session: `who` as `resolve` reads it back, `via` the ways taken, and the caller or the refusal.

    `way` is the user pool's client and the identity pool, where it leads through one; `identity_pool` the pool that
    chose the role, where one did; `hops` what the graph draws beside it, from providers on.
    """

    who: str
    via: str
    outcome: Outcome
    way: Way | None = None
    identity_pool: IdentityPool | None = None
    hops: tuple[Hop, ...] = field(default=())

    @property
    def caller(self) -> Caller | None:
        return None if isinstance(self.outcome.value, Refusal) else self.outcome.value


def default_origin(world: World) -> CallOrigin:
    """Where static questions are asked from: the world's own Region, over TLS, no endpoint."""
    return CallOrigin(region=world.home.region, partition=world.home.partition)


def answer_of(outcome: Outcome) -> str:
    """The word of a hop that an outcome ends in."""
    if not isinstance(outcome.value, Refusal):
        return "allowed"
    unknown = any(name == "not-modelled" for step in outcome.steps for name, _ in step.facts)
    return "unknown" if unknown else "refused"
