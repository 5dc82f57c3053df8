"""What a whole account blocks: it holds in every bucket of it, however open these are."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cogsim.aws.call import Call, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.errors import InputError
from cogsim.load.detect import load
from cogsim.world.template import dump
from tests.unit.aws.s3.s3_door import ACCOUNT, ALL, BOB, BUCKET, EVE, STRANGER, allow, ask, cloud, code

PUBLIC = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{BUCKET}/*"}],
    }
)


def control(at: Cloud, name: str, credentials: Any = BOB, account: str = ACCOUNT, **params: Any) -> Outcome:
    return at.submit(Call(f"s3control:{name}", {"AccountId": account, **params}, credentials, at.origin()))


def block(at: Cloud, *settings: str) -> None:
    on = {"PublicAccessBlockConfiguration": dict.fromkeys(settings, True)}
    control(at, "PutPublicAccessBlock", **on).unwrap()


def test_an_account_that_restricts_public_buckets_closes_them_all() -> None:
    at = cloud(ALL)
    ask(at, "PutObject", Key="k", Body="x").unwrap()
    ask(at, "PutBucketPolicy", Policy=PUBLIC).unwrap()
    assert code(ask(at, "GetObject", None, Key="k")) is None
    block(at, "RestrictPublicBuckets")
    assert code(ask(at, "GetObject", None, Key="k")) == "AccessDenied"
    assert code(ask(at, "GetObject", EVE, Key="k")) == "AccessDenied"
    assert code(ask(at, "GetObject", Key="k")) is None
    assert code(ask(at, "GetPublicAccessBlock")) == "NoSuchPublicAccessBlockConfiguration"
    control(at, "DeletePublicAccessBlock").unwrap()
    assert code(ask(at, "GetObject", None, Key="k")) is None
    assert code(control(at, "GetPublicAccessBlock")) == "NoSuchPublicAccessBlockConfiguration"


def test_an_account_that_blocks_public_policies_and_lists_lets_no_bucket_have_one() -> None:
    at = cloud(ALL, object_ownership="ObjectWriter")
    block(at, "BlockPublicPolicy", "BlockPublicAcls")
    assert code(ask(at, "PutBucketPolicy", Policy=PUBLIC)) == "AccessDenied"
    assert code(ask(at, "PutObject", Key="k", ACL="public-read")) == "AccessDenied"
    ask(at, "CreateBucket", Bucket="fresh").unwrap()
    ask(at, "DeletePublicAccessBlock", Bucket="fresh").unwrap()
    assert (
        code(ask(at, "PutBucketPolicy", Bucket="fresh", Policy=PUBLIC.replace(":data/", ":fresh/"))) == "AccessDenied"
    )
    shown = control(at, "GetPublicAccessBlock").unwrap()["PublicAccessBlockConfiguration"]
    assert sorted(name for name, on in shown.items() if on) == ["BlockPublicAcls", "BlockPublicPolicy"]


def test_another_accounts_buckets_are_its_own_affair() -> None:
    at = cloud(ALL)
    ask(at, "CreateBucket", EVE, Bucket="hers").unwrap()
    block(at, "RestrictPublicBuckets")
    assert at.world.buckets["hers"].account_public_access_block == frozenset()
    assert at.world.buckets["data"].public_access_block == {"RestrictPublicBuckets"}


@pytest.mark.parametrize("name", ["PutPublicAccessBlock", "GetPublicAccessBlock", "DeletePublicAccessBlock"])
def test_an_account_is_set_up_by_its_own_people_with_the_permission(name: str) -> None:
    at = cloud(allow("s3:PutObject", "*"))
    stated = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}} if name.startswith("Put") else {}
    assert code(control(at, name, **stated)) == "AccessDenied"
    assert code(control(at, name, EVE, ACCOUNT, **stated)) == "AccessDenied"
    assert code(control(at, name, EVE, STRANGER, **stated)) in (None, "NoSuchPublicAccessBlockConfiguration")
    action = {"G": "s3:GetAccountPublicAccessBlock"}.get(name[0], "s3:PutAccountPublicAccessBlock")
    assert code(control(cloud(allow(action, "*")), name, **stated)) in (None, "NoSuchPublicAccessBlockConfiguration")


def test_a_world_says_what_its_account_blocks(tmp_path: Any) -> None:
    template = {
        "Metadata": {"cogsim": {"account": ACCOUNT, "region": "us-east-1"}},
        "Resources": {
            "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
            "Open": {
                "Type": "AWS::S3::Bucket",
                "Properties": {"BucketName": "open", "PublicAccessBlockConfiguration": {}},
            },
            "Block": {"Type": "Cogsim::AccountPublicAccessBlock", "Properties": {"RestrictPublicBuckets": True}},
        },
    }
    file = tmp_path / "world.json"
    file.write_text(json.dumps(template))
    world = load(file)
    assert world.buckets["open"].own_public_access_block == frozenset()
    assert world.buckets["open"].public_access_block == {"RestrictPublicBuckets"}
    for name, text in dump(world).items():
        (tmp_path / name).write_text(text)
    assert load(*(tmp_path / name for name in dump(world))) == world


def test_tags_that_count_are_set_one_by_one_by_a_right_of_their_own() -> None:
    at = cloud(allow(["s3:PutBucketTagging", "s3:PutBucketAbac"], "*"))
    tags = [{"Key": "team", "Value": "red"}]
    assert code(ask(at, "PutBucketTagging", Tagging={"TagSet": tags})) is None
    ask(at, "PutBucketAbac", AbacStatus={"Status": "Enabled"}).unwrap()
    assert code(ask(at, "PutBucketTagging", Tagging={"TagSet": tags})) == "MethodNotAllowed"
    assert code(ask(at, "DeleteBucketTagging")) == "MethodNotAllowed"
    assert code(control(at, "TagResource", ResourceArn=BUCKET, Tags=tags)) == "AccessDenied"
    only_blue = {"StringEquals": {"aws:RequestTag/team": "blue"}}
    at = cloud(allow("s3:TagResource", BUCKET, Condition=only_blue), allow(["s3:UntagResource", "s3:List*"], "*"))
    assert code(control(at, "TagResource", ResourceArn=BUCKET, Tags=tags)) == "AccessDenied"
    control(at, "TagResource", ResourceArn=BUCKET, Tags=[{"Key": "team", "Value": "blue"}]).unwrap()
    assert control(at, "ListTagsForResource", ResourceArn=BUCKET).unwrap()["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert code(control(at, "TagResource", ResourceArn=BUCKET, Tags=[{"Key": "aws:x", "Value": ""}])) == "AccessDenied"
    control(at, "UntagResource", ResourceArn=BUCKET, TagKeys=["team", "other"]).unwrap()
    assert control(at, "ListTagsForResource", ResourceArn=BUCKET).unwrap()["Tags"] == []
    assert code(control(at, "ListTagsForResource", ResourceArn="arn:aws:s3:::nowhere")) == "NoSuchResource"


@pytest.mark.parametrize(
    ("objects", "message"),
    [
        ({"": "x"}, "a key is 1 to 1024 bytes long"),
        ({"ü" * 513: "x"}, "a key is 1 to 1024 bytes long"),
        ({"k": {"Body": "x", "BodyBase64": "eA=="}}, "one of them"),
        ({"k": {"Body": "x", "Tags": {f"t{number}": "" for number in range(11)}}}, "at most 10"),
    ],
)
def test_a_world_holds_no_objects_that_s3_could_not(tmp_path: Any, objects: Any, message: str) -> None:
    resources = {
        "Data": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "data"}},
        "Seed": {"Type": "Cogsim::Objects", "Properties": {"Bucket": "data", "Objects": objects}},
    }
    file = tmp_path / "world.json"
    file.write_text(json.dumps({"Resources": resources}))
    with pytest.raises(InputError, match=message) as caught:
        load(file)
    assert caught.value.location is not None
