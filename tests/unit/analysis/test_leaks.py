"""What the leak check finds in each operation on data, and whom it takes callers for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.scenario.leaks import Watch
from cogsim.scenario.load import loads
from cogsim.scenario.run import Run, play

WORLD = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: leaks}}
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: leaks-data, VersioningConfiguration: {Status: Enabled}}}
  Tagged: {Type: AWS::S3::Bucket, Properties: {BucketName: leaks-tagged}}
  Objects:
    Type: Cogsim::Objects
    Properties: {Bucket: !Ref Data, Objects: {acme/a: a, globex/g: {Body: g, Tags: {seen: no}}, public/p: p, nobody: n}}
  TaggedObjects:
    Type: Cogsim::Objects
    Properties:
      Bucket: !Ref Tagged
      Objects: {one: {Body: "1", Tags: {tenant: acme}}, two: {Body: "2", Tags: {tenant: globex}}}
  Rows:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: rows
      BillingMode: PAY_PER_REQUEST
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}, {AttributeName: status, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      GlobalSecondaryIndexes:
        - IndexName: by-status
          KeySchema: [{AttributeName: status, KeyType: HASH}]
          Projection: {ProjectionType: KEYS_ONLY}
  Items:
    Type: Cogsim::Items
    Properties:
      Table: !Ref Rows
      Items:
        - {pk: "1", status: open, tenant: acme, amount: 1}
        - {pk: "2", status: open, tenant: globex, amount: 2}
        - {pk: "3", status: paid, tenant: globex, amount: 3}
  Ann:
    Type: AWS::IAM::User
    Properties:
      UserName: ann
      Policies:
        - &all
          PolicyName: all
          PolicyDocument:
            Version: "2012-10-17"
            Statement: [{Effect: Allow, Action: ["s3:*", "dynamodb:*", "sts:*"], Resource: "*"}]
  AnnKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Ann}}
  Zoe: {Type: AWS::IAM::User, Properties: {UserName: zoe, Policies: [*all]}}
  ZoeKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Zoe}}
  Max: {Type: AWS::IAM::User, Properties: {UserName: max}}
  MaxKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Max}}
  Ops: {Type: AWS::IAM::User, Properties: {UserName: ops, Policies: [*all]}}
  OpsKey: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Ops}}
  Tenancy:
    Type: Cogsim::Tenancy
    Properties:
      Owners:
        - {Bucket: !Ref Data, KeyPattern: "${tenant}/*"}
        - {Bucket: !Ref Tagged, Tag: tenant}
        - {Table: !Ref Rows, Attribute: tenant}
      Members: [{Tenant: acme, People: [ann, max]}]
      Shared: [public]
      Operators: [!GetAtt Ops.Arn]
"""


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    path = tmp_path / "world.yaml"
    path.write_text(WORLD, encoding="utf-8")
    return path


def played(world_file: Path, step: str, more: str = "") -> Run:
    import cogsim

    text = f"world: world.yaml\nsteps:\n{step}\n{more}"
    scenario = loads(text, str(world_file.with_name("story.yaml")))
    return play(scenario, cogsim.load(world_file))


def found(run: Run) -> list[tuple[str, str, str]]:
    return [(leak.thing, leak.owner, str(leak.kind)) for step in run.steps for leak in step.leaks]


