"""What the sessions of one role reach, gathered into one edge a resource."""

from __future__ import annotations

from dataclasses import dataclass

from cogsim.analysis.answers import UNKNOWN, Answer, tried
from cogsim.analysis.passage import Passage
from cogsim.analysis.probes import Survey, probes
from cogsim.errors import Location
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Reach:
    """An edge to a bucket, an area of one, or a table: what may be done there, by whom of those who hold the role."""

    node: str
    shown: str
    label: str
    answer: str
    why: str
    table: bool
    where: Location | None
    decided: Location | None


@dataclass(frozen=True, slots=True)
class _Grant:
    """One answer that allows, or that nobody knows: for whom, which action, in whose place."""

    holder: str
    scope: str
    answer: Answer


def reach(world: World, surveyed: Survey, holders: list[Passage]) -> list[Reach]:
    """The edges of all sessions of one role, by the resource's name; none where every answer is a refusal."""
    grants: dict[str, list[_Grant]] = {}
    for passage in holders:
        for probe in probes(world, surveyed, passage.caller):
            answer = tried(world, passage, probe.action, probe.resource, probe.context)
            if answer.allowed or answer.result == UNKNOWN:
                grants.setdefault(probe.node, []).append(_Grant(passage.who, probe.scope, answer))
    return [_edge(world, node, found, holders) for node, found in sorted(grants.items())]


def _edge(world: World, node: str, grants: list[_Grant], holders: list[Passage]) -> Reach:
    known = [grant for grant in grants if grant.answer.allowed]
    first = (known or grants)[0].answer
    name = node.partition("/")[0]
    tables = [table for table in world.tables.values() if table.name == name]
    thing = tables[0] if tables else world.buckets[name]
    logical_id = thing.origin.logical_id
    return Reach(
        node,
        logical_id + node.removeprefix(name) if logical_id else node,
        _label(known, {passage.who for passage in holders}) if known else "not modelled",
        "allowed" if known else "unknown",
        first.because,
        bool(tables),
        thing.origin.location,
        first.where,
    )


def _label(grants: list[_Grant], everyone: set[str]) -> str:
    """The actions by whose place they are in, and how many of the holders have them where not all do."""
    parts = []
    scopes = sorted({grant.scope for grant in grants}, key=("", "own", "another's").index)
    for scope in scopes:
        here = [grant for grant in grants if grant.scope == scope]
        actions = " ".join(sorted({grant.answer.action.partition(":")[2] for grant in here}))
        parts.append(f"{scope}: {actions}" if scope else actions)
    who = {grant.holder for grant in grants}
    if who == everyone:
        return "; ".join(parts)
    named = next(iter(who)).rpartition("@")[0] or next(iter(who))
    return f"{'; '.join(parts)} ({named if len(who) == 1 else f'{len(who)} of {len(everyone)}'})"
