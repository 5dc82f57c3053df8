"""Load balancers, target groups and tags by the API."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.aws.coverage import coverage
from tests.unit.aws.elbv2.conftest import Desk

SUBNETS = ["subnet-1", "subnet-2"]


def test_an_application_is_put_behind_a_load_balancer_from_nothing(desk: Desk) -> None:
    """As a deployment does it: load balancer, target group, listener, rule."""
    api = desk.api()
    made = api.create_load_balancer(Name="shop", Subnets=SUBNETS, SecurityGroups=["sg-1"])["LoadBalancers"][0]
    assert made["LoadBalancerArn"].startswith(
        "arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/"
    )
    assert made["DNSName"].startswith("shop-")
    assert made["State"] == {"Code": "active"}
    group = api.create_target_group(Name="shop", Protocol="HTTP", Port=80, VpcId="vpc-1")["TargetGroups"][0]
    answer = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404", "MessageBody": "none"}}]
    listener = api.create_listener(
        LoadBalancerArn=made["LoadBalancerArn"], Protocol="HTTP", Port=80, DefaultActions=answer
    )["Listeners"][0]
    assert desk.ask(f"http://{made['DNSName']}/")["Status"] == 404
    api.create_rule(
        ListenerArn=listener["ListenerArn"],
        Priority=1,
        Conditions=[{"Field": "host-header", "HostHeaderConfig": {"Values": ["*.example.com"]}}],
        Actions=[{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}],
    )
    assert desk.ask(f"http://{made['DNSName']}/", Headers={"Host": "shop.example.com"})["Status"] == 503
    shown = api.describe_target_groups(LoadBalancerArn=made["LoadBalancerArn"])["TargetGroups"]
    assert [each["TargetGroupName"] for each in shown] == ["shop"]
    assert desk.code("delete_target_group", TargetGroupArn=group["TargetGroupArn"]) == "ResourceInUse"
    api.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    api.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    assert desk.code("describe_load_balancers", Names=["shop"]) == "LoadBalancerNotFound"
    api.delete_target_group(TargetGroupArn=group["TargetGroupArn"])


def test_waiters_of_boto3_end(desk: Desk) -> None:
    api = desk.api()
    arn = api.create_load_balancer(Name="shop", Subnets=SUBNETS)["LoadBalancers"][0]["LoadBalancerArn"]
    for name in ("load_balancer_exists", "load_balancer_available"):
        api.get_waiter(name).wait(LoadBalancerArns=[arn])
    api.delete_load_balancer(LoadBalancerArn=arn)
    api.get_waiter("load_balancers_deleted").wait(LoadBalancerArns=[arn])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"Name": "-a"}, "ValidationError"),
        ({"Name": "a_b"}, "ValidationError"),
        ({"Name": "a" * 33}, "ValidationError"),
        ({"Name": "internal-a"}, "ValidationError"),
        ({"Name": ""}, "ValidationError"),
        ({"Subnets": ["subnet-1"]}, "ValidationError"),
        ({"Subnets": ["subnet-1", "subnet-1"]}, "InvalidConfigurationRequest"),
        ({"Scheme": "public"}, "ValidationError"),
        ({"Tags": [{"Key": "a"}, {"Key": "a"}]}, "DuplicateTagKeys"),
        ({"Name": "portal"}, "DuplicateLoadBalancerName"),
    ],
)
def test_a_load_balancer_that_aws_refuses_is_refused(desk: Desk, changed: dict[str, Any], code: str) -> None:
    assert desk.code("create_load_balancer", **{"Name": "shop", "Subnets": SUBNETS, **changed}) == code


def test_making_it_again_gives_what_is_there(desk: Desk) -> None:
    api = desk.api()
    one = api.create_load_balancer(Name="shop", Subnets=SUBNETS)["LoadBalancers"]
    assert api.create_load_balancer(Name="shop", Subnets=SUBNETS[::-1])["LoadBalancers"] == one
    assert (
        desk.code("create_load_balancer", Name="shop", Subnets=SUBNETS, Scheme="internal")
        == "DuplicateLoadBalancerName"
    )
    group = {"Name": "g", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1"}
    assert api.create_target_group(**group)["TargetGroups"] == api.create_target_group(**group)["TargetGroups"]
    assert desk.code("create_target_group", **{**group, "Port": 81}) == "DuplicateTargetGroupName"


def test_a_protected_load_balancer_stays(desk: Desk) -> None:
    protects = [{"Key": "deletion_protection.enabled", "Value": "true"}]
    desk.api().modify_load_balancer_attributes(LoadBalancerArn=desk.balancer, Attributes=protects)
    assert desk.code("delete_load_balancer", LoadBalancerArn=desk.balancer) == "OperationNotPermitted"
    held = desk.api().describe_load_balancer_attributes(LoadBalancerArn=desk.balancer)["Attributes"]
    assert protects[0] in held
    assert {"Key": "idle_timeout.timeout_seconds", "Value": "60"} in held


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("idle_timeout.timeout_seconds", "0"),
        ("idle_timeout.timeout_seconds", "4001"),
        ("idle_timeout.timeout_seconds", "soon"),
        ("deletion_protection.enabled", "yes"),
        ("routing.http.xff_header_processing.mode", "drop"),
        ("routing.http.nothing", "true"),
    ],
)
def test_an_attribute_that_is_none_is_refused(desk: Desk, key: str, value: str) -> None:
    stated = [{"Key": key, "Value": value}]
    asked = {"LoadBalancerArn": desk.balancer, "Attributes": stated}
    assert desk.code("modify_load_balancer_attributes", **asked) == "ValidationError"


def test_attributes_change_what_targets_get(desk: Desk) -> None:
    forged = {"X_Amzn_Oidc_Identity": "alice", "X-Forwarded-For": "10.0.0.1"}
    assert "x_amzn_oidc_identity" in desk.ask("/news", Headers=forged)["Target"]["Headers"]
    stated = {"routing.http.drop_invalid_header_fields.enabled": "true"}
    stated["routing.http.xff_header_processing.mode"] = "remove"
    listed = [{"Key": key, "Value": value} for key, value in stated.items()]
    desk.api().modify_load_balancer_attributes(LoadBalancerArn=desk.balancer, Attributes=listed)
    seen = desk.ask("/news", Headers=forged)["Target"]["Headers"]
    assert not {"x_amzn_oidc_identity", "x-forwarded-for"} & set(seen)


def test_networks_are_kept_as_they_are_stated(desk: Desk) -> None:
    api = desk.api()
    assert api.set_security_groups(LoadBalancerArn=desk.balancer, SecurityGroups=["sg-9"])["SecurityGroupIds"] == [
        "sg-9"
    ]
    api.set_subnets(LoadBalancerArn=desk.balancer, Subnets=SUBNETS)
    api.set_ip_address_type(LoadBalancerArn=desk.balancer, IpAddressType="dualstack")
    shown = api.describe_load_balancers(LoadBalancerArns=[desk.balancer])["LoadBalancers"][0]
    assert (shown["SecurityGroups"], shown["IpAddressType"]) == (["sg-9"], "dualstack")
    assert [each["SubnetId"] for each in shown["AvailabilityZones"]] == SUBNETS


def test_target_groups_have_health_checks_and_attributes_of_their_own(desk: Desk) -> None:
    api = desk.api()
    asked = {"HealthCheckPath": "/ok", "HealthyThresholdCount": 3, "Matcher": {"HttpCode": "200-299"}}
    changed = api.modify_target_group(TargetGroupArn=desk.group, **asked)["TargetGroups"][0]
    assert (changed["HealthCheckPath"], changed["HealthyThresholdCount"]) == ("/ok", 3)
    assert changed["Matcher"] == {"HttpCode": "200-299"}
    stated = [{"Key": "stickiness.enabled", "Value": "true"}]
    api.modify_target_group_attributes(TargetGroupArn=desk.group, Attributes=stated)
    assert stated[0] in api.describe_target_group_attributes(TargetGroupArn=desk.group)["Attributes"]
    odd = [{"Key": "stickiness.type", "Value": "any"}]
    assert desk.code("modify_target_group_attributes", TargetGroupArn=desk.group, Attributes=odd) == "ValidationError"
    assert desk.code("create_target_group", Name="x") == "ValidationError"
    assert desk.code("create_target_group", Name="fn", TargetType="lambda") == "ok"


def test_tags_are_put_and_taken_on_each_kind_all_or_none(desk: Desk) -> None:
    api = desk.api()
    rule = api.describe_rules(ListenerArn=desk.secure)["Rules"][0]["RuleArn"]
    arns = [desk.balancer, desk.secure, rule, desk.group]
    api.add_tags(ResourceArns=arns, Tags=[{"Key": "team", "Value": "a"}, {"Key": "cost", "Value": "1"}])
    api.remove_tags(ResourceArns=arns, TagKeys=["cost", "none"])
    shown = api.describe_tags(ResourceArns=arns)["TagDescriptions"]
    assert [(each["ResourceArn"], each["Tags"]) for each in shown] == [
        (arn, [{"Key": "team", "Value": "a"}]) for arn in arns
    ]
    gone = desk.group.replace("/news/", "/gone/")
    before = desk.sim.world
    assert desk.code("add_tags", ResourceArns=[desk.balancer, gone], Tags=[{"Key": "x"}]) == "TargetGroupNotFound"
    assert desk.code("add_tags", ResourceArns=["arn:aws:s3:::b"], Tags=[{"Key": "x"}]) == "ValidationError"
    assert desk.sim.world == before


def test_what_stands_in_another_region_or_account_is_not_here(desk: Desk) -> None:
    assert desk.api(region="us-east-1").describe_load_balancers()["LoadBalancers"] == []
    api = desk.api(region="us-east-1")
    with pytest.raises(api.exceptions.LoadBalancerNotFoundException):
        api.describe_load_balancers(LoadBalancerArns=[desk.balancer])
    other = desk.balancer.replace("111122223333", "999988887777")
    assert desk.code("describe_listeners", LoadBalancerArn=other) == "LoadBalancerNotFound"


def test_paging_goes_through_everything_once(desk: Desk) -> None:
    api = desk.api()
    for number in range(5):
        api.create_load_balancer(Name=f"shop-{number}", Subnets=SUBNETS)
    pages = api.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2})
    found = [each["LoadBalancerName"] for page in pages for each in page["LoadBalancers"]]
    assert sorted(found) == ["portal", *(f"shop-{number}" for number in range(5))]


def test_the_operations_of_administrators_are_there() -> None:
    there = {each.operation.partition(":")[2] for each in coverage("elbv2") if each.status != "not"}
    assert {
        f"{verb}{noun}" for verb in ("Create", "Modify", "Delete") for noun in ("Rule", "Listener", "TargetGroup")
    } <= there
    assert {"CreateLoadBalancer", "DeleteLoadBalancer", "SetRulePriorities", "AddTags", "RemoveTags"} <= there
    described = ("LoadBalancers", "Listeners", "Rules", "TargetGroups", "Tags", "LoadBalancerAttributes")
    assert {f"Describe{name}" for name in described} <= there
