"""Permissions boundaries of users and roles. # ug:boundaries"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import asked_boundary, its_boundary, on, owner, save, the_role, the_user
from cogsim.decisions.iam_attachments import boundary_there, may_bound
from cogsim.decisions.iam_protected import role_changeable


@operation("iam:PutUserPermissionsBoundary", requires=on("user", "PutUserPermissionsBoundary", asked_boundary))
def put_user_permissions_boundary(ctx: CallContext, /, *, UserName: str, PermissionsBoundary: str) -> Mapping[str, Any]:
    """Set the boundary, in place of the one there; the permission is asked about the new one."""
    user = the_user(ctx, UserName)
    ctx.require(may_bound(ctx.world, owner(ctx), PermissionsBoundary))
    save(ctx, replace(user, boundary=PermissionsBoundary))
    return {}


@operation("iam:DeleteUserPermissionsBoundary", requires=on("user", "DeleteUserPermissionsBoundary", its_boundary))
def delete_user_permissions_boundary(ctx: CallContext, /, *, UserName: str) -> Mapping[str, Any]:
    """Lift the boundary: what the policies grant is then all there is."""
    user = the_user(ctx, UserName)
    ctx.require(boundary_there("user", user.name, user.boundary))
    save(ctx, replace(user, boundary=None))
    return {}


@operation("iam:PutRolePermissionsBoundary", requires=on("role", "PutRolePermissionsBoundary", asked_boundary))
def put_role_permissions_boundary(ctx: CallContext, /, *, RoleName: str, PermissionsBoundary: str) -> Mapping[str, Any]:
    """Set the boundary, in place of the one there; the permission is asked about the new one."""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    ctx.require(may_bound(ctx.world, owner(ctx), PermissionsBoundary))
    save(ctx, replace(role, boundary=PermissionsBoundary))
    return {}


@operation("iam:DeleteRolePermissionsBoundary", requires=on("role", "DeleteRolePermissionsBoundary", its_boundary))
def delete_role_permissions_boundary(ctx: CallContext, /, *, RoleName: str) -> Mapping[str, Any]:
    """Lift the boundary: what the policies grant is then all there is."""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    ctx.require(boundary_there("role", role.name, role.boundary))
    save(ctx, replace(role, boundary=None))
    return {}
