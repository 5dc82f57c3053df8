"""ListUsers: who is in a pool, by pages of at most 60. # idp:ListUsers"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.users import described
from cogsim.decisions.user_filter import Filter, check_all_set, check_attributes, read_filter
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World


@operation("cognito-idp:ListUsers", requires=on_pool("ListUsers"), reads_only=True)
def list_users(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    AttributesToGet: list[str] | None = None,
    Limit: int | None = None,
    PaginationToken: str | None = None,
    Filter: str | None = None,
) -> Mapping[str, Any]:
    """The users in the order of their names; what was changed a moment ago is listed as it is now."""
    pool = operators_pool(ctx, UserPoolId)
    wanted = ctx.require(read_filter(Filter))
    ctx.require(check_attributes(pool, AttributesToGet or ()))
    found = _found(ctx.world, pool, wanted)
    listed, following = page(ctx, found, lambda user: user.username, PaginationToken, Limit, member="PaginationToken")
    ctx.require(check_all_set(AttributesToGet or (), listed))
    return {"Users": [_shown(pool, user, AttributesToGet) for user in listed]} | following


def _found(world: World, pool: UserPool, wanted: Filter | None) -> Iterable[PoolUser]:
    """The users that are looked for; a whole name is looked up, anything else compared with everybody's."""
    if wanted is not None and not wanted.prefix and wanted.attribute in ("username", "sub"):
        name = wanted.value if wanted.attribute == "username" else world.subs.get((pool.id, wanted.value))
        user = world.pool_users.get((pool.id, name)) if name is not None else None
        return [user] if user is not None else []
    return [
        user
        for (pool_id, _), user in world.pool_users.items()
        if pool_id == pool.id and (wanted is None or wanted.admits(user))
    ]


def _shown(pool: UserPool, user: PoolUser, names: list[str] | None) -> dict[str, Any]:
    """A user as listed, with those attributes only that were asked for."""
    shown = described(pool, user, "Attributes")
    if names:
        shown["Attributes"] = [entry for entry in shown["Attributes"] if entry["Name"] in names]
    return shown
