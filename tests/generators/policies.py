"""Hypothesis strategies of whole stacks of policies and the requests they are asked, over small alphabets.

One example is a `Stack`: layers and the pools whose product are its requests, so that drawing costs less than deciding.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import yaml
from hypothesis import strategies as st

from cogsim.assumptions import all_assumptions
from cogsim.policy.document import (
    Condition,
    Effect,
    Operator,
    Patterns,
    Policy,
    PolicyKind,
    Principals,
    Qualifier,
    Statement,
)
from cogsim.policy.grammar import OPERATORS, RULES, Presence
from cogsim.policy.layers import Layers, Level, NamedPolicy, ResourceRule, Result
from cogsim.policy.request import Context, Principal, PrincipalKind, Request, Values

ACCOUNT, OTHER = "111122223333", "444455556666"
HEADER = "arn:aws:s3:::b"
VERSIONS = ("2012-10-17", "2012-10-17", "2012-10-17", "2008-10-17")


def arn(rest: str, account: str = ACCOUNT, partition: str = "aws") -> str:
    service, _, name = rest.partition(":")
    return f"arn:{partition}:{service}::{account}:{name}"


# Callers

USER = Principal(PrincipalKind.USER, arn("iam:user/u"), ACCOUNT)
ROLE = arn("iam:role/r")
SESSION = Principal(PrincipalKind.ROLE_SESSION, arn("sts:assumed-role/r/s"), ACCOUNT, ROLE)
FEDERATED = Principal(PrincipalKind.FEDERATED_USER, arn("sts:federated-user/u"), ACCOUNT, USER.arn)
CALLERS = (
    USER, SESSION, SESSION, FEDERATED,
    Principal(PrincipalKind.ROOT, arn("iam:root"), ACCOUNT),
    Principal(PrincipalKind.USER, USER.arn, ACCOUNT, unique_id="AIDAX"),
    Principal(PrincipalKind.USER, arn("iam:user/u", OTHER), OTHER),
    Principal(PrincipalKind.USER, arn("iam:user/u", partition="aws-cn"), ACCOUNT),
    Principal(PrincipalKind.ROLE_SESSION, SESSION.arn, ACCOUNT, ROLE, unique_id="AROAX:s"),
    Principal(PrincipalKind.ROLE_SESSION, SESSION.arn, ACCOUNT, ROLE, service_linked=True),
    Principal(PrincipalKind.ROLE_SESSION, ROLE, ACCOUNT, ROLE),
    Principal(PrincipalKind.SERVICE, "lambda.amazonaws.com"),
    Principal(PrincipalKind.WEB_IDENTITY, "accounts.google.com"),
    Principal(PrincipalKind.SAML, arn("iam:saml-provider/p")),
    Principal(PrincipalKind.CANONICAL, "ab" * 32),
    Principal(PrincipalKind.ANONYMOUS),
)  # fmt: skip
NAMED = (
    (True, ()), (False, (("AWS", "*"),)), (False, (("AWS", ACCOUNT),)), (False, (("AWS", arn("iam:root")),)),
    (False, (("AWS", ACCOUNT), ("AWS", ROLE))), (False, (("AWS", ACCOUNT), ("AWS", ROLE), ("AWS", SESSION.arn))),
    (False, (("AWS", ROLE),)), (False, (("AWS", SESSION.arn),)), (False, (("AWS", USER.arn),)),
    (False, (("AWS", USER.arn), ("AWS", ACCOUNT))), (False, (("AWS", FEDERATED.arn), ("AWS", "AIDAX"))),
    (False, (("AWS", "AROAX"), ("Service", "lambda.amazonaws.com"))), (False, (("AWS", arn("iam:root", OTHER)),)),
    (False, (("Federated", "accounts.google.com"), ("Federated", arn("iam:saml-provider/p")))),
    (False, (("CanonicalUser", "ab" * 32),)), (False, (("AWS", "«x»"),)), (False, ()),
)  # fmt: skip

# Texts

PIECES = ("a", "a", "b", "/", ":", "*", "?", "$", "${k}", "${K}", "${m, 'a'}", "${k,'b'}", "${*}", "${", "«*»", "«a:b»")
PLAIN = ("a", "a", "b", "/", ":", "*", "?", "$", "«*»", "«a:b»", "«")
patterns = st.lists(st.sampled_from(PIECES), max_size=4).map("".join)
plain = st.lists(st.sampled_from(PLAIN), max_size=4).map("".join)

VENDORS = {ResourceRule.UNION: "s3", ResourceRule.TRUST: "sts", ResourceRule.KMS: "kms"}
HEADERS = {
    ResourceRule.UNION: ("arn:aws:s3:::", "arn:aws:s3:::", f"arn:aws:s3:a:{ACCOUNT}:", "arn:aws-cn:s3:::",
                         f"arn:aws:«s:3»:a:{ACCOUNT}:", "«x»", "b", "arn:aws:s3:", "a:aws:s3:::"),
    ResourceRule.TRUST: (arn("iam:role/"), arn("iam:role/"), arn("iam:role/", OTHER)),
    ResourceRule.KMS: (f"arn:aws:kms:a:{ACCOUNT}:key/", f"arn:aws:kms:a:{ACCOUNT}:key/", f"arn:aws:kms:b:{OTHER}:key/"),
}  # fmt: skip
WILD_HEADERS = (
    "arn:aws:*:*:*:", "arn:*:s3:::", "arn:aws:s*:::", "arn:aws:s?::*:", "arn:aws:s3:*:*:", "arn:aws:s3*", "arn:aws:*",
    "a*n:aws:*:*:*:", "arn:aws:s3:*a:*:", "arn:aws:s3:${k}::", "arn:aws:«s:3»:*:*:", "arn:aws:s3:::", "arn:aws:s3:",
    "*", "arn:*", "«x»", "", "arn:aws:s3:*:", "s3:::", f"arn:aws:kms:*:{ACCOUNT}:key/", "arn:aws:iam::*:role/",
)  # fmt: skip

ACTIONS = ("Get", "Gets", "PutKey", "ListAllMyBuckets", "GetCallerIdentity", "GetSessionToken", "RetireGrant")
ACTION_PATTERNS = (
    "*",
    "*",
    "*:*",
    "{}:*",
    "{}:Get",
    "{}:ge?s",
    "{}:*t*",
    "{}:P*K*y",
    "{}:get*",
    "?*:Get",
    "x:*",
    "{}:«*»",
)

FAMILIES: dict[str, tuple[str, tuple[str, ...]]] = {
    "String": ("k", ()),
    "Numeric": ("n", ("1", "1.0", "2", "-1", "10e-1", "x", "")),
    "Date": ("d", ("2020-01-01", "2020-01-01T01:00:00+01:00", "1577836800", "2020", "2020-01-01T00:00:00.5Z", "x")),
    "Bool": ("t", ("true", "false", "TRUE", "x", "${t}", "${k}")),
    "Binary": ("bin", ("YQ==", "YQ=", "Yg==", "é")),
    "Ip": ("ip", ("10.0.0.1", "10.0.0.0/8", "10.1.2.3", "::1", "2001:db8::/32", "2001:0DB8::1", "x", "0.0.0.0/0")),
    "Arn": ("arn", ()),
    "Null": ("k", ("true", "false", "True", "x")),
}
KEYS = ("k", "m", *dict.fromkeys(key for key, _ in FAMILIES.values() if key != "k"))


def family(operator: str) -> str:
    """The family of values that an operator compares."""
    return next(name for name in FAMILIES if name in operator)


arns = st.builds(str.__add__, st.sampled_from(WILD_HEADERS + HEADERS[ResourceRule.UNION]), patterns)
_VALUES = {
    name: st.sampled_from(known) if known else arns if name == "Arn" else patterns
    for name, (_, known) in FAMILIES.items()
}
_FOUND = {
    name: st.sampled_from(known)
    if known
    else st.builds(str.__add__, st.sampled_from(HEADERS[ResourceRule.UNION]), plain)
    if name == "Arn"
    else plain
    for name, (_, known) in FAMILIES.items()
}


def some(strategy: st.SearchStrategy[str], least: int = 1) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(strategy, min_size=least, max_size=2).map(tuple)


# Policies


@st.composite
def conditions(draw: st.DrawFn) -> Condition:
    name = draw(st.sampled_from(OPERATORS))
    of = family(name)
    qualifier = draw(st.sampled_from([None, None, None, *Qualifier]))
    if_exists = name != "Null" and draw(st.integers(0, 3)) == 0
    key = draw(st.sampled_from((FAMILIES[of][0],) * 4 + KEYS))
    least = 0 if draw(st.integers(0, 15)) == 0 else 1
    return Condition(Operator(name, qualifier, if_exists), key.upper(), draw(some(_VALUES[of], least)))


@st.composite
def statements(draw: st.DrawFn, kind: PolicyKind, rule: ResourceRule) -> Statement:
    rules, vendor = RULES[kind], VENDORS[rule]
    effect = draw(st.sampled_from([Effect.ALLOW, Effect.ALLOW, Effect.ALLOW, Effect.DENY]))
    actions = draw(some(st.sampled_from(ACTION_PATTERNS)))
    resources: Patterns | None = None
    if rules.resource is Presence.REQUIRED or (rules.resource is Presence.OPTIONAL and draw(st.integers(0, 7))):
        heads = st.sampled_from(HEADERS[rule][:2] * 3 + WILD_HEADERS)
        found = draw(some(st.just("*") | st.builds(str.__add__, heads, patterns)))
        resources = Patterns(found, draw(st.integers(0, 5)) == 0)
    principals: Principals | None = None
    if kind is PolicyKind.RCP:
        principals = Principals(everyone=True)
    elif rules.principal is Presence.REQUIRED:
        everyone, entries = draw(st.sampled_from(NAMED))
        negated = rules.not_principal and draw(st.integers(0, 4)) == 0
        principals = Principals(everyone, entries, negated)
    return Statement(
        effect=effect,
        actions=Patterns(tuple(one.format(vendor) for one in actions), draw(st.integers(0, 7)) == 0),
        resources=resources,
        principals=principals,
        conditions=tuple(draw(st.lists(conditions(), max_size=2))) if draw(st.booleans()) else (),
    )


@st.composite
def stacks_of_layers(draw: st.DrawFn, rule: ResourceRule) -> Layers:
    version = draw(st.sampled_from(VERSIONS))
    odd = draw(st.integers(0, 15)) == 0  # documents of both versions, several to a layer: no row of the table says that
    kind = {ResourceRule.TRUST: PolicyKind.TRUST, ResourceRule.KMS: PolicyKind.KMS_KEY}.get(rule, PolicyKind.RESOURCE)

    def policy(kind: PolicyKind, name: str) -> NamedPolicy:
        found = draw(st.lists(statements(kind, rule), min_size=1, max_size=2))
        named = draw(st.sampled_from(VERSIONS)) if odd else version
        return NamedPolicy(name, Policy(tuple(found), named, kind=kind))

    def layer(kind: PolicyKind, name: str) -> tuple[NamedPolicy, ...]:
        return tuple(policy(kind, name) for _ in range(draw(st.integers(0, 2)) if odd else 1))

    def now_and_then(chance: int) -> bool:
        return draw(st.integers(0, chance)) == 0

    public = ("RestrictPublicBuckets",) if rule is ResourceRule.UNION and now_and_then(3) else ()
    return Layers(
        identity=layer(PolicyKind.IDENTITY, "identity") if draw(st.integers(0, 3)) else (),
        resource=policy(kind, "resource") if draw(st.integers(0, 2)) else None,
        boundary=layer(PolicyKind.BOUNDARY, "boundary") if now_and_then(3) else None,
        session=layer(PolicyKind.SESSION, "session") if now_and_then(3) else None,
        scps=(Level("scp root", layer(PolicyKind.SCP, "scp")),) if now_and_then(3) else (),
        rcps=(Level("rcp root", layer(PolicyKind.RCP, "rcp")),) if now_and_then(3) else (),
        endpoint=layer(PolicyKind.ENDPOINT, "endpoint") if now_and_then(4) else None,
        resource_rule=rule,
        block_public_access=frozenset(public),
        endpoint_is_gateway=now_and_then(5),
    )


# Requests


@st.composite
def contexts(draw: st.DrawFn, of: str | None = None) -> Context:
    """Up to four keys; of each context about the key `of` three in four have it."""
    found: dict[str, Values] = {}
    keys = draw(st.lists(st.sampled_from(KEYS), max_size=4 if of is None else 1, unique=True))
    for key in dict.fromkeys([of, *keys] if of is not None and draw(st.integers(0, 3)) else keys):
        family_of = next((name for name, (own, _) in FAMILIES.items() if own == key), "String")
        many = draw(st.integers(0, 2)) == 0
        values = draw(some(_FOUND[family_of], 0)) if many else (draw(_FOUND[family_of]),)
        found[key] = Values(values, multivalued=many and draw(st.integers(0, 7)) > 0)
    return Context(found)


@dataclass(frozen=True)
class Stack:
    """Layers with the pools of callers, actions, resources, owners, contexts and marks that make their requests."""

    layers: Layers
    callers: tuple[Principal, ...]
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    owners: tuple[str | None, ...]
    contexts: tuple[Context, ...]
    wildcard_only: tuple[bool, ...]

    def requests(self) -> Iterator[Request]:
        """Every request of the pools."""
        pools = (self.callers, self.actions, self.resources, self.owners, self.contexts, self.wildcard_only)
        return itertools.starmap(Request, itertools.product(*pools))


def pool(draw: st.DrawFn, strategy: st.SearchStrategy[Any], size: int) -> tuple[Any, ...]:
    return tuple(draw(st.lists(strategy, min_size=size, max_size=size)))


def actions(rule: ResourceRule) -> st.SearchStrategy[str]:
    return st.sampled_from([f"{VENDORS[rule]}:{name}" for name in ACTIONS[:2] * 3 + ACTIONS])


@st.composite
def mixed(draw: st.DrawFn) -> Stack:
    """Everything at once: each layer with policies of its own."""
    rule = draw(st.sampled_from((ResourceRule.UNION, ResourceRule.UNION, *ResourceRule)))
    resources = st.builds(str.__add__, st.sampled_from(HEADERS[rule]), plain)
    return Stack(
        layers=draw(stacks_of_layers(rule)),
        callers=pool(draw, st.sampled_from(CALLERS), 2),
        actions=pool(draw, actions(rule), 2),
        resources=pool(draw, resources, 2),
        owners=tuple(dict.fromkeys(pool(draw, st.sampled_from([ACCOUNT, OTHER, None]), 2))),
        contexts=pool(draw, contexts(), 2),
        wildcard_only=(draw(st.integers(0, 7)) == 0,),
    )


EVERYTHING = Statement(Effect.ALLOW, Patterns(("*",)), Patterns(("*",)))


def alone(statement: Statement, version: str) -> Layers:
    """The statement as the caller's one policy; a Deny beside an Allow of everything."""
    both = (EVERYTHING,) if statement.effect is Effect.DENY else ()
    return Layers(identity=(NamedPolicy("identity", Policy((*both, statement), version)),))


