"""The AWS CLI, unmodified, each command a process of its own: every service, and what it prints of errors."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.clients.conftest import BUCKET, PASSWORDS, At

AWS = Path(sys.executable).with_name("aws")
Aws = Callable[..., Any]

pytestmark = pytest.mark.skipif(not AWS.exists(), reason="the AWS CLI is not installed beside Python")


class Failed(Exception):
    """What a command said on standard error."""


@pytest.fixture
def aws(at: At, tmp_path: Path) -> Aws:
    """Run `aws WORDS…` in a folder of its own; its JSON, or its text where it prints none."""

    def run(*words: str, text: bool = False, **environment: str) -> Any:
        command = [str(AWS), "--endpoint-url", at.base, "--output", "json", *words]
        known = {**at.environment, "HOME": str(tmp_path), **environment}
        done = subprocess.run(command, cwd=tmp_path, env=known, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Failed(done.stderr.strip())
        return done.stdout if text or not done.stdout.strip() else json.loads(done.stdout)

    return run


def test_sts_says_who_is_calling_and_gives_a_role(aws: Aws) -> None:
    assert aws("sts", "get-caller-identity")["Arn"] == "arn:aws:iam::123456789012:user/admin"
    role = "arn:aws:iam::123456789012:role/deploy"
    keys = aws("sts", "assume-role", "--role-arn", role, "--role-session-name", "cli")["Credentials"]
    known = {
        "AWS_ACCESS_KEY_ID": keys["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": keys["SecretAccessKey"],
        "AWS_SESSION_TOKEN": keys["SessionToken"],
    }
    with pytest.raises(Failed, match=r"AccessDenied.*assumed-role/deploy/cli is not authorized to perform: iam:ListU"):
        aws("iam", "list-users", **known)


def test_s3_copies_lists_and_presigns(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("a note")
    aws("s3", "cp", "note.txt", f"s3://{BUCKET}/notes/a note.txt", text=True)
    listed = aws("s3", "ls", f"s3://{BUCKET}/notes/", text=True)
    assert listed.endswith("6 a note.txt\n")
    assert aws("s3", "cp", f"s3://{BUCKET}/notes/a note.txt", "-", text=True) == "a note"
    url = aws("s3", "presign", f"s3://{BUCKET}/notes/a note.txt", text=True).strip()
    assert requests.get(url).text == "a note"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("iam", "list-organizations-features"), "NotImplemented.*iam:ListOrganizationsFeatures is not modelled"),
        (("ec2", "describe-vpcs"), "NotImplemented.*ec2:DescribeVpcs is not modelled"),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_what_is_not_modelled_is_named(aws: Aws, words: tuple[str, ...], said: str) -> None:
    with pytest.raises(Failed, match=said):
        aws(*words)


@pytest.mark.slow
def test_a_user_pool_from_its_making_to_a_sign_in(aws: Aws) -> None:
    idp = lambda *words: aws("cognito-idp", *words)  # noqa: E731
    pool = idp("create-user-pool", "--pool-name", "staff", "--auto-verified-attributes", "email")["UserPool"]["Id"]
    flows = ("ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH")
    client = idp(
        *("create-user-pool-client", "--user-pool-id", pool, "--client-name", "cli"),
        *("--explicit-auth-flows", *flows),
    )["UserPoolClient"]["ClientId"]
    user = ("--user-pool-id", pool, "--username", "erin")
    idp("admin-create-user", *user, "--message-action", "SUPPRESS", "--user-attributes", "Name=email,Value=e@x.example")
    idp("admin-set-user-password", *user, "--password", "Correct-horse-9", "--permanent")
    given = ("--auth-parameters", "USERNAME=erin,PASSWORD=Correct-horse-9")
    tokens = idp("initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", "--client-id", client, *given)
    access = tokens["AuthenticationResult"]["AccessToken"]
    assert idp("get-user", "--access-token", access)["Username"] == "erin"
    assert [each["Username"] for each in idp("list-users", "--user-pool-id", pool)["Users"]] == ["erin"]
    idp("create-group", "--user-pool-id", pool, "--group-name", "admins")
    with pytest.raises(Failed, match=r"GroupExistsException.*A group with the name already exists"):
        idp("create-group", "--user-pool-id", pool, "--group-name", "admins")


@pytest.mark.slow
def test_an_identity_pool_gives_credentials(aws: Aws, at: At) -> None:
    given = ("--auth-parameters", f"USERNAME=alice,PASSWORD={PASSWORDS['alice']}", "--client-id", at.app().id)
    tokens = aws("cognito-idp", "initiate-auth", "--auth-flow", "USER_PASSWORD_AUTH", *given)["AuthenticationResult"]
    login = f"cognito-idp.us-east-1.amazonaws.com/{at.pool}={tokens['IdToken']}"
    ids = ("--identity-pool-id", at.identities)
    who = aws("cognito-identity", "get-id", *ids, "--logins", login)["IdentityId"]
    keys = aws("cognito-identity", "get-credentials-for-identity", "--identity-id", who, "--logins", login)
    held = keys["Credentials"]
    known = {
        "AWS_ACCESS_KEY_ID": held["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": held["SecretKey"],
        "AWS_SESSION_TOKEN": held["SessionToken"],
    }
    arn = aws("sts", "get-caller-identity", **known)["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/member/CognitoIdentityCredentials"
    listed = aws("cognito-identity", "list-identities", *ids, "--max-results", "10")["Identities"]
    assert [each["IdentityId"] for each in listed] == [who]
    synced = aws("cognito-sync", "list-datasets", *ids, "--identity-id", who, **known)
    assert synced["Datasets"] == []


@pytest.mark.slow
def test_iam_keeps_policies_and_says_what_they_allow(aws: Aws) -> None:
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
    )
    arn = aws("iam", "create-policy", "--policy-name", "reading", "--policy-document", document)["Policy"]["Arn"]
    aws("iam", "attach-role-policy", "--role-name", "deploy", "--policy-arn", arn)
    attached = aws("iam", "list-attached-role-policies", "--role-name", "deploy")["AttachedPolicies"]
    assert attached == [{"PolicyName": "reading", "PolicyArn": arn}]
    role = "arn:aws:iam::123456789012:role/deploy"
    asked = ("--policy-source-arn", role, "--action-names", "s3:GetObject", "s3:PutObject")
    results = aws("iam", "simulate-principal-policy", *asked)["EvaluationResults"]
    assert [each["EvalDecision"] for each in results] == ["allowed", "implicitDeny"]
    with pytest.raises(Failed, match="MalformedPolicyDocument"):
        aws("iam", "create-policy", "--policy-name", "broken", "--policy-document", "{}")
    with pytest.raises(Failed, match="DeleteConflict"):
        aws("iam", "delete-policy", "--policy-arn", arn)


@pytest.mark.slow
def test_dynamodb_keeps_items_and_waits_for_tables(aws: Aws) -> None:
    table = ("--table-name", "notes")
    aws(
        *("dynamodb", "create-table", *table, "--key-schema", "AttributeName=id,KeyType=HASH"),
        *("--attribute-definitions", "AttributeName=id,AttributeType=S", "--billing-mode", "PAY_PER_REQUEST"),
    )
    aws("dynamodb", "wait", "table-exists", *table)
    for number in range(2):
        aws("dynamodb", "put-item", *table, "--item", json.dumps({"id": {"S": str(number)}, "n": {"N": "1"}}))
    found = aws("dynamodb", "get-item", *table, "--key", '{"id": {"S": "1"}}')["Item"]
    assert found == {"id": {"S": "1"}, "n": {"N": "1"}}
    assert aws("dynamodb", "scan", *table)["Count"] == 2
    with pytest.raises(Failed, match="ConditionalCheckFailedException"):
        aws(
            *("dynamodb", "put-item", *table, "--item", '{"id": {"S": "1"}}'),
            *("--condition-expression", "attribute_not_exists(id)"),
        )


@pytest.mark.slow
def test_s3_synchronises_a_folder_and_moves_large_files(aws: Aws, tmp_path: Path) -> None:
    (tmp_path / "site" / "css").mkdir(parents=True)
    (tmp_path / "site" / "index.html").write_text("<p>hello")
    (tmp_path / "site" / "css" / "site.css").write_text("p {}")
    (tmp_path / "large").write_bytes(b"0123456789abcdef" * (1 << 20))
    aws("s3", "mb", "s3://a-new-bucket", text=True)
    aws("s3", "sync", "site", "s3://a-new-bucket/site", text=True)
    aws("s3", "cp", "large", "s3://a-new-bucket/large", text=True)
    listed = aws("s3", "ls", "--recursive", "s3://a-new-bucket", text=True).splitlines()
    assert [line.split()[-2:] for line in listed] == [
        ["16777216", "large"],
        ["4", "site/css/site.css"],
        ["8", "site/index.html"],
    ]
    aws("s3", "cp", "s3://a-new-bucket/large", "back", text=True)
    assert (tmp_path / "back").read_bytes() == (tmp_path / "large").read_bytes()
    aws("s3", "mv", "s3://a-new-bucket/large", "s3://a-new-bucket/moved", text=True)
    aws("s3", "rb", "--force", "s3://a-new-bucket", text=True)
    assert [each["Name"] for each in aws("s3api", "list-buckets")["Buckets"]] == [BUCKET]
