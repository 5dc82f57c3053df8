"""How addresses of a world are written for clients, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.serve.address import Arrival, ServedAt, Style

HOSTS = ("shop.auth.us-east-1.amazoncognito.com", "adfs.corp.example")
HERE = ServedAt("http", "localhost", 8080)


def served(host: str) -> bool:
    return host in HOSTS


@pytest.mark.parametrize(
    ("url", "style"),
    [
        ("http://adfs.corp.example:8080/adfs/ls/?SAMLRequest=a%2Bb", Style.NAME),
        ("http://ADFS.corp.example.localhost:8080/adfs/ls/?SAMLRequest=a%2Bb", Style.LOCALHOST),
        ("http://localhost:8080/_hosts/adfs.corp.example/adfs/ls/?SAMLRequest=a%2Bb", Style.PATH),
        ("http://127.0.0.1:8080/_hosts/adfs.corp.example/adfs/ls/?SAMLRequest=a%2Bb", Style.PATH),
    ],
)
def test_a_host_of_the_world_is_reached_in_three_ways(url: str, style: Style) -> None:
    arrived = HERE.arrive(url, served)
    assert arrived == Arrival("https://adfs.corp.example/adfs/ls/?SAMLRequest=a%2Bb", "adfs.corp.example", style)


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost:8080/us-east-1_A/.well-known/jwks.json",
        "http://localhost:8080/_hosts/evil.example/x",
        "http://evil.example.localhost:8080/",
        "http://localhost:8080/?next=/_hosts/adfs.corp.example/",
    ],
)
def test_every_other_address_is_the_servers_own(url: str) -> None:
    assert HERE.arrive(url, served) == Arrival(url, None, Style.PATH)


def test_a_client_is_sent_on_in_the_way_it_came() -> None:
    url = "https://adfs.corp.example/adfs/ls/?a=1#b"
    assert HERE.reach(url, Style.NAME, served) == "http://adfs.corp.example:8080/adfs/ls/?a=1#b"
    assert HERE.reach(url, Style.LOCALHOST, served) == "http://adfs.corp.example.localhost:8080/adfs/ls/?a=1#b"
    assert HERE.reach(url, Style.PATH, served) == "http://localhost:8080/_hosts/adfs.corp.example/adfs/ls/?a=1#b"
    assert ServedAt("https", "::1", 443).reach(url, Style.PATH, served).startswith("https://[::1]/_hosts/adfs")


def test_a_client_is_answered_at_the_name_and_port_that_it_used() -> None:
    assert HERE.seen_as("http://127.0.0.1:9999/x").base == "http://127.0.0.1:9999"
    assert HERE.seen_as("http://[::1]:9999/x").base == "http://[::1]:9999"
    assert HERE.seen_as("http://cogsim.internal/x").base == "http://cogsim.internal"
    for url in ("http://a b/", "http://a:99999/", "http://user@evil/", "http:///x", 'http://"><script>/'):
        assert HERE.seen_as(url) == HERE


@pytest.mark.parametrize(
    "url",
    [
        "https://app.example/callback",
        "http://adfs.corp.example/adfs/ls/",
        "https://adfs.corp.example@evil.example/",
        "https://evil.example/_hosts/adfs.corp.example/",
        "https://adfs.corp.example.evil.example/",
        "myapp://adfs.corp.example/",
        "/login",
    ],
)
def test_an_address_of_nobody_in_the_world_stays_as_it_is(url: str) -> None:
    assert {HERE.reach(url, style, served) for style in Style} == {url}


@given(
    host=st.sampled_from(HOSTS),
    path=st.from_regex(r"/[a-zA-Z0-9/%._-]{0,20}(\?[a-z=&%2F:/.]{0,20})?", fullmatch=True),
    style=st.sampled_from(Style),
    scheme=st.sampled_from(["http", "https"]),
    port=st.sampled_from([80, 443, 8080]),
)
def test_what_is_written_is_read_back(host: str, path: str, style: Style, scheme: str, port: int) -> None:
    here, url = ServedAt(scheme, "localhost", port), f"https://{host}{path}"
    written = here.reach(url, style, served)
    assert here.arrive(written, served) == Arrival(url, host, style)
    assert here.read_back(written, served) == url


def test_an_app_beside_the_server_is_not_read_as_a_host_of_the_world() -> None:
    for url in ("http://localhost:3000/callback", "http://localhost:8080/callback", "https://adfs.corp.example/x"):
        assert HERE.read_back(url, served) == url
