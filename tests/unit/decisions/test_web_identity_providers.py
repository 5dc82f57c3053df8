"""AssumeRoleWithWebIdentity with providers outside AWS: which are believed, which condition keys their tokens give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cogsim.actors.oidc_provider import AtProvider, workload_token
from cogsim.assumptions import assuming
from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decision import Refusal
from cogsim.decisions.token_contents import pool_key
from cogsim.decisions.web_identity import accept_web_identity
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.tokens.jwt import sign
from cogsim.world.external_oidc import PRESETS, OidcClient, OidcIssuer, OidcUser, Repository
from cogsim.world.iam import OidcProvider, Role
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

ACCOUNT = "123456789012"
IAM = f"arn:aws:iam::{ACCOUNT}:"
ROLE = f"{IAM}role/web"
BACK = "https://app.example.com/cb"
ACTION = "sts:AssumeRoleWithWebIdentity"


@dataclass(frozen=True, slots=True)
class Door:
    """The door of a cloud, with its clock for a watch."""

    cloud: Cloud

    def call(
        self, operation: str, params: Mapping[str, Any] | None = None, credentials: Credentials | None = None
    ) -> Mapping[str, Any]:
        return self.cloud.call(operation, params, credentials)

    @property
    def now(self) -> float:
        return self.cloud.clock.now


def role(federated: str, **condition: Any) -> Role:
    statement: dict[str, Any] = {"Effect": "Allow", "Principal": {"Federated": federated}, "Action": ACTION}
    if condition:
        statement["Condition"] = condition
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return Role(ROLE, "web", parse(document, PolicyKind.TRUST, saved=True))


def issuer(preset: str = "generic", **changed: Any) -> OidcIssuer:
    url = PRESETS[preset].url or "https://idp.example.com/tenant"
    client, person = OidcClient("app", None, (BACK,)), OidcUser("alice", "sub-alice", "pw")
    return replace(OidcIssuer(url, preset, clients=Map({"app": client}), users=Map({"alice": person})), **changed)


def provider(url: str, *clients: str) -> OidcProvider:
    return OidcProvider(f"{IAM}oidc-provider/{url.removeprefix('https://')}", url, clients)


def cloud(made: OidcIssuer, trusting: Role, *clients: str) -> Cloud:
    world = World().with_oidc_issuer(made).with_role(trusting)
    if clients:
        world = world.with_oidc_provider(provider(made.url, *clients))
    return Cloud(world, seed="t", clock=Clock())


def assume(at: Cloud, token: str, **more: Any) -> Outcome:
    params = {"RoleArn": ROLE, "RoleSessionName": "alice", "WebIdentityToken": token, **more}
    return at.submit(Call(ACTION, params, None, at.origin()))


def code_of(outcome: Outcome) -> tuple[str, str]:
    assert outcome.error is not None
    return outcome.error.code, outcome.error.message


def signed(at: Cloud, made: OidcIssuer, **changed: Any) -> str:
    now = int(at.clock.now)
    claims = {"iss": made.url, "sub": "sub-alice", "aud": "app", "iat": now, "exp": now + 300, **changed}
    return sign({name: each for name, each in claims.items() if each is not None}, made.signing_key)


GENERIC = issuer()
HOST = GENERIC.url.removeprefix("https://")
GENERIC_ARN = provider(GENERIC.url).arn


# Providers registered with IAM


def test_a_person_of_a_registered_provider_becomes_the_role() -> None:
    at = cloud(GENERIC, role(GENERIC_ARN, StringEquals={f"{HOST}:aud": "app", f"{HOST}:sub": "sub-alice"}), "app")
    token = AtProvider(Door(at), GENERIC, GENERIC.clients["app"], BACK).sign_in("alice", "pw").id_token
    assert token is not None
    response = assume(at, token).unwrap()
    assert (response["Provider"], response["Audience"]) == (GENERIC.url, "app")
    assert response["SubjectFromWebIdentityToken"] == "sub-alice"


NO_KEY = "Couldn't retrieve verification key from your identity provider,  please reference"


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        ({"aud": "other"}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"azp": "other"}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"aud": ["app", "other"]}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"aud": None}, "InvalidIdentityToken", "Missing a required claim: aud"),
        ({"sub": None}, "InvalidIdentityToken", "Missing a required claim: sub"),
        ({"iat": None}, "InvalidIdentityToken", "Missing a required claim: iat"),
        ({"exp": None}, "InvalidIdentityToken", "Missing a required claim: exp"),
        (
            {"iat": 5, "exp": 1767225600},
            "ExpiredTokenException",
            "Token expired: current date/time 1767225600 must be before the expiration date/time 1767225600",
        ),
        ({"nbf": 1767225601}, "InvalidIdentityToken", "The ID Token provided is not valid"),
        ({"exp": "1767229200"}, "InvalidIdentityToken", "The ID Token provided is not valid"),
        ({"exp": 1767225600 + 86401}, "InvalidIdentityToken", "The ID Token provided is not valid"),
        ({"sub": "sub-eve"}, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity"),
        (
            {"iss": "https://idp.example.com"},
            "InvalidIdentityToken",
            "No OpenIDConnect provider found in your account for https://idp.example.com",
        ),
    ],
)
def test_a_token_that_is_refused(changed: dict[str, Any], code: str, words: str) -> None:
    at = cloud(GENERIC, role(GENERIC_ARN, StringEquals={f"{HOST}:sub": "sub-alice"}), "app")
    found, message = code_of(assume(at, signed(at, GENERIC, **changed)))
    assert found == code
    assert message.startswith(words)


def test_a_forged_token_and_one_of_a_retired_key_find_no_key() -> None:
    at = cloud(replace(GENERIC, generations=(2,)), role(GENERIC_ARN), "app")
    assert code_of(assume(at, signed(at, GENERIC)))[1].startswith(NO_KEY)
    assert code_of(assume(at, "not.a.jwt"))[1].startswith("The ID Token provided is not a valid JWT")
    assert assume(at, signed(at, replace(GENERIC, generations=(2,)))).error is None


def test_a_provider_of_another_account_proves_nothing() -> None:
    at = cloud(GENERIC, role(GENERIC_ARN))
    stranger = OidcProvider(GENERIC_ARN.replace(ACCOUNT, "999999999999"), GENERIC.url, ("app",))
    at.world = at.world.with_oidc_provider(stranger)
    assert code_of(assume(at, signed(at, GENERIC)))[1].startswith("No OpenIDConnect provider found")


@pytest.mark.parametrize(
    ("chosen", "code"),
    [("IDPCommunicationError", "IDPCommunicationError"), ("InvalidIdentityToken", "InvalidIdentityToken")],
)
def test_a_provider_that_does_not_answer(chosen: str, code: str) -> None:
    at = cloud(replace(GENERIC, reachable=False), role(GENERIC_ARN), "app")
    with assuming({"sts.providerUnreachable": chosen}):
        outcome = assume(at, signed(at, GENERIC))
    assert code_of(outcome)[0] == code
    assert outcome.decision.assumptions == ("sts.providerUnreachable",)


def test_a_provider_that_the_world_says_nothing_of_is_not_guessed_at() -> None:
    at = cloud(GENERIC, role(GENERIC_ARN))
    other = issuer(url="https://idp.example.org")
    at.world = at.world.with_oidc_provider(provider(other.url, "app"))
    with pytest.raises(NotModelled, match=r"idp\.example\.org"):
        assume(at, signed(at, other))


def test_a_long_lived_token_is_taken_where_nothing_bounds_it() -> None:
    at = cloud(GENERIC, role(GENERIC_ARN), "app")
    with assuming({"sts.webIdentityLifetime": "any-time"}):
        assert assume(at, signed(at, GENERIC, exp=int(at.clock.now) + 90_000)).error is None


def keys_of(at: Cloud, token: str, provider_id: str | None = None) -> dict[str, Any]:
    bearer = accept_web_identity(at.world, token, ROLE, now=at.clock.now, provider_id=provider_id).value
    assert not isinstance(bearer, Refusal), bearer
    return {key: list(each.values) if each.multivalued else each.values[0] for key, each in bearer.keys.items()}


def test_of_a_generic_provider_few_claims_are_condition_keys() -> None:
    at = cloud(GENERIC, role(GENERIC_ARN), "app")
    token = signed(at, GENERIC, email="a@example.com", groups=["x"], amr=["pwd"], department="d")
    assert keys_of(at, token) == {
        f"{HOST}:aud": "app",
        f"{HOST}:sub": "sub-alice",
        f"{HOST}:email": "a@example.com",
        f"{HOST}:amr": ["pwd"],
    }
    assert keys_of(at, signed(at, GENERIC, azp="app", aud="other"))[f"{HOST}:oaud"] == "other"


@pytest.mark.parametrize(("use", "changed", "words"), [
    ("id", {}, None),
    ("access", {"aud": None}, "Missing a required claim: aud"),
    ("id", {"aud": "other"}, "Incorrect token audience"),
])  # fmt: skip
def test_a_user_pool_is_a_provider_like_others(use: Any, changed: dict[str, Any], words: str | None) -> None:
    arn = f"arn:aws:cognito-idp:us-east-1:{ACCOUNT}:userpool/us-east-1_Pool"
    pool = UserPool("us-east-1_Pool", arn, "people")
    at = cloud(GENERIC, role(provider(pool.issuer).arn))
    at.world = at.world.with_user_pool(pool).with_oidc_provider(provider(pool.issuer, "app"))
    now = int(at.clock.now)
    claims = {"iss": pool.issuer, "sub": "sub-alice", "aud": "app", "iat": now, "exp": now + 300, **changed}
    token = sign({name: each for name, each in claims.items() if each is not None}, pool_key(pool, use))
    outcome = assume(at, token)
    assert (outcome.error.message if outcome.error else None) == words


# What is built in


@pytest.mark.parametrize("iss", PRESETS["google"].issuers)
def test_googles_token_gives_its_authorised_party_as_audience(iss: str) -> None:
    google = issuer("google")
    at = cloud(google, role("accounts.google.com", StringEquals={"accounts.google.com:aud": "B"}))
    token = signed(at, google, iss=iss, azp="A", aud="B", google={"organization_number": 77})
    assert keys_of(at, token) == {
        "accounts.google.com:aud": "A",
        "accounts.google.com:oaud": "B",
        "accounts.google.com:sub": "sub-alice",
        "accounts.google.com:google/organization_number": "77",
    }
    assert code_of(assume(at, token))[0] == "AccessDenied"
    at.world = at.world.with_role(role("accounts.google.com", StringEquals={"accounts.google.com:oaud": "B"}))
    response = assume(at, token).unwrap()
    assert (response["Provider"], response["Audience"]) == ("https://accounts.google.com", "A")


@pytest.mark.parametrize(
    ("preset", "name", "keys"),
    [("facebook", "graph.facebook.com", ("app_id", "id")), ("amazon", "www.amazon.com", ("app_id", "user_id"))],
)
def test_access_tokens_are_put_to_their_provider(preset: str, name: str, keys: tuple[str, str]) -> None:
    made = issuer(preset)
    at = cloud(made, role(name, StringEquals={f"{name}:{keys[0]}": "app"}))
    token = AtProvider(Door(at), made, made.clients["app"], BACK).sign_in("alice", "pw").access_token
    assert keys_of(at, token, name) == {f"{name}:{keys[0]}": "app", f"{name}:{keys[1]}": "sub-alice"}
    assert assume(at, token, ProviderId=name).unwrap()["Provider"] == name
    assert "sent an Access Token" in code_of(assume(at, token))[1]
    assert code_of(assume(at, token[:-3] + "AAA", ProviderId=name))[0] == "InvalidIdentityToken"
    assert code_of(assume(at, token, ProviderId="accounts.google.com"))[0] == "InvalidIdentityToken"
    at.advance(3600)
    assert code_of(assume(at, token, ProviderId=name))[0] == "ExpiredTokenException"
    at.clock = Clock()
    users = made.users.set("alice", replace(made.users["alice"], enabled=False))
    at.world = at.world.with_oidc_issuer(replace(made, users=users))
    assert code_of(assume(at, token, ProviderId=name))[0] == "IDPRejectedClaim"


def test_another_applications_access_token_is_stopped_by_the_trust_policy_alone() -> None:
    made = issuer("facebook")
    evil = OidcClient("evil", None, (BACK,))
    made = replace(made, clients=made.clients.set("evil", evil))
    at = cloud(made, role("graph.facebook.com"))
    token = AtProvider(Door(at), made, evil, BACK).sign_in("alice", "pw").access_token
    assert assume(at, token, ProviderId="graph.facebook.com").error is None
    at.world = at.world.with_role(role("graph.facebook.com", StringEquals={"graph.facebook.com:app_id": "app"}))
    assert code_of(assume(at, token, ProviderId="graph.facebook.com"))[0] == "AccessDenied"


# GitHub Actions: who else may deploy?

GITHUB = OidcIssuer(
    PRESETS["github"].url or "",
    "github",
    repositories=Map(
        {
            name: Repository(name, environments=("prod",))
            for name in ("octo-org/app", "octo-org/playground", "octo-org-evil/app")
        }
    ),
)
GITHUB_ARN = provider(GITHUB.url).arn
SUB, AUD = "token.actions.githubusercontent.com:sub", "token.actions.githubusercontent.com:aud"
STS = {AUD: "sts.amazonaws.com"}

#: The deploying job of the repository that the role is for, and others: who asks, with what.
JOBS: Mapping[str, tuple[str, dict[str, str]]] = {
    "deploy": ("octo-org/app", {}),
    "branch": ("octo-org/app", {"Ref": "refs/heads/feature"}),
    "pull request": ("octo-org/app", {"Event": "pull_request"}),
    "environment": ("octo-org/app", {"Environment": "prod"}),
    "sibling": ("octo-org/playground", {}),
    "stranger": ("octo-org-evil/app", {}),
}


@pytest.mark.parametrize(
    ("condition", "admitted"),
    [
        ({}, set(JOBS)),
        ({"StringEquals": STS}, set(JOBS)),
        ({"StringEquals": STS, "StringLike": {SUB: "repo:octo-org*"}}, set(JOBS)),
        ({"StringEquals": STS, "StringLike": {SUB: "repo:*/app:*"}}, set(JOBS) - {"sibling"}),
        ({"StringEquals": STS, "StringLike": {SUB: "repo:octo-org/*"}}, set(JOBS) - {"stranger"}),
        (
            {"StringEquals": STS, "StringLike": {SUB: "repo:octo-org/app:*"}},
            {"deploy", "branch", "pull request", "environment"},
        ),
        ({"StringEquals": {**STS, SUB: "repo:octo-org/app:ref:refs/heads/main"}}, {"deploy"}),
        ({"StringEquals": {**STS, SUB: "repo:octo-org/app:environment:prod"}}, {"environment"}),
        (
            {"StringEquals": {**STS, "token.actions.githubusercontent.com:repository": "octo-org/playground"}},
            {"sibling"},
        ),
        ({"StringEquals": {**STS, "token.actions.githubusercontent.com:event_name": "push"}}, set()),
    ],
    ids=["nothing", "aud alone", "org*", "*/app", "org/*", "repository", "ref", "environment", "claim", "no such key"],
)
def test_what_a_trust_policy_tests_of_the_subject_decides_which_jobs_may_deploy(
    condition: dict[str, Any], admitted: set[str]
) -> None:
    at = cloud(GITHUB, role(GITHUB_ARN, **condition), "sts.amazonaws.com")
    found = set()
    for name, (repository, job) in JOBS.items():
        token = workload_token(Door(at), GITHUB, repository, "sts.amazonaws.com", **job)
        if assume(at, token).error is None:
            found.add(name)
    assert found == admitted


def test_a_job_that_asks_for_another_audience_is_refused_before_the_trust_policy() -> None:
    at = cloud(GITHUB, role(GITHUB_ARN), "sts.amazonaws.com")
    token = workload_token(Door(at), GITHUB, "octo-org/app")
    assert code_of(assume(at, token)) == ("InvalidIdentityToken", "Incorrect token audience")


def test_a_jobs_claims_that_reach_policies_and_those_that_do_not() -> None:
    at = cloud(GITHUB, role(GITHUB_ARN), "sts.amazonaws.com")
    token = workload_token(Door(at), GITHUB, "octo-org/app", "sts.amazonaws.com", Environment="prod", Actor="eve")
    names = {key.rpartition(":")[2] for key in keys_of(at, token)}
    assert names == {
        *("aud", "sub", "actor", "environment", "job_workflow_ref", "ref", "repository", "repository_id"),
        *("repository_owner_id", "workflow"),
    }
