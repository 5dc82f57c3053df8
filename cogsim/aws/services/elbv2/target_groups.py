"""CreateTargetGroup, Describe, Modify, Delete, and its attributes. # elb:api

What stands behind a target group is a Cogsim::Target of the world: targets are not registered here, and nobody checks
their health.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.elbv2.addressing import (
    VALIDATION,
    all_here,
    arn_of,
    creating,
    describing,
    find,
    on,
    page,
    those_named,
    validated,
)
from cogsim.aws.services.elbv2.read_parts import read_tags
from cogsim.aws.services.elbv2.shown import group_shown
from cogsim.decisions import load_balancer_attributes as attributes
from cogsim.decisions.load_balancer_configuration import good_name, group_deletable, same_settings, tags_fit
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.load_balancer import HEALTH_CHECKS, LoadBalancer, TargetGroup

_KIND = "targetgroup"


def _resource(_ctx: CallContext, params: Params) -> str:
    return f"targetgroup/{params['Name']}/*"


@operation("elbv2:CreateTargetGroup", requires=creating("CreateTargetGroup", _resource))
@validated
def create_target_group(
    ctx: CallContext,
    /,
    *,
    Name: str,
    Protocol: str | None = None,
    ProtocolVersion: str | None = None,
    Port: int | None = None,
    VpcId: str | None = None,
    HealthCheckProtocol: str | None = None,
    HealthCheckPort: str | None = None,
    HealthCheckEnabled: bool | None = None,
    HealthCheckPath: str | None = None,
    HealthCheckIntervalSeconds: int | None = None,
    HealthCheckTimeoutSeconds: int | None = None,
    HealthyThresholdCount: int | None = None,
    UnhealthyThresholdCount: int | None = None,
    Matcher: Mapping[str, str] | None = None,
    TargetType: str | None = None,
    Tags: Sequence[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A target group; with the settings of one that is there, that one."""
    ctx.require(good_name("Target group", Name))
    ctx.require(tags_fit([tag["Key"] for tag in Tags or ()], len(Tags or ())))
    kind = TargetType or "instance"
    for member, value in (("protocol", Protocol), ("port", Port), ("VPC ID", VpcId)):
        if value is None and kind != "lambda":
            raise AwsError(VALIDATION, f"A {member} must be specified")
    found = next((each for each in all_here(ctx, ctx.world.target_groups) if each.name == Name), None)
    group = TargetGroup(
        arn=found.arn if found else arn_of(ctx, f"targetgroup/{Name}/{_drawn(ctx, Name)}"),
        name=Name,
        protocol=Protocol or "HTTP",
        port=Port,
        type=kind,
        vpc_id=VpcId,
        protocol_version=ProtocolVersion,
        health=_health(ctx.call.params),
        attributes=found.attributes if found else Map(),
        tags=found.tags if found else read_tags(Tags),
    )
    ctx.require(same_settings(found, group, "DuplicateTargetGroupName", "target group", Name))
    _save(ctx, group)
    return {"TargetGroups": [group_shown(ctx.world, group)]}


def _drawn(ctx: CallContext, name: str) -> str:
    return ctx.draw("elb/target-group", ctx.region, name).bytes(8).hex()


def _health(params: Params) -> Map[str, str]:
    """What is stated of health checks, as text."""
    stated = {name: params[name] for name in HEALTH_CHECKS if params.get(name) is not None}
    stated |= {f"Matcher.{name}": value for name, value in (params.get("Matcher") or {}).items()}
    return Map({name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in stated.items()})


@operation("elbv2:DescribeTargetGroups", requires=describing("DescribeTargetGroups"), reads_only=True)
@validated
def describe_target_groups(
    ctx: CallContext,
    /,
    *,
    LoadBalancerArn: str | None = None,
    TargetGroupArns: Sequence[str] | None = None,
    Names: Sequence[str] | None = None,
    Marker: str | None = None,
    PageSize: int | None = None,
) -> Mapping[str, Any]:
    """The target groups that are named, those of a load balancer, or all of the account in the Region."""
    if sum(map(bool, (LoadBalancerArn, TargetGroupArns, Names))) > 1:
        text = "Load balancer ARN, target group ARNs and target group names cannot be specified at the same time"
        raise AwsError(VALIDATION, text)
    every = those_named(ctx, ctx.world.target_groups, _KIND, TargetGroupArns, Names)
    if LoadBalancerArn is not None:
        balancer: LoadBalancer = find(ctx, LoadBalancerArn, "loadbalancer")
        every = [each for each in every if balancer.arn in group_shown(ctx.world, each)["LoadBalancerArns"]]
    shown, more = page(every, Marker, PageSize)
    return {"TargetGroups": [group_shown(ctx.world, each) for each in shown], **more}


@operation("elbv2:ModifyTargetGroup", requires=on("ModifyTargetGroup", "TargetGroupArn"))
@validated
def modify_target_group(
    ctx: CallContext,
    /,
    *,
    TargetGroupArn: str,
    HealthCheckProtocol: str | None = None,
    HealthCheckPort: str | None = None,
    HealthCheckPath: str | None = None,
    HealthCheckEnabled: bool | None = None,
    HealthCheckIntervalSeconds: int | None = None,
    HealthCheckTimeoutSeconds: int | None = None,
    HealthyThresholdCount: int | None = None,
    UnhealthyThresholdCount: int | None = None,
    Matcher: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Other health checks."""
    group: TargetGroup = find(ctx, TargetGroupArn, _KIND)
    stated = dict(_health(ctx.call.params).items())
    changed = replace(group, health=Map({**dict(group.health.items()), **stated}))
    _save(ctx, changed)
    return {"TargetGroups": [group_shown(ctx.world, changed)]}


@operation("elbv2:DeleteTargetGroup", requires=on("DeleteTargetGroup", "TargetGroupArn"))
@validated
def delete_target_group(ctx: CallContext, /, *, TargetGroupArn: str) -> Mapping[str, Any]:
    """Delete a target group that nothing forwards to."""
    group: TargetGroup = find(ctx, TargetGroupArn, _KIND)
    ctx.require(group_deletable(ctx.world, group))
    ctx.update_world(lambda world: world.without_target_group(group.arn))
    return {}


@operation("elbv2:DescribeTargetGroupAttributes", requires=describing("DescribeTargetGroupAttributes"), reads_only=True)
@validated
def describe_target_group_attributes(ctx: CallContext, /, *, TargetGroupArn: str) -> Mapping[str, Any]:
    """Every attribute as it is in force."""
    group: TargetGroup = find(ctx, TargetGroupArn, _KIND)
    return {"Attributes": attributes.in_force(attributes.OF_GROUPS, group.attributes)}


@operation("elbv2:ModifyTargetGroupAttributes", requires=on("ModifyTargetGroupAttributes", "TargetGroupArn"))
@validated
def modify_target_group_attributes(
    ctx: CallContext, /, *, TargetGroupArn: str, Attributes: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Other values for some attributes."""
    group: TargetGroup = find(ctx, TargetGroupArn, _KIND)
    asked = {each.get("Key", ""): each.get("Value", "") for each in Attributes}
    ctx.require(attributes.attributes_fit(attributes.OF_GROUPS, asked, "Target group"))
    _save(ctx, replace(group, attributes=Map({**dict(group.attributes.items()), **asked})))
    return {"Attributes": [{"Key": key, "Value": asked[key]} for key in sorted(asked)]}


def _save(ctx: CallContext, group: TargetGroup) -> None:
    ctx.update_world(lambda world: world.with_target_group(group))
