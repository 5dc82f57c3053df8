"""What protected resources cost through the door: a large table and a large bucket, beside the door itself."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.timing import seconds_per_call
from cogsim import Simulation, load
from cogsim.aws.call import Outcome
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.scenario.leaks import Watch
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

_ITEMS, _TENANTS = 100_000, 1000
_USER = "arn:aws:iam::123456789012:user/reader"
_TEMPLATE = f"""
Metadata: {{cogsim: {{account: "123456789012", region: us-east-1}}}}
Resources:
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: notes
      KeySchema: [{{AttributeName: tenant, KeyType: HASH}}, {{AttributeName: number, KeyType: RANGE}}]
      AttributeDefinitions:
        - {{AttributeName: tenant, AttributeType: S}}
        - {{AttributeName: number, AttributeType: N}}
        - {{AttributeName: writer, AttributeType: S}}
      BillingMode: PAY_PER_REQUEST
      GlobalSecondaryIndexes:
        - IndexName: byWriter
          KeySchema: [{{AttributeName: writer, KeyType: HASH}}]
          Projection: {{ProjectionType: ALL}}
  Items:
    Type: Cogsim::Items
    Properties:
      Table: !Ref Notes
      Count: {_ITEMS}
      Item: {{tenant: "t${{n%{_TENANTS}}}", number: "${{n}}", writer: "w${{n}}", title: "Note ${{n}}"}}
"""
#: Whose the items, and the objects, are: what a leak check asks of.
_OWNERS = """  Reader: {{Type: AWS::IAM::User, Properties: {{UserName: reader}}}}
  Tenancy:
    Type: Cogsim::Tenancy
    Properties:
      Owners: [{{{owner}, KeyPattern: "{pattern}"}}]
      Members: [{{Tenant: t7, People: [reader]}}]
"""


_BUCKET = f"""
Metadata: {{cogsim: {{account: "123456789012", region: us-east-1}}}}
Resources:
  Papers: {{Type: AWS::S3::Bucket, Properties: {{BucketName: papers}}}}
  Objects:
    Type: Cogsim::Objects
    Properties:
      Bucket: !Ref Papers
      Count: {_ITEMS}
      Key: "t${{n%{_TENANTS}}}/${{n}}.txt"
      Object: "paper ${{n}}"
"""


def measure() -> list[tuple[str, str, str, str]]:
    """DynamoDB's rows, S3's, and those of the leak check beside both."""
    return [*_table_rows(), *_bucket_rows(), *_leak_rows()]


def _leak_rows() -> list[tuple[str, str, str, str]]:
    """What the leak check costs beside a call, in a table and a bucket of 100,000."""
    table = _TEMPLATE + _OWNERS.format(owner="Table: !Ref Notes", pattern="${tenant}")
    bucket = _BUCKET + _OWNERS.format(owner="Bucket: !Ref Papers", pattern="${tenant}/*")
    item = {"tenant": {"S": "t7"}, "number": {"N": "7"}, "writer": {"S": "w7"}}
    query = {
        "TableName": "notes",
        "KeyConditionExpression": "tenant = :t",
        "ExpressionAttributeValues": {":t": {"S": "t8"}},
    }
    everything = {"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"}
    asked: list[tuple[str, list[tuple[str, dict[str, Any]]]]] = [
        (
            table,
            [
                ("dynamodb:PutItem", {"TableName": "notes", "Item": item}),
                ("dynamodb:Query, 100 items of another's", query),
            ],
        ),
        (
            bucket,
            [
                ("s3:PutObject", {"Bucket": "papers", "Key": "t7/7.txt", "Body": b"x"}),
                ("s3:ListObjectsV2, 1,000 common prefixes", {"Bucket": "papers", "Delimiter": "/"}),
            ],
        ),
    ]
    return [row for template, calls in asked for row in _leak_rows_of(_loaded(template)[0], calls, everything)]


def _leak_rows_of(
    world: World, calls: list[tuple[str, dict[str, Any]]], statement: dict[str, Any]
) -> Iterator[tuple[str, str, str, str]]:
    sim = Simulation(_with_reader(world, statement))
    for name, params in calls:
        before = sim.world
        outcome = sim.submit(name.partition(",")[0], params, sim.signer("reader"))
        found = Watch(before).see(outcome)
        seconds = seconds_per_call(partial(_see, before, outcome))
        held = "items" if name.startswith("dynamodb") else "keys"
        target = "< 1 ms" if ":Put" in name else "< 20 ms"
        yield (
            *(f"leak check of {name.partition(':')[2]}, {_ITEMS:,} {held}", f"{seconds * 1e6:.0f} µs", target),
            f"{len(found):,} leaks found",
        )


def _bucket_rows() -> list[tuple[str, str, str, str]]:
    """Reads, listings and writes of a bucket of 100,000 keys, and how long it takes to load."""
    world, loaded = _loaded(_BUCKET)
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::papers", "arn:aws:s3:::papers/t*"]}
    sim = Simulation(_with_reader(world, statement))
    beside = f"GetCallerIdentity {_seconds(sim, 'sts:GetCallerIdentity', {}) * 1e6:.0f} µs"
    asked: list[tuple[str, dict[str, Any]]] = [
        ("GetObject", {"Bucket": "papers", "Key": "t7/7.txt"}),
        ("ListObjectsV2, a prefix of 100 keys", {"Bucket": "papers", "Prefix": "t7/"}),
        ("ListObjectsV2, 10 common prefixes", {"Bucket": "papers", "Delimiter": "/", "MaxKeys": 10}),
        ("PutObject", {"Bucket": "papers", "Key": "t7/new.txt", "Body": b"x"}),
    ]
    found = [
        _row(name, _seconds(sim, f"s3:{name.split(',')[0]}", params), beside, "bucket of {:,} keys")
        for name, params in asked
    ]
    return [
        *found,
        (f"loading {_ITEMS:,} objects of a template", f"{loaded:.1f} s", "seconds", f"{_TENANTS:,} prefixes"),
    ]


def _see(before: World, outcome: Outcome) -> None:
    Watch(before).see(outcome)


def _loaded(template: str) -> tuple[World, float]:
    """The world of a template, and the seconds that loading it took."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "world.yaml"
        path.write_text(template)
        begin = time.perf_counter()
        return load(path), time.perf_counter() - begin


