"""Listeners and rules by the API: what is set up is in force at once, and what AWS refuses is refused in its codes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogsim.assumptions import assuming
from cogsim.aws.trail.log import records
from cogsim.errors import NotModelled
from tests.unit.aws.elbv2.conftest import Desk

HERE = "arn:aws:elasticloadbalancing:eu-west-1:111122223333"


def redirect(**more: str) -> dict[str, Any]:
    return {"Type": "redirect", "RedirectConfig": {"StatusCode": "HTTP_301", **more}}


def test_a_rule_is_in_force_at_once_and_gone_when_it_is_deleted(desk: Desk) -> None:
    assert desk.ask("/new")["Status"] == 302
    rule = desk.api().create_rule(**desk.rule())["Rules"][0]
    assert (rule["Priority"], rule["IsDefault"]) == ("77", False)
    assert desk.ask("/new")["Target"]["Host"] == "news.internal.example"
    desk.api().delete_rule(RuleArn=rule["RuleArn"])
    assert desk.ask("/new")["Status"] == 302
    assert desk.code("delete_rule", RuleArn=rule["RuleArn"]) == "RuleNotFound"


def test_rules_are_listed_as_they_are_asked_the_listeners_own_last(desk: Desk) -> None:
    api = desk.api()
    rules = api.describe_rules(ListenerArn=desk.secure)["Rules"]
    assert [each["Priority"] for each in rules] == ["10", "20", "30", "40", "50", "default"]
    assert api.describe_rules(RuleArns=[rules[-1]["RuleArn"], rules[0]["RuleArn"]])["Rules"] == [rules[-1], rules[0]]
    pages = list(
        api.get_paginator("describe_rules").paginate(ListenerArn=desk.secure, PaginationConfig={"PageSize": 2})
    )
    assert [each["Priority"] for page in pages for each in page["Rules"]] == ["10", "20", "30", "40", "50", "default"]
    assert desk.code("describe_rules") == "ValidationError"
    assert desk.code("describe_rules", ListenerArn=desk.secure, Marker="x") == "ValidationError"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Priority": 10}, "PriorityInUse"),
        ({"Priority": 0}, "ValidationError"),
        ({"Priority": 50_001}, "ValidationError"),
        ({"Conditions": []}, "ValidationError"),
        ({"Conditions": [{"Field": "path-pattern"}]}, "ValidationError"),
        ({"Conditions": [{"Values": ["/a"]}]}, "ValidationError"),
        ({"Conditions": [{"Field": "path", "Values": ["/a"]}]}, "ValidationError"),
        ({"Conditions": [{"Field": "query-string", "Values": ["a"]}]}, "ValidationError"),
        ({"Conditions": [{"Field": "source-ip", "Values": ["10.0.0.0/8"]}]}, "ValidationError"),
        ({"Conditions": [{"Field": "path-pattern", "HostHeaderConfig": {"Values": ["a.b"]}}]}, "ValidationError"),
        ({"Conditions": [{"Field": "path-pattern", "Values": ["/a"], "RegexValues": ["b"]}]}, "ValidationError"),
        ({"Conditions": [{"Field": "path-pattern", "RegexValues": ["(?=a)"]}]}, "ValidationError"),
        ({"Actions": []}, "InvalidLoadBalancerAction"),
        ({"Actions": [{"Type": "forward"}]}, "ValidationError"),
        ({"Actions": [{"Type": "forward", "TargetGroupArn": f"{HERE}:targetgroup/x/1"}]}, "TargetGroupNotFound"),
        ({"Actions": [{"Type": "redirect"}]}, "InvalidLoadBalancerAction"),
        ({"Actions": [redirect()]}, "ValidationError"),
        ({"Actions": [redirect(Protocol="HTTP")]}, "InvalidLoadBalancerAction"),
        ({"Actions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "301"}}]}, "ValidationError"),
        ({"Transforms": [{"Type": "url-rewrite"}]}, "ValidationError"),
        ({"Tags": [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]}, "DuplicateTagKeys"),
        ({"Tags": [{"Key": "aws:a", "Value": "1"}]}, "ValidationError"),
        ({"Tags": [{"Key": str(n)} for n in range(51)]}, "TooManyTags"),
    ],
)
def test_a_rule_that_aws_refuses_is_refused_and_changes_nothing(desk: Desk, changed: dict[str, Any], code: str) -> None:
    before = desk.sim.world
    assert desk.code("create_rule", **desk.rule(**changed)) == code
    assert desk.sim.world == before


def test_whose_priority_is_taken_is_told_which(desk: Desk) -> None:
    desk.code("create_rule", **desk.rule(10))
    assert desk.message == "Priority '10' is currently in use"


def test_actions_that_authenticate_need_https_a_pool_and_a_client_with_a_secret(desk: Desk) -> None:
    def tried(listener: str, action: dict[str, Any]) -> str:
        return desk.code("create_rule", **desk.rule(ListenerArn=listener, Actions=[action, *desk.last()]))

    assert tried(desk.plain, desk.cognito()) == "InvalidLoadBalancerAction"
    assert tried(desk.secure, desk.cognito(UserPoolClientId="nobody")) == "InvalidLoadBalancerAction"
    assert tried(desk.secure, desk.cognito(UserPoolArn=f"{desk.pool.arn}x")) == "InvalidLoadBalancerAction"
    assert tried(desk.secure, desk.cognito(SessionTimeout=0)) == "ValidationError"
    assert tried(desk.secure, desk.cognito(SessionTimeout=604_801)) == "ValidationError"
    assert tried(desk.secure, desk.cognito(SessionCookieName="AWSALB")) == "ValidationError"
    assert tried(desk.secure, desk.cognito(OnUnauthenticatedRequest="ask")) == "ValidationError"
    assert tried(desk.secure, desk.cognito()) == "ok"
    assert desk.ask("/new")["Status"] == 302
    twice = [desk.cognito(), {**desk.cognito(), "Order": 2}, {**desk.forward[0], "Order": 3}]
    assert desk.code("create_rule", **desk.rule(78, Actions=twice)) == "InvalidLoadBalancerAction"
    unordered = [{**desk.cognito(), "Order": 1}, *desk.forward]
    assert desk.code("create_rule", **desk.rule(78, Actions=unordered)) == "InvalidLoadBalancerAction"


def test_a_client_without_a_secret_cannot_be_used(desk: Desk) -> None:

    desk.sim.cloud.world = desk.sim.world.with_client(replace(desk.client, secret=None))
    asked = desk.rule(Actions=[desk.cognito(), *desk.last()])
    assert desk.code("create_rule", **asked) == "InvalidLoadBalancerAction"
    assert desk.message == "The user pool client must have a client secret"


def test_priorities_change_places_all_at_once_or_not_at_all(desk: Desk) -> None:
    api = desk.api()
    ten, twenty, *_ = [each["RuleArn"] for each in api.describe_rules(ListenerArn=desk.secure)["Rules"]]
    swapped = [{"RuleArn": ten, "Priority": 20}, {"RuleArn": twenty, "Priority": 10}]
    shown = api.set_rule_priorities(RulePriorities=swapped)["Rules"]
    assert {each["RuleArn"]: each["Priority"] for each in shown} == {ten: "20", twenty: "10"}
    taken = [{"RuleArn": ten, "Priority": 30}]
    assert desk.code("set_rule_priorities", RulePriorities=taken) == "PriorityInUse"
    both = [{"RuleArn": ten, "Priority": 99}, {"RuleArn": twenty, "Priority": 99}]
    assert desk.code("set_rule_priorities", RulePriorities=both) == "PriorityInUse"
    default = api.describe_rules(ListenerArn=desk.secure)["Rules"][-1]["RuleArn"]
    assert (
        desk.code("set_rule_priorities", RulePriorities=[{"RuleArn": default, "Priority": 1}])
        == "OperationNotPermitted"
    )
    assert desk.code("delete_rule", RuleArn=default) == "OperationNotPermitted"
    assert desk.code("modify_rule", RuleArn=default, Actions=desk.forward) == "OperationNotPermitted"


def test_a_modified_rule_keeps_what_is_not_named(desk: Desk) -> None:
    api = desk.api()
    rewrite = {"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "^/new", "Replace": "/old"}]}}
    arn = api.create_rule(**desk.rule(Transforms=[rewrite]))["Rules"][0]["RuleArn"]
    assert desk.ask("/new")["Target"]["Url"] == "https://portal.example/old"
    rule = api.modify_rule(RuleArn=arn, Conditions=[{"Field": "path-pattern", "RegexValues": ["^/ne.$"]}])["Rules"][0]
    assert rule["Transforms"] == [rewrite]
    assert rule["Conditions"][0]["PathPatternConfig"] == {"RegexValues": ["^/ne.$"]}
    assert desk.ask("/nex")["Status"] == 200
    api.modify_rule(RuleArn=arn, ResetTransforms=True)
    assert "Url" not in desk.ask("/new")["Target"]
    assert desk.code("modify_rule", RuleArn=arn, ResetTransforms=True, Transforms=[rewrite]) == "ValidationError"
    jwt = {"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": {
        "Issuer": desk.pool.issuer, "JwksEndpoint": f"{desk.pool.issuer}/.well-known/jwks.json",
        "AdditionalClaims": [{"Name": "scope", "Format": "space-separated-values", "Values": ["a"]}]}}  # fmt: skip
    shown = api.modify_rule(RuleArn=arn, Actions=[jwt, *desk.last()])["Rules"][0]["Actions"]
    assert shown[0] == jwt
    assert desk.ask("/new")["Status"] == 401


OIDC = {
    "Issuer": "https://login.partner.example",
    "AuthorizationEndpoint": "https://login.partner.example/authorize",
    "TokenEndpoint": "https://login.partner.example/token",
    "UserInfoEndpoint": "https://login.partner.example/userinfo",
    "ClientId": "portal",
}


def oidc(**more: Any) -> dict[str, Any]:
    return {"Type": "authenticate-oidc", "Order": 1, "AuthenticateOidcConfig": {**OIDC, **more}}


def test_a_client_secret_is_shown_to_nobody_and_kept_on_the_wish(desk: Desk) -> None:
    api = desk.api()
    assert desk.code("create_rule", **desk.rule(Actions=[oidc(), *desk.last()])) == "InvalidLoadBalancerAction"
    made = api.create_rule(**desk.rule(Actions=[oidc(ClientSecret="hush-hush-hush"), *desk.last()]))["Rules"][0]
    assert "hush" not in str(made)
    assert "hush" not in str(api.describe_rules(RuleArns=[made["RuleArn"]])["Rules"])
    assert "hush" not in str(records(desk.sim.cloud))
    again = [oidc(UseExistingClientSecret=True, Scope="openid"), *desk.last()]
    api.modify_rule(RuleArn=made["RuleArn"], Actions=again)
    action = desk.sim.world.listener_rules[made["RuleArn"]].actions[0]
    assert action.client_secret == "hush-hush-hush"  # type: ignore[union-attr]
    assert (
        desk.code("modify_rule", RuleArn=made["RuleArn"], Actions=[oidc(), *desk.last()]) == "InvalidLoadBalancerAction"
    )
    both = [oidc(UseExistingClientSecret=True, ClientSecret="x"), *desk.last()]
    assert desk.code("modify_rule", RuleArn=made["RuleArn"], Actions=both) == "InvalidLoadBalancerAction"


def test_a_kept_secret_can_be_sent_elsewhere_unless_assumed_otherwise(desk: Desk) -> None:
    api = desk.api()
    arn = api.create_rule(**desk.rule(Actions=[oidc(ClientSecret="hush-hush"), *desk.last()]))["Rules"][0]["RuleArn"]
    elsewhere = [oidc(UseExistingClientSecret=True, TokenEndpoint="https://evil.example/token"), *desk.last()]
    with assuming({"elb.existingSecret": "same-provider"}):
        assert desk.code("modify_rule", RuleArn=arn, Actions=elsewhere) == "InvalidLoadBalancerAction"
    assert desk.code("modify_rule", RuleArn=arn, Actions=elsewhere) == "ok"


def test_a_listener_is_made_changed_and_deleted_with_its_rules(desk: Desk) -> None:
    api, certificate = desk.api(), [{"CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/1"}]
    made = api.create_listener(LoadBalancerArn=desk.balancer, Protocol="HTTP", Port=8080, DefaultActions=desk.forward)[
        "Listeners"
    ][0]
    assert desk.ask("http://portal.example:8080/")["Status"] == 200
    arn = made["ListenerArn"]
    api.create_rule(**desk.rule(1, ListenerArn=arn))
    assert desk.code("modify_listener", ListenerArn=arn, Protocol="HTTPS") == "ValidationError"
    changed = api.modify_listener(ListenerArn=arn, Protocol="HTTPS", Certificates=certificate)["Listeners"][0]
    assert (changed["SslPolicy"], changed["Certificates"]) == ("ELBSecurityPolicy-2016-08", certificate)
    assert desk.ask("https://portal.example:8080/")["Status"] == 200
    api.delete_listener(ListenerArn=arn)
    assert all(each.listener_arn != arn for each in desk.sim.world.listener_rules.values())
    assert desk.code("describe_listeners", ListenerArns=[arn]) == "ListenerNotFound"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Port": 443}, "DuplicateListener"),
        ({"Port": None}, "ValidationError"),
        ({"Protocol": None}, "ValidationError"),
        ({"Protocol": "TCP"}, "ValidationError"),
        ({"Protocol": "HTTPS"}, "ValidationError"),
        ({"Certificates": [{"CertificateArn": "a"}]}, "InvalidConfigurationRequest"),
        ({"Protocol": "HTTPS", "Certificates": [{"CertificateArn": each} for each in "ab"]}, "TooManyCertificates"),
        ({"Protocol": "HTTPS", "Certificates": [{"CertificateArn": "a"}], "SslPolicy": "weak"}, "SSLPolicyNotFound"),
        ({"DefaultActions": []}, "InvalidLoadBalancerAction"),
        ({"LoadBalancerArn": "nothing"}, "ValidationError"),
        ({"LoadBalancerArn": f"{HERE}:loadbalancer/app/x/1"}, "LoadBalancerNotFound"),
    ],
)
def test_a_listener_that_aws_refuses_is_refused(desk: Desk, changed: dict[str, Any], code: str) -> None:
    stated = {
        "LoadBalancerArn": desk.balancer,
        "Protocol": "HTTP",
        "Port": 8080,
        "DefaultActions": desk.forward,
        **changed,
    }
    assert desk.code("create_listener", **{name: each for name, each in stated.items() if each is not None}) == code


def test_a_listener_whose_rules_authenticate_stays_https(desk: Desk) -> None:
    assert (
        desk.code("modify_listener", ListenerArn=desk.secure, Protocol="HTTP", DefaultActions=desk.forward)
        == "InvalidLoadBalancerAction"
    )


def test_certificates_are_added_and_removed_but_for_the_default_one(desk: Desk) -> None:
    api, new = desk.api(), [{"CertificateArn": "arn:aws:acm:eu-west-1:111122223333:certificate/2"}]
    api.add_listener_certificates(ListenerArn=desk.secure, Certificates=new)
    held = api.describe_listener_certificates(ListenerArn=desk.secure)["Certificates"]
    assert [each["IsDefault"] for each in held] == [True, False]
    default = [{"CertificateArn": held[0]["CertificateArn"]}]
    assert (
        desk.code("remove_listener_certificates", ListenerArn=desk.secure, Certificates=default)
        == "OperationNotPermitted"
    )
    api.remove_listener_certificates(ListenerArn=desk.secure, Certificates=new)
    assert len(api.describe_listener_certificates(ListenerArn=desk.secure)["Certificates"]) == 1
    assert desk.code("add_listener_certificates", ListenerArn=desk.plain, Certificates=new) == "ValidationError"


def test_what_is_not_modelled_is_never_dropped_in_silence(desk: Desk) -> None:
    sticky = {"Type": "forward", "ForwardConfig": {"TargetGroups": [{"TargetGroupArn": desk.group}],
              "TargetGroupStickinessConfig": {"Enabled": True, "DurationSeconds": 60}}}  # fmt: skip
    for call in (
        lambda: desk.sim.call("elbv2:CreateRule", desk.rule(Actions=[sticky]), "admin"),
        lambda: desk.sim.call(
            "elbv2:CreateLoadBalancer", {"Name": "n", "Type": "network", "Subnets": ["a", "b"]}, "admin"
        ),
        lambda: desk.sim.call(
            "elbv2:ModifyListener", {"ListenerArn": desk.secure, "MutualAuthentication": {"Mode": "off"}}, "admin"
        ),
        lambda: desk.sim.call(
            "elbv2:RegisterTargets", {"TargetGroupArn": desk.group, "Targets": [{"Id": "i-1"}]}, "admin"
        ),
    ):
        with pytest.raises(NotModelled):
            call()


def test_a_client_of_another_pool_cannot_be_used(desk: Desk) -> None:
    other = replace(desk.pool, id="eu-west-1_Another01", arn=desk.pool.arn.replace(desk.pool.id, "eu-west-1_Another01"))
    desk.sim.cloud.world = desk.sim.world.with_user_pool(other)
    asked = desk.rule(Actions=[desk.cognito(UserPoolArn=other.arn), *desk.last()])
    assert desk.code("create_rule", **asked) == "InvalidLoadBalancerAction"
    assert desk.message == f"The user pool client '{desk.client.id}' does not exist"


def test_a_target_group_of_another_region_or_account_cannot_be_used(desk: Desk) -> None:
    group = desk.sim.world.target_groups[desk.group]
    for old, new in (("eu-west-1", "us-east-1"), ("111122223333", "999988887777")):
        other = replace(group, arn=desk.group.replace(old, new))
        desk.sim.cloud.world = desk.sim.world.with_target_group(other)
        forward = [{"Type": "forward", "TargetGroupArn": other.arn}]
        assert desk.code("create_rule", **desk.rule(Actions=forward)) == "TargetGroupNotFound"


def test_a_load_balancer_has_a_hundred_rules_and_fifty_listeners(desk: Desk) -> None:
    world = desk.sim.world
    rule = next(each for each in world.listener_rules.values() if each.priority == 10)
    for number in range(1000, 1000 + 100 - len(world.listener_rules)):
        world = world.with_listener_rule(replace(rule, arn=f"{rule.arn}{number}", priority=number))
    listener = world.listeners[desk.plain]
    for number in range(1000, 1000 + 50 - len(world.listeners)):
        world = world.with_listener(replace(listener, arn=f"{listener.arn}{number}", port=number))
    desk.sim.cloud.world = world
    assert desk.code("create_rule", **desk.rule()) == "TooManyRules"
    swap = [{"RuleArn": rule.arn, "Priority": 99}]
    assert desk.code("set_rule_priorities", RulePriorities=swap) == "ok"
    stated = {"LoadBalancerArn": desk.balancer, "Protocol": "HTTP", "Port": 9000, "DefaultActions": desk.forward}
    assert desk.code("create_listener", **stated) == "TooManyListeners"
    assert desk.code("modify_listener", ListenerArn=desk.plain, Port=9000) == "ok"


def test_an_action_forwards_to_five_target_groups_at_most(desk: Desk) -> None:
    group, world = desk.sim.world.target_groups[desk.group], desk.sim.world
    arns = [f"{desk.group}{number}" for number in range(6)]
    for arn in arns:
        world = world.with_target_group(replace(group, arn=arn))
    desk.sim.cloud.world = world
    for number, code in ((5, "ok"), (6, "TooManyUniqueTargetGroupsPerLoadBalancer")):
        groups = [{"TargetGroupArn": arn, "Weight": 1} for arn in arns[:number]]
        forward = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
        assert desk.code("create_rule", **desk.rule(70 + number, f"/{number}", Actions=forward)) == code
