"""Who reaches which row: the condition keys of each request, indexes, transactions, PartiQL, table policies."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.cloud import Cloud
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from tests.generators.dynamodb_cloud import ARN, BOB, EVE, NOTES, OTHER, allow, ask, cloud, key, note, told

EVERY = "dynamodb:*"
OWN = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["acme"]}}
WRITER = {"KeyConditionExpression": "writer = :w", "IndexName": "byWriter"}


def allowed(at: Cloud, operation: str, **params: Any) -> bool:
    """Whether the policies let the request through, whatever comes of it then."""
    outcome = ask(at, operation, **params)
    return outcome.error is None or outcome.error.code != "AccessDeniedException"


def of(tenant: str) -> dict[str, Any]:
    return {"KeyConditionExpression": "tenant = :t", "ExpressionAttributeValues": {":t": {"S": tenant}}}


def keys_of(operation: str, **params: Any) -> set[str]:
    """The condition keys that are there: a `Null` of each tells."""
    names = ("LeadingKeys", "Attributes", "Select", "ReturnValues", "ReturnConsumedCapacity", "EnclosingOperation")
    found = set()
    for name in (*names, "FullTableScan", "FirstPartitionKeyValues"):
        if allowed(cloud(allow(EVERY, Condition={"Null": {f"dynamodb:{name}": "false"}})), operation, **params):
            found.add(name)
    return found


def test_leading_keys_hold_item_operations_and_queries_to_a_partition() -> None:
    at = cloud(allow(EVERY, Condition=OWN))
    for tenant, expected in (("acme", True), ("globex", False)):
        assert allowed(at, "GetItem", Key=key(tenant, 1)) is expected
        assert allowed(at, "PutItem", Item=note(tenant, 9)) is expected
        assert allowed(at, "UpdateItem", Key=key(tenant, 9)) is expected
        assert allowed(at, "DeleteItem", Key=key(tenant, 9)) is expected
        assert allowed(at, "Query", **of(tenant)) is expected


def test_a_scan_names_no_key_so_for_all_values_lets_it_through() -> None:
    at = cloud(allow(EVERY, Condition=OWN))
    tenants = {item["tenant"]["S"] for item in ask(at, "Scan").unwrap()["Items"]}
    assert tenants == {"acme", "globex"}
    guarded = allow(EVERY, Condition={**OWN, "Null": {"dynamodb:LeadingKeys": "false"}})
    assert not allowed(cloud(guarded), "Scan")


def test_a_query_of_an_index_leads_with_the_key_of_the_index() -> None:
    asked = {**WRITER, "ExpressionAttributeValues": {":w": {"S": "gus"}}}
    assert not allowed(cloud(allow(EVERY, Condition=OWN)), "Query", **asked)
    named = allow(EVERY, Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["gus"]}})
    found = ask(cloud(named), "Query", **asked).unwrap()
    assert {item["tenant"]["S"] for item in found["Items"]} == {"globex"}


def test_an_index_is_a_resource_of_its_own() -> None:
    asked = {**WRITER, "ExpressionAttributeValues": {":w": {"S": "ann"}}}
    assert not allowed(cloud(allow(EVERY, ARN)), "Query", **asked)
    assert not allowed(cloud(allow(EVERY, ARN)), "Scan", IndexName="byWriter")
    assert allowed(cloud(allow(EVERY, f"{ARN}/index/byWriter")), "Query", **asked)
    assert not allowed(cloud(allow(EVERY, f"{ARN}/index/byWriter")), "Query", **of("acme"))


def test_a_batch_is_held_to_every_one_of_its_keys() -> None:
    at = cloud(allow(EVERY, Condition=OWN))
    own, both = [key("acme", 1), key("acme", 2)], [key("acme", 1), key("globex", 1)]
    assert allowed(at, "BatchGetItem", RequestItems={"notes": {"Keys": own}})
    assert not allowed(at, "BatchGetItem", RequestItems={"notes": {"Keys": both}})
    puts = [{"PutRequest": {"Item": note(tenant, 9)}} for tenant in ("acme", "globex")]
    assert allowed(at, "BatchWriteItem", RequestItems={"notes": puts[:1]})
    assert not allowed(at, "BatchWriteItem", RequestItems={"notes": puts})


def test_a_transaction_needs_the_action_of_each_of_its_items() -> None:
    put = {"Put": {"TableName": "notes", "Item": note("acme", 9)}}
    check = {
        "ConditionCheck": {
            "TableName": "notes",
            "Key": key("acme", 1),
            "ConditionExpression": "attribute_exists(tenant)",
        }
    }
    assert allowed(cloud(allow("dynamodb:PutItem")), "TransactWriteItems", TransactItems=[put])
    assert not allowed(cloud(allow("dynamodb:PutItem")), "TransactWriteItems", TransactItems=[put, check])
    both = allow(["dynamodb:PutItem", "dynamodb:ConditionCheckItem"])
    assert allowed(cloud(both), "TransactWriteItems", TransactItems=[put, check])
    get = {"Get": {"TableName": "notes", "Key": key("globex", 1)}}
    assert not allowed(cloud(allow(EVERY, Condition=OWN)), "TransactGetItems", TransactItems=[get])
    assert allowed(cloud(allow("dynamodb:GetItem")), "TransactGetItems", TransactItems=[get])


def test_a_policy_can_tell_transactions_from_what_is_alone() -> None:
    condition = {"StringEquals": {"dynamodb:EnclosingOperation": ["TransactWriteItems", "TransactGetItems"]}}
    denied = {"Effect": "Deny", "Action": EVERY, "Resource": "*", "Condition": condition}
    at = cloud(allow(EVERY), denied)
    assert allowed(at, "GetItem", Key=key("acme", 1))
    get = {"Get": {"TableName": "notes", "Key": key("acme", 1)}}
    assert not allowed(at, "TransactGetItems", TransactItems=[get])
    put = {"Put": {"TableName": "notes", "Item": note("acme", 9)}}
    assert not allowed(at, "TransactWriteItems", TransactItems=[put])
    only = {"StringEquals": {"dynamodb:EnclosingOperation": "ExecuteTransaction"}}
    together = cloud(allow("dynamodb:PartiQL*", Condition=only))
    insert = "INSERT INTO notes VALUE {'tenant': 'acme', 'number': 9}"
    assert not allowed(together, "ExecuteStatement", Statement=insert)
    assert allowed(together, "ExecuteTransaction", TransactStatements=[{"Statement": insert}])


def test_attributes_are_those_that_the_request_names_anywhere() -> None:
    names = ["tenant", "number", "title"]
    at = cloud(allow(EVERY, Condition={"ForAllValues:StringEquals": {"dynamodb:Attributes": names}}))
    assert allowed(at, "GetItem", Key=key("acme", 1), ProjectionExpression="title")
    assert not allowed(at, "GetItem", Key=key("acme", 1), ProjectionExpression="title, secret")
    assert allowed(at, "GetItem", Key=key("acme", 1)), "what comes back unasked is not named"
    assert not allowed(at, "PutItem", Item=note("acme", 1, secret="x"))
    update = {"Key": key("acme", 1), "ExpressionAttributeValues": {":v": {"S": "x"}}}
    assert allowed(at, "UpdateItem", **update, UpdateExpression="SET title = :v")
    assert not allowed(at, "UpdateItem", **update, UpdateExpression="SET title = if_not_exists(secret, :v)")
    condition = {"UpdateExpression": "SET title = :v", "ConditionExpression": "#s = :v"}
    hidden = {"ExpressionAttributeNames": {"#s": "secret"}}
    assert not allowed(at, "UpdateItem", **update, **condition, **hidden)
    filtered = {**of("acme"), "FilterExpression": "begins_with(secret, :t)"}
    assert not allowed(at, "Query", **filtered)


def test_select_makes_a_reader_say_what_it_wants() -> None:
    at = cloud(allow(EVERY, Condition={"StringEqualsIfExists": {"dynamodb:Select": "SPECIFIC_ATTRIBUTES"}}))
    assert not allowed(at, "GetItem", Key=key("acme", 1))
    assert allowed(at, "GetItem", Key=key("acme", 1), ProjectionExpression="title")
    assert not allowed(at, "Query", **of("acme"))
    assert not allowed(at, "Query", **of("acme"), Select="COUNT")
    assert allowed(at, "PutItem", Item=note("acme", 1)), "writes carry no such key"
    index = {**WRITER, "ExpressionAttributeValues": {":w": {"S": "ann"}}}
    projected = cloud(allow(EVERY, Condition={"StringEquals": {"dynamodb:Select": "ALL_PROJECTED_ATTRIBUTES"}}))
    assert allowed(projected, "Query", **index)
    assert not allowed(projected, "Query", **of("acme"))


def test_return_values_keep_a_writer_from_reading() -> None:
    permitted = ["NONE", "UPDATED_OLD", "UPDATED_NEW"]
    at = cloud(allow(EVERY, Condition={"StringEqualsIfExists": {"dynamodb:ReturnValues": permitted}}))
    assert allowed(at, "UpdateItem", Key=key("acme", 1))
    assert not allowed(at, "UpdateItem", Key=key("acme", 1), ReturnValues="ALL_NEW")
    assert not allowed(at, "DeleteItem", Key=key("acme", 1), ReturnValues="ALL_OLD")


@pytest.mark.parametrize(("answer", "expected"), [("NONE", True), ("absent", False)])
def test_whether_a_value_left_out_is_a_key_is_a_switch(answer: str, expected: bool) -> None:
    with assuming({"dynamodb.valuesLeftOut": answer}):
        at = cloud(allow(EVERY, Condition={"StringEquals": {"dynamodb:ReturnValues": "NONE"}}))
        outcome = ask(at, "UpdateItem", Key=key("acme", 1))
    assert (outcome.error is None) is expected
    assert "dynamodb.valuesLeftOut" in outcome.decision.assumptions


def test_each_request_carries_its_own_keys() -> None:
    leading = {"LeadingKeys", "FirstPartitionKeyValues"}
    reads = {"Attributes", "Select", "ReturnConsumedCapacity"}
    assert keys_of("GetItem", Key=key("acme", 1)) == leading | reads
    assert keys_of("Query", **of("acme")) == leading | reads
    assert keys_of("Scan", ProjectionExpression="title") == reads
    assert keys_of("Scan") == reads - {"Attributes"}
    writes = leading | {"Attributes", "ReturnConsumedCapacity", "ReturnValues"}
    assert keys_of("PutItem", Item=note("acme", 1)) == writes
    select = {"Statement": "SELECT title FROM notes WHERE tenant = 'acme'"}
    assert keys_of("ExecuteStatement", **select) == leading | {"Attributes", "Select", "FullTableScan"}
    scan = {"Statement": "SELECT title FROM notes"}
    assert keys_of("ExecuteStatement", **scan) == {"Attributes", "Select", "FullTableScan"}


def test_partiql_has_actions_of_its_own_and_names_full_scans() -> None:
    statement = "SELECT * FROM notes WHERE tenant = 'acme' AND title = 'one'"
    assert not allowed(cloud(allow(["dynamodb:Query", "dynamodb:Scan"])), "ExecuteStatement", Statement=statement)
    scans = {
        "Effect": "Deny",
        "Action": EVERY,
        "Resource": "*",
        "Condition": {"Bool": {"dynamodb:FullTableScan": "true"}},
    }
    at = cloud(allow("dynamodb:PartiQLSelect"), scans)
    assert allowed(at, "ExecuteStatement", Statement=statement)
    assert not allowed(at, "ExecuteStatement", Statement="SELECT * FROM notes WHERE title = 'one'")
    assert not allowed(at, "ExecuteStatement", Statement="SELECT * FROM notes WHERE tenant = 'a' OR title = 'b'")
    assert not allowed(at, "ExecuteStatement", Statement="DELETE FROM notes WHERE tenant = 'acme' AND number = 1")
    held = cloud(allow(EVERY, Condition={**OWN, "Null": {"dynamodb:LeadingKeys": "false"}}))
    assert allowed(held, "ExecuteStatement", Statement=statement)
    assert not allowed(held, "ExecuteStatement", Statement="SELECT * FROM notes WHERE tenant IN ['acme', 'globex']")
    insert = "INSERT INTO notes VALUE {'tenant': ?, 'number': 5}"
    assert allowed(held, "ExecuteStatement", Statement=insert, Parameters=[{"S": "acme"}])
    assert not allowed(held, "ExecuteStatement", Statement=insert, Parameters=[{"S": "globex"}])


@pytest.mark.parametrize(("answer", "text"), [("base64", "YWI="), ("latin-1", "ab")])
def test_how_a_key_of_bytes_is_compared_is_a_switch(answer: str, text: str) -> None:
    table = replace(NOTES, key_schema=(("id", "HASH"),), attribute_types=Map({"id": "B"}), indexes=Map())
    at = cloud(allow(EVERY, Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [text]}}))
    at.world = at.world.without_table(ARN).with_table(table)
    with assuming({"dynamodb.binaryLeadingKeys": answer}):
        assert allowed(at, "GetItem", Key={"id": {"B": b"ab"}})
        assert not allowed(at, "GetItem", Key={"id": {"B": b"ac"}})


def test_tags_of_the_table_are_in_the_context() -> None:
    at = cloud(allow(EVERY, Condition={"StringEquals": {"aws:ResourceTag/team": "red"}}))
    assert not allowed(at, "GetItem", Key=key("acme", 1))
    at.world = at.world.with_table(replace(NOTES, tags=Map({"team": "red"})))
    assert allowed(at, "GetItem", Key=key("acme", 1))
    assert allowed(at, "Scan", IndexName="byWriter")


def test_a_table_policy_alone_lets_in_its_own_account_and_both_are_needed_across() -> None:
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{OTHER}:user/eve"},
                "Action": EVERY,
                "Resource": ARN,
            },
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:user/bob"},
                "Action": "dynamodb:GetItem",
                "Resource": ARN,
            },
        ],
    }
    table = replace(NOTES, policy=parse(document, PolicyKind.RESOURCE))
    nothing = allow("s3:GetObject")
    at = cloud(nothing, table=table)
    assert allowed(at, "GetItem", Key=key("acme", 1), credentials=BOB)
    assert not allowed(at, "PutItem", Item=note("acme", 1), credentials=BOB)
    assert not allowed(at, "GetItem", TableName=ARN, Key=key("acme", 1), credentials=EVE)
    across = cloud(nothing, table=table, eve=(allow(EVERY, ARN),))
    found = ask(across, "GetItem", EVE, TableName=ARN, Key=key("acme", 1)).unwrap()
    assert found["Item"]["title"] == {"S": "one"}
    assert not allowed(across, "Scan", TableName=ARN, IndexName="byWriter", credentials=EVE)
    assert told(ask(across, "GetItem", EVE, Key=key("acme", 1))) != "ok", "her own account has no such table"


def test_a_policy_that_grants_to_everybody_is_not_saved() -> None:
    def document(principal: Any, action: str = EVERY) -> str:
        statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": ARN}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    at = cloud()
    refused = ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy=document("*"))
    assert told(refused) == "ValidationException: Resource-based policies that grant public access are not allowed"
    assert told(ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy="{")).startswith("ValidationException")
    own = document({"AWS": "arn:aws:iam::123456789012:root"})
    saved = ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy=own, ExpectedRevisionId="NO_POLICY").unwrap()
    read = ask(at, "GetResourcePolicy", ResourceArn=ARN).unwrap()
    assert json.loads(read["Policy"]) == json.loads(own)
    assert read["RevisionId"] == saved["RevisionId"]
    stale = ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy=own, ExpectedRevisionId="NO_POLICY")
    assert told(stale).startswith("PolicyNotFoundException")
    assert ask(at, "DeleteResourcePolicy", ResourceArn=ARN).unwrap() == {"RevisionId": saved["RevisionId"]}
    assert told(ask(at, "GetResourcePolicy", ResourceArn=ARN)).startswith("PolicyNotFoundException")


def test_a_policy_that_locks_out_its_author_needs_a_confirmation() -> None:
    statement = {"Effect": "Deny", "Principal": "*", "Action": EVERY, "Resource": ARN}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    at = cloud()
    assert told(ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy=text)).startswith(
        "ValidationException: The policy"
    )
    ask(at, "PutResourcePolicy", ResourceArn=ARN, Policy=text, ConfirmRemoveSelfResourceAccess=True).unwrap()
    assert not allowed(at, "GetItem", Key=key("acme", 1))


def test_whoever_may_not_ask_does_not_learn_that_a_table_is_missing() -> None:
    at = cloud(allow(EVERY, ARN))
    assert told(ask(at, "GetItem", TableName="nope", Key={})).startswith("AccessDeniedException")
    assert told(ask(at, "Query", TableName="nope", **of("acme"))).startswith("AccessDeniedException")


def test_a_statement_that_reads_an_index_is_asked_of_the_index() -> None:
    read = {"Statement": "SELECT title FROM notes.byWriter WHERE writer = 'ann'"}
    whole = {"Statement": "SELECT title FROM notes WHERE tenant = 'acme'"}
    on_table, on_index = cloud(allow(EVERY, ARN)), cloud(allow(EVERY, f"{ARN}/index/byWriter"))
    assert not allowed(on_table, "ExecuteStatement", **read)
    assert allowed(on_table, "ExecuteStatement", **whole)
    assert allowed(on_index, "ExecuteStatement", **read)
    assert not allowed(on_index, "ExecuteStatement", **whole)
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["ann"]}, "Null": {"dynamodb:LeadingKeys": "false"}}
    held = cloud(allow(EVERY, Condition=own))
    assert allowed(held, "ExecuteStatement", **read), "the key that leads is the index's"
    assert not allowed(held, "ExecuteStatement", Statement="SELECT title FROM notes.byWriter WHERE writer = 'bob'")
    assert not allowed(held, "ExecuteStatement", Statement="SELECT title FROM notes.byWriter WHERE tenant = 'ann'")
