"""New tokens of a sign-in that stands: REFRESH_TOKEN_AUTH and GetTokensFromRefreshToken. # idp:refresh-token"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.issue import Tokens, issue_again
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decision import Refusal
from cogsim.decisions.app_client import check_secret, check_secret_hash
from cogsim.decisions.refresh_token import Family, accept_refresh_token, check_refresh_operation
from cogsim.errors import AwsError
from cogsim.world.user_pool_client import UserPoolClient


def refresh(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """REFRESH_TOKEN_AUTH; the hash, where one is due, is over the real username."""
    ctx, client = attempt.ctx, attempt.client
    family = _accepted(ctx, client, parameters["REFRESH_TOKEN"], parameters.get("DEVICE_KEY"))
    ctx.require(check_secret_hash(client, family.username, parameters.get("SECRET_HASH")))
    result = _renew(ctx, client, family, parameters["REFRESH_TOKEN"], {}, "TokenGeneration_RefreshTokens")
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


@operation("cognito-idp:GetTokensFromRefreshToken")
def get_tokens_from_refresh_token(
    ctx: CallContext,
    /,
    *,
    RefreshToken: str,
    ClientId: str,
    ClientSecret: str | None = None,
    DeviceKey: str | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """New ID and access tokens, and a new refresh token where the client rotates them."""
    client, _ = client_and_pool(ctx, ClientId)
    ctx.require(check_secret(client, ClientSecret, "NotAuthorizedException"))
    ctx.require(check_refresh_operation(client))
    family = _accepted(ctx, client, RefreshToken, DeviceKey)
    result = _renew(ctx, client, family, RefreshToken, ClientMetadata or {}, "TokenGeneration_Authentication")
    return {"AuthenticationResult": result}


def renew(ctx: CallContext, client: UserPoolClient, token: str, source: str) -> Mapping[str, Any]:
    """AuthenticationResult for a refresh token of the client's; `source` is that of the pre-token trigger."""
    return _renew(ctx, client, _accepted(ctx, client, token, None), token, {}, source)


def _accepted(ctx: CallContext, client: UserPoolClient, token: str, device_key: str | None) -> Family:
    """The sign-in behind the token; a reuse after the grace may end the sign-in for everybody."""
    issued = REFRESH_TOKENS.get(ctx.state, digest(token))
    family = FAMILIES.get(ctx.state, issued.origin_jti) if issued else None
    user = ctx.world.pool_users.get((client.pool_id, family.username)) if family else None
    accepted = ctx.take(accept_refresh_token(issued, family, client, user, device_key, ctx.now))
    if isinstance(accepted, Family):
        return accepted
    _end_reused(ctx, accepted, family)
    raise AwsError(accepted.code, accepted.message)


def _end_reused(ctx: CallContext, refusal: Refusal, family: Family | None) -> None:
    reused = refusal.code == "RefreshTokenReuseException" and choice("cognito.refreshReuseRevokes") == "yes"
    if reused and family is not None:
        origin = family.origin_jti
        ctx.update_state(lambda state: token_families.revoke(state, origin, "the reuse of a token", ctx.now))


def _renew(
    ctx: CallContext,
    client: UserPoolClient,
    family: Family,
    token: str,
    metadata: Mapping[str, str],
    source: str,
) -> Mapping[str, Any]:
    pool = ctx.world.user_pools[client.pool_id]
    user = ctx.world.pool_users[pool.id, family.username]
    used = replace(
        family, active_at=ctx.now, ip_address=ctx.call.origin.source_ip, user_agent=ctx.call.origin.user_agent
    )
    ctx.update_state(lambda state: FAMILIES.put(state, family.origin_jti, used))
    tokens = Tokens(ctx, pool, client, user, used, source, metadata)
    if not client.refresh_token_rotation:
        return issue_again(tokens, expires_at=None)
    issued = REFRESH_TOKENS.rows(ctx.state)[digest(token)]
    result = issue_again(tokens, expires_at=issued.expires_at)
    if issued.replaced_at is None:
        replaced = replace(issued, replaced_at=ctx.now)
        ctx.update_state(lambda state: REFRESH_TOKENS.put(state, digest(token), replaced))
    return result
