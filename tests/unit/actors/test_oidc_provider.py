"""Providers outside AWS: documents, the code flow with PKCE, what each well-known one does otherwise, jobs' tokens."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from cogsim.actors.oidc_provider import (
    AtProvider,
    ProviderTokens,
    apple_client_secret,
    discovery,
    published_keys,
    workload_token,
)
from cogsim.aws.call import Credentials
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.decision import Refusal
from cogsim.decisions.oidc_token import accept_oidc_token
from cogsim.errors import AwsError, InputError, NotModelled
from cogsim.persistent import Map
from cogsim.tokens.jwks import read_key_set
from cogsim.tokens.jwt import UnverifiedToken, read, verify
from cogsim.world.external_oidc import PRESETS, OidcClient, OidcIssuer, OidcUser, Repository, subject_at
from cogsim.world.world import World

BACK = "https://app.example.com/cb"
EMAIL = {"email": "alice@example.com", "name": "Alice", "given_name": "Alice", "groups": ("staff",)}


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


def issuer(preset: str = "generic", **changed: Any) -> OidcIssuer:
    url = PRESETS[preset].url or "https://idp.example.com"
    users = {
        name: OidcUser(name, subject_at(preset, url, name), "pw", Map(EMAIL), email_verified=True)
        for name in ("alice", "bob")
    }
    clients = {
        "app": OidcClient("app", "s3cr:t/", (BACK,)),
        "spa": OidcClient("spa", None, (BACK, "myapp://cb"), "required"),
        "old": OidcClient("old", None, (BACK,), "plain-too"),
        "team": OidcClient("team", None, (BACK,), "optional", "TEAM", "KEY1"),
    }
    made = OidcIssuer(url, preset, clients=Map(clients), users=Map(users))
    return replace(made, **changed)


def start(made: OidcIssuer, client: str = "app", **changed: Any) -> AtProvider:
    cloud = Cloud(World().with_oidc_issuer(made), seed="t", clock=Clock())
    return AtProvider(Door(cloud), made, made.clients[client], BACK, **changed)


def cloud_of(at: AtProvider) -> Cloud:
    assert isinstance(at.door, Door)
    return at.door.cloud


def claims_of(tokens: ProviderTokens) -> Mapping[str, Any]:
    assert tokens.id_token is not None
    parsed = read(tokens.id_token)
    assert isinstance(parsed, UnverifiedToken)
    return parsed.claims


def error(call: Any) -> tuple[str, str]:
    with pytest.raises(AwsError) as raised:
        call()
    return raised.value.code, raised.value.message


# The code flow


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_sign_in_gives_an_id_token_that_the_published_keys_verify(algorithm: str) -> None:
    at = start(issuer(algorithm=algorithm))
    tokens = at.sign_in("alice", "pw")
    assert tokens.id_token is not None
    keys = read_key_set(published_keys(at.issuer))
    decision = verify(tokens.id_token, keys, algorithms=(algorithm,))
    assert not isinstance(decision.value, Refusal)
    assert (decision.value["iss"], decision.value["aud"]) == ("https://idp.example.com", "app")
    assert decision.value["nonce"] == tokens.nonce
    world, now = cloud_of(at).world, at.door.now
    accepted = accept_oidc_token(world, at.issuer.url, tokens.id_token, audiences=("app",), now=now, nonce=tokens.nonce)
    assert accepted.value == decision.value
    assert discovery(at.issuer)["issuer"] == decision.value["iss"]


def test_two_runs_are_the_same_to_the_byte() -> None:
    assert start(issuer()).sign_in("alice", "pw") == start(issuer()).sign_in("alice", "pw")


def test_the_scope_opens_claims_and_userinfo_says_the_same() -> None:
    at = start(issuer(), scope="openid email")
    tokens = at.sign_in("alice", "pw")
    claims = claims_of(tokens)
    assert (claims["email"], claims["email_verified"], claims["groups"]) == ("alice@example.com", True, ["staff"])
    assert "name" not in claims
    told = at.door.call("cogsim:OidcUserInfo", {"Issuer": at.issuer.url, "AccessToken": tokens.access_token})
    assert told == {"sub": "alice", "email": "alice@example.com", "email_verified": True, "groups": ["staff"]}


def test_without_openid_there_is_no_id_token() -> None:
    assert start(issuer(), scope="email").sign_in("alice", "pw").id_token is None


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"ClientId": "nobody"}, "invalid_client"),
        ({"RedirectUri": "https://app.example.com/cb/"}, "invalid_request"),
        ({"RedirectUri": "https://app.example.com/cb?x=1"}, "invalid_request"),
        ({"RedirectUri": "https://APP.example.com/cb"}, "invalid_request"),
        ({"RedirectUri": "https://attacker.example/cb"}, "invalid_request"),
        ({"Password": "wrong"}, "login_failed"),
        ({"Password": None}, "login_failed"),
        ({"Username": "nobody"}, "login_failed"),
        ({"Username": None, "Password": None}, "login_failed"),
    ],
)
def test_strangers_are_refused_where_they_are_and_nothing_is_sent_on(changed: dict[str, Any], code: str) -> None:
    at = start(issuer())
    assert error(lambda: at.authorize("alice", "pw", **changed))[0] == code


@pytest.mark.parametrize(
    ("client", "changed", "code"),
    [
        ("app", {"ResponseType": "token"}, "unsupported_response_type"),
        ("app", {"ResponseMode": "fragment"}, "invalid_request"),
        ("app", {"Prompt": "never"}, "invalid_request"),
        ("app", {"Prompt": "none", "Username": None}, "login_required"),
        ("spa", {"CodeChallenge": None, "CodeChallengeMethod": None}, "invalid_request"),
        ("spa", {"CodeChallengeMethod": "plain"}, "invalid_request"),
        ("spa", {"CodeChallengeMethod": None}, "invalid_request"),
        ("spa", {"CodeChallengeMethod": "S512"}, "invalid_request"),
        ("spa", {"CodeChallenge": "short"}, "invalid_request"),
        ("app", {"CodeChallenge": None}, "invalid_request"),
    ],
)
def test_what_cannot_be_served_is_told_to_the_application(client: str, changed: dict[str, Any], code: str) -> None:
    at = start(issuer(), client)
    told = at.authorize("alice", "pw", **changed)["Parameters"]
    assert told["error"] == code
    assert "code" not in told
    assert told["state"]


def test_a_disabled_person_signs_in_no_more_and_a_code_of_theirs_buys_nothing() -> None:
    at = start(issuer())
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    users = at.issuer.users.set("alice", replace(at.issuer.users["alice"], enabled=False))
    cloud_of(at).world = cloud_of(at).world.with_oidc_issuer(replace(at.issuer, users=users))
    assert error(lambda: at.authorize("alice", "pw"))[0] == "login_failed"
    assert error(lambda: at.redeem(code))[0] == "invalid_grant"


def test_the_providers_session_spares_a_second_password_unless_a_login_is_asked_for() -> None:
    at = start(issuer())
    session = at.authorize("alice", "pw")["Session"]
    quiet = {"Username": None, "Password": None, "Session": session}
    again = at.authorize("alice", "pw", Prompt="none", **quiet)
    assert again["Session"] == session
    assert claims_of(at.redeem(again["Parameters"]["code"]))["sub"] == "alice"
    assert error(lambda: at.authorize("alice", "pw", Prompt="login", **quiet))[0] == "login_failed"
    told = at.authorize("alice", "pw", Prompt="none", Username=None, Password=None, Session="guessed")
    assert told["Parameters"]["error"] == "login_required"


# Codes


def test_a_code_is_good_once() -> None:
    at = start(issuer())
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    at.redeem(code)
    assert error(lambda: at.redeem(code)) == ("invalid_grant", "The code is invalid, expired or was used before.")


@pytest.mark.parametrize(("waited", "accepted"), [(599, True), (600, False)])
def test_a_code_lives_ten_minutes(waited: float, accepted: bool) -> None:
    at = start(issuer())
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    cloud_of(at).advance(waited)
    if accepted:
        assert at.redeem(code).id_token
    else:
        assert error(lambda: at.redeem(code))[0] == "invalid_grant"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"RedirectUri": "https://app.example.com/cb2"}, "invalid_grant"),
        ({"RedirectUri": None}, "invalid_grant"),
        ({"CodeVerifier": None}, "invalid_grant"),
        ({"CodeVerifier": "x" * 43}, "invalid_grant"),
        ({"CodeVerifier": "short"}, "invalid_grant"),
        ({"Code": "guessed"}, "invalid_grant"),
        ({"Code": None}, "invalid_grant"),
        ({"GrantType": "password"}, "unsupported_grant_type"),
        ({"Authorization": None}, "invalid_client"),
        ({"Authorization": None, "ClientId": "app"}, "invalid_client"),
        ({"Authorization": None, "ClientId": "app", "ClientSecret": "wrong"}, "invalid_client"),
        ({"ClientSecret": "s3cr:t/"}, "invalid_client"),
        ({"ClientId": "spa"}, "invalid_client"),
        ({"Authorization": "Bearer x"}, "invalid_client"),
        ({"Authorization": "Basic ***"}, "invalid_client"),
        ({"Authorization": None, "ClientId": "spa"}, "invalid_grant"),
        ({"Authorization": None, "ClientId": "spa", "ClientSecret": "x"}, "invalid_client"),
    ],
)
def test_a_code_in_other_hands_buys_nothing_and_stays_good(changed: dict[str, Any], code: str) -> None:
    at = start(issuer())
    given = at.authorize("alice", "pw")["Parameters"]["code"]
    assert error(lambda: at.redeem(given, **changed))[0] == code
    assert at.redeem(given).id_token


def test_a_secret_may_stand_in_the_body_as_well() -> None:
    at = start(issuer())
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    assert at.redeem(code, Authorization=None, ClientId="app", ClientSecret="s3cr:t/").id_token


def test_plain_pkce_works_where_the_provider_still_allows_it() -> None:
    assert start(issuer(), "old", pkce="plain").sign_in("alice", "pw").id_token
    assert start(issuer(), "old", pkce=None).sign_in("alice", "pw").id_token


def test_a_verifier_for_a_code_without_challenge_is_a_code_that_was_swapped() -> None:
    at = start(issuer(), pkce=None)
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    assert error(lambda: at.redeem(code, CodeVerifier="x" * 43))[0] == "invalid_grant"


def test_an_answer_to_another_question_is_noticed_by_its_state() -> None:
    at = start(issuer())

    class Swapped:
        """A browser that was made to open an address of an attacker's own sign-in."""

        now = at.door.now

        def call(self, operation: str, params: Any = None, credentials: Any = None) -> Mapping[str, Any]:
            return at.door.call(operation, {**params, "State": "attackers"}, credentials)

    with pytest.raises(InputError, match="its state is another"):
        replace(at, door=Swapped()).sign_in("alice", "pw")


