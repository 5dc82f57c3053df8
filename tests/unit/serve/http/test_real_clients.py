"""boto3 over sockets: every protocol, every partition, and the errors that clients see."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cogsim.aws.model import service_model

TRUST = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}


def code_of(error: Any) -> str:
    return str(error.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    ("region", "partition"),
    [("us-east-1", "aws"), ("eu-west-1", "aws"), ("cn-north-1", "aws-cn"), ("us-gov-west-1", "aws-us-gov")],
)
def test_an_administrator_may_do_everything_in_every_partition(served: Any, region: str, partition: str) -> None:
    assert served.client("sts", region).get_caller_identity()["Arn"] == f"arn:{partition}:iam::123456789012:user/admin"
    pool = served.client("cognito-idp", region).create_user_pool(PoolName="people")["UserPool"]
    assert pool["Id"].startswith(f"{region}_")
    assert pool["Arn"] == f"arn:{partition}:cognito-idp:{region}:123456789012:userpool/{pool['Id']}"
    trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
    role = served.client("iam", region).create_role(RoleName="r", AssumeRolePolicyDocument=trust)["Role"]
    assert role["Arn"] == f"arn:{partition}:iam::123456789012:role/r"
    session = served.client("sts", region).assume_role(RoleArn=role["Arn"], RoleSessionName="work")
    assert session["AssumedRoleUser"]["Arn"] == f"arn:{partition}:sts::123456789012:assumed-role/r/work"
    made = served.client("cognito-identity", region).create_identity_pool(
        IdentityPoolName="guests", AllowUnauthenticatedIdentities=True
    )
    assert made["IdentityPoolId"].startswith(f"{region}:")


def test_sessions_made_in_a_partition_are_of_that_partition(served: Any) -> None:
    keys = served.client("sts", "cn-north-1").get_session_token()["Credentials"]
    again = served.client(
        "sts", "cn-north-1", keys["AccessKeyId"], keys["SecretAccessKey"], aws_session_token=keys["SessionToken"]
    )
    assert again.get_caller_identity()["Arn"] == "arn:aws-cn:iam::123456789012:user/admin"


def test_objects_go_up_and_down_with_whatever_is_in_their_keys(served: Any) -> None:
    s3 = served.client("s3")
    s3.create_bucket(Bucket="papers")
    for key in ("plan.txt", "../../etc/passwd", "a//b", "é ü?#&+%", "x/../../y", "nul\x00byte"):
        s3.put_object(Bucket="papers", Key=key, Body=b"text", Metadata={"owner": "alice"})
        found = s3.get_object(Bucket="papers", Key=key)
        assert (found["Body"].read(), found["Metadata"]) == (b"text", {"owner": "alice"})
        assert s3.head_object(Bucket="papers", Key=key)["ContentLength"] == 4
    assert len(s3.list_objects_v2(Bucket="papers")["Contents"]) == 6


def test_a_large_object_is_sent_once_the_server_says_to_go_on(served: Any) -> None:
    s3 = served.client("s3")
    s3.create_bucket(Bucket="papers")
    body = bytes(range(256)) * 40960
    s3.put_object(Bucket="papers", Key="large", Body=body)
    assert s3.get_object(Bucket="papers", Key="large")["Body"].read() == body


def test_an_object_larger_than_the_limit_is_refused_and_nothing_is_kept(served: Any) -> None:
    s3 = served.client("s3")
    s3.create_bucket(Bucket="papers")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket="papers", Key="huge", Body=b"x" * (65 << 20))
    assert code_of(error) == "EntityTooLarge"
    assert "Contents" not in s3.list_objects_v2(Bucket="papers")


def test_a_wrong_secret_an_unknown_key_and_no_signature_are_refused_in_the_services_words(served: Any) -> None:
    def refused(service: str, operation: str, key: str, secret: str, **params: Any) -> str:
        with pytest.raises(ClientError) as error:
            getattr(served.client(service, key=key, secret=secret), operation)(**params)
        return code_of(error)

    key = served.launched.opened.keys.id
    assert refused("sts", "get_caller_identity", key, "wrong") == "SignatureDoesNotMatch"
    assert refused("sts", "get_caller_identity", "AKIANOBODY", "x") == "InvalidClientTokenId"
    assert refused("cognito-idp", "list_user_pools", key, "wrong", MaxResults=1) == "InvalidSignatureException"
    assert refused("cognito-idp", "list_user_pools", "AKIANOBODY", "x", MaxResults=1) == "UnrecognizedClientException"
    assert refused("s3", "list_buckets", "AKIANOBODY", "x") == "InvalidAccessKeyId"


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("iam", "list_delegation_requests", {}),
        ("sqs", "list_queues", {}),
        ("sns", "list_topics", {}),
        ("ec2", "describe_instances", {}),
        ("lambda", "list_functions", {}),
        ("cloudwatch", "list_metrics", {}),
    ],
)
def test_what_is_not_modelled_says_so_and_names_itself(
    served: Any, service: str, operation: str, params: dict[str, str]
) -> None:
    client = served.client(service)
    name = client.meta.method_to_api_mapping[operation]
    with pytest.raises(ClientError) as error:
        getattr(client, operation)(**params)
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert code_of(error) == "NotImplemented"
    assert f"{service}:{name} is not modelled" in error.value.response["Error"]["Message"]


def test_a_parameter_that_is_not_modelled_is_named(served: Any) -> None:
    with pytest.raises(ClientError) as error:
        served.client("iam").simulate_custom_policy(
            PolicyInputList=["{}"], ActionNames=["s3:GetObject"], ResourceHandlingOption="EC2-VPC-EBS"
        )
    assert error.value.response["Error"]["Message"].startswith("iam:SimulateCustomPolicy with ResourceHandlingOption")


def test_many_clients_at_once_lose_no_call_and_none_happens_twice(served: Any) -> None:
    pool = served.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"]

    def enrol(worker: int) -> None:
        client = served.client("cognito-idp")
        for number in range(25):
            client.admin_create_user(UserPoolId=pool, Username=f"u{worker}-{number}", MessageAction="SUPPRESS")

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(enrol, range(8)))
    pages = served.client("cognito-idp").get_paginator("list_users").paginate(UserPoolId=pool)
    names = [user["Username"] for page in pages for user in page["Users"]]
    assert sorted(names) == sorted(f"u{worker}-{number}" for worker in range(8) for number in range(25))
    numbers = [outcome.number for outcome in served.live.cloud.log]
    assert numbers == sorted(set(numbers))


def test_one_id_ties_answer_trail_and_decision_together(served: Any) -> None:
    s3 = served.client("s3")
    answers = [
        ("x-amzn-requestid", served.client("sts").get_caller_identity()),
        ("x-amzn-requestid", served.client("cognito-idp").create_user_pool(PoolName="people")),
        ("x-amz-request-id", s3.create_bucket(Bucket="papers")),
    ]
    _, trail = served.own("trail")
    known = [record["requestID"] for record in trail["Records"]]
    for header, answer in answers:
        told = answer["ResponseMetadata"]
        made = told["HTTPHeaders"][header]
        assert told["RequestId"] == made
        assert made in known
        assert served.own(f"decisions/{made}")[1]["error"] is None


def test_a_denied_call_is_explained_step_by_step(served: Any) -> None:
    iam = served.client("iam")
    iam.create_user(UserName="nobody")
    keys = iam.create_access_key(UserName="nobody")["AccessKey"]
    with pytest.raises(ClientError) as error:
        served.client("iam", key=keys["AccessKeyId"], secret=keys["SecretAccessKey"]).list_roles()
    made = error.value.response["ResponseMetadata"]["RequestId"]
    told = served.own(f"decisions/{made}")[1]
    assert (told["error"], told["operation"]) == ("AccessDenied", "iam:ListRoles")
    assert told["caller"] == "arn:aws:iam::123456789012:user/nobody"
    assert any(step["decides"] for step in told["steps"])
    page = served.own(f"decisions/{made}", Accept="text/html")[1]
    assert "<table" in page
    assert "iam:ListRoles" in page


def test_a_request_that_never_reached_the_door_is_found_by_its_id(served: Any) -> None:
    with pytest.raises(ClientError) as error:
        served.client("sns").list_topics()
    made = error.value.response["ResponseMetadata"]["RequestId"]
    told = served.own(f"decisions/{made}")[1]
    assert (told["error"], told["reachedTheDoor"]) == ("NotImplemented", False)


def test_json_answers_bear_the_version_that_the_service_speaks() -> None:
    versions = {name: service_model(name).metadata["jsonVersion"] for name in ("cognito-idp", "dynamodb")}
    assert versions == {"cognito-idp": "1.1", "dynamodb": "1.0"}
