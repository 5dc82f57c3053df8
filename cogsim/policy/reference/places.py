"""Every policy of the layers, and the layers with another one in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from cogsim.policy.document import Statement
from cogsim.policy.layers import Layers, Level, NamedPolicy

Put = Callable[[tuple[NamedPolicy, ...]], Layers]


@dataclass(frozen=True, slots=True)
class Place:
    """A policy among those of its layer or level: `put` gives the layers with others in their place."""

    named: NamedPolicy
    number: int
    among: tuple[NamedPolicy, ...]
    put: Put

    def with_statement(self, number: int, statement: Statement | None) -> Layers:
        """The layers with the policy's statement `number` (from 1) replaced, or left out."""
        statements = list(self.named.policy.statements)
        statements[number - 1 : number] = [] if statement is None else [statement]
        changed = replace(self.named, policy=replace(self.named.policy, statements=tuple(statements)))
        return self.put((*self.among[: self.number], changed, *self.among[self.number + 1 :]))


def places(layers: Layers) -> Iterator[Place]:
    """In the order in which a Deny is named. # ug:eval-logic §explicit-deny"""
    for put, policies in groups(layers):
        for number, named in enumerate(policies):
            yield Place(named, number, policies, put)


def groups(layers: Layers) -> Iterator[tuple[Put, tuple[NamedPolicy, ...]]]:
    """Every layer, and every level of an organization, with its policies."""
    yield lambda held: replace(layers, identity=held), layers.identity
    yield lambda held: replace(layers, resource=held[0]), (layers.resource,) if layers.resource else ()
    yield lambda held: replace(layers, boundary=held), layers.boundary or ()
    yield lambda held: replace(layers, session=held), layers.session or ()
    for number, level in enumerate(layers.scps):
        yield scp_level(layers, number), level.policies
    for number, level in enumerate(layers.rcps):
        yield _rcp_level(layers, number), level.policies
    yield lambda held: replace(layers, endpoint=held), layers.endpoint or ()


def scp_level(layers: Layers, number: int) -> Put:
    return lambda held: replace(layers, scps=_with_level(layers.scps, number, held))


def _rcp_level(layers: Layers, number: int) -> Put:
    return lambda held: replace(layers, rcps=_with_level(layers.rcps, number, held))


def _with_level(levels: tuple[Level, ...], number: int, held: tuple[NamedPolicy, ...]) -> tuple[Level, ...]:
    return (*levels[:number], replace(levels[number], policies=held), *levels[number + 1 :])