S3 = [
    ("GetObject", "Key: globex/g", [("leaks-data/globex/g", "content")]),
    ("GetObject", "Key: acme/a", []),
    ("GetObject", "Key: public/p", []),
    ("GetObject", "Key: nobody", []),
    ("HeadObject", "Key: globex/g", [("leaks-data/globex/g", "metadata")]),
    ("GetObjectTagging", "Key: globex/g", [("leaks-data/globex/g", "metadata")]),
    ("ListObjectsV2", "Prefix: g", [("leaks-data/globex/g", "name")]),
    ("ListObjectsV2", "Delimiter: /", [("leaks-data/globex/", "name")]),
    ("ListObjectVersions", "Prefix: g", [("leaks-data/globex/g", "name")]),
    ("CopyObject", "Key: acme/c, CopySource: leaks-data/globex/g", [("leaks-data/globex/g", "content")]),
    ("PutObject", "Key: globex/new, Body: x", [("leaks-data/globex/new", "change")]),
    ("PutObject", "Key: public/new, Body: x", [("leaks-data/public/new", "change")]),
    ("DeleteObject", "Key: globex/g", [("leaks-data/globex/g", "change")]),
    ("DeleteObjects", "Delete: {Objects: [{Key: globex/g}, {Key: acme/a}]}", [("leaks-data/globex/g", "change")]),
    ("PutObjectTagging", "Key: globex/g, Tagging: {TagSet: []}", [("leaks-data/globex/g", "change")]),
    ("GetObject", "Key: globex/no", [("leaks-data/globex/no", "presence")]),
    ("HeadObject", "Key: globex/no", [("leaks-data/globex/no", "presence")]),
    ("GetObject", "Key: globex/g, VersionId: 3sL4kqtJlcpXroDTDmJ.rmSpXd3dIbrH", [("leaks-data/globex/g", "presence")]),
    ("GetObject", "Key: globex/g, IfMatch: '\"other\"'", [("leaks-data/globex/g", "presence")]),
    ("GetObject", "Key: globex/g, IfNoneMatch: '*'", [("leaks-data/globex/g", "presence")]),
    ("GetObject", "Key: globex/g, Range: bytes=99-", [("leaks-data/globex/g", "presence")]),
    ("GetObject", "Key: acme/no", []),
    ("PutObject", "Key: globex/g, Body: x, IfNoneMatch: '*'", [("leaks-data/globex/g", "presence")]),
    ("ListObjectsV2", "Prefix: globex/none", [("leaks-data/globex/none", "presence")]),
    ("ListObjectsV2", "Prefix: globex/, MaxKeys: 0", [("leaks-data/globex/", "presence")]),
    ("ListObjectsV2", "Delimiter: e", [("leaks-data/globe", "name")]),
    ("ListObjectVersions", "Prefix: g, Delimiter: /", [("leaks-data/globex/", "name")]),
    ("CopyObject", "Key: acme/c, CopySource: leaks-data/globex/no", [("leaks-data/globex/no", "presence")]),
    ("CopyObject", "Key: globex/c, CopySource: leaks-data/acme/a", [("leaks-data/globex/c", "change")]),
    (
        "CopyObject",
        "Key: acme/c, CopySource: leaks-data/globex/g, CopySourceIfMatch: '\"other\"'",
        [("leaks-data/globex/g", "presence")],
    ),
    ("CreateMultipartUpload", "Key: globex/big", [("leaks-data/globex/big", "change")]),
    ("CreateMultipartUpload", "Key: acme/big", []),
    ("ListParts", "Key: globex/big, UploadId: none", [("leaks-data/globex/big", "presence")]),
    ("PutBucketVersioning", "VersioningConfiguration: {Status: Suspended}", []),
]


@pytest.mark.parametrize(("operation", "params", "expected"), S3, ids=[f"{each[0]}-{each[1]}" for each in S3])
def test_an_answer_of_s3_is_held_against_the_owners(
    world_file: Path, operation: str, params: str, expected: list[tuple[str, str]]
) -> None:
    step = (
        f"  - {{call: 's3:{operation}', as: ann, with: {{Bucket: leaks-data, {params}}}, expect: {{decision: either}}}}"
    )
    run = played(world_file, step)
    assert [(thing, kind) for thing, _, kind in found(run)] == expected
    assert run.ok == (not expected)


def test_tags_say_whose_an_object_is_in_whatever_key_it_stands(world_file: Path) -> None:
    run = played(world_file, "  - {call: 's3:ListObjectsV2', as: ann, with: {Bucket: leaks-tagged}}")
    assert found(run) == [("leaks-tagged/two", "globex", "name")]


