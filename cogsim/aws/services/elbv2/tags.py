"""AddTags, RemoveTags, DescribeTags, on load balancers, listeners, rules and target groups. # elb:api"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.elbv2.addressing import Tagged, describing, find, kind_of, on, validated
from cogsim.aws.services.elbv2.read_parts import read_tags
from cogsim.aws.services.elbv2.shown import tags_shown
from cogsim.decisions.load_balancer_configuration import tags_fit
from cogsim.persistent import Map
from cogsim.world.load_balancer import Listener, ListenerRule, LoadBalancer
from cogsim.world.world import World


@operation("elbv2:AddTags", requires=on("AddTags", "ResourceArns"))
@validated
def add_tags(
    ctx: CallContext, /, *, ResourceArns: Sequence[str], Tags: Sequence[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Put tags onto each, in place of those with the same keys; all or none."""
    new = read_tags(Tags)
    nouns = [_tagged(ctx, arn) for arn in ResourceArns]
    for noun in nouns:
        ctx.require(tags_fit([tag["Key"] for tag in Tags], len({*noun.tags, *new})))
    for noun in nouns:
        _save(ctx, noun, Map({**dict(noun.tags.items()), **dict(new.items())}))
    return {}


@operation("elbv2:RemoveTags", requires=on("RemoveTags", "ResourceArns"))
@validated
def remove_tags(ctx: CallContext, /, *, ResourceArns: Sequence[str], TagKeys: Sequence[str]) -> Mapping[str, Any]:
    """Take tags away from each; keys that are not there do not matter."""
    for noun in [_tagged(ctx, arn) for arn in ResourceArns]:
        _save(ctx, noun, Map({key: value for key, value in noun.tags.items() if key not in TagKeys}))
    return {}


@operation("elbv2:DescribeTags", requires=describing("DescribeTags"), reads_only=True)
@validated
def describe_tags(ctx: CallContext, /, *, ResourceArns: Sequence[str]) -> Mapping[str, Any]:
    """The tags of each."""
    nouns = [_tagged(ctx, arn) for arn in ResourceArns]
    return {"TagDescriptions": [{"ResourceArn": each.arn, "Tags": tags_shown(each.tags.items())} for each in nouns]}


def _tagged(ctx: CallContext, arn: str) -> Tagged:
    noun: Tagged = find(ctx, arn, kind_of(arn))
    return noun


def _save(ctx: CallContext, noun: Tagged, tags: Map[str, str]) -> None:
    ctx.update_world(lambda world: _with(world, replace(noun, tags=tags)))


def _with(world: World, noun: Tagged) -> World:
    match noun:
        case LoadBalancer():
            return world.with_load_balancer(noun)
        case Listener():
            return world.with_listener(noun)
        case ListenerRule():
            return world.with_listener_rule(noun)
    return world.with_target_group(noun)
