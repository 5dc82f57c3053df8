"""Managed policies attached to users, roles and groups. # iam:api §AttachRolePolicy"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import (
    its_boundary,
    on,
    owner,
    policy_arn,
    save,
    the_group,
    the_role,
    the_user,
)
from cogsim.aws.services.iam.answers import attached_shown
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_attachments import Entity, attachable, attached
from cogsim.decisions.iam_protected import role_changeable


def _attach(ctx: CallContext, entity: Entity, arn: str) -> Mapping[str, Any]:
    """Attach the policy, where it is not attached already."""
    ctx.require(attachable(ctx.world, owner(ctx), entity, arn))
    if arn not in entity.managed:
        save(ctx, replace(entity, managed=(*entity.managed, arn)))
    return {}


def _detach(ctx: CallContext, entity: Entity, arn: str) -> Mapping[str, Any]:
    ctx.require(attached(entity, arn))
    save(ctx, replace(entity, managed=tuple(each for each in entity.managed if each != arn)))
    return {}


def _list(
    ctx: CallContext, entity: Entity, prefix: str | None, marker: str | None, most: int | None
) -> Mapping[str, Any]:
    """The attached policies whose path begins so, in the order they were attached."""
    arns = [arn for arn in entity.managed if _path(arn).startswith(prefix or "/")]
    shown, more = page(ctx, in_order(arns), by_place, marker, most)
    return {"AttachedPolicies": attached_shown(tuple(arn for _, arn in shown)), **more}


def _path(arn: str) -> str:
    path = arn.rpartition(":policy/")[2].rpartition("/")[0]
    return f"/{path}/" if path else "/"


@operation("iam:AttachUserPolicy", requires=on("user", "AttachUserPolicy", policy_arn, its_boundary))
def attach_user_policy(ctx: CallContext, /, *, UserName: str, PolicyArn: str) -> Mapping[str, Any]:
    return _attach(ctx, the_user(ctx, UserName), PolicyArn)


@operation("iam:DetachUserPolicy", requires=on("user", "DetachUserPolicy", policy_arn, its_boundary))
def detach_user_policy(ctx: CallContext, /, *, UserName: str, PolicyArn: str) -> Mapping[str, Any]:
    return _detach(ctx, the_user(ctx, UserName), PolicyArn)


@operation("iam:ListAttachedUserPolicies", requires=on("user", "ListAttachedUserPolicies"), reads_only=True)
def list_attached_user_policies(
    ctx: CallContext,
    /,
    *,
    UserName: str,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    return _list(ctx, the_user(ctx, UserName), PathPrefix, Marker, MaxItems)


@operation("iam:AttachRolePolicy", requires=on("role", "AttachRolePolicy", policy_arn, its_boundary))
def attach_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyArn: str) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    return _attach(ctx, role, PolicyArn)


@operation("iam:DetachRolePolicy", requires=on("role", "DetachRolePolicy", policy_arn, its_boundary))
def detach_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyArn: str) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    return _detach(ctx, role, PolicyArn)


@operation("iam:ListAttachedRolePolicies", requires=on("role", "ListAttachedRolePolicies"), reads_only=True)
def list_attached_role_policies(
    ctx: CallContext,
    /,
    *,
    RoleName: str,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    return _list(ctx, the_role(ctx, RoleName), PathPrefix, Marker, MaxItems)


@operation("iam:AttachGroupPolicy", requires=on("group", "AttachGroupPolicy", policy_arn))
def attach_group_policy(ctx: CallContext, /, *, GroupName: str, PolicyArn: str) -> Mapping[str, Any]:
    return _attach(ctx, the_group(ctx, GroupName), PolicyArn)


@operation("iam:DetachGroupPolicy", requires=on("group", "DetachGroupPolicy", policy_arn))
def detach_group_policy(ctx: CallContext, /, *, GroupName: str, PolicyArn: str) -> Mapping[str, Any]:
    return _detach(ctx, the_group(ctx, GroupName), PolicyArn)


@operation("iam:ListAttachedGroupPolicies", requires=on("group", "ListAttachedGroupPolicies"), reads_only=True)
def list_attached_group_policies(
    ctx: CallContext,
    /,
    *,
    GroupName: str,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    return _list(ctx, the_group(ctx, GroupName), PathPrefix, Marker, MaxItems)
