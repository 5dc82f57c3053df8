"""What holds of every policy and every request, on random ones."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.policy.document import Effect, Policy, PolicyKind
from cogsim.policy.grammar import OPERATORS, RULES, Presence
from cogsim.policy.layers import Layers, Level, NamedPolicy, ResourceRule, Result
from cogsim.policy.parse import parse, unparse
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values

ACCOUNT, OTHER = "111122223333", "444455556666"
FEW = settings(max_examples=60, deadline=None)

USER = Principal(PrincipalKind.USER, f"arn:aws:iam::{ACCOUNT}:user/u", ACCOUNT)
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = Principal(PrincipalKind.ROLE_SESSION, f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", ACCOUNT, ROLE)
FEDERATED = Principal(PrincipalKind.FEDERATED_USER, f"arn:aws:sts::{ACCOUNT}:federated-user/u", ACCOUNT, USER.arn)
ROOT = Principal(PrincipalKind.ROOT, f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)
SERVICE = Principal(PrincipalKind.SERVICE, "lambda.amazonaws.com")
BEARER = Principal(PrincipalKind.WEB_IDENTITY, "accounts.google.com")
CALLERS = [USER, SESSION, FEDERATED, ROOT, SERVICE, BEARER, Principal(PrincipalKind.ANONYMOUS)]

ACTIONS = ["s3:GetObject", "s3:PutObject", "sts:AssumeRole", "kms:Decrypt"]
ACTION_PATTERNS = [*ACTIONS, "*", "s3:*", "s3:?etObject", "S3:get*", "sts:*"]
RESOURCES = ["arn:aws:s3:::b/a", "arn:aws:s3:::b/x/y", "arn:aws:s3:::c", ROLE]
RESOURCE_PATTERNS = [*RESOURCES, "*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/${k}/*", "arn:aws:s3*", "arn:aws:*:*:*:*/a"]
KEYS = ["k", "n", "tags"]
VALUES = ["a", "x", "", "1", "2020-01-01", "10.0.0.1", "true", "*", "${k}", "arn:aws:s3:::b"]
NAMED = ["*", {"AWS": "*"}, {"AWS": ACCOUNT}, {"AWS": [USER.arn, SESSION.arn]}, {"AWS": ROLE}, {"Service": SERVICE.arn},
         {"Federated": [BEARER.arn]}, {"AWS": FEDERATED.arn, "Service": "x.amazonaws.com"}, {"AWS": []}]  # fmt: skip


def one_or_more(choices: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(choices) | st.lists(st.sampled_from(choices), min_size=1, max_size=3)


@st.composite
def operators(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(OPERATORS))
    if_exists = "" if name == "Null" else draw(st.sampled_from(["", "IfExists"]))
    return draw(st.sampled_from(["", "ForAllValues:", "ForAnyValue:"])) + name + if_exists


conditions = st.dictionaries(operators(), st.dictionaries(st.sampled_from(KEYS), one_or_more(VALUES)), max_size=2)


@st.composite
def statements(draw: st.DrawFn, kind: PolicyKind) -> dict[str, Any]:
    rules = RULES[kind]
    effect = draw(st.sampled_from(["Allow", "Deny"]))
    entry: dict[str, Any] = {"Effect": effect}
    entry[draw(st.sampled_from(["Action", "NotAction"]))] = draw(one_or_more(ACTION_PATTERNS))
    if rules.resource is Presence.REQUIRED or (rules.resource is Presence.OPTIONAL and draw(st.booleans())):
        entry[draw(st.sampled_from(["Resource", "NotResource"]))] = draw(one_or_more(RESOURCE_PATTERNS))
    if rules.principal is Presence.REQUIRED and kind is PolicyKind.RCP:
        entry["Principal"] = "*"
    elif rules.principal is Presence.REQUIRED:
        negated = rules.not_principal and effect == "Deny" and draw(st.booleans())
        entry["NotPrincipal" if negated else "Principal"] = draw(st.sampled_from(NAMED))
    if draw(st.booleans()):
        entry["Condition"] = draw(conditions)
    return entry


@st.composite
def documents(draw: st.DrawFn, kind: PolicyKind) -> dict[str, Any]:
    found = draw(st.lists(statements(kind), min_size=1, max_size=3))
    head: dict[str, Any] = draw(st.sampled_from([{}, {"Version": "2012-10-17"}, {"Version": "2008-10-17", "Id": "i"}]))
    return head | {"Statement": found[0] if len(found) == 1 and draw(st.booleans()) else found}


def policies(kind: PolicyKind) -> st.SearchStrategy[NamedPolicy]:
    return documents(kind).map(lambda document: NamedPolicy(f"a {kind} policy", parse(document, kind, saved=True)))


def some(kind: PolicyKind) -> st.SearchStrategy[tuple[NamedPolicy, ...]]:
    return st.lists(policies(kind), max_size=2).map(tuple)


@st.composite
def all_layers(draw: st.DrawFn) -> Layers:
    rule = draw(st.sampled_from(ResourceRule))
    kind = {ResourceRule.TRUST: PolicyKind.TRUST, ResourceRule.KMS: PolicyKind.KMS_KEY}.get(rule, PolicyKind.RESOURCE)
    return Layers(
        identity=draw(some(PolicyKind.IDENTITY)),
        resource=draw(st.none() | policies(kind)),
        boundary=draw(st.none() | some(PolicyKind.BOUNDARY)),
        session=draw(st.none() | some(PolicyKind.SESSION)),
        scps=tuple(Level("root", draw(some(PolicyKind.SCP))) for _ in range(draw(st.integers(0, 1)))),
        rcps=tuple(Level("root", draw(some(PolicyKind.RCP))) for _ in range(draw(st.integers(0, 1)))),
        endpoint=draw(st.none() | some(PolicyKind.ENDPOINT)),
        resource_rule=rule,
    )


values = st.lists(st.sampled_from(VALUES), min_size=1, max_size=1).map(lambda found: Values(tuple(found)))
lists = st.lists(st.sampled_from(VALUES), max_size=2).map(lambda found: Values(tuple(found), multivalued=True))
requests = st.builds(
    Request,
    principal=st.sampled_from(CALLERS),
    action=st.sampled_from(ACTIONS),
    resource=st.sampled_from(RESOURCES),
    resource_account=st.sampled_from([ACCOUNT, OTHER]),
    context=st.dictionaries(st.sampled_from(KEYS), values | lists).map(Context),
    wildcard_only=st.booleans(),
)

EVERYTHING = {"Action": "*", "Resource": "*"}


def policy(kind: PolicyKind, effect: str, **more: Any) -> NamedPolicy:
    return NamedPolicy("one more", parse({"Statement": {"Effect": effect, **EVERYTHING, **more}}, kind, saved=True))


@given(st.sampled_from(PolicyKind).flatmap(lambda kind: st.tuples(st.just(kind), documents(kind))))
@FEW
def test_a_policy_written_back_is_the_same_policy(drawn: tuple[PolicyKind, dict[str, Any]]) -> None:
    kind, document = drawn
    found = parse(document, kind, saved=True)
    again = unparse(found)
    assert parse(again, kind, saved=True) == found
    assert parse(json.dumps(again), kind, saved=True) == found
    assert unparse(parse(again, kind, saved=True)) == again


@given(all_layers(), requests)
@FEW
def test_an_explicit_deny_always_wins(layers: Layers, request: Request) -> None:
    denied = replace(layers, identity=(*layers.identity, policy(PolicyKind.IDENTITY, "Deny")))
    assert decide(denied, request).value is Result.EXPLICITLY_DENIED


@given(all_layers(), requests)
@FEW
def test_one_more_allow_of_the_caller_never_takes_away(layers: Layers, request: Request) -> None:
    before = decide(layers, request).value
    after = decide(replace(layers, identity=(*layers.identity, policy(PolicyKind.IDENTITY, "Allow"))), request).value
    assert (after is Result.EXPLICITLY_DENIED) == (before is Result.EXPLICITLY_DENIED)
    assert after.allowed or not before.allowed


@given(all_layers(), requests)
@FEW
def test_one_more_filter_never_grants(layers: Layers, request: Request) -> None:
    if decide(layers, request).value.allowed:
        return
    narrowed = replace(layers, scps=(*layers.scps, Level("account", (policy(PolicyKind.SCP, "Allow"),))))
    assert not decide(narrowed, request).value.allowed
    filtered = replace(layers, boundary=layers.boundary or (), session=layers.session or ())
    assert not decide(filtered, request).value.allowed


def _turned(found: Policy) -> Policy:
    return replace(
        found,
        statements=tuple(
            replace(
                statement,
                actions=replace(
                    statement.actions, values=tuple(value.swapcase() for value in statement.actions.values)
                ),
                conditions=statement.conditions[::-1],
            )
            for statement in found.statements[::-1]
        ),
    )


def _all_turned(found: tuple[NamedPolicy, ...]) -> tuple[NamedPolicy, ...]:
    return tuple(replace(one, policy=_turned(one.policy)) for one in found[::-1])


@given(all_layers(), requests)
@FEW
def test_neither_order_nor_the_case_of_actions_matters(layers: Layers, request: Request) -> None:
    turned = replace(
        layers,
        identity=_all_turned(layers.identity),
        resource=layers.resource and replace(layers.resource, policy=_turned(layers.resource.policy)),
        boundary=layers.boundary and _all_turned(layers.boundary),
        session=layers.session and _all_turned(layers.session),
        scps=tuple(replace(level, policies=_all_turned(level.policies)) for level in layers.scps),
        rcps=tuple(replace(level, policies=_all_turned(level.policies)) for level in layers.rcps),
        endpoint=layers.endpoint and _all_turned(layers.endpoint),
    )
    asked = replace(request, action=request.action.upper())
    assert decide(turned, asked).value == decide(layers, request).value


@given(all_layers(), requests)
@FEW
def test_the_steps_agree_with_the_answer(layers: Layers, request: Request) -> None:
    decision = decide(layers, request)
    facts = [dict(step.facts) for step in decision.deciding]
    assert all(step.source and step.decides for step in decision.deciding)
    if decision.value is Result.EXPLICITLY_DENIED:
        assert facts[0]["effect"] == Effect.DENY
        assert facts[0]["applies"] == "yes"
    elif decision.value is Result.IMPLICITLY_DENIED:
        assert [fact["effect"] for fact in facts] == ["none"]
    else:
        assert all(fact["effect"] == Effect.ALLOW or request.principal.kind is PrincipalKind.ROOT for fact in facts)
