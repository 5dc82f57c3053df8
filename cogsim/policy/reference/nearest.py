"""The one smallest change that would let a refused request through, found by asking `decide` again.

1. Another value of one condition key, for a condition that keeps an Allow from applying or lets a Deny apply.
2. One element of a statement that fails on that element alone.
3. A statement: one that is missing in a layer, or one that denies.
The first that `decide` confirms is the answer; where two changes are needed there is none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from cogsim.errors import Location
from cogsim.policy.document import Condition, Effect, Patterns, Policy, PolicyKind, Principals, Statement
from cogsim.policy.layers import Layers, NamedPolicy, ResourceRule, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.reference.match import action_matches
from cogsim.policy.reference.places import Place, Put, places, scp_level
from cogsim.policy.reference.resource import fits
from cogsim.policy.reference.samples import samples
from cogsim.policy.reference.statement import Circumstances, Reading, context_text, read
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values

MAX_TRIED = 400
"""Decisions asked for one answer, at most."""


class ChangeKind(StrEnum):
    """What would have to be different."""

    KEY_VALUE = "key value"
    MISSING_KEY = "missing key"
    PRINCIPAL = "principal"
    ELEMENT = "element"
    STATEMENT = "statement"


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what it is, in words, and the place in the configuration that it concerns."""

    kind: ChangeKind
    text: str
    where: Location | None = None

    def __str__(self) -> str:
        return f"{self.text} at {self.where}" if self.where else self.text


@dataclass(frozen=True, slots=True)
class _Candidate:
    change: Change
    layers: Layers
    request: Request


def nearest_change(layers: Layers, request: Request) -> Change | None:
    """The smallest single change with which `request` would be allowed; None where it is, or where none is enough."""
    result = decide(layers, request).value
    if result is Result.ALLOWED:
        return None
    tried = _against_a_deny if result is Result.EXPLICITLY_DENIED else _for_an_allow
    for candidate in islice(tried(layers, request), MAX_TRIED):
        if decide(candidate.layers, candidate.request).value is Result.ALLOWED:
            return candidate.change
    return None


# What could be tried


def _against_a_deny(layers: Layers, request: Request) -> Iterator[_Candidate]:
    denying = [(place, one) for place, one in _readings(layers, request) if _is(one, Effect.DENY) and one.applies]
    for place, reading in denying:
        for condition in reading.statement.conditions:
            yield from _other_values(layers, request, place, reading, condition)
    for place, reading in denying:
        text = f"without {_called(reading, place)}, which denies"
        change = Change(ChangeKind.STATEMENT, text, reading.statement.location)
        yield _Candidate(change, place.with_statement(reading.number, None), request)


def _for_an_allow(layers: Layers, request: Request) -> Iterator[_Candidate]:
    granting = [(place, one) for place, one in _readings(layers, request) if _is(one, Effect.ALLOW) and not one.applies]
    for place, reading in granting:
        if (condition := _only_failing_key(reading)) is not None:
            yield from _other_values(layers, request, place, reading, condition)
    for fix in (_with_resource, _with_principal, _with_action):
        for place, reading in granting:
            yield from _other_element(layers, request, place, reading, fix)
    yield from _further_statements(layers, request)


def _is(reading: Reading, effect: Effect) -> bool:
    return reading.effect is effect


def _only_failing_key(reading: Reading) -> Condition | None:
    """The condition that fails, where conditions on one key alone do."""
    if reading.failing != "Condition":
        return None
    failing = [one for one, held in zip(reading.statement.conditions, reading.held, strict=True) if not held.holds]
    return failing[0] if len({one.key.casefold() for one in failing}) == 1 else None


def _other_values(
    layers: Layers, request: Request, place: Place, reading: Reading, condition: Condition
) -> Iterator[_Candidate]:
    written = context_text(request, condition.key)
    before = "it is absent" if written == "absent" else f"it is {written}"
    effect = "would apply" if _is(reading, Effect.ALLOW) else "would not apply"
    for values in samples(condition, request.context, place.named.policy.has_variables):
        kind = ChangeKind.MISSING_KEY if written == "absent" else ChangeKind.KEY_VALUE
        told = "absent" if values is None else ", ".join(values.values) or "empty"
        text = f"if {condition.key} were {told} ({before}), {_called(reading, place)} {effect}"
        context = _with_value(request.context, condition.key, values)
        change = Change(kind, text, condition.location or reading.statement.location)
        yield _Candidate(change, layers, replace(request, context=context))


def _with_value(context: Context, key: str, values: Values | None) -> Context:
    others: dict[str, Values] = {name: context[name] for name in context if name.casefold() != key.casefold()}
    return Context(others if values is None else {**others, key: values})


Fix = Callable[[Statement, Policy, Request], tuple[ChangeKind, str, Statement] | None]


def _other_element(layers: Layers, request: Request, place: Place, reading: Reading, fix: Fix) -> Iterator[_Candidate]:
    fixed = fix(reading.statement, place.named.policy, request)
    if fixed is None:
        return
    kind, told, statement = fixed
    if read(statement, reading.number, place.named.policy, request, _around(layers)).applies:
        change = Change(kind, f"{told}, {_called(reading, place)} would apply", reading.statement.location)
        yield _Candidate(change, place.with_statement(reading.number, statement), request)


def _with_resource(statement: Statement, policy: Policy, request: Request) -> tuple[ChangeKind, str, Statement] | None:
    if statement.resources is None:
        return None
    target = "*" if request.wildcard_only else request.resource

    def names(written: str) -> bool:
        return fits(written, request, policy.kind, policy.has_variables).fits

    told, patterns = _with_pattern("Resource", statement.resources, target, names)
    return ChangeKind.ELEMENT, told, replace(statement, resources=patterns)


