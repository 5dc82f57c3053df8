"""What policies allow and no question of `access` is about: without it, a table of answers would look like the whole.

`access` asks about the objects of buckets and the items of tables that the world holds. A statement that allows another
action, every action of a pattern, or something in a bucket or table that the world does not hold is listed here as
written; whether it grants anything to anybody is not decided.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.analysis.policies import hanging
from cogsim.analysis.probes import ITEM_ACTIONS, OBJECT_ACTIONS
from cogsim.arn import Arn
from cogsim.errors import Location
from cogsim.policy.document import Effect, Patterns, Statement
from cogsim.policy.reference.match import glob, pattern
from cogsim.world.world import World

_ASKED = frozenset(map(str.casefold, (*OBJECT_ACTIONS, *ITEM_ACTIONS, "s3:ListBucket", "dynamodb:Scan")))


@dataclass(frozen=True, slots=True)
class Unasked:
    """An Allow as written: on whom it hangs, in which policy, the actions nobody asked about, on what, and where."""

    holder: str
    policy: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    where: Location | None


def unasked(world: World) -> list[Unasked]:
    """The statements, in the order of their holders; an action that was asked about everywhere is left out."""
    return [
        Unasked(held.holder, held.name, actions, _written(statement.resources), statement.location)
        for held in hanging(world)
        for statement in held.policy.statements
        if statement.effect is Effect.ALLOW and (actions := tuple(_beyond(world, statement)))
    ]


def _beyond(world: World, statement: Statement) -> Iterator[str]:
    if statement.actions.negated:
        yield from _written(statement.actions)
        return
    held = _all_held(world, statement.resources)
    yield from (action for action in statement.actions.values if not held or action.casefold() not in _ASKED)


def _all_held(world: World, resources: Patterns | None) -> bool:
    """Whether every resource is a bucket or table of the world, or `*`: those of the world were asked about."""
    if resources is None or resources.negated:
        return False
    return all(value == "*" or _held(world, value) for value in resources.values)


def _held(world: World, value: str) -> bool:
    arn = Arn.try_parse(value)
    if arn is None:
        return False
    if arn.service == "s3":
        name = pattern(arn.resource.partition("/")[0])
        return any(glob(name, bucket.name) for bucket in world.buckets.values())
    return any(glob(pattern(value), table.arn) for table in world.tables.values())


def _written(patterns: Patterns | None) -> tuple[str, ...]:
    if patterns is None:
        return ()
    return tuple(f"all but {value}" for value in patterns.values) if patterns.negated else patterns.values
