"""Does a load balancer's rule take the token that a client sends in Authorization. # elb:verify-jwt

1. The token is signed by RS256 under a key of the set that the action names; whose set that is nobody asks.
2. `iss` is the action's issuer, character for character, and `exp` is later than now; both are there. `nbf` and `iat`
   hold where they are there.
3. Each additional claim of the action is there, in the stated form, with a stated value. Nothing else is asked: without
   them every token of the issuer is taken, an ID token as well as another application's.
4. Whether the sign-in was revoked nobody asks. The request goes on with the token as it came.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.discovery import key_set as published_by_pool
from cogsim.decisions.oidc_issue import discovery, published_keys
from cogsim.decisions.token_contents import pool_keys
from cogsim.errors import NotModelled
from cogsim.tokens.jwks import KeySet, key_set
from cogsim.tokens.jwt import SignedClaims, verify
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.world.load_balancer_actions import JwtClaim, JwtValidation
from cogsim.world.world import World

AUTHORIZATION = "authorization"
_SOURCE = "elb:verify-jwt"
#: The limits of a key set: bytes, and keys.
_MOST_BYTES, _MOST_KEYS = 150 * 1024, 10
_NOT_TAKEN = "401"


@dataclass(frozen=True, slots=True)
class Keys:
    """What stands at a key set's address; `size` is that of the body in bytes, `number` counts its entries."""

    keys: KeySet
    size: int
    number: int


def accepts_balancer_token(
    world: World, action: JwtValidation, authorization: str | None, now: float
) -> Decision[SignedClaims | Refusal]:
    """The claims of the token in the header's value, or the refusal; `now` in seconds."""
    sent = _token(authorization)
    if isinstance(sent.value, Refusal):
        return Decision(sent.value, sent.steps)
    keys = taken_keys(keys_at(world, action.jwks_endpoint), action)
    steps = (*sent.steps, *keys.steps)
    if isinstance(keys.value, Refusal):
        return Decision(keys.value, steps)
    signed = verify(sent.value, keys.value, algorithms=("RS256",), types=("JWT", "at+jwt"))
    steps += signed.steps
    if isinstance(signed.value, Refusal):
        return Decision(Refusal(_NOT_TAKEN, signed.value.message), steps)
    expected = Expected((action.issuer,), None, now, required=("iss", "exp"))
    checked = check_claims(signed.value, expected, (7, 8, 9, 11))
    steps += checked.steps
    if checked.value is not None:
        return Decision(Refusal(_NOT_TAKEN, checked.value.message), steps)
    for claim in action.claims:
        held = _holds(claim, signed.value)
        steps += held.steps
        if held.value is not None:
            return Decision(held.value, steps)
    asked = Step("was its sign-in revoked?", "nobody asks", "a token verifies until it expires", _SOURCE, decides=True)
    return decided(signed.value, asked, after=steps)


def _token(authorization: str | None) -> Decision[str | Refusal]:
    question = "is there a token in Authorization?"
    if not authorization:
        step = Step(question, "no", "", _SOURCE, decides=True)
        return decided(Refusal(_NOT_TAKEN, "there is no token"), step)
    scheme, space, token = authorization.strip().partition(" ")
    if space and scheme.casefold() == "bearer":
        return decided(token.strip(), Step(question, "yes", "Bearer", _SOURCE))
    bare = choice("elb.jwtScheme") == "bare-too" and not space
    found = "without the scheme Bearer"
    step = Step(
        question, "yes" if bare else "no", found, _SOURCE, Basis.ASSUMED, assumption="elb.jwtScheme", decides=not bare
    )
    return decided(scheme if bare else Refusal(_NOT_TAKEN, found), step)


def taken_keys(found: Keys | None, action: JwtValidation) -> Decision[KeySet | Refusal]:
    """The keys at the action's endpoint, where the load balancer can have them; None where it does not answer."""
    question = "can the key set be had?"
    trouble = "the endpoint does not answer" if found is None else _too_large(found)
    if trouble is not None or found is None:
        step = Step(question, "no", trouble or "", _SOURCE, Basis.ASSUMED, assumption="elb.jwksTrouble", decides=True)
        return decided(Refusal(choice("elb.jwksTrouble"), trouble or ""), step)
    shown = f"{found.number} keys at {action.jwks_endpoint}"
    return decided(found.keys, Step(question, "yes", shown, f"{_SOURCE}§jwt-validation-limits"))


def _too_large(found: Keys) -> str | None:
    if found.size > _MOST_BYTES or found.number > _MOST_KEYS:
        return f"it has {found.size} bytes and {found.number} keys, more than 150 KB or 10 keys"
    return None


def keys_at(world: World, url: str) -> Keys | None:
    """What stands at the address of a key set: None where its owner does not answer; NotModelled where nobody of the
    world stands there."""
    for pool in world.user_pools.values():
        if url == f"{pool.issuer}/.well-known/jwks.json":
            return _measured(key_set(pool_keys(pool).values()), published_by_pool(pool))
    for issuer in world.oidc_issuers.values():
        if url == discovery(issuer).get("jwks_uri"):
            body = published_keys(issuer)
            return _measured(key_set(issuer.published), body) if issuer.reachable else None
    raise NotModelled("load-balancer:Request", hint=f"the key set at {url}: declare its provider in the world")


def _measured(keys: KeySet, body: Mapping[str, list[Any]]) -> Keys:
    return Keys(keys, len(json.dumps(body, separators=(",", ":"))), len(body["keys"]))


def _holds(claim: JwtClaim, claims: SignedClaims) -> Decision[Refusal | None]:
    """Argument 3."""
    question, held = f"does the claim {claim.name} hold?", claims.get(claim.name)
    texts = _texts(claim, held)
    shown = "it is not there" if held is None else f"{str(held)[:80]}, as {claim.format}"
    several = claim.format != "single-string" and len(claim.values) > 1
    every = choice("elb.jwtClaimValues") == "all"
    fits = texts is not None and (all if every else any)(value in texts for value in claim.values)
    assumed = {"basis": Basis.ASSUMED, "assumption": "elb.jwtClaimValues"} if several and texts is not None else {}
    step = Step(question, "yes" if fits else "no", shown, _SOURCE, decides=not fits, **assumed)  # type: ignore[arg-type]
    return decided(None if fits else Refusal(_NOT_TAKEN, f"the claim {claim.name} does not hold"), step)


def _texts(claim: JwtClaim, held: object) -> tuple[str, ...] | None:
    """The values of the claim, None where it is not in the stated form."""
    if claim.format == "string-array":
        listed = held if isinstance(held, list | tuple) else None
        return tuple(listed) if listed is not None and all(isinstance(each, str) for each in listed) else None
    if not isinstance(held, str):
        return None
    return (held,) if claim.format == "single-string" else tuple(held.split(" "))
