"""Layers → a value that answers requests: functions made when first needed, kept by what they depend on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from cogsim.policy.compiled.globs import fits
from cogsim.policy.compiled.principals import Bearing, names_of, strength
from cogsim.policy.compiled.program import SPECIAL, Answer, Asked, Profile, answer, rules
from cogsim.policy.compiled.switches import Switches, switches
from cogsim.policy.compiled.tokens import tokens
from cogsim.policy.document import Patterns
from cogsim.policy.layers import Layers, Result
from cogsim.policy.request import Principal, Request

K = TypeVar("K")
V = TypeVar("V")

MOST = 10_000
"""Callers, and actions of one kind of caller, remembered at once: whoever asks for more names empties the memory."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller that was met, with the functions for its profile by action as written."""

    principal: Principal
    profile: Profile
    answers: dict[str, Answer]
    without_type: dict[str, Answer]

    def is_met_by(self, other: Principal) -> bool:
        """Whether `other`, which has the same ARN, is the same caller."""
        known = self.principal
        return (
            known.kind is other.kind
            and known.account == other.account
            and known.entity == other.entity
            and known.unique_id == other.unique_id
            and known.service_linked == other.service_linked
        )


class Compiled:
    """The answers of one stack of layers, under the assumptions in force when it was made."""

    __slots__ = ("_answers", "_callers", "_layers", "_made", "_rules", "_switches")

    def __init__(self, layers: Layers, chosen: Switches) -> None:
        self._layers, self._switches = layers, chosen
        self._rules = rules(layers)
        self._callers: dict[str, Caller] = {}
        self._answers: dict[Profile, tuple[Profile, dict[str, Answer], dict[str, Answer]]] = {}
        self._made: dict[tuple[Profile, Asked], Answer] = {}

    def effect(self, request: Request) -> Result:
        """What the reference answers to `request`. Raises NotModelled for an operator AWS lacks."""
        principal = request.principal
        try:
            caller = self._callers[principal.arn]
        except KeyError:
            caller = self._met(principal)
        if caller.principal is not principal and not caller.is_met_by(principal):
            caller = self._met(principal)
        answers = caller.without_type if request.wildcard_only else caller.answers
        try:
            found = answers[request.action]
        except KeyError:
            found = self._learnt(caller.profile, request, answers)
        return found(request)

    def _met(self, principal: Principal) -> Caller:
        known, layers = names_of(principal), self._layers
        partition = known.partition if known.partition and "«" not in known.partition else None
        strengths = tuple(
            strength(
                rule.statement.principals,
                known,
                Bearing(
                    rule.kind,
                    rule.statement.effect,
                    layers.boundary is not None,
                    layers.endpoint_is_gateway,
                    self._switches,
                ),
            )
            for rule in self._rules
        )
        profile = Profile(principal.kind, principal.service_linked, principal.account, partition, strengths)
        # callers of one profile share the profile itself and the functions
        shared = _room(self._answers).setdefault(profile, (profile, {}, {}))
        found = _room(self._callers)[principal.arn] = Caller(principal, *shared)
        return found

    def _learnt(self, profile: Profile, request: Request, answers: dict[str, Answer]) -> Answer:
        action = request.action.casefold()
        named = (place for place, rule in enumerate(self._rules) if _names(rule.statement.actions, action))
        asked = Asked(frozenset(named), action if action in SPECIAL else "", request.wildcard_only)
        found = self._made.get((profile, asked))
        if found is None:
            found = answer(self._layers, self._rules, self._switches, profile, asked)
            _room(self._made)[profile, asked] = found
        _room(answers)[request.action] = found
        return found


def _room(memory: dict[K, V]) -> dict[K, V]:
    """`memory` with room for one more."""
    if len(memory) >= MOST:
        memory.clear()
    return memory


def _names(patterns: Patterns, action: str) -> bool:
    return any(_names_action(written, action) for written in patterns.values) != patterns.negated


@lru_cache(maxsize=16_384)
def _names_action(written: str, action: str) -> bool:
    """Without case, the service prefix as a whole. # ug:action"""
    if written in ("*", "*:*"):
        return True
    vendor, _, name = written.casefold().partition(":")
    asked_vendor, _, asked_name = action.partition(":")
    return _fits(vendor, asked_vendor) and _fits(name, asked_name)


def _fits(written: str, text: str) -> bool:
    return fits(tokens(written, variables=False, wildcards=True), text)


def compile(layers: Layers) -> Compiled:
    """The fast form of `layers` under the assumptions in force now; equal layers share one."""
    return _compiled(layers, switches())


@lru_cache(maxsize=1024)
def _compiled(layers: Layers, chosen: Switches) -> Compiled:
    return Compiled(layers, chosen)
