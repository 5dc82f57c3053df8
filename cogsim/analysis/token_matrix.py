"""Which component takes which token: every component of a world against every kind of token, by its own decision.

1. The tokens are real ones: issued by the decisions that issue them in a running cloud, and signed with the same keys.
2. The component's decision is the one that stands at the door of the running cloud; nothing is decided here.
3. What cogsim does not model is a question mark with its reason, never a refusal and never an acceptance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from cogsim.analysis.gaps import not_modelled
from cogsim.analysis.token_api_doors import http_doors, rest_doors, unreachable_apis
from cogsim.analysis.token_balancer_doors import rule_doors, target_doors
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_graphql_doors import graphql_doors
from cogsim.analysis.token_jwt_doors import jwt_doors
from cogsim.analysis.token_kinds import KINDS, MAKES, Use
from cogsim.analysis.token_makes import making, offer
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_pool_doors import (
    api_doors,
    developer_doors,
    identity_pool_doors,
    refresh_doors,
    token_endpoint_doors,
    user_info_doors,
    without_tokens,
)
from cogsim.analysis.token_saml_doors import page_doors, saml_doors, without_responses
from cogsim.analysis.token_sts_doors import sts_doors
from cogsim.analysis.who import Person, resolve
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.errors import InputError, Location, NotModelled, suggest
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World

if TYPE_CHECKING:
    import pandas as pd

ACCEPTED, REFUSED, UNKNOWN, NOTHING = "accepted", "refused", "unknown", "no such token"


@dataclass(frozen=True, slots=True)
class Cell:
    """One component and one kind of token: `answer` is accepted, refused, unknown (not modelled), or that there is no
    such token in this world; `offered` is the make of the token; the decision has every step."""

    door: Door
    kind: str
    offered: Use
    answer: str
    decision: Decision[object]
    offer: Offer

    @property
    def deciding(self) -> Step:
        """The check that settled it: of a refusal that one service says in another's words, the one that failed."""
        marked = self.decision.deciding
        failed = [step for step in marked if step.answer.startswith("no")] if self.answer == REFUSED else []
        return failed[0] if failed else marked[-1]

    @property
    def where(self) -> Location | None:
        """The line that decided: the check's own, else that of the component."""
        return self.deciding.location or self.door.where

    @property
    def error(self) -> str:
        """The code of AWS's refusal; empty where there is none."""
        return self.decision.value.code if isinstance(self.decision.value, Refusal) else ""


@dataclass(frozen=True, slots=True)
class TokenMatrix:
    """Every cell, row by row; `left_out` says what has no row, and why."""

    cells: tuple[Cell, ...]
    left_out: tuple[str, ...] = ()

    @property
    def doors(self) -> tuple[Door, ...]:
        """The components, in the order of the rows."""
        return tuple({cell.door.key: cell.door for cell in self.cells}.values())

    @property
    def notes(self) -> tuple[str, ...]:
        """What was made up to have a token at all, each once."""
        return tuple(dict.fromkeys(note for cell in self.cells for note in cell.offer.notes))

    def row(self, door: Door) -> tuple[Cell, ...]:
        """The cells of a component, in the order of the columns."""
        return tuple(cell for cell in self.cells if cell.door.key == door.key)

    def cell(self, component: str, kind: str) -> Cell:
        """One cell: `component` is a key or what only one key contains; InputError with a suggestion otherwise."""
        if kind not in KINDS:
            raise InputError(
                f"there is no kind of token {kind!r}; there are {', '.join(KINDS)}", suggestion=suggest(kind, KINDS)
            )
        keys = [door.key for door in self.doors]
        found = [key for key in keys if key == component] or [key for key in keys if component in key]
        if len(found) != 1:
            told = (
                f"several components: {', '.join(found)}" if found else f"none of {', '.join(keys) or 'no component'}"
            )
            raise InputError(f"{component!r} is {told}", suggestion=None if found else suggest(component, keys))
        return next(cell for cell in self.cells if (cell.door.key, cell.kind) == (found[0], kind))

    def frame(self) -> pd.DataFrame:
        """A row for each cell: component, kind, offered, answer, error, because, found, where."""
        import pandas as pd

        return pd.DataFrame([row_of(cell) for cell in self.cells], columns=list(COLUMNS), dtype="str")

    def table(self) -> pd.DataFrame:
        """Components as rows, kinds as columns, and the answers."""
        import pandas as pd

        rows = [[cell.answer for cell in self.row(door)] for door in self.doors]
        return pd.DataFrame(rows, index=[door.key for door in self.doors], columns=list(KINDS), dtype="str")

    def as_dict(self) -> dict[str, Any]:
        """The matrix as JSON has it."""
        return {
            "kinds": {kind.key: kind.meaning for kind in KINDS.values()},
            "cells": [dict(zip(COLUMNS, row_of(cell), strict=True)) for cell in self.cells],
            "notes": list(self.notes),
            "left_out": list(self.left_out),
        }

    def __str__(self) -> str:
        from cogsim.analysis.token_matrix_text import matrix_text

        return matrix_text(self)

    def _repr_html_(self) -> str:
        from cogsim.analysis.token_matrix_text import matrix_html

        return matrix_html(self)


