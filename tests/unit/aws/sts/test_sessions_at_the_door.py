"""STS through the door: who am I, becoming a role, chains, what a session carries, and in which order AWS refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decisions.token_contents import pool_key
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.jwt import sign
from cogsim.tokens.keys import rsa_key
from cogsim.world.bucket import Bucket
from cogsim.world.iam import AccessKey, OidcProvider, Role, User
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}:"
BOB_ARN, READER, WRITER = f"{IAM}user/staff/bob", f"{IAM}role/app/reader", f"{IAM}role/writer"
BOB = Credentials("AKIABOB", "secret")
NO_MORE = f"User: {BOB_ARN} is not authorized to perform: "


def policy(kind: PolicyKind, *statements: dict[str, Any]) -> Any:
    written = [{"Effect": "Allow", "Action": "*", **statement} for statement in statements]
    return parse({"Version": "2012-10-17", "Statement": written}, kind)


def trusting(principal: dict[str, Any], action: Any = ("sts:AssumeRole",), **more: Any) -> Any:
    return policy(PolicyKind.TRUST, {"Principal": principal, "Action": list(action), **more})


EVERYTHING = Map({"all": policy(PolicyKind.IDENTITY, {"Resource": "*"})})
STS_ACTIONS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def cloud(*, longest: int = 3600, actions: tuple[str, ...] = STS_ACTIONS) -> Cloud:
    world = (
        World()
        .with_user(User(BOB_ARN, "bob", "/staff/"))
        .with_access_key(AccessKey("AKIABOB", BOB_ARN, "secret"))
        .with_bucket(Bucket("data", ACCOUNT, "us-east-1"))
        .with_role(
            Role(READER, "reader", trusting({"AWS": BOB_ARN}, actions), "/app/", "AROAREADER", inline=EVERYTHING,
                 max_session_duration=longest)
        )
        .with_role(
            Role(WRITER, "writer", trusting({"AWS": READER}, actions), unique_id="AROAWRITER", inline=EVERYTHING,
                 max_session_duration=longest)
        )
    )  # fmt: skip
    return Cloud(world, seed="t", clock=Clock())


def submit(at: Cloud, operation: str, credentials: Credentials | None = BOB, **params: Any) -> Outcome:
    return at.submit(Call(operation, params, credentials, at.origin()))


def assume(at: Cloud, role: str = READER, credentials: Credentials | None = BOB, **params: Any) -> Outcome:
    return submit(at, "sts:AssumeRole", credentials, **{"RoleArn": role, "RoleSessionName": "s1", **params})


def credentials_of(outcome: Outcome) -> Credentials:
    made = outcome.unwrap()["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def error(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.code, outcome.error.message


def test_everybody_may_ask_who_they_are() -> None:
    at = cloud()
    assert submit(at, "sts:GetCallerIdentity").unwrap()["Arn"] == BOB_ARN
    session = credentials_of(assume(at))
    assert submit(at, "sts:GetCallerIdentity", session).unwrap() == {
        "UserId": "AROAREADER:s1",
        "Account": ACCOUNT,
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/s1",
    }


def test_nobody_has_no_identity() -> None:
    assert error(submit(cloud(), "sts:GetCallerIdentity", None))[0] == "MissingAuthenticationToken"


def test_a_session_is_made_as_aws_writes_it() -> None:
    response = assume(cloud()).unwrap()
    made = response["Credentials"]
    assert made["AccessKeyId"].startswith("ASIA")
    assert len(made["AccessKeyId"]) == 20
    assert len(made["SecretAccessKey"]) == 40
    assert made["Expiration"].isoformat() == "2026-01-01T01:00:00+00:00"
    assert response["AssumedRoleUser"] == {
        "AssumedRoleId": "AROAREADER:s1",
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/s1",
    }
    assert "PackedPolicySize" not in response


def test_two_sessions_have_different_keys_and_two_runs_the_same() -> None:
    at, again = cloud(), cloud()
    first, second = credentials_of(assume(at)), credentials_of(assume(at))
    assert len({first.access_key_id, second.access_key_id}) == 2
    assert credentials_of(assume(again)) == first


def test_a_session_ends() -> None:
    at = cloud()
    session = credentials_of(assume(at, DurationSeconds=900))
    at.advance(899)
    assert submit(at, "sts:GetCallerIdentity", session).error is None
    at.advance(1)
    assert error(submit(at, "sts:GetCallerIdentity", session))[0] == "ExpiredToken"


def test_who_is_not_trusted_is_refused_in_the_words_for_a_missing_role() -> None:
    at = cloud()
    assert error(assume(at, WRITER)) == (
        "AccessDenied",
        f"{NO_MORE}sts:AssumeRole on resource: {WRITER} because no role trust policy allows the sts:AssumeRole action",
    )
    missing = f"{IAM}role/nowhere"
    assert error(assume(at, missing))[1] == error(assume(at, WRITER))[1].replace(WRITER, missing)


def test_tags_are_an_action_of_their_own() -> None:
    code, message = error(assume(cloud(actions=("sts:AssumeRole",)), Tags=[{"Key": "team", "Value": "red"}]))
    assert code == "AccessDenied"
    assert message.startswith(f"{NO_MORE}sts:TagSession on resource: {READER}")


CHAIN = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
MAXIMUM = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."


@pytest.mark.parametrize(
    ("longest", "asked", "message"), [(43200, 7200, CHAIN), (3600, 7200, MAXIMUM), (43200, 3600, None)]
)
def test_a_chained_session_lasts_an_hour_at_most(longest: int, asked: int, message: str | None) -> None:
    at = cloud(longest=longest)
    outcome = assume(at, WRITER, credentials_of(assume(at)), DurationSeconds=asked)
    assert (error(outcome) if outcome.error else None) == (("ValidationError", message) if message else None)


def test_authorisation_comes_before_the_duration_and_the_duration_before_the_policy() -> None:
    at = cloud()
    assert error(assume(at, WRITER, DurationSeconds=7200))[0] == "AccessDenied"
    assert error(assume(at, DurationSeconds=7200, Policy="{"))[0] == "ValidationError"
    assert error(assume(at, Policy="{"))[0] == "MalformedPolicyDocument"


def test_a_session_policy_narrows() -> None:
    at = cloud()
    only_get = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    )
    wide, narrow = credentials_of(assume(at)), assume(at, Policy=only_get)
    assert narrow.unwrap()["PackedPolicySize"] > 0
    put = {"Bucket": "data", "Key": "k", "Body": "x"}
    assert submit(at, "s3:PutObject", credentials_of(narrow), **put).error is not None
    assert submit(at, "s3:PutObject", wide, **put).error is None
    assert submit(at, "s3:GetObject", credentials_of(narrow), Bucket="data", Key="k").error is None


def test_a_managed_session_policy_without_its_arn_is_named() -> None:
    with pytest.raises(NotModelled, match="PolicyArns"):
        assume(cloud(), PolicyArns=[{}])


def test_tags_and_source_identity_travel_down_the_chain() -> None:
    at = cloud()
    first = assume(
        at,
        Tags=[{"Key": "team", "Value": "red"}, {"Key": "cost", "Value": "1"}],
        TransitiveTagKeys=["team"],
        SourceIdentity="bob",
    )
    assert first.unwrap()["SourceIdentity"] == "bob"
    second = assume(at, WRITER, credentials_of(first))
    assert second.unwrap()["SourceIdentity"] == "bob"
    caller = submit(at, "sts:GetCallerIdentity", credentials_of(second)).caller
    assert getattr(caller, "session_tags", None) == Map({"team": "red"})
    assert getattr(caller, "chained", None) is True
    clash = assume(at, WRITER, credentials_of(first), Tags=[{"Key": "Team", "Value": "blue"}])
    assert error(clash)[0] == "ValidationError"
    changed = assume(at, WRITER, credentials_of(first), SourceIdentity="eve")
    assert error(changed) == ("ValidationError", "The source identity is already set for this assume role session")


def test_a_deleted_roles_sessions_are_dead() -> None:
    at = cloud()
    session = credentials_of(assume(at))
    at.world = at.world.with_role(replace(at.world.roles[READER], unique_id="AROAMADEANEW"))
    assert error(submit(at, "sts:GetCallerIdentity", session))[0] == "InvalidClientTokenId"


def test_a_name_that_breaks_the_models_rule_is_a_validation_error() -> None:
    code, message = error(assume(cloud(), RoleSessionName="x"))
    assert code == "ValidationError"
    assert "roleSessionName" in message


POOL = UserPool("us-east-1_People", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_People", "people")
WEB = ("sts:AssumeRoleWithWebIdentity",)


def federated(*, client: str = "app") -> Cloud:
    at = cloud()
    provider = OidcProvider(f"{IAM}oidc-provider/{POOL.provider_name}", POOL.issuer, ("app",))
    condition = {"StringEquals": {f"{POOL.provider_name}:sub": "sub-alice"}}
    role = Role(
        f"{IAM}role/web", "web", trusting({"Federated": provider.arn}, WEB, Condition=condition), inline=EVERYTHING
    )
    at.world = at.world.with_user_pool(POOL).with_oidc_provider(provider).with_role(role)
    return at


def web(at: Cloud, token: str) -> Outcome:
    return submit(
        at,
        "sts:AssumeRoleWithWebIdentity",
        None,
        RoleArn=f"{IAM}role/web",
        RoleSessionName="alice",
        WebIdentityToken=token,
    )


def id_token(at: Cloud, **changed: Any) -> str:
    now = int(at.clock.now)
    claims = {"sub": "sub-alice", "iss": POOL.issuer, "aud": "app", "token_use": "id", "iat": now, "exp": now + 60}
    return sign({**claims, **changed}, pool_key(POOL, "id"))


def test_a_user_pool_registered_with_iam_opens_a_role_directly() -> None:
    at = federated()
    response = web(at, id_token(at)).unwrap()
    assert (response["Provider"], response["Audience"]) == (POOL.issuer, "app")
    assert response["SubjectFromWebIdentityToken"] == "sub-alice"


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"aud": "other"}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"exp": 1}, "ExpiredTokenException", "Token expired: current date/time 1767225600 must be before"),
        ({"sub": "sub-eve"}, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        (
            {"iss": "https://idp.example.com"},
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://idp.example.com",
        ),
    ],
)
def test_a_web_identity_that_is_refused(changed: dict[str, Any], code: str, words: str) -> None:
    at = federated()
    found, message = error(web(at, id_token(at, **changed)))
    assert found == code
    assert message.startswith(words)


def test_a_forged_web_identity_is_refused() -> None:
    at = federated()
    forged = sign(
        {"sub": "sub-alice", "iss": POOL.issuer, "aud": "app", "iat": 0, "exp": 9e9},
        rsa_key("cognito-idp", "other", "id"),
    )
    assert error(web(at, forged))[0] == "InvalidIdentityToken"
