"""CreateListener, Describe, Modify, Delete, and the certificates of listeners. # elb:api"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.elbv2.addressing import (
    VALIDATION,
    all_here,
    creating,
    describing,
    find,
    on,
    page,
    validated,
)
from cogsim.aws.services.elbv2.read_parts import read_actions, read_tags
from cogsim.aws.services.elbv2.shown import listener_shown
from cogsim.decisions.load_balancer_configuration import actions_stand, kept_secret, port_free, speaks, tags_fit
from cogsim.errors import AwsError
from cogsim.world.load_balancer import Listener, LoadBalancer
from cogsim.world.load_balancer_actions import check_actions

_KIND, _DEFAULT_POLICY = "listener", "ELBSecurityPolicy-2016-08"


def _resource(_ctx: CallContext, params: Params) -> str:
    return f"listener/{params['LoadBalancerArn'].partition(':loadbalancer/')[2]}/*"


@operation(
    "elbv2:CreateListener",
    requires=creating(
        "CreateListener", _resource, "LoadBalancerArn", ListenerProtocol="Protocol", SecurityPolicy="SslPolicy"
    ),
)
@validated
def create_listener(
    ctx: CallContext,
    /,
    *,
    LoadBalancerArn: str,
    DefaultActions: Sequence[Params],
    Protocol: str | None = None,
    Port: int | None = None,
    SslPolicy: str | None = None,
    Certificates: Sequence[Mapping[str, str]] | None = None,
    Tags: Sequence[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A port that the load balancer answers at."""
    balancer: LoadBalancer = find(ctx, LoadBalancerArn, "loadbalancer")
    for member, value in (("protocol", Protocol), ("port", Port)):
        if value is None:
            raise AwsError(VALIDATION, f"A {member} must be specified")
    ctx.require(tags_fit([tag["Key"] for tag in Tags or ()], len(Tags or ())))
    drawn = ctx.draw("elb/listener", balancer.arn).bytes(8).hex()
    listener = Listener(
        arn=f"{balancer.arn.replace(':loadbalancer/', ':listener/', 1)}/{drawn}",
        load_balancer_arn=balancer.arn,
        port=Port or 0,
        protocol=Protocol or "",
        actions=read_actions(DefaultActions, "elbv2:CreateListener"),
        certificates=_one(Certificates),
        ssl_policy=SslPolicy or (_DEFAULT_POLICY if Protocol == "HTTPS" else None),
        tags=read_tags(Tags),
    )
    return _set_up(ctx, balancer, listener)


def _set_up(ctx: CallContext, balancer: LoadBalancer, listener: Listener) -> Mapping[str, Any]:
    ctx.require(speaks(listener))
    ctx.require(port_free(ctx.world, listener))
    ctx.require(actions_stand(ctx.world, listener.actions, balancer.region, balancer.account))
    ctx.update_world(lambda world: world.with_listener(listener))
    return {"Listeners": [listener_shown(listener)]}


def _one(certificates: Sequence[Mapping[str, str]] | None) -> tuple[str, ...]:
    if len(certificates or ()) > 1:
        raise AwsError("TooManyCertificates", "Only one certificate can be specified for a listener")
    return tuple(each.get("CertificateArn", "") for each in certificates or ())


@operation("elbv2:DescribeListeners", requires=describing("DescribeListeners"), reads_only=True)
@validated
def describe_listeners(
    ctx: CallContext,
    /,
    *,
    LoadBalancerArn: str | None = None,
    ListenerArns: Sequence[str] | None = None,
    Marker: str | None = None,
    PageSize: int | None = None,
) -> Mapping[str, Any]:
    """The listeners of a load balancer, or those that are named."""
    if (LoadBalancerArn is None) == (not ListenerArns):
        raise AwsError(VALIDATION, "You must specify either listener ARNs or a load balancer ARN")
    if LoadBalancerArn is not None:
        balancer: LoadBalancer = find(ctx, LoadBalancerArn, "loadbalancer")
        chosen = [each for each in all_here(ctx, ctx.world.listeners) if each.load_balancer_arn == balancer.arn]
    else:
        chosen = [find(ctx, arn, _KIND) for arn in ListenerArns or ()]
    shown, more = page(chosen, Marker, PageSize)
    return {"Listeners": [listener_shown(each) for each in shown], **more}


