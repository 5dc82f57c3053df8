"""Session tracking, as it is switched on for a pool and tuned for an app client. # idp:sessions"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool
from cogsim.aws.services.cognito_idp.pool_documents import keep
from cogsim.decisions import session_settings as settings
from cogsim.decisions.user_sessions import SESSION_CONFIGURATION, tracking
from cogsim.world.user_pool import UserPool


@operation("cognito-idp:SetUserPoolSessionConfiguration", requires=on_pool("SetUserPoolSessionConfiguration"))
def set_user_pool_session_configuration(
    ctx: CallContext, /, *, UserPoolId: str, UserSessionTracking: str, TokenSession: Mapping[str, int]
) -> Mapping[str, Any]:
    """Replace it whole. A lower number ends no session: the next sign-in does."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(settings.check_sessions_available(pool))
    content = {"UserSessionTracking": UserSessionTracking, "TokenSession": dict(TokenSession)}
    keep(ctx, pool.id, SESSION_CONFIGURATION, "", content)
    return _pools(ctx, pool)


@operation(
    "cognito-idp:GetUserPoolSessionConfiguration", requires=on_pool("GetUserPoolSessionConfiguration"), reads_only=True
)
def get_user_pool_session_configuration(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """What was set, or AWS's defaults."""
    return _pools(ctx, operators_pool(ctx, UserPoolId))


@operation(
    "cognito-idp:SetUserPoolClientSessionConfiguration", requires=on_pool("SetUserPoolClientSessionConfiguration")
)
def set_user_pool_client_session_configuration(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, SSOSession: Mapping[str, int]
) -> Mapping[str, Any]:
    """Replace it whole; it rests while tracking is off."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    ctx.require(settings.check_sessions_available(pool))
    ctx.require(settings.check_tracking_on(ctx.world, pool))
    keep(ctx, pool.id, settings.CLIENT_SESSION_CONFIGURATION, ClientId, {"SSOSession": dict(SSOSession)})
    return _clients(ctx, pool, ClientId)


@operation(
    "cognito-idp:GetUserPoolClientSessionConfiguration",
    requires=on_pool("GetUserPoolClientSessionConfiguration"),
    reads_only=True,
)
def get_user_pool_client_session_configuration(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str
) -> Mapping[str, Any]:
    """What was set, or AWS's default of an hour."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    return _clients(ctx, pool, ClientId)


def _pools(ctx: CallContext, pool: UserPool) -> dict[str, Any]:
    held = tracking(ctx.world, pool)
    return {
        "UserPoolId": pool.id,
        "UserSessionTracking": "ENABLED" if held.enabled else "DISABLED",
        "TokenSession": {"MaxPerUser": held.most},
    }


def _clients(ctx: CallContext, pool: UserPool, client_id: str) -> dict[str, Any]:
    minutes = settings.reuse_validity(ctx.world, pool.id, client_id)
    return {"UserPoolId": pool.id, "ClientId": client_id, "SSOSession": {"MaxValidityMinutes": minutes}}
