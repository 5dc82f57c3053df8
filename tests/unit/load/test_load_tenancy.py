"""Tenancies from templates: what they say, what they name, and what is refused with place and suggestion."""

from __future__ import annotations

from pathlib import Path

import pytest

import cogsim
from cogsim.errors import InputError
from cogsim.world.template import dump
from cogsim.world.tenancy import Members, Owner, Tenancy

HEAD = """
Metadata: {cogsim: {account: "111122223333", region: eu-west-1, stack: t}}
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: tenancy-data}}
  Users: {Type: AWS::Cognito::UserPool, Properties: {Schema: [{Name: tenant, AttributeDataType: String}]}}
  Ann: {Type: AWS::IAM::User, Properties: {UserName: ann}}
  Rows:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: rows
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      BillingMode: PAY_PER_REQUEST
  Items: {Type: Cogsim::Items, Properties: {Table: !Ref Rows, Items: [{pk: a, owner: acme}]}}
  Whose:
    Type: Cogsim::Tenancy
    Properties:
"""
GOOD = """      Owners:
        - {Bucket: !Ref Data, KeyPattern: "${tenant}/*"}
        - {Bucket: !Ref Data, Tag: owner}
        - {Table: !Ref Rows, Attribute: owner}
        - {Table: !GetAtt Rows.Arn, KeyPattern: "T#${tenant}#*"}
      Members:
        - {UserPool: !Ref Users, Attribute: "custom:tenant"}
        - {UserPool: !Ref Users, Groups: "${tenant}-people"}
        - {Tenant: acme, People: [ann]}
      Shared: [public]
      Operators: [!GetAtt Ann.Arn]
"""


def loaded(tmp_path: Path, properties: str) -> cogsim.World:
    path = tmp_path / "world.yaml"
    path.write_text(HEAD + properties, encoding="utf-8")
    return cogsim.load(path)


def test_a_tenancy_is_read_and_written_back(tmp_path: Path) -> None:
    world = loaded(tmp_path, GOOD)
    table = "arn:aws:dynamodb:eu-west-1:111122223333:table/rows"
    pool = next(iter(world.user_pools))
    assert world.tenancies["Whose"] == Tenancy(
        "Whose",
        (
            Owner("tenancy-data", "${tenant}/*"),
            Owner("tenancy-data", tag="owner"),
            Owner(table, attribute="owner"),
            Owner(table, "T#${tenant}#*"),
        ),
        (
            Members("UserPool", pool, attribute="custom:tenant"),
            Members("UserPool", pool, groups="${tenant}-people"),
            Members(tenant="acme", people=("ann",)),
        ),
        ("public",),
        ("arn:aws:iam::111122223333:user/ann",),
    )
    paths = []
    for name, text in dump(world).items():
        paths.append(tmp_path / name)
        paths[-1].write_text(text, encoding="utf-8")
    assert cogsim.load(*paths) == world


BAD = [
    ("Owners: [{Bucket: tenancy-dat, KeyPattern: '${tenant}/*'}]", "is 'tenancy-dat'", "tenancy-data"),
    (
        "Owners: [{Table: row, KeyPattern: '${tenant}/*'}]",
        "table/row'",
        "arn:aws:dynamodb:eu-west-1:111122223333:table/rows",
    ),
    ("Owners: [{Table: rows, Attribute: ownr}]", "is 'ownr'", "owner"),
    ("Owners: [{Table: rows, Tag: owner}]", "items have an Attribute", "Attribute"),
    ("Owners: [{Bucket: tenancy-data, Attribute: owner}]", "objects have a Tag", "Tag"),
    ("Owners: [{Bucket: tenancy-data, KeyPattern: 'tenant/*'}]", r"has no \$\{tenant\}", None),
    ("Owners: [{Bucket: tenancy-data}]", "one of KeyPattern and Tag", None),
    ("Owners: [{Bucket: tenancy-data, Table: rows, Tag: t}]", "one Bucket or of one Table", None),
    ("Members: [{UserPool: !Ref Users, Attribute: 'custom:tenent'}]", "is 'custom:tenent'", "custom:tenant"),
    ("Members: [{UserPool: eu-west-1_nowhere, Attribute: email}]", "which is not there", None),
    ("Members: [{UserPool: !Ref Users}]", "says by one of", None),
    ("Members: [{Tenant: acme}]", "or a Tenant with its People", None),
    ("Members: [{Tenant: acme, People: [amn]}]", "is 'amn'", "ann"),
    ("Members: [{UserPool: !Ref Users, Groups: people}]", "is a pattern with", None),
    ("Members: [{UserPool: !Ref Users, Broker: b, Tenant: acme}]", "are two sources", None),
    (
        "Owners: [{Bucket: tenancy-data, Tag: t}]\n      Operators: ['arn:aws:iam::111122223333:user/amn']",
        "no role and no user",
        None,
    ),
    ("Shared: [public]", "or Members are one at least", None),
    ("Owners: [{Bucket: tenancy-data, Keypattern: x}]", "unknown property 'Keypattern'", "KeyPattern"),
]


@pytest.mark.parametrize(("properties", "message", "hint"), BAD)
def test_what_means_nothing_is_refused_with_its_place(
    tmp_path: Path, properties: str, message: str, hint: str | None
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        loaded(tmp_path, f"      {properties}\n")
    assert refused.value.location is not None
    if hint is not None:
        assert refused.value.suggestion == hint


@pytest.mark.parametrize("source", ["UserPool", "Directory", "Broker"])
def test_people_of_a_source_in_another_file_are_taken_as_written(tmp_path: Path, source: str) -> None:
    world = loaded(tmp_path, f"      Members: [{{{source}: !Ref Elsewhere, Tenant: acme, People: [kim]}}]\n")
    assert world.tenancies["Whose"].members[0].people == ("kim",)
    assert any(name == "«Elsewhere»" for name, _, _ in world.completeness.unresolved)


def test_a_binary_key_says_nothing_to_a_pattern(tmp_path: Path) -> None:
    path = tmp_path / "world.yaml"
    binary = HEAD.replace("AttributeType: S}", "AttributeType: B}").replace(
        "Items: [{pk: a, owner: acme}]", "Items: []"
    )
    path.write_text(f"{binary}      Owners: [{{Table: rows, KeyPattern: '${{tenant}}'}}]\n", encoding="utf-8")
    with pytest.raises(InputError, match="the partition key of the table is binary"):
        cogsim.load(path)


PATTERNS = [
    ("${tenant}/*", "acme/a/b", "acme"),
    ("${tenant}/*", "acme", None),
    ("TENANT#${tenant}#*", "TENANT#acme#1", "acme"),
    ("TENANT#${tenant}#*", "acme#1", None),
    ("${tenant}", "acme/1", "acme/1"),
    ("a.*/${tenant}/*", "axb/acme/1", None),
    ("*/${tenant}/*", "x/acme/1", "acme"),
    ("${tenant}/${tenant}/*", "acme/acme/1", "acme"),
    ("${tenant}/${tenant}/*", "acme/globex/1", None),
]


@pytest.mark.parametrize(("pattern", "key", "tenant"), PATTERNS)
def test_a_key_pattern_reads_the_owner(pattern: str, key: str, tenant: str | None) -> None:
    assert Owner("bucket", pattern).of_key(key) == tenant
