"""Does the userInfo endpoint take this access token. # idp:userinfo-endpoint

1. It is an access token of the pool whose domain is asked, under the pool's key, in force.
2. Its scopes hold `openid`: tokens of the API have none and show nothing here.
3. Its sign-in stands: this endpoint does notice that somebody signed out everywhere.
4. Its user still exists, as the same person, and is enabled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.oauth_grant import OPENID
from cogsim.decisions.pool_token import AcceptedAccess
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, after, all_of, passed, refused
from cogsim.decisions.token_contents import pool_keys
from cogsim.tokens.jwt import SignedClaims, verify
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_SOURCE = "idp:userinfo-endpoint"
_MISSING = Refusal("invalid_request", "Bad OAuth2 request at UserInfo Endpoint")
_DEAD = Refusal(
    "invalid_token",
    "Access token is expired, disabled, or deleted, or the user has globally signed out.",
)


def accept_bearer(
    world: World,
    pool: UserPool,
    header: str | None,
    *,
    now: float,
    revoked: Callable[[Mapping[str, Any]], bool],
) -> Decision[AcceptedAccess | Refusal]:
    """Whose attributes are shown at `now` (seconds), or the refusal."""
    question, (scheme, _, token) = "is there an access token?", (header or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        return refused(_MISSING, question, "no Bearer token", _SOURCE)
    verified = verify(token.strip(), pool_keys(pool, "access"), algorithms=("RS256",))
    if isinstance(verified.value, Refusal):
        return Decision(_DEAD, verified.steps)
    claims = verified.value
    checked = after(verified, all_of(_check_kind(pool, claims), _check_force(claims, now, revoked)))
    if checked.value is not None:
        return checked
    client, user = world.clients.get(str(claims["client_id"])), world.pool_users.get((pool.id, str(claims["username"])))
    question = "are its user and client still there?"
    gone = user is None or user.sub != claims["sub"] or not user.enabled
    if gone or user is None or client is None or client.pool_id != pool.id:
        return after(checked, refused(_DEAD, question, "gone, or disabled", _SOURCE))
    accepted = AcceptedAccess(pool, client, user, claims)
    step = Step(question, "yes", user.username, _SOURCE, facts=(("sub", user.sub),), decides=True)
    return decided(accepted, step, after=checked.steps)


def _check_kind(pool: UserPool, claims: SignedClaims) -> Check:
    question, found = "is it an access token of the pool?", f"{claims.get('token_use')} of {claims.get('iss')}"
    if claims.get("token_use") != "access" or claims.get("iss") != pool.issuer or "username" not in claims:
        return refused(_DEAD, question, found, _SOURCE)
    scope, asked = str(claims.get("scope", "")), "does its scope open this endpoint?"
    if OPENID not in scope.split(" "):
        return refused(_DEAD, asked, scope, "idp:scopes", assumption=UNSEEN_TEXTS)
    return all_of(passed(question, found, _SOURCE), passed(asked, scope, "idp:scopes"))


def _check_force(claims: SignedClaims, now: float, revoked: Callable[[Mapping[str, Any]], bool]) -> Check:
    question = "does it still count?"
    if now >= claims["exp"]:
        return refused(_DEAD, question, f"it ended at {claims['exp']}", _SOURCE)
    if revoked(claims):
        return refused(_DEAD, question, "its sign-in was revoked", "idp:token-revocation")
    return passed(question, "in force", _SOURCE)
