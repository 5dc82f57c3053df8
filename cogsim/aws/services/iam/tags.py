"""The tags of users, roles and managed policies. # ug:tags"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import asked_tags, on, on_arn, save, tag_names, the_policy, the_role, the_user
from cogsim.aws.services.iam.answers import tags_shown
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_protected import role_changeable
from cogsim.decisions.iam_tags import tag_pairs, tagged, untagged
from cogsim.world.iam import ManagedPolicy, Role, User

Tagged = User | Role | ManagedPolicy


def _tag(ctx: CallContext, entity: Tagged, tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    save(ctx, replace(entity, tags=ctx.require(tagged(entity.tags, tag_pairs(tags)))))
    return {}


def _untag(ctx: CallContext, entity: Tagged, keys: list[str]) -> Mapping[str, Any]:
    save(ctx, replace(entity, tags=untagged(entity.tags, tuple(keys))))
    return {}


def _list(ctx: CallContext, entity: Tagged, marker: str | None, most: int | None) -> Mapping[str, Any]:
    shown, more = page(ctx, in_order(tags_shown(entity.tags)), by_place, marker, most)
    return {"Tags": [tag for _, tag in shown], **more}


@operation("iam:TagUser", requires=on("user", "TagUser", asked_tags))
def tag_user(ctx: CallContext, /, *, UserName: str, Tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    return _tag(ctx, the_user(ctx, UserName), Tags)


@operation("iam:UntagUser", requires=on("user", "UntagUser", tag_names))
def untag_user(ctx: CallContext, /, *, UserName: str, TagKeys: list[str]) -> Mapping[str, Any]:
    return _untag(ctx, the_user(ctx, UserName), TagKeys)


@operation("iam:ListUserTags", requires=on("user", "ListUserTags"), reads_only=True)
def list_user_tags(
    ctx: CallContext, /, *, UserName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_user(ctx, UserName), Marker, MaxItems)


@operation("iam:TagRole", requires=on("role", "TagRole", asked_tags))
def tag_role(ctx: CallContext, /, *, RoleName: str, Tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role, grants=False))
    return _tag(ctx, role, Tags)


@operation("iam:UntagRole", requires=on("role", "UntagRole", tag_names))
def untag_role(ctx: CallContext, /, *, RoleName: str, TagKeys: list[str]) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role, grants=False))
    return _untag(ctx, role, TagKeys)


@operation("iam:ListRoleTags", requires=on("role", "ListRoleTags"), reads_only=True)
def list_role_tags(
    ctx: CallContext, /, *, RoleName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_role(ctx, RoleName), Marker, MaxItems)


@operation("iam:TagPolicy", requires=on_arn("TagPolicy", "PolicyArn", asked_tags))
def tag_policy(ctx: CallContext, /, *, PolicyArn: str, Tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    return _tag(ctx, the_policy(ctx, PolicyArn), Tags)


@operation("iam:UntagPolicy", requires=on_arn("UntagPolicy", "PolicyArn", tag_names))
def untag_policy(ctx: CallContext, /, *, PolicyArn: str, TagKeys: list[str]) -> Mapping[str, Any]:
    return _untag(ctx, the_policy(ctx, PolicyArn), TagKeys)


@operation("iam:ListPolicyTags", requires=on_arn("ListPolicyTags", "PolicyArn"), reads_only=True)
def list_policy_tags(
    ctx: CallContext, /, *, PolicyArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_policy(ctx, PolicyArn), Marker, MaxItems)
