"""Which condition keys a request carries, held against what AWS publishes of the action that it asks for."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from cogsim.load.service_data import actions
from tests.generators.dynamodb_cloud import allow, ask, cloud, key, note

KEYS = (
    "LeadingKeys", "FirstPartitionKeyValues", "Attributes", "Select", "ReturnValues", "ReturnConsumedCapacity",
    "EnclosingOperation", "FullTableScan",
)  # fmt: skip
#: Carried, though the data does not list them: the first is newer than it, and the guide shows the second of
#: every action inside a transaction.
UNLISTED = {"FirstPartitionKeyValues"}
UNLISTED_OF_CHECKS = {*UNLISTED, "EnclosingOperation"}
ROW = key("acme", 1)
WHOLE = "WHERE tenant = 'acme' AND number = 1"
TENANT = {"KeyConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": {"S": "acme"}}}


def one(kind: str, **members: Any) -> dict[str, Any]:
    return {"TransactItems": [{kind: {"TableName": "notes", **members}}]}


@cache
def guarded(name: str) -> Cloud:
    """A cloud whose caller may do everything with requests that carry the key."""
    return cloud(allow("dynamodb:*", Condition={"Null": {f"dynamodb:{name}": "false"}}))


def carried(operation: str, params: dict[str, Any]) -> set[str]:
    """The keys that are there, asked for one by one; a batch of statements tells of each by itself."""
    outcomes = {name: ask(guarded(name), operation, **params) for name in KEYS}
    return {name for name, outcome in outcomes.items() if "AccessDenied" not in f"{outcome.error!r} {outcome.response}"}


REQUESTS: list[tuple[str, str, dict[str, Any], set[str]]] = [
    ("GetItem", "GetItem", {"Key": ROW}, {"EnclosingOperation"}),
    ("BatchGetItem", "BatchGetItem", {"RequestItems": {"notes": {"Keys": [ROW]}}}, set()),
    ("BatchWriteItem", "BatchWriteItem", {"RequestItems": {"notes": [{"DeleteRequest": {"Key": ROW}}]}}, set()),
    ("PutItem", "PutItem", {"Item": note("acme", 1)}, {"EnclosingOperation"}),
    ("UpdateItem", "UpdateItem", {"Key": ROW}, {"EnclosingOperation"}),
    ("DeleteItem", "DeleteItem", {"Key": ROW}, {"EnclosingOperation"}),
    ("Query", "Query", TENANT, {"ReturnValues"}),
    ("Scan", "Scan", {"ProjectionExpression": "title"}, {"ReturnValues"}),
    ("GetItem", "TransactGetItems", one("Get", Key=ROW), set()),
    ("PutItem", "TransactWriteItems", one("Put", Item=note("acme", 1)), {"ReturnValues"}),
    ("UpdateItem", "TransactWriteItems", one("Update", Key=ROW, UpdateExpression="REMOVE a"), {"ReturnValues"}),
    ("DeleteItem", "TransactWriteItems", one("Delete", Key=ROW), {"ReturnValues"}),
    (
        "ConditionCheckItem",
        "TransactWriteItems",
        one("ConditionCheck", Key=ROW, ConditionExpression="attribute_exists(tenant)"),
        {"ReturnValues"},
    ),
    *(
        (action, "ExecuteStatement", {"Statement": statement}, {"EnclosingOperation"})
        for action, statement in (
            ("PartiQLSelect", "SELECT title FROM notes WHERE tenant = 'acme'"),
            ("PartiQLInsert", "INSERT INTO notes VALUE {'tenant': 'acme', 'number': 9}"),
            ("PartiQLUpdate", f"UPDATE notes SET a = 1 {WHOLE}"),
            ("PartiQLDelete", f"DELETE FROM notes {WHOLE}"),
        )
    ),
    *(
        (action, "ExecuteTransaction", {"TransactStatements": [{"Statement": statement}]}, set())
        for action, statement in (
            ("PartiQLSelect", f"SELECT * FROM notes {WHOLE}"),
            ("PartiQLInsert", "INSERT INTO notes VALUE {'tenant': 'acme', 'number': 9}"),
            ("PartiQLUpdate", f"UPDATE notes SET a = 1 {WHOLE}"),
            ("PartiQLDelete", f"DELETE FROM notes {WHOLE}"),
        )
    ),
    (
        "PartiQLSelect",
        "BatchExecuteStatement",
        {"Statements": [{"Statement": f"SELECT * FROM notes {WHOLE}"}]},
        {"EnclosingOperation"},
    ),
]


@pytest.mark.parametrize(
    ("action", "operation", "params", "absent"), REQUESTS, ids=[f"{each[0]}-{each[1]}" for each in REQUESTS]
)
def test_a_request_carries_the_published_keys(
    action: str, operation: str, params: dict[str, Any], absent: set[str]
) -> None:
    found = carried(operation, params)
    listed = {name for name in KEYS if actions("dynamodb")[action.casefold()].carries(f"dynamodb:{name}")}
    assert found - listed <= (UNLISTED_OF_CHECKS if action == "ConditionCheckItem" else UNLISTED)
    assert listed - found == absent