TWO, THREE = "rows[pk 2]", "rows[pk 3]"
KEY = "TableName: rows, Key: {pk: {S: '2'}}"
EQUAL = "{ComparisonOperator: EQ, AttributeValueList: [{S: '2'}]}"
DYNAMODB = [
    ("GetItem", KEY, [(TWO, "content")]),
    ("GetItem", f"{KEY}, ProjectionExpression: amount", [(TWO, "content")]),
    ("GetItem", f"{KEY}, ProjectionExpression: pk", [(TWO, "name")]),
    ("GetItem", "TableName: rows, Key: {pk: {S: '1'}}", []),
    ("Scan", "TableName: rows, ProjectionExpression: amount", [(TWO, "content"), (THREE, "content")]),
    ("Scan", "TableName: rows, Select: COUNT", [(TWO, "count"), (THREE, "count")]),
    (  # ScannedCount tells how many the filter kept back
        "Scan",
        "TableName: rows, FilterExpression: 'tenant = :t', ExpressionAttributeValues: {':t': {S: acme}}",
        [(TWO, "count"), (THREE, "count")],
    ),
    (  # and whoever may choose the filter may guess at what they hold
        "Scan",
        (
            "TableName: rows, FilterExpression: 'amount > :n', ProjectionExpression: pk, "
            "ExpressionAttributeValues: {':n': {N: '2'}}"
        ),
        [(TWO, "count"), (THREE, "name")],
    ),
    (
        "Query",
        (
            "TableName: rows, IndexName: by-status, KeyConditionExpression: '#s = :s', "
            "ExpressionAttributeNames: {'#s': status}, ExpressionAttributeValues: {':s': {S: open}}"
        ),
        [(TWO, "name")],
    ),
    (
        "BatchGetItem",
        "RequestItems: {rows: {Keys: [{pk: {S: '1'}}, {pk: {S: '9'}}, {pk: {S: '2'}}]}}",
        [(TWO, "content")],
    ),
    ("TransactGetItems", f"TransactItems: [{{Get: {{{KEY}}}}}]", [(TWO, "content")]),
    ("ExecuteStatement", "Statement: SELECT amount FROM rows WHERE amount > 1", [(TWO, "content"), (THREE, "content")]),
    ("BatchExecuteStatement", "Statements: [{Statement: SELECT * FROM rows WHERE pk = '2'}]", [(TWO, "content")]),
    ("DeleteItem", KEY, [(TWO, "change")]),
    ("PutItem", "TableName: rows, Item: {pk: {S: '2'}, tenant: {S: acme}}, ReturnValues: ALL_OLD", [(TWO, "change")]),
    ("BatchWriteItem", "RequestItems: {rows: [{DeleteRequest: {Key: {pk: {S: '2'}}}}]}", [(TWO, "change")]),
    ("ExecuteStatement", "Statement: UPDATE rows SET amount = 0 WHERE pk = '2'", [(TWO, "change")]),
    (
        "UpdateItem",
        (
            f"{KEY}, UpdateExpression: 'SET amount = :n', ConditionExpression: 'amount = :n', "
            "ExpressionAttributeValues: {':n': {N: '9'}}, ReturnValuesOnConditionCheckFailure: ALL_OLD"
        ),
        [(TWO, "content")],
    ),
    (
        "TransactWriteItems",
        f"TransactItems: [{{ConditionCheck: {{{KEY}, ConditionExpression: attribute_not_exists(pk)}}}}]",
        [(TWO, "presence")],
    ),
    (  # a condition that holds tells as much as one that fails
        "TransactWriteItems",
        f"TransactItems: [{{ConditionCheck: {{{KEY}, ConditionExpression: attribute_exists(pk)}}}}]",
        [(TWO, "presence")],
    ),
    (  # also beside one that fails
        "TransactWriteItems",
        (
            f"TransactItems: [{{ConditionCheck: {{{KEY}, ConditionExpression: attribute_exists(pk)}}}}, "
            "{ConditionCheck: {TableName: rows, Key: {pk: {S: '1'}}, ConditionExpression: attribute_not_exists(pk)}}]"
        ),
        [(TWO, "presence")],
    ),
    (
        "TransactWriteItems",
        (
            f"TransactItems: [{{ConditionCheck: {{{KEY}, ConditionExpression: attribute_not_exists(pk), "
            "ReturnValuesOnConditionCheckFailure: ALL_OLD}}]"
        ),
        [(TWO, "content")],
    ),
    ("DeleteItem", f"{KEY}, ConditionExpression: 'attribute_not_exists(pk)'", [(TWO, "presence")]),
    (  # written over by the same
        "UpdateItem",
        f"{KEY}, UpdateExpression: 'SET amount = :n', ExpressionAttributeValues: {{':n': {{N: '2'}}}}",
        [(TWO, "presence")],
    ),
    ("UpdateItem", f"{KEY}, UpdateExpression: 'SET amount = colour'", [(TWO, "presence")]),  # no such attribute in it
    ("UpdateItem", f"{KEY}, UpdateExpression: 'SET amount = '", []),  # nothing was looked at
    (
        "TransactWriteItems",
        f"TransactItems: [{{Update: {{{KEY}, UpdateExpression: 'SET amount = colour'}}}}]",
        [(TWO, "presence")],
    ),
    ("ExecuteStatement", "Statement: UPDATE rows SET amount = colour WHERE pk = '2'", [(TWO, "presence")]),
    ("ExecuteStatement", "Statement: \"INSERT INTO rows VALUE {'pk': '2'}\"", [(TWO, "presence")]),
    ("ExecuteStatement", "Statement: SELECT amount FROM rows WHERE pk = '2' AND amount > 9", [(TWO, "presence")]),
    (
        "BatchExecuteStatement",
        (
            "Statements: [{Statement: \"INSERT INTO rows VALUE {'pk': '2'}\"}, "
            "{Statement: DELETE FROM rows WHERE pk = '8'}]"
        ),
        [(TWO, "presence")],
    ),
    (
        "ExecuteTransaction",
        "TransactStatements: [{Statement: DELETE FROM rows WHERE pk = '2' AND amount = 9}]",
        [(TWO, "presence")],
    ),
    (  # somebody else's in the middle of one's own
        "UpdateItem",
        (
            "TableName: rows, Key: {pk: {S: '1'}}, UpdateExpression: 'SET tenant = :t', "
            "ExpressionAttributeValues: {':t': {S: globex}}"
        ),
        [("rows[pk 1]", "change")],
    ),
    ("PutItem", "TableName: rows, Item: {pk: {S: '9'}, tenant: {S: globex}}", [("rows[pk 9]", "change")]),
    ("PutItem", "TableName: rows, Item: {pk: {S: '9'}, tenant: {S: acme}}", []),
    ("PutItem", "TableName: rows, Item: {pk: {S: '9'}, tenant: {SS: [acme]}}", [("rows[pk 9]", "change")]),
    ("DeleteTable", "TableName: rows", [("rows[pk 1]", "change"), (TWO, "change"), (THREE, "change")][1:]),
    ("DescribeTable", "TableName: rows", []),
    # the older parameters
    ("Query", f"TableName: rows, KeyConditions: {{pk: {EQUAL}}}", [(TWO, "content")]),
    ("Query", f"TableName: rows, KeyConditions: {{pk: {EQUAL}}}, QueryFilter: {{seen: {EQUAL}}}", [(TWO, "presence")]),
    ("Scan", f"TableName: rows, ScanFilter: {{pk: {EQUAL}}}", [(TWO, "content"), (THREE, "count")]),
    ("UpdateItem", f"{KEY}, AttributeUpdates: {{amount: {{Action: ADD, Value: {{N: '1'}}}}}}", [(TWO, "change")]),
    ("UpdateItem", f"{KEY}, AttributeUpdates: {{status: {{Action: ADD, Value: {{N: '1'}}}}}}", [(TWO, "presence")]),
    ("DeleteItem", f"{KEY}, Expected: {{amount: {{Value: {{N: '7'}}}}}}", [(TWO, "presence")]),
    # a condition of a transaction of statements, held and failed
    *(
        (
            "ExecuteTransaction",
            (
                "TransactStatements: "
                f"[{{Statement: \"EXISTS(SELECT * FROM rows WHERE pk = '2' AND amount = {amount})\"}}, "
                "{Statement: \"INSERT INTO rows VALUE {'pk': '8', 'tenant': 'acme'}\"}]"
            ),
            [(TWO, "presence")],
        )
        for amount in (2, 3)
    ),
    ("ExecuteStatement", "Statement: \"SELECT pk FROM rows WHERE pk IN ['2', '1']\"", [(TWO, "name")]),
    ("ExecuteStatement", "Statement: DELETE FROM rows WHERE pk = '2' RETURNING ALL OLD *", [(TWO, "change")]),
    (
        "GetItem",
        "TableName: 'arn:aws:dynamodb:eu-west-1:111122223333:table/rows', Key: {pk: {S: '2'}}",
        [(TWO, "content")],
    ),
]


