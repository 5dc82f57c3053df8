"""Who is in which group. # idp:groups"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user
from cogsim.aws.services.cognito_idp.groups import described_group, operators_group
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.users import change_user, described
from cogsim.decisions.group_claims import check_group_exists
from cogsim.decisions.group_configuration import check_room_for_membership


@operation("cognito-idp:AdminAddUserToGroup", requires=on_pool("AdminAddUserToGroup"))
def admin_add_user_to_group(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, GroupName: str
) -> Mapping[str, Any]:
    """Put the user into the group, where not in it already; tokens that are out do not change."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(check_group_exists(ctx.world, pool, GroupName))
    ctx.require(check_room_for_membership(user, GroupName))
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


@operation("cognito-idp:AdminListGroupsForUser", requires=on_pool("AdminListGroupsForUser"), reads_only=True)
def admin_list_groups_for_user(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, Limit: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The groups that the user is in, by name; AWS promises no order."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    # A template may put a user into a group that its pool does not have; such a membership means nothing.
    held = [ctx.world.pool_groups[pool.id, name] for name in user.groups if (pool.id, name) in ctx.world.pool_groups]
    shown, more = page(ctx, held, lambda group: group.name, NextToken, Limit)
    return {"Groups": [described_group(group) for group in shown], **more}


@operation("cognito-idp:ListUsersInGroup", requires=on_pool("ListUsersInGroup"), reads_only=True)
def list_users_in_group(
    ctx: CallContext, /, *, UserPoolId: str, GroupName: str, Limit: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The users in the group by username, as ListUsers shows them; AWS promises no order."""
    pool, group = operators_group(ctx, UserPoolId, GroupName)
    users = ctx.world.pool_users.values()
    held = [user for user in users if user.pool_id == pool.id and group.name in user.groups]
    shown, more = page(ctx, held, lambda user: user.username, NextToken, Limit)
    return {"Users": [described(pool, user, "Attributes") for user in shown], **more}