@st.composite
def one_condition(draw: st.DrawFn) -> Stack:
    """One condition and many contexts."""
    condition = draw(conditions())
    statement = replace(EVERYTHING, effect=draw(st.sampled_from(Effect)), conditions=(condition,))
    given = pool(draw, contexts(of=condition.key.lower()), 12)
    return Stack(
        alone(statement, draw(st.sampled_from(VERSIONS))),
        (SESSION,),
        ("s3:Get",),
        (HEADER,),
        (ACCOUNT,),
        given,
        (False,),
    )


@st.composite
def one_resource(draw: st.DrawFn) -> Stack:
    """One Resource element and many resources."""
    rule = ResourceRule.UNION
    heads = draw(st.sampled_from([HEADERS[rule][:1], WILD_HEADERS, HEADERS[rule]]))
    found = draw(some(st.builds(str.__add__, st.sampled_from(heads), patterns)))
    effect, negated = draw(st.sampled_from(Effect)), draw(st.integers(0, 3)) == 0
    statement = replace(EVERYTHING, effect=effect, resources=Patterns(found, negated))
    asked = pool(
        draw, st.builds(str.__add__, st.sampled_from(HEADERS[rule][:1] * 4 + HEADERS[rule] + heads[:2]), plain), 12
    )
    only = (False, True) if draw(st.booleans()) else (False,)
    given = pool(draw, contexts(of="k"), 2)
    layers = alone(statement, draw(st.sampled_from(VERSIONS)))
    return Stack(layers, (SESSION,), ("s3:Get", "s3:ListAllMyBuckets"), asked, (ACCOUNT,), given, only)


