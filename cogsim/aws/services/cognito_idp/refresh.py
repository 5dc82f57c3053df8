"""REFRESH_TOKEN_AUTH: new tokens of a sign-in that stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.issue import refresh_sign_in
from cogsim.aws.token_families import FAMILIES, REFRESH_TOKENS, digest
from cogsim.decisions.app_client import check_secret_hash
from cogsim.decisions.refresh_token import accept_refresh_token
from cogsim.errors import NotModelled


def refresh(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """New ID and access tokens; the hash, where one is due, is over the real username. # idp:refresh-token"""
    ctx, pool, client = attempt.ctx, attempt.pool, attempt.client
    if client.refresh_token_rotation:
        raise NotModelled(f"a refresh by client {client.id}", "RefreshTokenRotation")
    issued = REFRESH_TOKENS.get(ctx.state, digest(parameters["REFRESH_TOKEN"]))
    family = FAMILIES.get(ctx.state, issued.origin_jti) if issued else None
    user = ctx.world.pool_users.get((pool.id, family.username)) if family else None
    accepted = ctx.require(accept_refresh_token(issued, family, client, user, ctx.now))
    ctx.require(check_secret_hash(client, accepted.username, parameters.get("SECRET_HASH")))
    current = ctx.world.pool_users[pool.id, accepted.username]
    return refresh_sign_in(ctx, pool, client, current, accepted)
