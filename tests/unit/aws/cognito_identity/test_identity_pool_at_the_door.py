"""An identity pool through the door: identities, credentials, the basic flow, and S3 with what they give."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.login import AcceptedLogin, accept_claims
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.policy.written import unparse
from cogsim.tokens.jwt import read, sign
from cogsim.world.bucket import Bucket
from cogsim.world.iam import AccessKey, Role, User
from cogsim.world.identity_pool import (
    CognitoProvider,
    Identity,
    IdentityPool,
    MappingRule,
    PrincipalTags,
    RoleMapping,
    identity_id,
)
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ACCOUNT = "123456789012"
COGNITO = "cognito-identity.amazonaws.com"
PEOPLE = UserPool("us-east-1_People", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_People", "people")
PROVIDER = PEOPLE.provider_name
POOL = "us-east-1:00000000-1111-2222-3333-444444444444"
AUTH, GUEST, ACME = (f"arn:aws:iam::{ACCOUNT}:role/{name}" for name in ("auth", "guest", "acme"))
NOT_CONFIGURED = "Invalid identity pool configuration. Check assigned IAM roles for this pool."


def statement(action: Any, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any]) -> Any:
    return parse({"Version": "2012-10-17", "Statement": list(statements)}, PolicyKind.IDENTITY)


def trust(amr: str | None = None, *, tags: bool = True) -> Any:
    condition: dict[str, Any] = {"StringEquals": {f"{COGNITO}:aud": POOL}}
    if amr:
        condition["ForAnyValue:StringLike"] = {f"{COGNITO}:amr": amr}
    written = {
        "Effect": "Allow",
        "Principal": {"Federated": COGNITO},
        "Action": ["sts:AssumeRoleWithWebIdentity", *(["sts:TagSession"] if tags else [])],
        "Condition": condition,
    }
    return parse({"Version": "2012-10-17", "Statement": [written]}, PolicyKind.TRUST)


OWN = policy(
    statement(["s3:GetObject", "s3:PutObject"], f"arn:aws:s3:::data/${{{COGNITO}:sub}}/*"),
    statement("s3:GetObject", "arn:aws:s3:::data/${aws:PrincipalTag/tenant}/*"),
)
RULES = RoleMapping("Rules", "AuthenticatedRole", (MappingRule("custom:tenant", "Equals", "acme", ACME),))


def cloud(**more: Any) -> Cloud:
    guests = more.pop("guests", True)
    pool = IdentityPool(
        POOL,
        f"arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{POOL}",
        "pool",
        allow_unauthenticated=guests,
        cognito_providers=(CognitoProvider(PROVIDER, "app"),),
        roles=Map({"authenticated": AUTH, "unauthenticated": GUEST}),
        **more,
    )
    operator = f"arn:aws:iam::{ACCOUNT}:user/op"
    everything = policy(statement("*"))
    world = (
        World()
        .with_user_pool(PEOPLE)
        .with_pool_user(PoolUser(PEOPLE.id, "alice", "sub-alice"))
        .with_identity_pool(pool)
        .with_bucket(Bucket("data", ACCOUNT, "us-east-1"))
        .with_role(Role(AUTH, "auth", trust("authenticated"), inline=Map({"own": OWN})))
        .with_role(Role(ACME, "acme", trust("authenticated"), inline=Map({"own": OWN})))
        .with_role(Role(GUEST, "guest", trust("unauthenticated"), inline=Map({"all": everything})))
        .with_user(User(operator, "op", inline=Map({"all": everything})))
        .with_access_key(AccessKey("AKIAOP", operator, "secret"))
    )
    return Cloud(world, seed="t", clock=Clock())


OPERATOR = Credentials("AKIAOP", "secret")


def claims(at: Cloud, **changed: Any) -> dict[str, Any]:
    exp = int(at.clock.now) + 3600
    return {"sub": "sub-alice", "iss": PEOPLE.issuer, "aud": "app", "token_use": "id", "exp": exp, **changed}


def logins(at: Cloud, **changed: Any) -> dict[str, str]:
    return {PROVIDER: sign(claims(at, **changed), pool_key(PEOPLE, "id"))}


def submit(at: Cloud, operation: str, credentials: Credentials | None = None, **params: Any) -> Outcome:
    return at.submit(Call(operation, params, credentials, at.origin()))


def ask(at: Cloud, name: str, **params: Any) -> Outcome:
    return submit(at, f"cognito-identity:{name}", **params)


def get_id(at: Cloud, **params: Any) -> str:
    return str(ask(at, "GetId", IdentityPoolId=POOL, **params).unwrap()["IdentityId"])


def credentials(outcome: Outcome) -> Credentials:
    made = outcome.unwrap()["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretKey"], made["SessionToken"])


def error(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.code, outcome.error.message


def test_a_login_has_one_identity_and_every_guest_another() -> None:
    at = cloud()
    assert get_id(at, Logins=logins(at)) == get_id(at, Logins=logins(at)) == identity_id(POOL, PROVIDER, "sub-alice")
    assert len({get_id(at), get_id(at), get_id(at)}) == 3
    again = cloud()
    assert get_id(again) == identity_id(POOL, "guest", "0")


def test_a_login_that_has_an_identity_keeps_it_whatever_its_id() -> None:
    at = cloud()
    known = "us-east-1:aaaaaaaa-0000-0000-0000-000000000000"
    at.world = at.world.with_identity(Identity(known, POOL, Map({PROVIDER: "sub-alice"})))
    assert get_id(at, Logins=logins(at)) == known
    assert get_id(at, Logins=logins(at, sub="sub-bob")) == identity_id(POOL, PROVIDER, "sub-bob")
    at.world = at.world.with_identity(Identity(known, POOL))
    assert get_id(at, Logins=logins(at)) == identity_id(POOL, PROVIDER, "sub-alice")


def test_signed_in_one_has_ones_own_folder_and_no_other() -> None:
    at = cloud()
    who = get_id(at, Logins=logins(at))
    mine = credentials(ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=logins(at)))
    put = submit(at, "s3:PutObject", mine, Bucket="data", Key=f"{who}/plan", Body="x")
    assert put.error is None
    other = identity_id(POOL, PROVIDER, "sub-bob")
    assert error(submit(at, "s3:GetObject", mine, Bucket="data", Key=f"{other}/plan"))[0] == "AccessDenied"
    at.advance(3600)
    assert error(submit(at, "s3:GetObject", mine, Bucket="data", Key=f"{who}/plan"))[0] == "ExpiredToken"


def test_the_session_is_the_one_the_static_answer_gives() -> None:
    tags = Map({PROVIDER: PrincipalTags(tags=Map({"tenant": "custom:tenant"}))})
    at = cloud(role_mappings=Map({f"{PROVIDER}:app": RULES}), principal_tags=tags)
    sent = logins(at, **{"custom:tenant": "acme"})
    who = get_id(at, Logins=sent)
    outcome = ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=sent)
    running = submit(at, "sts:GetCallerIdentity", credentials(outcome)).caller
    pool = at.world.identity_pools[POOL]
    login = accept_claims(at.world, pool, PROVIDER, claims(at, **{"custom:tenant": "acme"})).value
    assert isinstance(login, AcceptedLogin)
    static = session_for(at.world, pool, login, who, now=at.clock.now, origin=at.origin())
    assert running == static.value
    assert static.value.role_arn == ACME
    facts = dict(fact for step in outcome.decision.deciding for fact in step.facts)
    assert facts["claim"] == "custom:tenant"


def test_the_guests_session_is_the_one_the_static_answer_gives() -> None:
    at = cloud()
    who = get_id(at)
    outcome = ask(at, "GetCredentialsForIdentity", IdentityId=who)
    running = submit(at, "sts:GetCallerIdentity", credentials(outcome)).caller
    pool = at.world.identity_pools[POOL]
    assert running == session_for(at.world, pool, None, who, now=at.clock.now, origin=at.origin()).value


def test_a_guest_is_held_to_the_listed_services_only_in_the_enhanced_flow() -> None:
    at = cloud(allow_classic_flow=True)
    who = get_id(at)
    enhanced = credentials(ask(at, "GetCredentialsForIdentity", IdentityId=who))
    assert submit(at, "s3:PutObject", enhanced, Bucket="data", Key="any", Body="x").error is None
    described = submit(at, "cognito-identity:DescribeIdentity", enhanced, IdentityId=who)
    assert described.error is None
    assert error(submit(at, "sts:AssumeRole", enhanced, RoleArn=AUTH, RoleSessionName="xx"))[0] == "AccessDenied"


def test_the_basic_flow_lets_the_caller_choose_any_role_that_trusts_the_pool() -> None:
    at = cloud(allow_classic_flow=True)
    at.world = at.world.with_role(Role(ACME, "acme", trust(), inline=Map({"all": policy(statement("*"))})))
    token = ask(at, "GetOpenIdToken", IdentityId=get_id(at)).unwrap()["Token"]
    chosen = submit(
        at,
        "sts:AssumeRoleWithWebIdentity",
        RoleArn=ACME,
        RoleSessionName="mine",
        WebIdentityToken=token,
    ).unwrap()
    assert chosen["AssumedRoleUser"]["Arn"].endswith("assumed-role/acme/mine")
    assert (chosen["Provider"], chosen["Audience"]) == (COGNITO, POOL)
    refused = submit(at, "sts:AssumeRoleWithWebIdentity", RoleArn=AUTH, RoleSessionName="mine", WebIdentityToken=token)
    assert error(refused) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
    at.advance(600)
    late = submit(at, "sts:AssumeRoleWithWebIdentity", RoleArn=ACME, RoleSessionName="mine", WebIdentityToken=token)
    assert error(late)[0] == "ExpiredTokenException"


def test_the_pools_token_says_what_aws_says() -> None:
    at = cloud(allow_classic_flow=True)
    who = get_id(at, Logins=logins(at))
    token = read(ask(at, "GetOpenIdToken", IdentityId=who, Logins=logins(at)).unwrap()["Token"])
    now = int(at.clock.now)
    assert dict(token.header) == {"kid": "us-east-11", "typ": "JWS", "alg": "RS512"}  # type: ignore[union-attr]
    assert dict(token.claims) == {  # type: ignore[union-attr]
        "sub": who,
        "aud": POOL,
        "amr": ["authenticated", PROVIDER, f"{PROVIDER}:CognitoSignIn:sub-alice"],
        "iss": f"https://{COGNITO}",
        f"https://{COGNITO}/identity-pool-arn": f"arn:aws:cognito-identity:us-east-1:{ACCOUNT}:identitypool/{POOL}",
        "iat": now,
        "exp": now + 600,
    }


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Basic (classic) flow is not enabled, please use enhanced flow."),
        (
            {"allow_classic_flow": True, "role_mappings": Map({f"{PROVIDER}:app": RULES})},
            "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow.",
        ),
    ],
)
def test_the_basic_flow_is_refused(settings: dict[str, Any], words: str) -> None:
    at = cloud(**settings)
    assert error(ask(at, "GetOpenIdToken", IdentityId=get_id(at))) == ("InvalidParameterException", words)


def test_a_pool_without_guests_says_so() -> None:
    found = error(ask(cloud(guests=False), "GetId", IdentityPoolId=POOL))
    assert found == ("NotAuthorizedException", "Unauthenticated access is not supported for this identity pool.")


def test_knowing_an_identitys_id_is_not_enough() -> None:
    at = cloud()
    who = get_id(at, Logins=logins(at))
    assert error(ask(at, "GetCredentialsForIdentity", IdentityId=who)) == (
        "NotAuthorizedException",
        f"Access to Identity '{who}' is forbidden.",
    )
    eve = logins(at, sub="sub-eve")
    assert error(ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=eve))[1].startswith("Logins don't match.")


def test_a_trust_policy_that_refuses_is_a_matter_of_configuration() -> None:
    at = cloud()
    at.world = at.world.with_role(Role(AUTH, "auth", trust("unauthenticated")))
    who = get_id(at, Logins=logins(at))
    outcome = ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=logins(at))
    assert error(outcome) == ("InvalidIdentityPoolConfigurationException", NOT_CONFIGURED)
    (child,) = outcome.children
    assert error(child) == ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


def test_what_is_not_there_is_not_found() -> None:
    at = cloud()
    missing = "us-east-1:99999999-0000-0000-0000-000000000000"
    assert error(ask(at, "GetId", IdentityPoolId=missing)) == (
        "ResourceNotFoundException",
        f"IdentityPool '{missing}' not found.",
    )
    assert error(ask(at, "GetCredentialsForIdentity", IdentityId=missing)) == (
        "ResourceNotFoundException",
        f"Identity '{missing}' not found.",
    )


def test_an_identity_is_described_to_who_may() -> None:
    at = cloud()
    who = get_id(at, Logins=logins(at))
    described = submit(at, "cognito-identity:DescribeIdentity", OPERATOR, IdentityId=who).unwrap()
    assert described["Logins"] == [PROVIDER]
    with pytest.raises(AwsError, match="MissingAuthenticationToken"):
        submit(at, "cognito-identity:DescribeIdentity", IdentityId=who).unwrap()


def test_another_accounts_operator_is_not_told_of_an_identity() -> None:
    at = cloud()
    who = get_id(at, Logins=logins(at))
    stranger = User("arn:aws:iam::999999999999:user/op", "op", inline=Map({"all": policy(statement("*"))}))
    at.world = at.world.with_user(stranger).with_access_key(AccessKey("AKIAFAR", stranger.arn, "secret"))
    far = Credentials("AKIAFAR", "secret")
    asked = submit(at, "cognito-identity:DescribeIdentity", far, IdentityId=who)
    assert error(asked) == ("ResourceNotFoundException", f"Identity '{who}' not found.")
    with assuming({"identity.foreignIdentity": "forbidden"}):
        asked = submit(at, "cognito-identity:DescribeIdentity", far, IdentityId=who)
    assert error(asked) == ("NotAuthorizedException", f"Access to Identity '{who}' is forbidden.")


@pytest.mark.parametrize(
    ("partition", "principal"),
    [
        ("aws-us-gov", "cognito-identity-us-gov.amazonaws.com"),
        ("aws-cn", "cognito-identity.cn-north-1.amazonaws.com.cn"),
    ],
)
def test_a_pool_of_another_partition_has_a_name_of_its_own(partition: str, principal: str) -> None:
    at = cloud(allow_classic_flow=True)
    pool = at.world.identity_pools[POOL]
    at.world = at.world.with_identity_pool(replace(pool, arn=pool.arn.replace("arn:aws:", f"arn:{partition}:")))
    who = get_id(at)
    token = read(ask(at, "GetOpenIdToken", IdentityId=who).unwrap()["Token"])
    assert token.claims["iss"] == f"https://{principal}"  # type: ignore[union-attr]
    refused = ask(at, "GetCredentialsForIdentity", IdentityId=who)
    assert error(refused) == ("InvalidIdentityPoolConfigurationException", NOT_CONFIGURED)
    home = f"arn:{partition}:iam::{ACCOUNT}:role/guest"
    written = json.dumps(unparse(trust("unauthenticated"))).replace(COGNITO, principal)
    trusting = Role(
        home, "guest", parse(json.loads(written), PolicyKind.TRUST), inline=Map({"all": policy(statement("*"))})
    )
    moved = at.world.identity_pools[POOL]
    at.world = at.world.with_role(trusting).with_identity_pool(replace(moved, roles=Map({"unauthenticated": home})))
    there = replace(at.origin(), partition=partition)
    mine = credentials(at.submit(Call("cognito-identity:GetCredentialsForIdentity", {"IdentityId": who}, None, there)))
    session = at.submit(Call("sts:GetCallerIdentity", {}, mine, there)).caller
    assert session.federated_provider == principal  # type: ignore[union-attr]
    assert f"{principal}:sub" in session.federated  # type: ignore[union-attr]


def test_a_pool_of_a_partition_without_a_known_issuer_is_named_as_not_modelled() -> None:
    at = cloud()
    pool = at.world.identity_pools[POOL]
    at.world = at.world.with_identity_pool(replace(pool, arn=pool.arn.replace("arn:aws:", "arn:aws-iso:")))
    with pytest.raises(NotModelled, match="an identity pool in the partition aws-iso"):
        ask(at, "GetCredentialsForIdentity", IdentityId=get_id(at))


def test_tags_open_the_tenants_folder() -> None:
    tags = Map({PROVIDER: PrincipalTags(tags=Map({"tenant": "custom:tenant"}))})
    at = cloud(principal_tags=tags)
    for tenant in ("acme", "globex"):
        submit(at, "s3:PutObject", OPERATOR, Bucket="data", Key=f"{tenant}/plan", Body=tenant)
    sent = logins(at, **{"custom:tenant": "acme"})
    who = get_id(at, Logins=sent)
    mine = credentials(ask(at, "GetCredentialsForIdentity", IdentityId=who, Logins=sent))
    assert submit(at, "s3:GetObject", mine, Bucket="data", Key="acme/plan").unwrap()["Body"] == b"acme"
    assert error(submit(at, "s3:GetObject", mine, Bucket="data", Key="globex/plan"))[0] == "AccessDenied"
