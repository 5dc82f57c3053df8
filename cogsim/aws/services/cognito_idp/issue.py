"""Tokens for a sign-in: the family begins, the claims are asked of `decisions`, the pool's keys sign."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.unmodelled import refuse_token_triggers
from cogsim.aws.token_families import REFRESH_TOKENS, digest
from cogsim.decisions.refresh_token import Family, IssuedRefreshToken
from cogsim.decisions.token_contents import Issue, access_claims, id_claims, pool_key
from cogsim.tokens.jwt import encode, sign
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

#: The header every refresh token shows; what follows it is opaque. # idp:refresh-token
_JWE_HEADER = encode(b'{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}')
#: Bytes of the encrypted key, nonce, content and tag.
_JWE_PARTS = (256, 12, 780, 16)


def begin_sign_in(ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser) -> Mapping[str, Any]:
    """The response to a sign-in that needs nothing more: ID, access and refresh token. # idp:tokens"""
    origin_jti = ctx.draw("cognito-idp/origin-jti", pool.id, user.username).uuid()
    event_id = ctx.draw("cognito-idp/event-id", pool.id, user.username).uuid()
    family = Family(origin_jti, event_id, pool.id, client.id, user.username, user.sub, ctx.now)
    ctx.update_state(lambda state: token_families.begin(state, family))
    result = _tokens(ctx, pool, client, user, family)
    result["RefreshToken"] = _refresh_token(ctx, client, family)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def refresh_sign_in(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser, family: Family
) -> Mapping[str, Any]:
    """New ID and access tokens of a sign-in, with the groups and attributes of now. # idp:refresh-token"""
    return {"ChallengeParameters": {}, "AuthenticationResult": _tokens(ctx, pool, client, user, family)}


def _tokens(ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser, family: Family) -> dict[str, Any]:
    refuse_token_triggers(pool)
    made = {}
    for use, claims_of in (("access", access_claims), ("id", id_claims)):
        jti = ctx.draw("cognito-idp/jti", pool.id, user.username).uuid()
        issue = Issue(ctx.now, family.auth_time, jti, family.origin_jti, family.event_id)
        claims = ctx.take(claims_of(ctx.world, pool, client, user, issue))
        made[use] = sign(claims, pool_key(pool.id, "access" if use == "access" else "id"))
    return {
        "AccessToken": made["access"],
        "ExpiresIn": client.access_token_validity,
        "TokenType": "Bearer",
        "IdToken": made["id"],
    }


def _refresh_token(ctx: CallContext, client: UserPoolClient, family: Family) -> str:
    """An opaque token in the shape of a JWE, known to the pool by its SHA-256."""
    draw = ctx.draw("cognito-idp/refresh-token", family.pool_id, family.username)
    raw = draw.bytes(sum(_JWE_PARTS))
    parts, start = [_JWE_HEADER], 0
    for size in _JWE_PARTS:
        parts.append(encode(raw[start : start + size]))
        start += size
    token = ".".join(parts)
    issued = IssuedRefreshToken(family.origin_jti, ctx.now + client.refresh_token_validity)
    ctx.update_state(lambda state: REFRESH_TOKENS.put(state, digest(token), issued))
    return token
