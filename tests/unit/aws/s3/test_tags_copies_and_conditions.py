"""Tags, copies, preconditions and the condition keys that these requests bring along."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from tests.unit.aws.s3.s3_door import ALL, BUCKET, EVE, allow, ask, cloud, code, deny

KEY = {"Key": "k"}


def filled(*statements: dict[str, Any], tagging: str = "team=red", **bucket: Any) -> Cloud:
    at = cloud(*statements, **bucket)
    seeded = cloud(ALL)
    ask(seeded, "PutObject", **KEY, Body="hello", Tagging=tagging).unwrap()
    at.world = at.world.with_object("data", seeded.world.objects["data"]["k"])
    return at


def test_tags_are_set_read_replaced_and_taken_away() -> None:
    at = filled()
    assert ask(at, "GetObjectTagging", **KEY).unwrap()["TagSet"] == [{"Key": "team", "Value": "red"}]
    assert ask(at, "GetObject", **KEY).unwrap()["TagCount"] == 1
    ask(at, "PutObjectTagging", **KEY, Tagging={"TagSet": [{"Key": "a", "Value": "1"}]}).unwrap()
    assert ask(at, "GetObjectTagging", **KEY).unwrap()["TagSet"] == [{"Key": "a", "Value": "1"}]
    ask(at, "DeleteObjectTagging", **KEY).unwrap()
    assert ask(at, "GetObjectTagging", **KEY).unwrap()["TagSet"] == []


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ([{"Key": f"k{n}", "Value": ""} for n in range(11)], "BadRequest"),
        ([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "InvalidTag"),
        ([{"Key": "k" * 129, "Value": ""}], "InvalidTag"),
        ([{"Key": "a", "Value": "v" * 257}], "InvalidTag"),
        ([{"Key": "aws:x", "Value": "1"}], "InvalidTag"),
    ],
)
def test_tags_that_s3_does_not_take(tags: list[dict[str, str]], expected: str) -> None:
    assert code(ask(filled(), "PutObjectTagging", **KEY, Tagging={"TagSet": tags})) == expected


def test_an_objects_own_tags_open_it() -> None:
    condition = {"StringEquals": {"s3:ExistingObjectTag/team": "red"}}
    assert code(ask(filled(allow("s3:GetObject", Condition=condition)), "GetObject", **KEY)) is None
    assert (
        code(ask(filled(allow("s3:GetObject", Condition=condition), tagging="team=blue"), "GetObject", **KEY))
        == "AccessDenied"
    )


def test_writing_with_tags_takes_the_permission_to_tag() -> None:
    at = cloud(allow("s3:PutObject"))
    assert code(ask(at, "PutObject", **KEY, Body="x")) is None
    assert code(ask(at, "PutObject", **KEY, Body="x", Tagging="a=1")) == "AccessDenied"
    both = cloud(allow(["s3:PutObject", "s3:PutObjectTagging"]))
    assert code(ask(both, "PutObject", **KEY, Body="x", Tagging="a=1")) is None


def test_the_tags_a_request_sends_can_be_asked_for() -> None:
    tagged = {"StringEquals": {"s3:RequestObjectTag/team": "red"}}
    only = {"ForAllValues:StringEquals": {"s3:RequestObjectTagKeys": ["team"]}}
    at = cloud(allow(["s3:PutObject", "s3:PutObjectTagging"], Condition={**tagged, **only}))
    assert code(ask(at, "PutObject", **KEY, Tagging="team=red")) is None
    assert code(ask(at, "PutObject", **KEY, Tagging="team=blue")) == "AccessDenied"
    assert code(ask(at, "PutObject", **KEY, Tagging="team=red&x=1")) == "AccessDenied"
    sent = {"TagSet": [{"Key": "team", "Value": "red"}]}
    assert code(ask(at, "PutObjectTagging", **KEY, Tagging=sent)) is None


def test_a_copy_is_a_read_and_a_write() -> None:
    at = filled(ALL)
    copied = ask(at, "CopyObject", Key="new", CopySource="data/k").unwrap()
    assert copied["CopyObjectResult"]["ETag"] == ask(at, "GetObject", Key="new").unwrap()["ETag"]
    assert ask(at, "GetObjectTagging", Key="new").unwrap()["TagSet"] == [{"Key": "team", "Value": "red"}]
    write_only = filled(allow(["s3:PutObject", "s3:PutObjectTagging"]))
    assert code(ask(write_only, "CopyObject", Key="new", CopySource="data/k")) == "AccessDenied"
    read_only = filled(allow(["s3:GetObject", "s3:GetObjectTagging"]))
    assert code(ask(read_only, "CopyObject", Key="new", CopySource="data/k")) == "AccessDenied"


def test_a_copy_that_leaves_the_tags_behind_needs_no_right_to_them() -> None:
    at = filled(allow(["s3:GetObject", "s3:PutObject"]))
    assert code(ask(at, "CopyObject", Key="new", CopySource="data/k")) == "AccessDenied"
    assert code(ask(at, "CopyObject", Key="new", CopySource="data/k", TaggingDirective="REPLACE")) is None


def test_a_copy_can_be_tied_to_its_source() -> None:
    condition = {"StringLike": {"s3:x-amz-copy-source": "data/public/*"}}
    at = filled(allow("s3:GetObject*"), allow(["s3:PutObject", "s3:PutObjectTagging"], Condition=condition))
    assert code(ask(at, "CopyObject", Key="new", CopySource="data/k")) == "AccessDenied"


def test_a_part_that_is_copied_can_be_tied_to_its_source() -> None:
    at = cloud()
    etag = ask(at, "PutObject", **KEY, Body="1").unwrap()["ETag"]
    upload = {"Key": "copy", "UploadId": ask(at, "CreateMultipartUpload", Key="copy").unwrap()["UploadId"]}
    part = {**upload, "PartNumber": 1, "CopySource": f"data/{KEY['Key']}"}
    assert code(ask(at, "UploadPartCopy", **part, CopySourceIfMatch='"other"')) == "PreconditionFailed"
    assert code(ask(at, "UploadPartCopy", **part, CopySourceIfNoneMatch=etag)) == "PreconditionFailed"
    assert not ask(at, "ListParts", **upload).unwrap()["Parts"]
    assert code(ask(at, "UploadPartCopy", **part, CopySourceIfMatch=etag)) is None
    assert len(ask(at, "ListParts", **upload).unwrap()["Parts"]) == 1


def test_an_object_is_not_copied_over_itself_without_a_change() -> None:
    at = filled(ALL)
    assert code(ask(at, "CopyObject", Key="k", CopySource="data/k")) == "InvalidRequest"
    renewed = ask(at, "CopyObject", Key="k", CopySource="data/k", MetadataDirective="REPLACE", Metadata={"a": "1"})
    assert renewed.error is None
    assert ask(at, "GetObject", **KEY).unwrap()["Metadata"] == {"a": "1"}


def test_a_source_is_read_as_the_header_writes_it() -> None:
    at = cloud(ALL)
    ask(at, "PutObject", Key="a b/ü", Body="x").unwrap()
    assert ask(at, "CopyObject", Key="c", CopySource="/data/a%20b/%C3%BC").error is None
    assert code(ask(at, "CopyObject", Key="e", CopySource="data/%2e%2e/x")) == "NoSuchKey"


def test_reads_and_writes_can_be_conditional() -> None:
    at = filled(ALL)
    etag = ask(at, "HeadObject", **KEY).unwrap()["ETag"]
    assert code(ask(at, "GetObject", **KEY, IfMatch=etag)) is None
    assert code(ask(at, "GetObject", **KEY, IfMatch='"other"')) == "PreconditionFailed"
    assert code(ask(at, "GetObject", **KEY, IfNoneMatch=etag)) == "304"
    assert code(ask(at, "PutObject", **KEY, IfNoneMatch="*")) == "PreconditionFailed"
    assert code(ask(at, "PutObject", Key="new", IfNoneMatch="*")) is None
    assert code(ask(at, "PutObject", Key="gone", IfMatch=etag)) == "NoSuchKey"
    assert code(ask(at, "PutObject", **KEY, IfMatch=etag, Body="2")) is None
    assert code(ask(at, "PutObject", **KEY, IfMatch=etag, Body="3")) == "PreconditionFailed"


def test_a_bucket_can_insist_on_conditional_writes() -> None:
    guard = {"Null": {"s3:if-none-match": "true"}, "Bool": {"s3:ObjectCreationOperation": "true"}}
    at = cloud(ALL, deny("s3:PutObject", Condition=guard))
    assert code(ask(at, "PutObject", **KEY)) == "AccessDenied"
    assert code(ask(at, "PutObject", **KEY, IfNoneMatch="*")) is None
    begun = ask(at, "CreateMultipartUpload", Key="m").unwrap()["UploadId"]
    part = ask(at, "UploadPart", Key="m", UploadId=begun, PartNumber=1, Body="x").unwrap()
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    done = {"Key": "m", "UploadId": begun, "MultipartUpload": parts}
    assert code(ask(at, "CompleteMultipartUpload", **done)) == "AccessDenied"
    assert code(ask(at, "CompleteMultipartUpload", **done, IfNoneMatch="*")) is None


@pytest.mark.parametrize(
    ("asked", "body", "shown"),
    [
        ("bytes=0-1", b"he", "bytes 0-1/5"),
        ("bytes=3-", b"lo", "bytes 3-4/5"),
        ("bytes=-2", b"lo", "bytes 3-4/5"),
        ("bytes=1-99", b"ello", "bytes 1-4/5"),
        ("lines=1-2", b"hello", None),
        ("bytes=3-1", b"hello", None),
    ],
)
def test_a_range_is_cut_out(asked: str, body: bytes, shown: str | None) -> None:
    found = ask(filled(), "GetObject", **KEY, Range=asked).unwrap()
    assert (found["Body"], found.get("ContentRange"), found["ContentLength"]) == (body, shown, len(body))


def test_a_range_beyond_the_end_is_refused() -> None:
    assert code(ask(filled(), "GetObject", **KEY, Range="bytes=5-")) == "InvalidRange"


@pytest.mark.parametrize(
    ("key", "sent", "matching", "other"),
    [
        ("s3:x-amz-server-side-encryption", "ServerSideEncryption", "aws:kms", "AES256"),
        ("s3:x-amz-storage-class", "StorageClass", "STANDARD_IA", "GLACIER"),
        ("s3:x-amz-server-side-encryption-aws-kms-key-id", "SSEKMSKeyId", "key-1", "key-2"),
    ],
)
def test_headers_of_a_write_are_condition_keys(key: str, sent: str, matching: str, other: str) -> None:
    at = cloud(allow("s3:PutObject", Condition={"StringEquals": {key: matching}}), allow("kms:*", "*"))
    by_key = {"ServerSideEncryption": "aws:kms"} if sent == "SSEKMSKeyId" else {}
    assert code(ask(at, "PutObject", **KEY, **{**by_key, sent: matching})) is None
    assert code(ask(at, "PutObject", **KEY, **{**by_key, sent: other})) == "AccessDenied"
    assert code(ask(at, "PutObject", **KEY)) == "AccessDenied"


def test_how_a_request_was_signed_can_be_asked_for() -> None:
    at = filled(ALL, deny("s3:*", "*", Condition={"StringNotEquals": {"s3:authType": "REST-HEADER"}}))
    assert code(ask(at, "GetObject", **KEY)) is None
    assert code(ask(at, "GetObject", **KEY, origin={"auth_type": "REST-QUERY-STRING"})) == "AccessDenied"
    old = filled(ALL, deny("s3:*", "*", Condition={"NumericGreaterThan": {"s3:signatureAge": "600000"}}))
    assert code(ask(old, "GetObject", **KEY, origin={"signature_age": 600_000})) is None
    assert code(ask(old, "GetObject", **KEY, origin={"signature_age": 600_001})) == "AccessDenied"
    fourth = filled(ALL, deny("s3:*", "*", Condition={"StringNotEquals": {"s3:signatureversion": "AWS4-HMAC-SHA256"}}))
    assert code(ask(fourth, "GetObject", **KEY)) is None
    assert code(ask(fourth, "GetObject", **KEY, origin={"signature_version": "AWS"})) == "AccessDenied"
    modern = filled(ALL, deny("s3:*", "*", Condition={"NumericLessThan": {"s3:TlsVersion": "1.2"}}))
    assert code(ask(modern, "GetObject", **KEY)) is None
    assert code(ask(modern, "GetObject", **KEY, origin={"tls_version": "1.1"})) == "AccessDenied"


def test_many_keys_are_deleted_each_by_its_own_right() -> None:
    at = filled(allow("s3:DeleteObject", "arn:aws:s3:::data/mine/*"))
    answer = ask(at, "DeleteObjects", Delete={"Objects": [{"Key": "mine/1"}, {"Key": "k"}]}).unwrap()
    assert answer["Deleted"] == [{"Key": "mine/1"}]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("k", "AccessDenied")]
    assert at.world.objects["data"].get("k") is not None
    assert code(ask(at, "DeleteObjects", Delete={"Objects": []})) == "MalformedXML"


def test_the_owner_a_client_expects_must_be_the_owner() -> None:
    at = filled(ALL)
    assert code(ask(at, "GetObject", **KEY, ExpectedBucketOwner="123456789012")) is None
    assert code(ask(at, "GetObject", **KEY, ExpectedBucketOwner="999999999999")) == "AccessDenied"


def test_access_control_lists_are_off() -> None:
    at = filled(ALL)
    assert code(ask(at, "PutObject", **KEY, ACL="public-read")) == "AccessControlListNotSupported"
    assert code(ask(at, "PutObject", **KEY, ACL="bucket-owner-full-control")) is None
    assert code(ask(at, "PutObjectAcl", **KEY, ACL="public-read")) == "AccessControlListNotSupported"
    assert code(ask(at, "PutBucketAcl", ACL="public-read")) == "AccessControlListNotSupported"
    shown = ask(at, "GetObjectAcl", **KEY).unwrap()
    assert [each["Permission"] for each in shown["Grants"]] == ["FULL_CONTROL"]


def test_a_stranger_needs_the_bucket_to_say_yes_too() -> None:
    at = filled(ALL)
    assert code(ask(at, "GetObject", EVE, **KEY)) == "AccessDenied"
    granted = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::999999999999:user/eve"},
            "Action": "s3:GetObject",
            "Resource": f"{BUCKET}/*",
        },
    }
    import json

    ask(at, "PutBucketPolicy", Policy=json.dumps(granted)).unwrap()
    assert code(ask(at, "GetObject", EVE, **KEY)) is None
