"""Objects under keys of KMS: S3's permission to read one is not enough."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.errors import NotModelled
from tests.unit.aws.s3.s3_door import ACCOUNT, EVE, OBJECTS, allow, ask, cloud, code, deny

KEY_ARN = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/one"
BY_S3 = "s3.us-east-1.amazonaws.com"
EVERYTHING = allow("*", "*")
S3 = allow("s3:*", "*")
UNDER_KEY = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY_ARN}


@pytest.mark.parametrize("stated", [KEY_ARN, "one"])
@pytest.mark.parametrize(
    ("granted", "writes", "reads"),
    [
        ([EVERYTHING], None, None),
        ([S3], "AccessDenied", "AccessDenied"),
        ([S3, allow("kms:GenerateDataKey", KEY_ARN)], None, "AccessDenied"),
        ([S3, allow("kms:Decrypt", KEY_ARN)], "AccessDenied", None),
        ([S3, allow("kms:*", f"{KEY_ARN}-other")], "AccessDenied", "AccessDenied"),
        ([S3, allow("kms:*", "*", Condition={"StringEquals": {"kms:ViaService": BY_S3}})], None, None),
        ([S3, allow("kms:*", "*"), deny("kms:Decrypt", "*")], None, "AccessDenied"),
    ],
)
def test_the_key_is_asked_too(stated: str, granted: list[Any], writes: str | None, reads: str | None) -> None:
    at = cloud(*granted)
    under = {**UNDER_KEY, "SSEKMSKeyId": stated}
    assert code(ask(at, "PutObject", Key="k", Body="x", **under)) == writes
    assert code(ask(at, "CreateMultipartUpload", Key="k", **under)) == writes
    held = cloud(EVERYTHING)
    ask(held, "PutObject", Key="k", Body="x", **under).unwrap()
    at.world = at.world.with_object("data", held.world.objects["data"]["k"])
    assert code(ask(at, "GetObject", Key="k")) == reads
    assert code(ask(at, "CopyObject", Key="copy", CopySource="data/k")) == reads
    assert code(ask(at, "HeadObject", Key="k")) is None


def test_the_key_that_aws_manages_opens_to_its_own_account_alone() -> None:
    at = cloud(S3)
    ask(at, "PutObject", Key="k", Body="x", ServerSideEncryption="aws:kms").unwrap()
    ask(at, "PutObject", Key="plain", Body="x").unwrap()
    opened = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS}
    ask(at, "PutBucketPolicy", Policy=json.dumps({"Version": "2012-10-17", "Statement": opened})).unwrap()
    for who in (EVE, None):
        assert code(ask(at, "GetObject", who, Key="k")) == "AccessDenied"
        assert code(ask(at, "GetObject", who, Key="plain")) is None
    assert code(ask(at, "GetObject", Key="k")) is None


def test_a_key_is_named_with_its_encryption_and_not_by_an_alias() -> None:
    at = cloud(EVERYTHING)
    assert code(ask(at, "PutObject", Key="k", SSEKMSKeyId=KEY_ARN)) == "InvalidArgument"
    with pytest.raises(NotModelled, match="alias"):
        ask(at, "PutObject", Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/mine")
