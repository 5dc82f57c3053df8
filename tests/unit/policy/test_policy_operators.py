"""Every condition operator's truth table: compared, absent, in sets, and with values that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.policy.document import Condition, Operator
from cogsim.policy.grammar import OPERATORS as NAMES
from cogsim.policy.grammar import operator
from cogsim.policy.reference.condition import holds
from cogsim.policy.reference.operators.table import OPERATORS
from cogsim.policy.request import Context, Values

NEGATED = [name for name in NAMES if "Not" in name]
POSITIVE = [name for name in NAMES if name not in NEGATED and name != "Null"]


def answer(name: str, values: Any, found: Any, **context: str) -> bool:
    """`name` with the policy's `values` on key `k`, of which the request has `found`: None, one text, or a list."""
    parsed = operator(name)
    assert parsed is not None
    written = (values,) if isinstance(values, str) else tuple(values)
    entries: dict[str, Any] = dict(context) if found is None else {"k": found, **context}
    return holds(Condition(parsed, "k", written), Context(entries), variables=True).holds


def test_the_grammar_and_the_meaning_know_the_same_operators() -> None:
    assert set(NAMES) == set(OPERATORS)
    assert [name for name in NAMES if OPERATORS[name].negated] == NEGATED


def test_an_operator_outside_the_language_is_not_modelled() -> None:
    with pytest.raises(NotModelled):
        holds(Condition(Operator("StringMatches"), "k", ("a",)), Context(), variables=True)


@pytest.mark.parametrize("name", POSITIVE)
def test_a_positive_operator_fails_on_an_absent_key(name: str) -> None:
    assert not answer(name, "1", None)
    assert answer(f"{name}IfExists", "1", None)
    assert answer(f"ForAllValues:{name}", "1", None)
    assert answer(f"ForAllValues:{name}IfExists", "1", None)
    assert not answer(f"ForAnyValue:{name}", "1", None)
    assert not answer(f"ForAnyValue:{name}IfExists", "1", None)


@pytest.mark.parametrize("name", NEGATED)
def test_a_negated_operator_holds_on_an_absent_key(name: str) -> None:
    assert answer(name, "1", None)
    assert answer(f"{name}IfExists", "1", None)
    assert answer(f"ForAllValues:{name}", "1", None)
    assert not answer(f"ForAnyValue:{name}", "1", None)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "Null"])
def test_an_empty_list_of_values_holds_only_by_absence(name: str) -> None:
    assert not answer(name, (), None)
    assert not answer(name, (), "1")
    assert answer(f"{name}IfExists", (), None)
    assert not answer(f"{name}IfExists", (), "1")
    assert answer(f"ForAllValues:{name}", (), None)
    assert not answer(f"ForAllValues:{name}", (), ["1"])
    assert not answer(f"ForAnyValue:{name}", (), ["1"])


def test_null_asks_for_presence() -> None:
    assert answer("Null", "true", None)
    assert not answer("Null", "false", None)
    assert answer("Null", "FALSE", "")
    assert not answer("Null", "true", "x")
    assert not answer("Null", "perhaps", None)
    assert answer("ForAllValues:Null", "true", "x")
    assert not answer("ForAnyValue:Null", "true", None)


# The four set operators over: no value, a subset, an overlap, a disjoint set
SETS = [
    ([], (True, False, True, False)),
    (["a"], (True, True, False, False)),
    (["a", "x"], (False, True, False, True)),
    (["x", "y"], (False, False, True, True)),
]


@pytest.mark.parametrize(("found", "expected"), SETS)
def test_set_operators_compare_every_or_any_value(found: list[str], expected: tuple[bool, ...]) -> None:
    names = [
        f"{qualifier}:String{form}" for form in ("Equals", "NotEquals") for qualifier in ("ForAllValues", "ForAnyValue")
    ]
    assert tuple(answer(name, ("a", "b"), found) for name in names) == expected