COLUMNS = ("component", "kind", "offered", "answer", "error", "because", "found", "where")


def row_of(cell: Cell) -> tuple[str, ...]:
    """A cell in the columns of `frame`."""
    step = cell.deciding
    because, where = f"{step.question} {step.answer}", str(cell.where or "")
    return (cell.door.key, cell.kind, cell.offered, cell.answer, cell.error, because, step.found, where)


def tokens(world: World, who: str | None = None, *, progress: Callable[[str], None] | None = None) -> TokenMatrix:
    """Which component of the world takes which kind of token, and by which check: see `TokenMatrix`.

    Components are the providers of identity pools, developers' and SAML providers among them, AssumeRoleWithWebIdentity
    and AssumeRoleWithSAML by role and provider, user pools' address for SAML responses, routes of REST and HTTP APIs,
    GraphQL APIs, load balancers' rules and targets, userInfo, the operations of user pools that an access token opens,
    and the exchange of refresh tokens, by the API and at the token endpoint.
    `who` names a user of a pool whose tokens are tried; else the first who could sign in, or somebody made up.
    `progress` hears of each component before it is asked.
    """
    user, cells = _user(world, who), list[Cell]()
    for number, door in enumerate(doors(world, user), 1):
        if progress is not None:
            progress(f"component {number}: {door.shown}")
        cells += _cells(door)
    left_out = [*without_tokens(world), *without_responses(world), *unreachable_apis(world)]
    if not cells and world.completeness.unresolved:
        left_out.append("the world names what other files hold: name them too")
    return TokenMatrix(tuple(cells), tuple(left_out))


def _user(world: World, who: str | None) -> PoolUser | None:
    if who is None:
        return None
    found = resolve(world, who)
    if not isinstance(found, Person):
        raise InputError(f"{who!r} is no user of a user pool")
    return found.user


_FAMILIES = (
    *(identity_pool_doors, developer_doors, saml_doors, sts_doors, rest_doors, http_doors, graphql_doors),
    *(rule_doors, jwt_doors, target_doors, page_doors, user_info_doors, api_doors),
    *(refresh_doors, token_endpoint_doors),
)


def doors(world: World, who: PoolUser | None = None) -> Iterator[Door]:
    """Every component of the world that takes tokens, each under a key of its own."""
    seen: dict[str, int] = {}
    for find in _FAMILIES:
        for door in find(world, who):
            seen[door.key] = seen.get(door.key, 0) + 1
            again = seen[door.key]
            yield door if again == 1 else replace(door, key=f"{door.key} #{again}")


def _cells(door: Door) -> Iterable[Cell]:
    given = making(door.target)
    base = taken_make(door, given)
    for kind in KINDS.values():
        made = offer(door.target, base, kind.key, given)
        yield Cell(door, kind.key, kind.use or base, *_answered(door, made), made)


def taken_make(door: Door, given: Callable[[Use], Offer]) -> Use:
    """The make of token that the component takes: what it is meant for, else the first that it accepts of those that
    are `given`."""
    order: tuple[Use, ...] = (door.expects, *(use for use in MAKES if use != door.expects))
    for use in order:
        if _answered(door, given(use))[0] == ACCEPTED:
            return use
    return door.expects


def _answered(door: Door, made: Offer) -> tuple[str, Decision[object]]:
    if made.refused is not None:
        step = Step("is there such a token?", "no", made.refused.message or made.refused.code, decides=True)
        return NOTHING, decided(made.refused, step)
    try:
        decision = door.ask(made)
    except NotModelled as gap:
        return UNKNOWN, decided(Refusal("NotModelled", str(gap)), not_modelled(gap))
    return (REFUSED if isinstance(decision.value, Refusal) else ACCEPTED), decision