@st.composite
def one_action(draw: st.DrawFn) -> Stack:
    """One Action element and many actions."""
    rule = draw(st.sampled_from(ResourceRule))
    found = draw(some(st.sampled_from(ACTION_PATTERNS)))
    written = Patterns(tuple(one.format(VENDORS[rule]) for one in found), draw(st.integers(0, 2)) == 0)
    statement = replace(EVERYTHING, effect=draw(st.sampled_from(Effect)), actions=written)
    asked = tuple(f"{vendor}:{name}" for vendor in dict.fromkeys(("s3", VENDORS[rule])) for name in ACTIONS)
    asked += tuple(one.upper() for one in asked)
    return Stack(alone(statement, VERSIONS[0]), (SESSION,), asked, (HEADER,), (ACCOUNT,), (Context(),), (False,))


@st.composite
def plain_layers(draw: st.DrawFn) -> Stack:
    """The truth tables: each layer absent, allowing, silent or denying, the resource's naming this one or that."""
    rule = draw(st.sampled_from(ResourceRule))
    kind = {ResourceRule.TRUST: PolicyKind.TRUST, ResourceRule.KMS: PolicyKind.KMS_KEY}.get(rule, PolicyKind.RESOURCE)

    def layer(kind: PolicyKind, said: str) -> tuple[NamedPolicy, ...]:
        principals: Principals | None = (
            Principals(everyone=True) if kind in (PolicyKind.RCP, PolicyKind.ENDPOINT) else None
        )
        effect = Effect.DENY if said == "denies" else Effect.ALLOW
        actions = Patterns(("x:*" if said == "silent" else "*",))
        if kind is PolicyKind.ENDPOINT or (principals is None and RULES[kind].principal is Presence.REQUIRED):
            everyone, entries = draw(st.sampled_from(NAMED))
            principals = Principals(everyone, entries, RULES[kind].not_principal and draw(st.integers(0, 3)) == 0)
        resources = Patterns(("*",)) if RULES[kind].resource is not Presence.FORBIDDEN else None
        return (NamedPolicy(str(kind), Policy((Statement(effect, actions, resources, principals),), kind=kind)),)

    def said(*answers: str) -> str:
        return draw(st.sampled_from(answers))

    def maybe(kind: PolicyKind) -> tuple[NamedPolicy, ...] | None:
        found = said("absent", "absent", "allows", "allows", "silent", "denies")
        return None if found == "absent" else layer(kind, found)

    def levels(kind: PolicyKind) -> tuple[Level, ...]:
        count = said("", "", "1", "12")
        answers = ("allows", "allows", "allows", "silent", "denies")
        return tuple(Level(number, layer(kind, said(*answers))) for number in count)

    resource = (
        layer(kind, said("allows", "allows", "allows", "silent", "denies"))[0] if draw(st.integers(0, 3)) else None
    )
    layers = Layers(
        identity=layer(PolicyKind.IDENTITY, said("allows", "allows", "silent", "denies")),
        resource=resource,
        boundary=maybe(PolicyKind.BOUNDARY),
        session=maybe(PolicyKind.SESSION),
        scps=levels(PolicyKind.SCP),
        rcps=levels(PolicyKind.RCP),
        endpoint=maybe(PolicyKind.ENDPOINT),
        resource_rule=rule,
        block_public_access=frozenset({"RestrictPublicBuckets"} if draw(st.integers(0, 3)) == 0 else ()),
        endpoint_is_gateway=draw(st.integers(0, 3)) == 0,
    )
    asked = (draw(actions(rule)),)
    at = (HEADERS[rule][0], HEADERS[rule][3]) if rule is ResourceRule.UNION else HEADERS[rule][1:2]
    return Stack(layers, pool(draw, st.sampled_from(CALLERS), 6), asked, at, (ACCOUNT, OTHER), (Context(),), (False,))


