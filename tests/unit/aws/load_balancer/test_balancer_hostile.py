"""What strangers send to a load balancer: states, codes, cookies, hosts and headers of their own making."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.aws.call import Call
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_session import accept_claims
from cogsim.errors import InputError
from cogsim.world.world import World
from tests.unit.aws.load_balancer.conftest import Front

NONCE, SESSION, CALLBACK = "AWSALBAuthNonce", "AWSELBAuthSessionCookie-0", "/oauth2/idpresponse"
OWN = ("https://portal.example/", "https://portal-people.auth.eu-west-1.amazoncognito.com/")


def come_back(front: Front, name: str = "alice") -> tuple[str, dict[str, str]]:
    """The address with code and state that a browser would be sent back to, and the cookies it was given."""
    address, cookies = front.begin()
    browser = front.simulation.browser()
    page = browser.open(address)
    password = f"Password-of-{name}-{'1!' if name == 'alice' else '001!'}"
    action = f"https://{page.host}{(page.form or {})['Action']}"
    site = browser.web.site(page.host)
    assert site is not None
    assert page.form is not None
    from cogsim.actors.browser import Request

    form = {**page.form["Hidden"], "username": name, "password": password}
    answer = site.answer(Request("POST", action, form, browser.cookies(page.host)))
    assert answer.location is not None
    return answer.location, cookies


def reason(front: Front, url: str, cookies: dict[str, str]) -> Any:
    answer = front.ask(url, cookies)
    assert "Cookies" not in answer
    assert "Location" not in answer
    return answer["Status"], answer.get("ErrorReason")


def test_a_sign_in_comes_back_once(front: Front) -> None:
    url, cookies = come_back(front)
    answer = front.ask(url, cookies)
    assert (answer["Status"], answer["Location"]) == (302, "https://portal.example/inbox")
    assert answer["Cookies"][SESSION]["MaxAge"] == 28_800
    assert answer["Cookies"][NONCE]["MaxAge"] == 0
    assert reason(front, url, cookies) == (561, "AuthInvalidGrantError")


def test_somebody_elses_code_does_not_sign_in_another_browser(front: Front) -> None:
    """Mallory's code, with her state, in the victim's browser."""
    url, _ = come_back(front, "bob")
    _, victims = front.begin()
    assert reason(front, url, {}) == (401, "AuthMissingAWSALBAuthNonce")
    assert reason(front, url, victims) == (401, "AuthInvalidAWSALBAuthNonce")
    with assuming({"elb.stateBinding": "unbound"}):
        assert front.ask(url, victims)["Status"] == 302


def test_a_code_with_another_state_is_another_sign_in(front: Front) -> None:
    """The victim's code in the attacker's own sign-in: the ID token bears the nonce of the first."""
    url, _ = come_back(front, "bob")
    address, cookies = front.begin()
    parts = {**dict(parse_qsl(urlsplit(url).query)), "state": dict(parse_qsl(urlsplit(address).query))["state"]}
    mixed = f"{CALLBACK}?{urlencode(parts)}"
    assert reason(front, mixed, cookies) == (401, "AuthInvalidIdToken")


def test_a_code_of_another_sign_in_is_taken_where_nothing_of_the_id_token_is_looked_at(front: Front) -> None:
    url, _ = come_back(front, "bob")
    address, cookies = front.begin()
    parts = {**dict(parse_qsl(urlsplit(url).query)), "state": dict(parse_qsl(urlsplit(address).query))["state"]}
    with assuming({"elb.idTokenChecks": "presence"}):
        assert front.ask(f"{CALLBACK}?{urlencode(parts)}", cookies)["Status"] == 302


def test_a_load_balancer_that_sends_no_nonce_asks_for_none(front: Front) -> None:
    with assuming({"elb.nonceParameter": "absent"}):
        address, _ = front.begin()
        assert "nonce" not in dict(parse_qsl(urlsplit(address).query))
        assert front.visit("/inbox").status == 200


@pytest.mark.parametrize(("age", "status"), [(250, 302), (299.9, 302)])
def test_a_sign_in_is_finished_while_its_code_lasts(front: Front, age: float, status: int) -> None:
    url, cookies = come_back(front)
    front.cloud.advance(age)
    assert front.ask(url, cookies)["Status"] == status


def test_a_sign_in_that_takes_fifteen_minutes_is_refused(front: Front) -> None:
    page = front.browser.open("https://portal.example/inbox")
    front.cloud.advance(899)
    address, cookies = front.begin()
    front.cloud.advance(900)
    late = f"{CALLBACK}?code=x&state={dict(parse_qsl(urlsplit(address).query))['state']}"
    assert reason(front, late, cookies) == (401, "AuthLoginTimeout")
    page = front.browser.submit(page, username="alice", password="Password-of-alice-1!")
    assert page.status == 401


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("", "AuthMissingStateParam"),
        ("?code=x", "AuthMissingStateParam"),
        ("?code=x&state=", "AuthInvalidStateParam"),
        ("?code=x&state=a&state=b", "AuthMissingStateParam"),
        ("?code=x&state=guess", "AuthInvalidStateParam"),
    ],
)
def test_a_callback_of_nobodys_is_refused(front: Front, sent: str, told: str) -> None:
    assert reason(front, CALLBACK + sent, {}) == (401, told)
    with assuming({"elb.brokenCallback": "500"}):
        assert reason(front, CALLBACK + sent, {}) == (500, told)


def test_a_callback_without_a_code_is_refused(front: Front) -> None:
    address, cookies = front.begin()
    state = dict(parse_qsl(urlsplit(address).query))["state"]
    assert reason(front, f"{CALLBACK}?state={state}", cookies) == (401, "AuthMissingCodeParam")
    guess = f"{CALLBACK}?state={state}&code=guess"
    assert reason(front, guess, cookies) == (561, "AuthInvalidGrantError")
    for status in ("500", "401"):
        with assuming({"elb.endpointErrors": status}):
            assert reason(front, guess, cookies) == (int(status), "AuthInvalidGrantError")


def test_the_callback_reaches_no_target_whatever_rules_say(front: Front) -> None:
    front.visit("/inbox")
    answer = front.ask(f"{CALLBACK}?code=1&state=2", front.cookies)
    assert "Target" not in answer
    assert answer["Status"] == 401


def test_a_cookie_with_one_character_changed_is_nobodys(front: Front) -> None:
    front.visit("/inbox")
    value = front.cookies[SESSION]
    assert front.ask("/api/x", {SESSION: value})["Status"] == 200
    other = "A" if value[0] != "A" else "B"
    for forged in (other + value[1:], value[:-1], value + "A", value.lower(), value[::-1]):
        assert front.ask("/api/x", {SESSION: forged})["Status"] == 401
    assert front.ask("/api/x", {SESSION.replace("-0", "-1"): value})["Status"] == 401
    assert front.ask("/api/x", {SESSION: value[:100], SESSION.replace("-0", "-1"): value[100:]})["Status"] == 200


def test_a_forged_host_leads_to_a_redirect_address_that_the_pool_refuses(front: Front) -> None:
    answer = front.ask("/inbox", Headers={"Host": "evil.example"})
    asked = dict(parse_qsl(urlsplit(answer["Location"]).query))
    assert asked["redirect_uri"] == "https://evil.example/oauth2/idpresponse"
    page = front.browser.open(answer["Location"])
    assert page.host == "portal-people.auth.eu-west-1.amazoncognito.com"
    assert page.body["Error"] == "redirect_mismatch"


def test_headers_of_the_load_balancers_own_are_not_taken_from_clients(front: Front) -> None:
    forged = {"X-Amzn-Oidc-Data": "a.b.c", "x-amzn-oidc-identity": "alice", "X-AMZN-OIDC-ACCESSTOKEN": "x"}
    guest = front.ask("/news", Headers=forged)
    assert not [name for name in guest["Target"]["Headers"] if name.startswith("x-amzn-oidc")]
    front.visit("/inbox", "bob")
    known = front.ask("/inbox", front.cookies, Headers=forged)
    assert known["Target"]["Headers"]["x-amzn-oidc-identity"] == known["Body"]["User"] != "alice"


@pytest.mark.parametrize(
    "params",
    [
        {"Headers": {"X-A": "1", "x-a": "2"}},
        {"Headers": {"X-Amzn-Oidc-Identity": "1", "x-amzn-oidc-identity": "2"}},
        {"Headers": {"X-A": "1\r\nX-Amzn-Oidc-Identity: alice"}},
        {"Headers": {"X-A\r\nB": "1"}},
        {"Headers": {"X A": "1"}},
        {"Headers": {"Host": "evil.example/path?"}},
        {"Headers": {"Cookie": "a=b"}},
        {"Headers": {"X-A": "x" * 20_000}},
        {"Cookies": {"a": "b; c=d"}},
        {"Cookies": {"a b": "c"}},
        {"Cookies": {"a": "x" * 20_000}},
        {"Method": "GET /"},
        {"Method": "get"},
    ],
    ids=range(13),
)
def test_what_can_be_read_in_two_ways_is_a_bad_request(front: Front, params: dict[str, Any]) -> None:
    sent = {"Url": "https://portal.example/news", **params}
    assert front.cloud.call("load-balancer:Request", sent)["Status"] == 400


@pytest.mark.parametrize(
    "url", ["https://portal.example:444/", "https://nobody.example/", "http://portal.internal.example/"]
)
def test_where_nothing_listens_nobody_answers(front: Front, url: str) -> None:
    with pytest.raises(InputError):
        front.ask(url)


PORTAL: list[Front] = []


@pytest.fixture(autouse=True)
def _shared(portal: World) -> None:
    if not PORTAL:
        PORTAL.append(Front(portal))


_ODD = st.text(st.characters(), max_size=12) | st.sampled_from(
    ("//evil.example", "https://evil.example", "\r\nLocation: x", "%0d%0a", "..", "\ud800", "@evil.example", "é")
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    path=_ODD,
    query=_ODD,
    host=st.none() | _ODD,
    headers=st.dictionaries(_ODD, _ODD, max_size=2),
    cookies=st.dictionaries(_ODD | st.sampled_from((SESSION, NONCE)), _ODD, max_size=3),
    callback=st.booleans(),
)
def test_nothing_that_is_sent_makes_an_exception_escape_or_leads_elsewhere(
    path: str, query: str, host: str | None, headers: dict[str, str], cookies: dict[str, str], callback: bool
) -> None:
    front = PORTAL[0]
    url = f"https://portal.example{CALLBACK if callback else '/' + path}?{query}"
    sent = {"Url": url, "Headers": {**headers, **({"Host": host} if host is not None else {})}, "Cookies": cookies}
    cloud = front.cloud.fork()
    outcome = cloud.submit(Call("load-balancer:Request", sent, None, cloud.origin()))
    if outcome.error is not None:
        assert outcome.error.code == "ValidationException"  # a name without a character
        return
    answer = outcome.unwrap()
    assert answer["Status"] in (200, 302, 400, 401)
    assert answer.get("Location", OWN[0]).startswith(OWN)
    assert "User" not in answer.get("Body", {})


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(target=st.sampled_from(("/", "//", "/\\", "/%2f%2f", "/@", "/.")), rest=st.text("ab/@:.?%25\\", max_size=12))
def test_after_the_sign_in_the_browser_is_at_the_load_balancer_it_began_at(target: str, rest: str) -> None:
    front = Front(PORTAL[0].simulation.world)
    answer = front.ask(f"https://portal.example{target}evil.example{rest}")
    if answer["Status"] != 302:
        return
    page = front.browser.open(f"https://portal.example{target}evil.example{rest}")
    page = front.browser.submit(page, username="alice", password="Password-of-alice-1!")
    went = [url for _, url in front.browser.visited]
    assert all(url.startswith(OWN) for url in went)


def test_two_browsers_never_share_a_session(portal: World, front_of: Callable[[World], Front]) -> None:
    front = front_of(portal)
    alice, bob = front.simulation.browser(), front.simulation.browser()
    one, two = front.visit("/inbox", "alice", alice), front.visit("/inbox", "bob", bob)
    assert one.body["User"] != two.body["User"]
    assert alice.cookies("portal.example") != bob.cookies("portal.example")
    assert front.visit("/inbox", "alice", alice).body["User"] == one.body["User"]


def two_balancers(portal: World) -> World:
    """The portal with a second load balancer in the same account, set up like the first."""
    one = next(iter(portal.load_balancers.values()))
    secure = next(each for each in portal.listeners.values() if each.port == 443)
    other = replace(one, arn=f"{one.arn[:-4]}ffff", dns_name="two.eu-west-1.elb.amazonaws.com", hosts=("two.example",))
    listener = replace(secure, arn=secure.arn.replace(one.arn[-16:], other.arn[-16:]), load_balancer_arn=other.arn)
    return portal.with_load_balancer(other).with_listener(listener)


def test_a_session_and_a_sign_in_of_one_load_balancer_are_nothing_at_another(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    front = front_of(two_balancers(portal))
    front.visit("/inbox")
    assert front.ask("https://portal.example/else", front.cookies)["Status"] == 200
    assert front.ask("https://two.example/else", front.cookies)["Status"] == 302
    assert front.steps()["is there a session of this load balancer's?"] == "no"
    url, cookies = come_back(front)
    elsewhere = url.replace("//portal.example/", "//two.example/")
    assert reason(front, elsewhere, cookies) == (401, "AuthInvalidStateParam")


def test_a_code_comes_back_to_the_host_that_it_was_asked_for(front: Front) -> None:
    """The same load balancer by its other name: the provider would be told another redirect address."""
    url, cookies = come_back(front)
    balancer = next(iter(front.simulation.world.load_balancers.values()))
    elsewhere = url.replace("//portal.example/", f"//{balancer.dns_name}/")
    assert reason(front, elsewhere, cookies) == (401, "AuthInvalidStateParam")
    assert front.ask(url, cookies)["Status"] == 302


def test_user_info_of_somebody_else_makes_no_session() -> None:
    told = {"sub": "e7e", "email": "eve@example.com"}
    assert accept_claims(told, "access", "a11ce").value == Refusal("561", "AuthInvalidUserinfoResponse")
    assert not isinstance(accept_claims(told, "access", "e7e").value, Refusal)
    for odd in ({}, {"sub": ""}, {"sub": 7}, {"sub": None}):
        assert isinstance(accept_claims(odd, "access", None).value, Refusal)