@pytest.mark.parametrize(
    ("operation", "params", "expected"), DYNAMODB, ids=[f"{n}-{e[0]}" for n, e in enumerate(DYNAMODB)]
)
def test_an_answer_of_dynamodb_is_held_against_the_owners(
    world_file: Path, operation: str, params: str, expected: list[tuple[str, str]]
) -> None:
    step = f"  - {{call: 'dynamodb:{operation}', as: ann, with: {{{params}}}, expect: {{decision: either}}}}"
    assert sorted((thing, kind) for thing, _, kind in found(played(world_file, step))) == sorted(expected)


def test_the_last_key_of_a_page_is_a_name(world_file: Path) -> None:
    steps = [
        (
            "  - {call: 'dynamodb:Scan', as: ann, save: one, with: {TableName: rows, Limit: 1, "
            "FilterExpression: 'tenant = :t', ExpressionAttributeValues: {':t': {S: acme}}}}"
        ),
        (
            "  - {call: 'dynamodb:Scan', as: ann, with: {TableName: rows, Limit: 2, "
            "FilterExpression: 'tenant = :t', ExpressionAttributeValues: {':t': {S: acme}}}}"
        ),
    ]
    things = found(played(world_file, "\n".join(steps)))
    assert things
    assert {owner for _, owner, _ in things} == {"globex"}
    assert "name" in {kind for _, _, kind in things} <= {"name", "count"}


