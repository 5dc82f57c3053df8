"""What nobody should send: answers stay answers, nothing is opened by them, and nobody is sent to a stranger."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.serve.address import ServedAt, Style
from cogsim.serve.web.routes import answer_page, served_hosts
from cogsim.serve.wire.message import WireRequest
from tests.unit.serve.web.conftest import SHOP, App

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("name", ["state", "client_id", "redirect_uri", "scope"])
def test_a_parameter_that_comes_twice_is_refused(app: Any, name: str) -> None:
    query = urlencode(app.query())
    shown = app.browser.open(app.url(SHOP, f"/oauth2/authorize?{query}&{name}=other"))
    assert (shown.status, shown.alert) == (400, "A parameter is sent twice.")


def test_an_endpoint_of_apps_refuses_in_json(app: Any) -> None:
    address = app.url(SHOP, "/oauth2/token")
    for body, headers, status in (
        (b"grant_type=a&grant_type=b", FORM, 400),
        (b"grant_type=%ff", FORM, 400),
        ("grant_type=ü".encode(), FORM, 400),
        (b'{"grant_type":"client_credentials"}', {"content-type": "application/json"}, 415),
        (b"&".join(b"a%d=1" % number for number in range(300)), FORM, 400),
        (b"", FORM, 400),
    ):
        response = app.browser.send("POST", address, body, headers)
        assert (response.status, json.loads(response.body)["error"][:8]) == (status, "invalid_")
    assert app.browser.send("GET", address).headers["allow"] == "POST"


def test_no_header_is_opened_by_what_somebody_sends(app: Any) -> None:
    evil = "x\r\nSet-Cookie: cognito=stolen\r\n\r\n<script>"
    asked = app.query(state=evil, response_type="nonsense")
    response = app.browser.send("GET", app.url(SHOP, f"/oauth2/authorize?{urlencode(asked)}"))
    assert response.status == 302
    assert response.headers["location"].startswith("https://app.example/callback?")
    asked = {"error": evil, "error_description": '"><img src=x onerror=alert(1)>'}
    shown = app.browser.open(app.url(SHOP, f"/error?{urlencode(asked)}"))
    assert "<script>" not in shown.text
    assert "<img" not in shown.text
    hint = app.browser.open(app.url(SHOP, f"/login?{urlencode(app.query(login_hint=evil))}"))
    assert hint.tree.get_element_by_id("field-1").value.endswith("<script>")
    assert "<script>" not in hint.text
    for each in (response, shown.response, hint.response):
        assert all("\n" not in text and "\r" not in text for text in (*each.headers.values(), *each.cookies))


def test_pages_load_and_run_nothing_and_stand_in_no_frame(app: Any) -> None:
    response = app.begin().response
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert response.headers["x-frame-options"] == "DENY"
    assert "no-store" in response.headers["cache-control"]
    assert b"<script" not in response.body
    assert b"http" not in response.body.replace(b"http-", b"").split(b"</style>")[0]


def test_a_form_of_another_site_is_refused(app: Any) -> None:
    shown = app.begin()
    path = f"/login?{urlencode(app.query())}"
    for form in ({}, {"_csrf": "guessed"}):
        answer = app.browser.post(app.url(SHOP, path), {"username": "alice", "password": app.password, **form})
        assert answer.heading == "Something went wrong"
    assert "cognito" not in {name for _, _, name in app.browser.jar}
    assert shown.heading == "Sign in"


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/callback",
        "https://app.example/callback/../evil",
        "https://app.example@evil.example/callback",
        "//evil.example",
        "javascript:alert(1)",
        "https://app.example/callback\r\nLocation: https://evil.example",
        "http://localhost:8080/_hosts/shop.auth.us-east-1.amazoncognito.com/login",
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(app: Any, address: str) -> None:
    for path in ("/oauth2/authorize", "/login", "/logout", "/signup"):
        query = urlencode(app.query(redirect_uri=address, logout_uri=address))
        response = app.browser.send("GET", app.url(SHOP, f"{path}?{query}"))
        assert response.headers["location"].startswith(f"http://{SHOP}.localhost:8080/error?")
    assert app.browser.open(app.url("adfs.corp.example", f"/adfs/ls/?RelayState={quote(address)}")).status == 200


def test_what_names_no_host_makes_no_address(app: Any) -> None:
    for host in ("user@evil.example", '"><script>', "evil.example:1:2", ""):
        request = WireRequest("GET", f"http://{host}/_hosts/{SHOP}/login?{urlencode(app.query())}", {"host": host})
        response = answer_page(app.cloud, request, app.cloud.origin(), ServedAt("http", "localhost", 8080))
        assert response is not None
        assert b"evil" not in response.body
        assert b"<script" not in response.body


def test_what_is_for_the_apis_is_left_to_them(app: Any) -> None:
    here, origin = ServedAt("http", "localhost", 8080), app.cloud.origin()
    target = {"x-amz-target": "AWSCognitoIdentityProviderService.InitiateAuth"}
    signed = {"authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request"}
    for method, url, headers in (
        ("POST", "http://localhost:8080/", target),
        ("POST", f"http://{SHOP}.localhost:8080/login", target),
        ("GET", "http://localhost:8080/bucket/key", signed),
        ("GET", "http://localhost:8080/bucket/.well-known/jwks.json", {}),
        ("GET", "http://localhost:8080/login", {}),
        ("POST", "http://cognito-idp.us-east-1.amazonaws.com:8080/", {}),
        ("GET", "http://evil.example/", {}),
    ):
        assert answer_page(app.cloud, WireRequest(method, url, headers), origin, here) is None


def test_a_host_that_is_not_there_is_not_found(app: Any) -> None:
    assert app.browser.open("http://localhost:8080/_hosts/evil.example/login").status == 404
    assert app.browser.open(app.url(SHOP, "/nowhere")).status == 404
    assert app.browser.send("DELETE", app.url(SHOP, "/login")).headers["allow"] == "GET, POST"


def test_a_site_is_asked_by_scripts_only_where_it_is_for_apps(app: Any) -> None:
    asked = {
        "origin": "https://spa.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization, content-type",
    }
    granted = app.browser.send("OPTIONS", app.url(SHOP, "/oauth2/token"), b"", asked)
    assert (granted.status, granted.headers["access-control-allow-origin"]) == (200, "*")
    assert granted.headers["access-control-allow-headers"] == "authorization, content-type"
    page = app.browser.send("OPTIONS", app.url(SHOP, "/login"), b"", asked)
    assert page is None or "access-control-allow-origin" not in page.headers
    api = app.browser.send(
        "OPTIONS", "http://localhost:8080/", b"", {**asked, "access-control-request-headers": "x\r\ny"}
    )
    assert api.headers["access-control-allow-methods"] == "POST,OPTIONS"
    assert "access-control-allow-headers" not in api.headers
    assert app.browser.send("OPTIONS", "http://localhost:8080/bucket/key", b"", asked) is None
    assert "access-control-allow-origin" not in app.begin().response.headers


def test_cookies_keep_to_their_host_and_out_of_scripts_reach(make: Any) -> None:
    plain = make(Style.PATH)
    for cookie in plain.begin().response.cookies:
        assert f"; Path=/_hosts/{SHOP}/; HttpOnly; SameSite=Lax" in cookie
    app = make(Style.NAME, ServedAt("https", "localhost", 443))
    sent = app.browser.send("GET", app.begin().link("Continue with Corp"))
    assert {cookie.partition("=")[0] for cookie in sent.cookies} == {"csrf-state", "csrf-state-legacy"}
    assert all("; Path=/; Max-Age=300; Secure; HttpOnly" in cookie for cookie in sent.cookies)
    assert [cookie.endswith("; SameSite=None") for cookie in sent.cookies] == [True, False]
    page = app.begin().response.cookies[0]
    assert page.endswith("; Path=/; Secure; HttpOnly; SameSite=Lax")


def test_the_hosts_that_are_served_are_named_for_certificates(app: Any) -> None:
    named = served_hosts(app.cloud.world)
    assert list(named) == sorted(named)
    for host in (
        SHOP,
        "adfs.corp.example",
        "login.acme.example",
        "oauth2.googleapis.com",
        "cognito-identity.amazonaws.com",
    ):
        assert host in named


_CLOUD = App().cloud
_PATHS = (
    *("/oauth2/authorize", "/oauth2/token", "/oauth2/userInfo", "/oauth2/revoke", "/oauth2/idpresponse", "/login"),
    *("/challenge", "/signup", "/confirm", "/logout", "/error", "/saml2/idpresponse", "/saml2/logout", "/confirmUser"),
    *("/adfs/ls/", "/authorize", "/token", "/userinfo", "/.well-known/jwks", "/forgotPassword", "/%2e%2e/x", ""),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    host=st.sampled_from([SHOP, "adfs.corp.example", "login.acme.example", "accounts.google.com"]),
    path=st.sampled_from(_PATHS),
    method=st.sampled_from(["GET", "POST", "HEAD", "PUT"]),
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="#"), max_size=60),
    body=st.one_of(
        st.binary(max_size=60),
        st.dictionaries(
            st.sampled_from(
                ["username", "password", "_csrf", "code", "SAMLResponse", "RelayState", "state", "UserName"]
            ),
            st.text(max_size=20),
            max_size=4,
        ).map(lambda form: urlencode(form, errors="replace").encode()),
    ),
    cookie=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30),
)
def test_any_request_has_an_answer(host: str, path: str, method: str, query: str, body: bytes, cookie: str) -> None:
    cloud = _CLOUD.fork()
    request = WireRequest(method, f"http://{host}.localhost:8080{path}?{query}", {**FORM, "cookie": cookie}, body)
    response = answer_page(cloud, request, cloud.origin(), ServedAt("http", "localhost", 8080))
    assert response is not None
    assert 200 <= response.status < 504
    assert all(" " <= c <= "~" for text in (*response.headers.values(), *response.cookies) for c in text)


def test_a_providers_endpoint_refuses_in_json_and_its_page_in_words(app: Any) -> None:
    for path, kind in (("/token", "application/json"), ("/authorize", "text/html")):
        response = app.browser.send("POST", app.url("login.acme.example", path), b"code=a&code=b", FORM)
        assert (response.status, response.headers["content-type"].partition(";")[0]) == (400, kind)