# Access tokens


def test_an_access_token_ends_and_cannot_be_made_up() -> None:
    at = start(issuer())
    token = at.sign_in("alice", "pw").access_token
    ask = {"Issuer": at.issuer.url, "AccessToken": token}
    raw = bytearray(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
    raw[5] ^= 1
    forged = base64.urlsafe_b64encode(bytes(raw)).rstrip(b"=").decode()
    for wrong in ("made up", "x" * 5000, forged):
        assert error(lambda wrong=wrong: at.door.call("cogsim:OidcUserInfo", {**ask, "AccessToken": wrong}))[0] == (
            "InvalidToken"
        )
    other = start(issuer(url="https://other.example.com"))
    there = other.sign_in("alice", "pw").access_token
    assert error(lambda: at.door.call("cogsim:OidcUserInfo", {**ask, "AccessToken": there}))[0] == "InvalidToken"
    cloud_of(at).advance(3600)
    assert error(lambda: at.door.call("cogsim:OidcUserInfo", ask))[0] == "invalid_token"


# The well-known ones


def test_google_names_the_authorised_party_and_its_domain() -> None:
    made = issuer("google")
    users = made.users.set("alice", replace(made.users["alice"], claims=Map({**EMAIL, "hd": "example.com"})))
    claims = claims_of(start(replace(made, users=users)).sign_in("alice", "pw"))
    assert (claims["iss"], claims["azp"], claims["hd"]) == ("https://accounts.google.com", "app", "example.com")
    assert len(claims["sub"]) == 21
    assert claims["sub"].isdigit()


def test_facebook_gives_a_limited_login_and_an_access_token_that_only_it_can_read() -> None:
    at = start(issuer("facebook"))
    tokens = at.sign_in("alice", "pw")
    assert claims_of(tokens)["iss"] == "https://www.facebook.com"
    assert tokens.access_token.startswith("EAA")
    asked = {"Issuer": "graph.facebook.com", "AccessToken": tokens.access_token}
    told = at.door.call("cogsim:OidcTokenInfo", asked)["data"]
    assert (told["app_id"], told["user_id"], told["is_valid"]) == ("app", at.issuer.users["alice"].subject, True)
    assert at.door.call("cogsim:OidcUserInfo", asked)["id"] == at.issuer.users["alice"].subject


def test_amazon_gives_no_id_token_and_subjects_of_its_own() -> None:
    at = start(issuer("amazon"), scope="openid profile")
    tokens = at.sign_in("alice", "pw")
    assert tokens.id_token is None
    asked = {"Issuer": at.issuer.url, "AccessToken": tokens.access_token}
    told = at.door.call("cogsim:OidcTokenInfo", asked)
    assert (told["aud"], told["exp"]) == ("app", 3600)
    assert told["user_id"].startswith("amzn1.account.")
    profile = at.door.call("cogsim:OidcUserInfo", asked)
    assert (profile["user_id"], profile["email"]) == (told["user_id"], "alice@example.com")


def test_a_provider_without_token_info_has_none() -> None:
    at = start(issuer())
    with pytest.raises(NotModelled):
        at.door.call(
            "cogsim:OidcTokenInfo",
            {"Issuer": at.issuer.url, "AccessToken": at.sign_in("alice", "pw").access_token},
        )


def test_apple_posts_a_form_hides_the_address_and_tells_the_name_once() -> None:
    made = issuer("apple", algorithm="ES256")
    hidden = Map({**EMAIL, "email": "x7k@privaterelay.appleid.com"})
    users = made.users.set("alice", replace(made.users["alice"], claims=hidden))
    at = start(replace(made, users=users), "team", scope="openid name email", pkce=None)
    first = at.authorize("alice", "pw")
    assert (first["Method"], first["Url"]) == ("POST", BACK)
    assert json.loads(first["Parameters"]["user"])["name"] == {"firstName": "Alice"}
    claims = claims_of(at.redeem(first["Parameters"]["code"]))
    assert (claims["email_verified"], claims["is_private_email"]) == ("true", "true")
    again = at.authorize("alice", "pw")
    assert "user" not in again["Parameters"]
    told = at.authorize("alice", "pw", ResponseMode=None)["Parameters"]
    assert told["error_description"].startswith("response_mode must be form_post")


@pytest.mark.parametrize("wrong", ["other key", "expired", "other team", "text", "none"])
def test_apples_applications_prove_themselves_by_a_signature(wrong: str) -> None:
    at = start(issuer("apple"), "team", pkce=None)
    code = at.authorize("alice", "pw")["Parameters"]["code"]
    client, now = at.client, at.door.now
    secret = {
        "other key": apple_client_secret(at.issuer, replace(client, key_id="KEY2"), now),
        "expired": apple_client_secret(at.issuer, client, now - 300),
        "other team": apple_client_secret(at.issuer, replace(client, team_id="EVIL"), now),
        "text": "secret",
        "none": None,
    }[wrong]
    assert error(lambda: at.redeem(code, ClientSecret=secret))[0] == "invalid_client"
    assert at.redeem(code).id_token


# Keys


def test_keys_roll_over_and_a_retired_one_signs_nothing_more() -> None:
    at = start(issuer())
    old = at.sign_in("alice", "pw").id_token
    assert old is not None

    def accepted(token: str) -> bool:
        cloud = cloud_of(at)
        found = accept_oidc_token(cloud.world, at.issuer.url, token, audiences=("app",), now=cloud.clock.now)
        return not isinstance(found.value, Refusal)

    at.door.call("cogsim:RollOverOidcKeys", {"Issuer": at.issuer.url})
    new = at.sign_in("alice", "pw").id_token
    assert new is not None
    assert accepted(old)
    assert accepted(new)
    current = cloud_of(at).world.oidc_issuers[at.issuer.url]
    assert len(published_keys(current)["keys"]) == 2
    at.door.call("cogsim:RollOverOidcKeys", {"Issuer": at.issuer.url, "Retire": True})
    assert not accepted(old)
    assert not accepted(new)


def test_an_unknown_provider_is_an_error_that_names_a_near_one() -> None:
    at = start(issuer())
    with pytest.raises(InputError, match="no provider"):
        at.door.call("cogsim:OidcUserInfo", {"Issuer": "https://idp.example.co", "AccessToken": "x"})


# Jobs


GITHUB = OidcIssuer(
    PRESETS["github"].url or "",
    "github",
    repositories=Map(
        {
            "octo-org/app": Repository("octo-org/app", environments=("prod", "a:b")),
            "octo-org/custom": Repository("octo-org/custom", subject_keys=("repository_owner", "job_workflow_ref")),
        }
    ),
)


@pytest.mark.parametrize(
    ("repository", "job", "subject"),
    [
        ("octo-org/app", {}, "repo:octo-org/app:ref:refs/heads/main"),
        ("octo-org/app", {"Ref": "refs/tags/v1"}, "repo:octo-org/app:ref:refs/tags/v1"),
        ("octo-org/app", {"Environment": "prod"}, "repo:octo-org/app:environment:prod"),
        ("octo-org/app", {"Environment": "a:b"}, "repo:octo-org/app:environment:a%3Ab"),
        ("octo-org/app", {"Event": "pull_request"}, "repo:octo-org/app:pull_request"),
        ("octo-org/app", {"Event": "pull_request", "Environment": "prod"}, "repo:octo-org/app:environment:prod"),
        (
            "octo-org/custom",
            {},
            "repository_owner:octo-org:job_workflow_ref:octo-org/custom/.github/workflows/deploy.yml@refs/heads/main",
        ),
    ],
)
def test_the_subject_of_a_job_says_what_made_it_run(repository: str, job: dict[str, str], subject: str) -> None:
    door = Door(Cloud(World().with_oidc_issuer(GITHUB), seed="t", clock=Clock()))
    token = workload_token(door, GITHUB, repository, "sts.amazonaws.com", **job)
    accepted = accept_oidc_token(
        door.cloud.world, GITHUB.url, token, audiences=("sts.amazonaws.com",), now=door.now
    ).value
    assert not isinstance(accepted, Refusal)
    assert accepted["sub"] == subject
    assert accepted["repository_owner"] == "octo-org"


def test_a_job_of_no_repository_or_no_environment_gets_no_token() -> None:
    door = Door(Cloud(World().with_oidc_issuer(GITHUB), seed="t", clock=Clock()))
    assert error(lambda: workload_token(door, GITHUB, "octo-org/none"))[0] == "not_found"
    assert error(lambda: workload_token(door, GITHUB, "octo-org/app", Environment="none"))[0] == "not_found"
    token = read(workload_token(door, GITHUB, "octo-org/app"))
    assert isinstance(token, UnverifiedToken)
    assert token.claims["aud"] == "https://github.com/octo-org"
