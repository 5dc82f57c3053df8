"""Inline policies of users, roles and groups. # iam:api §PutRolePolicy"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import its_boundary, on, save, the_group, the_role, the_user
from cogsim.aws.services.iam.answers import encoded, places
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_attachments import Entity, kind_of
from cogsim.decisions.iam_documents import accept_document
from cogsim.decisions.iam_inline import inline_policy
from cogsim.decisions.iam_protected import role_changeable
from cogsim.decisions.iam_quotas import inline_fits
from cogsim.policy.document import PolicyKind


def _put(ctx: CallContext, entity: Entity, name: str, text: str) -> Mapping[str, Any]:
    """Put the policy under its name, in place of the one there."""
    policy = ctx.require(accept_document(text, PolicyKind.IDENTITY, places(text, ctx.call.operation)))
    ctx.require(inline_fits(kind_of(entity), entity.name, entity.inline, name, text))
    save(ctx, replace(entity, inline=entity.inline.set(name, policy)))
    return {}


def _get(ctx: CallContext, entity: Entity, name: str) -> Mapping[str, Any]:
    policy = ctx.require(inline_policy(kind_of(entity), entity.inline, name))
    return {"PolicyName": name, "PolicyDocument": encoded(policy)}


def _delete(ctx: CallContext, entity: Entity, name: str) -> Mapping[str, Any]:
    ctx.require(inline_policy(kind_of(entity), entity.inline, name))
    save(ctx, replace(entity, inline=entity.inline.delete(name)))
    return {}


def _list(ctx: CallContext, entity: Entity, marker: str | None, most: int | None) -> Mapping[str, Any]:
    names, more = page(ctx, entity.inline, lambda name: name, marker, most)
    return {"PolicyNames": names, **more}


@operation("iam:PutUserPolicy", requires=on("user", "PutUserPolicy", its_boundary))
def put_user_policy(ctx: CallContext, /, *, UserName: str, PolicyName: str, PolicyDocument: str) -> Mapping[str, Any]:
    return _put(ctx, the_user(ctx, UserName), PolicyName, PolicyDocument)


@operation("iam:GetUserPolicy", requires=on("user", "GetUserPolicy"), reads_only=True)
def get_user_policy(ctx: CallContext, /, *, UserName: str, PolicyName: str) -> Mapping[str, Any]:
    user = the_user(ctx, UserName)
    return {"UserName": user.name, **_get(ctx, user, PolicyName)}


@operation("iam:DeleteUserPolicy", requires=on("user", "DeleteUserPolicy", its_boundary))
def delete_user_policy(ctx: CallContext, /, *, UserName: str, PolicyName: str) -> Mapping[str, Any]:
    return _delete(ctx, the_user(ctx, UserName), PolicyName)


@operation("iam:ListUserPolicies", requires=on("user", "ListUserPolicies"), reads_only=True)
def list_user_policies(
    ctx: CallContext, /, *, UserName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_user(ctx, UserName), Marker, MaxItems)


@operation("iam:PutRolePolicy", requires=on("role", "PutRolePolicy", its_boundary))
def put_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyName: str, PolicyDocument: str) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    return _put(ctx, role, PolicyName, PolicyDocument)


@operation("iam:GetRolePolicy", requires=on("role", "GetRolePolicy"), reads_only=True)
def get_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyName: str) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    return {"RoleName": role.name, **_get(ctx, role, PolicyName)}


@operation("iam:DeleteRolePolicy", requires=on("role", "DeleteRolePolicy", its_boundary))
def delete_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyName: str) -> Mapping[str, Any]:
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    return _delete(ctx, role, PolicyName)


@operation("iam:ListRolePolicies", requires=on("role", "ListRolePolicies"), reads_only=True)
def list_role_policies(
    ctx: CallContext, /, *, RoleName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_role(ctx, RoleName), Marker, MaxItems)


@operation("iam:PutGroupPolicy", requires=on("group", "PutGroupPolicy"))
def put_group_policy(ctx: CallContext, /, *, GroupName: str, PolicyName: str, PolicyDocument: str) -> Mapping[str, Any]:
    return _put(ctx, the_group(ctx, GroupName), PolicyName, PolicyDocument)


@operation("iam:GetGroupPolicy", requires=on("group", "GetGroupPolicy"), reads_only=True)
def get_group_policy(ctx: CallContext, /, *, GroupName: str, PolicyName: str) -> Mapping[str, Any]:
    group = the_group(ctx, GroupName)
    return {"GroupName": group.name, **_get(ctx, group, PolicyName)}


@operation("iam:DeleteGroupPolicy", requires=on("group", "DeleteGroupPolicy"))
def delete_group_policy(ctx: CallContext, /, *, GroupName: str, PolicyName: str) -> Mapping[str, Any]:
    return _delete(ctx, the_group(ctx, GroupName), PolicyName)


@operation("iam:ListGroupPolicies", requires=on("group", "ListGroupPolicies"), reads_only=True)
def list_group_policies(
    ctx: CallContext, /, *, GroupName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, the_group(ctx, GroupName), Marker, MaxItems)
