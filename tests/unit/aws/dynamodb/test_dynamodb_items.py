"""Items at the door: what writes keep, what reads give, and what both say they cost."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from cogsim.errors import AwsError
from tests.generators.dynamodb_cloud import ITEMS, ask, cloud, key, note, told


def numbers(response: Any) -> list[str]:
    return [item["number"]["N"] for item in response["Items"]]


def read(at: Cloud, tenant: str, number: int) -> Any:
    return ask(at, "GetItem", Key=key(tenant, number)).unwrap().get("Item")


def test_an_item_is_read_as_it_was_written_with_numbers_in_normal_form() -> None:
    at = cloud()
    item = note("acme", 7, n={"N": "+001.500E1"}, s={"SS": ["b", "a"]}, m={"M": {"x": {"NULL": True}}}, b={"B": b"\0"})
    assert ask(at, "PutItem", Item=item).unwrap() == {}
    kept = {**item, "n": {"N": "15"}, "s": {"SS": ["a", "b"]}, "m": {"M": {"x": {"NULL": True}}}}
    assert read(at, "acme", 7) == kept


def test_an_item_that_is_not_there_is_no_error_and_no_item() -> None:
    assert ask(cloud(), "GetItem", Key=key("acme", 99)).unwrap() == {}


def test_a_condition_that_fails_changes_nothing_and_shows_the_item_on_request() -> None:
    at = cloud()
    asked = {"Item": note("acme", 1), "ConditionExpression": "attribute_not_exists(tenant)"}
    refused = ask(at, "PutItem", **asked, ReturnValuesOnConditionCheckFailure="ALL_OLD")
    assert told(refused) == "ConditionalCheckFailedException: The conditional request failed"
    assert refused.error is not None
    assert refused.error.members["Item"] == ITEMS[0]
    unasked = ask(at, "PutItem", **asked)
    assert unasked.error is not None
    assert unasked.error.members == {}
    assert read(at, "acme", 1) == ITEMS[0]


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("NONE", None),
        ("ALL_OLD", ITEMS[0]),
        ("ALL_NEW", note("acme", 1, title="new", secret="s1", count=1)),
        ("UPDATED_OLD", {"title": {"S": "one"}}),
        ("UPDATED_NEW", {"title": {"S": "new"}, "count": {"N": "1"}}),
    ],
)
def test_an_update_returns_what_is_asked_for(asked: str, given: Any) -> None:
    answer = ask(
        cloud(),
        "UpdateItem",
        Key=key("acme", 1),
        UpdateExpression="SET title = :t ADD #c :one",
        ExpressionAttributeNames={"#c": "count"},
        ExpressionAttributeValues={":t": {"S": "new"}, ":one": {"N": "1"}},
        ReturnValues=asked,
    ).unwrap()
    assert answer.get("Attributes") == given


def test_an_update_of_what_is_not_there_makes_it() -> None:
    at = cloud()
    ask(at, "UpdateItem", Key=key("new", 1)).unwrap()
    assert read(at, "new", 1) == key("new", 1)


def test_a_deleted_item_is_gone_from_table_and_indexes() -> None:
    at = cloud()
    gone = ask(at, "DeleteItem", Key=key("acme", 10), ReturnValues="ALL_OLD").unwrap()
    assert gone["Attributes"] == ITEMS[2]
    assert read(at, "acme", 10) is None
    found = ask(
        at,
        "Query",
        IndexName="byWriter",
        KeyConditionExpression="writer = :w",
        ExpressionAttributeValues={":w": {"S": "ann"}},
    ).unwrap()
    assert found["Items"] == []
    assert ask(at, "DeleteItem", Key=key("acme", 10)).unwrap() == {}


def test_a_query_gives_a_partition_in_the_order_of_numbers() -> None:
    at = cloud()
    asked = {"KeyConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": {"S": "acme"}}}
    assert numbers(ask(at, "Query", **asked).unwrap()) == ["1", "2", "10"]
    assert numbers(ask(at, "Query", **asked, ScanIndexForward=False).unwrap()) == ["10", "2", "1"]


def test_an_index_gives_what_it_holds_and_a_local_one_fetches_the_rest() -> None:
    at = cloud()
    writer = {"KeyConditionExpression": "writer = :v", "ExpressionAttributeValues": {":v": {"S": "ann"}}}
    (found,) = ask(at, "Query", IndexName="byWriter", **writer).unwrap()["Items"]
    assert sorted(found) == ["number", "tenant", "title", "writer"]
    due = {"KeyConditionExpression": "tenant = :v", "ExpressionAttributeValues": {":v": {"S": "acme"}}}
    held = ask(at, "Query", IndexName="byDue", **due).unwrap()["Items"]
    assert [sorted(item) for item in held] == [["due", "number", "tenant"]] * 2
    assert [item["number"]["N"] for item in held] == ["10", "2"]
    whole = ask(at, "Query", IndexName="byDue", Select="ALL_ATTRIBUTES", **due, ReturnConsumedCapacity="TOTAL").unwrap()
    assert whole["Items"] == [ITEMS[2], ITEMS[1]]
    assert whole["ConsumedCapacity"]["CapacityUnits"] == 1.0


def test_pages_end_with_the_limit_and_go_on_behind_it() -> None:
    at = cloud()
    asked: dict[str, Any] = {"Limit": 2, "FilterExpression": "attribute_exists(title)"}
    first = ask(at, "Scan", **asked).unwrap()
    assert (first["Count"], first["ScannedCount"]) == (2, 2)
    second = ask(at, "Scan", **asked, ExclusiveStartKey=first["LastEvaluatedKey"]).unwrap()
    third = ask(at, "Scan", **asked, ExclusiveStartKey=second["LastEvaluatedKey"]).unwrap()
    assert "LastEvaluatedKey" not in third
    every = [*first["Items"], *second["Items"], *third["Items"]]
    assert sorted(map(str, every)) == sorted(map(str, ask(at, "Scan").unwrap()["Items"]))


def test_a_page_is_no_larger_than_a_megabyte_and_counts_before_the_filter() -> None:
    at = cloud()
    for number in range(4):
        ask(at, "PutItem", Item=note("big", number, body="x" * 390_000)).unwrap()
    asked: dict[str, Any] = {
        "KeyConditionExpression": "tenant = :t",
        "FilterExpression": "attribute_not_exists(body)",
        "ExpressionAttributeValues": {":t": {"S": "big"}},
    }
    page = ask(at, "Query", **asked, ReturnConsumedCapacity="TOTAL").unwrap()
    assert (page["Count"], page["ScannedCount"], page["LastEvaluatedKey"]) == (0, 2, key("big", 1))
    assert page["ConsumedCapacity"]["CapacityUnits"] == 95.5
    rest = ask(at, "Query", **asked, ExclusiveStartKey=page["LastEvaluatedKey"]).unwrap()
    assert (rest["ScannedCount"], "LastEvaluatedKey" in rest) == (2, False)


def test_segments_cut_a_scan_without_overlap_in_the_same_way_every_time() -> None:
    at = cloud()
    for number in range(40):
        ask(at, "PutItem", Item=note(f"t{number}", 1)).unwrap()
    parts = [ask(at, "Scan", Segment=each, TotalSegments=7).unwrap()["Items"] for each in range(7)]
    assert [item for part in parts for item in part] == ask(at, "Scan").unwrap()["Items"]
    assert sum(map(bool, parts)) > 1


@pytest.mark.parametrize(
    ("operation", "params", "units"),
    [
        ("GetItem", {"Key": key("acme", 1)}, 0.5),
        ("GetItem", {"Key": key("acme", 1), "ConsistentRead": True}, 1.0),
        ("GetItem", {"Key": key("nobody", 1)}, 0.5),
        ("PutItem", {"Item": note("acme", 5)}, 1.0),
        ("PutItem", {"Item": note("acme", 5, body="x" * 1024)}, 2.0),
        ("PutItem", {"Item": note("acme", 5, writer="ann")}, 2.0),
        ("PutItem", {"Item": note("acme", 10, writer="bea")}, 4.0),
        ("DeleteItem", {"Key": key("acme", 10)}, 3.0),
    ],
)
def test_capacity_is_counted_as_dynamodb_counts(operation: str, params: dict[str, Any], units: float) -> None:
    answer = ask(cloud(), operation, **params, ReturnConsumedCapacity="INDEXES").unwrap()
    assert answer["ConsumedCapacity"]["CapacityUnits"] == units
    assert answer["ConsumedCapacity"]["TableName"] == "notes"


def test_the_partition_of_a_table_with_local_indexes_is_measured_on_request() -> None:
    answer = ask(cloud(), "PutItem", Item=note("acme", 3), ReturnItemCollectionMetrics="SIZE").unwrap()
    assert answer["ItemCollectionMetrics"] == {
        "ItemCollectionKey": {"tenant": {"S": "acme"}},
        "SizeEstimateRangeGB": [0.0, 1.0],
    }


def test_batches_read_and_write_several_items() -> None:
    at = cloud()
    requests = [{"PutRequest": {"Item": note("new", 1)}}, {"DeleteRequest": {"Key": key("acme", 1)}}]
    assert ask(at, "BatchWriteItem", RequestItems={"notes": requests}).unwrap() == {"UnprocessedItems": {}}
    keys = [key("new", 1), key("acme", 1), key("acme", 2)]
    asked = {"notes": {"Keys": keys, "ProjectionExpression": "title, tenant"}}
    found = ask(at, "BatchGetItem", RequestItems=asked, ReturnConsumedCapacity="TOTAL").unwrap()
    assert found["Responses"] == {"notes": [{"tenant": {"S": "new"}}, {"tenant": {"S": "acme"}, "title": {"S": "two"}}]}
    assert found["ConsumedCapacity"] == [{"TableName": "notes", "CapacityUnits": 1.5}]


def test_what_does_not_fit_into_sixteen_megabytes_is_left_for_the_next_request() -> None:
    at = cloud()
    for number in range(45):
        ask(at, "PutItem", Item=note("big", number, body="x" * 390_000)).unwrap()
    keys = [key("big", number) for number in range(45)]
    found = ask(at, "BatchGetItem", RequestItems={"notes": {"Keys": keys}}).unwrap()
    assert len(found["Responses"]["notes"]) == 43
    assert found["UnprocessedKeys"]["notes"]["Keys"] == keys[43:]


def test_a_transaction_writes_all_or_nothing_and_says_why() -> None:
    at = cloud()
    put = {"Put": {"TableName": "notes", "Item": note("new", 1)}}
    check = {
        "ConditionCheck": {
            "TableName": "notes",
            "Key": key("acme", 1),
            "ConditionExpression": "title = :t",
            "ExpressionAttributeValues": {":t": {"S": "another"}},
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
    }
    refused = ask(at, "TransactWriteItems", TransactItems=[put, check])
    assert told(refused) == (
        "TransactionCanceledException: Transaction cancelled, please refer cancellation reasons for specific reasons "
        "[None, ConditionalCheckFailed]"
    )
    assert refused.error is not None
    reasons: Any = refused.error.members["CancellationReasons"]
    assert reasons[1] == {
        "Code": "ConditionalCheckFailed",
        "Message": "The conditional request failed",
        "Item": ITEMS[0],
    }
    assert read(at, "new", 1) is None
    done = ask(at, "TransactWriteItems", TransactItems=[put], ReturnConsumedCapacity="TOTAL").unwrap()
    assert done["ConsumedCapacity"][0]["WriteCapacityUnits"] == 2.0
    gets = [{"Get": {"TableName": "notes", "Key": key("new", number)}} for number in (1, 2)]
    assert ask(at, "TransactGetItems", TransactItems=gets).unwrap() == {"Responses": [{"Item": note("new", 1)}, {}]}


def test_a_token_stands_for_one_request_for_ten_minutes() -> None:
    at = cloud()

    def add(amount: str) -> str:
        update = {
            "TableName": "notes",
            "Key": key("acme", 1),
            "UpdateExpression": "ADD votes :v",
            "ExpressionAttributeValues": {":v": {"N": amount}},
        }
        return told(ask(at, "TransactWriteItems", TransactItems=[{"Update": update}], ClientRequestToken="once"))

    assert (add("1"), add("1")) == ("ok", "ok")
    assert read(at, "acme", 1)["votes"] == {"N": "1"}
    assert add("2").startswith("IdempotentParameterMismatchException")
    at.advance(600)
    assert add("1") == "ok"
    assert read(at, "acme", 1)["votes"] == {"N": "2"}


def test_a_cancelled_transaction_may_be_tried_again_with_its_token() -> None:
    at = cloud()
    put = {"TableName": "notes", "Item": note("acme", 1), "ConditionExpression": "attribute_not_exists(tenant)"}
    asked = {"TransactItems": [{"Put": put}], "ClientRequestToken": "again"}
    assert told(ask(at, "TransactWriteItems", **asked)).startswith("TransactionCanceledException")
    ask(at, "DeleteItem", Key=key("acme", 1)).unwrap()
    assert told(ask(at, "TransactWriteItems", **asked)) == "ok"


def test_a_table_that_is_not_there_is_not_found_by_whoever_may_ask() -> None:
    with pytest.raises(AwsError, match="Requested resource not found"):
        ask(cloud(), "GetItem", TableName="nope", Key={}).unwrap()