TAGGED = [
    ("ListObjectsV2", "Delimiter: o", [("leaks-tagged/two", "name"), ("leaks-tagged/two", "name")][:1]),
    ("ListObjectsV2", "Prefix: tw, Delimiter: o", [("leaks-tagged/two", "name")]),
    ("PutObject", "Key: three, Body: x, Tagging: tenant=globex", [("leaks-tagged/three", "change")]),
    ("PutObject", "Key: two, Body: x, Tagging: tenant=acme", [("leaks-tagged/two", "change")]),
    ("PutObjectTagging", "Key: two, Tagging: {TagSet: [{Key: tenant, Value: acme}]}", [("leaks-tagged/two", "change")]),
    (
        "PutObjectTagging",
        "Key: one, Tagging: {TagSet: [{Key: tenant, Value: globex}]}",
        [("leaks-tagged/one", "change")],
    ),
    ("DeleteObjectTagging", "Key: two", [("leaks-tagged/two", "change")]),
    ("CopyObject", "Key: two, CopySource: leaks-tagged/one", [("leaks-tagged/two", "change")]),
    ("GetObject", "Key: two, IfNoneMatch: '*'", [("leaks-tagged/two", "presence")]),
    ("GetObject", "Key: none", []),
]


@pytest.mark.parametrize(("operation", "params", "expected"), TAGGED)
def test_an_answer_about_tagged_objects_is_held_against_their_tags(
    world_file: Path, operation: str, params: str, expected: list[tuple[str, str]]
) -> None:
    told = f"with: {{Bucket: leaks-tagged, {params}}}, expect: {{decision: either}}"
    step = f"  - {{call: 's3:{operation}', as: ann, {told}}}"
    assert [(thing, kind) for thing, _, kind in found(played(world_file, step))] == expected


