"""Tables at the door: made, described, changed, deleted; tags and expiry; PartiQL; the trail; boto3."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.conditions import Attr, Key

import cogsim
from cogsim.aws.trail import records
from cogsim.simulation import Simulation
from tests.generators.dynamodb_cloud import ARN, ITEMS, allow, ask, cloud, key, note, told

KEYS: dict[str, Any] = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}
MADE: dict[str, Any] = {**KEYS, "TableName": "made", "BillingMode": "PAY_PER_REQUEST"}
UNITS = {"ReadCapacityUnits": 2, "WriteCapacityUnits": 3}
INVALID = "ValidationException: One or more parameter values were invalid: "


def index(name: str, *keys: str, **more: Any) -> dict[str, Any]:
    schema = [{"AttributeName": each, "KeyType": kind} for each, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}, **more}


def defined(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def keyed(name: str, kinds: str) -> dict[str, Any]:
    """An index of the attributes a, b, c, ..., each a partition key (H) or a sort key (R)."""
    words = {"H": "HASH", "R": "RANGE"}
    schema = [{"AttributeName": each, "KeyType": words[kind]} for each, kind in zip("abcdefgh", kinds, strict=False)]
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def test_a_table_that_is_made_holds_items_and_is_described() -> None:
    at = cloud()
    made = ask(at, "CreateTable", **MADE, Tags=[{"Key": "team", "Value": "red"}]).unwrap()["TableDescription"]
    assert (made["TableStatus"], made["TableArn"]) == ("CREATING", ARN.replace("notes", "made"))
    ask(at, "PutItem", TableName="made", Item={"id": {"S": "x"}}).unwrap()
    table = ask(at, "DescribeTable", TableName="made").unwrap()["Table"]
    assert (table["TableStatus"], table["ItemCount"], table["TableSizeBytes"]) == ("ACTIVE", 1, 3)
    assert table["BillingModeSummary"] == {"BillingMode": "PAY_PER_REQUEST"}
    assert table["TableId"] == made["TableId"]
    assert ask(at, "ListTables").unwrap() == {"TableNames": ["made", "notes"]}
    assert ask(at, "ListTables", Limit=1).unwrap() == {"TableNames": ["made"], "LastEvaluatedTableName": "made"}
    assert ask(at, "ListTables", ExclusiveStartTableName="made").unwrap() == {"TableNames": ["notes"]}
    assert told(ask(at, "CreateTable", **MADE)) == "ResourceInUseException: Table already exists: made"


def test_a_deleted_table_takes_its_items_with_it() -> None:
    at = cloud()
    assert ask(at, "DeleteTable").unwrap()["TableDescription"]["TableStatus"] == "DELETING"
    assert told(ask(at, "DescribeTable")) == (
        "ResourceNotFoundException: Requested resource not found: Table: notes not found"
    )
    assert not at.world.items


def test_a_protected_table_is_not_deleted() -> None:
    at = cloud()
    ask(at, "UpdateTable", DeletionProtectionEnabled=True).unwrap()
    assert told(ask(at, "DeleteTable")) == (
        "ValidationException: Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first."
    )


def test_an_index_made_later_holds_the_items_that_were_there() -> None:
    at = cloud()
    created = {"Create": index("byTitle", "title")}
    definitions = [*defined("tenant", "writer", "due", "title"), {"AttributeName": "number", "AttributeType": "N"}]
    ask(at, "UpdateTable", AttributeDefinitions=definitions, GlobalSecondaryIndexUpdates=[created]).unwrap()
    asked = {"KeyConditionExpression": "title = :t", "ExpressionAttributeValues": {":t": {"S": "two"}}}
    assert ask(at, "Query", IndexName="byTitle", **asked).unwrap()["Items"] == [ITEMS[1]]
    ask(at, "PutItem", Item=note("acme", 3, title="two")).unwrap()
    assert ask(at, "Query", IndexName="byTitle", **asked).unwrap()["Count"] == 2
    ask(at, "UpdateTable", GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "byTitle"}}]).unwrap()
    refused = told(ask(at, "Query", IndexName="byTitle", **asked))
    assert refused == "ValidationException: The table does not have the specified index: byTitle"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        (
            {"AttributeDefinitions": defined("id", "x")},
            (
                f"{INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in "
                "AttributeDefinitions"
            ),
        ),
        (
            {"AttributeDefinitions": defined("x")},
            (
                f"{INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: [id], "
                "AttributeDefinitions: [x]"
            ),
        ),
        (
            {"BillingMode": None},
            (
                f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
                "PROVISIONED"
            ),
        ),
        (
            {"GlobalSecondaryIndexes": [index("odd", "id", ProvisionedThroughput=UNITS)]},
            (
                f"{INVALID}ProvisionedThroughput should not be specified for index: odd when BillingMode is "
                "PAY_PER_REQUEST"
            ),
        ),
        (
            {
                "BillingMode": "PROVISIONED",
                "ProvisionedThroughput": UNITS,
                "GlobalSecondaryIndexes": [index("odd", "id")],
            },
            f"{INVALID}ProvisionedThroughput is not specified for index: odd",
        ),
        ({"AttributeDefinitions": defined("id", "id")}, f"{INVALID}Attribute Name is duplicated: id"),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": kind} for kind in ("HASH", "RANGE")]},
            "ValidationException: Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            {"KeySchema": [{"AttributeName": each, "KeyType": "HASH"} for each in ("id", "x")]},
            "ValidationException: Invalid KeySchema: The second KeySchemaElement is not a RANGE key type",
        ),
        (
            {"GlobalSecondaryIndexes": [keyed("many", "HHHHH")], "AttributeDefinitions": defined("id", *"abcde")},
            f"{INVALID}The KeySchema exceeds the maximum allowed number of HASH key attributes",
        ),
        (
            {"GlobalSecondaryIndexes": [keyed("many", "HRRRRR")], "AttributeDefinitions": defined("id", *"abcdef")},
            f"{INVALID}The KeySchema exceeds the maximum allowed number of RANGE key attributes",
        ),
        (
            {"GlobalSecondaryIndexes": [keyed("many", "HRH")], "AttributeDefinitions": defined("id", *"abc")},
            f"{INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema",
        ),
        (
            {
                "GlobalSecondaryIndexes": [
                    index("odd", "id", Projection={"ProjectionType": "INCLUDE", "NonKeyAttributes": ["x", "x"]})
                ]
            },
            f"{INVALID}Duplicate element in NonKeyAttributes: x",
        ),
        (
            {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}},
            (
                f"{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                "PAY_PER_REQUEST"
            ),
        ),
        (
            {"LocalSecondaryIndexes": [index("local", "id", "x")], "AttributeDefinitions": defined("id", "x")},
            (
                f"{INVALID}Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex"
            ),
        ),
        (
            {
                "GlobalSecondaryIndexes": [index("same", "x"), index("same", "x")],
                "AttributeDefinitions": defined("id", "x"),
            },
            f"{INVALID}Duplicate index name: same",
        ),
        (
            {"GlobalSecondaryIndexes": [index("odd", "id", Projection={"ProjectionType": "INCLUDE"})]},
            f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
        ),
        (
            {"KeySchema": [{"AttributeName": "id", "KeyType": "RANGE"}]},
            "ValidationException: Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
        ),
    ],
    ids=str,
)
def test_a_table_that_cannot_be_is_refused(params: dict[str, Any], text: str) -> None:
    members = {name: value for name, value in {**MADE, **params}.items() if value is not None}
    assert told(ask(cloud(), "CreateTable", **members)) == text


def test_tags_need_a_right_of_their_own_when_a_table_is_made() -> None:
    at = cloud(allow("dynamodb:CreateTable"))
    assert told(ask(at, "CreateTable", **MADE, Tags=[{"Key": "a", "Value": "b"}])).startswith("AccessDeniedException")
    assert told(ask(at, "CreateTable", **MADE)) == "ok"


def test_tags_are_put_listed_and_taken_off() -> None:
    at = cloud()
    ask(at, "TagResource", ResourceArn=ARN, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]).unwrap()
    ask(at, "UntagResource", ResourceArn=ARN, TagKeys=["a"]).unwrap()
    assert ask(at, "ListTagsOfResource", ResourceArn=ARN).unwrap() == {"Tags": [{"Key": "b", "Value": "2"}]}


def test_expiry_is_switched_and_described() -> None:
    at = cloud()
    spec = {"AttributeName": "expires", "Enabled": True}
    assert ask(at, "DescribeTimeToLive").unwrap() == {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    ask(at, "UpdateTimeToLive", TimeToLiveSpecification=spec).unwrap()
    described = ask(at, "DescribeTimeToLive").unwrap()["TimeToLiveDescription"]
    assert described == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    again = ask(at, "UpdateTimeToLive", TimeToLiveSpecification=spec)
    assert told(again) == "ValidationException: TimeToLive is already enabled"
    active = "ValidationException: TimeToLive is active on a different AttributeName: current AttributeName is expires"
    for enabled in (True, False):
        other = {"AttributeName": "gone", "Enabled": enabled}
        assert told(ask(at, "UpdateTimeToLive", TimeToLiveSpecification=other)) == active
    off = {**spec, "Enabled": False}
    ask(at, "UpdateTimeToLive", TimeToLiveSpecification=off).unwrap()
    again = ask(at, "UpdateTimeToLive", TimeToLiveSpecification={**off, "AttributeName": "gone"})
    assert told(again) == "ValidationException: TimeToLive is already disabled"


def run(at: Any, statement: str, *parameters: Any, **more: Any) -> Any:
    given = {"Parameters": list(parameters)} if parameters else {}
    return ask(at, "ExecuteStatement", Statement=statement, **given, **more)


def test_statements_read_and_write_by_key() -> None:
    at = cloud()
    insert = "INSERT INTO notes VALUE {'tenant': 'new', 'number': 1, 'tags': <<'a', 'b'>>, 'list': [1, {'k': ?}, null]}"
    assert run(at, insert, {"BOOL": True}).unwrap() == {"Items": []}
    assert told(run(at, insert, {"BOOL": True})) == "DuplicateItemException: Duplicate primary key exists in table"
    where = "WHERE tenant = 'new' AND number = 1"
    update = f"UPDATE notes SET votes = 1 SET list[0] = ? REMOVE list[2] {where} RETURNING ALL NEW *"
    (item,) = run(at, update, {"S": "it's"}).unwrap()["Items"]
    assert item["list"] == {"L": [{"S": "it's"}, {"M": {"k": {"BOOL": True}}}]}
    assert told(run(at, f"UPDATE notes SET votes = votes + 1 {where} AND votes = 7")) == (
        "ConditionalCheckFailedException: The conditional request failed"
    )
    missing = "UPDATE notes SET votes = 1 WHERE tenant = 'nobody' AND number = 1"
    assert told(run(at, missing)).startswith("ConditionalCheckFailedException"), "UPDATE makes no item"
    assert run(at, f"SELECT votes, list[1].k FROM notes {where}").unwrap()["Items"] == [
        {"votes": {"N": "1"}, "k": {"BOOL": True}}
    ]
    assert run(at, f"DELETE FROM notes {where} RETURNING ALL OLD *").unwrap()["Items"] == [item]
    assert run(at, f"DELETE FROM notes {where}").unwrap() == {"Items": []}


def test_a_select_reads_partitions_one_after_the_other_page_by_page() -> None:
    at = cloud()
    statement = (
        "SELECT title FROM notes WHERE tenant IN ['globex', 'acme'] AND number >= 1 ORDER BY tenant DESC, number DESC"
    )
    found, token = [], None
    for _ in range(9):
        page = run(at, statement, Limit=2, **({"NextToken": token} if token else {})).unwrap()
        found += [item["title"]["S"] for item in page["Items"]]
        token = page.get("NextToken")
        if token is None:
            break
    assert found == ["gtwo", "gone", "ten", "two", "one"]
    assert told(run(at, statement, NextToken="bm8=")) == "ValidationException: Invalid NextToken"
    index = run(at, "SELECT tenant FROM notes.byWriter WHERE writer = 'ann'").unwrap()
    assert index["Items"] == [{"tenant": {"S": "acme"}}]
    missing = run(at, "SELECT number FROM notes WHERE writer IS MISSING AND NOT due IS NOT MISSING").unwrap()
    assert missing["Items"] == [{"number": {"N": "1"}}]


def test_statements_of_a_transaction_are_done_together() -> None:
    at = cloud()
    inserts = [{"Statement": f"INSERT INTO notes VALUE {{'tenant': 'acme', 'number': {number}}}"} for number in (50, 1)]
    refused = ask(at, "ExecuteTransaction", TransactStatements=inserts)
    assert told(refused).endswith("[None, DuplicateItem]")
    assert ask(at, "GetItem", Key=key("acme", 50)).unwrap() == {}
    assert ask(at, "ExecuteTransaction", TransactStatements=inserts[:1]).unwrap() == {"Responses": [{}]}
    reads = [{"Statement": "SELECT * FROM notes WHERE tenant = 'acme' AND number = 50"}]
    assert ask(at, "ExecuteTransaction", TransactStatements=reads).unwrap() == {
        "Responses": [{"Item": key("acme", 50)}]
    }


def test_statements_of_a_batch_are_each_done_or_refused_alone() -> None:
    denied = {
        "Effect": "Deny",
        "Action": "dynamodb:PartiQL*",
        "Resource": "*",
        "Condition": {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": ["globex"]}},
    }
    at = cloud(allow("*"), denied)
    where = [
        "tenant = 'acme' AND number = 1",
        "tenant = 'globex' AND number = 1",
        "tenant = 'acme'",
        "tenant = 'no' AND number = 1",
    ]
    reads = [{"Statement": f"SELECT title FROM notes WHERE {each}"} for each in where]
    own, foreign, open_, nothing = ask(at, "BatchExecuteStatement", Statements=reads).unwrap()["Responses"]
    assert own == {"TableName": "notes", "Item": {"title": {"S": "one"}}}
    assert foreign["Error"]["Code"] == "AccessDenied"
    assert "dynamodb:PartiQLSelect" in foreign["Error"]["Message"]
    assert open_["Error"]["Code"] == "ValidationError"
    assert nothing == {"TableName": "notes"}
    writes = [
        {"Statement": "INSERT INTO notes VALUE {'tenant': 'acme', 'number': 1}"},
        {"Statement": "INSERT INTO notes VALUE {'tenant': 'acme', 'number': 77}"},
        {"Statement": "SELEC"},
    ]
    codes = [
        each.get("Error", {}).get("Code")
        for each in ask(at, "BatchExecuteStatement", Statements=writes).unwrap()["Responses"]
    ]
    assert codes == ["DuplicateItem", None, "ValidationError"]
    assert "Item" in ask(at, "GetItem", Key=key("acme", 77)).unwrap()
    mixed = ask(at, "BatchExecuteStatement", Statements=[reads[0], writes[0]])
    assert told(mixed) == "ValidationException: Statements must either be all reads or all writes"


def test_records_show_keys_and_expressions_and_no_values() -> None:
    at = cloud()
    ask(at, "PutItem", Item=note("acme", 7, title="hidden text"), ReturnConsumedCapacity="TOTAL").unwrap()
    ask(
        at,
        "UpdateItem",
        Key=key("acme", 7),
        UpdateExpression="SET #t = :t",
        ConditionExpression="attribute_not_exists(#t)",
        ExpressionAttributeNames={"#t": "title"},
        ExpressionAttributeValues={":t": {"S": "hidden text"}},
    )
    run(at, "SELECT * FROM notes WHERE tenant = 'acme' AND number = 7 AND title = 'hidden text'").unwrap()
    ask(at, "TransactWriteItems", TransactItems=[{"Put": {"TableName": "notes", "Item": note("acme", 8)}}]).unwrap()
    ask(at, "DescribeTable").unwrap()
    put, update, statement, transaction, describe = records(at)
    assert put["requestParameters"] == {
        "tableName": "notes",
        "returnConsumedCapacity": "TOTAL",
        "key": {"number": "7", "tenant": "acme"},
        "item": ["number", "tenant", "title"],
    }
    assert (put["eventCategory"], put["readOnly"], put["responseElements"]) == ("Data", False, None)
    assert put["resources"] == [{"accountId": "123456789012", "type": "AWS::DynamoDB::Table", "ARN": ARN}]
    assert update["errorCode"] == "ConditionalCheckFailedException"
    assert update["requestParameters"]["expressionAttributeNames"] == {"#t": "title"}
    assert statement["requestParameters"]["statement"] == (
        "SELECT * FROM notes WHERE tenant = 'acme' AND number = 7 AND title = ***(Redacted)"
    )
    assert transaction["requestParameters"]["requestItems"] == [
        {
            "operation": "Put",
            "tableName": "notes",
            "key": {"number": "8", "tenant": "acme"},
            "items": ["number", "tenant"],
        }
    ]
    assert (describe["eventCategory"], describe["readOnly"], describe["apiVersion"]) == (
        "Management",
        True,
        "2012-08-10",
    )
    assert "hidden text" not in str(records(at))
    assert [each["eventName"] for each in records(at, data_events=False)] == ["DescribeTable"]


def test_an_error_does_not_repeat_values_on_the_trail() -> None:
    at = cloud()
    bounds = {":a": {"S": "zebra-secret"}, ":b": {"S": "apple-secret"}}
    ask(at, "Scan", FilterExpression="title BETWEEN :a AND :b", ExpressionAttributeValues=bounds)
    (record,) = records(at)
    assert "secret" not in record["errorMessage"]


def test_boto3_and_its_resources_work_unmodified() -> None:
    sim = Simulation(cloud().world, seed="boto")
    session = cogsim.boto3(sim, "bob")
    table = session.resource("dynamodb").Table("notes")
    with table.batch_writer() as batch:
        for number in range(30):
            batch.put_item(
                Item={"tenant": "boto", "number": number, "even": number % 2 == 0, "raw": b"\0", "set": {"a"}}
            )
    found = table.query(
        KeyConditionExpression=Key("tenant").eq("boto") & Key("number").between(3, 9),
        FilterExpression=Attr("even").eq(True),
        ScanIndexForward=False,
    )
    assert [item["number"] for item in found["Items"]] == [Decimal(8), Decimal(6), Decimal(4)]
    assert found["Items"][0]["set"] == {"a"}
    assert found["Items"][0]["raw"].value == b"\0"
    client = session.client("dynamodb")
    pages = client.get_paginator("scan").paginate(TableName="notes", PaginationConfig={"PageSize": 7})
    assert sum(page["Count"] for page in pages) == 35
    with pytest.raises(client.exceptions.ConditionalCheckFailedException) as caught:
        client.put_item(
            TableName="notes",
            Item={**key("boto", 1)},
            ConditionExpression="attribute_not_exists(tenant)",
            ReturnValuesOnConditionCheckFailure="ALL_OLD",
        )
    assert caught.value.response["Item"]["raw"] == {"B": b"\0"}
    check = {"TableName": "notes", "Key": key("no", 1), "ConditionExpression": "attribute_exists(tenant)"}
    with pytest.raises(client.exceptions.TransactionCanceledException) as cancelled:
        client.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    assert [reason["Code"] for reason in cancelled.value.response["CancellationReasons"]] == ["ConditionalCheckFailed"]
