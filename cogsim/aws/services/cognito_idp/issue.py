"""Tokens for a sign-in: the family begins, the claims are asked of `decisions`, the pool's keys sign."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.session_tracking import tracked
from cogsim.aws.services.cognito_idp.triggers import shape_tokens
from cogsim.aws.token_families import REFRESH_TOKENS, digest
from cogsim.decisions import step_up
from cogsim.decisions.oauth_grant import Grant, at_hash
from cogsim.decisions.progress import NEW_PASSWORD
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


@dataclass(frozen=True, slots=True)
class Tokens:
    """One issuing of tokens: whose, for which sign-in; `source` is the trigger source of the pre-token trigger, and
    `metadata` the ClientMetadata that reaches it."""

    ctx: CallContext
    pool: UserPool
    client: UserPoolClient
    user: PoolUser
    family: Family
    source: str
    metadata: Mapping[str, str] = field(default_factory=dict)


def begin_sign_in(attempt: Attempt) -> Mapping[str, Any]:
    """The response to a sign-in that needs nothing more: ID, access and refresh token. # idp:tokens"""
    ctx, pool, client, user = attempt.ctx, attempt.pool, attempt.client, attempt.user
    family = begin_family(attempt, ctx.now)
    chosen = NEW_PASSWORD in attempt.progress.proved
    source = "TokenGeneration_NewPasswordChallenge" if chosen else "TokenGeneration_Authentication"
    tokens = Tokens(ctx, pool, client, user, family, source, attempt.sent.metadata)
    result = issue_again(tokens, expires_at=family.expires_at)
    return {"ChallengeParameters": {}, "AuthenticationResult": result}


def begin_family(attempt: Attempt, auth_time: float, grant: Grant | None = None) -> Family:
    """The sign-in that tokens go back to, begun; `auth_time` is when its user proved who they are (seconds)."""
    ctx, pool, client, user = attempt.ctx, attempt.pool, attempt.client, attempt.user
    origin_jti = ctx.draw("cognito-idp/origin-jti", pool.id, user.username).uuid()
    event_id = attempt.progress.event_id or ctx.draw("cognito-idp/event-id", pool.id, user.username).uuid()
    family = Family(
        origin_jti,
        event_id,
        pool.id,
        client.id,
        user.username,
        user.sub,
        auth_time,
        acr=ctx.take(step_up.acr_of(pool, attempt.progress)),
        amr=step_up.amr_of(attempt.progress),
        device_key=attempt.progress.device_key,
        active_at=ctx.now,
        ip_address=attempt.sent.ip_address,
        user_agent=ctx.call.origin.user_agent,
        expires_at=ctx.now + client.refresh_token_validity,
        grant=grant,
    )
    family = tracked(ctx, family)
    ctx.update_state(lambda state: token_families.begin(state, family))
    return family


def issue_again(tokens: Tokens, *, expires_at: float | None) -> dict[str, Any]:
    """AuthenticationResult with the groups and attributes of now; a refresh token too where its end is given.
    # idp:refresh-token"""
    ctx, pool, client, user = tokens.ctx, tokens.pool, tokens.client, tokens.user
    family, claims = tokens.family, {}
    for use, claims_of in (("access", access_claims), ("id", id_claims)):
        jti = ctx.draw("cognito-idp/jti", pool.id, user.username).uuid()
        issue = Issue(
            *(ctx.now, family.auth_time, jti, family.origin_jti, family.event_id),
            *(family.acr, family.amr, family.device_key, family.grant),
        )
        claims[use] = ctx.take(claims_of(ctx.world, pool, client, user, issue))
    own, access = shape_tokens(ctx, pool, client, user, tokens.source, tokens.metadata, claims["id"], claims["access"])
    token = sign(access, pool_key(pool, "access"))
    result = {"AccessToken": token, "ExpiresIn": client.access_token_validity, "TokenType": "Bearer"}
    if family.grant is None:
        result["IdToken"] = sign(own, pool_key(pool, "id"))
    elif family.grant.has_openid:
        result["IdToken"] = sign({**own, "at_hash": at_hash(token)}, pool_key(pool, "id"))
    return result if expires_at is None else result | {"RefreshToken": _refresh_token(ctx, family, expires_at)}


def _refresh_token(ctx: CallContext, family: Family, expires_at: float) -> str:
    """An opaque token in the shape of a JWE, known to the pool by its SHA-256."""
    draw = ctx.draw("cognito-idp/refresh-token", family.pool_id, family.username)
    raw = draw.bytes(sum(_JWE_PARTS))
    parts, start = [_JWE_HEADER], 0
    for size in _JWE_PARTS:
        parts.append(encode(raw[start : start + size]))
        start += size
    token = ".".join(parts)
    issued = IssuedRefreshToken(family.origin_jti, expires_at)
    ctx.update_state(lambda state: REFRESH_TOKENS.put(state, digest(token), issued))
    return token
