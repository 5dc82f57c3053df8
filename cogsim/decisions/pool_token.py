"""Does a user pool take this access token for the operations that act on its own user.

1. It is a token of a pool in this region, signed by that pool's key for access tokens: an ID token is signed by another
   key, so it can't stand in even if its claims were alike.
2. `token_use` is access, `iss` the pool.
3. It has not expired.
4. Its scope holds `aws.cognito.signin.user.admin`: a token that an OAuth client got for something else can't change
   the user's profile.
5. Its sign-in was not revoked. Whoever checks the token elsewhere does not see that: it verifies until it expires.
6. Its user still exists, as the same person, and is enabled; its client still exists.

Every claim stands in the ledger `tokens.claims.ACCESS_TOKEN`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.app_client import find_client
from cogsim.decisions.refusals import Check, after, passed, refused
from cogsim.decisions.token_contents import API_SCOPE, pool_keys
from cogsim.tokens.jwt import SignedClaims, read, verify
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOURCE = "idp:access-token"


@dataclass(frozen=True, slots=True)
class AcceptedAccess:
    """An access token that its pool takes: whose it is, through which client."""

    pool: UserPool
    client: UserPoolClient
    user: PoolUser
    claims: SignedClaims


def accept_access_token(
    world: World, token: str, *, region: str, now: float, revoked: Callable[[Mapping[str, Any]], bool]
) -> Decision[AcceptedAccess | Refusal]:
    """Whose operation this is at `now` (seconds), or the refusal; `revoked` says of claims whether their sign-in was
    revoked."""
    signed = _signed(world, token, region)
    if isinstance(signed.value, Refusal):
        return Decision(signed.value, signed.steps)
    pool, claims = signed.value
    current = after(signed, _current(claims, now, revoked))
    if current.value is not None:
        return current
    found = after(current, find_client(world, str(claims["client_id"]), region, pool.id))
    if isinstance(found.value, Refusal):
        return found
    return after(found, _owner(world, pool, found.value, claims))


def _signed(world: World, token: str, region: str) -> Decision[tuple[UserPool, SignedClaims] | Refusal]:
    """Arguments 1 and 2."""
    question, parsed = "which pool is it a token of?", read(token)
    if isinstance(parsed, Refusal):
        return refused(refusals.INVALID_ACCESS_TOKEN, "is it a well-formed token?", parsed.message, _SOURCE)
    issuer = parsed.claims.get("iss")
    pool = world.user_pools.get(issuer.rpartition("/")[2]) if isinstance(issuer, str) else None
    if pool is None or pool.issuer != issuer or pool.region != region:
        return refused(refusals.INVALID_ACCESS_TOKEN, question, f"{issuer}, in {region}", _SOURCE, answer="none here")
    verified = verify(token, pool_keys(pool, "access"), algorithms=("RS256",))
    if isinstance(verified.value, Refusal):
        return Decision(refusals.INVALID_ACCESS_TOKEN, verified.steps)
    if verified.value.get("token_use") != "access":
        found = str(verified.value.get("token_use"))
        return after(verified, refused(refusals.INVALID_ACCESS_TOKEN, "is it an access token?", found, _SOURCE))
    step = Step("is it an access token?", "yes", f"of {pool.id}", _SOURCE)
    return decided((pool, verified.value), step, after=verified.steps)


def _current(claims: SignedClaims, now: float, revoked: Callable[[Mapping[str, Any]], bool]) -> Check:
    """Arguments 3 to 5."""
    question = "has it expired?"
    if now >= claims["exp"]:
        return refused(refusals.ACCESS_TOKEN_EXPIRED, question, f"at {claims['exp']}", _SOURCE, answer="yes")
    checks = passed(question, f"not before {claims['exp']}", _SOURCE, answer="no")
    question, scope = "does its scope open the user's own operations?", str(claims.get("scope", ""))
    if API_SCOPE not in scope.split(" "):
        return after(checks, refused(refusals.SCOPE_MISSING, question, scope, "idp:scopes"))
    checks = after(checks, passed(question, scope, "idp:scopes"))
    question, source = "was its sign-in revoked?", "idp:token-revocation"
    if revoked(claims):
        found = str(claims.get("origin_jti", claims.get("event_id")))
        return after(checks, refused(refusals.ACCESS_TOKEN_REVOKED, question, found, source, answer="yes"))
    return after(checks, passed(question, "it stands", source, answer="no"))


def _owner(
    world: World, pool: UserPool, client: UserPoolClient, claims: SignedClaims
) -> Decision[AcceptedAccess | Refusal]:
    """Argument 6."""
    user = world.pool_users.get((pool.id, str(claims["username"])))
    question = "is its user still there?"
    if user is None or user.sub != claims["sub"]:
        return refused(refusals.NO_SUCH_USER, question, str(claims["username"]), "idp:user-accounts")
    if not user.enabled:
        return refused(refusals.DISABLED, "is its user enabled?", user.username, "idp:user-accounts")
    accepted = AcceptedAccess(pool, client, user, claims)
    return decided(accepted, Step(question, "yes", user.username, "idp:user-accounts", decides=True))


def as_declared(found: Decision[AcceptedAccess | Refusal], declared: Set[str]) -> Decision[AcceptedAccess | Refusal]:
    """`found` with a refusal that the operation declares: some know no UserNotFoundException, some nothing that does
    not exist, and all NotAuthorizedException. # idp:api"""
    if not isinstance(found.value, Refusal) or found.value.code in declared:
        return found
    refusal = Refusal(refusals.NOT_AUTHORIZED, found.value.message)
    told: Decision[AcceptedAccess | Refusal] = refused(
        refusal,
        "how does this operation say so?",
        f"{found.value.code} is none of its errors",
        "idp:api",
        assumption=refusals.UNSEEN_TEXTS,
    )
    return after(found, told)
