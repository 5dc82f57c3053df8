"""One script over HTTP and in process: the same answers, to the request's id; and botocore's own machinery on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import boto3.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import cogsim
from cogsim.persistent import Map
from cogsim.world.rate_limits import RateLimits
from tests.clients.conftest import BUCKET, PASSWORDS, REGION, At, serving, world

START = "2026-03-01T12:00:00Z"
Clients = Callable[[str], Any]


def told(answer: Any) -> Any:
    """An answer without what belongs to its transport."""
    kept = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    metadata = answer["ResponseMetadata"]
    return kept | {"status": metadata["HTTPStatusCode"], "id": metadata.get("RequestId")}


def script(clients: Clients) -> list[Any]:
    """What somebody does with five services, and every answer."""
    answers: list[Any] = []
    clients = cache(clients)

    def say(service: str, operation: str, **params: Any) -> Any:
        try:
            answer = getattr(clients(service), operation)(**params)
        except ClientError as error:
            answers.append((error.operation_name, told(error.response)))
            return {}
        body = answer.pop("Body", None)
        answers.append((operation, told(answer), body.read() if body is not None else None))
        return answer

    say("sts", "get_caller_identity")
    role = say("iam", "get_role", RoleName="deploy")["Role"]
    say("sts", "assume_role", RoleArn=role["Arn"], RoleSessionName="work", Tags=[{"Key": "team", "Value": "blue"}])
    say("iam", "create_user", UserName="dave", Path="/staff/")
    say("iam", "create_user", UserName="dave")
    pool = next(iter(world().user_pools))
    app = next(each.id for each in world().clients.values() if each.name == "app")
    given = {"USERNAME": "alice", "PASSWORD": PASSWORDS["alice"]}
    signed_in = say("cognito-idp", "initiate_auth", AuthFlow="USER_PASSWORD_AUTH", ClientId=app, AuthParameters=given)
    say("cognito-idp", "get_user", AccessToken=signed_in["AuthenticationResult"]["AccessToken"])
    say("cognito-idp", "initiate_auth", AuthFlow="USER_PASSWORD_AUTH", ClientId=app, AuthParameters={"USERNAME": "x"})
    say("cognito-idp", "admin_get_user", UserPoolId=pool, Username="nobody")
    identities = next(iter(world().identity_pools))
    logins = {f"cognito-idp.{REGION}.amazonaws.com/{pool}": signed_in["AuthenticationResult"]["IdToken"]}
    identity = say("cognito-identity", "get_id", IdentityPoolId=identities, Logins=logins)["IdentityId"]
    say("cognito-identity", "get_credentials_for_identity", IdentityId=identity, Logins=logins)
    say("s3", "put_object", Bucket=BUCKET, Key="a b/ü", Body=b"text", Metadata={"owner": "alice"})
    say("s3", "get_object", Bucket=BUCKET, Key="a b/ü")
    say("s3", "head_object", Bucket=BUCKET, Key="a b/ü")
    say("s3", "head_object", Bucket=BUCKET, Key="none")
    say("s3", "get_object", Bucket=BUCKET, Key="none")
    say("s3", "list_objects_v2", Bucket=BUCKET)
    key = [{"AttributeName": "id", "KeyType": "HASH"}]
    kinds = [{"AttributeName": "id", "AttributeType": "S"}]
    table = {"TableName": "notes", "KeySchema": key, "AttributeDefinitions": kinds, "BillingMode": "PAY_PER_REQUEST"}
    say("dynamodb", "create_table", **table)
    say("dynamodb", "put_item", TableName="notes", Item={"id": {"S": "1"}, "seen": {"N": "7"}})
    say("dynamodb", "get_item", TableName="notes", Key={"id": {"S": "1"}})
    say("dynamodb", "get_item", TableName="none", Key={"id": {"S": "1"}})
    return answers


def test_one_script_has_the_same_answers_over_http_and_in_process() -> None:
    settings = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"})
    with serving(start=START, scale=1e-12, seed="both") as at:
        over_http = script(lambda service: at.client(service))
        opened = at.world
    sim = cogsim.Simulation(opened, "both", START)
    in_process = script(lambda service: cogsim.boto3(sim, "admin").client(service, config=settings))
    assert len(over_http) == 21
    assert over_http == in_process


def test_a_paginator_turns_every_page(at: At) -> None:
    idp, iam, s3 = (at.client(name) for name in ("cognito-idp", "iam", "s3"))
    for number in range(7):
        idp.admin_create_user(UserPoolId=at.pool, Username=f"user-{number}", MessageAction="SUPPRESS")
        iam.create_user(UserName=f"user-{number}")
        s3.put_object(Bucket=BUCKET, Key=f"many/{number}", Body=b"x")
    few = {"PageSize": 3}
    pages = list(idp.get_paginator("list_users").paginate(UserPoolId=at.pool, PaginationConfig=few))
    assert [len(page["Users"]) for page in pages] == [3, 3, 3]
    found = iam.get_paginator("list_users").paginate(PaginationConfig=few).search("Users[].UserName")
    assert list(found) == ["admin", *(f"user-{number}" for number in range(7))]
    keys = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix="many/", PaginationConfig=few)
    assert list(keys.search("Contents[].Key")) == [f"many/{number}" for number in range(7)]


def test_a_waiter_waits_for_what_is_there_and_gives_up_on_what_is_not(at: At) -> None:
    s3, iam, dynamodb = (at.client(name) for name in ("s3", "iam", "dynamodb"))
    s3.get_waiter("bucket_exists").wait(Bucket=BUCKET)
    s3.get_waiter("object_not_exists").wait(Bucket=BUCKET, Key="none")
    iam.get_waiter("role_exists").wait(RoleName="deploy")
    dynamodb.create_table(
        TableName="table",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    dynamodb.get_waiter("table_exists").wait(TableName="table", WaiterConfig={"Delay": 1, "MaxAttempts": 2})


@pytest.mark.slow  # the SDK waits between its attempts
def test_who_calls_too_often_is_told_so_and_the_client_tries_again() -> None:
    limited = replace(world(), rate_limits=RateLimits(Map({"UserPoolRead": 1})))
    with serving(world=limited) as at:
        pool = at.pool
        retrying = at.client("cognito-idp", retries={"max_attempts": 8, "mode": "standard"})
        attempts = [retrying.describe_user_pool(UserPoolId=pool)["ResponseMetadata"]["RetryAttempts"] for _ in range(3)]
        assert any(attempts)
        once = at.client("cognito-idp")
        with pytest.raises(ClientError, match="TooManyRequestsException"):
            [once.describe_user_pool(UserPoolId=pool) for _ in range(10)]


PROFILES = """
[profile deploy]
role_arn = arn:aws:iam::123456789012:role/deploy
source_profile = base
role_session_name = from-a-profile
region = us-east-1
[profile base]
region = us-east-1
"""


def test_a_profile_with_a_role_is_assumed_and_used(at: At, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text(PROFILES)
    keys = at.environment
    secrets = f"[base]\naws_access_key_id={keys['AWS_ACCESS_KEY_ID']}\naws_secret_access_key="
    (tmp_path / "credentials").write_text(f"{secrets}{keys['AWS_SECRET_ACCESS_KEY']}\n")
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    session = boto3.session.Session(profile_name="deploy")
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/deploy/from-a-profile"
    s3 = session.client("s3", config=Config(s3={"addressing_style": "path"}))
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.delete_object(Bucket=BUCKET, Key="public/brochure.txt")


def test_a_web_identity_in_a_file_becomes_a_role(at: At, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    identity = at.client("cognito-identity")
    guest = identity.get_id(IdentityPoolId=at.identities)["IdentityId"]
    token = identity.get_open_id_token(IdentityId=guest)["Token"]
    (tmp_path / "token").write_text(token)
    for name, value in at.environment.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/guest")
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "a-guest")
    session = boto3.session.Session()
    arn = session.client("sts").get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/guest/a-guest"
    s3 = session.client("s3", config=Config(s3={"addressing_style": "path"}))
    assert s3.get_object(Bucket=BUCKET, Key="public/brochure.txt")["Body"].read() == b"Welcome"
    (tmp_path / "token").write_text(token[:-4] + "AAAA")
    with pytest.raises(ClientError, match="InvalidIdentityToken"):
        boto3.session.Session().client("sts").get_caller_identity()


def test_what_is_not_modelled_is_an_error_that_names_it(at: At) -> None:
    for service, operation, params in (
        ("s3", "get_bucket_website", {"Bucket": BUCKET}),
        ("iam", "get_organizations_access_report", {"JobId": "0" * 36}),
        ("dynamodb", "list_backups", {}),
        ("ec2", "describe_vpcs", {}),
    ):
        client = at.client(service)
        name = client.meta.method_to_api_mapping[operation]
        with pytest.raises(ClientError, match=rf"NotImplemented.*{service}:{name} is not modelled"):
            getattr(client, operation)(**params)


def test_a_login_is_named_after_the_pool_or_after_the_issuer_that_its_tokens_name(at: At) -> None:
    """Amplify makes the name of the token's issuer, which is the server here."""
    given = {"USERNAME": "alice", "PASSWORD": PASSWORDS["alice"]}
    idp, identity = at.client("cognito-idp"), at.client("cognito-identity")
    answer = idp.initiate_auth(AuthFlow="USER_PASSWORD_AUTH", ClientId=at.app().id, AuthParameters=given)
    token = answer["AuthenticationResult"]["IdToken"]
    names = [f"cognito-idp.{REGION}.amazonaws.com/{at.pool}", at.issuer.partition("://")[2]]
    ids = {identity.get_id(IdentityPoolId=at.identities, Logins={name: token})["IdentityId"] for name in names}
    assert len(ids) == 1
    for stranger in (f"example.com/{at.pool}", f"{names[1]}x", "127.0.0.1"):
        with pytest.raises(ClientError, match="supported provider of this identity pool"):
            identity.get_id(IdentityPoolId=at.identities, Logins={stranger: token})
