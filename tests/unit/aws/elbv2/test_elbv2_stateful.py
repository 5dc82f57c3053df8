"""Whatever administrators do by the API, in whatever order: no exception escapes, requests are answered, the world is
written as a template and read back alike."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cogsim.errors import InputError, NotModelled
from cogsim.load import load
from cogsim.world.template import dump
from cogsim.world.world import World
from tests.unit.aws.elbv2.conftest import Desk

_HOSTS = st.sampled_from(("portal.example", "*.example", "a?.example", "localhost", "x" * 130))
_PATHS = st.sampled_from(("/a", "/a/*", "/*", "/é", "/A?", "/"))
_REGEXES = st.sampled_from(("^/a", "(a|b)+$", "(?=a)", "[", "^.*$", "a{2,3}"))


def condition() -> st.SearchStrategy[dict[str, Any]]:
    def listed(field: str, config: str, values: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Any]]:
        held = st.lists(values, min_size=1, max_size=3)
        return held.map(lambda found: {"Field": field, config: {"Values": found}})

    return st.one_of(
        listed("host-header", "HostHeaderConfig", _HOSTS),
        listed("path-pattern", "PathPatternConfig", _PATHS),
        listed("http-request-method", "HttpRequestMethodConfig", st.sampled_from(("GET", "POST", "get"))),
        listed("source-ip", "SourceIpConfig", st.sampled_from(("198.51.100.0/24", "::/0", "10.0.0.1"))),
        _REGEXES.map(lambda text: {"Field": "path-pattern", "RegexValues": [text]}),
        _REGEXES.map(
            lambda text: {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "RegexValues": [text]}}
        ),
        st.sampled_from(("a", "*", "\\*")).map(
            lambda text: {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": text, "Value": text}]}}
        ),
    )


def final(desk: Desk) -> st.SearchStrategy[dict[str, Any]]:
    groups = st.sampled_from([*desk.sim.world.target_groups, f"{desk.group}0"])
    parts = st.fixed_dictionaries(
        {"StatusCode": st.sampled_from(("HTTP_301", "HTTP_302"))},
        optional={
            "Protocol": st.sampled_from(("HTTP", "HTTPS")),
            "Port": st.sampled_from(("443", "#{port}", "0")),
            "Path": st.sampled_from(("/x", "/#{path}", "x")),
            "Query": st.sampled_from(("", "#{query}&a=1")),
        },
    )
    return st.one_of(
        groups.map(lambda arn: {"Type": "forward", "TargetGroupArn": arn}),
        parts.map(lambda config: {"Type": "redirect", "RedirectConfig": config}),
        st.sampled_from(("200", "404", "503", "301")).map(
            lambda code: {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": code, "MessageBody": "é"}}
        ),
    )


def first(desk: Desk) -> st.SearchStrategy[dict[str, Any]]:
    keys = f"{desk.pool.issuer}/.well-known/jwks.json"
    claims = [{"Name": "scope", "Format": "space-separated-values", "Values": ["a", "b"]}]
    return st.sampled_from(
        (
            desk.cognito(),
            desk.cognito(OnUnauthenticatedRequest="deny", SessionTimeout=1, SessionCookieName="Mine"),
            desk.cognito(UserPoolClientId="nobody"),
            {"Type": "jwt-validation", "JwtValidationConfig": {"Issuer": desk.pool.issuer, "JwksEndpoint": keys}},
            {
                "Type": "jwt-validation",
                "JwtValidationConfig": {"Issuer": "i", "JwksEndpoint": keys, "AdditionalClaims": claims},
            },
        )
    )


@st.composite
def actions(draw: st.DrawFn, desk: Desk) -> list[dict[str, Any]]:
    last = draw(final(desk))
    if draw(st.booleans()):
        return [last]
    return [{**draw(first(desk)), "Order": 1}, {**last, "Order": draw(st.sampled_from((2, 2, 1)))}]


@st.composite
def calls(draw: st.DrawFn, desk: Desk) -> tuple[str, dict[str, Any]]:
    """An operation with parameters that could be meant."""
    world, conditions = desk.sim.world, st.lists(condition(), min_size=1, max_size=2)
    listener = draw(st.sampled_from([*world.listeners, f"{desk.secure}0"]))
    rule = draw(st.sampled_from([*world.listener_rules, f"{desk.secure.replace(':listener/', ':listener-rule/')}/0"]))
    rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/a", "Replace": "/b$1"}]}}
    name = draw(
        st.sampled_from(
            (
                *("CreateRule", "CreateRule", "ModifyRule", "DeleteRule", "SetRulePriorities", "CreateListener"),
                *("ModifyListener", "DeleteListener", "CreateLoadBalancer", "AddTags", "CreateTargetGroup"),
            )
        )
    )
    ports = st.sampled_from((80, 443, 8080))
    params: dict[str, Any] = {
        "CreateRule": lambda: {
            "ListenerArn": listener,
            "Priority": draw(st.integers(1, 60)),
            "Conditions": draw(conditions),
            "Actions": draw(actions(desk)),
            **({"Transforms": [rewrite]} if draw(st.booleans()) else {}),
        },
        "ModifyRule": lambda: {"RuleArn": rule, "Conditions": draw(conditions), "Actions": draw(actions(desk))},
        "DeleteRule": lambda: {"RuleArn": rule},
        "SetRulePriorities": lambda: {"RulePriorities": [{"RuleArn": rule, "Priority": draw(st.integers(1, 60))}]},
        "CreateListener": lambda: {
            "LoadBalancerArn": desk.balancer,
            "Port": draw(ports),
            "Protocol": "HTTP",
            "DefaultActions": draw(actions(desk)),
        },
        "ModifyListener": lambda: {"ListenerArn": listener, "Port": draw(ports), "DefaultActions": draw(actions(desk))},
        "DeleteListener": lambda: {"ListenerArn": listener},
        "CreateLoadBalancer": lambda: {"Name": draw(st.sampled_from(("a", "b-"))), "Subnets": ["s-1", "s-2"]},
        "AddTags": lambda: {"ResourceArns": [listener, rule], "Tags": [{"Key": "a", "Value": "é"}]},
        "CreateTargetGroup": lambda: {"Name": "n", "Protocol": "HTTP", "Port": draw(ports), "VpcId": "vpc-1"},
    }[name]()
    return name, params


def written_and_read(world: World) -> World:
    with TemporaryDirectory() as folder:
        paths = []
        for name, text in dump(world).items():
            paths.append(Path(folder) / name)
            paths[-1].write_text(text, encoding="utf-8")
        return load(*paths)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_set_up_is_answered_written_and_read(peopled: World, data: st.DataObject) -> None:
    desk = Desk(peopled)
    for _ in range(data.draw(st.integers(1, 8))):
        name, params = data.draw(calls(desk))
        before = desk.sim.world
        outcome = desk.sim.submit(f"elbv2:{name}", params, "admin")
        assert outcome.error is None or desk.sim.world == before
    for port in (80, 443, 8080):
        scheme = "https" if port == 443 else "http"
        try:
            answer = desk.ask(f"{scheme}://portal.example:{port}/a?a=1", Headers={"X-A": "aa"})
        except (InputError, NotModelled):
            continue
        assert answer["Status"] in (200, 301, 302, 401, 404, 500, 503)
    world = desk.sim.world
    again = written_and_read(world)
    for member in ("load_balancers", "listeners", "listener_rules", "target_groups"):
        assert getattr(again, member) == getattr(world, member), member
