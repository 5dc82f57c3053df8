"""Groups and who is in them. # idp:groups"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, operators_user, pool_arn
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.clock import at
from cogsim.decisions.group_claims import check_group_exists, check_group_name_free
from cogsim.world.pool_members import UserPoolGroup


def _create_group_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The group on the pool, and the role it hands out. # idp:groups §pass-role"""
    own = Requirement("cognito-idp:CreateGroup", pool_arn(ctx, params["UserPoolId"]))
    role = params.get("RoleArn")
    if role is None or choice("cognito.groupRolePassRole") == "not-required":
        return (own,)
    passed_to = {"iam:PassedToService": "cognito-idp.amazonaws.com"}
    return (own, Requirement("iam:PassRole", role, passed_to))


@operation("cognito-idp:CreateGroup", requires=_create_group_requires)
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
    group = UserPoolGroup(pool.id, GroupName, RoleArn, Precedence, Description or "")
    ctx.update_world(lambda world: world.with_pool_group(group))
    members = {"Description": Description, "RoleArn": RoleArn, "Precedence": Precedence}
    made = {"GroupName": GroupName, "UserPoolId": pool.id, "LastModifiedDate": at(ctx.now), "CreationDate": at(ctx.now)}
    return {"Group": made | {name: value for name, value in members.items() if value is not None}}


@operation("cognito-idp:AdminAddUserToGroup", requires=on_pool("AdminAddUserToGroup"))
def admin_add_user_to_group(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, GroupName: str
) -> Mapping[str, Any]:
    """Put the user into the group, where not in it already; tokens that are out do not change."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(check_group_exists(ctx.world, pool, GroupName))
    change_user(ctx, user, groups=tuple(sorted({*user.groups, GroupName})))
    return {}


@operation("cognito-idp:AdminRemoveUserFromGroup", requires=on_pool("AdminRemoveUserFromGroup"))
def admin_remove_user_from_group(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, GroupName: str
) -> Mapping[str, Any]:
    """Take the user out of the group; tokens that are out keep it until they expire."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(check_group_exists(ctx.world, pool, GroupName))
    change_user(ctx, user, groups=tuple(name for name in user.groups if name != GroupName))
    return {}
