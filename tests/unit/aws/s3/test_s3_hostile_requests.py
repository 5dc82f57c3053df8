"""What a request can state wrongly, by mistake or on purpose: refused in S3's words, and nothing escapes."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import NotModelled
from tests.unit.aws.s3.s3_door import ALL, BOB, EVE, OBJECTS, allow, ask, cloud, code, deny

EVERYONE = 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'
KEY = {"Key": "k"}


def said(outcome: Any) -> tuple[str, str] | None:
    return (outcome.error.code, outcome.error.message) if outcome.error else None


@pytest.mark.parametrize("member", ["GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP"])
@pytest.mark.parametrize("name", ["PutObject", "PutObjectAcl", "CreateMultipartUpload", "PutBucketAcl"])
def test_a_grant_in_a_header_is_refused_where_lists_are_off(name: str, member: str) -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="x").unwrap()
    named = {} if name == "PutBucketAcl" else KEY
    assert code(ask(at, name, **named, **{member: EVERYONE})) == "AccessControlListNotSupported"


def test_the_owners_own_full_control_is_no_list() -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="x").unwrap()
    owner = ask(at, "GetBucketAcl").unwrap()["Owner"]["ID"]
    assert code(ask(at, "PutObject", **KEY, GrantFullControl=f'id="{owner}"')) is None
    shown = ask(at, "GetObjectAcl", **KEY).unwrap()
    assert code(ask(at, "PutObjectAcl", **KEY, AccessControlPolicy=dict(shown))) is None
    assert code(ask(at, "PutObject", **KEY, GrantFullControl='id="abc"')) == "AccessControlListNotSupported"


@pytest.mark.parametrize("ownership", ["ObjectWriter", "BucketOwnerPreferred"])
@pytest.mark.parametrize(
    "asked",
    [
        {"ACL": "public-read"},
        {"ACL": "authenticated-read"},
        {"GrantRead": EVERYONE},
        {"GrantRead": 'id="abc"'},
    ],
)
@pytest.mark.parametrize("name", ["PutObject", "CreateMultipartUpload", "PutObjectAcl", "PutBucketAcl", "CopyObject"])
def test_a_list_that_grants_something_is_not_passed_over(ownership: str, asked: dict[str, str], name: str) -> None:
    at = cloud(ALL, object_ownership=ownership)
    ask(at, "PutObject", **KEY, Body="x").unwrap()
    named = {"PutBucketAcl": {}, "CopyObject": {"Key": "new", "CopySource": "data/k"}}.get(name, KEY)
    with pytest.raises(NotModelled, match="grants something"):
        ask(at, name, **named, **asked)


def test_block_public_access_refuses_public_lists() -> None:
    blocked = frozenset({"BlockPublicAcls"})
    at = cloud(ALL, object_ownership="ObjectWriter", own_public_access_block=blocked)
    for asked in ({"ACL": "public-read"}, {"ACL": "authenticated-read"}, {"GrantRead": EVERYONE}):
        assert code(ask(at, "PutObject", **KEY, **asked)) == "AccessDenied"
    assert code(ask(at, "PutObject", **KEY, ACL="private")) is None
    assert code(ask(at, "PutObject", **KEY, ACL="private", GrantRead='id="a"')) == "InvalidRequest"


def test_an_object_that_its_writer_would_own_is_not_passed_over() -> None:
    """Where lists are on, what another account writes is not the bucket's owner's."""
    into = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": OBJECTS}
    import json

    for ownership, asked, kept in (
        ("ObjectWriter", {}, False),
        ("ObjectWriter", {"ACL": "bucket-owner-full-control"}, False),
        ("BucketOwnerPreferred", {}, False),
        ("BucketOwnerPreferred", {"ACL": "bucket-owner-full-control"}, True),
        ("BucketOwnerEnforced", {}, True),
    ):
        at = cloud(ALL, object_ownership=ownership)
        ask(at, "PutBucketPolicy", Policy=json.dumps({"Version": "2012-10-17", "Statement": [into]})).unwrap()
        if kept:
            assert code(ask(at, "PutObject", EVE, **KEY, **asked)) is None
        else:
            with pytest.raises(NotModelled, match="writer's account owns"):
                ask(at, "PutObject", EVE, **KEY, **asked)
        assert code(ask(at, "PutObject", BOB, Key="own")) is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ACL": "public-read", "ObjectOwnership": "ObjectWriter"}, "InvalidBucketAclWithBlockPublicAccessError"),
        ({"GrantRead": EVERYONE, "ObjectOwnership": "ObjectWriter"}, "InvalidBucketAclWithBlockPublicAccessError"),
        ({"GrantRead": 'id="a"'}, "InvalidBucketAclWithObjectOwnership"),
        ({"CreateBucketConfiguration": {"LocationConstraint": "mars-1"}}, "InvalidLocationConstraint"),
        ({"CreateBucketConfiguration": {"LocationConstraint": "us-east-1"}}, "InvalidLocationConstraint"),
    ],
)
def test_a_bucket_is_not_made_with(asked: dict[str, Any], expected: str) -> None:
    assert code(ask(cloud(ALL), "CreateBucket", Bucket="fresh", **asked)) == expected


def test_the_first_region_makes_buckets_of_every_region() -> None:
    at = cloud(ALL)
    for name, stated, held in (("one", "eu-west-1", "eu-west-1"), ("two", "EU", "eu-west-1"), ("own", None, None)):
        more = {"CreateBucketConfiguration": {"LocationConstraint": stated}} if stated else {}
        ask(at, "CreateBucket", Bucket=f"fresh-{name}", **more).unwrap()
        assert ask(at, "GetBucketLocation", Bucket=f"fresh-{name}").unwrap()["LocationConstraint"] == held
    again = {"Bucket": "fresh-one", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    assert code(ask(at, "CreateBucket", **again)) == "BucketAlreadyOwnedByYou"
    assert code(ask(at, "CreateBucket", Bucket="fresh-own")) is None
    assert code(ask(at, "CreateBucket", EVE, Bucket="fresh-own")) == "BucketAlreadyExists"


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"Key": "\ud800"}, "InvalidURI"),
        ({"Key": "x" * 1025}, "KeyTooLongError"),
        ({"Key": "ü" * 513}, "KeyTooLongError"),
        ({"Key": "ü" * 512}, None),
        ({"Key": "../../etc/passwd"}, None),
        ({"Key": "k", "Body": "\ud800"}, None),
        ({"Key": "k", "Metadata": {"a": "x" * 2048}}, "MetadataTooLarge"),
        ({"Key": "k", "StorageClass": "FOO"}, "InvalidStorageClass"),
        ({"Key": "k", "ServerSideEncryption": "rot13"}, "InvalidEncryptionAlgorithmError"),
        ({"Key": "k", "IfNoneMatch": '"abc"'}, "NotImplemented"),
        ({"Key": "k", "IfNoneMatch": "*", "IfMatch": "*"}, "NotImplemented"),
        *(
            ({"Key": "k", "Tagging": tagging}, expected)
            for tagging, expected in (
                ("a=1&a=2", "InvalidArgument"),
                ("a=%ff", "InvalidArgument"),
                ("=v", "InvalidTag"),
                ("<s>=1", "InvalidTag"),
                ("a=1;b", "InvalidTag"),
                ("AWS:x=1", "InvalidTag"),
                ("aws:x=1", "InvalidTag"),
                ("ü=€", "InvalidTag"),
                ("ü=a b+-=._:/@1", None),
                ("a", None),
                ("&".join(f"k{number}=1" for number in range(11)), "BadRequest"),
            )
        ),
    ],
)
def test_which_objects_are_written(params: dict[str, Any], expected: str | None) -> None:
    assert code(ask(cloud(ALL), "PutObject", **params)) == expected


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("", ("InvalidArgument", "Version id cannot be the empty string")),
        ("abc", ("InvalidArgument", "Invalid version id specified")),
        ("x" * 32, ("NoSuchVersion", "The specified version does not exist.")),
        ("null", None),
    ],
)
@pytest.mark.parametrize("name", ["GetObject", "HeadObject", "GetObjectTagging", "GetObjectAcl"])
def test_what_is_no_versions_id_is_told_apart(name: str, version: str, expected: tuple[str, str] | None) -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="x").unwrap()
    assert said(ask(at, name, **KEY, VersionId=version)) == expected


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("data/%ff", "InvalidURI"),
        ("data", "InvalidArgument"),
        ("data/k?versionId=", "InvalidArgument"),
        ("data/k?versionId=nul%6c", None),
        ("/data/k", None),
        ("nowhere/k", "NoSuchBucket"),
    ],
)
def test_which_sources_are_copied(source: str, expected: str | None) -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="x").unwrap()
    assert code(ask(at, "CopyObject", Key="copy", CopySource=source)) == expected


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 5000 + "-", "bytes=0-" + "9" * 5000, "bytes=٣-٤", "bytes=--", "x"])
def test_a_range_that_is_not_understood_is_passed_over(asked: str) -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="body").unwrap()
    assert ask(at, "GetObject", **KEY, Range=asked).unwrap()["Body"] == b"body"


def test_many_are_deleted_each_as_the_client_knows_it() -> None:
    at = cloud(ALL)
    etag = ask(at, "PutObject", Key="a", Body="x").unwrap()["ETag"]
    ask(at, "PutObject", Key="b", Body="y").unwrap()
    entries = [{"Key": "a", "ETag": etag}, {"Key": "b", "ETag": etag}, {"Key": "b", "VersionId": "no id"}]
    answer = ask(at, "DeleteObjects", Delete={"Objects": entries}).unwrap()
    assert [each["Key"] for each in answer["Deleted"]] == ["a"]
    assert [each["Code"] for each in answer["Errors"]] == ["PreconditionFailed", "InvalidArgument"]
    with pytest.raises(NotModelled, match="Size"):
        ask(at, "DeleteObjects", Delete={"Objects": [{"Key": "b", "Size": 1}]})
    assert code(ask(at, "DeleteObject", Key="b", VersionId="no id")) == "InvalidArgument"
    assert code(ask(at, "DeleteObject", Key="b", VersionId="x" * 32)) is None


def test_a_bucket_made_again_has_no_uploads_of_the_one_before() -> None:
    at = cloud(ALL)
    ask(at, "CreateBucket", Bucket="fresh").unwrap()
    upload = ask(at, "CreateMultipartUpload", Bucket="fresh", Key="k").unwrap()["UploadId"]
    ask(at, "DeleteBucket", Bucket="fresh").unwrap()
    ask(at, "CreateBucket", EVE, Bucket="fresh").unwrap()
    assert code(ask(at, "UploadPart", EVE, Bucket="fresh", Key="k", UploadId=upload, PartNumber=1)) == "NoSuchUpload"
    assert ask(at, "ListMultipartUploads", EVE, Bucket="fresh").unwrap()["Uploads"] == []


def test_an_upload_names_who_began_it() -> None:
    at = cloud(ALL)
    upload = ask(at, "CreateMultipartUpload", **KEY).unwrap()
    assert ask(at, "ListParts", **KEY, UploadId=upload["UploadId"], PartNumberMarker=7).unwrap()["Parts"] == []
    listed = ask(at, "ListMultipartUploads").unwrap()["Uploads"]
    assert [each["Initiator"]["ID"] for each in listed] == ["arn:aws:iam::123456789012:user/bob"]


def test_an_uploads_requests_do_not_carry_the_tags_of_the_object_there_is() -> None:
    own = {"StringEquals": {"s3:ExistingObjectTag/owner": "bob"}}
    at = cloud(allow("s3:*", "*"), deny(["s3:AbortMultipartUpload", "s3:PutObject"], Condition=own))
    ask(at, "PutObject", **KEY, Tagging="owner=bob").unwrap()
    upload = ask(at, "CreateMultipartUpload", **KEY).unwrap()["UploadId"]
    assert code(ask(at, "AbortMultipartUpload", **KEY, UploadId=upload)) is None
    assert code(ask(at, "PutObject", **KEY)) is None


def test_an_archived_object_is_not_read_before_it_is_restored() -> None:
    at = cloud(ALL)
    ask(at, "PutObject", **KEY, Body="x", StorageClass="GLACIER").unwrap()
    assert code(ask(at, "GetObject", **KEY)) == "InvalidObjectState"
    assert code(ask(at, "HeadObject", **KEY)) is None
    assert code(ask(at, "CopyObject", Key="copy", CopySource="data/k")) == "InvalidObjectState"
    ask(at, "PutObject", **KEY, Body="x", StorageClass="GLACIER_IR").unwrap()
    assert code(ask(at, "GetObject", **KEY)) is None


def test_a_signature_says_what_the_body_is() -> None:
    def rule(value: str) -> dict[str, Any]:
        return deny("s3:*", "*", Condition={"StringEquals": {"s3:x-amz-content-sha256": value}})

    open_body = cloud(ALL, rule("UNSIGNED-PAYLOAD"))
    assert code(ask(open_body, "PutObject", **KEY, Body="x")) is None
    assert code(ask(open_body, "PutObject", **KEY, origin={"auth_type": "REST-QUERY-STRING"})) == "AccessDenied"
    assert code(ask(open_body, "GetObject", **KEY, origin={"content_sha256": "UNSIGNED-PAYLOAD"})) == "AccessDenied"
    of_x = cloud(ALL, rule("2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"))
    assert code(ask(of_x, "PutObject", **KEY, Body="x")) == "AccessDenied"
    assert code(ask(of_x, "PutObject", **KEY, Body="y")) is None
    of_nothing = cloud(ALL, rule("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"))
    for name in ("PutObject", "GetObject", "DeleteObject", "CreateMultipartUpload", "DeleteObjectTagging"):
        assert code(ask(of_nothing, name, **KEY)) == "AccessDenied"
    assert code(ask(of_nothing, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})) is None


def test_a_buckets_tags_are_a_key_of_their_own_for_objects_too() -> None:
    from cogsim.persistent import Map

    mine = allow("s3:*", "*", Condition={"StringEquals": {"s3:BucketTag/team": "red"}})
    tagged = {"tags": Map({"team": "red"})}
    assert code(ask(cloud(mine, attribute_based=True, **tagged), "PutObject", **KEY)) is None
    assert code(ask(cloud(mine, attribute_based=False, **tagged), "PutObject", **KEY)) == "AccessDenied"
