"""The authorize page: which requests are answered, and where each refusal goes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.errors import InputError, NotModelled

#: A fault that the app is told of, with what it is told.
TOLD = [
    ({"response_type": None}, "invalid_request"),
    ({"response_type": "id_token"}, "invalid_request"),
    ({"code_challenge_method": None}, "invalid_request"),
    ({"code_challenge": None}, "invalid_request"),
    ({"code_challenge_method": "plain"}, "invalid_request"),
    ({"code_challenge": "short"}, "invalid_request"),
    ({"response_type": "token"}, "invalid_request"),
    ({"scope": "openid nothing/known"}, "invalid_scope"),
    ({"scope": "openid orders/admin"}, "invalid_request"),
    ({"scope": "email"}, "invalid_scope"),
    ({"state": '{"a": 1}'}, "invalid_request"),
    ({"prompt": "none login"}, "invalid_request"),
    ({"prompt": "maybe"}, "invalid_request"),
    ({"max_age": "soon"}, "invalid_request"),
    ({"resource": "no-address"}, "invalid_request"),
]
#: A fault that nobody but the person is told of.
SHOWN = [
    ({"client_id": None}, "invalid_request"),
    ({"client_id": "nobody"}, "invalid_request"),
    ({"redirect_uri": None}, "redirect_mismatch"),
    ({"redirect_uri": "https://shop.example/callback/"}, "redirect_mismatch"),
    ({"redirect_uri": "https://shop.example/callback?x=1"}, "redirect_mismatch"),
    ({"redirect_uri": "https://shop.example/Callback"}, "redirect_mismatch"),
    ({"redirect_uri": "http://shop.example/callback"}, "redirect_mismatch"),
    ({"redirect_uri": "https://shop.example.evil.example/callback"}, "redirect_mismatch"),
    ({"identity_provider": "Google"}, "invalid_request"),
    ({"idp_identifier": "example.com"}, "invalid_request"),
]


@pytest.mark.parametrize(("changed", "error"), TOLD)
def test_a_fault_of_the_request_goes_to_the_app_with_its_state(pages: Any, changed: Any, error: str) -> None:
    answer = pages.authorize(**changed)
    assert answer["Location"].startswith(pages.callback + "?")
    said = pages.answered(answer)
    assert said["error"] == error
    assert said["state"] == changed.get("state", "s1")
    assert "code" not in said


@pytest.mark.parametrize(("changed", "error"), SHOWN)
def test_where_client_or_address_are_not_known_nothing_leaves_the_domain(pages: Any, changed: Any, error: str) -> None:
    answer = pages.authorize(**changed)
    assert urlsplit(answer["Location"]).netloc == pages.host
    assert pages.answered(answer)["error"] == error
    shown = pages.send("GET", answer["Location"])
    assert (shown["Status"], shown["Body"]["Page"], shown["Body"]["Error"]) == (400, "error", error)


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"allowed_oauth_flows": ("implicit",)}, "unauthorized_client"),
        ({"allowed_oauth_flows_user_pool_client": False}, "unauthorized_client"),
    ],
)
def test_a_client_gets_only_the_grants_it_has(make: Any, settings: Any, error: str) -> None:
    pages = make(client=settings)
    assert pages.answered(pages.authorize())["error"] == error


@pytest.mark.parametrize(
    ("assumed", "said"),
    [
        ("invalid-request", {"error": "invalid_request", "error_description": "invalid_scope"}),
        ("invalid-scope", {"error": "invalid_scope"}),
    ],
)
def test_a_scope_that_the_client_lacks_is_refused_in_one_of_two_ways(pages: Any, assumed: str, said: Any) -> None:
    with assuming({"cognito.unassociatedScope": assumed}):
        answer = pages.answered(pages.authorize(scope="openid orders/admin"))
    answer.pop("state")
    assert answer == said


def test_a_scope_that_the_client_lacks_may_be_passed_over(pages: Any) -> None:
    with assuming({"cognito.unassociatedScope": "ignored"}):
        code = pages.code(scope="openid orders/admin orders/read")
    assert pages.claims(pages.redeem(code)["Body"]["access_token"])["scope"] == "openid orders/read"


def test_without_scope_the_app_gets_all_of_the_clients(pages: Any) -> None:
    token = pages.tokens(scope=None)["access_token"]
    expected = {"openid", "email", "phone", "profile", "aws.cognito.signin.user.admin", "orders/read"}
    assert set(pages.claims(token)["scope"].split()) == expected


def test_a_scope_of_a_resource_server_that_is_gone_drops_out(pages: Any) -> None:
    pages.admin("DeleteResourceServer", Identifier="orders")
    assert pages.claims(pages.tokens(scope="openid orders/read")["access_token"])["scope"] == "openid"


def test_the_login_page_takes_the_same_parameters_and_refuses_the_same(pages: Any) -> None:
    answer = pages.send("GET", "/login?client_id=1web&redirect_uri=https://evil.example/&response_type=code")
    assert pages.answered(answer)["error"] == "redirect_mismatch"


def test_a_default_address_stands_in_where_the_client_has_one_provider(make: Any) -> None:
    pages = make(client={"default_redirect_uri": "https://shop.example/callback"})
    assert "/login?" in pages.authorize(redirect_uri=None)["Location"]


def test_the_page_asks_for_a_name_and_offers_the_other_providers(pages: Any) -> None:
    shown = pages.send("GET", pages.authorize(login_hint="alice")["Location"])
    assert shown["Body"]["LoginHint"] == "alice"
    assert shown["Body"]["Form"]["Fields"] == ["username", "password"]


def test_managed_login_has_no_pages_before_a_style_is_made(pages: Any) -> None:
    pages.world(_version_two)
    answer = pages.authorize()
    assert pages.answered(answer)["error"] == "Login pages unavailable"
    params = {"UserPoolId": pages.pool_id, "ClientId": pages.web, "UseCognitoProvidedValues": True}
    pages.cloud.call("cognito-idp:CreateManagedLoginBranding", params, pages.operator)
    assert "/login?" in pages.authorize()["Location"]


def _version_two(world: Any) -> Any:
    for domain in list(world.domains.values()):
        world = world.with_domain(replace(domain, managed_login_version=2))
    return world


def test_a_host_that_is_no_pools_is_nobodys(pages: Any) -> None:
    with pytest.raises(InputError):
        pages.send("GET", "/login", Domain="other.example")


def test_the_implicit_grant_gives_tokens_in_the_fragment_and_no_refresh_token(pages: Any) -> None:
    implicit = {"response_type": "token", "code_challenge": None, "code_challenge_method": None, "nonce": "n1"}
    answer = pages.sign_in(**implicit)
    parts = urlsplit(answer["Location"])
    assert parts.query == ""
    said = {name: values[0] for name, values in parse_qs(parts.fragment).items()}
    assert set(said) == {"id_token", "access_token", "token_type", "expires_in", "state"}
    assert pages.claims(said["id_token"])["nonce"] == "n1"
    without = pages.answered(pages.authorize(**implicit, scope="orders/read"))
    assert "id_token" not in without
    assert "access_token" in without


def test_the_pool_repeats_a_nonce_and_makes_none_of_its_own(pages: Any) -> None:
    assert pages.claims(pages.tokens(nonce="n-7")["id_token"])["nonce"] == "n-7"
    assert "nonce" not in pages.claims(pages.redeem(pages.answered(pages.authorize())["code"])["Body"]["id_token"])


def test_an_access_token_is_bound_to_a_resource_through_its_refreshes(pages: Any) -> None:
    tokens = pages.tokens(resource="https://api.example/")
    assert pages.claims(tokens["access_token"])["aud"] == "https://api.example/"
    renewed = pages.token(grant_type="refresh_token", client_id=pages.web, refresh_token=tokens["refresh_token"])
    assert pages.claims(renewed["Body"]["access_token"])["aud"] == "https://api.example/"


def test_half_a_character_is_no_request(pages: Any) -> None:
    with pytest.raises(InputError, match="no Unicode"):
        pages.token(grant_type="authorization_code", code="\ud800")


def test_that_apps_register_themselves_is_not_modelled_and_named(pages: Any) -> None:
    with pytest.raises(NotModelled, match="cognito-domain:Register"):
        pages.cloud.submit(Call("cognito-domain:Register", {"Domain": pages.host}, None, pages.cloud.origin()))
