"""The records of real runs: who, what, where, for whom."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.aws.trail import records
from cogsim.aws.trail.log import in_order
from cogsim.load import load
from cogsim.world.world import World

_WORLDS = Path(__file__).parents[1] / "worlds"
_READER = "arn:aws:iam::111111111111:role/team/Reader"
_GUEST = "arn:aws:iam::111111111111:role/Guest"


@pytest.fixture(scope="module")
def world() -> World:
    return load(_WORLDS / "door.yaml", _WORLDS / "other.yaml")


@pytest.fixture
def cloud(world: World) -> Cloud:
    return Cloud(world, "trail")


def keys_of(world: World, user: str) -> Credentials:
    (key,) = (key for key in world.access_keys.values() if key.user_arn.endswith(f"/{user}"))
    return Credentials(key.id, key.secret)


def submit(cloud: Cloud, operation: str, params: dict[str, Any], who: Credentials | None = None, **origin: Any) -> Any:
    return cloud.submit(Call(operation, params, who, replace(cloud.origin(), **origin)))


def session(answer: Any) -> Credentials:
    given = answer["Credentials"]
    return Credentials(given["AccessKeyId"], given.get("SecretAccessKey") or given["SecretKey"], given["SessionToken"])


def assume(cloud: Cloud, **more: Any) -> Credentials:
    params = {"RoleArn": _READER, "RoleSessionName": "alice", **more}
    return session(submit(cloud, "sts:AssumeRole", params, keys_of(cloud.world, "operator")).unwrap())


def guest(cloud: Cloud) -> tuple[str, Credentials]:
    (pool,) = cloud.world.identity_pools
    identity = submit(cloud, "cognito-identity:GetId", {"IdentityPoolId": pool}).unwrap()["IdentityId"]
    answer = submit(cloud, "cognito-identity:GetCredentialsForIdentity", {"IdentityId": identity}).unwrap()
    return identity, session(answer)


def last(cloud: Cloud) -> dict[str, Any]:
    return records(cloud)[-1]


def test_a_record_has_the_members_of_a_documented_one_in_their_order(cloud: Cloud) -> None:
    guest(cloud)
    assert list(records(cloud)[0]) == [
        *("eventVersion", "userIdentity", "eventTime", "eventSource", "eventName", "awsRegion", "sourceIPAddress"),
        *("userAgent", "requestParameters", "responseElements", "requestID", "eventID", "readOnly", "resources"),
        *("eventType", "managementEvent", "recipientAccountId", "eventCategory", "tlsDetails"),
    ]


def test_an_iam_user_is_named_without_the_path_in_the_user_name(cloud: Cloud) -> None:
    submit(cloud, "sts:GetCallerIdentity", {}, keys_of(cloud.world, "operator"))
    identity = last(cloud)["userIdentity"]
    assert identity.pop("principalId").startswith("AIDA")
    assert identity.pop("accessKeyId").startswith("AKIA")
    assert identity == {
        "type": "IAMUser",
        "arn": "arn:aws:iam::111111111111:user/staff/operator",
        "accountId": "111111111111",
        "userName": "operator",
    }


def test_a_role_session_tells_its_issuer_and_when_it_began(cloud: Cloud) -> None:
    held = assume(cloud, SourceIdentity="alice-at-home")
    cloud.advance(60)
    submit(cloud, "sts:GetCallerIdentity", {}, held)
    identity = last(cloud)["userIdentity"]
    assert (identity["type"], identity["accessKeyId"]) == ("AssumedRole", held.access_key_id)
    context = identity["sessionContext"]
    assert context["sessionIssuer"]["arn"] == _READER
    assert context["sessionIssuer"]["userName"] == "Reader"
    assert context["attributes"] == {"creationDate": "2026-01-01T00:00:00Z", "mfaAuthenticated": "false"}
    assert context["sourceIdentity"] == "alice-at-home"
    assert last(cloud)["eventTime"] == "2026-01-01T00:01:00Z"


def test_a_federated_session_tells_the_identity_behind_it(cloud: Cloud) -> None:
    identity, held = guest(cloud)
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"}, held)
    federation = last(cloud)["userIdentity"]["sessionContext"]["webIdFederationData"]
    assert federation["federatedProvider"] == "cognito-identity.amazonaws.com"
    assert federation["attributes"]["cognito-identity.amazonaws.com:sub"] == identity
    assert json.loads(federation["attributes"]["cognito-identity.amazonaws.com:amr"]) == ["unauthenticated"]


def test_the_bearer_of_a_web_identity_is_its_pool_and_identity(cloud: Cloud) -> None:
    identity, _ = guest(cloud)
    (pool,) = cloud.world.identity_pools
    (assumed,) = (entry for entry in records(cloud) if entry["eventName"] == "AssumeRoleWithWebIdentity")
    assert assumed["userIdentity"] == {
        "type": "WebIdentityUser",
        "principalId": f"cognito-identity.amazonaws.com:{pool}:{identity}",
        "userName": identity,
        "identityProvider": "cognito-identity.amazonaws.com",
    }
    assert assumed["sourceIPAddress"] == assumed["userAgent"] == "cognito-identity.amazonaws.com"
    assert "tlsDetails" not in assumed
    assert assumed["readOnly"] is True
    assert assumed["resources"] == [{"accountId": "111111111111", "type": "AWS::IAM::Role", "ARN": _GUEST}]


def test_a_token_that_sts_does_not_accept_lends_its_bearer_no_name(cloud: Cloud) -> None:
    identity, _ = guest(cloud)
    token = submit(cloud, "cognito-identity:GetOpenIdToken", {"IdentityId": identity}).unwrap()["Token"]
    forged = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    params = {"RoleArn": _GUEST, "RoleSessionName": "xx", "WebIdentityToken": forged}
    assert submit(cloud, "sts:AssumeRoleWithWebIdentity", params).error is not None
    assert last(cloud)["userIdentity"] == {"type": "WebIdentityUser"}
    assert token.rpartition(".")[0] not in json.dumps(records(cloud))


def test_the_key_that_was_given_out_joins_issue_and_use(cloud: Cloud) -> None:
    _, held = guest(cloud)
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"}, held)
    given = [entry["responseElements"] for entry in records(cloud) if entry["eventName"] == "GetCredentialsForIdentity"]
    assert given[0]["credentials"]["accessKeyId"] == last(cloud)["userIdentity"]["accessKeyId"]
    assert given[0]["credentials"]["expiration"] == "Jan 1, 2026, 1:00:00 AM"
    assert "secretKey" not in given[0]["credentials"]


def test_public_calls_are_of_nobody_in_the_words_of_each_service(cloud: Cloud) -> None:
    guest(cloud)
    assert records(cloud)[0]["userIdentity"] == {"type": "Unknown"}
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"})
    assert last(cloud)["userIdentity"] == {"type": "AWSAccount", "principalId": "", "accountId": "anonymous"}


def test_a_call_whose_credentials_prove_nothing_leaves_no_record(cloud: Cloud) -> None:
    bad = Credentials("AKIAUNKNOWNUNKNOWN00", "x")
    submit(cloud, "sts:GetCallerIdentity", {}, bad)
    submit(cloud, "sts:GetCallerIdentity", {})
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"}, bad)
    assert len(cloud.log) == 3
    assert records(cloud) == []


def test_a_public_call_to_no_pool_at_all_leaves_no_record(cloud: Cloud) -> None:
    submit(cloud, "cognito-identity:GetId", {"IdentityPoolId": "eu-central-1:00000000-0000-0000-0000-000000000000"})
    assert records(cloud) == []


def test_a_refusal_by_iam_tells_no_parameters_and_s3_tells_them(cloud: Cloud) -> None:
    idler = keys_of(cloud.world, "idler")
    submit(cloud, "sts:AssumeRole", {"RoleArn": _READER, "RoleSessionName": "alice"}, idler)
    refused = last(cloud)
    assert (refused["errorCode"], refused["requestParameters"], refused["responseElements"]) == (
        "AccessDenied",
        None,
        None,
    )
    assert "resources" not in refused
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"}, idler)
    assert last(cloud)["requestParameters"]["key"] == "k"


def test_s3_is_recorded_as_it_went_over_the_wire(cloud: Cloud) -> None:
    operator = keys_of(cloud.world, "operator")
    submit(
        cloud, "s3:PutObject", {"Bucket": "door-data", "Key": "a/b", "Body": b"12345", "Metadata": {"m": "n"}}, operator
    )
    written = last(cloud)
    host = "door-data.s3.eu-central-1.amazonaws.com"
    assert written["requestParameters"] == {"bucketName": "door-data", "key": "a/b", "Host": host}
    assert written["additionalEventData"]["bytesTransferredIn"] == 5
    assert written["responseElements"] == {"x-amz-server-side-encryption": "AES256"}
    params = {"Bucket": "door-data", "Prefix": "a/", "MaxKeys": 5}
    submit(cloud, "s3:ListObjectsV2", params, operator)
    listed = last(cloud)
    assert listed["eventName"] == "ListObjects"
    assert listed["requestParameters"] == {
        "bucketName": "door-data",
        "max-keys": "5",
        "prefix": "a/",
        "list-type": "2",
        "Host": host,
    }
    assert listed["resources"][0] == {"type": "AWS::S3::Object", "ARNPrefix": "arn:aws:s3:::door-data/a/"}
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "a/b"}, operator)
    assert last(cloud)["additionalEventData"]["bytesTransferredOut"] == 5


def test_a_call_across_accounts_leaves_a_record_in_both(cloud: Cloud) -> None:
    submit(cloud, "s3:PutObject", {"Bucket": "other-shared", "Key": "k", "Body": b""}, keys_of(cloud.world, "operator"))
    own, theirs = records(cloud)
    assert [own["recipientAccountId"], theirs["recipientAccountId"]] == ["111111111111", "222222222222"]
    assert own["sharedEventID"] == theirs["sharedEventID"]
    assert own["eventID"] != theirs["eventID"]
    assert own["requestID"] == theirs["requestID"]
    assert own["userIdentity"]["type"] == "IAMUser"
    assert set(theirs["userIdentity"]) == {"type", "principalId", "accountId"}


def test_a_refused_call_across_accounts_stays_with_the_caller(cloud: Cloud) -> None:
    submit(cloud, "s3:GetObject", {"Bucket": "other-shared", "Key": "k"}, keys_of(cloud.world, "idler"))
    assert [entry["recipientAccountId"] for entry in records(cloud)] == ["111111111111"]


def test_default_selectors_record_no_data_events(cloud: Cloud) -> None:
    guest(cloud)
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"})
    everything = records(cloud)
    assert [entry["eventCategory"] for entry in everything] == ["Data", "Data", "Management", "Data"]
    assert all(entry["managementEvent"] == (entry["eventCategory"] == "Management") for entry in everything)
    assert [entry["eventName"] for entry in records(cloud, data_events=False)] == ["AssumeRoleWithWebIdentity"]
    assert records(cloud, data_events=False)[0] == everything[2]


def test_the_way_a_call_came_is_recorded(cloud: Cloud) -> None:
    origin = {"source_ip": "203.0.113.9", "user_agent": "aws-cli/2", "vpc_endpoint": "vpce-1", "tls": False}
    submit(cloud, "sts:GetCallerIdentity", {}, keys_of(cloud.world, "operator"), **origin)
    made = last(cloud)
    assert (made["sourceIPAddress"], made["userAgent"], made["vpcEndpointId"]) == ("203.0.113.9", "aws-cli/2", "vpce-1")
    assert "tlsDetails" not in made


def test_records_come_in_the_total_order_with_ids_of_their_own(cloud: Cloud) -> None:
    guest(cloud)
    assume(cloud)
    submit(cloud, "s3:PutObject", {"Bucket": "other-shared", "Key": "k", "Body": b""}, keys_of(cloud.world, "operator"))
    numbers = [outcome.number for outcome in in_order(entry for entry in cloud.log if isinstance(entry, Outcome))]
    assert numbers == list(range(5))
    ids = [entry["eventID"] for entry in records(cloud)]
    assert len(set(ids)) == len(ids) == 6


def test_a_record_of_the_past_does_not_change_with_the_future(cloud: Cloud) -> None:
    guest(cloud)
    before = records(cloud)
    assume(cloud)
    cloud.world = replace(cloud.world, identity_pools=type(cloud.world.identity_pools)())
    assert records(cloud)[: len(before)] == before


def run_digest() -> str:
    """A run of every service here, as the digest of its trail's bytes."""
    cloud = Cloud(load(_WORLDS / "door.yaml", _WORLDS / "other.yaml"), "bytes")
    _, held = guest(cloud)
    assume(cloud, Tags=[{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}])
    submit(
        cloud, "s3:PutObject", {"Bucket": "other-shared", "Key": "k", "Body": b"x"}, keys_of(cloud.world, "operator")
    )
    submit(cloud, "s3:GetObject", {"Bucket": "door-data", "Key": "k"}, held)
    return hashlib.sha256(json.dumps(records(cloud)).encode()).hexdigest()


def test_the_trail_is_the_same_bytes_under_every_hash_seed() -> None:
    here = Path(__file__)
    program = f"import sys; sys.path.insert(0, {str(here.parent)!r}); import {here.stem} as t; print(t.run_digest())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert printed == {run_digest()}
