"""AssumeRoleWithWebIdentity's own rules: lengths, policies, and what a token says of the session it buys."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.call import Credentials, Outcome
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.token_contents import pool_key
from cogsim.persistent import Map
from cogsim.tokens.jwt import sign
from cogsim.world.iam import OidcProvider
from cogsim.world.user_pool import UserPool
from tests.unit.aws.sts.sts_door import ACCOUNT, IAM, Sts, allow, role, text, trust

POOL = UserPool("us-east-1_People", f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_People", "people")
PROVIDER = OidcProvider(f"{IAM}oidc-provider/{POOL.provider_name}", POOL.issuer, ("app",))
WEB = "sts:AssumeRoleWithWebIdentity"
TAGS, ROLES = "https://aws.amazon.com/tags", "https://aws.amazon.com/roles"
IDENTITY = "https://aws.amazon.com/source_identity"
EVERY = (WEB, "sts:TagSession", "sts:SetSourceIdentity")
REFUSED = ("AccessDenied", f"Not authorized to perform {WEB}")


def door(*actions: str, longest: int = 3600, statements: tuple[Any, ...] = (allow("*"),), **more: Any) -> Sts:
    """A role `web` for the pool's tokens, and a role `next` for its sessions."""
    web = role("web", trust(*(actions or EVERY), principal={"Federated": PROVIDER.arn}, **more), *statements,
               max_session_duration=longest)  # fmt: skip
    following = role("next", trust("sts:AssumeRole", "sts:SetSourceIdentity", principal={"AWS": web.arn}))
    sts = Sts(web, following)
    sts.cloud.world = sts.cloud.world.with_user_pool(POOL).with_oidc_provider(PROVIDER)
    return sts


def token(sts: Sts, **claims: Any) -> str:
    now = int(sts.cloud.clock.now)
    plain = {"sub": "sub-alice", "iss": POOL.issuer, "aud": "app", "token_use": "id", "iat": now, "exp": now + 300}
    return sign({**plain, **claims}, pool_key(POOL, "id"))


def bought(sts: Sts, claims: dict[str, Any] | None = None, **params: Any) -> Outcome:
    asked = {"RoleArn": f"{IAM}role/web", "RoleSessionName": "alice", "WebIdentityToken": token(sts, **(claims or {}))}
    return sts.submit(WEB, None, **asked, **params)


def keys(outcome: Outcome) -> Credentials:
    made = outcome.unwrap()["Credentials"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])


