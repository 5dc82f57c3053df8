"""Whether one statement applies to a request, and if not, on which element it failed and what was found there."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from cogsim.policy.document import Condition, Effect, Patterns, Policy, PolicyKind, Principals, Statement
from cogsim.policy.reference import condition, principal, resource
from cogsim.policy.reference.condition import Held
from cogsim.policy.reference.match import action_matches
from cogsim.policy.reference.principal import Bearing, Named, Strength
from cogsim.policy.request import Request

Facts = tuple[tuple[str, str], ...]

MOST = 1_000
"""Actions remembered of one policy at once: whoever asks for more empties the memory."""


class Matched(NamedTuple):
    """What a Resource or NotResource element answers; `missing` names a variable in it that has no value."""

    holds: bool
    missing: str | None = None
    assumptions: tuple[str, ...] = ()


class Element(NamedTuple):
    """The answer of one element in words: what was found, the page that says so, and a failed condition's facts."""

    name: str
    found: str
    source: str
    facts: Facts = ()


class Reading(NamedTuple):
    """One statement read against one request: what each element answered, None or less where it was not asked."""

    statement: Statement
    number: int
    request: Request
    applies: bool
    speaks: bool
    named: Named | None = None
    matched: Matched | None = None
    held: Sequence[Held] = ()

    @property
    def effect(self) -> Effect:
        return self.statement.effect

    @property
    def strength(self) -> Strength:
        """How closely the Principal element names the caller; DIRECT in policies that have none."""
        return Strength.DIRECT if self.named is None else self.named.strength

    @property
    def failing(self) -> str:
        """The name of the first element that did not hold, empty where the statement applies."""
        if self.applies:
            return ""
        if self.held:
            return "Condition"
        return self.telling[0].name

    @property
    def telling(self) -> list[Element]:
        """What decided: the elements that failed, or the resource and the conditions of a statement that applies."""
        statement, request = self.statement, self.request
        if not self.speaks:
            return [_action(statement.actions, request)]
        if self.matched is None:
            return [_principal(statement.principals, self.named, request)]
        if not self.held:
            return [_resource(statement.resources, self.matched, request)]
        held = [
            _condition(one, held, request)
            for one, held in zip(statement.conditions, self.held, strict=True)
            if held.holds is self.applies
        ]
        return [_resource(statement.resources, self.matched, request), *held] if self.applies else held

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the answers rest on, each once, in order."""
        found = [self.named.assumption] if self.named is not None and self.named.assumption else []
        if self.matched is not None:
            found += self.matched.assumptions
        for held in self.held:
            found += held.assumptions
        return tuple(dict.fromkeys(found)) if found else ()


class Circumstances(NamedTuple):
    """What else bears on reading a policy: a boundary on the caller, a gateway endpoint on the way."""

    has_boundary: bool = False
    gateway: bool = False


def read(statement: Statement, number: int, policy: Policy, request: Request, around: Circumstances) -> Reading:
    """`statement`, the policy's number `number` from 1, against `request`. All its elements must hold. # ug:eval-logic

    The elements are asked in order and the first that fails ends the reading, except that every condition is asked.
    """
    if not speaks(statement.actions, request.action):
        return Reading(statement, number, request, False, False)
    return read_on(statement, number, policy, request, around)


def read_on(statement: Statement, number: int, policy: Policy, request: Request, around: Circumstances) -> Reading:
    """`read` for a statement that is known to speak of the action."""
    named = None
    if statement.principals is not None:
        gateway = around.gateway and policy.kind is PolicyKind.ENDPOINT
        bearing = Bearing(policy.kind, statement.effect, around.has_boundary, gateway)
        named = principal.names(statement.principals, request.principal, bearing)
        if not named.strength:
            return Reading(statement, number, request, False, True, named)
    matched = _matched(statement.resources, policy, request)
    if not matched.holds or not statement.conditions:
        return Reading(statement, number, request, matched.holds, True, named, matched)
    held: list[Held] = []
    applies = True
    for one in statement.conditions:
        held.append(condition.holds(one, request.context, policy.has_variables))
        applies = applies and held[-1].holds
    return Reading(statement, number, request, applies, True, named, matched, held)


class Statements:
    """The statements of a policy, with their numbers from 1, by the action they speak of."""

    __slots__ = ("_by_action", "_policy", "can_allow")

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._by_action: dict[str, tuple[tuple[Statement, int], ...]] = {}
        self.can_allow = any(statement.effect is Effect.ALLOW for statement in policy.statements)

    def that_speak_of(self, action: str) -> tuple[tuple[Statement, int], ...]:
        found = self._by_action.get(action)
        if found is None:
            numbered = enumerate(self._policy.statements, 1)
            found = tuple((one, number) for number, one in numbered if speaks(one.actions, action))
            if len(self._by_action) >= MOST:
                self._by_action.clear()
            self._by_action[action] = found
        return found


@lru_cache(maxsize=65_536)
def speaks(patterns: Patterns, action: str) -> bool:
    """Whether an Action or NotAction element names `action`: without case. # ug:action; ug:notaction"""
    return any(action_matches(written, action) for written in patterns.values) != patterns.negated


