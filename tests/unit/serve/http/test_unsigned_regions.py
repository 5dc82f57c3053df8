"""Whoever needs no signature names no Region; each finds its pool all the same, in every Region and partition."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.serve.wire.meant_region import meant_region
from cogsim.tokens.totp import code_at
from cogsim.world.world import World

PASSWORD = "Correct-horse-9"
FLOWS = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
ISSUERS = {
    "eu-west-1": ("aws", "amazonaws.com", "cognito-identity.amazonaws.com"),
    "us-gov-west-1": ("aws-us-gov", "amazonaws.com", "cognito-identity-us-gov.amazonaws.com"),
    "cn-north-1": ("aws-cn", "amazonaws.com.cn", "cognito-identity.cn-north-1.amazonaws.com.cn"),
}


def app(served: Any, region: str) -> tuple[Any, str, str]:
    """A client for the Region, and a pool and an app client there with alice in them."""
    idp = served.client("cognito-idp", region)
    pool = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    client = idp.create_user_pool_client(UserPoolId=pool, ClientName="c", ExplicitAuthFlows=FLOWS)["UserPoolClient"]
    idp.admin_create_user(UserPoolId=pool, Username="alice", MessageAction="SUPPRESS")
    idp.admin_set_user_password(UserPoolId=pool, Username="alice", Password=PASSWORD, Permanent=True)
    return idp, pool, client["ClientId"]


def logged_in(idp: Any, client: str) -> Any:
    login = {"USERNAME": "alice", "PASSWORD": PASSWORD}
    return idp.initiate_auth(ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=login)


@pytest.mark.parametrize("region", ISSUERS)
def test_people_sign_in_and_get_credentials_in_every_region(served: Any, region: str) -> None:
    partition, suffix, issuer = ISSUERS[region]
    idp, pool, client = app(served, region)
    tokens = logged_in(idp, client)["AuthenticationResult"]
    assert idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == "alice"
    refresh = {"REFRESH_TOKEN": tokens["RefreshToken"]}
    assert idp.initiate_auth(ClientId=client, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=refresh)
    identities, provider = served.client("cognito-identity", region), f"cognito-idp.{region}.{suffix}/{pool}"
    made = identities.create_identity_pool(
        IdentityPoolName="ids",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[{"ProviderName": provider, "ClientId": client}],
    )["IdentityPoolId"]
    trust = {"Effect": "Allow", "Principal": {"Federated": issuer}, "Action": "sts:AssumeRoleWithWebIdentity"}
    trust["Condition"] = {"StringEquals": {f"{issuer}:aud": made}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    role = served.client("iam", region).create_role(RoleName="people", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    identities.set_identity_pool_roles(IdentityPoolId=made, Roles={"authenticated": role})
    logins = {provider: tokens["IdToken"]}
    identity = identities.get_id(IdentityPoolId=made, Logins=logins)["IdentityId"]
    keys = identities.get_credentials_for_identity(IdentityId=identity, Logins=logins)["Credentials"]
    sts = served.client("sts", region, keys["AccessKeyId"], keys["SecretKey"], aws_session_token=keys["SessionToken"])
    assert sts.get_caller_identity()["Arn"].startswith(f"arn:{partition}:sts::123456789012:assumed-role/people/")


def test_an_open_sign_in_is_continued_where_it_began(served: Any) -> None:
    idp, pool, client = app(served, "ap-southeast-2")
    idp.set_user_pool_mfa_config(
        UserPoolId=pool, SoftwareTokenMfaConfiguration={"Enabled": True}, MfaConfiguration="ON"
    )
    opened = idp.associate_software_token(Session=logged_in(idp, client)["Session"])
    now = served.own("clock")[1]["seconds"]
    proved = idp.verify_software_token(Session=opened["Session"], UserCode=code_at(opened["SecretCode"], now))
    assert proved["Status"] == "SUCCESS"


def test_a_role_of_another_partition_is_assumed_in_its_partition(served: Any) -> None:
    sts = served.client("sts", "us-east-1")
    with pytest.raises(ClientError) as raised:
        sts.assume_role_with_web_identity(
            RoleArn="arn:aws-cn:iam::123456789012:role/none", RoleSessionName="ab", WebIdentityToken="none"
        )
    assert raised.value.response["Error"]["Code"] == "InvalidIdentityToken"


@pytest.mark.parametrize(
    ("service", "params"),
    [
        ("cognito-idp", {}),
        ("cognito-idp", {"ClientId": "nobody"}),
        ("cognito-idp", {"ClientId": 7, "AccessToken": ["x"]}),
        ("cognito-idp", {"AccessToken": "\ud800.\ud800.\ud800"}),
        ("cognito-idp", {"AccessToken": "eyJhbGciOiJub25lIn0.eyJpc3MiOjd9.AA"}),
        ("cognito-idp", {"Session": "\ud800"}),
        ("cognito-idp", {"UserPoolId": "us-east-1_nobodysss"}),
        ("cognito-identity", {"IdentityId": "../x:y", "IdentityPoolId": None}),
        ("sts", {"RoleArn": "arn:aws-nowhere:iam::1:role/x"}),
        ("s3", {"Bucket": "eu-west-1"}),
    ],
)
def test_what_names_nothing_that_is_there_has_no_region(service: str, params: dict[str, Any]) -> None:
    cloud = Cloud(World(), seed="t", clock=Clock())
    assert meant_region(cloud.world, cloud.state, service, params) is None
