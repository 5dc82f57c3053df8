"""Load balancers from templates: what is read, what is refused as AWS refuses it, and that it is written back alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cogsim.errors import InputError
from cogsim.load import load
from cogsim.world.load_balancer_actions import (
    AuthenticateCognito,
    AuthenticateOidc,
    Forward,
    JwtClaim,
    JwtValidation,
    Redirect,
)
from cogsim.world.load_balancer_transforms import Transform
from cogsim.world.template import dump
from cogsim.world.world import World

WORLDS = Path(__file__).resolve().parents[3] / "scenarios" / "worlds"

BASE = """
Resources:
  People: {Type: AWS::Cognito::UserPool, Properties: {UserPoolName: p}}
  Client: {Type: AWS::Cognito::UserPoolClient, Properties: {UserPoolId: !Ref People, GenerateSecret: SECRET}}
  Balancer: {Type: AWS::ElasticLoadBalancingV2::LoadBalancer, Properties: {Name: My-Front}}
  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Name: g}}
  Listener:
    Type: AWS::ElasticLoadBalancingV2::Listener
    Properties:
      LoadBalancerArn: !Ref Balancer
      Port: 443
      Protocol: PROTOCOL
      DefaultActions: ACTIONS
  Rule:
    Type: AWS::ElasticLoadBalancingV2::ListenerRule
    Properties:
      ListenerArn: !Ref Listener
      Priority: 7
      Conditions: CONDITIONS
      Actions: RULE
