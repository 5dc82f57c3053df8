"""CreateRule, Describe, Modify, Delete, SetRulePriorities. # elb:api"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.elbv2.addressing import (
    PREFIX,
    VALIDATION,
    creating,
    default_rule,
    describing,
    find,
    on,
    owned_tags,
    page,
    validated,
)
from cogsim.aws.services.elbv2.read_parts import read_actions, read_conditions, read_tags, read_transforms
from cogsim.aws.services.elbv2.shown import default_rule_shown, rule_shown
from cogsim.decisions.load_balancer_configuration import (
    actions_stand,
    is_no_default,
    kept_secret,
    priorities_free,
    tags_fit,
)
from cogsim.decisions.load_balancer_rules import rules_of
from cogsim.errors import AwsError
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer
from cogsim.world.load_balancer_actions import check_actions

_KIND = "listener-rule"


def _resource(_ctx: CallContext, params: Params) -> str:
    return f"listener-rule/{params['ListenerArn'].partition(':listener/')[2]}/*"


@operation("elbv2:CreateRule", requires=creating("CreateRule", _resource, "ListenerArn"))
@validated
def create_rule(
    ctx: CallContext,
    /,
    *,
    ListenerArn: str,
    Conditions: Sequence[Params],
    Priority: int,
    Actions: Sequence[Params],
    Tags: Sequence[Mapping[str, str]] | None = None,
    Transforms: Sequence[Params] | None = None,
) -> Mapping[str, Any]:
    """A rule of a listener, in force with the next request."""
    listener: Listener = find(ctx, ListenerArn, "listener")
    ctx.require(tags_fit([tag["Key"] for tag in Tags or ()], len(Tags or ())))
    drawn = ctx.draw("elb/listener-rule", listener.arn).bytes(8).hex()
    rule = ListenerRule(
        arn=f"{listener.arn.replace(':listener/', ':listener-rule/', 1)}/{drawn}",
        listener_arn=listener.arn,
        priority=Priority,
        conditions=read_conditions(Conditions),
        actions=read_actions(Actions, "elbv2:CreateRule"),
        transforms=read_transforms(Transforms or ()),
        tags=read_tags(Tags),
    )
    ctx.require(priorities_free(ctx.world, listener, {rule.arn: rule.priority}))
    return _set_up(ctx, listener, rule)


def _set_up(ctx: CallContext, listener: Listener, rule: ListenerRule) -> Mapping[str, Any]:
    balancer: LoadBalancer = find(ctx, listener.load_balancer_arn, "loadbalancer")
    check_actions(rule.actions, listener.protocol, "Actions")
    ctx.require(actions_stand(ctx.world, rule.actions, balancer.region, balancer.account))
    ctx.update_world(lambda world: world.with_listener_rule(rule))
    return {"Rules": [rule_shown(rule)]}


@operation("elbv2:DescribeRules", requires=describing("DescribeRules"), reads_only=True)
@validated
def describe_rules(
    ctx: CallContext,
    /,
    *,
    ListenerArn: str | None = None,
    RuleArns: Sequence[str] | None = None,
    Marker: str | None = None,
    PageSize: int | None = None,
) -> Mapping[str, Any]:
    """The rules of a listener in the order in which they are asked, its own last; or those that are named."""
    if (ListenerArn is None) == (not RuleArns):
        raise AwsError(VALIDATION, "You must specify either listener rule ARNs or a listener ARN")
    if ListenerArn is None:
        return {"Rules": [_named(ctx, arn) for arn in RuleArns or ()]}
    listener: Listener = find(ctx, ListenerArn, "listener")
    shown, more = page(rules_of(ctx.world, listener), Marker, PageSize)
    last = [] if more else [default_rule_shown(listener)]
    return {"Rules": [*(rule_shown(each) for each in shown), *last], **more}


def _named(ctx: CallContext, arn: str) -> Mapping[str, Any]:
    default = default_rule(ctx, arn)
    return default_rule_shown(default) if default is not None else rule_shown(find(ctx, arn, _KIND))


@operation("elbv2:ModifyRule", requires=on("ModifyRule", "RuleArn"))
@validated
def modify_rule(
    ctx: CallContext,
    /,
    *,
    RuleArn: str,
    Conditions: Sequence[Params] | None = None,
    Actions: Sequence[Params] | None = None,
    Transforms: Sequence[Params] | None = None,
    ResetTransforms: bool | None = None,
) -> Mapping[str, Any]:
    """Other conditions, actions or transforms; what is not named stays."""
    ctx.require(is_no_default(default_rule(ctx, RuleArn), "modified"))
    rule: ListenerRule = find(ctx, RuleArn, _KIND)
    if ResetTransforms and Transforms:
        raise AwsError(VALIDATION, "Transforms and ResetTransforms cannot be specified at the same time")
    changed = rule
    if Conditions is not None:
        changed = replace(changed, conditions=read_conditions(Conditions))
    if Actions is not None:
        keep = read_actions(Actions, "elbv2:ModifyRule", lambda new: ctx.take(kept_secret(new, rule.actions)))
        changed = replace(changed, actions=keep)
    if Transforms is not None or ResetTransforms:
        changed = replace(changed, transforms=read_transforms(Transforms or ()))
    return _set_up(ctx, find(ctx, rule.listener_arn, "listener"), changed)


@operation("elbv2:DeleteRule", requires=on("DeleteRule", "RuleArn"))
@validated
def delete_rule(ctx: CallContext, /, *, RuleArn: str) -> Mapping[str, Any]:
    """Delete a rule; requests that it took meet the next one."""
    ctx.require(is_no_default(default_rule(ctx, RuleArn), "deleted"))
    rule: ListenerRule = find(ctx, RuleArn, _KIND)
    ctx.update_world(lambda world: world.without_listener_rule(rule.arn))
    return {}


def _on_each(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    named = [str(each.get("RuleArn", "*")) for each in params["RulePriorities"]]
    return tuple(Requirement(f"{PREFIX}:SetRulePriorities", arn, owned_tags(ctx, arn)) for arn in named)


@operation("elbv2:SetRulePriorities", requires=_on_each)
@validated
def set_rule_priorities(ctx: CallContext, /, *, RulePriorities: Sequence[Params]) -> Mapping[str, Any]:
    """Other priorities, all at once or none: two rules can change places."""
    asked: dict[str, int] = {}
    for each in RulePriorities:
        arn, priority = each.get("RuleArn"), each.get("Priority")
        if arn is None or priority is None:
            raise AwsError(VALIDATION, "A rule ARN and a priority must be specified")
        ctx.require(is_no_default(default_rule(ctx, arn), "modified"))
        asked[find(ctx, arn, _KIND).arn] = priority
    listeners = {ctx.world.listener_rules[arn].listener_arn for arn in asked}
    if len(listeners) != 1:
        raise AwsError(VALIDATION, "The rules must be of one listener")
    listener: Listener = find(ctx, min(listeners), "listener")
    ctx.require(priorities_free(ctx.world, listener, asked))
    changed = [replace(ctx.world.listener_rules[arn], priority=asked[arn]) for arn in asked]
    for rule in changed:
        ctx.update_world(lambda world, rule=rule: world.with_listener_rule(rule))  # type: ignore[misc]
    return {"Rules": [rule_shown(rule) for rule in changed]}
