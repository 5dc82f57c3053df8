"""UpdateTable: what it changes, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from tests.generators.dynamodb_cloud import NOTES, ask, cloud, note, told

INVALID = "ValidationException: One or more parameter values were invalid: "
UNITS = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
MADE: dict[str, Any] = {
    "TableName": "made",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


def index(name: str, key: str, **more: Any) -> dict[str, Any]:
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}, **more}


def defined(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def made_provisioned() -> Cloud:
    """A cloud with a table `made` that has capacity, and an index `one` of its own."""
    at = cloud()
    members = {**MADE, "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
    indexes = [index("one", "x", ProvisionedThroughput=UNITS)]
    ask(
        at, "CreateTable", **members | {"AttributeDefinitions": defined("id", "x"), "GlobalSecondaryIndexes": indexes}
    ).unwrap()
    return at


def change(action: str, name: str = "one", **more: Any) -> dict[str, Any]:
    return {action: {"IndexName": name, **more}}


CREATE = {"Create": index("two", "y", ProvisionedThroughput=UNITS)}
NEW = {"AttributeDefinitions": defined("y")}
ALREADY = (
    "Requested ReadCapacityUnits: 2. Current WriteCapacityUnits provisioned for {}: 3. Requested WriteCapacityUnits: "
    "3. Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
)


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "),
        ({"AttributeDefinitions": defined("id")}, "ValidationException: At least one of ProvisionedThroughput, "),
        ({"GlobalSecondaryIndexUpdates": []}, "ValidationException: At least one of ProvisionedThroughput, "),
        (
            {"GlobalSecondaryIndexUpdates": [], "DeletionProtectionEnabled": True},
            f"{INVALID}List of GlobalSecondaryIndexUpdates is empty",
        ),
        (
            {"ProvisionedThroughput": UNITS},
            (
                "ValidationException: The provisioned throughput for the table will not change. The requested value "
                f"equals the current value. Current ReadCapacityUnits provisioned for the table: 2. "
                f"{ALREADY.format('the table')}"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [change("Update", ProvisionedThroughput=UNITS)]},
            (
                "ValidationException: The provisioned throughput for the index one will not change. The requested "
                f"value equals the current value. Current ReadCapacityUnits provisioned for index one: 2. "
                f"{ALREADY.format('index one')}"
            ),
        ),
        (
            {"BillingMode": "PROVISIONED"},
            f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED",
        ),
        (
            {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": UNITS},
            (
                f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                "PAY_PER_REQUEST"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE, change("Delete")], **NEW},
            (
                "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted "
                "simultaneously per table"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [change("Delete"), change("Delete")]},
            (f"{INVALID}Only one global secondary index update per index is allowed simultaneously. Index: one"),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [change("Delete") | change("Update", ProvisionedThroughput=UNITS)]},
            f"{INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{}]},
            (
                f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
                "GlobalSecondaryIndexUpdate.Delete must not be null"
            ),
        ),
        (
            {"GlobalSecondaryIndexUpdates": [change("Delete", "gone")]},
            "ResourceNotFoundException: Requested resource not found: Index gone for table made",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE]},
            f"{INVALID}AttributeDefinitions is not specified for index: two",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": index("one", "y", ProvisionedThroughput=UNITS)}], **NEW},
            f"{INVALID}Index already exists: one",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [{"Create": index("two", "y")}], **NEW},
            f"{INVALID}ProvisionedThroughput is not specified for index: two",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE], **NEW, "TableClass": "STANDARD"},
            "ValidationException: TableClass modification must be the only operation in the request",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE], **NEW, "DeletionProtectionEnabled": True},
            "ValidationException: DeletionProtection modification must be the only operation in the request",
        ),
        (
            {"GlobalSecondaryIndexUpdates": [CREATE], **NEW, "ProvisionedThroughput": UNITS},
            "ValidationException: You cannot create or delete index while updating table IOPS",
        ),
    ],
    ids=str,
)
def test_a_change_that_cannot_be_is_refused(params: dict[str, Any], text: str) -> None:
    at = made_provisioned()
    before = at.world
    assert told(ask(at, "UpdateTable", TableName="made", **params)).startswith(text)
    assert at.world == before


def test_a_change_of_nothing_is_refused_before_the_table_is_looked_for() -> None:
    assert told(ask(cloud(), "UpdateTable", TableName="none")).startswith("ValidationException: At least one of")


def test_a_twenty_first_index_is_beyond_the_limit() -> None:
    at = cloud()
    names = [f"index{number}" for number in range(20)]
    members = {"GlobalSecondaryIndexes": [index(name, "id") for name in names]}
    ask(at, "CreateTable", **MADE | members).unwrap()
    more = {"GlobalSecondaryIndexUpdates": [{"Create": index("more", "id")}], "AttributeDefinitions": defined("id")}
    assert told(ask(at, "UpdateTable", TableName="made", **more)) == (
        "LimitExceededException: Subscriber limit exceeded: Number of global secondary indexes exceeds per-table limit "
        "of 20"
    )


def test_a_change_of_billing_takes_the_indexes_with_it() -> None:
    at = made_provisioned()
    ask(at, "UpdateTable", TableName="made", BillingMode="PAY_PER_REQUEST").unwrap()
    table = ask(at, "DescribeTable", TableName="made").unwrap()["Table"]
    assert table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    back = {"TableName": "made", "BillingMode": "PROVISIONED", "ProvisionedThroughput": UNITS}
    assert told(ask(at, "UpdateTable", **back)) == f"{INVALID}ProvisionedThroughput is not specified for index: one"
    updates = [change("Update", ProvisionedThroughput=UNITS)]
    ask(at, "UpdateTable", **back, GlobalSecondaryIndexUpdates=updates).unwrap()


def test_a_deleted_index_takes_the_definitions_of_its_keys_with_it() -> None:
    at = made_provisioned()
    ask(at, "UpdateTable", TableName="made", GlobalSecondaryIndexUpdates=[change("Delete")]).unwrap()
    table = ask(at, "DescribeTable", TableName="made").unwrap()["Table"]
    assert table["AttributeDefinitions"] == defined("id")
    assert "GlobalSecondaryIndexes" not in table


def test_an_index_made_later_leaves_out_what_its_key_does_not_fit() -> None:
    at = cloud()
    for number, label in ((7, {"S": "fits"}), (8, {"N": "1"}), (9, {"S": ""}), (11, {"L": []})):
        ask(at, "PutItem", Item=note("acme", number, label=label)).unwrap()
    update = {
        "AttributeDefinitions": defined("label"),
        "GlobalSecondaryIndexUpdates": [{"Create": index("byLabel", "label")}],
    }
    ask(at, "UpdateTable", **update).unwrap()
    found = ask(at, "Scan", IndexName="byLabel").unwrap()["Items"]
    assert [item["number"]["N"] for item in found] == ["7"]


@pytest.mark.parametrize(
    "update", [{"Delete": {}}, {"Update": {"ProvisionedThroughput": UNITS}}], ids=["delete", "update"]
)
def test_a_local_index_cannot_be_changed(update: dict[str, Any]) -> None:
    ((action, members),) = update.items()
    local = next(name for name, held in NOTES.indexes.items() if not held.is_global)
    refused = ask(cloud(), "UpdateTable", GlobalSecondaryIndexUpdates=[change(action, local, **members)])
    text = f"ResourceNotFoundException: Requested resource not found: Index {local} for table notes"
    assert told(refused) == text