_HOLDS, _HOLDS_NOT = Matched(True), Matched(False)


def _matched(patterns: Patterns | None, policy: Policy, request: Request) -> Matched:
    """With case; NotResource is every resource that no pattern names. # ug:resource; ug:notresource"""
    if patterns is None:
        # kms:key-policies: a statement without Resource speaks of no key; elsewhere the policy's own resource is meant
        return _HOLDS_NOT if policy.kind is PolicyKind.KMS_KEY else _HOLDS
    named, missing = False, None
    assumptions: tuple[str, ...] = ()
    for written in patterns.values:
        fit, unknown, assumption = resource.fits(written, request, policy.kind, policy.has_variables)
        named = named or fit
        missing = missing or unknown
        if assumption and assumption not in assumptions:
            assumptions = (*assumptions, assumption)
    if missing or assumptions:
        return Matched(named != patterns.negated, missing, assumptions)
    return _HOLDS if named != patterns.negated else _HOLDS_NOT


# The answers in words


def _action(patterns: Patterns, request: Request) -> Element:
    name = "NotAction" if patterns.negated else "Action"
    return Element(name, request.action, f"ug:{name.lower()}")


def _principal(principals: Principals | None, named: Named | None, request: Request) -> Element:
    name = "NotPrincipal" if principals is not None and principals.negated else "Principal"
    return Element(name, request.principal.arn or "anonymous", "ug:principal" if named is None else named.source)


def _resource(patterns: Patterns | None, matched: Matched, request: Request) -> Element:
    holds, missing, _ = matched
    if patterns is None:
        return Element("Resource", f"{request.resource}, not written", "ug:resource" if holds else "kms:key-policies")
    name, source = ("NotResource", "ug:notresource") if patterns.negated else ("Resource", "ug:resource")
    if not missing:
        return Element(name, request.resource, source)
    return Element(name, f"{request.resource}; ${{{missing}}} has no value", "ug:variables§no-value")


def _condition(written: Condition, held: Held, request: Request) -> Element:
    found = f"{written.derived(_called)}: {held.why}"
    return Element("Condition", found, held.source, () if held.holds else _facts(written, request))


def _called(written: Condition) -> str:
    return f"{written.operator} {written.key}"


def _facts(failed: Condition, request: Request) -> Facts:
    written = context_text(request, failed.key)
    return (("operator", str(failed.operator)), ("key", failed.key), ("value", written))


def context_text(request: Request, key: str) -> str:
    """The values of a context key as one text; `absent` where the request has none."""
    values = request.context.folded.get(key.casefold())
    return "absent" if values is None or not values.values else ", ".join(values.values)
