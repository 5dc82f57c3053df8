"""CreateLoadBalancer, Describe, Delete, its attributes, subnets and security groups. # elb:api"""

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
from cogsim.aws.services.elbv2.shown import balancer_shown
from cogsim.decisions import load_balancer_attributes as attributes
from cogsim.decisions.load_balancer_configuration import (
    balancer_deletable,
    good_name,
    same_settings,
    subnets_suffice,
    tags_fit,
)
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.world.load_balancer import LoadBalancer

_KIND = "loadbalancer"


def _resource(_ctx: CallContext, params: Params) -> str:
    return f"loadbalancer/app/{params['Name']}/*"


@operation(
    "elbv2:CreateLoadBalancer",
    requires=creating(
        "CreateLoadBalancer", _resource, Scheme="Scheme", SecurityGroup="SecurityGroups", Subnet="Subnets"
    ),
)
@validated
def create_load_balancer(
    ctx: CallContext,
    /,
    *,
    Name: str,
    Subnets: Sequence[str] | None = None,
    SubnetMappings: Sequence[Mapping[str, str]] | None = None,
    SecurityGroups: Sequence[str] | None = None,
    Scheme: str | None = None,
    Tags: Sequence[Mapping[str, str]] | None = None,
    Type: str | None = None,
    IpAddressType: str | None = None,
) -> Mapping[str, Any]:
    """An Application Load Balancer without listeners; with the settings of one that is there, that one."""
    if Type not in (None, "application"):
        raise NotModelled("elbv2:CreateLoadBalancer", "Type", f"load balancers of the type {Type}")
    ctx.require(good_name("Load balancer", Name))
    subnets = tuple(Subnets or (each["SubnetId"] for each in SubnetMappings or () if "SubnetId" in each))
    ctx.require(subnets_suffice(subnets))
    ctx.require(tags_fit([tag["Key"] for tag in Tags or ()], len(Tags or ())))
    scheme, groups, kind = Scheme or "internet-facing", tuple(SecurityGroups or ()), IpAddressType or "ipv4"
    found = next((each for each in all_here(ctx, ctx.world.load_balancers) if each.name == Name), None)
    held = (found.scheme, set(found.subnets), set(found.security_groups), found.ip_address_type) if found else None
    asked = (scheme, set(subnets), set(groups), kind)
    ctx.require(same_settings(held, asked, "DuplicateLoadBalancerName", "load balancer", Name))
    if found is not None:
        return {"LoadBalancers": [balancer_shown(found)]}
    draw = ctx.draw("elb/load-balancer", ctx.region, Name)
    ends = "amazonaws.com.cn" if ctx.partition == "aws-cn" else "amazonaws.com"
    balancer = LoadBalancer(
        arn=arn_of(ctx, f"loadbalancer/app/{Name}/{draw.bytes(8).hex()}"),
        name=Name,
        dns_name=f"{'internal-' if scheme == 'internal' else ''}{Name}-{draw.digits(10)}.{ctx.region}.elb.{ends}",
        scheme=scheme,
        subnets=subnets,
        security_groups=groups,
        ip_address_type=kind,
        created=ctx.now,
        tags=read_tags(Tags),
    )
    _save(ctx, balancer)
    return {"LoadBalancers": [balancer_shown(balancer)]}


@operation("elbv2:DescribeLoadBalancers", requires=describing("DescribeLoadBalancers"), reads_only=True)
@validated
def describe_load_balancers(
    ctx: CallContext,
    /,
    *,
    LoadBalancerArns: Sequence[str] | None = None,
    Names: Sequence[str] | None = None,
    Marker: str | None = None,
    PageSize: int | None = None,
) -> Mapping[str, Any]:
    """The load balancers that are named, or all of the account in the Region."""
    if LoadBalancerArns and Names:
        text = "Load balancer names and load balancer ARNs cannot be specified at the same time"
        raise AwsError(VALIDATION, text)
    every = those_named(ctx, ctx.world.load_balancers, _KIND, LoadBalancerArns, Names)
    shown, more = page(every, Marker, PageSize)
    return {"LoadBalancers": [balancer_shown(each) for each in shown], **more}