def stacks() -> st.SearchStrategy[Stack]:
    """Stacks of one thing in focus, and of everything at once."""
    return one_condition() | one_condition() | one_resource() | one_action() | plain_layers() | mixed()


@st.composite
def assumptions(draw: st.DrawFn) -> dict[str, str]:
    """Answers other than the defaults for up to three of the language's open questions."""
    known = {name: one for name, one in all_assumptions().items() if name.startswith("policy.")}
    names = draw(st.lists(st.sampled_from(sorted(known)), max_size=3, unique=True))
    return {name: draw(st.sampled_from(known[name].choices)) for name in names}


# A disagreement as a row of tests/cases


def row(layers: Layers, request: Request, expect: Result) -> dict[str, Any]:
    """One decision in the short form of tests/cases/policy_guide.yaml."""
    caller = request.principal
    more = {"unique_id": caller.unique_id, "service_linked": caller.service_linked or None}
    found: dict[str, Any] = {
        "name": "the readings disagree", "source": "ug:eval-logic",
        "caller": {"arn": caller.arn or None, "entity": caller.entity, **{k: v for k, v in more.items() if v}},
        "action": request.action, "at": request.resource, "owner": request.resource_account,
        "context": {key: list(held.values) if held.multivalued else held.values[0] if len(held.values) == 1
                    else {"values": list(held.values)} for key, held in request.context.items()},
    }  # fmt: skip
    versions = [_short(one.policy)[0] for one in _policies(layers)]
    found |= {"version": max(versions, default="2012-10-17")}
    for field in ("identity", "boundary", "session", "endpoint"):
        policies = getattr(layers, field)
        if policies:
            found[field] = [one for named in policies for one in _short(named.policy)[1]]
    if layers.resource:
        found["resource"] = _short(layers.resource.policy)[1]
    for field in ("scps", "rcps"):
        levels = [[_short(named.policy)[1] for named in level.policies] for level in getattr(layers, field)]
        found |= {field: levels} if levels else {}
    if layers.block_public_access:
        found["settings"] = {"s3": {"blockPublicAccess": {"RestrictPublicBuckets": True}}}
    return found | {
        "wildcard_only": request.wildcard_only,
        "gateway": layers.endpoint_is_gateway,
        "expect": str(expect),
    }