def _with_action(statement: Statement, policy: Policy, request: Request) -> tuple[ChangeKind, str, Statement] | None:
    told, patterns = _with_pattern(
        "Action", statement.actions, request.action, lambda written: action_matches(written, request.action)
    )
    return ChangeKind.ELEMENT, told, replace(statement, actions=patterns)


def _with_pattern(element: str, patterns: Patterns, value: str, names: Callable[[str], bool]) -> tuple[str, Patterns]:
    if not patterns.negated:
        return f"with {value} in its {element}", Patterns((*patterns.values, value))
    left = tuple(written for written in patterns.values if not names(written))
    taken = ", ".join(written for written in patterns.values if names(written))
    return f"without {taken} in its Not{element}", Patterns(left, negated=True)


def _with_principal(statement: Statement, policy: Policy, request: Request) -> tuple[ChangeKind, str, Statement] | None:
    if statement.principals is None or statement.principals.negated:
        return None
    named = _naming(request.principal)
    told = f"with {_principal_text(named)} in its Principal"
    entries = (*statement.principals.entries, *named.entries)
    return ChangeKind.PRINCIPAL, told, replace(statement, principals=replace(named, entries=entries))


def _naming(caller: Principal) -> Principals:
    """The Principal element that names `caller` and nobody else, where that can be."""
    kinds = {
        PrincipalKind.SERVICE: "Service", PrincipalKind.WEB_IDENTITY: "Federated", PrincipalKind.SAML: "Federated",
        PrincipalKind.CANONICAL: "CanonicalUser",
    }  # fmt: skip
    if caller.kind is PrincipalKind.ANONYMOUS:
        return Principals(everyone=True)
    role = caller.entity if caller.kind is PrincipalKind.ROLE_SESSION else None
    return Principals(everyone=False, entries=((kinds.get(caller.kind, "AWS"), role or caller.arn),))


def _principal_text(named: Principals) -> str:
    return "*" if named.everyone else ", ".join(f"{kind}: {value}" for kind, value in named.entries)


def _further_statements(layers: Layers, request: Request) -> Iterator[_Candidate]:
    """An Allow of the action in every layer that could hold one, the caller's own first."""
    target = "*" if request.wildcard_only else request.resource
    for name, put in _openings(layers):
        kind, layer = name
        principals = _naming(request.principal) if kind in _NAMES_CALLER else None
        resources = None if kind is PolicyKind.TRUST else Patterns((target,))
        statement = Statement(Effect.ALLOW, Patterns((request.action,)), resources, principals)
        added = NamedPolicy("an added policy", Policy((statement,), kind=kind))
        who = f" to {_principal_text(principals)}" if principals else ""
        on = "" if resources is None else f" on {target}"
        change = Change(ChangeKind.STATEMENT, f"with a statement in {layer} that allows {request.action}{on}{who}")
        yield _Candidate(change, put(added), request)


_NAMES_CALLER = (PolicyKind.RESOURCE, PolicyKind.TRUST, PolicyKind.KMS_KEY, PolicyKind.ENDPOINT)
_KINDS = {
    ResourceRule.TRUST: (PolicyKind.TRUST, "the role trust policy"),
    ResourceRule.KMS: (PolicyKind.KMS_KEY, "the key policy"),
    ResourceRule.UNION: (PolicyKind.RESOURCE, "the resource-based policy"),
}  # fmt: skip
_Opening = tuple[tuple[PolicyKind, str], Callable[[NamedPolicy], Layers]]


def _openings(layers: Layers) -> Iterator[_Opening]:
    """Every layer that may have to allow, and how to add a policy; last the resource's, which could bypass others."""
    identity = (PolicyKind.IDENTITY, "the identity-based policies")
    yield identity, lambda added: replace(layers, identity=(*layers.identity, added))
    if layers.boundary is not None:
        boundary = layers.boundary
        kind = (PolicyKind.BOUNDARY, "the permissions boundary")
        yield kind, lambda added: replace(layers, boundary=(*boundary, added))
    session = layers.session or ()
    yield (PolicyKind.SESSION, "the session policy"), lambda added: replace(layers, session=(*session, added))
    if layers.endpoint is not None:
        endpoint = layers.endpoint
        kind = (PolicyKind.ENDPOINT, "the VPC endpoint policy")
        yield kind, lambda added: replace(layers, endpoint=(*endpoint, added))
    for number, level in enumerate(layers.scps):
        kind = (PolicyKind.SCP, f"the service control policies of {level.name}")
        yield kind, _adding(scp_level(layers, number), level.policies)
    yield _KINDS[layers.resource_rule], lambda added: replace(layers, resource=_joined(layers.resource, added))


def _adding(put: Put, held: tuple[NamedPolicy, ...]) -> Callable[[NamedPolicy], Layers]:
    return lambda added: put((*held, added))


def _joined(resource: NamedPolicy | None, added: NamedPolicy) -> NamedPolicy:
    if resource is None:
        return added
    statements = (*resource.policy.statements, *added.policy.statements)
    return replace(resource, policy=replace(resource.policy, statements=statements))


# The policies that are there


def _readings(layers: Layers, request: Request) -> Iterator[tuple[Place, Reading]]:
    around = _around(layers)
    for place in places(layers):
        policy = place.named.policy
        for number, statement in enumerate(policy.statements, 1):
            yield place, read(statement, number, policy, request, around)


def _around(layers: Layers) -> Circumstances:
    return Circumstances(has_boundary=layers.boundary is not None, gateway=layers.endpoint_is_gateway)


def _called(reading: Reading, place: Place) -> str:
    sid = f" ({reading.statement.sid})" if reading.statement.sid else ""
    return f"statement {reading.number}{sid} of {place.named.name}"