@operation("elbv2:DeleteLoadBalancer", requires=on("DeleteLoadBalancer", "LoadBalancerArn"))
@validated
def delete_load_balancer(ctx: CallContext, /, *, LoadBalancerArn: str) -> Mapping[str, Any]:
    """Delete a load balancer with its listeners and rules; one that is not there is gone already."""
    balancer = _found(ctx, LoadBalancerArn)
    if balancer is not None:
        ctx.require(balancer_deletable(balancer))
        ctx.update_world(lambda world: world.without_load_balancer(balancer.arn))
    return {}


def _found(ctx: CallContext, arn: str) -> LoadBalancer | None:
    try:
        found: LoadBalancer = find(ctx, arn, _KIND)
    except AwsError as error:
        if error.code != "LoadBalancerNotFound":
            raise
        return None
    return found


@operation(
    "elbv2:DescribeLoadBalancerAttributes", requires=describing("DescribeLoadBalancerAttributes"), reads_only=True
)
@validated
def describe_load_balancer_attributes(ctx: CallContext, /, *, LoadBalancerArn: str) -> Mapping[str, Any]:
    """Every attribute as it is in force."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, _KIND)
    return {"Attributes": attributes.in_force(attributes.OF_BALANCERS, balancer.attributes)}


@operation("elbv2:ModifyLoadBalancerAttributes", requires=on("ModifyLoadBalancerAttributes", "LoadBalancerArn"))
@validated
def modify_load_balancer_attributes(
    ctx: CallContext, /, *, LoadBalancerArn: str, Attributes: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Other values for some attributes; the answer has those that were stated."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, _KIND)
    asked = {each.get("Key", ""): each.get("Value", "") for each in Attributes}
    ctx.require(attributes.attributes_fit(attributes.OF_BALANCERS, asked, "Load balancer"))
    _save(ctx, replace(balancer, attributes=Map({**dict(balancer.attributes.items()), **asked})))
    return {"Attributes": [{"Key": key, "Value": asked[key]} for key in sorted(asked)]}


@operation("elbv2:SetSecurityGroups", requires=on("SetSecurityGroups", "LoadBalancerArn"))
@validated
def set_security_groups(ctx: CallContext, /, *, LoadBalancerArn: str, SecurityGroups: Sequence[str]) -> Params:
    """Other security groups; what they admit is not modelled."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, _KIND)
    if not SecurityGroups:
        raise AwsError("InvalidConfigurationRequest", "At least one security group must be specified")
    _save(ctx, replace(balancer, security_groups=tuple(SecurityGroups)))
    return {"SecurityGroupIds": list(SecurityGroups)}


@operation("elbv2:SetSubnets", requires=on("SetSubnets", "LoadBalancerArn"))
@validated
def set_subnets(
    ctx: CallContext,
    /,
    *,
    LoadBalancerArn: str,
    Subnets: Sequence[str] | None = None,
    SubnetMappings: Sequence[Mapping[str, str]] | None = None,
    IpAddressType: str | None = None,
) -> Mapping[str, Any]:
    """Other subnets."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, _KIND)
    subnets = tuple(Subnets or (each["SubnetId"] for each in SubnetMappings or () if "SubnetId" in each))
    ctx.require(subnets_suffice(subnets))
    changed = replace(balancer, subnets=subnets, ip_address_type=IpAddressType or balancer.ip_address_type)
    _save(ctx, changed)
    shown = balancer_shown(changed)
    return {"AvailabilityZones": shown["AvailabilityZones"], "IpAddressType": changed.ip_address_type}


@operation("elbv2:SetIpAddressType", requires=on("SetIpAddressType", "LoadBalancerArn"))
@validated
def set_ip_address_type(ctx: CallContext, /, *, LoadBalancerArn: str, IpAddressType: str) -> Mapping[str, Any]:
    """Another type of addresses."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, _KIND)
    _save(ctx, replace(balancer, ip_address_type=IpAddressType))
    return {"IpAddressType": IpAddressType}


def _save(ctx: CallContext, balancer: LoadBalancer) -> None:
    ctx.update_world(lambda world: world.with_load_balancer(balancer))
