"""What reaches a target: rewritten hosts and addresses, the client's address, names of headers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_forward import forwarded, rewritten
from cogsim.decisions.load_balancer_rules import HttpRequest, read_request
from cogsim.persistent import Map
from cogsim.world.load_balancer import LoadBalancer
from cogsim.world.load_balancer_transforms import Transform
from cogsim.world.world import World
from tests.unit.aws.load_balancer.conftest import Front

ARN = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/front/0123456789abcdef"
BALANCER = LoadBalancer(ARN, "front", "front-1.us-east-1.elb.amazonaws.com")


def asked(url: str) -> HttpRequest:
    found = read_request(url, "GET", {}, {}, "198.51.100.1").value
    assert isinstance(found, HttpRequest)
    return found


@pytest.mark.parametrize(
    ("kind", "regex", "replace", "url", "after"),
    [
        ("url-rewrite", r"^\/api\/(.+)$", "/$1", "https://a.example/api/x?y=1", "https://a.example/x?y=1"),
        ("url-rewrite", "^/dp/([A-Za-z0-9]+)/?$", "/product.php?id=$1", "https://a.example/dp/B07", "https://a.example/product.php?id=B07"),
        ("url-rewrite", "^/none", "/x", "https://a.example/api", "https://a.example/api"),
        ("url-rewrite", "a", "b", "https://h.example/aaa", "https://h.example/baa"),
        ("url-rewrite", "^/(.)(.)$", "/$2$1$0$3", "https://a.example/xy", "https://a.example/yx/xy"),
        ("url-rewrite", "[?]secret=.*$", "", "https://a.example/p?secret=1", "https://a.example/p"),
        ("host-header-rewrite", "^mywebsite-(.+).com$", "internal.dev.$1.myweb.com", "https://mywebsite-example.com/p", "https://internal.dev.example.myweb.com/p"),
        ("host-header-rewrite", "^b", "c", "https://a.example/", "https://a.example/"),
    ],
)  # fmt: skip
def test_what_fits_is_written_anew_and_the_rest_stays(
    kind: str, regex: str, replace: str, url: str, after: str
) -> None:
    found = rewritten((Transform(kind, regex, replace),), asked(url)).value
    assert isinstance(found, HttpRequest)
    assert found.url == after


@pytest.mark.parametrize(
    ("kind", "regex", "replace"),
    [
        ("url-rewrite", "^/", ""),
        ("url-rewrite", "^/", "http://evil.example/"),
        ("url-rewrite", "^/", "/a b"),
        ("url-rewrite", "^/", "/\r\nX: 1"),
        ("host-header-rewrite", "^a", "a b"),
        ("host-header-rewrite", ".*", ""),
        ("host-header-rewrite", "^a", "é"),
    ],
)
def test_a_transform_that_makes_no_address_is_an_error_of_the_load_balancers(
    kind: str, regex: str, replace: str
) -> None:
    assert rewritten((Transform(kind, regex, replace),), asked("https://a.example/p")).value == Refusal(
        "500", "the transform failed"
    )


def test_both_transforms_apply_and_the_rule_stays_chosen_by_what_came(portal: World) -> None:
    rule = next(each for each in portal.listener_rules.values() if each.priority == 10)
    transforms = (Transform("url-rewrite", "^/news", "/admin"), Transform("host-header-rewrite", "^portal", "inside"))
    front = Front(portal.with_listener_rule(replace(rule, transforms=transforms)))
    answer = front.ask("/news?x=1")
    assert answer["Status"] == 200  # a guest's, by the rule for /news
    assert answer["Target"]["Host"] == "news.internal.example"
    assert answer["Target"]["Url"] == "https://inside.example/admin?x=1"
    broken = (Transform("url-rewrite", "^/", ""),)
    front = Front(portal.with_listener_rule(replace(rule, transforms=broken)))
    assert front.ask("/news")["Status"] == 500
    assert "Url" not in Front(portal).ask("/news")["Target"]


def test_a_sign_in_comes_back_to_the_address_that_was_asked_for_not_to_the_one_that_was_written(portal: World) -> None:
    rule = next(each for each in portal.listener_rules.values() if each.priority == 30)
    written = replace(rule, transforms=(Transform("url-rewrite", "^/admin$", "/root"),))
    page = Front(portal.with_listener_rule(written)).visit("/admin")
    assert (page.status, page.url) == (200, "https://portal.example/admin")
    assert page.body["Target"]["Url"] == "https://portal.example/root"


@pytest.mark.parametrize(
    ("attributes", "sent", "seen"),
    [
        ({}, {}, "198.51.100.1"),
        ({}, {"x-forwarded-for": "10.0.0.1"}, "10.0.0.1, 198.51.100.1"),
        ({"routing.http.xff_header_processing.mode": "preserve"}, {"x-forwarded-for": "10.0.0.1"}, "10.0.0.1"),
        ({"routing.http.xff_header_processing.mode": "preserve"}, {}, None),
        ({"routing.http.xff_header_processing.mode": "remove"}, {"x-forwarded-for": "10.0.0.1"}, None),
    ],
)
def test_who_says_where_the_client_is(attributes: dict[str, str], sent: dict[str, str], seen: str | None) -> None:
    balancer = replace(BALANCER, attributes=Map(attributes))
    assert forwarded(balancer, asked("https://a.example/"), sent).value.get("x-forwarded-for") == seen


def test_scheme_and_port_are_the_load_balancers_word() -> None:
    forged: dict[str, Any] = {"x-forwarded-proto": "gopher", "x-forwarded-port": "1"}
    headers = forwarded(BALANCER, asked("https://a.example:8443/"), forged).value
    assert (headers["x-forwarded-proto"], headers["x-forwarded-port"]) == ("https", "8443")


def test_names_with_underscores_go_on_unless_the_load_balancer_drops_them(portal: World) -> None:
    forged = {"X_Amzn_Oidc_Identity": "alice", "x.y": "1", "X-Fine": "1"}
    seen = Front(portal).ask("/news", None, Headers=forged)["Target"]["Headers"]
    assert {"x_amzn_oidc_identity", "x.y", "x-fine"} <= set(seen)
    balancer = next(iter(portal.load_balancers.values()))
    drops = Map({"routing.http.drop_invalid_header_fields.enabled": "true"})
    front = Front(portal.with_load_balancer(replace(balancer, attributes=drops)))
    seen = front.ask("/news", None, Headers=forged)["Target"]["Headers"]
    assert not {"x_amzn_oidc_identity", "x.y"} & set(seen)
    assert "x-fine" in seen


def test_an_application_that_reads_underscores_as_hyphens_believes_a_client_unless_such_names_are_dropped(
    portal: World,
) -> None:
    """Bob, signed in as himself, writes the load balancer's header in another way."""
    target = portal.targets["portal.internal.example"]
    careless = replace(target, believes="x-amzn-oidc-identity", reads_underscores=True)
    forged = {"X_Amzn_Oidc_Identity": "alice"}
    for world, user in (
        (portal.with_target(replace(careless, reads_underscores=False)), "himself"),
        (portal.with_target(careless), "alice"),
        (dropping(portal).with_target(careless), "himself"),
        (portal.with_target(replace(target, reads_underscores=True)), "himself"),  # which verifies the token
    ):
        front = Front(world)
        himself = front.visit("/inbox", "bob").body["User"]
        seen = front.ask("/inbox", front.cookies, Headers=forged)["Body"]["User"]
        assert seen == (himself if user == "himself" else user)


def dropping(world: World) -> World:
    """The world whose load balancer drops header names with other characters."""
    balancer = next(iter(world.load_balancers.values()))
    drops = Map({"routing.http.drop_invalid_header_fields.enabled": "true"})
    return world.with_load_balancer(replace(balancer, attributes=drops))
