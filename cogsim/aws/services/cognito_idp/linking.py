"""AdminLinkProviderForUser and AdminDisableProviderForUser: which external identity signs in as which user."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.decisions import linking
from cogsim.world.pool_user import PoolUser


@operation("cognito-idp:AdminLinkProviderForUser", requires=on_pool("AdminLinkProviderForUser"))
def admin_link_provider_for_user(
    ctx: CallContext, /, *, UserPoolId: str, DestinationUser: Mapping[str, str], SourceUser: Mapping[str, str]
) -> Mapping[str, Any]:
    """From now on the identity signs in as that user, whose groups and attributes it has. # idp:linking"""
    pool = operators_pool(ctx, UserPoolId)
    username = ctx.require(linking.find_destination(ctx.world, pool, DestinationUser))
    identity = ctx.require(linking.find_source(ctx.world, pool, SourceUser, ctx.now))
    user = ctx.world.pool_users[pool.id, username]
    ctx.require(linking.check_link(ctx.world, pool, user, identity))
    _keep(ctx, linking.with_identities(user, (*linking.identities(user), identity)))
    return {}


@operation("cognito-idp:AdminDisableProviderForUser", requires=on_pool("AdminDisableProviderForUser"))
def admin_disable_provider_for_user(
    ctx: CallContext, /, *, UserPoolId: str, User: Mapping[str, str]
) -> Mapping[str, Any]:
    """The identity signs in as nobody's but its own, or the native user by password no more. # idp:linking"""
    pool = operators_pool(ctx, UserPoolId)
    _keep(ctx, ctx.require(linking.end_link(ctx.world, pool, User)))
    return {}


def _keep(ctx: CallContext, user: PoolUser) -> None:
    ctx.update_world(lambda world: world.with_pool_user(replace(user, modified=ctx.now)))