def refusal(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.code, outcome.error.message


def test_a_session_may_outlive_its_token() -> None:
    sts = door(longest=7200)
    made = keys(bought(sts, DurationSeconds=7200))
    sts.cloud.advance(7199)
    assert sts.may(made)


def test_a_session_is_as_long_as_the_role_allows() -> None:
    words = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert refusal(bought(door(), DurationSeconds=3601)) == ("ValidationError", words)
    assert refusal(bought(door(), DurationSeconds=899))[0] == "ValidationError"


def test_a_bearer_narrows_the_session_and_never_widens_it() -> None:
    sts = door(statements=(allow("s3:GetObject"),))
    wide = {"Policy": text(allow("*"))}
    narrow = {"Policy": text(allow("s3:PutObject"))}
    assert sts.may(keys(bought(sts, **wide)))
    assert not sts.may(keys(bought(sts, **narrow)))
    assert not sts.may(keys(bought(sts, **wide)), "s3:PutObject", Bucket="data", Key="k", Body="x")
    assert refusal(bought(sts, Policy="{"))[0] == "MalformedPolicyDocument"
    assert bought(sts, **wide).unwrap()["PackedPolicySize"] > 0


def test_the_tags_of_a_token_are_those_of_its_session() -> None:
    sts = door(statements=(allow("s3:GetObject", resource="arn:aws:s3:::data/${aws:PrincipalTag/team}/*"),))
    outcome = bought(sts, {TAGS: {"principal_tags": {"team": ["red"]}, "transitive_tag_keys": ["team"]}})
    assert outcome.unwrap()["PackedPolicySize"] == 1
    assert [sts.may(keys(outcome), Key=key) for key in ("red/k", "blue/k")] == [True, False]
    caller = sts.submit("GetCallerIdentity", keys(outcome)).caller
    assert isinstance(caller, RoleSession)
    assert (caller.session_tags, caller.transitive_tag_keys) == (Map({"team": "red"}), ("team",))


def test_a_token_with_tags_needs_a_trust_that_takes_them() -> None:
    tags = {TAGS: {"principal_tags": {"team": ["red"]}}}
    code, message = refusal(bought(door(WEB), tags))
    assert (code, message) == ("AccessDenied", "Not authorized to perform sts:TagSession")
    of_red = {"Condition": {"StringEquals": {"aws:RequestTag/team": "red"}}}
    assert bought(door(**of_red), tags).error is None
    assert refusal(bought(door(**of_red), {TAGS: {"principal_tags": {"team": ["blue"]}}})) == REFUSED


def test_a_token_sets_a_source_identity_which_stays() -> None:
    sts = door()
    outcome = bought(sts, {IDENTITY: "alice"})
    assert outcome.unwrap()["SourceIdentity"] == "alice"
    following = sts.call("AssumeRole", keys(outcome), RoleArn=f"{IAM}role/next", RoleSessionName="s2")
    assert following["SourceIdentity"] == "alice"
    assert refusal(bought(door(WEB), {IDENTITY: "alice"}))[0] == "AccessDenied"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({TAGS: {"principal_tags": {"team": ["red", "blue"]}}}, "InvalidIdentityToken"),
        ({TAGS: {"principal_tags": {"aws:team": "red"}}}, "InvalidIdentityToken"),
        ({IDENTITY: "a"}, "InvalidIdentityToken"),
        ({ROLES: [f"{IAM}role/other"]}, "InvalidIdentityToken"),
        ({ROLES: [f"{IAM}role/web"]}, None),
    ],
)
def test_what_a_token_may_not_say(claims: dict[str, Any], code: str | None) -> None:
    error = bought(door(), claims).error
    assert (error.code if error else None) == code


def test_a_trust_policy_may_ask_that_the_issuer_names_the_role() -> None:
    sts = door(Condition={"Bool": {"sts:RoleAuthorizedByIdp": "true"}})
    assert refusal(bought(sts)) == REFUSED
    assert bought(sts, {ROLES: f"{IAM}role/web"}).error is None


def test_the_providers_keys_stay_in_the_session_and_not_in_the_next() -> None:
    own = "arn:aws:s3:::data/${" + POOL.provider_name + ":sub}/*"
    sts = door(statements=(allow("s3:GetObject", resource=own), allow("sts:AssumeRole")))
    caller = sts.submit("GetCallerIdentity", keys(bought(sts, {ROLES: f"{IAM}role/web"}))).caller
    assert isinstance(caller, RoleSession)
    assert sorted(caller.federated) == [f"{POOL.provider_name}:aud", f"{POOL.provider_name}:sub"]
    following = sts.assume("next", keys(bought(sts)))
    after = sts.submit("GetCallerIdentity", following).caller
    assert isinstance(after, RoleSession)
    assert (len(after.federated), after.federated_provider, after.chained) == (0, None, True)


def test_the_next_roles_trust_reads_the_providers_keys_of_the_call() -> None:
    sts = door()
    by_subject = {"Condition": {"StringEquals": {f"{POOL.provider_name}:sub": "sub-alice"}}}
    only_alice = role("next", trust("sts:AssumeRole", principal={"AWS": f"{IAM}role/web"}, **by_subject))
    sts.cloud.world = sts.cloud.world.with_role(only_alice)
    assert sts.assume("next", keys(bought(sts)))
    assert sts.refused_role("next", keys(bought(sts, {"sub": "sub-eve"})))[0] == "AccessDenied"
