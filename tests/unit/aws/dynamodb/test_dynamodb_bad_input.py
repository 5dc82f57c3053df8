"""What DynamoDB refuses, in its own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.errors import CogsimError, NotModelled
from tests.generators.dynamodb_cloud import ask, cloud, key, note, told

TABLE = Path(__file__).parents[3] / "cases" / "dynamodb" / "refusals.yaml"
CASES: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text())


def refused(operation: str, params: dict[str, Any]) -> str:
    """The message of the refusal, which changes nothing."""
    at = cloud()
    before = at.world
    outcome = ask(at, operation, **params)
    assert at.world == before
    code, _, message = told(outcome).partition(": ")
    assert code == "ValidationException"
    return message


@pytest.mark.parametrize("case", CASES, ids=[str(number) for number in range(len(CASES))])
def test_what_is_wrong_is_refused_in_dynamodbs_words(case: dict[str, Any]) -> None:
    assert refused(case["ask"], case["with"]) == case["says"]


def test_what_is_too_large_is_refused() -> None:
    size = "Invalid FilterExpression: Expression size has exceeded the maximum allowed size;"
    assert refused("Scan", {"FilterExpression": "a" * 4097}) == size
    count = "Invalid FilterExpression: The expression contains too many operators; operator count: 301"
    assert refused("Scan", {"FilterExpression": "NOT " * 301 + "a"}) == count
    body = {"S": "x" * 409_600}
    whole = "Item size has exceeded the maximum allowed size"
    assert refused("PutItem", {"Item": note("a", 1) | {"body": body}}) == whole
    update = {"UpdateExpression": "SET body = :v", "ExpressionAttributeValues": {":v": body}}
    updated = "Item size to update has exceeded the maximum allowed size"
    assert refused("UpdateItem", {"Key": key("acme", 1), **update}) == updated
    hash_key = (
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes"
    )
    assert refused("PutItem", {"Item": key("x" * 2049, 1)}) == hash_key


_WORDS = st.sampled_from(
    (
        *(
            "a",
            "b.c",
            "d[0]",
            "#n",
            ":v",
            ":w",
            "=",
            "<>",
            "<",
            "AND",
            "OR",
            "NOT",
            "IN",
            "BETWEEN",
            "(",
            ")",
            ",",
            "+",
        ),
        *("size(", "contains(", "if_not_exists(", "SET", "REMOVE", "ADD", "DELETE", "é", "'", "[", "]", "-", "1", "?"),
        *("SELECT", "FROM", "WHERE", "*", "notes", "'x'", "{", "}", "<<", ">>", "tenant", "number", "IS", "MISSING"),
    )
)


@given(st.lists(_WORDS, max_size=14).map(" ".join), st.sampled_from(("filter", "update", "key", "statement", "pick")))
@settings(max_examples=100, deadline=None)
def test_no_expression_makes_anything_escape(text: str, kind: str) -> None:
    given: dict[str, Any] = {
        "ExpressionAttributeNames": {"#n": "n"},
        "ExpressionAttributeValues": {":v": {"S": "x"}, ":w": {"N": "1"}},
    }
    requests: dict[str, tuple[str, dict[str, Any]]] = {
        "filter": ("Scan", {"FilterExpression": text, **given}),
        "update": ("UpdateItem", {"Key": key("acme", 1), "UpdateExpression": text, **given}),
        "key": ("Query", {"KeyConditionExpression": text, **given}),
        "pick": ("Scan", {"ProjectionExpression": text}),
        "statement": ("ExecuteStatement", {"Statement": text}),
    }
    operation, params = requests[kind]
    try:
        outcome = ask(cloud(), operation, **params)
    except NotModelled:
        if kind != "statement":  # of a SELECT, columns that are elements of lists
            raise
        return
    assert outcome.error is None or isinstance(outcome.error, CogsimError)


def nested(depth: int) -> Any:
    held: Any = {"S": "x"}
    for _ in range(depth):
        held = {"L": [held]}
    return held


def test_values_nested_too_deep_are_refused_wherever_they_come_from() -> None:
    at = cloud()
    words = "ValidationException: Nesting Levels have exceeded supported limits"
    assert told(ask(at, "PutItem", Item=note("a", 1, deep=nested(33)))) == words
    ask(at, "PutItem", Item=note("a", 1, deep=nested(32))).unwrap()
    update = {"Key": key("a", 1), "UpdateExpression": "SET deep" + "[0]" * 31 + " = :v"}
    assert told(ask(at, "UpdateItem", **update, ExpressionAttributeValues={":v": nested(1)})) == "ok"
    assert told(ask(at, "UpdateItem", **update, ExpressionAttributeValues={":v": nested(2)})) == words
