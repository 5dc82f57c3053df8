"""A browser's session: what it gives without a page, what ends it, and whom forms are believed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.journal import read, write
from cogsim.aws.journal_replay import replay
from cogsim.aws.trail import records


def silent(pages: Any, **changed: Any) -> bool:
    """Whether authorize answers with a code at once."""
    return "code" in pages.answered(pages.authorize(**changed))


def test_an_open_session_gives_codes_for_an_hour_from_the_sign_in_and_is_not_prolonged(pages: Any) -> None:
    pages.sign_in()
    first = pages.claims(pages.redeem(pages.answered(pages.authorize())["code"])["Body"]["id_token"])["auth_time"]
    for _ in range(3):
        pages.cloud.advance(19 * 60)
        tokens = pages.redeem(pages.answered(pages.authorize())["code"])["Body"]
        assert pages.claims(tokens["id_token"])["auth_time"] == first
    pages.cloud.advance(3 * 60)
    assert not silent(pages)


def test_signing_out_everywhere_does_not_end_the_browsers_session(pages: Any) -> None:
    tokens = pages.tokens(scope="openid aws.cognito.signin.user.admin")
    pages.cloud.call("cognito-idp:GlobalSignOut", {"AccessToken": tokens["access_token"]})
    assert pages.user_info(tokens["access_token"])["Status"] == 401
    again = pages.redeem(pages.answered(pages.authorize())["code"])
    assert pages.user_info(again["Body"]["access_token"])["Status"] == 200


def test_leaving_ends_the_browsers_session_and_no_token(pages: Any) -> None:
    tokens = pages.tokens()
    answer = pages.send("GET", f"/logout?client_id={pages.web}&logout_uri=https://shop.example/bye")
    assert answer["Location"] == "https://shop.example/bye"
    assert not silent(pages)
    assert pages.user_info(tokens["access_token"])["Status"] == 200


@pytest.mark.parametrize(
    "query",
    [
        "client_id=1web",
        "client_id=1web&logout_uri=https://shop.example/bye/",
        "client_id=1web&logout_uri=https://shop.example/callback",
        "client_id=nobody&logout_uri=https://shop.example/bye",
        "client_id=1web&redirect_uri=https://evil.example/&response_type=code",
    ],
)
def test_the_logout_page_sends_nobody_to_an_address_that_is_not_registered(pages: Any, query: str) -> None:
    answer = pages.send("GET", f"/logout?{query}")
    assert answer["Location"].startswith(f"https://{pages.host}/error?")


def test_the_logout_page_leads_back_to_the_sign_in(pages: Any) -> None:
    pages.sign_in()
    query = f"client_id={pages.web}&redirect_uri={pages.callback}&response_type=code"
    assert pages.send("GET", f"/logout?{query}")["Location"].startswith(f"https://{pages.host}/login?")
    assert not silent(pages)


def test_a_session_serves_every_client_of_the_pool_that_has_its_provider(pages: Any) -> None:
    pages.sign_in()
    assert silent(pages, client_id=pages.other)
    pages.world(lambda world: world.with_client(replace(world.clients[pages.other], supported_identity_providers=())))
    assert not silent(pages, client_id=pages.other)
    with assuming({"cognito.sessionOfOtherProvider": "taken"}):
        assert silent(pages, client_id=pages.other)


def test_who_is_disabled_gets_no_code_by_an_open_session(pages: Any) -> None:
    pages.sign_in()
    pages.admin("AdminDisableUser", Username="alice")
    assert not silent(pages)
    with assuming({"cognito.disabledUserSession": "works"}):
        assert silent(pages)


def test_a_session_is_its_users_and_not_that_of_who_has_the_name_later(pages: Any) -> None:
    pages.sign_in()
    pages.admin("AdminDeleteUser", Username="alice")
    pages.user("alice")
    assert not silent(pages)


def managed(pages: Any) -> None:
    """Switch to managed login, with a style for the client."""
    pages.world(lambda world: world.with_domain(replace(next(iter(world.domains.values())), managed_login_version=2)))
    params = {"UserPoolId": pages.pool_id, "ClientId": pages.web, "UseCognitoProvidedValues": True}
    pages.cloud.call("cognito-idp:CreateManagedLoginBranding", params, pages.operator)


def test_other_pages_drop_the_sessions_of_those_before(pages: Any) -> None:
    pages.sign_in()
    managed(pages)
    assert not silent(pages)


def test_prompts_and_ages_ask_for_a_sign_in_where_managed_login_is_on(pages: Any) -> None:
    pages.sign_in()
    assert silent(pages, prompt="login")
    managed(pages)
    assert pages.answered(pages.authorize(prompt="none")) == {"error": "login_required", "state": "s1"}
    pages.sign_in()
    assert silent(pages, prompt="none")
    assert silent(pages, max_age="0")
    assert not silent(pages, prompt="login")
    assert not silent(pages, prompt="select_account")
    pages.cloud.advance(61)
    assert not silent(pages, max_age="60")
    assert silent(pages, max_age="61")


def test_a_client_sets_how_long_it_takes_a_session(pages: Any) -> None:
    pool = {"UserPoolId": pages.pool_id}
    tracking = {**pool, "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5}}
    pages.cloud.call("cognito-idp:SetUserPoolSessionConfiguration", tracking, pages.operator)
    params = {**pool, "ClientId": pages.other, "SSOSession": {"MaxValidityMinutes": 5}}
    pages.cloud.call("cognito-idp:SetUserPoolClientSessionConfiguration", params, pages.operator)
    pages.sign_in()
    pages.cloud.advance(300)
    assert silent(pages)
    assert not silent(pages, client_id=pages.other)


@pytest.mark.parametrize("token", ["", "guess"])
def test_a_form_that_another_site_made_signs_nobody_in(pages: Any, token: str) -> None:
    shown = pages.send("GET", pages.authorize()["Location"])
    form = {"username": "alice", "password": pages.password, "_csrf": token}
    answer = pages.send("POST", shown["Body"]["Form"]["Action"], form)
    assert "/error?" in answer["Location"]
    pages.jar.pop("XSRF-TOKEN")
    assert "/error?" in pages.send("POST", shown["Body"]["Form"]["Action"], form)["Location"]


def test_where_the_client_has_no_users_of_the_pools_own_their_passwords_open_nothing(pages: Any) -> None:
    shown = pages.send("GET", pages.authorize()["Location"])
    pages.world(lambda world: world.with_client(replace(world.clients[pages.web], supported_identity_providers=())))
    assert "/error?" in pages.fill(shown, username="alice", password=pages.password)["Location"]


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("alice", "wrong", "Incorrect username or password."),
        ("nobody", "wrong", "User does not exist."),
    ],
)
def test_a_wrong_password_shows_the_page_again(pages: Any, name: str, password: str, said: str) -> None:
    answer = pages.sign_in(name, password)
    assert (answer["Status"], answer["Body"]["Page"], answer["Body"]["Error"]) == (200, "login", said)


def test_wrong_passwords_on_the_page_lock_as_they_do_at_the_api(pages: Any) -> None:
    for _ in range(5):
        pages.sign_in(password="wrong")
    assert pages.sign_in()["Body"]["Error"] == "Password attempts exceeded"


def test_the_trail_shows_the_pages_and_hides_what_is_secret(pages: Any) -> None:
    tokens = pages.tokens()
    pages.user_info(tokens["access_token"])
    shown = [entry for entry in records(pages.cloud) if entry["eventType"] == "AwsServiceEvent"]
    names = [entry["eventName"] for entry in shown]
    assert names == ["OAuth2_Authorize_GET", "Login_GET", "CognitoAuthentication", "Token_POST", "UserInfo_GET"]
    text = str(shown)
    for secret in (pages.password, *tokens.values(), pages.verifier, "alice", pages.jar["cognito"]):
        assert str(secret) not in text or secret in ("Bearer", 3600)
    sub = pages.profile("alice")["sub"]
    assert [entry["additionalEventData"].get("sub") for entry in shown] == [None, None, sub, sub, sub]
    assert shown[0]["additionalEventData"]["requestParameters"]["client_id"] == [pages.web]


def test_a_run_of_pages_happens_again_from_its_journal(pages: Any, tmp_path: Path) -> None:
    pages.tokens()
    write(pages.cloud, tmp_path / "journal")
    again = replay(read(tmp_path / "journal"), pages.cloud.initial, strict=True)
    assert not again.changed
    assert not again.unknown
    assert records(again.cloud) == records(pages.cloud)
