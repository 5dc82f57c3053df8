"""Tables and their items from templates: plain items, DynamoDB's own JSON, populations, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cogsim
from cogsim.errors import InputError
from cogsim.world.attribute_value import read_attributes, write_attributes
from cogsim.world.table_items import Item
from cogsim.world.template import dump
from cogsim.world.world import World

HEAD = """
Metadata: {cogsim: {account: "123456789012", region: us-east-1}}
Resources:
  Notes:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: notes
      KeySchema: [{AttributeName: tenant, KeyType: HASH}, {AttributeName: number, KeyType: RANGE}]
      AttributeDefinitions:
        - {AttributeName: tenant, AttributeType: S}
        - {AttributeName: number, AttributeType: N}
        - {AttributeName: writer, AttributeType: S}
      ProvisionedThroughput: {ReadCapacityUnits: 5, WriteCapacityUnits: 6}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      TableClass: STANDARD
      DeletionProtectionEnabled: true
      GlobalSecondaryIndexes:
        - IndexName: byWriter
          KeySchema: [{AttributeName: writer, KeyType: HASH}]
          Projection: {ProjectionType: INCLUDE, NonKeyAttributes: [title]}
          ProvisionedThroughput: {ReadCapacityUnits: 1, WriteCapacityUnits: 2}
"""


def loaded(tmp_path: Path, seeds: str = "") -> World:
    path = tmp_path / "world.yaml"
    path.write_text(HEAD + seeds)
    return cogsim.load(path)


def seeded(body: str) -> str:
    lines = "\n".join(f"      {line}" for line in body.strip().splitlines())
    return f"  Seeds:\n    Type: Cogsim::Items\n    Properties:\n      Table: !Ref Notes\n{lines}\n"


def items(world: World) -> list[dict[str, Any]]:
    (held,) = world.items.values()
    return [write_attributes(item.attributes) for item in held.primary.values()]


def test_a_table_loads_with_every_setting(tmp_path: Path) -> None:
    world = loaded(tmp_path)
    (table,) = world.tables.values()
    assert table.key_names == ("tenant", "number")
    assert (table.throughput, table.time_to_live) == ((5, 6), ("expires", True))
    assert (table.table_class, table.deletion_protection) == ("STANDARD", True)
    index = table.indexes["byWriter"]
    assert (index.projection.kind, index.projection.attributes, index.throughput) == ("INCLUDE", ("title",), (1, 2))


def test_plain_items_take_the_types_of_the_keys_and_of_what_stands_unquoted(tmp_path: Path) -> None:
    seeds = seeded("""
Items:
  - {tenant: 7, number: "1.50", n: 5, s: "5", t: true, nil: null, l: [1, a, "2"], m: {x: no}, text: "${n}"}
""")
    (item,) = items(loaded(tmp_path, seeds))
    assert item == {
        "tenant": {"S": "7"},
        "number": {"N": "1.5"},
        "n": {"N": "5"},
        "s": {"S": "5"},
        "t": {"BOOL": True},
        "nil": {"NULL": True},
        "l": {"L": [{"N": "1"}, {"S": "a"}, {"S": "2"}]},
        "m": {"M": {"x": {"S": "no"}}},
        "text": {"S": "${n}"},
    }


def test_items_in_dynamodbs_own_json_are_read_as_they_say(tmp_path: Path) -> None:
    seeds = seeded("""
Items:
  - tenant: {S: acme}
    number: {N: "1"}
    raw: {B: AAE=}
    set: {NS: ["2", "1.0"]}
    deep: {M: {a: {L: [{BOOL: false}, {NULL: true}]}}}
""")
    (item,) = items(loaded(tmp_path, seeds))
    assert item["raw"] == {"B": b"\x00\x01"}
    assert item["set"] == {"NS": ["1", "2"]}
    assert item["deep"] == {"M": {"a": {"L": [{"BOOL": False}, {"NULL": True}]}}}


def test_a_population_is_counted(tmp_path: Path) -> None:
    seeds = seeded("""
Count: 20
Item: {tenant: "t${n%3}", number: "${n}", writer: "u${n%2}", title: "Note ${n}", list: ["${n}"]}
""")
    world = loaded(tmp_path, seeds)
    found = items(world)
    assert len(found) == 20
    assert {item["tenant"]["S"] for item in found} == {"t0", "t1", "t2"}
    assert all(item["title"] == {"S": f"Note {item['number']['N']}"} for item in found)
    assert all(item["list"] == {"L": [{"S": item["number"]["N"]}]} for item in found)
    (held,) = world.items.values()
    assert len(held.indexes["byWriter"]) == 20


def test_what_is_written_loads_as_the_same_table_and_items(tmp_path: Path) -> None:
    seeds = seeded("""
Items:
  - {tenant: "${n}", number: 1, b: {B: AAE=}}
  - {tenant: {S: b}, number: {N: "2"}, b: {B: AAE=}, e: {S: ""}, n: {N: "1E-3"}}