def _changes(params: Params) -> dict[str, Any]:
    keys = {"ListenerProtocol": params.get("Protocol"), "SecurityPolicy": params.get("SslPolicy")}
    return {f"elasticloadbalancing:{key}": value for key, value in keys.items() if value}


@operation("elbv2:ModifyListener", requires=on("ModifyListener", "ListenerArn", keys=_changes))
@validated
def modify_listener(
    ctx: CallContext,
    /,
    *,
    ListenerArn: str,
    Port: int | None = None,
    Protocol: str | None = None,
    SslPolicy: str | None = None,
    Certificates: Sequence[Mapping[str, str]] | None = None,
    DefaultActions: Sequence[Params] | None = None,
) -> Mapping[str, Any]:
    """Other settings; what is not named stays. HTTP has neither certificate nor policy."""
    listener: Listener = find(ctx, ListenerArn, _KIND)
    balancer: LoadBalancer = find(ctx, listener.load_balancer_arn, "loadbalancer")
    protocol = Protocol or listener.protocol
    kept, policy = listener.certificates, SslPolicy or listener.ssl_policy
    if protocol != listener.protocol:
        kept, policy = ((), SslPolicy) if protocol == "HTTP" else (kept, SslPolicy or _DEFAULT_POLICY)
    actions = listener.actions
    if DefaultActions is not None:
        before = listener.actions
        actions = read_actions(DefaultActions, "elbv2:ModifyListener", lambda new: ctx.take(kept_secret(new, before)))
    certificates = (*_one(Certificates), *kept[1:]) if Certificates is not None else kept
    changed = replace(
        listener,
        port=Port or listener.port,
        protocol=protocol,
        actions=actions,
        certificates=certificates,
        ssl_policy=policy,
    )
    for rule in ctx.world.listener_rules.values():
        if rule.listener_arn == listener.arn:
            check_actions(rule.actions, protocol, "Actions")
    return _set_up(ctx, balancer, changed)


@operation("elbv2:DeleteListener", requires=on("DeleteListener", "ListenerArn"))
@validated
def delete_listener(ctx: CallContext, /, *, ListenerArn: str) -> Mapping[str, Any]:
    """Delete a listener with its rules."""
    listener: Listener = find(ctx, ListenerArn, _KIND)
    ctx.update_world(lambda world: world.without_listener(listener.arn))
    return {}


@operation("elbv2:AddListenerCertificates", requires=on("AddListenerCertificates", "ListenerArn"))
@validated
def add_listener_certificates(
    ctx: CallContext, /, *, ListenerArn: str, Certificates: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Further certificates, beside the default one."""
    listener: Listener = find(ctx, ListenerArn, _KIND)
    if listener.protocol != "HTTPS":
        raise AwsError(VALIDATION, "Certificates can be added to HTTPS listeners only")
    new = [each.get("CertificateArn", "") for each in Certificates]
    held = tuple(dict.fromkeys((*listener.certificates, *new)))
    ctx.update_world(lambda world: world.with_listener(replace(listener, certificates=held)))
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": False} for arn in new]}


@operation("elbv2:RemoveListenerCertificates", requires=on("RemoveListenerCertificates", "ListenerArn"))
@validated
def remove_listener_certificates(
    ctx: CallContext, /, *, ListenerArn: str, Certificates: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Without these certificates; the default one is replaced, not removed."""
    listener: Listener = find(ctx, ListenerArn, _KIND)
    gone = {each.get("CertificateArn", "") for each in Certificates}
    if gone & set(listener.certificates[:1]):
        raise AwsError("OperationNotPermitted", "The default certificate cannot be removed")
    held = tuple(each for each in listener.certificates if each not in gone)
    ctx.update_world(lambda world: world.with_listener(replace(listener, certificates=held)))
    return {}


@operation("elbv2:DescribeListenerCertificates", requires=describing("DescribeListenerCertificates"), reads_only=True)
@validated
def describe_listener_certificates(ctx: CallContext, /, *, ListenerArn: str) -> Mapping[str, Any]:
    """The certificates, the default one first."""
    listener: Listener = find(ctx, ListenerArn, _KIND)
    held = enumerate(listener.certificates)
    return {"Certificates": [{"CertificateArn": arn, "IsDefault": not number} for number, arn in held]}
