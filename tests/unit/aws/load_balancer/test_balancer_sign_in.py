"""Signing in at a load balancer: the redirects, the sealed session, its time, its refreshment, and the way out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.trail.log import records
from cogsim.tokens.jwt import UnverifiedToken, read
from cogsim.world.load_balancer_actions import AuthenticateCognito, AuthenticateOidc
from cogsim.world.world import World
from tests.unit.aws.load_balancer.conftest import Front, changed

if TYPE_CHECKING:
    from collections.abc import Mapping


def query(url: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(url).query))


def header(front: Front, path: str = "/inbox") -> Mapping[str, Any]:
    told = front.visit(path).body["Target"]["Headers"]["x-amzn-oidc-data"]
    parsed = read(told, padded=True)
    assert isinstance(parsed, UnverifiedToken)
    return parsed.header


def test_nobody_is_sent_to_the_pools_domain_with_a_state_and_comes_back_to_the_callback(front: Front) -> None:
    address, cookies = front.begin("/inbox?unread=1")
    asked = query(address)
    assert address.startswith("https://portal-people.auth.eu-west-1.amazoncognito.com/oauth2/authorize?")
    assert asked["redirect_uri"] == "https://portal.example/oauth2/idpresponse"
    assert (asked["response_type"], asked["scope"]) == ("code", "openid email")
    assert len(asked["state"]) == 160
    assert asked["nonce"]
    assert list(cookies) == ["AWSALBAuthNonce"]


def test_extra_parameters_go_along_and_replace_none_of_the_load_balancers_own(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    extra = portal.listeners and {"lang": "de", "scope": "everything", "redirect_uri": "https://evil.example"}
    from cogsim.persistent import Map

    address, _ = front_of(changed(portal, extra_params=Map(extra))).begin()
    asked = query(address)
    assert (asked["lang"], asked["scope"]) == ("de", "openid email")
    assert asked["redirect_uri"] == "https://portal.example/oauth2/idpresponse"


def test_a_browser_comes_back_to_the_address_it_asked_for_and_is_known(front: Front) -> None:
    page = front.visit("/inbox?unread=1")
    user = front.simulation.world.pool_users[next(iter(front.simulation.world.user_pools)), "alice"]
    assert page.url == "https://portal.example/inbox?unread=1"
    assert (page.status, page.body["User"]) == (200, user.sub)
    headers = page.body["Target"]["Headers"]
    assert headers["x-amzn-oidc-identity"] == user.sub
    claims = read(headers["x-amzn-oidc-accesstoken"])
    assert isinstance(claims, UnverifiedToken)
    assert claims.claims["token_use"] == "access"
    assert list(front.cookies) == ["AWSELBAuthSessionCookie-0"]


def test_the_token_names_the_load_balancer_the_client_and_the_issuer(front: Front) -> None:
    world = front.simulation.world
    said = header(front)
    assert said["signer"] == next(iter(world.load_balancers))
    assert said["iss"] == next(iter(world.user_pools.values())).issuer
    assert (said["typ"], said["alg"], said["exp"]) == ("JWT", "ES256", int(front.cloud.clock.now) + 120)


def test_a_provider_of_openid_connect_is_asked_at_its_endpoints(front: Front) -> None:
    page = front.visit("/partners", "pat")
    assert page.body["Claims"] == {"email": "pat@partner.example", "email_verified": True, "sub": "p-7"}
    assert header(front, "/partners")["iss"] == "https://login.partner.example"
    assert "display=page" in next(url for _, url in front.browser.visited if url.startswith("https://login.partner"))


def test_who_is_not_signed_in_is_refused_let_through_or_sent_away(front: Front) -> None:
    assert front.ask("/api/x")["Status"] == 401
    news = front.ask("/news")
    assert news["Status"] == 200
    assert "x-amzn-oidc-data" not in news["Target"]["Headers"]
    assert front.ask("/inbox")["Status"] == 302
    front.visit("/inbox")
    assert front.ask("/api/x", front.cookies)["Status"] == 200
    assert "User" in front.ask("/news", front.cookies)["Body"]


def test_a_session_ends_when_its_time_is_over_whatever_was_refreshed(front: Front) -> None:
    front.visit("/inbox")
    for _ in range(7):
        front.cloud.advance(3600)
        assert front.visit("/api/x").status == 200
    front.cloud.advance(3600)
    assert front.visit("/api/x").status == 401


def test_a_session_is_refreshed_with_new_claims_when_the_access_token_ends(front: Front) -> None:
    front.visit("/inbox")
    old, world = front.cookies, front.simulation.world
    pool_id = next(iter(world.user_pools))
    user = world.pool_users[pool_id, "alice"]
    email = user.attributes.set("email", "alice@new.example")
    front.cloud.world = world.with_pool_user(replace(user, attributes=email))
    assert front.ask("/api/x", old)["Body"]["Claims"]["email"] == "alice@portal.example"
    front.cloud.advance(3600)
    answer = front.ask("/api/x", old)
    assert answer["Body"]["Claims"]["email"] == "alice@new.example"
    fresh = {name: held["Value"] for name, held in answer["Cookies"].items()}
    assert fresh.keys() == old.keys()
    assert fresh != old
    assert answer["Cookies"]["AWSELBAuthSessionCookie-0"]["MaxAge"] == 28_800 - 3600


@pytest.mark.parametrize("change", ["disabled", "signed out"])
def test_a_refused_refresh_ends_the_session_and_not_before(front: Front, change: str) -> None:
    front.visit("/inbox")
    world, pool_id = front.simulation.world, next(iter(front.simulation.world.user_pools))
    if change == "disabled":
        user = world.pool_users[pool_id, "alice"]
        front.cloud.world = world.with_pool_user(replace(user, enabled=False))
    else:
        front.simulation.call(
            "cognito-idp:AdminUserGlobalSignOut", {"UserPoolId": pool_id, "Username": "alice"}, "operator"
        )
    front.cloud.advance(3599)
    assert front.ask("/api/x", front.cookies)["Status"] == 200
    front.cloud.advance(1)
    assert front.ask("/api/x", front.cookies)["Status"] == 401


def test_without_a_refresh_token_the_session_stays_until_it_ends(front: Front) -> None:
    front.visit("/partners", "pat")
    cookies = front.cookies
    front.cloud.advance(6 * 86_400)
    assert front.ask("/partners", cookies)["Status"] == 200
    front.cloud.advance(86_400)
    assert front.ask("/partners", cookies)["Status"] == 302


def test_an_application_takes_the_cookie_away_and_who_kept_it_stays_signed_in(front: Front) -> None:
    front.visit("/inbox")
    kept = front.cookies
    answer = front.ask("/logout", kept)
    assert answer["Status"] == 302
    assert "/logout?client_id=" in answer["Location"]
    assert {held["MaxAge"] for held in answer["Cookies"].values()} == {0}
    assert front.ask("/api/x", kept)["Status"] == 200


def test_an_application_that_forgets_the_cookie_leaves_the_person_signed_in(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    target = portal.targets["portal.internal.example"]
    front = front_of(portal.with_target(replace(target, keeps_cookie=True)))
    front.visit("/inbox")
    front.browser.open("https://portal.example/logout")
    assert front.visit("/api/x").status == 200


def test_a_session_is_good_for_rules_with_the_same_cookie_name_only(front: Front) -> None:
    front.visit("/partners", "pat")
    assert front.visit("/api/x").status == 401
    renamed = {name.replace("PartnerSession", "AWSELBAuthSessionCookie"): v for name, v in front.cookies.items()}
    assert front.ask("/api/x", renamed)["Status"] == 401


def test_a_session_of_another_listener_is_an_assumption(portal: World, front_of: Callable[[World], Front]) -> None:
    secure = next(each for each in portal.listeners.values() if each.port == 443)
    second = replace(secure, arn=secure.arn + "2", port=8443)
    front = front_of(portal.with_listener(second))
    front.visit("/inbox")
    elsewhere = "https://portal.example:8443/inbox"
    assert front.ask(elsewhere, front.cookies)["Status"] == 200
    with assuming({"elb.sessionScope": "listener"}):
        assert front.ask(elsewhere, front.cookies)["Status"] == 302


def test_large_claims_are_spread_over_cookies_and_larger_ones_refused(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    def with_claims(size: int) -> Front:
        issuer = portal.oidc_issuers["https://login.partner.example"]
        pat = issuer.users["pat"]
        grown = replace(pat, claims=pat.claims.set("about", "x" * size))
        return front_of(portal.with_oidc_issuer(replace(issuer, users=issuer.users.set("pat", grown))))

    large = with_claims(9000)
    assert large.visit("/partners", "pat").status == 200
    assert list(large.cookies) == [f"PartnerSession-{number}" for number in range(4)]
    page = with_claims(11_000).visit("/partners", "pat")
    assert (page.status, page.body["ErrorReason"]) == (500, "AuthUserinfoResponseSizeExceeded")
    with assuming({"elb.claimsTooLarge": "401"}):
        assert with_claims(11_000).visit("/partners", "pat").status == 401


def test_a_provider_that_cannot_be_reached_is_the_load_balancers_error(front: Front) -> None:
    world = front.simulation.world
    issuer = world.oidc_issuers["https://login.partner.example"]
    page = front.browser.open("https://portal.example/partners")
    front.cloud.world = world.with_oidc_issuer(replace(issuer, reachable=False))
    page = front.browser.submit(page, username="pat", password="Password-of-pat-001!")
    assert (page.status, page.body["ErrorReason"]) == (500, "AuthTokenEpRequestTimeout")


def test_an_error_of_the_provider_is_561_and_a_denial_401(portal: World, front_of: Callable[[World], Front]) -> None:
    page = front_of(changed(portal, scope="email profile")).visit("/inbox")  # which Cognito gives with openid only
    assert (page.status, page.body["ErrorReason"]) == (561, "AuthIdPError invalid_scope")
    front = front_of(portal)
    address, cookies = front.begin()
    denied = f"/oauth2/idpresponse?error=access_denied&state={query(address)['state']}"
    assert front.ask(denied, cookies)["Status"] == 401


def test_a_scope_without_openid_gives_no_id_token_and_no_session(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    rule = next(each for each in portal.listener_rules.values() if each.priority == 40)
    asks, goes_on = rule.actions
    assert isinstance(asks, AuthenticateOidc)
    portal = portal.with_listener_rule(replace(rule, actions=(replace(asks, scope="email"), goes_on)))
    page = front_of(portal).visit("/partners", "pat")
    assert (page.status, page.body["ErrorReason"]) == (401, "AuthInvalidTokenResponse")


def test_a_rule_without_a_target_or_with_a_fixed_answer_answers_itself(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    front = front_of(replace(portal, targets=portal.targets.discard("news.internal.example")))
    assert front.ask("/news")["Status"] == 503
    assert front.ask("/health")["Body"] == {"Text": "ok"}


def test_what_a_load_balancer_asks_of_the_pool_stands_on_the_trail_and_it_itself_does_not(front: Front) -> None:
    front.visit("/inbox")
    names = [record["eventName"] for record in records(front.cloud)]
    assert names == ["OAuth2_Authorize_GET", "Login_GET", "CognitoAuthentication", "Token_POST", "UserInfo_GET"]


def test_the_public_key_of_a_region_verifies_its_tokens(front: Front) -> None:
    kid = header(front)["kid"]
    found = front.cloud.call("load-balancer:PublicKey", {"Region": "eu-west-1", "Kid": kid})
    assert found["Status"] == 200
    assert "BEGIN PUBLIC KEY" in found["Body"]["Text"]
    assert front.cloud.call("load-balancer:PublicKey", {"Region": "us-east-1", "Kid": kid})["Status"] == 404


def test_whose_timeout_ends_a_session_that_two_rules_take_is_an_assumption(
    portal: World, front_of: Callable[[World], Front]
) -> None:
    """The rule for /api/* has a minute, the one by which the person signed in eight hours."""
    rule = next(each for each in portal.listener_rules.values() if each.priority == 20)
    asks, goes_on = rule.actions
    assert isinstance(asks, AuthenticateCognito)
    front = front_of(portal.with_listener_rule(replace(rule, actions=(replace(asks, timeout=60), goes_on))))
    front.visit("/inbox")
    front.cloud.advance(59)
    with assuming({"elb.sessionLength": "rule-in-force"}):
        assert front.ask("/api/x", front.cookies)["Status"] == 200
    front.cloud.advance(1)
    assert front.ask("/api/x", front.cookies)["Status"] == 200
    with assuming({"elb.sessionLength": "rule-in-force"}):
        assert front.ask("/api/x", front.cookies)["Status"] == 401
        assert front.ask("/inbox", front.cookies)["Status"] == 200
