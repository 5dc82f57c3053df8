"""The sign-ins whose tokens are out: what is revoked when somebody signs out, and what a server-side check sees."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.state import State, Table
from cogsim.decisions.refresh_token import Family, IssuedRefreshToken

#: `origin_jti` to sign-in.
FAMILIES: Table[str, Family] = Table("cognito-idp/families")
#: `event_id` to `origin_jti`: a client without revocation leaves `origin_jti` out of its tokens.
_BY_EVENT: Table[str, str] = Table("cognito-idp/families-by-event")
#: (pool id, sub) to the sign-ins of that user.
_BY_USER: Table[tuple[str, str], tuple[str, ...]] = Table("cognito-idp/families-by-user")
#: SHA-256 of a refresh token, hexadecimal.
REFRESH_TOKENS: Table[str, IssuedRefreshToken] = Table("cognito-idp/refresh-tokens")


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal: secrets are found in the state by their digest."""
    return hashlib.sha256(secret.encode()).hexdigest()


def begin(state: State, family: Family) -> State:
    """A new sign-in."""
    owner = (family.pool_id, family.sub)
    state = FAMILIES.put(state, family.origin_jti, family)
    state = _BY_EVENT.put(state, family.event_id, family.origin_jti)
    return _BY_USER.put(state, owner, (*(_BY_USER.get(state, owner) or ()), family.origin_jti))


def of_user(state: State, pool_id: str, sub: str) -> tuple[Family, ...]:
    """The sign-ins of a user, the oldest first, ended ones too."""
    families = FAMILIES.rows(state)
    return tuple(families[origin] for origin in _BY_USER.get(state, (pool_id, sub)) or ())


def revoked(state: State) -> Callable[[Mapping[str, Any]], bool]:
    """Of a token's claims: whether their sign-in was ended."""
    by = ended_by(state)
    return lambda claims: bool(by(claims))


def ended_by(state: State) -> Callable[[Mapping[str, Any]], str]:
    """Of a token's claims: what ended their sign-in; empty where it stands, or was never begun here."""

    def ask(claims: Mapping[str, Any]) -> str:
        origin = claims.get("origin_jti") or _BY_EVENT.get(state, str(claims.get("event_id")))
        family = FAMILIES.get(state, str(origin)) if origin is not None else None
        return family.revoked_by or "a revocation" if family is not None and family.revoked_at is not None else ""

    return ask


def revoke(state: State, origin_jti: str, by: str, now: float) -> State:
    """The sign-in ended by the operation `by`; one that has ended stays as it is."""
    family = FAMILIES.get(state, origin_jti)
    if family is None or family.revoked_at is not None:
        return state
    return FAMILIES.put(state, origin_jti, replace(family, revoked_at=now, revoked_by=by))


def revoke_all(state: State, pool_id: str, sub: str, by: str, now: float) -> State:
    """Every sign-in of a user ended. # idp:token-revocation"""
    for origin_jti in _BY_USER.get(state, (pool_id, sub)) or ():
        state = revoke(state, origin_jti, by, now)
    return state
