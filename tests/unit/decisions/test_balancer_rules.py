"""Which rule takes a request, and where it is sent: patterns, priorities, redirects, weights."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_rules import (
    HttpRequest,
    _matches,
    choose_group,
    find_balancer,
    read_request,
    redirect_to,
    select_rule,
)
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer
from cogsim.world.load_balancer_actions import FixedResponse, Forward, Redirect
from cogsim.world.load_balancer_conditions import Condition
from cogsim.world.world import World

ARN = "arn:aws:elasticloadbalancing:us-east-1:111122223333:loadbalancer/app/front/0123456789abcdef"
LISTENER = Listener(f"{ARN.replace('loadbalancer', 'listener')}/1", ARN, 443, "HTTPS", (FixedResponse(404),))
BALANCER = LoadBalancer(ARN, "front", "Front-1.us-east-1.elb.amazonaws.com", hosts=("front.example",))


def rule(priority: int, *conditions: Condition) -> ListenerRule:
    arn = f"{LISTENER.arn.replace(':listener', ':listener-rule')}/{priority}"
    return ListenerRule(arn, LISTENER.arn, priority, conditions, (FixedResponse(200, body=str(priority)),))


def asked(url: str = "https://front.example/", method: str = "GET", **more: Any) -> HttpRequest:
    headers, source = more.get("headers", {}), more.get("source_ip", "198.51.100.1")
    found = read_request(url, method, headers, {}, str(source)).value
    assert isinstance(found, HttpRequest)
    return found


def taken(request: HttpRequest, *rules: ListenerRule) -> str | None:
    world = World().with_load_balancer(BALANCER).with_listener(LISTENER)
    for each in rules:
        world = world.with_listener_rule(each)
    action = select_rule(world, LISTENER, request).value.actions[-1]
    assert isinstance(action, FixedResponse)
    return action.body


def test_the_least_priority_whose_conditions_all_hold_takes_the_request() -> None:
    wide, narrow = rule(20, Condition("path-pattern", ("/*",))), rule(10, Condition("path-pattern", ("/a",)))
    assert taken(asked("https://front.example/a"), wide, narrow) == "10"
    assert taken(asked("https://front.example/b"), wide, narrow) == "20"
    both = rule(5, Condition("path-pattern", ("/a",)), Condition("http-request-method", ("POST",)))
    assert taken(asked("https://front.example/a"), wide, narrow, both) == "10"
    assert taken(asked("https://front.example/a", "POST"), wide, narrow, both) == "5"


def test_nothing_that_matches_leaves_the_listeners_default() -> None:
    assert taken(asked()) is None


@pytest.mark.parametrize(
    ("condition", "url", "more", "holds"),
    [
        (Condition("path-pattern", ("/img/*",)), "/img/a/b.png", {}, True),
        (Condition("path-pattern", ("/IMG/*",)), "/img/a", {}, False),
        (Condition("path-pattern", ("/i?g",)), "/img", {}, True),
        (Condition("path-pattern", ("/a",)), "/a/", {}, False),
        (Condition("host-header", ("FRONT.example",)), "/", {}, True),
        (Condition("host-header", ("*.example",)), "/", {}, True),
        (Condition("host-header", ("other.example",)), "/", {"headers": {"Host": "other.example"}}, True),
        (Condition("http-header", ("*chrome*",), "User-Agent"), "/", {"headers": {"user-agent": "X Chrome/1"}}, True),
        (Condition("http-header", ("*",), "X-Absent"), "/", {}, False),
        (Condition("query-string", pairs=((None, "v*"),)), "/?a=V1", {}, True),
        (Condition("query-string", pairs=(("a", "2"),)), "/?a=1&a=2", {}, True),
        (Condition("query-string", pairs=(("b", "1"),)), "/?a=1", {}, False),
        (Condition("source-ip", ("10.0.0.0/8", "198.51.100.0/24")), "/", {}, True),
        (Condition("source-ip", ("2001:db8::/32",)), "/", {}, False),
        (Condition("source-ip", ("2001:db8::/32",)), "/", {"source_ip": "2001:db8::1"}, True),
        (Condition("http-request-method", ("POST", "GET-ALL")), "/", {}, False),
    ],
)
def test_each_field_compares_in_its_own_way(condition: Condition, url: str, more: dict[str, Any], holds: bool) -> None:
    assert taken(asked(f"https://front.example{url}", **more), rule(1, condition)) == ("1" if holds else None)


@pytest.mark.parametrize(
    ("condition", "url", "more", "holds"),
    [
        (Condition("path-pattern", ("^/a",), regex=True), "/abc", {}, True),
        (Condition("path-pattern", ("/b",), regex=True), "/a/b/c", {}, True),
        (Condition("path-pattern", ("^/b",), regex=True), "/a/b", {}, False),
        (Condition("path-pattern", ("^/A",), regex=True), "/a", {}, False),
        (Condition("path-pattern", ("x=1",), regex=True), "/a?x=1", {}, False),
        (Condition("path-pattern", ("^/v[0-9]+/(users|groups)$",), regex=True), "/v2/users", {}, True),
        (Condition("path-pattern", ("^/b$", "^/c$"), regex=True), "/c", {}, True),
        (Condition("host-header", ("^front[.]example$",), regex=True), "/", {}, True),
        (Condition("host-header", ("^evil",), regex=True), "/", {"headers": {"Host": "evil.example"}}, True),
        (Condition("http-header", ("Chrome/[0-9]+",), "User-Agent", regex=True), "/", {}, False),
        (Condition("http-header", ("^a.c$",), "X-A", regex=True), "/", {"headers": {"x-a": "abc"}}, True),
        (Condition("http-header", ("^A.c$",), "X-A", regex=True), "/", {"headers": {"x-a": "abc"}}, False),
        (Condition("http-header", ("^$",), "X-A", regex=True), "/", {"headers": {"x-a": ""}}, True),
    ],
)
def test_an_expression_is_searched_where_its_field_says(
    condition: Condition, url: str, more: dict[str, Any], holds: bool
) -> None:
    assert taken(asked(f"https://front.example{url}", **more), rule(1, condition)) == ("1" if holds else None)


def test_whether_expressions_tell_capitals_apart_is_an_assumption_but_in_paths() -> None:
    for field, header, holds in (
        ("http-header", "X-A", True),
        ("host-header", None, True),
        ("path-pattern", None, False),
    ):
        condition = Condition(field, ("^/?(ABC|FRONT)",), header, regex=True)
        request = asked("https://front.example/abc", headers={"x-a": "abc"})
        assert taken(request, rule(1, condition)) is None
        with assuming({"elb.regexCase": "in-paths-only"}):
            assert (taken(request, rule(1, condition)) == "1") == holds


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("TRACE", {}, "405"),
        ("GET", {"X-Forwarded-For": ", ".join(["10.0.0.1"] * 31)}, "463"),
        ("GET", {"X-Forwarded-For": ", ".join(["10.0.0.1"] * 30)}, None),
        ("POST", {"Transfer-Encoding": "gzip"}, "501"),
        ("POST", {"Transfer-Encoding": "gzip, chunked"}, "501"),
        ("POST", {"Transfer-Encoding": "Chunked"}, None),
        ("POST", {"Transfer-Encoding": "identity"}, None),
        ("CUSTOM-METHOD", {}, None),
    ],
)
def test_what_is_not_served_has_a_status_of_its_own(method: str, headers: dict[str, str], status: str | None) -> None:
    found = read_request("https://front.example/", method, headers, {}, "198.51.100.1").value
    assert (found.code if isinstance(found, Refusal) else None) == status


@settings(max_examples=100)
@given(st.text("ab*?/", max_size=8), st.text("ab/", max_size=8))
def test_patterns_match_as_their_regular_expression_does(pattern: str, text: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in pattern)
    assert _matches(pattern, text) == (re.fullmatch(expression, text, re.DOTALL) is not None)


def test_a_pattern_of_many_stars_costs_no_more_than_both_lengths() -> None:
    assert not _matches("*a" * 60 + "b", "a" * 15_000)


@pytest.mark.parametrize(
    ("action", "address"),
    [
        (Redirect(301, "HTTPS", port="443"), "https://front.example/a/b?c=1"),
        (Redirect(host="www.#{host}"), "http://www.front.example/a/b?c=1"),
        (Redirect(path="/x/#{path}", query="d=2&#{query}"), "http://front.example/x/a/b?d=2&c=1"),
        (Redirect(protocol="HTTPS"), "https://front.example:80/a/b?c=1"),  # the port stays, unless it is stated
        (Redirect(path="/home", query=""), "http://front.example/home"),
    ],
)
def test_a_redirect_changes_what_it_states(action: Redirect, address: str) -> None:
    assert redirect_to(action, asked("http://front.example/a/b?c=1")).value == address


def test_weights_share_out_the_requests() -> None:
    action = Forward((("one", 1), ("two", 3), ("none", 0)))
    assert [choose_group(action, number).value for number in range(4)] == ["one", "two", "two", "two"]
    assert isinstance(choose_group(Forward((("one", 0),)), 7).value, Refusal)


def test_a_host_leads_where_the_dns_says_before_where_a_rule_hopes_for() -> None:
    greedy = LoadBalancer(ARN.replace("front", "aaa"), "aaa", "aaa-1.us-east-1.elb.amazonaws.com")
    listener = Listener(LISTENER.arn.replace("front", "aaa"), greedy.arn, 443, "HTTPS", (FixedResponse(404),))
    claims = ListenerRule(
        "arn:r", listener.arn, 1, (Condition("host-header", ("front.example",)),), (FixedResponse(200),)
    )
    world = World().with_load_balancer(greedy).with_listener(listener).with_listener_rule(claims)
    assert find_balancer(world, "front.example") == greedy
    assert find_balancer(world.with_load_balancer(BALANCER), "front.example") == BALANCER
    assert find_balancer(world.with_load_balancer(BALANCER), "front-1.us-east-1.elb.amazonaws.com") == BALANCER
    assert find_balancer(world, "nobody.example") is None