Count: 3
Item: {tenant: c, number: "${n}"}
""")
    world = loaded(tmp_path, seeds)
    names = []
    for name, text in dump(world).items():
        (tmp_path / name).write_text(text)
        names.append(tmp_path / name)
    again = cogsim.load(*names)
    assert again == world
    assert dump(again) == dump(world)


def test_an_item_with_a_nul_character_finds_its_way_back(tmp_path: Path) -> None:
    world = loaded(tmp_path, seeded("Items: [{tenant: a, number: 1}]"))
    (table,) = world.tables.values()
    raw = {"tenant": {"S": "a\0"}, "number": {"N": "1"}, "m": {"M": {"B": {"B": b"\0"}}}, "n\0": {"BS": [b"x"]}}
    world = world.with_items(table.arn, world.items_of(table).put(table, Item.of(read_attributes(raw))))
    (tmp_path / "again.json").write_text(next(iter(dump(world).values())))
    assert cogsim.load(tmp_path / "again.json") == world


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Items: [{tenant: a}]", "Missing the key number in the item"),
        ("Items: [{tenant: a, number: x}]", "cannot be converted to a numeric value: x"),
        ('Items: [{tenant: "", number: 1}]', "cannot contain an empty string value. Key: tenant"),
        ("Items: [{tenant: a, number: 1}, {tenant: a, number: 1.0}]", "holds a second item of tenant 'a', number '1'"),
        ("Items: [{tenant: {S: a}, number: {N: [1]}}]", "N holds a list"),
        ("Items: [{tenant: {S: a}, number: {N: '1'}, b: {B: '?'}}]", "is not Base64"),
        ("Items: [{tenant: {S: a}, number: {N: '1'}, s: {SS: [x, x]}}]", "contains duplicates"),
        ("Items: {tenant: a}", "must be a list"),
        ("Items: [x]", "an item is a scalar"),
        ("Count: 3", "stands beside an Item"),
        ("Item: {tenant: a, number: 1}", "stands beside an Item"),
        ("Count: 2\nItem: {tenant: a, number: 1}", "holds a second item"),
        ("Items: [{Base64: e30}]", "Base64 holds no item"),
        ("Items: [{Base64: W10=}]", "Base64 holds no item"),
        ("Items: [{Base64: [x]}]", "holds a list"),
        ("Rows: []", "has an unknown property 'Rows'"),
    ],
)
def test_seeds_that_cannot_be_are_refused_with_their_place(tmp_path: Path, body: str, text: str) -> None:
    with pytest.raises(InputError) as caught:
        loaded(tmp_path, seeded(body))
    assert text in str(caught.value)
    assert caught.value.location is not None


def test_seeds_of_a_table_that_is_not_there_are_refused(tmp_path: Path) -> None:
    seeds = seeded("Items: []").replace("!Ref Notes", "another")
    with pytest.raises(InputError, match="is 'another', which is not there"):
        loaded(tmp_path, seeds)


def test_a_key_without_a_definition_is_taken_for_text_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(
        "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n    Properties:\n"
        "      KeySchema: [{AttributeName: id, KeyType: HASH}]\n"
    )
    world = cogsim.load(path)
    assert any("leaves out the key id: read as S" in warning for warning in world.completeness.warnings)


GLOBAL = """
Metadata: {cogsim: {account: "123456789012", region: eu-west-1}}
Resources:
  Notes:
    Type: AWS::DynamoDB::GlobalTable
    Properties:
      TableName: notes
      KeySchema: [{AttributeName: tenant, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: tenant, AttributeType: S}, {AttributeName: writer, AttributeType: S}]
      GlobalSecondaryIndexes:
        - IndexName: byWriter
          KeySchema: [{AttributeName: writer, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
      TimeToLiveSpecification: {AttributeName: expires, Enabled: true}
      WriteProvisionedThroughputSettings:
        WriteCapacityAutoScalingSettings:
          MinCapacity: 4
          MaxCapacity: 9
          TargetTrackingScalingPolicyConfiguration: {TargetValue: 70}
      Replicas:
        - Region: us-east-1
          TableClass: STANDARD
          ReadProvisionedThroughputSettings: {ReadCapacityUnits: 1}
        - Region: !Ref AWS::Region
          DeletionProtectionEnabled: true
          TableClass: STANDARD_INFREQUENT_ACCESS
          Tags: [{Key: team, Value: a}]
          ReadProvisionedThroughputSettings: {ReadCapacityUnits: 7}
          ResourcePolicy:
            PolicyDocument:
              Version: "2012-10-17"
              Statement: {Effect: Allow, Principal: {AWS: "210987654321"}, Action: dynamodb:GetItem, Resource: "*"}
"""


def test_a_global_table_is_its_replica_in_the_region_of_the_stack(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(GLOBAL)
    world = cogsim.load(path)
    (table,) = world.tables.values()
    assert table.arn == "arn:aws:dynamodb:eu-west-1:123456789012:table/notes"
    assert (table.table_class, table.deletion_protection) == ("STANDARD_INFREQUENT_ACCESS", True)
    assert (table.throughput, table.time_to_live) == ((7, 4), ("expires", True))
    assert dict(table.tags.items()) == {"team": "a"}
    assert table.policy is not None
    assert set(table.indexes) == {"byWriter"}
    assert any("replicas of Notes in us-east-1 are not modelled" in each for each in world.completeness.warnings)


@pytest.mark.parametrize(
    ("given", "instead", "expected"),
    [
        ("MinCapacity: 4", "MinCapacity: 3", (7, 3)),
        ("{ReadCapacityUnits: 7}", "{ReadCapacityAutoScalingSettings: {MinCapacity: 2, MaxCapacity: 5}}", (2, 4)),
        ("TableName: notes", "BillingMode: PAY_PER_REQUEST", None),
    ],
)
def test_a_global_table_begins_with_the_least_of_its_capacity(
    tmp_path: Path, given: str, instead: str, expected: tuple[int, int] | None
) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(GLOBAL.replace(given, instead))
    (table,) = cogsim.load(path).tables.values()
    assert table.throughput == expected


def test_a_global_table_needs_a_replica_where_the_stack_is(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    path.write_text(
        GLOBAL.replace("region: eu-west-1", "region: eu-central-1").replace("!Ref AWS::Region", "eu-west-1")
    )
    with pytest.raises(InputError, match="Replicas of Notes has none in eu-central-1, where the stack is"):
        cogsim.load(path)
