"""Load balancers over HTTP: a browser signs in, an app reads who it is, a target's reader fetches the key."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogsim.aws.cloud import Cloud
from cogsim.load import load
from cogsim.serve.address import ServedAt, Style
from cogsim.serve.web.routes import served, served_hosts
from cogsim.tokens.jwks import KeySet, public_pem_key
from cogsim.tokens.jwt import UnverifiedToken, read, verify
from cogsim.world.world import World
from tests.unit.serve.web.walking import WireBrowser

WORLD = Path(__file__).resolve().parents[4] / "scenarios" / "worlds" / "load-balancer.yaml"
KEYS = "public-keys.auth.elb.eu-west-1.amazonaws.com"


@pytest.fixture(scope="module")
def world() -> World:
    return load(WORLD)


@pytest.fixture
def browser(world: World) -> WireBrowser:
    return WireBrowser(Cloud(world, seed="pages"), ServedAt("http", "localhost", 8080))


def at(browser: WireBrowser, url: str, style: Style = Style.LOCALHOST) -> str:
    return browser.address.reach(url, style, lambda name: served(browser.cloud.world, name))


@pytest.mark.parametrize("style", [Style.LOCALHOST, Style.PATH, Style.NAME])
def test_a_browser_signs_in_and_comes_back_to_where_it_was_going(browser: WireBrowser, style: Style) -> None:
    shown = browser.open(at(browser, "https://portal.example/inbox?a=1&a=2", style), accept="text/html")
    assert "Sign in" in shown.text
    shown = browser.submit(shown, username="alice", password="Password-of-alice-1!")
    assert shown.url == at(browser, "https://portal.example/inbox?a=1&a=2", style)
    told = json.loads(shown.text)
    assert told["Claims"]["email"] == "alice@portal.example"
    assert told["Target"]["Headers"]["x-amzn-oidc-identity"] == told["User"]
    again = browser.open(at(browser, "https://portal.example/inbox", style), accept="text/html")
    assert again.heading == f"Signed in as {told['User']}"


def test_the_key_is_where_the_documentation_says(browser: WireBrowser) -> None:
    page = browser.open(at(browser, "https://portal.example/inbox"))
    page = browser.submit(page, username="alice", password="Password-of-alice-1!")
    token = json.loads(page.text)["Target"]["Headers"]["x-amzn-oidc-data"]
    parsed = read(token, padded=True)
    assert isinstance(parsed, UnverifiedToken)
    kid = str(parsed.header["kid"])
    found = browser.open(at(browser, f"https://{KEYS}/{kid}"))
    key = public_pem_key(kid, found.text.encode())
    assert not isinstance(key, str)
    assert verify(token, KeySet((key,)), algorithms=("ES256",), padded=True).value == parsed.claims
    assert browser.open(at(browser, f"https://{KEYS}/another")).status == 404
    assert browser.open(at(browser, f"https://{KEYS}/")).status == 404


def test_what_is_refused_is_shown_with_its_status(browser: WireBrowser) -> None:
    assert browser.open(at(browser, "https://portal.example/api/x")).status == 401
    assert browser.open(at(browser, "https://portal.example/api/x"), accept="text/html").status == 401
    assert browser.open(at(browser, "https://portal.example/health")).text == "ok"
    guest = browser.open(at(browser, "https://portal.example/news"), accept="text/html")
    assert guest.heading == "Welcome, guest"


def test_any_body_and_any_parameters_go_on_as_they_came(browser: WireBrowser) -> None:
    url = at(browser, "https://portal.example/news?x=1&x=2&%ff")
    assert browser.go("POST", url, b"\xff\x00", {"content-type": "application/json"}).status == 200
    assert browser.go("PUT", url, b"", {"x-amzn-oidc-data": "forged"}).status == 200


@pytest.mark.parametrize("header", ["a=\x00", "=; ;;", "AWSELBAuthSessionCookie-0=\u20ac", "a b=c"])
def test_odd_cookies_are_a_bad_request_or_nobodys(browser: WireBrowser, header: str) -> None:
    shown = browser.go("GET", at(browser, "https://portal.example/api/x"), b"", {"cookie": header})
    assert shown.status in (400, 401)


def test_certificates_name_the_hosts_of_load_balancers(world: World) -> None:
    dns = next(iter(world.load_balancers.values())).dns_name.lower()
    assert {"portal.example", KEYS, dns} <= set(served_hosts(world))