def test_somebody_elses_version_that_is_gone_for_good_is_a_change_though_the_newest_is_ones_own(
    world_file: Path,
) -> None:
    versioned = WORLD.replace(
        "{BucketName: leaks-tagged}", "{BucketName: leaks-tagged, VersioningConfiguration: {Status: Enabled}}"
    )
    world_file.write_text(versioned, encoding="utf-8")
    steps = """  - {call: 's3:PutObject', as: ops, with: {Bucket: leaks-tagged, Key: two, Tagging: tenant=acme}}
  - {call: 's3:DeleteObject', as: ann, with: {Bucket: leaks-tagged, Key: two, VersionId: "null"}}
  - {call: 's3:DeleteObject', as: ann, with: {Bucket: leaks-tagged, Key: two}}"""
    assert found(played(world_file, steps)) == [("leaks-tagged/two", "globex", "change")]


def test_what_every_key_begins_with_is_nobodys_name(world_file: Path) -> None:
    """That there are folders of people is known to whoever knows the pattern, whosever the only one is."""
    headed = WORLD.replace('KeyPattern: "${tenant}/*"', 'KeyPattern: "glo/${tenant}/*"').replace(
        "globex/g:", "glo/bex/g:"
    )
    world_file.write_text(headed, encoding="utf-8")
    listed = "  - {call: 's3:ListObjectsV2', as: ann, with: {Bucket: leaks-data, %s}}"
    assert found(played(world_file, listed % "Delimiter: /")) == []
    assert found(played(world_file, listed % "Delimiter: /, Prefix: glo/")) == [("leaks-data/glo/bex/", "bex", "name")]
    assert found(played(world_file, listed % "Delimiter: x")) == [("leaks-data/glo/bex", "bex", "name")]


def test_parts_of_somebody_elses_upload_are_a_change(world_file: Path) -> None:
    steps = """  - {call: 's3:CreateMultipartUpload', as: ops, save: up, with: {Bucket: leaks-data, Key: globex/big}}
  - call: s3:UploadPart
    as: ann
    with: {Bucket: leaks-data, Key: globex/big, UploadId: $up.UploadId, PartNumber: 1, Body: x}
  - {call: 's3:ListParts', as: ann, with: {Bucket: leaks-data, Key: globex/big, UploadId: $up.UploadId}}
  - {call: 's3:ListMultipartUploads', as: ann, with: {Bucket: leaks-data}}
  - {call: 's3:AbortMultipartUpload', as: ann, with: {Bucket: leaks-data, Key: globex/big, UploadId: $up.UploadId}}"""
    thing = "leaks-data/globex/big"
    kinds = ("change", "metadata", "name", "change")
    assert found(played(world_file, steps)) == [(thing, "globex", kind) for kind in kinds]


MALFORMED: list[tuple[str, dict[str, Any]]] = [
    *(("s3:DeleteObjects", {"Bucket": "leaks-data", "Delete": each}) for each in ("x", 1, [{}], {"Objects": 1})),
    *(("s3:DeleteObjects", {"Bucket": "leaks-data", "Delete": {"Objects": [each]}}) for each in ({}, 1, {"Key": {}})),
    ("s3:CopyObject", {"Bucket": "leaks-data", "Key": "acme/a", "CopySource": "?"}),
    ("s3:GetObject", {"Bucket": "leaks-data"}),
    ("dynamodb:TransactWriteItems", {"TransactItems": [{}]}),
    ("dynamodb:TransactWriteItems", {"TransactItems": "x"}),
    ("dynamodb:BatchGetItem", {"RequestItems": {"rows": {}}}),
    ("dynamodb:BatchWriteItem", {"RequestItems": {"rows": [{}]}}),
    ("dynamodb:ExecuteStatement", {"Statement": "EXISTS("}),
    ("dynamodb:UpdateItem", {"TableName": "rows", "Key": {"pk": {"N": "x"}}, "UpdateExpression": "SET"}),
]


