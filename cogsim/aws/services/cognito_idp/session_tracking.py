"""Sessions where a pool tracks them: begun with the sign-in, listed, ended one by one. # idp:sessions"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user, token_bearer
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.clock import at
from cogsim.decisions.refresh_token import Family
from cogsim.decisions.user_sessions import check_tracked, find_session, giving_way, open_sessions, tracking
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

#: A page of sessions.
_PAGE = 125


def tracked(ctx: CallContext, family: Family) -> Family:
    """The sign-in as a session where the pool tracks them; the one longest unused makes room where there are many."""
    settings = tracking(ctx.world, ctx.world.user_pools[family.pool_id])
    if not settings.enabled:
        return family
    held = token_families.of_user(ctx.state, family.pool_id, family.sub)
    for ending in ctx.take(giving_way(held, settings.most, ctx.now)):
        _end(ctx, ending, "a newer session")
    draw = ctx.draw("cognito-idp/session-id", family.pool_id, family.username)
    return replace(family, session_id=f"tkn{draw.lower_alnum(25)}")


@operation("cognito-idp:ListUserSessions", reads_only=True)
def list_user_sessions(ctx: CallContext, /, *, AccessToken: str, NextToken: str | None = None) -> Mapping[str, Any]:
    """The token's user's open sessions; its own is marked."""
    bearer = token_bearer(ctx, AccessToken)
    return _listed(ctx, bearer.pool, bearer.user, NextToken, str(bearer.claims.get("origin_jti")))


@operation("cognito-idp:AdminListUserSessions", requires=on_pool("AdminListUserSessions"), reads_only=True)
def admin_list_user_sessions(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, NextToken: str | None = None
) -> Mapping[str, Any]:
    """A user's open sessions."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    return _listed(ctx, pool, user, NextToken, None)


@operation("cognito-idp:RevokeUserSession", ignores=("RevokeAssociatedSessions",))
def revoke_user_session(ctx: CallContext, /, *, AccessToken: str, SessionId: str) -> Mapping[str, Any]:
    """End another session of the token's user, with all its tokens."""
    bearer = token_bearer(ctx, AccessToken)
    _revoke(ctx, bearer.pool, bearer.user, SessionId, str(bearer.claims.get("origin_jti")))
    return {}


@operation(
    "cognito-idp:AdminRevokeUserSession",
    requires=on_pool("AdminRevokeUserSession"),
    ignores=("RevokeAssociatedSessions",),
)
def admin_revoke_user_session(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, SessionId: str
) -> Mapping[str, Any]:
    """End a session of a user, with all its tokens."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    _revoke(ctx, pool, user, SessionId, None)
    return {}


def _listed(
    ctx: CallContext, pool: UserPool, user: PoolUser, token: str | None, current: str | None
) -> Mapping[str, Any]:
    ctx.require(check_tracked(ctx.world, pool))
    held = open_sessions(token_families.of_user(ctx.state, pool.id, user.sub), ctx.now)
    shown, following = page(ctx, held, lambda family: [family.auth_time, family.origin_jti], token, None, _PAGE)
    return {"Sessions": [_described(family, current) for family in shown]} | following


def _described(family: Family, current: str | None) -> dict[str, Any]:
    told = {
        "SessionId": family.session_id,
        "SessionType": "TOKEN",
        "ClientId": family.client_id,
        "CreateDate": at(family.auth_time),
        "LastActiveDate": at(family.active_at),
        "DeviceType": family.user_agent or None,
        "LastIPAddress": family.ip_address,
        "IsCurrentSession": None if current is None else family.origin_jti == current,
    }
    return {name: value for name, value in told.items() if value is not None}


def _revoke(ctx: CallContext, pool: UserPool, user: PoolUser, session_id: str, current: str | None) -> None:
    ctx.require(check_tracked(ctx.world, pool))
    families = token_families.of_user(ctx.state, pool.id, user.sub)
    _end(ctx, ctx.require(find_session(families, session_id, current, ctx.now)), ctx.call.name)


def _end(ctx: CallContext, family: Family, by: str) -> None:
    ctx.update_state(lambda state: token_families.revoke(state, family.origin_jti, by, ctx.now))
