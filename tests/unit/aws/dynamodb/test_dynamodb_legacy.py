"""The parameters that expressions took the place of: what they read and write, refuse, and show to policies."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from tests.generators.dynamodb_cloud import allow, ask, cloud, key, note, told, wire

MISSING = (
    "ValidationException: Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
    "request."
)
REVERSED = (
    "ValidationException: The BETWEEN condition was provided a range where the lower bound is greater than the upper "
    "bound"
)
INVALID = "ValidationException: One or more parameter values were invalid: "
EXPRESSIVE = "ValidationException: Can not use both expression and non-expression parameters in the same request: "


def by(operator: str, *values: Any) -> dict[str, Any]:
    return {"ComparisonOperator": operator, "AttributeValueList": [wire(each) for each in values]}


def numbers(at: Cloud, operation: str = "Query", **params: Any) -> list[str]:
    """The numbers of the notes that come back."""
    return [item["number"]["N"] for item in ask(at, operation, **params).unwrap()["Items"]]


OF_ACME = {"tenant": by("EQ", "acme")}


@pytest.mark.parametrize("operator", ["AND", "OR"])
def test_conditions_on_thousands_of_attributes_are_asked_like_those_on_two(operator: str) -> None:
    at, absent = cloud(allow("*")), {f"a{number}": {"Exists": False} for number in range(5000)}
    here = {"title": {"Exists": False}} if operator == "AND" else {}
    asked = {"Item": note("acme", 1), "Expected": {**absent, **here}, "ConditionalOperator": operator}
    wanted = "ConditionalCheckFailedException: The conditional request failed" if operator == "AND" else "ok"
    assert told(ask(at, "PutItem", **asked)) == wanted


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (None, ["1", "2", "10"]),
        (by("EQ", 2), ["2"]),
        (by("LT", 2), ["1"]),
        (by("LE", 2), ["1", "2"]),
        (by("GT", 2), ["10"]),
        (by("GE", 2), ["2", "10"]),
        (by("BETWEEN", 2, 9), ["2"]),
    ],
)
def test_key_conditions_read_a_range_of_a_partition(condition: Any, expected: list[str]) -> None:
    stated = {**OF_ACME, **({} if condition is None else {"number": condition})}
    assert numbers(cloud(), KeyConditions=stated) == expected
    assert numbers(cloud(), KeyConditions=stated, ScanIndexForward=False) == expected[::-1]


def test_key_conditions_read_an_index_by_its_own_keys() -> None:
    due = {**OF_ACME, "due": by("BEGINS_WITH", "2026-01")}
    assert numbers(cloud(), KeyConditions=due, IndexName="byDue") == ["10"]
    assert numbers(cloud(), KeyConditions={"writer": by("EQ", "gus")}, IndexName="byWriter") != []


FIELDS = note("old", 1, text="hello", count=5, parts=["a", 2], flag={"BOOL": True}, tags={"SS": ["x", "y"]})


@pytest.mark.parametrize(
    ("name", "condition", "expected"),
    [
        ("text", by("EQ", "hello"), True),
        ("text", by("EQ", 5), False),
        ("flag", by("EQ", {"BOOL": True}), True),
        ("tags", by("EQ", {"SS": ["y", "x"]}), True),
        ("absent", by("EQ", "hello"), False),
        ("text", by("NE", "other"), True),
        ("text", by("NE", 5), True),
        ("absent", by("NE", 5), True),
        ("text", by("NE", "hello"), False),
        ("count", by("LT", 6), True),
        ("count", by("LT", "6"), False),
        ("count", by("GE", 5), True),
        ("count", by("BETWEEN", 5, 6), True),
        ("count", by("BETWEEN", 6, 7), False),
        ("count", by("IN", 1, 5), True),
        ("tags", by("IN", "x"), False),
        ("text", by("CONTAINS", "ell"), True),
        ("tags", by("CONTAINS", "x"), True),
        ("parts", by("CONTAINS", 2), True),
        ("absent", by("CONTAINS", "x"), False),
        ("text", by("NOT_CONTAINS", "ell"), False),
        ("text", by("NOT_CONTAINS", 5), True),
        ("absent", by("NOT_CONTAINS", "x"), False),
        ("text", by("BEGINS_WITH", "he"), True),
        ("count", by("BEGINS_WITH", "5"), False),
        ("text", by("NULL"), False),
        ("absent", by("NULL"), True),
        ("text", by("NOT_NULL"), True),
        ("absent", by("NOT_NULL"), False),
        ("text.of.a.map", by("NULL"), True),
    ],
)
def test_one_condition_means_the_same_as_expectation_and_as_filter(name: str, condition: Any, expected: bool) -> None:
    at = cloud()
    ask(at, "PutItem", Item=FIELDS).unwrap()
    found = numbers(at, KeyConditions={"tenant": by("EQ", "old")}, QueryFilter={name: condition})
    assert (found == ["1"]) is expected
    scanned = ask(at, "Scan", ScanFilter={"tenant": by("EQ", "old"), name: condition}).unwrap()
    assert (scanned["Count"] == 1) is expected
    written = ask(at, "PutItem", Item=FIELDS, Expected={name: condition})
    assert (written.error is None) is expected
    if not expected:
        assert told(written) == "ConditionalCheckFailedException: The conditional request failed"


def test_expectations_hold_writes_of_all_kinds() -> None:
    at = cloud()
    free, held = {"tenant": {"Exists": False}}, {"title": {"Value": {"S": "one"}}}
    refused = "ConditionalCheckFailedException: The conditional request failed"
    assert told(ask(at, "PutItem", Item=note("acme", 1), Expected=free)) == refused
    assert told(ask(at, "PutItem", Item=note("acme", 7), Expected=free)) == "ok"
    update = {"AttributeUpdates": {"title": {"Value": {"S": "uno"}}}}
    assert told(ask(at, "UpdateItem", Key=key("acme", 1), Expected=held, **update)) == "ok"
    assert told(ask(at, "DeleteItem", Key=key("acme", 1), Expected=held)) == refused
    shown = ask(
        at, "DeleteItem", Key=key("acme", 1), Expected=held, ReturnValuesOnConditionCheckFailure="ALL_OLD"
    ).error
    assert shown is not None
    assert shown.members["Item"]["title"] == {"S": "uno"}


def test_several_conditions_are_joined_by_and_unless_or_is_said() -> None:
    two = {"title": by("EQ", "one"), "secret": by("EQ", "other")}
    asked = {"KeyConditions": OF_ACME, "QueryFilter": two}
    assert numbers(cloud(), **asked) == []
    assert numbers(cloud(), **asked, ConditionalOperator="AND") == []
    assert numbers(cloud(), **asked, ConditionalOperator="OR") == ["1"]


BEFORE = note("acme", 1, count=5, parts=["a"], tags={"SS": ["x", "y"]}, title="one")


@pytest.mark.parametrize(
    ("updates", "changed"),
    [
        ({"title": {"Value": {"S": "new"}, "Action": "PUT"}}, {"title": {"S": "new"}}),
        ({"title": {"Value": {"S": "new"}}}, {"title": {"S": "new"}}),
        ({"a.b": {"Value": {"S": "new"}}}, {"a.b": {"S": "new"}}),
        ({"title": {"Action": "DELETE"}}, {"title": None}),
        ({"nothing": {"Action": "DELETE"}}, {}),
        ({"count": {"Action": "ADD", "Value": {"N": "-7"}}}, {"count": {"N": "-2"}}),
        ({"fresh": {"Action": "ADD", "Value": {"N": "3"}}}, {"fresh": {"N": "3"}}),
        ({"tags": {"Action": "ADD", "Value": {"SS": ["z", "x"]}}}, {"tags": {"SS": ["x", "y", "z"]}}),
        ({"tags": {"Action": "DELETE", "Value": {"SS": ["y"]}}}, {"tags": {"SS": ["x"]}}),
        ({"tags": {"Action": "DELETE", "Value": {"SS": ["x", "y"]}}}, {"tags": None}),
        ({"parts": {"Action": "ADD", "Value": {"L": [{"S": "a"}]}}}, {"parts": {"L": [{"S": "a"}, {"S": "a"}]}}),
        ({}, {}),
    ],
)
def test_attribute_updates_change_an_item(updates: Any, changed: dict[str, Any]) -> None:
    at = cloud()
    ask(at, "PutItem", Item=BEFORE).unwrap()
    answer = ask(at, "UpdateItem", Key=key("acme", 1), AttributeUpdates=updates, ReturnValues="ALL_NEW").unwrap()
    expected = {name: value for name, value in {**BEFORE, **changed}.items() if value is not None}
    assert answer["Attributes"] == expected
    modified = ask(at, "UpdateItem", Key=key("acme", 1), AttributeUpdates=updates, ReturnValues="UPDATED_OLD").unwrap()
    assert set(modified.get("Attributes", {})) <= set(updates)


@pytest.mark.parametrize(
    "update",
    [
        {"AttributeUpdates": {"title": {"Action": "DELETE"}}},
        {"AttributeUpdates": {"tags": {"Action": "DELETE", "Value": {"SS": ["x"]}}}},
        {"UpdateExpression": "REMOVE title"},
        {"UpdateExpression": "DELETE tags :t", "ExpressionAttributeValues": {":t": {"SS": ["x"]}}},
    ],
)
def test_what_only_takes_away_makes_no_item(update: dict[str, Any]) -> None:
    at = cloud()
    answer = ask(at, "UpdateItem", Key=key("new", 1), ReturnValues="ALL_NEW", **update).unwrap()
    assert answer == {}
    assert ask(at, "GetItem", Key=key("new", 1)).unwrap() == {}
    whole = {name: held for name, held in update.items() if name != "AttributeUpdates"}
    if "UpdateExpression" in whole:
        action = {"Update": {"TableName": "notes", "Key": key("new", 1), **whole}}
        ask(at, "TransactWriteItems", TransactItems=[action]).unwrap()
        assert ask(at, "GetItem", Key=key("new", 1)).unwrap() == {}
    assert ask(at, "UpdateItem", Key=key("new", 1), AttributeUpdates={}, ReturnValues="ALL_NEW").unwrap() != {}


def test_what_takes_from_inside_an_item_that_is_not_there_has_no_place_to_take_from() -> None:
    words = "ValidationException: The document path provided in the update expression is invalid for update"
    assert told(ask(cloud(), "UpdateItem", Key=key("new", 1), UpdateExpression="REMOVE parts[0]")) == words


ACME = {"Key": key("acme", 1)}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {}, "UpdateExpression": "REMOVE a"},
        EXPRESSIVE + "Non-expression parameters: {AttributeUpdates} Expression parameters: {UpdateExpression}",
    ),
    (
        "PutItem",
        {
            "Item": note("a", 1),
            "Expected": {"tenant": {"Exists": False}},
            "ConditionExpression": "attribute_not_exists(tenant)",
        },
        EXPRESSIVE + "Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
    ),
    (
        "Query",
        {"KeyConditions": OF_ACME, "KeyConditionExpression": "tenant = :t"},
        EXPRESSIVE + "Non-expression parameters: {KeyConditions} Expression parameters: {KeyConditionExpression}",
    ),
    (
        "Query",
        {"KeyConditionExpression": "tenant = :t", "QueryFilter": {"a": by("NULL")}},
        EXPRESSIVE + "Non-expression parameters: {QueryFilter} Expression parameters: {KeyConditionExpression}",
    ),
    (
        "Scan",
        {"AttributesToGet": ["a"], "ScanFilter": {"a": by("NULL")}, "FilterExpression": "attribute_exists(a)"},
        EXPRESSIVE + "Non-expression parameters: {AttributesToGet, ScanFilter} Expression parameters: "
        "{FilterExpression}",
    ),
    ("Query", {}, MISSING),
    ("Query", {"KeyConditions": {}}, "ValidationException: Conditions can be of length 1 or 2 only"),
    (
        "Query",
        {"KeyConditions": {"number": by("EQ", 1)}},
        "ValidationException: Query condition missed key schema element: tenant",
    ),
    (
        "Query",
        {"KeyConditions": {**OF_ACME, "title": by("EQ", "x")}},
        "ValidationException: Query condition missed key schema element: number",
    ),
    ("Query", {"KeyConditions": {"tenant": by("GT", "a")}}, "ValidationException: Query key condition not supported"),
    (
        "Query",
        {"KeyConditions": {**OF_ACME, "number": by("NE", 1)}},
        "ValidationException: Attempted conditional constraint is not an indexable operation",
    ),
    (
        "Query",
        {"KeyConditions": {**OF_ACME, "number": by("BEGINS_WITH", 1)}},
        INVALID + "ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type",
    ),
    (
        "Query",
        {"KeyConditions": {**OF_ACME, "number": by("EQ", "1")}},
        INVALID + "Condition parameter type does not match schema type",
    ),
    (
        "Query",
        {"KeyConditions": {"tenant": by("EQ", "a", "b")}},
        INVALID + "Invalid number of argument(s) for the EQ ComparisonOperator",
    ),
    (
        "Query",
        {"KeyConditions": OF_ACME, "QueryFilter": {"number": by("EQ", 1)}},
        "ValidationException: QueryFilter can only contain non-primary key attributes: Primary key attribute: number",
    ),
    (
        "Scan",
        {"ScanFilter": {"a": by("LT", {"BOOL": True})}},
        INVALID + "ComparisonOperator LT is not valid for BOOL AttributeValue type",
    ),
    (
        "Scan",
        {"ScanFilter": {"a": by("IN")}},
        INVALID + "Invalid number of argument(s) for the IN ComparisonOperator",
    ),
    (
        "Scan",
        {"ScanFilter": {"a": by("NULL", "x")}},
        INVALID + "Invalid number of argument(s) for the NULL ComparisonOperator",
    ),
    (
        "Scan",
        {"ScanFilter": {"a": by("BETWEEN", "x", 1)}},
        INVALID + "AttributeValues inside AttributeValueList must be of same type",
    ),
    ("Scan", {"ScanFilter": {"a": by("BETWEEN", 2, 1)}}, REVERSED),
    (
        "Scan",
        {"ScanFilter": {"a": by("NULL")}, "ConditionalOperator": "OR"},
        "ValidationException: ConditionalOperator can only be used when Filter or Expected has two or more elements",
    ),
    (
        "Scan",
        {"ConditionalOperator": "OR"},
        "ValidationException: ConditionalOperator cannot be used without Filter or Expected",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {}, "ConditionalOperator": "AND"},
        "ValidationException: ConditionalOperator cannot be used without Filter or Expected",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"ComparisonOperator": "LT"}}},
        INVALID + "Value or AttributeValueList must be used with ComparisonOperator: LT for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"ComparisonOperator": "LT", "Exists": True}}},
        INVALID + "Exists and ComparisonOperator cannot be used together for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"AttributeValueList": []}}},
        INVALID + "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"AttributeValueList": [], "Value": {"S": "x"}}}},
        INVALID + "Value and AttributeValueList cannot be used together for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {}}},
        INVALID + "Value must be provided when Exists is null for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"Exists": True}}},
        INVALID + "Value must be provided when Exists is true for Attribute: a",
    ),
    (
        "DeleteItem",
        {**ACME, "Expected": {"a": {"Exists": False, "Value": {"S": "x"}}}},
        INVALID + "Value cannot be used when Exists is false for Attribute: a",
    ),
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {"a": {"Action": "PUT"}}},
        INVALID + "Only DELETE action is allowed when no attribute value is specified",
    ),
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {"a": {"Action": "DELETE", "Value": {"S": "x"}}}},
        INVALID + "DELETE action with value is not supported for the type S",
    ),
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {"a": {"Action": "ADD", "Value": {"S": "x"}}}},
        INVALID + "ADD action is not supported for the type S",
    ),
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {"title": {"Action": "ADD", "Value": {"N": "1"}}}},
        "ValidationException: Type mismatch for attribute to update",
    ),
    (
        "UpdateItem",
        {**ACME, "AttributeUpdates": {"number": {"Value": {"N": "2"}}}},
        INVALID + "Cannot update attribute number. This attribute is part of the key",
    ),
    (
        "GetItem",
        {**ACME, "AttributesToGet": ["a", "b", "a"]},
        INVALID + "Duplicate value in attribute name: a",
    ),
]


@pytest.mark.parametrize(("operation", "params", "words"), REFUSED, ids=[str(number) for number in range(len(REFUSED))])
def test_what_is_wrong_with_them_is_refused_in_dynamodbs_words(
    operation: str, params: dict[str, Any], words: str
) -> None:
    at = cloud()
    before = at.world
    assert told(ask(at, operation, **params)) == words
    assert at.world == before


def test_key_conditions_may_stand_beside_other_expressions() -> None:
    mixed = {
        "KeyConditions": OF_ACME,
        "FilterExpression": "title = :t",
        "ExpressionAttributeValues": {":t": {"S": "two"}},
    }
    assert numbers(cloud(), **mixed) == ["2"]


def test_policies_see_what_they_name_as_they_see_expressions() -> None:
    names = ["tenant", "number", "title"]
    own = {"dynamodb:LeadingKeys": ["acme"], "dynamodb:Attributes": names}
    at = cloud(allow("dynamodb:*", Condition={"ForAllValues:StringEquals": own}))

    def allowed(operation: str, **params: Any) -> bool:
        return not told(ask(at, operation, **params)).startswith("AccessDenied")

    assert allowed("Query", KeyConditions=OF_ACME)
    assert not allowed("Query", KeyConditions={"tenant": by("EQ", "globex")})
    assert allowed("Query", KeyConditions=OF_ACME, QueryFilter={"title": by("NOT_NULL")})
    assert not allowed("Query", KeyConditions=OF_ACME, QueryFilter={"secret": by("BEGINS_WITH", "s")})
    assert not allowed("Query", KeyConditions=OF_ACME, AttributesToGet=["secret"])
    assert not allowed("Scan", ScanFilter={"secret": by("BEGINS_WITH", "s")})
    put = {"title": {"Value": {"S": "x"}}}
    assert allowed("UpdateItem", **ACME, AttributeUpdates=put)
    assert not allowed("UpdateItem", **ACME, AttributeUpdates={"secret": {"Action": "DELETE"}})
    assert not allowed("UpdateItem", **ACME, AttributeUpdates=put, Expected={"secret": {"Value": {"S": "s1"}}})
    assert not allowed("DeleteItem", **ACME, Expected={"secret": {"Value": {"S": "s1"}}})


def test_the_older_list_of_attributes_is_a_choice_of_attributes() -> None:
    at = cloud(allow("dynamodb:*", Condition={"StringEquals": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}))
    assert ask(at, "GetItem", **ACME, AttributesToGet=["title"]).unwrap()["Item"] == {"title": {"S": "one"}}
    keys = {"Keys": [key("acme", 1)], "AttributesToGet": ["title"]}
    found = ask(at, "BatchGetItem", RequestItems={"notes": keys}).unwrap()
    assert found["Responses"]["notes"] == [{"title": {"S": "one"}}]
    assert told(ask(at, "Query", KeyConditions=OF_ACME)).startswith("AccessDenied")
