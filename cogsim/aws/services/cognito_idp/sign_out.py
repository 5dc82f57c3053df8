"""Signing out: every sign-in of a user, or the one behind a refresh token. # idp:token-revocation"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user, token_bearer
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decisions.app_client import check_secret
from cogsim.decisions.refresh_token import check_revocable, find_revoking_client
from cogsim.world.user_pool_client import UserPoolClient


@operation("cognito-idp:GlobalSignOut")
def global_sign_out(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """End every sign-in of the token's user. Who checks tokens alone does not notice until they expire."""
    bearer = token_bearer(ctx, AccessToken)
    pool_id, sub = bearer.pool.id, bearer.user.sub
    ctx.update_state(lambda state: token_families.revoke_all(state, pool_id, sub, "GlobalSignOut", ctx.now))
    return {}


@operation("cognito-idp:AdminUserGlobalSignOut", requires=on_pool("AdminUserGlobalSignOut"))
def admin_user_global_sign_out(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """End every sign-in of a user on the operator's word."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.update_state(
        lambda state: token_families.revoke_all(state, pool.id, user.sub, "AdminUserGlobalSignOut", ctx.now)
    )
    return {}


@operation("cognito-idp:RevokeToken", ignores=("RevokeAssociatedSessions",))
def revoke_token(
    ctx: CallContext, /, *, Token: str, ClientId: str, ClientSecret: str | None = None
) -> Mapping[str, Any]:
    """End the sign-in behind a refresh token; a token that is unknown or ended already changes nothing."""
    client = ctx.require(find_revoking_client(ctx.world, ClientId, ctx.region))
    ctx.require(check_secret(client, ClientSecret))
    revoke(ctx, client, Token, "RevokeToken")
    return {}


def revoke(ctx: CallContext, client: UserPoolClient, token: str, by: str) -> None:
    """End the sign-in behind a token where it is one of the client's; `by` says what ended it."""
    issued = REFRESH_TOKENS.get(ctx.state, digest(token))
    family = FAMILIES.get(ctx.state, issued.origin_jti) if issued else None
    if ctx.require(check_revocable(client, family, token)):
        origin = issued.origin_jti if issued else ""
        ctx.update_state(lambda state: token_families.revoke(state, origin, by, ctx.now))