@pytest.mark.parametrize(("operation", "params"), MALFORMED)
@pytest.mark.parametrize("caller", ["ann", "max"])
def test_what_is_not_understood_leaks_nothing_and_stops_no_check(
    world_file: Path, operation: str, params: dict[str, Any], caller: str
) -> None:
    import cogsim

    sim = cogsim.Simulation(cogsim.load(world_file))
    before = sim.world
    outcome = sim.submit(operation, params, sim.signer(caller))
    assert outcome.error is not None
    assert Watch(before).see(outcome) == ()


def test_an_operator_may_see_everything_and_a_stranger_nothing(world_file: Path) -> None:
    get = "  - {call: 's3:GetObject', as: %s, with: {Bucket: leaks-data, Key: acme/a}}"
    assert found(played(world_file, get % "ops")) == []
    assert found(played(world_file, get % "zoe")) == [("leaks-data/acme/a", "acme", "content")]


def test_a_session_made_with_somebodys_keys_is_theirs(world_file: Path) -> None:
    steps = """  - {call: 'sts:GetSessionToken', as: ann, save: session}
  - {call: 's3:GetObject', as: $session, with: {Bucket: leaks-data, Key: acme/a}}"""
    assert found(played(world_file, steps)) == []


def test_own_data_refused_is_told_where_the_story_says_that_it_should_work(world_file: Path) -> None:
    get = "  - {call: 's3:GetObject', as: max, with: {Bucket: leaks-data, Key: acme/a}%s}"
    run = played(world_file, get % "")
    assert found(run) == [("leaks-data/acme/a", "acme", "withheld")]
    assert any("own data refused" in failure.text for failure in run.failures)
    assert played(world_file, get % ", expect: {error: AccessDenied}").ok
    foreign = (
        "  - {call: 's3:GetObject', as: max, with: {Bucket: leaks-data, Key: globex/g}, expect: {error: AccessDenied}}"
    )
    assert found(played(world_file, foreign)) == []


NARROW = WORLD.replace(
    "  MaxKey:",
    """  Narrow:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Users: [!Ref Max]
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: ["s3:*"], Resource: "arn:aws:s3:::leaks-data/acme/*"}
          - {Effect: Allow, Action: ["dynamodb:BatchExecuteStatement"], Resource: "*"}
          - {Effect: Deny, Action: ["s3:DeleteObject"], Resource: "*"}
  MaxKey:""",
)
OWN = [
    # copying what is somebody else's is refused rightly, to whatever place of one's own
    ("s3:CopyObject", "Bucket: leaks-data, Key: acme/c, CopySource: leaks-data/globex/g", []),
    ("s3:CopyObject", "Bucket: leaks-data, Key: globex/c, CopySource: leaks-data/acme/a", []),
    ("s3:DeleteObject", "Bucket: leaks-data, Key: acme/a", ["leaks-data/acme/a"]),
    # of many, one's own alone
    (
        "s3:DeleteObjects",
        "Bucket: leaks-data, Delete: {Objects: [{Key: acme/a}, {Key: globex/g}]}",
        ["leaks-data/acme/a"],
    ),
    # what is not there is refused to whoever may not list, and is no data
    ("s3:GetObject", "Bucket: leaks-data, Key: acme/no", []),
    ("s3:ListObjectsV2", "Bucket: leaks-data, Prefix: acme/", ["leaks-data/acme/"]),
    ("s3:ListObjectsV2", "Bucket: leaks-data", []),
    ("dynamodb:GetItem", "TableName: rows, Key: {pk: {S: '1'}}", ["rows[pk 1]"]),
    (
        "dynamodb:BatchGetItem",
        "RequestItems: {rows: {Keys: [{pk: {S: '1'}}, {pk: {S: '2'}}]}}",
        [],
    ),
    (
        "dynamodb:BatchExecuteStatement",
        "Statements: [{Statement: SELECT * FROM rows WHERE pk = '1'}, {Statement: SELECT * FROM rows WHERE pk = '2'}]",
        ["rows[pk 1]"],
    ),
    ("dynamodb:Scan", "TableName: rows", []),
]