COMPARED = [
    ("StringEquals", "a", "a", True), ("StringEquals", "a", "A", False), ("StringEquals", "a*", "ab", False),
    ("StringEqualsIgnoreCase", "aB", "Ab", True), ("StringNotEqualsIgnoreCase", "aB", "Ab", False),
    ("StringLike", "a*c?", "a/:cx", True), ("StringLike", "*", "", True), ("StringLike", "a", "A", False),
    ("StringLike", "a${*}", "a*", True), ("StringLike", "a${*}", "ab", False), ("StringLike", "${$}{x}", "${x}", True),
    ("StringNotLike", "a*", "abc", False), ("StringNotEquals", ("a", "b"), "b", False),
    ("StringNotEquals", ("a", "b"), "c", True),
    ("StringEquals", "true", "true", True),
    ("NumericEquals", "1", "1.0", True), ("NumericNotEquals", "1", "1.0", False), ("NumericLessThan", "10", "9", True),
    ("NumericLessThanEquals", "9", "9", True), ("NumericGreaterThan", "9", "9", False),
    ("NumericGreaterThanEquals", "-1.5", "-1.5", True), ("NumericEquals", "1", "one", False),
    ("NumericEquals", "", "", False),
    ("DateEquals", "2020-01-01T00:00:00Z", "1577836800", True),
    ("DateEquals", "2020-01-01", "2020-01-01T01:00:00+01:00", True),
    ("DateLessThan", "2020", "2019-12-31T23:59:59.5Z", True), ("DateGreaterThan", "2020-02-30", "2021", False),
    ("DateEquals", "2020-01-01T00:00:00", "2020-01-01T00:00:00Z", False), ("DateNotEquals", "2020", "2021", True),
    ("Bool", "true", "True", True), ("Bool", "false", "true", False), ("Bool", "yes", "yes", False),
    ("Bool", ("true", "false"), "false", True), ("Bool", "${aws:x}", "true", False),
    ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True), ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
    ("BinaryEquals", "?", "?", False),
    ("IpAddress", "10.1.2.3/8", "10.255.0.1", True), ("IpAddress", "10.0.0.1", "10.0.0.1", True),
    ("IpAddress", "10.0.0.1", "10.0.0.2", False), ("IpAddress", "2001:db8::/32", "2001:DB8::1", True),
    ("IpAddress", "10.0.0.0/8", "2001:db8::1", False), ("NotIpAddress", "10.0.0.0/8", "2001:db8::1", True),
    ("IpAddress", "10.0.0.0/33", "10.0.0.1", False), ("IpAddress", "10.0.0.0/255.0.0.0", "10.0.0.1", False),
    ("ArnLike", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x:y/z", True),
    ("ArnEquals", "arn:aws:s3:::b/*", "arn:aws:s3:::b/x", True),
    ("ArnLike", "arn:*", "arn:aws:s3:::b", False), ("ArnLike", "arn:aws:iam::*:role/x", "arn:aws:iam::1:role/x", True),
    ("ArnLike", "arn:aws:*:role/x", "arn:aws:iam::1:role/x", False),
    ("ArnLike", "arn:aws:s3:::B", "arn:aws:s3:::b", False),
    ("ArnEquals", "*", "text", False), ("ArnNotEquals", "arn:aws:s3:::b", "text", True),
    ("ArnNotLike", "arn:aws:s3:::b", "arn:aws:s3:::b", False),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "found", "expected"), COMPARED)
def test_an_operator_compares(name: str, values: Any, found: str, expected: bool) -> None:
    assert answer(name, values, found) is expected


@pytest.mark.parametrize("name", ["NumericNotEquals", "DateNotEquals", "NotIpAddress"])
def test_a_negated_operator_on_junk_rests_on_an_assumption(name: str) -> None:
    condition = Condition(Operator(name), "k", ("junk",))
    held = holds(condition, Context({"k": "1"}), variables=True)
    assert (held.holds, held.assumptions) == (False, ("policy.negatedJunk",))
    with assuming({"policy.negatedJunk": "true"}):
        assert holds(condition, Context({"k": "1"}), variables=True).holds


def test_a_variable_without_value_equals_nothing() -> None:
    assert not answer("StringEquals", "${aws:x}", "")
    assert answer("StringNotEquals", "${aws:x}", "a")
    assert answer("StringLike", ("${aws:x}", "a"), "a")
    assert answer("StringEquals", "${aws:X}", "a", **{"aws:x": "a"})
    assert not answer("StringLike", "${aws:x}", "ab", **{"aws:x": "a*"})
    assert answer("ArnLike", "${aws:x}", "arn:aws:s3:::b", **{"aws:x": "arn:aws:s3:::b"})


def test_a_list_never_satisfies_an_operator_without_a_set_operator() -> None:
    for name in ("StringEquals", "StringNotEquals"):
        assert not answer(name, "a", ["a", "b"])
        assert not answer(name, "a", ["a"])
        assert not answer(name, "x", ["a"])
    held = holds(Condition(Operator("StringEquals"), "k", ("a",)), Context({"k": ["a"]}), variables=True)
    assert held.assumptions == ("policy.oneElementList",)
    with assuming({"policy.oneElementList": "as-single"}):
        assert answer("StringEquals", "a", ["a"])
        assert not answer("StringEquals", "a", ["a", "a"])


def test_a_set_operator_takes_a_single_value_too() -> None:
    assert answer("ForAnyValue:StringEquals", "a", "a")
    assert answer("ForAllValues:StringEquals", "a", "a")
    assert holds(Condition(Operator("StringEquals"), "k", ("a",)), Context({"k": Values(("a",))}), variables=True).holds
