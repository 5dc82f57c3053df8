"""Who may set up load balancers: actions, resources, tags and the service's condition keys."""

from __future__ import annotations

import pytest

from tests.unit.aws.elbv2.conftest import Desk

SUBNETS = ["subnet-1", "subnet-2"]


def test_who_may_only_look_changes_nothing(desk: Desk) -> None:
    assert desk.code("describe_rules", "reader", ListenerArn=desk.secure) == "ok"
    assert desk.code("create_rule", "reader", **desk.rule()) == "AccessDenied"
    assert "elasticloadbalancing:CreateRule on resource: " + desk.secure in desk.message
    assert desk.code("delete_load_balancer", "reader", LoadBalancerArn=desk.balancer) == "AccessDenied"
    assert desk.code("describe_rules", "operator", ListenerArn=desk.secure) == "AccessDenied"


def test_sign_in_at_a_pool_needs_the_right_to_see_its_client(desk: Desk) -> None:
    asked = desk.rule(Actions=[desk.cognito(), *desk.last()])
    assert desk.code("create_rule", "blind", **asked) == "AccessDenied"
    assert "cognito-idp:DescribeUserPoolClient" in desk.message
    assert desk.code("create_rule", "blind", **desk.rule()) == "ok"
    actions = [desk.cognito(), *desk.last()]
    assert desk.code("modify_listener", "blind", ListenerArn=desk.secure, DefaultActions=actions) == "AccessDenied"
    assert desk.code("modify_listener", "admin", ListenerArn=desk.secure, DefaultActions=actions) == "ok"


def test_tags_at_the_making_need_a_right_of_their_own(desk: Desk) -> None:
    tags = [{"Key": "team", "Value": "a"}]
    assert desk.code("create_rule", "untagged", **desk.rule()) == "ok"
    assert desk.code("create_rule", "untagged", **desk.rule(78, Tags=tags)) == "AccessDenied"
    assert "elasticloadbalancing:AddTags" in desk.message
    assert desk.code("create_load_balancer", "untagged", Name="a", Subnets=SUBNETS, Tags=tags) == "AccessDenied"


def test_tags_of_a_resource_open_it(desk: Desk) -> None:
    asked = {"TargetGroupArn": desk.group, "HealthCheckPath": "/x"}
    assert desk.code("modify_target_group", "ours", **asked) == "AccessDenied"
    desk.api().add_tags(ResourceArns=[desk.group, desk.secure], Tags=[{"Key": "team", "Value": "ours"}])
    assert desk.code("modify_target_group", "ours", **asked) == "ok"
    assert desk.code("create_rule", "ours", **desk.rule()) == "ok"
    desk.api().remove_tags(ResourceArns=[desk.group], TagKeys=["team"])
    assert desk.code("modify_target_group", "ours", **asked) == "AccessDenied"


@pytest.mark.parametrize(("protocol", "code"), [("HTTP", "AccessDenied"), ("HTTPS", "ok")])
def test_a_condition_key_keeps_listeners_to_https(desk: Desk, protocol: str, code: str) -> None:
    certificate = {"Certificates": [{"CertificateArn": "a"}]} if protocol == "HTTPS" else {}
    asked = {"LoadBalancerArn": desk.balancer, "Port": 8443, "DefaultActions": desk.forward, **certificate}
    assert desk.code("create_listener", "secured", Protocol=protocol, **asked) == code


@pytest.mark.parametrize(
    ("name", "scheme", "code"),
    [("inner-a", "internal", "ok"), ("inner-a", "internet-facing", "AccessDenied"), ("a", "internal", "AccessDenied")],
)
def test_name_and_scheme_of_a_new_load_balancer_are_held_to_the_policy(
    desk: Desk, name: str, scheme: str, code: str
) -> None:
    assert desk.code("create_load_balancer", "inner", Name=name, Scheme=scheme, Subnets=SUBNETS) == code


def test_all_that_a_call_names_is_asked_for(desk: Desk) -> None:
    desk.api().add_tags(ResourceArns=[desk.group], Tags=[{"Key": "team", "Value": "ours"}])
    both = [desk.group, desk.balancer]
    assert desk.code("add_tags", "ours", ResourceArns=[desk.group], Tags=[{"Key": "x"}]) == "ok"
    assert desk.code("add_tags", "ours", ResourceArns=both, Tags=[{"Key": "x"}]) == "AccessDenied"
    rules = [each["RuleArn"] for each in desk.api().describe_rules(ListenerArn=desk.secure)["Rules"]][:2]
    desk.api().add_tags(ResourceArns=rules[:1], Tags=[{"Key": "team", "Value": "ours"}])
    asked = [{"RuleArn": arn, "Priority": 500 + number} for number, arn in enumerate(rules)]
    assert desk.code("set_rule_priorities", "ours", RulePriorities=asked[:1]) == "ok"
    assert desk.code("set_rule_priorities", "ours", RulePriorities=asked) == "AccessDenied"