def text(layers: Layers, request: Request, expect: Result) -> str:
    """`row` as YAML, to be pasted under `cases:`."""
    kept = {key: value for key, value in row(layers, request, expect).items() if value not in (False, {}, [])}
    return yaml.safe_dump([kept], default_flow_style=None, width=118, sort_keys=False, allow_unicode=True)


def _policies(layers: Layers) -> Iterator[NamedPolicy]:
    yield from layers.identity
    yield from (layers.resource,) if layers.resource else ()
    for one in (layers.boundary, layers.session, layers.endpoint):
        yield from one or ()
    for level in layers.scps + layers.rcps:
        yield from level.policies


def _short(policy: Policy) -> tuple[str, list[dict[str, Any]]]:
    return policy.version, [_short_statement(one) for one in policy.statements]


def _short_statement(one: Statement) -> dict[str, Any]:
    found: dict[str, Any] = {f"{one.effect}{'Not' if one.actions.negated else ''}": list(one.actions.values)}
    if one.resources is not None:
        found["not_at" if one.resources.negated else "at"] = list(one.resources.values)
    if one.principals is not None:
        kinds: dict[str, list[str]] = {}
        for kind, value in one.principals.entries:
            kinds.setdefault(kind, []).append(value)
        found["not_to" if one.principals.negated else "to"] = "*" if one.principals.everyone else kinds
    for condition in one.conditions:
        keys = found.setdefault("if", {}).setdefault(str(condition.operator), {})
        keys[condition.key] = list(condition.values)
    return found
