"""Groups of a user pool: made, shown, changed, deleted. # idp:groups"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.clock import at
from cogsim.decisions.group_claims import check_group_exists, check_group_name_free
from cogsim.decisions.group_configuration import changed_group, check_room_for_group
from cogsim.world.pool_members import UserPoolGroup
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World


def _with_role(action: str) -> Requires:
    """The operation on the pool, and the role that the group will hand out. # idp:groups §pass-role"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        own = Requirement(f"cognito-idp:{action}", pool_arn(ctx, params["UserPoolId"]))
        role = params.get("RoleArn")
        if role is None or choice("cognito.groupRolePassRole") == "not-required":
            return (own,)
        passed_to = {"iam:PassedToService": "cognito-idp.amazonaws.com"}
        return (own, Requirement("iam:PassRole", role, passed_to))

    return requires


@operation("cognito-idp:CreateGroup", requires=_with_role("CreateGroup"))
def create_group(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    GroupName: str,
    Description: str | None = None,
    RoleArn: str | None = None,
    Precedence: int | None = None,
) -> Mapping[str, Any]:
    """A group; whether its role's trust policy admits anybody is not looked at."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(check_group_name_free(ctx.world, pool, GroupName))
    ctx.require(check_room_for_group(ctx.world, pool))
    group = UserPoolGroup(pool.id, GroupName, RoleArn, Precedence, Description or "", ctx.now, ctx.now)
    ctx.update_world(lambda world: world.with_pool_group(group))
    return {"Group": described_group(group)}


@operation("cognito-idp:GetGroup", requires=on_pool("GetGroup"), reads_only=True)
def get_group(ctx: CallContext, /, *, UserPoolId: str, GroupName: str) -> Mapping[str, Any]:
    """The group as it is."""
    return {"Group": described_group(operators_group(ctx, UserPoolId, GroupName)[1])}


@operation("cognito-idp:UpdateGroup", requires=_with_role("UpdateGroup"))
def update_group(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    GroupName: str,
    Description: str | None = None,
    RoleArn: str | None = None,
    Precedence: int | None = None,
) -> Mapping[str, Any]:
    """Change what the group says; tokens that are out do not change."""
    _, group = operators_group(ctx, UserPoolId, GroupName)
    changed = replace(ctx.take(changed_group(group, Description, RoleArn, Precedence)), modified=ctx.now)
    ctx.update_world(lambda world: world.with_pool_group(changed))
    return {"Group": described_group(changed)}


@operation("cognito-idp:DeleteGroup", requires=on_pool("DeleteGroup"))
def delete_group(ctx: CallContext, /, *, UserPoolId: str, GroupName: str) -> Mapping[str, Any]:
    """Delete the group; nobody is in it any longer, and a group of the same name begins empty."""
    pool, group = operators_group(ctx, UserPoolId, GroupName)

    def change(world: World) -> World:
        for user in [each for each in world.pool_users.values() if each.pool_id == pool.id]:
            if group.name in user.groups:
                left = tuple(name for name in user.groups if name != group.name)
                world = world.with_pool_user(replace(user, groups=left))
        return world.without_pool_group(pool.id, group.name)

    ctx.update_world(change)
    return {}


@operation("cognito-idp:ListGroups", requires=on_pool("ListGroups"), reads_only=True)
def list_groups(
    ctx: CallContext, /, *, UserPoolId: str, Limit: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The pool's groups by name; AWS promises no order."""
    pool = operators_pool(ctx, UserPoolId)
    held = [group for group in ctx.world.pool_groups.values() if group.pool_id == pool.id]
    shown, more = page(ctx, held, lambda group: group.name, NextToken, Limit)
    return {"Groups": [described_group(group) for group in shown], **more}


def operators_group(ctx: CallContext, pool_id: str, name: str) -> tuple[UserPool, UserPoolGroup]:
    """The pool and group an operator names."""
    pool = operators_pool(ctx, pool_id)
    ctx.require(check_group_exists(ctx.world, pool, name))
    return pool, ctx.world.pool_groups[pool.id, name]


def described_group(group: UserPoolGroup) -> dict[str, Any]:
    """The group as answers show it; what it does not state is left out."""
    members = {
        "GroupName": group.name,
        "UserPoolId": group.pool_id,
        "Description": group.description or None,
        "RoleArn": group.role_arn,
        "Precedence": group.precedence,
        "LastModifiedDate": at(group.modified),
        "CreationDate": at(group.created),
    }
    return {name: value for name, value in members.items() if value is not None}
