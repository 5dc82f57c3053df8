"""PartiQL: which statements are scans, what statements of a batch or a transaction may be, comments, tokens, EXISTS."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.cloud import Cloud
from cogsim.aws.trail.dynamodb import REDACTED, redacted_statement
from tests.generators.dynamodb_cloud import NOTES, allow, ask, cloud, key, note, told

NO_SCANS = {
    "Effect": "Deny",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"dynamodb:FullTableScan": "true"}},
}
ONE = "SELECT * FROM notes WHERE tenant = 'acme' AND number = 1"


def run(at: Cloud, statement: str, **params: Any) -> Any:
    return ask(at, "ExecuteStatement", Statement=statement, **params)


def leading(where: str) -> list[str] | None:
    """The partitions that policies see in a SELECT with this WHERE, None for a full table scan."""
    tenants = ("acme", "globex", "third")
    denied = {"StringEquals": {"dynamodb:FullTableScan": "true"}}
    statement = f"SELECT * FROM notes WHERE {where}"
    if run(cloud(allow("*"), {**NO_SCANS, "Condition": denied}), statement).error is not None:
        return None
    seen = []
    for tenant in tenants:
        has = {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": tenant}}
        if run(cloud(allow("*", Condition=has)), statement).error is None:
            seen.append(tenant)
    return seen


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("tenant = 'acme'", ["acme"]),
        ("'acme' = tenant", ["acme"]),
        ("\"tenant\" = 'acme' AND title = 'x'", ["acme"]),
        ("title = 'x' AND (number > 1 AND tenant = 'acme')", ["acme"]),
        ("tenant = 'acme' OR tenant = 'globex'", ["acme", "globex"]),
        ("tenant = 'acme' OR tenant IN ['globex', 'third'] OR tenant = 'acme'", ["acme", "globex", "third"]),
        ("(tenant = 'acme' OR tenant = 'globex') AND title = 'x'", ["acme", "globex"]),
        ("tenant IN ['acme', 'globex']", ["acme", "globex"]),
        ("tenant IN ('acme')", ["acme"]),
        ("tenant = 'acme' OR title = 'x'", None),
        ("tenant = 'acme' OR (title = 'x' AND tenant > 'a')", None),
        ("tenant > 'a'", None),
        ("tenant <> 'acme'", None),
        ("NOT tenant = 'acme'", None),
        ("NOT (tenant <> 'acme')", None),
        ("tenant BETWEEN 'acme' AND 'acme'", None),
        ("begins_with(tenant, 'acme')", None),
        ("contains(tenant, 'acme')", None),
        ("tenant = title", None),
        ("tenant IN ['acme', title]", None),
        ("number = 1", None),
        ("title = 'x'", None),
        ("tenant IS NOT MISSING", None),
    ],
)
def test_a_select_is_a_scan_unless_where_says_which_partitions(where: str, expected: list[str] | None) -> None:
    assert leading(where) == expected


def test_partitions_joined_by_or_are_each_read_and_held_to_the_policy() -> None:
    own = allow("dynamodb:*", Condition={"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["acme"]}})
    both = "SELECT * FROM notes WHERE tenant = 'acme' OR tenant = 'globex'"
    assert told(run(cloud(own), both)).startswith("AccessDeniedException")
    found = run(cloud(), both).unwrap()["Items"]
    assert [(item["tenant"]["S"], item["number"]["N"]) for item in found] == [
        *(("acme", "1"), ("acme", "2"), ("acme", "10")),
        *(("globex", "1"), ("globex", "2")),
    ]


MIXED = "SELECT * FROM notes WHERE (tenant = 'acme' AND number = 1) OR (tenant = 'globex' AND number = 2)"


@pytest.mark.parametrize(("answer", "allowed"), [("scan", False), ("each", True)])
def test_whether_alternatives_of_more_than_the_partition_are_a_scan_is_a_switch(answer: str, allowed: bool) -> None:
    with assuming({"dynamodb.partiqlAlternatives": answer}):
        outcome = run(cloud(allow("*"), NO_SCANS), MIXED)
        assert (outcome.error is None) is allowed
        assert "dynamodb.partiqlAlternatives" in outcome.decision.assumptions
        found = run(cloud(), MIXED).unwrap()["Items"]
    assert sorted(item["number"]["N"] for item in found) == ["1", "2"]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        (
            "SELECT * FROM notes WHERE tenant IN ['acme', 'globex'] ORDER BY number",
            "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause.",
        ),
        ("SELECT * FROM notes ORDER BY number", "Must have WHERE clause in the statement when using ORDER BY clause."),
        (
            "EXISTS(SELECT * FROM notes WHERE tenant = 'acme' AND number = 1 AND title = 'one')",
            "EXISTS can only be used in ExecuteTransaction write requests.",
        ),
    ],
)
def test_selects_that_cannot_be_are_refused(statement: str, words: str) -> None:
    assert told(run(cloud(), statement)) == f"ValidationException: {words}"


def test_several_partitions_come_in_the_order_of_their_keys_where_order_by_says_so() -> None:
    asked = "SELECT * FROM notes WHERE tenant IN ['globex', 'acme'] ORDER BY tenant {}, number DESC"
    rising = run(cloud(), asked.format("ASC")).unwrap()["Items"]
    assert [item["number"]["N"] for item in rising] == ["10", "2", "1", "2", "1"]
    falling = run(cloud(), asked.format("DESC")).unwrap()["Items"]
    assert [item["tenant"]["S"] for item in falling] == ["globex"] * 2 + ["acme"] * 3


@pytest.mark.parametrize(
    "where",
    [
        "tenant = 'lone'",
        "tenant = 'lone' AND number > 0",
        "tenant IN ['lone'] AND number = 1",
        "number = 1",
        "title = 'x'",
    ],
)
def test_statements_of_batches_and_transactions_read_one_item_by_its_whole_key(where: str) -> None:
    at = cloud()
    ask(at, "PutItem", Item=note("lone", 1)).unwrap()
    statement = {"Statement": f"SELECT * FROM notes WHERE {where}"}
    words = "Select statements within {} must specify the primary key in the where clause."
    batch = ask(at, "BatchExecuteStatement", Statements=[statement]).unwrap()["Responses"][0]
    assert batch["Error"] == {"Code": "ValidationError", "Message": words.format("BatchExecuteStatement")}
    together = ask(at, "ExecuteTransaction", TransactStatements=[statement])
    text = words.format("ExecuteTransaction")
    assert told(together) == f"ValidationException: Validation failed in TransactStatements[0]: {text}"


def test_a_batch_reads_no_index_even_by_the_key_of_the_table() -> None:
    for where in ("writer = 'ann'", "tenant = 'acme' AND number = 10 AND writer = 'ann'"):
        statement = {"Statement": f'SELECT * FROM "notes"."byWriter" WHERE {where}'}
        answer = ask(cloud(), "BatchExecuteStatement", Statements=[statement]).unwrap()["Responses"][0]
        assert answer["Error"]["Message"].endswith("must specify the primary key in the where clause.")


CHECK = "EXISTS(SELECT * FROM notes WHERE tenant = 'acme' AND number = 1 AND title = {})"
WRITE = {"Statement": "UPDATE notes SET seen = true WHERE tenant = 'acme' AND number = 2"}


def test_exists_holds_a_transaction_to_a_condition_of_one_item() -> None:
    at = cloud()
    refused = ask(at, "ExecuteTransaction", TransactStatements=[{"Statement": CHECK.format("'other'")}, WRITE])
    assert told(refused).startswith("TransactionCanceledException")
    assert refused.error is not None
    assert [reason["Code"] for reason in refused.error.members["CancellationReasons"]] == [
        "ConditionalCheckFailed",
        "None",
    ]
    checked = {"Statement": CHECK.format("?"), "Parameters": [{"S": "one"}]}
    ask(at, "ExecuteTransaction", TransactStatements=[checked, WRITE]).unwrap()
    assert ask(at, "GetItem", Key=key("acme", 2)).unwrap()["Item"]["seen"] == {"BOOL": True}


@pytest.mark.parametrize("where", ["tenant = 'acme' AND number = 1", "tenant = 'acme' AND title = 'one'"])
def test_exists_names_the_whole_key_and_something_else(where: str) -> None:
    statement = {"Statement": f"EXISTS(SELECT * FROM notes WHERE {where})"}
    words = "ValidationException: EXISTS() must contain a single item read with additional condition"
    assert told(ask(cloud(), "ExecuteTransaction", TransactStatements=[statement, WRITE])) == words


@pytest.mark.parametrize("action", ["PartiQLSelect", "ConditionCheckItem"])
def test_what_exists_requires_is_a_switch(action: str) -> None:
    statements = [{"Statement": CHECK.format("'one'")}, WRITE]
    other = {"PartiQLSelect": "ConditionCheckItem", "ConditionCheckItem": "PartiQLSelect"}[action]
    own = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["acme"]}}
    with assuming({"dynamodb.existsAction": action}):
        rights = [f"dynamodb:{action}", "dynamodb:PartiQLUpdate"]
        outcome = ask(cloud(allow(rights, Condition=own)), "ExecuteTransaction", TransactStatements=statements)
        assert told(outcome) == "ok"
        assert "dynamodb.existsAction" in outcome.decision.assumptions
        wrong = cloud(allow([f"dynamodb:{other}", "dynamodb:PartiQLUpdate"]))
        assert told(ask(wrong, "ExecuteTransaction", TransactStatements=statements)).startswith("AccessDenied")


def test_an_update_may_begin_with_from() -> None:
    at = cloud()
    statement = "FROM notes WHERE tenant = ? AND number = 1 SET title = ? REMOVE secret RETURNING ALL NEW *"
    answer = run(at, statement, Parameters=[{"S": "acme"}, {"S": "uno"}]).unwrap()
    assert answer["Items"] == [note("acme", 1, title="uno")]
    refused = "ConditionalCheckFailedException: The conditional request failed"
    assert told(run(at, "FROM notes WHERE tenant = 'acme' AND number = 3 SET title = 'x'")) == refused
    assert told(run(at, "FROM notes WHERE tenant = 'acme' AND number = 1 AND title = 'x' SET a = 1")) == refused


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT title FROM notes -- it's said\nWHERE tenant = 'acme' AND number = 1",
        "SELECT title FROM notes /* it's\nsaid */ WHERE tenant = 'acme' AND number = 1 -- and done",
        "-- first\nSELECT title FROM notes WHERE tenant = 'acme' AND number = 1;",
        "SELECT title FROM notes WHERE tenant = 'acme' AND number = 10e-1",
        "SELECT title FROM notes WHERE tenant = 'acme' AND number = .1E+1 AND title <> '-- x' AND title <> '/*'",
    ],
)
def test_comments_count_as_spaces_and_numbers_may_be_written_in_any_form(statement: str) -> None:
    assert run(cloud(), statement).unwrap()["Items"] == [{"title": {"S": "one"}}]


@pytest.mark.parametrize(
    "statement",
    [
        *("SELECT * FROM notes # x", "SELECT * FROM notes n WHERE tenant = 'a'", "SELECT COUNT(*) FROM notes"),
        *("DELETE FROM notes WHERE tenant = 'acme' AND number = 1 ORDER BY number", "SELECT * FROM notes LIMIT 1"),
        "INSERT INTO notes VALUE {'tenant': 'a', 'number': 1} more",
    ],
)
def test_what_is_no_statement_does_nothing(statement: str) -> None:
    at = cloud()
    before = at.world
    assert told(run(at, statement)).startswith("ValidationException: Statement wasn't well formed")
    assert at.world == before


def test_quotes_in_comments_hide_no_depth() -> None:
    deep = "[" * 40 + "1" + "]" * 40
    statement = f"SELECT * FROM notes WHERE tenant = 'a' AND title = {deep} -- don't\n"
    assert told(run(cloud(), f"-- don't\n{statement}")).endswith("Nesting Levels have exceeded supported limits")


def test_records_hide_literals_behind_quotes_in_comments() -> None:
    shown = redacted_statement("SELECT * FROM notes -- don't\nWHERE tenant = 'acme' AND title = 'secret'", NOTES)
    assert "secret" not in shown
    assert "'acme'" in shown


@pytest.mark.parametrize(
    ("statement", "record"),
    [
        ("SELECT * FROM notes WHERE \"it's\" = 'secret'", 'SELECT * FROM notes WHERE "it\'s" = {hidden}'),
        ("SELECT * FROM notes WHERE tenant='acme'", "SELECT * FROM notes WHERE tenant='acme'"),
        ("SELECT * FROM notes WHERE \"tenant\" = 'acme'", "SELECT * FROM notes WHERE \"tenant\" = 'acme'"),
        ("SELECT * FROM notes WHERE deep.tenant = 'x'", "SELECT * FROM notes WHERE deep.tenant = {hidden}"),
        (
            "SELECT list[0][1] FROM notes WHERE a = [1, -2.5]",
            "SELECT list[0][1] FROM notes WHERE a = [{hidden}, {hidden}]",
        ),
        ("INSERT INTO notes VALUE {'tenant' : 'acme'}", "INSERT INTO notes VALUE {'tenant' : {hidden}}"),
        ("SELECT * FROM notes WHERE a = TRUE", "SELECT * FROM notes WHERE a = {hidden}"),
    ],
)
def test_records_hide_literals_and_nothing_else(statement: str, record: str) -> None:
    assert redacted_statement(statement, NOTES) == record.replace("{hidden}", REDACTED)


def test_a_record_of_the_longest_statement_is_made_at_once() -> None:
    long = f"SELECT * FROM notes WHERE a IN [{'1,' * 4000}1]"
    assert redacted_statement(long, NOTES).count(REDACTED) == 4001


def token(at: Cloud, statement: str) -> str:
    found: str = run(at, statement, Limit=1).unwrap()["NextToken"]
    return found


def test_a_token_goes_on_with_its_own_statement_and_with_no_other() -> None:
    at = cloud()
    own = token(at, "SELECT * FROM notes WHERE tenant = 'acme'")
    more = run(at, "SELECT * FROM notes WHERE tenant = 'acme'", NextToken=own).unwrap()
    assert [item["number"]["N"] for item in more["Items"]] == ["2", "10"]
    words = "ValidationException: NextToken does not match request"
    for other in (
        "SELECT * FROM notes WHERE tenant = 'globex'",
        "SELECT * FROM notes",
        "SELECT * FROM notes WHERE tenant = 'acme' AND number > 1",
        "SELECT * FROM notes WHERE tenant = 'acme' ORDER BY number DESC",
    ):
        assert told(run(at, other, NextToken=own)) == words


@pytest.mark.parametrize("forged", [[0, ""], [0, "0"], [0, "g"], [5, "x"], [-1, "x"], ["0", "x"], [0, 1]])
def test_a_token_that_leads_out_of_what_is_read_is_refused(forged: list[Any]) -> None:
    at = cloud()
    statement = "SELECT * FROM notes WHERE tenant = 'acme'"
    digest = json.loads(base64.b64decode(token(at, statement)))[-1]
    made = base64.b64encode(json.dumps([*forged, digest]).encode()).decode()
    assert told(run(at, statement, NextToken=made)) == "ValidationException: NextToken does not match request"
    for broken in ("", "x", "bm9uZQ==", *(base64.b64encode(each).decode() for each in (b"[1]", b"[" * 20000))):
        assert told(run(at, statement, NextToken=broken)).startswith("ValidationException")


def test_statements_of_a_batch_and_a_transaction_count_what_they_consume() -> None:
    at = cloud()
    reads = [{"Statement": ONE}, {"Statement": ONE.replace("1", "2"), "ConsistentRead": True}]
    batch = ask(at, "BatchExecuteStatement", Statements=reads, ReturnConsumedCapacity="TOTAL").unwrap()
    assert batch["ConsumedCapacity"] == [{"TableName": "notes", "CapacityUnits": 1.5}]
    together = [{"Statement": ONE}, {"Statement": ONE.replace("1", "2")}]
    read = ask(at, "ExecuteTransaction", TransactStatements=together, ReturnConsumedCapacity="TOTAL").unwrap()
    assert read["ConsumedCapacity"] == [{"TableName": "notes", "CapacityUnits": 4.0, "ReadCapacityUnits": 4.0}]


def test_a_repeated_transaction_is_not_done_again_and_counts_as_a_read() -> None:
    at = cloud()
    statement = {"Statement": "UPDATE notes SET hits = if_not_exists(hits, 0) + 1 WHERE tenant = 'acme' AND number = 1"}
    asked = {"TransactStatements": [statement], "ClientRequestToken": "again", "ReturnConsumedCapacity": "TOTAL"}
    first = ask(at, "ExecuteTransaction", **asked).unwrap()["ConsumedCapacity"]
    again = ask(at, "ExecuteTransaction", **asked).unwrap()["ConsumedCapacity"]
    assert first == [{"TableName": "notes", "CapacityUnits": 2.0, "WriteCapacityUnits": 2.0}]
    assert again == [{"TableName": "notes", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0}]
    assert ask(at, "GetItem", Key=key("acme", 1)).unwrap()["Item"]["hits"] == {"N": "1"}
    put = {"Put": {"TableName": "notes", "Item": note("new", 1)}}
    asked = {"TransactItems": [put], "ClientRequestToken": "more", "ReturnConsumedCapacity": "TOTAL"}
    ask(at, "TransactWriteItems", **asked).unwrap()
    assert ask(at, "TransactWriteItems", **asked).unwrap()["ConsumedCapacity"][0]["ReadCapacityUnits"] == 2.0


def test_an_update_of_a_transaction_that_cannot_be_applied_cancels_it() -> None:
    statement = {"Statement": "UPDATE notes SET title = title + 1 WHERE tenant = 'acme' AND number = 1"}
    refused = ask(cloud(), "ExecuteTransaction", TransactStatements=[statement])
    assert refused.error is not None
    assert refused.error.code == "TransactionCanceledException"
    assert refused.error.members["CancellationReasons"][0]["Code"] == "ValidationError"


def test_a_select_names_at_most_fifty_partitions() -> None:
    def asked(count: int) -> str:
        named = ", ".join(f"'t{number}'" for number in range(count))
        return told(run(cloud(), f"SELECT * FROM notes WHERE tenant IN [{named}]"))

    assert asked(50) == "ok"
    assert asked(51) == "ValidationException: Too many decomposed read operations for a given query."
