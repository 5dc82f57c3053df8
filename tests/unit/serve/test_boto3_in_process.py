"""boto3 on a simulation in the same process: real clients, unmodified."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, NoCredentialsError

import cogsim
from cogsim.assumptions import assuming
from cogsim.errors import NotModelled
from cogsim.serve.wire.exchange import exchange
from cogsim.serve.wire.message import WireRequest

ROOT = Path(__file__).parents[3]
BUCKET = "saas-data-111122223333"


@pytest.fixture(scope="module")
def world() -> Any:
    return cogsim.load(ROOT / "scenarios" / "worlds" / "saas.yaml")


@pytest.fixture
def sim(world: Any) -> Any:
    return cogsim.Simulation(world)


def names(world: Any) -> tuple[str, str]:
    """The pool and the client of the world."""
    return next(iter(world.user_pools)), next(iter(world.clients))


def test_a_client_of_a_user_of_the_world_signs_and_is_answered(sim: Any, world: Any) -> None:
    session = cogsim.boto3(sim, "operator")
    assert session.client("sts").get_caller_identity()["Arn"] == "arn:aws:iam::111122223333:user/operator"
    pool, _ = names(world)
    user = session.client("cognito-idp").admin_get_user(UserPoolId=pool, Username="alice")
    assert user["UserStatus"] == "CONFIRMED"
    assert user["UserCreateDate"].tzinfo is not None


def test_an_error_is_the_exception_that_the_model_has(sim: Any, world: Any) -> None:
    client = cogsim.boto3(sim, "operator").client("cognito-idp")
    with pytest.raises(client.exceptions.UserNotFoundException) as raised:
        client.admin_get_user(UserPoolId=names(world)[0], Username="nobody")
    assert raised.value.response["Error"] == {"Code": "UserNotFoundException", "Message": "User does not exist."}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_a_call_that_policies_refuse_is_refused_in_awss_words(sim: Any, world: Any) -> None:
    client = cogsim.boto3(sim, "operator").client("cognito-idp")
    with pytest.raises(ClientError, match="is not authorized to perform: cognito-idp:ListUsers on resource"):
        client.list_users(UserPoolId=names(world)[0])


def test_what_takes_no_signature_needs_no_credentials(sim: Any, world: Any) -> None:
    pool, client_id = names(world)
    client = cogsim.boto3(sim).client("cognito-idp")
    client.sign_up(ClientId=client_id, Username="carol", Password="Wren-and-lark-3", UserAttributes=[{"Name": "email", "Value": "c@acme.example"}])  # fmt: skip  # noqa: E501
    assert (pool, "carol") in sim.world.pool_users
    with pytest.raises(NoCredentialsError):
        cogsim.boto3(sim).client("sts").get_caller_identity()


def test_a_person_reaches_her_own_documents_and_nobody_elses(sim: Any) -> None:
    session = sim.credentials(sim.sign_in("alice"))
    s3 = cogsim.boto3(sim, session).client("s3")
    assert s3.get_object(Bucket=BUCKET, Key="acme/plan.txt")["Body"].read() == b"Acme's plan"
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket=BUCKET, Key="globex/plan.txt")
    own = f"private/{session.identity_id}/a b+ü.txt"
    s3.upload_fileobj(io.BytesIO(b"streamed"), BUCKET, own)
    assert s3.get_object(Bucket=BUCKET, Key=own)["Body"].read() == b"streamed"
    pages = s3.get_paginator("list_objects_v2")
    found = [each["Key"] for page in pages.paginate(Bucket=BUCKET, Prefix="acme/") for each in page["Contents"]]
    assert found == ["acme/plan.txt"]
    with pytest.raises(ClientError, match="AccessDenied"):
        list(pages.paginate(Bucket=BUCKET, Prefix="globex/"))


def test_a_wrong_secret_does_not_fit_and_an_unknown_key_is_unknown(sim: Any) -> None:
    right = sim.signer("operator")
    for wrong, code in (
        (replace(right, secret_access_key="x" * 40), "SignatureDoesNotMatch"),
        (replace(right, access_key_id="AKIAUNKNOWN000000000"), "InvalidClientTokenId"),
    ):
        with pytest.raises(ClientError) as raised:
            cogsim.boto3(sim, wrong).client("sts").get_caller_identity()
        assert raised.value.response["Error"]["Code"] == code
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_a_session_that_is_over_is_refused(sim: Any) -> None:
    credentials = sim.credentials(sim.sign_in("alice"))
    s3 = cogsim.boto3(sim, credentials).client("s3")
    sim.advance("61m")
    with pytest.raises(ClientError, match="ExpiredToken"):
        s3.get_object(Bucket=BUCKET, Key="acme/plan.txt")


@pytest.mark.parametrize(
    ("service", "operation", "code", "status"),
    [
        ("sts", "get_caller_identity", "ExpiredToken", 403),
        ("iam", "list_users", "ExpiredToken", 403),
        ("s3", "list_buckets", "ExpiredToken", 400),
        ("cognito-identity", "list_identities", "ExpiredTokenException", 400),
    ],
)
def test_an_expired_token_has_the_status_that_the_service_gives_it(
    sim: Any, service: str, operation: str, code: str, status: int
) -> None:
    credentials = sim.credentials(sim.sign_in("alice"))
    client = cogsim.boto3(sim, credentials).client(service)
    sim.advance("61m")
    params = {"IdentityPoolId": next(iter(sim.world.identity_pools)), "MaxResults": 1} if "-" in service else {}
    with pytest.raises(ClientError) as raised:
        getattr(client, operation)(**params)
    assert raised.value.response["Error"]["Code"] == code
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_the_block_covers_sessions_that_others_make(sim: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    keys, before = sim.signer("operator"), boto3.DEFAULT_SESSION
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys.secret_access_key)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with cogsim.boto3(sim):
        found = boto3.client("sts", region_name="eu-west-1").get_caller_identity()
    assert found["Account"] == "111122223333"
    assert boto3.DEFAULT_SESSION is before


def test_what_is_not_modelled_is_said_and_not_guessed(sim: Any) -> None:
    with pytest.raises(NotModelled, match="sqs"):
        cogsim.boto3(sim, "operator").client("sqs").list_queues()


def signed_url(sim: Any, version: str = "s3v4") -> str:
    """A URL by which alice's plan can be fetched for an hour."""
    keys = sim.credentials(sim.sign_in("alice"))
    s3 = cogsim.boto3(sim, keys).client("s3", config=Config(signature_version=version))
    return str(s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": "acme/plan.txt"}))


def fetched(
    sim: Any, url: str, now: float | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    request = WireRequest("GET", url, {"host": url.split("/")[2], **(headers or {})})
    response = exchange(sim.cloud, request, sim.origin, now).response
    return response.status, response.body


def test_whoever_holds_a_signed_url_is_who_signed_it_until_its_time_is_over(sim: Any) -> None:
    url = signed_url(sim)
    begun = datetime.strptime(url.split("X-Amz-Date=")[1][:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    assert fetched(sim, url) == (200, b"Acme's plan")
    assert fetched(sim, url, begun + 3599) == (200, b"Acme's plan")
    status, body = fetched(sim, url, begun + 3600)
    assert status == 403
    assert b"Request has expired" in body


def test_a_signed_url_for_one_object_fetches_no_other(sim: Any) -> None:
    status, body = fetched(sim, signed_url(sim).replace("plan.txt", "plan2.txt"))
    assert status == 403
    assert b"SignatureDoesNotMatch" in body


def test_a_presigned_address_of_the_old_version_serves_where_its_region_knew_it(sim: Any) -> None:
    assert fetched(sim, signed_url(sim, "s3")) == (200, b"Acme's plan")
    for url in (signed_url(sim, "s3").replace("plan.txt", "plan2.txt"), signed_url(sim, "s3") + "&versionId=x"):
        status, body = fetched(sim, url)
        assert (status, b"SignatureDoesNotMatch" in body) == (403, True)
    status, body = fetched(sim, signed_url(sim, "s3").replace("Expires=", "Expires=x"))
    assert (status, b"<Code>AccessDenied" in body) == (403, True)


def test_a_presigned_address_of_the_old_version_ends_when_it_says(sim: Any) -> None:
    url = signed_url(sim, "s3")
    end = int(url.split("Expires=")[1].partition("&")[0])
    assert fetched(sim, url, end - 1)[0] == 200
    status, body = fetched(sim, url, end)
    assert (status, b"Request has expired" in body) == (403, True)


@pytest.mark.parametrize("how", ["assumed", "region", "header"])
def test_the_old_version_is_refused_where_s3_does_not_take_it(
    sim: Any, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, headers = signed_url(sim, "s3"), {}
    if how == "assumed":
        with assuming({"s3.signatureVersion2": "refused"}):
            status, body = fetched(sim, url)
    else:
        bucket = next(iter(sim.cloud.world.buckets.values()))
        if how == "region":
            sim.cloud.world = sim.cloud.world.with_bucket(replace(bucket, region="eu-central-1"))
        else:
            url, headers = url.partition("?")[0], {"authorization": "AWS AKIA:c2lnbmF0dXJl"}
        status, body = fetched(sim, url, headers=headers)
    assert (status, b"<Code>InvalidRequest" in body, b"Please use AWS4-HMAC-SHA256" in body) == (400, True, True)


def captured(sim: Any, who: Any, service: str, call: Any) -> WireRequest:
    """The signed request that a client would have sent."""
    kept: list[Any] = []
    client = cogsim.boto3(sim, who).client(service)
    client.meta.events.register_first("before-send", lambda request, **_: kept.append(request))
    call(client)
    made = kept[0]
    headers = {
        name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in made.headers.items()
    }
    body = made.body.encode() if isinstance(made.body, str) else bytes(made.body or b"")
    return WireRequest(made.method, made.url, {"host": made.url.split("/")[2], **headers}, body)


def code_of(sim: Any, request: WireRequest) -> tuple[int, bytes]:
    response = exchange(sim.cloud, request, sim.origin).response
    return response.status, response.body


def test_a_signature_of_one_body_serves_no_other(sim: Any) -> None:
    request = captured(sim, "operator", "sts", lambda client: client.get_caller_identity())
    assert code_of(sim, request)[0] == 200
    other = request.body.replace(b"GetCallerIdentity", b"GetSessionToken")
    status, body = code_of(sim, replace(request, body=other))
    assert status == 403
    assert b"SignatureDoesNotMatch" in body
    said = hashlib.sha256(request.body).hexdigest()
    smuggled = replace(request, body=other, headers={**request.headers, "x-amz-content-sha256": said})
    status, body = code_of(sim, smuggled)
    assert status == 403
    assert b"SignatureDoesNotMatch" in body


def test_an_objects_body_that_was_changed_on_the_way_is_not_taken(sim: Any) -> None:
    session = sim.credentials(sim.sign_in("alice"))
    key = f"private/{session.identity_id}/notes.txt"
    config = Config(s3={"payload_signing_enabled": True}, request_checksum_calculation="when_required")
    kept: list[Any] = []
    client = cogsim.boto3(sim, session).client("s3", config=config)
    client.meta.events.register_first("before-send", lambda request, **_: kept.append(request))
    client.put_object(Bucket=BUCKET, Key=key, Body=b"mine")
    made = kept[0]
    headers = {n.lower(): v.decode() if isinstance(v, bytes) else str(v) for n, v in made.headers.items()}
    request = WireRequest(made.method, made.url, {"host": made.url.split("/")[2], **headers}, b"theirs")
    status, body = code_of(sim, request)
    assert status == 400
    assert b"XAmzContentSHA256Mismatch" in body


def test_a_header_that_was_not_signed_is_not_taken(sim: Any) -> None:
    request = captured(sim, "operator", "sts", lambda client: client.get_caller_identity())
    added = replace(request, headers={**request.headers, "x-amz-security-token": "other"})
    assert code_of(sim, added)[0] == 403


def test_a_signature_for_one_service_or_region_opens_no_other(sim: Any) -> None:
    request = captured(sim, "operator", "sts", lambda client: client.get_caller_identity())
    target = {"x-amz-target": "AWSCognitoIdentityProviderService.ListUserPools"}
    url = "https://cognito-idp.eu-west-1.amazonaws.com/"
    moved = replace(request, url=url, headers={**request.headers, **target}, body=b"{}")
    assert b"scoped to correct service" in code_of(sim, moved)[1]
    elsewhere = replace(request, url=request.url.replace("eu-west-1", "us-west-2"))
    assert b"valid region" in code_of(sim, elsewhere)[1]