"""
FORWARD = "[{Type: forward, TargetGroupArn: !Ref Group}]"
COGNITO = (
    "[{Type: forward, Order: 2, TargetGroupArn: !Ref Group}, {Type: authenticate-cognito, Order: 1, "
    "AuthenticateCognitoConfig: {UserPoolArn: !GetAtt People.Arn, UserPoolClientId: !Ref Client, UserPoolDomain: d}}]"
)
PATH = "[{Field: path-pattern, Values: [/a]}]"


def written(folder: Path, **changed: str) -> World:
    text = BASE
    parts = {"ACTIONS": FORWARD, "RULE": FORWARD, "CONDITIONS": PATH, "PROTOCOL": "HTTPS", "SECRET": "true", **changed}
    for name, value in parts.items():
        text = text.replace(name, value)
    (folder / "world.yaml").write_text(text, encoding="utf-8")
    return load(folder / "world.yaml")


def only(world: World) -> Any:
    return next(iter(world.listener_rules.values()))


@pytest.mark.parametrize("names", [("load-balancer",), ("load-balancer-weak", "load-balancer-attacker")])
def test_load_balancers_are_written_as_they_were_read(names: tuple[str, ...], tmp_path: Path) -> None:
    world = load(*(WORLDS / f"{name}.yaml" for name in names))
    paths = []
    for name, text in dump(world).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
        paths.append(tmp_path / name)
    again = load(*paths)
    for member in ("load_balancers", "listeners", "listener_rules", "target_groups", "targets"):
        assert getattr(again, member) == getattr(world, member), member


def test_the_order_of_actions_is_the_one_stated(tmp_path: Path) -> None:
    action, last = only(written(tmp_path, RULE=COGNITO)).actions
    assert isinstance(action, AuthenticateCognito)
    assert isinstance(last, Forward)
    assert (action.timeout, action.scope, action.cookie_name) == (604_800, "openid", "AWSELBAuthSessionCookie")


def test_a_dns_name_keeps_the_case_of_its_load_balancer(tmp_path: Path) -> None:
    balancer = next(iter(written(tmp_path).load_balancers.values()))
    assert balancer.dns_name.startswith("My-Front-")
    assert balancer.dns_name.endswith(".us-east-1.elb.amazonaws.com")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"RULE": COGNITO, "PROTOCOL": "HTTP"}, "HTTPS is needed"),
        ({"ACTIONS": COGNITO, "PROTOCOL": "HTTP"}, "HTTPS is needed"),
        ({"RULE": COGNITO, "SECRET": "false"}, "an app client with a secret"),
        ({"RULE": "[]"}, "must end with one action"),
        ({"RULE": COGNITO.replace("Order: 2", "Order: 0")}, "must end with one action"),
        ({"RULE": "[{Type: forward}]"}, "TargetGroupArn"),
        ({"RULE": "[{Type: fowrard, TargetGroupArn: x}]"}, "forward"),
        ({"RULE": "[{Type: redirect, RedirectConfig: {StatusCode: HTTP_302}}]"}, "leads back to itself"),
        ({"RULE": "[{Type: fixed-response, FixedResponseConfig: {StatusCode: '302'}}]"}, "2XX, 4XX or 5XX"),
        ({"RULE": COGNITO.replace("UserPoolDomain: d", "UserPoolDomain: d, SessionTimeout: 0")}, "604800"),
        ({"RULE": COGNITO.replace("UserPoolDomain: d", "UserPoolDomain: d, SessionCookieName: AWSALB")}, "reserved"),
        ({"RULE": COGNITO.replace("UserPoolDomain: d", "UserPoolDomain: d, SessionCookieName: 'a b'")}, "no name of"),
        ({"CONDITIONS": "[]"}, "Conditions"),
        ({"CONDITIONS": "[{Field: path-pattern, Values: []}]"}, "are empty"),
        ({"CONDITIONS": "[{Field: source-ip, SourceIpConfig: {Values: [10.0.0.0/33]}}]"}, "CIDR"),
        ({"CONDITIONS": "[{Field: path, Values: [/a]}]"}, "path-pattern"),
        ({"CONDITIONS": "[{Field: http-header, HttpHeaderConfig: {Values: [x]}}]"}, "names no header"),
    ],
)
def test_what_aws_refuses_is_refused_with_its_place(changed: dict[str, str], told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told) as caught:
        written(tmp_path, **changed)
    assert caught.value.location is not None


def test_two_rules_cannot_have_one_priority(tmp_path: Path) -> None:
    text = BASE.replace("RULE", FORWARD).replace("CONDITIONS", PATH).replace("ACTIONS", FORWARD)
    text = text.replace("PROTOCOL", "HTTPS").replace("SECRET", "true")
    second = text[text.index("  Rule:") :].replace("  Rule:", "  Second:")
    (tmp_path / "world.yaml").write_text(text + second, encoding="utf-8")
    with pytest.raises(InputError, match="priority"):
        load(tmp_path / "world.yaml")


def again(world: World, folder: Path) -> World:
    """The world as it is read from what it was written as."""
    paths = []
    for name, text in dump(world).items():
        paths.append(folder / name)
        paths[-1].write_text(text, encoding="utf-8")
    return load(*paths)


JWT = (
    "[{Type: jwt-validation, Order: 1, JwtValidationConfig: {JwksEndpoint: 'https://a/keys', Issuer: 'https://a', "
    "AdditionalClaims: [CLAIM]}}, {Type: forward, Order: 2, TargetGroupArn: !Ref Group}]"
)
CLAIM = "{Name: scope, Format: space-separated-values, Values: [orders/read, orders/write]}"


def test_an_action_that_validates_tokens_is_read_with_its_claims_and_written_back(tmp_path: Path) -> None:
    world = written(tmp_path, RULE=JWT.replace("CLAIM", CLAIM))
    claim = JwtClaim("scope", "space-separated-values", ("orders/read", "orders/write"))
    assert only(world).actions[0] == JwtValidation("https://a", "https://a/keys", (claim,))
    assert only(again(world, tmp_path)) == only(world)


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("{Name: exp, Format: single-string, Values: [a]}", "always checked"),
        ("{Name: a, Format: text, Values: [a]}", "single-string"),
        ("{Name: a, Format: single-string, Values: [a, b]}", "must be one"),
        ("{Name: a, Format: single-string, Values: []}", "1 to 10"),
        ("{Name: a, Format: space-separated-values, Values: [a b]}", "spaces"),
        (f"{{Name: a, Format: string-array, Values: [{'x' * 257}]}}", "256"),
        ("{Name: a, Format: string-array}", "1 to 10"),
        (", ".join([CLAIM] * 11), "more than 10"),
    ],
)
def test_claims_are_held_to_what_the_api_takes(claim: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        written(tmp_path, RULE=JWT.replace("CLAIM", claim))


def test_a_token_is_validated_on_https_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="HTTPS is needed"):
        written(tmp_path, RULE=JWT.replace("CLAIM", CLAIM), PROTOCOL="HTTP")


def transform(kind: str, regex: str, replace: str = "/$1") -> str:
    config = {"host-header-rewrite": "HostHeaderRewriteConfig", "url-rewrite": "UrlRewriteConfig"}.get(kind, kind)
    return f"{{Type: {kind}, {config}: {{Rewrites: [{{Regex: '{regex}', Replace: '{replace}'}}]}}}}"


def test_transforms_are_read_and_written_back(tmp_path: Path) -> None:
    text = f"[{transform('url-rewrite', '^/api/(.*)$')}, {transform('host-header-rewrite', '^www[.](.+)$', '$1')}]"
    world = written(tmp_path, RULE=f"{FORWARD}\n      Transforms: {text}")
    assert only(world).transforms == (
        Transform("url-rewrite", "^/api/(.*)$", "/$1"),
        Transform("host-header-rewrite", "^www[.](.+)$", "$1"),
    )
    assert only(again(world, tmp_path)) == only(world)


@pytest.mark.parametrize(
    "regex",
    [
        *("(?=a)b", "(?<!a)b", "(?>a)b", r"(a)\1", "a++", "a{2}+", r"\p{L}", r"[\p{L}]", "(?R)", "(?1)", "[a", "(a"),
        *("a" * 129, "(*FAIL)", "(?P=n)", "a{e<=1}", "*a"),
    ],
)
def test_expressions_that_load_balancers_do_not_support_are_refused(regex: str, tmp_path: Path) -> None:
    with pytest.raises(InputError):
        written(tmp_path, CONDITIONS=f"[{{Field: path-pattern, RegexValues: ['{regex}']}}]")


def test_two_transforms_of_one_type_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than once"):
        written(tmp_path, RULE=f"{FORWARD}\n      Transforms: [{', '.join([transform('url-rewrite', 'a')] * 2)}]")


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        ("[{Field: path-pattern, Values: [/a]}, {Field: path-pattern, Values: [/b]}]", "more than once"),
        ("[{Field: path-pattern, Values: [/a, /b, /c, /d, /e, /f]}]", "more than 5 values"),
        ("[{Field: path-pattern, Values: ['/*/*/*/*/*/*']}]", "more than 5 wildcards"),
        (f"[{{Field: path-pattern, Values: [/{'a' * 128}]}}]", "128"),
        ("[{Field: path-pattern, Values: ['/a b']}]", "path-pattern"),
        ("[{Field: host-header, Values: [localhost]}]", "host-header"),
        ("[{Field: host-header, Values: [10.0.0.1]}]", "host-header"),
        ("[{Field: http-request-method, HttpRequestMethodConfig: {Values: [get]}}]", "http-request-method"),
        ("[{Field: http-header, HttpHeaderConfig: {HttpHeaderName: Host, Values: [x]}}]", "host-header"),
        (f"[{{Field: http-header, HttpHeaderConfig: {{HttpHeaderName: {'x' * 41}, Values: [x]}}}}]", "40"),
        ("[{Field: source-ip, SourceIpConfig: {Values: [10.0.0.1]}}]", "prefix length"),
        ("[{Field: http-request-method, RegexValues: ['a']}]", "cannot be used"),
    ],
)
def test_conditions_are_held_to_the_limits_of_a_rule(conditions: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        written(tmp_path, CONDITIONS=conditions)


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("{StatusCode: HTTP_301, Query: a=1}", "leads back"),
        ("{StatusCode: HTTP_301, Port: '0'}", "65535"),
        ("{StatusCode: HTTP_301, Port: 'https'}", "neither"),
        ("{StatusCode: HTTP_301, Host: '#{path}.example.com'}", "cannot hold"),
        ("{StatusCode: HTTP_301, Path: '/#{query}'}", "cannot hold"),
        ("{StatusCode: HTTP_301, Protocol: HTTP}", "from HTTPS to HTTP"),
        (f"{{StatusCode: HTTP_301, Path: /{'a' * 128}}}", "128"),
    ],
)
def test_a_redirect_that_aws_refuses_is_refused(config: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=told):
        written(tmp_path, RULE=f"[{{Type: redirect, RedirectConfig: {config}}}]")


def test_a_fixed_answer_is_of_a_known_type_and_short(tmp_path: Path) -> None:
    for config in ("{StatusCode: '200', ContentType: text/csv}", f"{{StatusCode: '200', MessageBody: {'x' * 1025}}}"):
        with pytest.raises(InputError):
            written(tmp_path, RULE=f"[{{Type: fixed-response, FixedResponseConfig: {config}}}]")


def test_what_administrators_state_beside_rules_is_kept(tmp_path: Path) -> None:
    world = load(WORLDS / "load-balancer.yaml")
    secure = next(each for each in world.listeners.values() if each.port == 443)
    assert secure.certificates == (
        "arn:aws:acm:eu-west-1:111122223333:certificate/12345678-1234-1234-1234-123456789012",
    )
    assert {group.vpc_id for group in world.target_groups.values()} == {"vpc-0a1b2c3d"}


def test_redirects_keep_what_they_do_not_change(tmp_path: Path) -> None:
    world = written(tmp_path, RULE="[{Type: redirect, RedirectConfig: {Protocol: HTTPS, StatusCode: HTTP_301}}]")
    assert only(world).actions == (Redirect(301, "HTTPS"),)


def test_an_endpoint_is_a_full_address(tmp_path: Path) -> None:
    oidc = (
        "[{Type: authenticate-oidc, Order: 1, AuthenticateOidcConfig: {Issuer: 'https://i', AuthorizationEndpoint: "
        "'ENDPOINT', TokenEndpoint: 'https://i/t', UserInfoEndpoint: 'https://i/u', ClientId: c, ClientSecret: hush}}, "
        "{Type: forward, Order: 2, TargetGroupArn: !Ref Group}]"
    )
    good = only(written(tmp_path, RULE=oidc.replace("ENDPOINT", "https://i/a"))).actions[0]
    assert isinstance(good, AuthenticateOidc)
    assert "hush" not in repr(good)
    with pytest.raises(InputError, match="full address"):
        written(tmp_path, RULE=oidc.replace("ENDPOINT", "http://i/a"))


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ("Host: h", "Signer"),
        ("Host: h, Skips: [signer, client]", "Issuer"),
        ("Host: h, Skips: [signer, issuer]", "ClientId"),
        ("Host: h, Skips: [everything]", "signature"),
        ("Host: 'a b', Believes: x-amzn-oidc-identity", "host name"),
        ("Host: h, Believes: x-amzn-oidc-identity, GroupsHeader: 'A B'", "lower case"),
        ("Host: h, Believes: x-amzn-oidc-identity, ReachableFrom: everywhere", "anywhere"),
    ],
)
def test_a_target_says_what_it_holds_a_token_against(stated: str, told: str, tmp_path: Path) -> None:
    text = f"Resources:\n  T: {{Type: Cogsim::Target, Properties: {{{stated}}}}}\n"
    (tmp_path / "world.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=told):
        load(tmp_path / "world.yaml")