@pytest.mark.parametrize(("operation", "params", "expected"), OWN, ids=[f"{n}-{e[0]}" for n, e in enumerate(OWN)])
def test_only_what_is_ones_own_is_withheld(world_file: Path, operation: str, params: str, expected: list[str]) -> None:
    world_file.write_text(NARROW, encoding="utf-8")
    run = played(world_file, f"  - {{call: '{operation}', as: max, with: {{{params}}}, expect: {{decision: either}}}}")
    assert [(thing, kind) for thing, _, kind in found(run)] == [(thing, "withheld") for thing in expected]


EXPECTED = [
    ("{leaks: 1}", True),
    ("{leaks: 2}", False),
    ("{leaks: [globex/g]}", True),
    ("{leaks: [leaks-data/globex/g]}", True),
    ("{leaks: [acme/a]}", False),
    ("{leaks: []}", False),
]


@pytest.mark.parametrize(("expect", "ok"), EXPECTED)
def test_a_step_can_say_what_leaks(world_file: Path, expect: str, ok: bool) -> None:
    step = f"  - {{call: 's3:GetObject', as: ann, with: {{Bucket: leaks-data, Key: globex/g}}, expect: {expect}}}"
    assert played(world_file, step).ok == ok


def test_a_scenario_can_say_what_leaks_in_all_of_it(world_file: Path) -> None:
    step = "  - {call: 's3:GetObject', as: ann, with: {Bucket: leaks-data, Key: globex/g}}"
    assert played(world_file, step, "leaks: [globex/g]\n").ok
    missing = played(world_file, step, "leaks: [globex/g, globex/other]\n")
    assert [failure.text for failure in missing.failures] == ["expected globex/other to leak, and it did not"]
    assert not played(world_file, step, "leaks: []\n").ok
    with pytest.raises(InputError, match="refused goes with leaks"):
        played(world_file, step, "refused: [acme/a]\n")


ITEMS = "{call: 'dynamodb:GetItem', as: ann, with: {TableName: rows, Key: {pk: {S: '1'}}}, expect: {items: %s}}"
LISTED = "{call: 's3:ListObjectsV2', as: ann, with: {Bucket: leaks-data, Prefix: acme}, expect: {objects: %s}}"
RETURNED = [
    (ITEMS, "[{pk: '1', amount: 1}]", True),
    (ITEMS, "[{amount: 2}]", False),
    (ITEMS, "[]", False),
    (ITEMS, "[{colour: red}]", False),
    (LISTED, "[acme/a]", True),
    (LISTED, "[]", False),
    (LISTED, "[acme/a, acme/b]", False),
]


@pytest.mark.parametrize(("step", "expected", "ok"), RETURNED)
def test_a_step_can_say_exactly_what_comes_back(world_file: Path, step: str, expected: str, ok: bool) -> None:
    assert played(world_file, f"  - {step % expected}").ok == ok


def test_leaks_are_a_table_with_the_line_that_decided(world_file: Path) -> None:
    run = played(world_file, "  - {call: 's3:GetObject', as: ann, with: {Bucket: leaks-data, Key: globex/g}}")
    (row,) = run.leaks.to_dict("records")
    shown = (row["step"], row["caller"], row["tenant"], row["leaked"], row["what"], row["owner"])
    assert shown == (1, "ann", "acme", "leaks-data/globex/g", "content", "globex")
    line = 1 + WORLD[: WORLD.index('[{Effect: Allow, Action: ["s3:*"')].count("\n")
    assert f"world.yaml:{line}:" in row["where"]
    assert "1 leak: 1 not as expected" in str(run)
    assert [finding.rule for finding in run.findings] == ["tenant-leak"]
    assert run.to_dict()["leaks"][0]["owner"] == "globex"


def test_a_world_without_tenancies_has_no_leaks_to_tell(world_file: Path) -> None:
    world_file.write_text(WORLD.partition("  Tenancy:")[0], encoding="utf-8")
    run = played(world_file, "  - {call: 's3:GetObject', as: ann, with: {Bucket: leaks-data, Key: globex/g}}")
    assert run.ok
    assert "leak" not in str(run).splitlines()[-1]
    assert "leaks" not in run.to_dict()
