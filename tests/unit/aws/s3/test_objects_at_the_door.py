"""S3 through the door: objects, listings, what is missing, and the actions that differ from the operations' names."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.bucket import Bucket
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

ACCOUNT = "123456789012"
BUCKET, OBJECTS = "arn:aws:s3:::data", "arn:aws:s3:::data/*"


def cloud(*statements: dict[str, Any], bucket: Bucket | None = None) -> Cloud:
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.IDENTITY)
    arn = f"arn:aws:iam::{ACCOUNT}:user/bob"
    world = (
        World()
        .with_user(User(arn, "bob", inline=Map({"own": policy})))
        .with_access_key(AccessKey("AKIABOB", arn, "secret"))
        .with_bucket(bucket or Bucket("data", ACCOUNT, "us-east-1"))
    )
    return Cloud(world, seed="t", clock=Clock())


def allow(action: str | list[str], resource: str = OBJECTS, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


ALL = allow("s3:*", "*")
BOB = Credentials("AKIABOB", "secret")


def ask(at: Cloud, name: str, credentials: Credentials | None = BOB, **params: Any) -> Outcome:
    return at.submit(Call(f"s3:{name}", {"Bucket": "data", **params}, credentials, at.origin()))


def code(outcome: Outcome) -> str | None:
    return outcome.error.code if outcome.error else None


def listed(at: Cloud, **params: Any) -> tuple[list[str], list[str], str | None]:
    response = ask(at, "ListObjectsV2", **params).unwrap()
    keys = [entry["Key"] for entry in response.get("Contents", [])]
    prefixes = [entry["Prefix"] for entry in response.get("CommonPrefixes", [])]
    assert response["KeyCount"] == len(keys) + len(prefixes)
    assert response["IsTruncated"] is ("NextContinuationToken" in response)
    return keys, prefixes, response.get("NextContinuationToken")


def test_an_object_is_written_read_and_deleted() -> None:
    at = cloud(ALL)
    digest = hashlib.md5(b"hello").hexdigest()
    written = ask(at, "PutObject", Key="a/b", Body="hello", Metadata={"Colour": "red"}, ContentType="text/plain")
    assert written.unwrap()["ETag"] == f'"{digest}"'
    read = ask(at, "GetObject", Key="a/b").unwrap()
    assert (read["Body"], read["ContentLength"], read["ContentType"]) == (b"hello", 5, "text/plain")
    assert read["Metadata"] == {"colour": "red"}
    head = ask(at, "HeadObject", Key="a/b").unwrap()
    assert "Body" not in head
    assert head["ETag"] == f'"{digest}"'
    assert ask(at, "DeleteObject", Key="a/b").unwrap() == {}
    assert code(ask(at, "GetObject", Key="a/b")) == "NoSuchKey"
    assert ask(at, "DeleteObject", Key="a/b").error is None


def test_a_denial_says_no_more_than_access_denied() -> None:
    error = ask(cloud(allow("s3:PutObject")), "GetObject", Key="x").error
    assert error is not None
    assert (error.code, error.message) == ("AccessDenied", "Access Denied")


@pytest.mark.parametrize(
    ("granted", "expected"),
    [
        ([allow("s3:GetObject")], "AccessDenied"),
        ([allow("s3:GetObject"), allow("s3:ListBucket", BUCKET)], "NoSuchKey"),
    ],
)
@pytest.mark.parametrize("name", ["GetObject", "HeadObject"])
def test_only_who_may_list_learns_that_an_object_is_missing(
    granted: list[dict[str, Any]], expected: str, name: str
) -> None:
    outcome = ask(cloud(*granted), name, Key="nothing")
    assert code(outcome) == expected
    assert outcome.decision.deciding[-1].question == "may the caller know that the object is missing?"


@pytest.mark.parametrize(("owner", "expected"), [(ACCOUNT, "NoSuchKey"), ("999999999999", "AccessDenied")])
def test_the_question_whether_one_may_list_has_the_keys_of_a_listing(owner: str, expected: str) -> None:
    own = {"StringEquals": {"s3:ResourceAccount": owner}}
    at = cloud(allow("s3:GetObject"), allow("s3:ListBucket", BUCKET, Condition=own))
    assert (code(ask(at, "ListObjectsV2")) is None) is (expected == "NoSuchKey")
    assert code(ask(at, "GetObject", Key="nothing")) == expected


def test_a_bucket_that_is_not_there_is_nobodys_secret() -> None:
    at = cloud(ALL)
    outcome = at.submit(Call("s3:GetObject", {"Bucket": "missing", "Key": "x"}, None, at.origin()))
    assert code(outcome) == "NoSuchBucket"


@pytest.mark.parametrize(
    ("name", "action", "params"),
    [
        ("HeadObject", "s3:GetObject", {"Key": "k"}),
        ("GetObject", "s3:GetObject", {"Key": "k"}),
        ("DeleteObject", "s3:DeleteObject", {"Key": "k"}),
        ("PutObject", "s3:PutObject", {"Key": "k", "Body": b""}),
        ("ListObjectsV2", "s3:ListBucket", {}),
    ],
)
def test_each_operation_requires_its_own_action(name: str, action: str, params: dict[str, Any]) -> None:
    allowed = cloud(allow(action, "*"), allow("s3:PutObject"))
    ask(allowed, "PutObject", Key="k")
    assert ask(allowed, name, **params).error is None
    others = cloud({"Effect": "Allow", "NotAction": action, "Resource": "*"})
    assert code(ask(others, name, **params)) == "AccessDenied"


def test_an_unsigned_request_is_held_to_the_buckets_policy() -> None:
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::data/public/*",
    }
    policy = parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.RESOURCE)
    at = cloud(ALL, bucket=Bucket("data", ACCOUNT, "us-east-1", policy=policy))
    ask(at, "PutObject", Key="public/x", Body="y")
    assert ask(at, "GetObject", None, Key="public/x").unwrap()["Body"] == b"y"
    assert code(ask(at, "GetObject", None, Key="private/x")) == "AccessDenied"


PREFIX_CASES = [
    ({"StringLike": {"s3:prefix": "acme/*"}}, {"Prefix": "acme/x"}, True),
    ({"StringLike": {"s3:prefix": "acme/*"}}, {"Prefix": "globex/"}, False),
    ({"StringLike": {"s3:prefix": "acme/*"}}, {}, False),
    ({"StringEquals": {"s3:prefix": ""}}, {"Prefix": ""}, True),
    ({"StringEquals": {"s3:prefix": ""}}, {}, False),
    ({"Null": {"s3:prefix": "true"}}, {}, True),
    ({"Null": {"s3:prefix": "true"}}, {"Prefix": ""}, False),
    ({"StringEquals": {"s3:delimiter": "/"}}, {"Delimiter": "/"}, True),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"MaxKeys": 10}, True),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {"MaxKeys": 11}, False),
    ({"NumericLessThanEquals": {"s3:max-keys": "10"}}, {}, False),
]


@pytest.mark.parametrize(("condition", "params", "allowed"), PREFIX_CASES)
def test_what_is_not_sent_is_absent_and_what_is_sent_empty_is_there(
    condition: dict[str, Any], params: dict[str, Any], allowed: bool
) -> None:
    at = cloud(allow("s3:ListBucket", BUCKET, Condition=condition))
    assert (code(ask(at, "ListObjectsV2", **params)) is None) is allowed


def filled() -> Cloud:
    at = cloud(ALL)
    for key in ("a", "a/1", "a/2", "b/1/x", "b/2", "c", "z/9"):
        ask(at, "PutObject", Key=key)
    return at


def test_a_listing_is_in_order_and_rolled_up_at_the_delimiter() -> None:
    at = filled()
    assert listed(at)[0] == ["a", "a/1", "a/2", "b/1/x", "b/2", "c", "z/9"]
    assert listed(at, Delimiter="/") == (["a", "c"], ["a/", "b/", "z/"], None)
    assert listed(at, Delimiter="/", Prefix="b/") == (["b/2"], ["b/1/"], None)
    assert listed(at, Prefix="nothing") == ([], [], None)
    assert listed(at, StartAfter="b/1/x") == (["b/2", "c", "z/9"], [], None)
    assert listed(at, MaxKeys=0) == ([], [], None)


@pytest.mark.parametrize("delimiter", [None, "/"])
@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_together_are_the_listing(size: int, delimiter: str | None) -> None:
    at = filled()
    sent = {"Delimiter": delimiter} if delimiter else {}
    keys, prefixes, _ = listed(at, **sent)
    seen_keys: list[str] = []
    seen_prefixes: list[str] = []
    more: dict[str, Any] = {}
    for _ in range(20):
        page_keys, page_prefixes, token = listed(at, MaxKeys=size, **sent, **more)
        assert len(page_keys) + len(page_prefixes) <= size
        seen_keys += page_keys
        seen_prefixes += page_prefixes
        if token is None:
            break
        more = {"ContinuationToken": token}
    assert (seen_keys, seen_prefixes) == (keys, prefixes)


def test_a_continuation_token_of_ones_own_making_is_refused() -> None:
    assert code(ask(filled(), "ListObjectsV2", ContinuationToken="x")) == "InvalidArgument"
    assert code(ask(filled(), "ListObjectsV2", MaxKeys=-1)) == "InvalidArgument"


def test_a_parameter_that_is_not_modelled_is_named() -> None:
    with pytest.raises(NotModelled, match="PartNumber"):
        ask(cloud(ALL), "GetObject", Key="x", PartNumber=1)


def test_a_wrong_secret_is_refused_before_anything_is_asked() -> None:
    with pytest.raises(AwsError, match="SignatureDoesNotMatch"):
        ask(cloud(ALL), "GetObject", Credentials("AKIABOB", "wrong"), Key="x").unwrap()
