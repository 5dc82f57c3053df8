"""IAM roles and their trust policies. # iam:api §CreateRole"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import (
    asked_boundary,
    asked_tags,
    creating,
    its_boundary,
    on,
    on_everything,
    owner,
    save,
    the_role,
)
from cogsim.aws.services.iam.answers import places, role_listed, role_shown
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_attachments import may_bound
from cogsim.decisions.iam_deletion import role_deletable
from cogsim.decisions.iam_documents import accept_trust
from cogsim.decisions.iam_entities import held, name_free
from cogsim.decisions.iam_principals import with_principal
from cogsim.decisions.iam_protected import path_free, role_changeable
from cogsim.decisions.iam_quotas import room_for, trust_fits
from cogsim.decisions.iam_tags import tag_pairs, tagged
from cogsim.persistent import Map
from cogsim.policy.document import Policy
from cogsim.world.iam import Role


def _trust(ctx: CallContext, text: str, operation_name: str) -> Policy:
    policy = ctx.require(accept_trust(ctx.world, text, places(text, operation_name)))
    ctx.require(trust_fits(text))
    return policy


@operation("iam:CreateRole", requires=creating("role", "CreateRole", "RoleName", asked_boundary, asked_tags))
def create_role(
    ctx: CallContext,
    /,
    *,
    RoleName: str,
    AssumeRolePolicyDocument: str,
    Path: str | None = None,
    Description: str | None = None,
    MaxSessionDuration: int | None = None,
    PermissionsBoundary: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A role that may do nothing yet. Sessions of an earlier role of that name are none of its own."""
    account, path = owner(ctx), Path or "/"
    ctx.require(path_free(path))
    ctx.require(name_free(ctx.world.roles, account, "Role", RoleName))
    ctx.require(room_for("RolesPerAccount", len(held(ctx.world.roles, account))))
    trust = _trust(ctx, AssumeRolePolicyDocument, "iam:CreateRole")
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    if PermissionsBoundary is not None:
        ctx.require(may_bound(ctx.world, account, PermissionsBoundary))
    arn = account.arn("role", f"{path[1:]}{RoleName}")
    role = Role(
        arn=arn,
        name=RoleName,
        trust=trust,
        path=path,
        unique_id="AROA" + ctx.draw("iam/unique-id", arn).base32(17),
        boundary=PermissionsBoundary,
        tags=tags,
        max_session_duration=MaxSessionDuration or 3600,
        description=Description or "",
        created=ctx.now,
    )
    save(ctx, role)
    return {"Role": role_shown(role)}


@operation("iam:GetRole", requires=on("role", "GetRole", its_boundary), reads_only=True)
def get_role(ctx: CallContext, /, *, RoleName: str) -> Mapping[str, Any]:
    """The role; a principal of its trust policy that was deleted shows as its unique id. When the role was last used
    is not kept."""
    return {"Role": role_shown(the_role(ctx, RoleName))}


@operation("iam:UpdateRole", requires=on("role", "UpdateRole", its_boundary))
def update_role(
    ctx: CallContext,
    /,
    *,
    RoleName: str,
    Description: str | None = None,
    MaxSessionDuration: int | None = None,
) -> Mapping[str, Any]:
    """Another description or longest session; a longest session that is not named goes back to one hour, as the
    reference has it. # iam:api §UpdateRole"""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role, grants=MaxSessionDuration is not None))
    unnamed = role.max_session_duration if choice("iam.updateRoleDuration") == "kept" else 3600
    longest = unnamed if MaxSessionDuration is None else MaxSessionDuration
    description = role.description if Description is None else Description
    save(ctx, replace(role, description=description, max_session_duration=longest))
    return {}


@operation("iam:UpdateRoleDescription", requires=on("role", "UpdateRoleDescription", its_boundary))
def update_role_description(ctx: CallContext, /, *, RoleName: str, Description: str) -> Mapping[str, Any]:
    """Another description; a service-linked role takes one too."""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role, grants=False))
    changed = replace(role, description=Description)
    save(ctx, changed)
    return {"Role": role_shown(changed)}


@operation("iam:UpdateAssumeRolePolicy", requires=on("role", "UpdateAssumeRolePolicy", its_boundary))
def update_assume_role_policy(ctx: CallContext, /, *, RoleName: str, PolicyDocument: str) -> Mapping[str, Any]:
    """Another trust policy, for sessions from now on; those that are out stay."""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    save(ctx, replace(role, trust=_trust(ctx, PolicyDocument, "iam:UpdateAssumeRolePolicy")))
    return {}


@operation("iam:DeleteRole", requires=on("role", "DeleteRole", its_boundary))
def delete_role(ctx: CallContext, /, *, RoleName: str) -> Mapping[str, Any]:
    """Delete a role without policies. Its sessions are dead, and whoever trusted it trusts nobody in its place: a role
    made anew under the name is another. # ug:principal"""
    role = the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    ctx.require(role_deletable(ctx.world, owner(ctx), role))
    ctx.update_world(lambda world: with_principal(world.without_role(role.arn), role.arn, role.unique_id))
    return {}


@operation("iam:ListRoles", requires=on_everything("ListRoles"), reads_only=True)
def list_roles(
    ctx: CallContext,
    /,
    *,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The roles under a path, without tags and boundaries."""
    roles = [role for role in held(ctx.world.roles, owner(ctx)) if role.path.startswith(PathPrefix or "/")]
    shown, more = page(ctx, roles, lambda role: role.name, Marker, MaxItems)
    return {"Roles": [role_listed(role) for role in shown], **more}
