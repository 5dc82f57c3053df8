"""Whether one statement applies to a request, and if not, on which element it failed and what was found there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from cogsim.policy.document import Condition, Effect, Patterns, Policy, PolicyKind, Statement
from cogsim.policy.reference import condition, principal, resource
from cogsim.policy.reference.match import action_matches
from cogsim.policy.reference.principal import Bearing, Strength
from cogsim.policy.request import Request

Facts = tuple[tuple[str, str], ...]


class Element(NamedTuple):
    """The answer of one element: whether it lets the statement apply, and on what that rests."""

    name: str
    holds: bool
    found: str
    source: str
    assumptions: tuple[str, ...] = ()
    facts: Facts = ()
    strength: Strength = Strength.DIRECT


class Reading(NamedTuple):
    """One statement read against one request: `failed` is the first element that did not hold, None where it applies.

    `strength` says how closely the Principal element names the caller; DIRECT in policies that have none.
    """

    statement: Statement
    number: int
    elements: tuple[Element, ...]
    failed: Element | None

    @property
    def applies(self) -> bool:
        return self.failed is None

    @property
    def effect(self) -> Effect:
        return self.statement.effect

    @property
    def strength(self) -> Strength:
        return min(element.strength for element in self.elements)

    @property
    def assumptions(self) -> tuple[str, ...]:
        found = [name for element in self.elements if element.assumptions for name in element.assumptions]
        return tuple(dict.fromkeys(found)) if found else ()


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What else bears on reading a policy: a boundary on the caller, a gateway endpoint on the way."""

    has_boundary: bool = False
    gateway: bool = False


def read(statement: Statement, number: int, policy: Policy, request: Request, around: Circumstances) -> Reading:
    """`statement`, the policy's number `number` from 1, against `request`. All its elements must hold. # ug:eval-logic

    The elements are asked in order and the first that fails ends the reading, except that every condition is asked.
    """
    elements: list[Element] = []
    failed: Element | None = None
    for element in _elements(statement, policy, request, around):
        elements.append(element)
        if not element.holds:
            failed = failed or element
            if element.name != "Condition":
                break
    return Reading(statement, number, tuple(elements), failed)


def _elements(statement: Statement, policy: Policy, request: Request, around: Circumstances) -> Iterator[Element]:
    yield action_element(statement.actions, request.action)
    if statement.principals is not None:
        gateway = around.gateway and policy.kind is PolicyKind.ENDPOINT
        bearing = Bearing(policy.kind, statement.effect, around.has_boundary, gateway)
        named = principal.names(statement.principals, request.principal, bearing)
        yield Element(
            name="NotPrincipal" if statement.principals.negated else "Principal",
            holds=named.strength > Strength.NONE,
            found=f"{request.principal.arn or 'anonymous'}{f' by {named.via}' if named.strength else ''}",
            source=named.source,
            assumptions=(named.assumption,) if named.assumption else (),
            strength=named.strength,
        )
    yield _resource(statement.resources, policy, request)
    for one in statement.conditions:
        held = condition.holds(one, request.context, policy.has_variables)
        found = f"{one.operator} {one.key}: {held.why}"
        facts = () if held.holds else _facts(one, request)
        yield Element("Condition", held.holds, found, held.source, held.assumptions, facts)


def _facts(failed: Condition, request: Request) -> Facts:
    written = context_text(request, failed.key)
    return (("operator", str(failed.operator)), ("key", failed.key), ("value", written))


def context_text(request: Request, key: str) -> str:
    """The values of a context key as one text; `absent` where the request has none."""
    values = request.context.folded.get(key.casefold())
    return "absent" if values is None or not values.values else ", ".join(values.values)


@lru_cache(maxsize=65_536)
def action_element(patterns: Patterns, action: str) -> Element:
    """Whether an Action or NotAction element names `action`: without case. # ug:action; ug:notaction"""
    named = any(action_matches(written, action) for written in patterns.values)
    name = "NotAction" if patterns.negated else "Action"
    return Element(name, named != patterns.negated, action, f"ug:{name.lower()}")


def _resource(patterns: Patterns | None, policy: Policy, request: Request) -> Element:
    """With case; NotResource is every resource that no pattern names. # ug:resource; ug:notresource"""
    if patterns is None:
        # kms:key-policies: a statement without Resource speaks of no key; elsewhere the policy's own resource is meant
        held = policy.kind is not PolicyKind.KMS_KEY
        return Element(
            "Resource", held, f"{request.resource}, not written", "kms:key-policies" if not held else "ug:resource"
        )
    named, missing, assumptions = False, None, []
    for written in patterns.values:
        fit = resource.fits(written, request, policy.kind, policy.has_variables)
        named = named or fit.fits
        missing = missing or fit.missing
        if fit.assumption and fit.assumption not in assumptions:
            assumptions.append(fit.assumption)
    name = "NotResource" if patterns.negated else "Resource"
    return Element(
        name=name,
        holds=named != patterns.negated,
        found=request.resource + (f"; ${{{missing}}} has no value" if missing else ""),
        source="ug:variables§no-value" if missing else f"ug:{name.lower()}",
        assumptions=tuple(assumptions),
    )