def _table_rows() -> list[tuple[str, str, str, str]]:
    """Reads and writes of a table of 100,000 items, and how long it takes to load."""
    world, loaded = _loaded(_TEMPLATE)
    sim = Simulation(_with_reader(world))
    door = _seconds(sim, "sts:GetCallerIdentity", {})
    numbers = count(_ITEMS + 1)
    query = {
        "TableName": "notes",
        "KeyConditionExpression": "tenant = :t AND #n > :n",
        "ExpressionAttributeNames": {"#n": "number"},
        "ExpressionAttributeValues": {":t": {"S": "t7"}, ":n": {"N": "50000"}},
        "Limit": 10,
    }
    index = {
        "TableName": "notes",
        "IndexName": "byWriter",
        "KeyConditionExpression": "writer = :w",
        "ExpressionAttributeValues": {":w": {"S": "w7"}},
    }
    rows: list[tuple[str, Any]] = [
        ("GetItem", {"TableName": "notes", "Key": {"tenant": {"S": "t7"}, "number": {"N": "7"}}}),
        ("Query, 10 items", query),
        ("Query of an index", index),
    ]
    beside = f"GetCallerIdentity {door * 1e6:.0f} µs"
    found = [
        _row(name, _seconds(sim, f"dynamodb:{name.split(' ')[0].rstrip(',')}", params), beside) for name, params in rows
    ]
    reader = sim.signer("reader")

    def put() -> None:
        sim.cloud.log.clear()
        item = {"tenant": {"S": "t7"}, "number": {"N": str(next(numbers))}, "writer": {"S": "w7"}}
        sim.submit("dynamodb:PutItem", {"TableName": "notes", "Item": item}, reader)

    found.append(_row("PutItem", seconds_per_call(put), beside))
    return [
        *found,
        (f"loading {_ITEMS:,} items of a template", f"{loaded:.1f} s", "seconds", f"{_TENANTS:,} partitions"),
    ]


def _row(name: str, seconds: float, beside: str, held: str = "table of {:,} items") -> tuple[str, str, str, str]:
    return f"{name}, {held.format(_ITEMS)}", f"{seconds * 1e6:.0f} µs", "< 1 ms", f"{1 / seconds:,.0f}/s; {beside}"


def _seconds(sim: Simulation, operation: str, params: dict[str, Any]) -> float:
    reader = sim.signer("reader")

    def once() -> None:
        sim.cloud.log.clear()
        sim.submit(operation, params, reader)

    return seconds_per_call(once)


_ROWS = {
    "Effect": "Allow",
    "Action": "dynamodb:*",
    "Resource": ["arn:aws:dynamodb:*:*:table/notes", "arn:aws:dynamodb:*:*:table/notes/index/*"],
    "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["t*", "w*"]}},
}


def _with_reader(world: World, statement: dict[str, Any] = _ROWS) -> World:
    """The world with a user who may read and write some of it: the rows of some tenants, unless said otherwise."""
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.IDENTITY)
    user = User(_USER, "reader", inline=Map({"rows": policy}))
    return world.with_user(user).with_access_key(AccessKey("AKIAREADER", _USER, "secret"))
