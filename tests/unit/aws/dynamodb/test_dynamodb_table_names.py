"""What a request may name a table by, and which policies are open to everybody."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.errors import NotModelled
from tests.generators.dynamodb_cloud import ARN, NOTES, ask, cloud, key, told

CONSTRAINT = "1 validation error detected: Value '{}' at 'tableName' failed to satisfy constraint: Member must "
PATTERN = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
MADE: dict[str, Any] = {
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
}


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("ab", "have length greater than or equal to 3"),
        ("a" * 256, "have length less than or equal to 255"),
        ("bad name!", PATTERN),
        ("notes/index/byWriter", PATTERN),
        ("nötes", PATTERN),
    ],
)
def test_a_name_of_no_table_is_refused_by_every_request(name: str, rule: str) -> None:
    text = f"ValidationException: {CONSTRAINT.format(name)}{rule}"
    assert told(ask(cloud(), "CreateTable", TableName=name, **MADE)) == text
    assert told(ask(cloud(), "GetItem", TableName=name, Key=key("acme", 1))) == text
    assert told(ask(cloud(), "Scan", TableName=name)) == text
    assert told(ask(cloud(), "DescribeTable", TableName=name)) == text
    assert told(ask(cloud(), "BatchGetItem", RequestItems={name: {"Keys": [key("acme", 1)]}})) == text


@pytest.mark.parametrize("name", ["abc", "a" * 255, "A.b-c_9"])
def test_the_shortest_and_the_longest_name_make_a_table(name: str) -> None:
    at = cloud()
    made = ask(at, "CreateTable", TableName=name, **MADE).unwrap()["TableDescription"]
    assert (made["TableName"], made["TableArn"]) == (name, ARN.replace("notes", name))
    by_arn = ask(cloud(), "CreateTable", TableName=made["TableArn"], **MADE).unwrap()["TableDescription"]
    assert (by_arn["TableName"], by_arn["TableArn"]) == (name, made["TableArn"])
    assert name in ask(at, "ListTables").unwrap()["TableNames"]


@pytest.mark.parametrize(
    "arn", [f"{ARN}/index/byWriter", ARN.replace("table/", "backup/"), "arn:aws:s3:::notes", f"{ARN}/", "arn:"]
)
def test_an_arn_of_anything_but_a_table_is_refused(arn: str) -> None:
    text = f"ValidationException: Invalid TableArn: Invalid ResourceArn provided as input {arn}"
    assert told(ask(cloud(), "CreateTable", TableName=arn, **MADE)) == text
    assert told(ask(cloud(), "GetItem", TableName=arn, Key=key("acme", 1))) == text
    if len(arn) > 4:
        assert told(ask(cloud(), "ListTagsOfResource", ResourceArn=arn)) == text
        assert told(ask(cloud(), "UntagResource", ResourceArn=arn, TagKeys=["a"])) == text


def test_settings_take_an_arn_and_no_name() -> None:
    text = "ValidationException: Invalid TableArn: Invalid ResourceArn provided as input notes"
    assert told(ask(cloud(), "GetResourcePolicy", ResourceArn="notes")) == text
    assert told(ask(cloud(), "TagResource", ResourceArn="notes", Tags=[{"Key": "a", "Value": "b"}])) == text


def test_a_table_is_made_in_the_region_of_the_request() -> None:
    elsewhere = ARN.replace(ARN.split(":")[3], "ap-southeast-2")
    assert told(ask(cloud(), "CreateTable", TableName=elsewhere, **MADE)).startswith("ValidationException: Invalid Tab")
    assert told(ask(cloud(), "GetItem", TableName=elsewhere, Key=key("acme", 1))).startswith("ResourceNotFound")


def test_a_table_of_another_region_is_not_here() -> None:
    elsewhere = ARN.replace(ARN.split(":")[3], "ap-southeast-2")
    at = cloud(table=replace(NOTES, arn=elsewhere))
    assert told(ask(at, "GetItem", TableName=elsewhere, Key=key("acme", 1))).startswith("ResourceNotFoundException")
    assert told(ask(at, "DescribeTable", TableName=elsewhere)).startswith("ResourceNotFoundException")
    assert told(ask(at, "ListTagsOfResource", ResourceArn=elsewhere)).startswith("ResourceNotFoundException")
    assert told(ask(at, "DeleteResourcePolicy", ResourceArn=elsewhere)).startswith("ResourceNotFoundException")
    assert ask(at, "ListTables").unwrap()["TableNames"] == []


def test_streams_are_not_modelled() -> None:
    with pytest.raises(NotModelled, match="stream"):
        ask(cloud(), "GetResourcePolicy", ResourceArn=f"{ARN}/stream/2026-01-01T00:00:00.000")


def saved(condition: dict[str, Any] | None, principal: Any = "*", effect: str = "Allow") -> bool:
    """Whether a policy with this statement may be attached."""
    statement = {"Effect": effect, "Principal": principal, "Action": "dynamodb:GetItem", "Resource": ARN}
    if condition is not None:
        statement["Condition"] = condition
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    outcome = ask(cloud(), "PutResourcePolicy", ResourceArn=ARN, Policy=document, ConfirmRemoveSelfResourceAccess=True)
    assert told(outcome) in (
        "ok",
        "ValidationException: Resource-based policies that grant public access are not allowed",
    )
    return outcome.error is None


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalAccount": ["123456789012", "210987654321"]}},
        {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:user/bob"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::notes"}},
        {"StringEqualsIgnoreCase": {"aws:principalorgid": "o-1234567890"}},
        {"ForAnyValue:StringEquals": {"aws:PrincipalOrgPaths": "o-1234567890/r-ab12/ou-ab12-11111111/"}},
        {"StringLike": {"aws:SourceVpc": "vpc-1"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-1"}},
        {"StringEquals": {"aws:userid": "AIDA1234567890123456"}},
        {"Bool": {"aws:PrincipalIsAWSService": "true"}},
        {"IpAddress": {"aws:SourceIp": "192.0.2.1"}, "StringEquals": {"aws:SourceAccount": "123456789012"}},
    ],
)
def test_a_grant_to_everybody_is_kept_small_by_fixed_values(condition: dict[str, Any]) -> None:
    assert saved(condition)


@pytest.mark.parametrize(
    "condition",
    [
        None,
        {"IpAddress": {"aws:SourceIp": "192.0.2.1"}},
        {"StringEquals": {"aws:PrincipalTag/team": "a"}},
        {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::123456789012:*"}},
        {"StringLike": {"aws:PrincipalOrgID": ["o-1234567890", "o-123456789?"]}},
        {"StringEquals": {"aws:PrincipalAccount": "${aws:SourceAccount}"}},
        {"StringNotEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"StringEqualsIfExists": {"aws:PrincipalAccount": "123456789012"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgPaths": "o-1234567890/r-ab12/"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalAccount": "123456789012"}},
        {"Bool": {"aws:PrincipalIsAWSService": "false"}},
        {"Bool": {"aws:SecureTransport": "true"}},
        {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "acme"}},
    ],
)
def test_a_grant_to_everybody_is_public_without_such_a_condition(condition: dict[str, Any] | None) -> None:
    assert not saved(condition)
    assert saved(condition, effect="Deny")
    assert saved(condition, principal={"AWS": "arn:aws:iam::123456789012:user/bob"})


@pytest.mark.parametrize(
    "principal",
    [{"AWS": "*"}, {"AWS": ["123456789012", "*"]}],
)
def test_everybody_is_named_in_several_ways(principal: Any) -> None:
    assert not saved(None, principal=principal)
