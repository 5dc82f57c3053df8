"""A token that an API is sent: whether one of the trusted issuers signed it and it is in force, and nothing else.

1. The issuer that the token names is one of those that are trusted, character for character.
2. It is signed by RSA under a key of that issuer, named by `kid`. # apigw:http-jwt
3. `exp` is later than now, `nbf` and `iat` where they are there are not. Load on a pool or a sign-out change nothing:
   whoever verifies by key never asks whether the sign-in was revoked. # idp:token-revocation
The authorizers ask the rest: which kind, whose client, which scopes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.token_contents import pool_keys
from cogsim.tokens.jwks import KeySet, key_set
from cogsim.tokens.jwt import SignedClaims, read, verify
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: The codes of refusals, beside those of `check_claims`.
MALFORMED, UNTRUSTED, UNVERIFIED = "MalformedToken", "UntrustedIssuer", "InvalidSignature"
EXPIRED = "TokenExpired"

_RSA = ("RS256", "RS384", "RS512")


@dataclass(frozen=True, slots=True)
class BelievedToken:
    """A token that its issuer signed and that is in force; `pool` is None for an issuer outside AWS."""

    issuer: str
    claims: SignedClaims
    pool: UserPool | None = None


def believe_token(
    world: World, issuers: Iterable[str], token: str, *, now: float, source: str
) -> Decision[BelievedToken | Refusal]:
    """The claims of `token` where one of `issuers` made it and it is in force at `now` (seconds)."""
    trusted = tuple(issuers)
    parsed = read(token)
    if isinstance(parsed, Refusal):
        return _no(Refusal(MALFORMED, parsed.message), "is it a well-formed token?", parsed.message, source)
    issuer = parsed.claims.get("iss")
    question, shown = "is its issuer one that is trusted here?", f"iss {str(issuer)[:200]}"
    if not isinstance(issuer, str) or issuer not in trusted:
        return _no(Refusal(UNTRUSTED, shown), question, f"{shown}; trusted {', '.join(trusted) or 'none'}", source)
    pool, keys = issuing_pool(world, issuer), keys_of(world, issuer)
    if keys is None:
        facts = (("unresolved", issuer),)
        return _no(Refusal(UNTRUSTED, shown), question, f"{shown}: its keys are not in the world", source, facts)
    known = Step(question, "yes", shown, source)
    signed = verify(token, keys, algorithms=_RSA, types=("JWT", "at+jwt"))
    if isinstance(signed.value, Refusal):
        return Decision(Refusal(UNVERIFIED, signed.value.message), (known, *signed.steps))
    checked = check_claims(signed.value, Expected((issuer,), None, now, required=("iss", "exp")), (7, 8, 9, 11))
    steps = (known, *signed.steps, *checked.steps)
    if checked.value is not None:
        return Decision(checked.value, steps)
    asked = Step("was its sign-in revoked?", "nobody asks", "a token verifies until it expires", "idp:token-revocation")
    return decided(BelievedToken(issuer, signed.value, pool), asked, after=steps)


def keys_of(world: World, issuer: str) -> KeySet | None:
    """The keys that an issuer publishes now, None where it is not in the world or does not answer."""
    pool = issuing_pool(world, issuer)
    if pool is not None:
        return key_set(pool_keys(pool).values())
    outside = find_issuer(world, issuer)
    return key_set(outside.published) if outside is not None and outside.reachable else None


def scopes_of(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """The scopes that a token holds, in `scope` or `scp`, as text or as a list; in a text only spaces part them.
    # apigw:http-jwt, rfc:6749 §3.3"""
    held = claims.get("scope", claims.get("scp"))
    if isinstance(held, str):
        return tuple(filter(None, held.split(" ")))
    return tuple(str(each) for each in held) if isinstance(held, list | tuple) else ()


def bearer(value: str) -> str:
    """The token in a header's value, which may name the scheme before it."""
    scheme, space, token = value.partition(" ")
    return token.strip() if space and scheme.casefold() == "bearer" else value.strip()


def _no(
    refusal: Refusal, question: str, found: str, source: str, facts: tuple[tuple[str, str], ...] = ()
) -> Decision[Any]:
    return decided(refusal, Step(question, "no", found, source, facts=facts, decides=True))
