"""The answer over open keys agrees with the reference for every choice of them, and equal answers look the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.errors import InputError, NotModelled
from cogsim.policy.case import case
from cogsim.policy.grammar import OPERATORS
from cogsim.policy.layers import Layers, Result
from cogsim.policy.reference.decide import decide
from cogsim.policy.request import Context, Request, Values
from cogsim.policy.symbolic.atoms import Atom, Compared, OpenKey, Present, Readable, order
from cogsim.policy.symbolic.formula import All, Formula, Not, atoms_of, conjunction, disjunction, negation
from cogsim.policy.symbolic.formula import Any as Any_
from cogsim.policy.symbolic.normal import normal
from cogsim.policy.symbolic.open_keys import OpenDecision, open_decision
from cogsim.policy.symbolic.wildcards import literal, pattern

ACCOUNT, OTHER = "111122223333", "444455556666"
VALUES: dict[str, list[str]] = {
    "aws:SourceIp": ["10.1.2.3", "192.168.0.1", "2001:db8::1"],
    "aws:MultiFactorAuthPresent": ["true", "false"],
    "aws:CurrentTime": ["2024-01-01T00:00:00Z", "2025-06-01T12:00:00+02:00", "1735689600"],
    "aws:PrincipalTag/t": ["a", "b", "ab", "", "*", "A", "arn:aws:s3:::b"],
    "x:mixed": ["1", "2.0", "z", "", "true", "10.1.2.3", "2024-01-01"],
    "aws:TagKeys": ["a", "b", "", "1", "10.1.2.3"],
}
LISTS = {"aws:TagKeys"}
WRITTEN = [
    "a", "b", "a*", "?", "", "${aws:PrincipalTag/t}", "${x:mixed, 'a'}", "${*}", "${aws:TagKeys}", "true", "False", "1",
    "2", "10.0.0.0/8", "192.168.0.1", "2001:db8::/32", "0.0.0.0/0", "2024-06-01", "2025-06-01T10:00:00Z",
    "arn:aws:s3:::*", "arn:aws:s3:::${aws:PrincipalTag/t}",
]  # fmt: skip
RESOURCES = [
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/t}",
    "arn:aws:s3:::c",
    "arn:aws:s3:::b/${x:mixed, 'a'}",
]
CALLERS = {
    "user": f"arn:aws:iam::{ACCOUNT}:user/u", "role": f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s",
    "federated": f"arn:aws:sts::{ACCOUNT}:federated-user/u", "root": f"arn:aws:iam::{ACCOUNT}:root",
    "service": "lambda.amazonaws.com", "anonymous": None,
}  # fmt: skip
NAMED: list[Any] = [
    "*", {"AWS": "*"}, {"AWS": ACCOUNT}, {"AWS": f"arn:aws:iam::{ACCOUNT}:role/r"}, {"Service": "lambda.amazonaws.com"},
    {"AWS": [f"arn:aws:iam::{ACCOUNT}:user/u", f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s"]}, {"AWS": OTHER},
]  # fmt: skip
ASSUMED = [{}, {"policy.negatedJunk": "true"}, {"policy.oneElementList": "as-single"},
           {"policy.variablesInBool": "yes"},
           {"policy.sessionArnGrant": "limited"}, {"policy.forAnyValueIfExists": "true"},
           {"policy.starAcrossColons": "any-field"}]  # fmt: skip

operators = st.builds(
    lambda name, qualifier, suffix: f"{qualifier}{name}{'' if name == 'Null' else suffix}",
    st.sampled_from(OPERATORS),
    st.sampled_from(["", "", "", "ForAllValues:", "ForAnyValue:"]),
    st.sampled_from(["", "", "IfExists"]),
)
conditions = st.dictionaries(
    operators,
    st.dictionaries(
        st.sampled_from(sorted(VALUES)), st.lists(st.sampled_from(WRITTEN), max_size=3), min_size=1, max_size=2
    ),
    max_size=2,
)


@st.composite
def statements(draw: st.DrawFn, principals: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"])),
        "Action": draw(st.sampled_from(["*", "s3:*", "s3:Get?bject", "ec2:*"])),
        draw(st.sampled_from(["Resource", "Resource", "NotResource"])): draw(st.sampled_from(RESOURCES)),
        "Condition": draw(conditions),
    }
    if principals:
        found["Principal"] = draw(st.sampled_from(principals))
    return found


def documents(*principals: Any) -> st.SearchStrategy[dict[str, Any]]:
    versions = st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"])
    listed = st.lists(statements(list(principals)), min_size=1, max_size=3)
    return st.builds(lambda version, found: {"Version": version, "Statement": found}, versions, listed)


cases = st.fixed_dictionaries(
    {
        "request": st.fixed_dictionaries(
            {
                "principal": st.sampled_from(list(CALLERS.values())),
                "action": st.just("s3:GetObject"),
                "resource": st.sampled_from(["arn:aws:s3:::b/a", "arn:aws:s3:::b/*", "arn:aws:s3:::c"]),
                "resourceAccount": st.sampled_from([ACCOUNT, ACCOUNT, OTHER]),
            }
        ),
        "identityPolicies": st.lists(documents(), max_size=2),
        "resourcePolicy": st.none() | documents(*NAMED),
        "boundaryPolicies": st.none() | st.lists(documents(), min_size=1, max_size=1),
        "sessionPolicy": st.none() | documents(),
        "scps": st.lists(st.lists(documents(), min_size=1, max_size=1), max_size=2),
        "rcps": st.lists(st.lists(documents("*"), min_size=1, max_size=1), max_size=1),
        "vpcEndpointPolicies": st.none() | st.lists(documents(*NAMED), min_size=1, max_size=1),
        "settings": st.sampled_from([{}, {"s3": {"blockPublicAccess": {"RestrictPublicBuckets": True}}}]),
    }
)


@st.composite
def contexts(draw: st.DrawFn) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for key, values in sorted(VALUES.items()):
        if key in LISTS:
            listed = draw(st.none() | st.lists(st.sampled_from(values), max_size=3))
            found |= {} if listed is None else {key: Values(tuple(listed), multivalued=True)}
        elif (value := draw(st.none() | st.sampled_from(values))) is not None:
            found[key] = Values((value,))
    return found


def opened(
    written: dict[str, Any], context: dict[str, Values], keys: list[str], gateway: bool
) -> tuple[Layers, Request, OpenDecision]:
    layers, request = case(written)
    layers = replace(layers, endpoint_is_gateway=gateway)
    known = {key: value for key, value in context.items() if key not in keys}
    asked = replace(request, context=Context(known))
    return layers, request, open_decision(layers, asked, keys)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    written=cases,
    known=contexts(),
    keys=st.lists(st.sampled_from(sorted(VALUES)), min_size=1, max_size=4, unique=True),
    chosen=st.lists(contexts(), min_size=1, max_size=6),
    assumed=st.sampled_from(ASSUMED),
    gateway=st.booleans(),
)
def test_the_expression_agrees_with_the_reference_for_every_choice(
    written: dict[str, Any],
    known: dict[str, Values],
    keys: list[str],
    chosen: list[dict[str, Values]],
    assumed: dict[str, str],
    gateway: bool,
) -> None:
    with assuming(assumed):
        layers, request, found = opened(written, known, keys, gateway)
        for values in chosen:
            context = known | {key: values[key] for key in keys if key in values}
            whole = {key: value for key, value in context.items() if key not in keys or key in values}
            expected = decide(layers, replace(request, context=Context(whole))).value
            own = {key: values[key] for key in keys if key in values}
            assert found.result(own) is expected, f"{found}\n{own}"
            holding = [result for result, when in found.cases if when.holds(Context(whole))]
            assert holding == [expected], f"{found}\n{own}"


# Equal answers look the same, and read well

KEYS = [OpenKey("x:a"), OpenKey("x:b"), OpenKey("aws:TagKeys", is_list=True)]
ATOMS: list[Atom] = [
    Present(KEYS[0]), Compared(KEYS[0], "StringEquals", (literal("v"),)),
    Compared(KEYS[0], "StringLike", (pattern("v*"),)),
    Present(KEYS[1]), Compared(KEYS[1], "NumericEquals", (literal("5"),)), Readable(KEYS[1], "Numeric"),
    Compared(KEYS[2], "StringEquals", (literal("v"),), "some"),
]  # fmt: skip
formulas = st.recursive(
    st.sampled_from(ATOMS),
    lambda parts: st.builds(negation, parts) | st.lists(parts, min_size=2).map(conjunction)
    | st.lists(parts, min_size=2).map(disjunction),
    max_leaves=12,
)  # fmt: skip


def truth(formula: Formula, said: dict[Atom, bool]) -> bool:
    if isinstance(formula, bool):
        return formula
    if isinstance(formula, Not):
        return not truth(formula.part, said)
    if isinstance(formula, All):
        return all(truth(part, said) for part in formula.parts)
    if isinstance(formula, Any_):
        return any(truth(part, said) for part in formula.parts)
    return said[formula]


@settings(max_examples=80, deadline=None)
@given(formulas)
def test_a_formula_and_the_sum_of_its_cases_have_one_form(formula: Formula) -> None:
    atoms = sorted(atoms_of(formula), key=order)
    rows = [dict(zip(atoms, row, strict=True)) for row in itertools.product([False, True], repeat=len(atoms))]
    summed = disjunction(
        conjunction(atom if said else negation(atom) for atom, said in row.items())
        for row in rows
        if truth(formula, row)
    )
    assert str(normal(summed)) == str(normal(formula))
    assert normal(summed) == normal(formula)
    assert normal(negation(negation(formula))) == normal(formula)


ALLOW = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY = ALLOW | {"Effect": "Deny"}


def told(*statements: dict[str, Any], keys: list[str], context: dict[str, Any] | None = None) -> str:
    layers, request = case(
        {
            "request": {"principal": CALLERS["user"], "action": "s3:GetObject", "resource": "arn:aws:s3:::b/bob/x",
                        "context": context or {}},
            "identityPolicies": [{"Version": "2012-10-17", "Statement": list(statements)}],
        }
    )  # fmt: skip
    return str(open_decision(layers, request, keys))


MFA, IP, TAG = "aws:MultiFactorAuthPresent", "aws:SourceIp", "aws:PrincipalTag/t"
blank, like_a = "every value of aws:TagKeys is ''", "every value of aws:TagKeys is like a*"


def under(statement: dict[str, Any], **operators: dict[str, Any]) -> dict[str, Any]:
    return statement | {"Condition": {name.replace("_", ":"): keys for name, keys in operators.items()}}


@pytest.mark.parametrize(
    ("statements", "texts"),
    [
        ([under(ALLOW, IpAddress={IP: "10.0.0.0/8"}, Bool={MFA: "true"})],
         [f"Allowed if {MFA} is true and {IP} in 10.0.0.0/8",
          f"ImplicitlyDenied if ({MFA} is false or absent) or ({IP} not in 10.0.0.0/8 or absent)"]),
        ([ALLOW, under(DENY, BoolIfExists={MFA: "false"})],
         [f"Allowed if {MFA} is true", f"ExplicitlyDenied if {MFA} is false or absent"]),
        ([ALLOW, under(DENY, Bool={MFA: "false"})],
         [f"Allowed if {MFA} is absent or {MFA} is true", f"ExplicitlyDenied if {MFA} is false"]),
        ([under(ALLOW, StringNotEquals={TAG: ["b", "a"]})],
         [f"Allowed if {TAG} is not one of (a, b) or absent", f"ImplicitlyDenied if {TAG} is one of (a, b)"]),
        ([under(ALLOW, StringEquals={TAG: "a b"}), under(ALLOW, StringLike={TAG: "a*"})],
         [f"Allowed if {TAG} is like a*", f"ImplicitlyDenied if {TAG} is not like a* or absent"]),
        ([under(ALLOW, NumericNotEquals={"x:n": "5"})],
         ["Allowed if x:n is absent or (x:n is a number and x:n not = 5)",
          "ImplicitlyDenied if x:n = 5 or (x:n is present and x:n is not a number)"]),
        ([ALLOW, under(ALLOW, Null={TAG: "true"})], ["Allowed, whatever x:n may be"]),
        ([under(ALLOW, Null={TAG: "true"})], [f"Allowed if {TAG} is absent", f"ImplicitlyDenied if {TAG} is present"]),
        ([ALLOW | {"Resource": f"arn:aws:s3:::b/${{{TAG}}}/*"}],
         [f"Allowed if arn:aws:s3:::b/bob/x fits arn:aws:s3:::b/${{{TAG}}}/*",
          f"ImplicitlyDenied if arn:aws:s3:::b/bob/x does not fit arn:aws:s3:::b/${{{TAG}}}/*"]),
        ([under(ALLOW, ForAnyValue_StringEquals={"aws:TagKeys": "a"})],
         ["Allowed if some value of aws:TagKeys is a", "ImplicitlyDenied if no value of aws:TagKeys is a"]),
        ([under(DENY, ForAllValues_StringLike={"aws:TagKeys": "a*"}, Null={"aws:TagKeys": "false"}), ALLOW],
         [f"Allowed if (not {blank} or absent) and (not {like_a} or absent)",
          f"ExplicitlyDenied if {blank} or {like_a}"]),
    ],
)  # fmt: skip
def test_the_condition_reads_as_one_would_say_it(statements: list[dict[str, Any]], texts: list[str]) -> None:
    keys = [key for key in (MFA, IP, TAG, "x:n", "aws:TagKeys") if key in str(statements)]
    said = told(*statements, keys=["x:n"] if "whatever" in texts[0] else keys)
    assert said.splitlines() == texts


def test_a_value_that_the_request_gives_an_open_key_is_set_aside() -> None:
    condition = ALLOW | {"Condition": {"StringEquals": {"x:k": "a"}}}
    said = told(condition, keys=["x:k"], context={"x:k": ["a"]})
    assert said == told(condition, keys=["x:k"]) != told(condition, keys=["x:other"], context={"x:k": ["a"]})


def test_many_conditions_are_written_out_in_bounded_time() -> None:
    denies = [
        DENY | {"Condition": {"StringNotEquals": {f"x:{n}": "a"}, "StringNotLike": {f"y:{n}": "b*"}}} for n in range(9)
    ]
    keys = [f"{letter}:{n}" for letter in "xy" for n in range(9)]
    assert told(ALLOW, *denies, keys=keys).startswith("Allowed if ")
    more = [DENY | {"Condition": {"StringEquals": {f"x:{n}": "a", f"y:{n}": "b"}}} for n in range(30)]
    with pytest.raises(NotModelled, match="condition"):
        told(ALLOW, *more, keys=[f"{letter}:{n}" for letter in "xy" for n in range(30)])


def test_only_open_keys_are_given_values_and_one_must_be_open() -> None:
    layers, request = case({"request": {"principal": CALLERS["user"], "action": "s3:GetObject", "resource": "*"}})
    found = open_decision(layers, request, ["x:k"])
    assert found.result({}) is Result.IMPLICITLY_DENIED
    with pytest.raises(InputError):
        found.result({"x:other": "a"})
    with pytest.raises(InputError):
        open_decision(layers, request, [])
