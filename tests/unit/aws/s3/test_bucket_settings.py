"""Buckets: made, found, set up, and the policies that are not saved."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.aws.call import Credentials
from cogsim.aws.cloud import Cloud
from cogsim.world.iam import AccessKey
from tests.unit.aws.s3.s3_door import ACCOUNT, ALL, BUCKET, EVE, STRANGER, allow, ask, cloud, code

NOT_DONE_TO = "Action does not apply to any resource(s) in statement"


def document(**statement: Any) -> str:
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [made]})


def test_a_new_bucket_blocks_the_public_and_has_lists_off() -> None:
    at = cloud(ALL)
    made = ask(at, "CreateBucket", Bucket="fresh-one").unwrap()
    assert made == {"Location": "/fresh-one", "BucketArn": "arn:aws:s3:::fresh-one"}
    block = ask(at, "GetPublicAccessBlock", Bucket="fresh-one").unwrap()["PublicAccessBlockConfiguration"]
    assert set(block.values()) == {True}
    rules = ask(at, "GetBucketOwnershipControls", Bucket="fresh-one").unwrap()["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert [b["Name"] for b in ask(at, "ListBuckets").unwrap()["Buckets"]] == ["data", "fresh-one"]
    assert ask(at, "GetBucketLocation", Bucket="fresh-one").unwrap()["LocationConstraint"] is None


@pytest.mark.parametrize(
    ("params", "region", "expected"),
    [
        ({"Bucket": "data"}, "us-east-1", None),
        ({"Bucket": "UPPER"}, "us-east-1", "InvalidBucketName"),
        ({"Bucket": "a..b"}, "us-east-1", "InvalidBucketName"),
        ({"Bucket": "10.0.0.1"}, "us-east-1", "InvalidBucketName"),
        ({"Bucket": "x-s3alias"}, "us-east-1", "InvalidBucketName"),
        ({"Bucket": "ok-name"}, "eu-west-1", "IllegalLocationConstraintException"),
        (
            {"Bucket": "ok-name", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-2"}},
            "eu-west-1",
            "IllegalLocationConstraintException",
        ),
        ({"Bucket": "ok-name", "ACL": "public-read"}, "us-east-1", "InvalidBucketAclWithObjectOwnership"),
        ({"Bucket": "ok-name", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}, "eu-west-1", None),
    ],
)
def test_which_buckets_are_made(params: dict[str, Any], region: str, expected: str | None) -> None:
    assert code(ask(cloud(ALL), "CreateBucket", **params, origin={"region": region})) == expected


def test_a_name_that_another_account_took_is_taken() -> None:
    assert code(ask(cloud(ALL), "CreateBucket", EVE, Bucket="data")) == "BucketAlreadyExists"


def test_an_account_lists_its_own_buckets_only_page_by_page() -> None:
    at = cloud(ALL)
    for name in ("b-one", "b-two", "c-one"):
        ask(at, "CreateBucket", Bucket=name).unwrap()
    assert ask(at, "ListBuckets", EVE).unwrap()["Buckets"] == []
    first = ask(at, "ListBuckets", MaxBuckets=2).unwrap()
    rest = ask(at, "ListBuckets", ContinuationToken=first["ContinuationToken"]).unwrap()
    assert [b["Name"] for b in (*first["Buckets"], *rest["Buckets"])] == ["b-one", "b-two", "c-one", "data"]
    assert len(ask(at, "ListBuckets", Prefix="b-").unwrap()["Buckets"]) == 2
    assert code(ask(cloud(allow("s3:ListAllMyBuckets", BUCKET)), "ListBuckets")) == "AccessDenied"


def test_a_public_policy_is_not_saved_while_that_is_blocked() -> None:
    at = cloud(ALL, own_public_access_block=frozenset({"BlockPublicPolicy"}))
    assert code(ask(at, "PutBucketPolicy", Policy=document())) == "AccessDenied"
    to_one = document(Principal={"AWS": f"arn:aws:iam::{STRANGER}:root"})
    assert code(ask(at, "PutBucketPolicy", Policy=to_one)) is None
    ask(at, "DeletePublicAccessBlock").unwrap()
    assert code(ask(at, "GetPublicAccessBlock")) == "NoSuchPublicAccessBlockConfiguration"
    ask(at, "PutBucketPolicy", Policy=document()).unwrap()
    assert ask(at, "GetBucketPolicyStatus").unwrap() == {"PolicyStatus": {"IsPublic": True}}


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("{", "Policies must be valid JSON"),
        (document(Resource="arn:aws:s3:::other/*"), "Policy has invalid resource"),
        (document(Resource="arn:aws:dynamodb:::data"), "Policy has invalid resource"),
        (document(Principal={"AWS": "arn:aws:iam::123456789012:user/nobody"}), "Invalid principal in policy"),
    ],
)
def test_policies_that_are_refused(policy: str, message: str) -> None:
    error = ask(cloud(ALL), "PutBucketPolicy", Policy=policy).error
    assert error is not None
    assert error.code == "MalformedPolicy"
    assert message.split()[0] in error.message or "policy" in error.message.lower()


def test_a_policy_is_given_back_and_taken_away() -> None:
    at = cloud(ALL)
    assert code(ask(at, "GetBucketPolicy")) == "NoSuchBucketPolicy"
    ask(at, "PutBucketPolicy", Policy=document(Sid="One")).unwrap()
    given = json.loads(ask(at, "GetBucketPolicy").unwrap()["Policy"])
    assert given["Statement"][0]["Sid"] == "One"
    ask(at, "DeleteBucketPolicy").unwrap()
    assert code(ask(at, "GetBucketPolicy")) == "NoSuchBucketPolicy"


def test_anonymous_readers_come_in_by_a_public_policy_and_by_nothing_else() -> None:
    at = cloud(ALL)
    ask(at, "PutObject", Key="k", Body="x").unwrap()
    assert code(ask(at, "GetObject", None, Key="k")) == "AccessDenied"
    ask(at, "PutBucketPolicy", Policy=document()).unwrap()
    assert code(ask(at, "GetObject", None, Key="k")) is None
    restricted = {"RestrictPublicBuckets": True}
    ask(at, "PutPublicAccessBlock", PublicAccessBlockConfiguration=restricted).unwrap()
    assert code(ask(at, "GetObject", None, Key="k")) == "AccessDenied"


def test_a_buckets_tags_count_once_that_is_switched_on() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    at = cloud(ALL)
    ask(at, "PutBucketTagging", Tagging={"TagSet": [{"Key": "team", "Value": "red"}]}).unwrap()

    def may_list(at: Cloud) -> str | None:
        other = cloud(allow("s3:ListBucket", BUCKET, Condition=condition))
        other.world = other.world.with_bucket(at.world.buckets["data"])
        return code(ask(other, "ListObjectsV2"))

    assert may_list(at) == "AccessDenied"
    ask(at, "PutBucketAbac", AbacStatus={"Status": "Enabled"}).unwrap()
    assert may_list(at) is None
    assert ask(at, "GetBucketTagging").unwrap()["TagSet"] == [{"Key": "team", "Value": "red"}]
    ask(at, "PutBucketAbac", AbacStatus={"Status": "Disabled"}).unwrap()
    ask(at, "DeleteBucketTagging").unwrap()
    assert code(ask(at, "GetBucketTagging")) == "NoSuchTagSet"


def test_settings_are_guarded_by_their_own_actions() -> None:
    at = cloud(allow("s3:GetBucket*", BUCKET))
    assert code(ask(at, "GetBucketVersioning")) is None
    assert code(ask(at, "PutBucketVersioning", VersioningConfiguration={"Status": "Enabled"})) == "AccessDenied"
    assert code(ask(at, "HeadBucket")) == "AccessDenied"
    assert code(ask(cloud(allow("s3:ListBucket", BUCKET)), "HeadBucket")) is None


def test_a_multipart_upload_becomes_one_object() -> None:
    at = cloud(ALL)
    big, small = b"a" * (5 * 1024 * 1024), b"end"
    upload = ask(at, "CreateMultipartUpload", Key="m", Metadata={"A": "1"}).unwrap()["UploadId"]
    tags = []
    for number, body in ((2, small), (1, big)):
        tags.append(ask(at, "UploadPart", Key="m", UploadId=upload, PartNumber=number, Body=body).unwrap()["ETag"])
    assert [p["PartNumber"] for p in ask(at, "ListParts", Key="m", UploadId=upload).unwrap()["Parts"]] == [1, 2]
    assert [u["Key"] for u in ask(at, "ListMultipartUploads").unwrap()["Uploads"]] == ["m"]
    named = [{"PartNumber": 1, "ETag": tags[1]}, {"PartNumber": 2, "ETag": tags[0]}]
    turned = {"MultipartUpload": {"Parts": named[::-1]}, "Key": "m", "UploadId": upload}
    assert code(ask(at, "CompleteMultipartUpload", **turned)) == "InvalidPartOrder"
    strange = {**turned, "MultipartUpload": {"Parts": [{"PartNumber": 3, "ETag": "x"}]}}
    assert code(ask(at, "CompleteMultipartUpload", **strange)) == "InvalidPart"
    done = ask(at, "CompleteMultipartUpload", **{**turned, "MultipartUpload": {"Parts": named}}).unwrap()
    assert done["ETag"].endswith('-2"')
    found = ask(at, "GetObject", Key="m").unwrap()
    assert (len(found["Body"]), found["Metadata"], found["ETag"]) == (len(big) + 3, {"a": "1"}, done["ETag"])
    assert code(ask(at, "ListParts", Key="m", UploadId=upload)) == "NoSuchUpload"


def test_an_upload_that_is_given_up_leaves_nothing() -> None:
    at = cloud(ALL)
    upload = ask(at, "CreateMultipartUpload", Key="m").unwrap()["UploadId"]
    ask(at, "AbortMultipartUpload", Key="m", UploadId=upload).unwrap()
    assert code(ask(at, "UploadPart", Key="m", UploadId=upload, PartNumber=1, Body="x")) == "NoSuchUpload"
    assert ask(at, "ListMultipartUploads").unwrap()["Uploads"] == []
    assert code(ask(at, "CompleteMultipartUpload", Key="m", UploadId=upload)) == "NoSuchUpload"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Principal": None}, "Missing required field Principal"),
        ({"Resource": None}, "Missing required field Resource"),
        ({"Action": "s3:GetObjekt"}, "Policy has invalid action"),
        ({"Action": "s3:Nope*"}, "Policy has invalid action"),
        ({"Action": "ec2:RunInstances"}, "Policy has invalid action"),
        ({"Action": "s3:ListBucket"}, NOT_DONE_TO),
        ({"Action": ["s3:GetObject", "s3:ListBucket"]}, NOT_DONE_TO),
        ({"Resource": BUCKET}, NOT_DONE_TO),
        (
            {"Action": "s3:ListAllMyBuckets", "Resource": BUCKET},
            NOT_DONE_TO,
        ),
        ({"Condition": {"StringEquals": {"s3:foo": "x"}}}, "Policy has an invalid condition key"),
        ({"Condition": {"StringEquals": {"aws:Foo": "x"}}}, "Policy has an invalid condition key"),
        (
            {"Condition": {"StringLike": {"s3:prefix": "x"}}},
            "Conditions do not apply to combination of actions and resources in statement",
        ),
        (
            {"Action": "s3:PutObject", "Condition": {"StringEquals": {"s3:ExistingObjectTag/a": "x"}}},
            "Conditions do not apply to combination of actions and resources in statement",
        ),
        ({"Resource": "arn:aws:s3:::" + "*a" * 40 + "b/*"}, "Policy has invalid resource"),
        ({"Action": "s3:*"}, None),
        ({"Action": "*"}, None),
        ({"Action": ["s3:Get*", "s3:List*"], "Resource": [BUCKET, f"{BUCKET}/*"]}, None),
        ({"Action": ["s3:GetObject", "s3:ListBucket"], "Resource": f"{BUCKET}*"}, None),
        ({"Action": "s3:ListBucket", "Resource": BUCKET, "Condition": {"StringLike": {"S3:Prefix": "x"}}}, None),
        ({"Condition": {"StringEquals": {"s3:ExistingObjectTag/a": "x"}}}, None),
        ({"Condition": {"StringEquals": {"aws:PrincipalTag/a": "x", "cognito-identity.amazonaws.com:sub": "y"}}}, None),
        ({"Condition": {"StringEquals": {"s3:DataAccessPointAccount": "123456789012"}}}, None),
        ({"Condition": {"NumericGreaterThan": {"s3:signatureAge": "600000"}}}, None),
    ],
)
def test_the_words_of_a_policy_must_mean_something_in_s3(change: dict[str, Any], message: str | None) -> None:
    stated = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*", **change}
    statement = {name: value for name, value in stated.items() if value is not None}
    text = json.dumps({"Version": "2012-10-17", "Statement": statement})
    error = ask(cloud(ALL), "PutBucketPolicy", Policy=text).error
    assert (error.message if error else None) == message


def test_a_policy_is_the_owners_affair_and_locks_no_root_user_out() -> None:
    at = cloud(ALL)
    for name in ("GetBucketPolicy", "DeleteBucketPolicy"):
        assert code(ask(at, name, EVE)) == "AccessDenied"
    open_to_all = document(Action="s3:*", Resource=[BUCKET, f"{BUCKET}/*"])
    ask(at, "PutBucketPolicy", Policy=open_to_all).unwrap()
    for name in ("GetBucketPolicy", "DeleteBucketPolicy"):
        assert code(ask(at, name, EVE)) == "MethodNotAllowed"
    assert code(ask(at, "PutBucketPolicy", EVE, Policy=open_to_all)) == "MethodNotAllowed"
    locked = document(Effect="Deny", Action="s3:*", Resource=[BUCKET, f"{BUCKET}/*"])
    ask(at, "PutBucketPolicy", Policy=locked).unwrap()
    assert code(ask(at, "DeleteBucketPolicy")) == "AccessDenied"
    root = Credentials("AKIAROOT", "secret")
    at.world = at.world.with_access_key(AccessKey("AKIAROOT", f"arn:aws:iam::{ACCOUNT}:root", "secret"))
    assert code(ask(at, "GetObject", root, Key="k")) == "AccessDenied"
    assert code(ask(at, "DeleteBucketPolicy", root)) is None
    assert code(ask(at, "GetBucketPolicy")) == "NoSuchBucketPolicy"
