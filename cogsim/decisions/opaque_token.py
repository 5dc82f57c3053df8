"""Access tokens that say nothing to anybody but the provider that made them: Facebook's, Amazon's, and every userinfo.

1. The provider seals them with a secret of its own: stops a token made up, or changed.
2. They end, and with the account that they speak for: stops a token that outlives its owner's right to it.
3. They were made for one application, which the provider says: stops a token that another application obtained.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from typing import Any

from cogsim.clock import iso
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.entropy import named
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.tokens.rule import Rule
from cogsim.tokens.strict_text import MalformedError, decode, encode, json_object
from cogsim.world.external_oidc import OidcIssuer

#: How tokens of a provider begin.
_PREFIXES = {"facebook": "EAA", "amazon": "Atza|", "google": "ya29.", "generic": "", "apple": "", "github": ""}
_LONGEST = 4096
_SEAL = 32

_TEXT = Rule(1, "is it an access token of the provider?", "lwa:access-token", "a token made up or changed")
_OWNER = Rule(2, "does the account it speaks for still stand?", "lwa:access-token", "a token that outlives its owner")


def opaque_token(issuer: OidcIssuer, client_id: str, subject: str, scope: str, issued: float, serial: str) -> str:
    """An access token for an application on behalf of an account; `serial` tells two of the same second apart."""
    said = {
        "aud": client_id,
        "sub": subject,
        "scope": scope,
        "iat": int(issued),
        "exp": int(issued) + issuer.token_lifetime,
        "jti": serial,
    }
    raw = json.dumps(said, separators=(",", ":"), ensure_ascii=False).encode()
    return _PREFIXES[issuer.preset] + encode(raw + _seal(issuer, raw))


def read_opaque_token(
    issuer: OidcIssuer, token: str, expected: Expected | None = None
) -> Decision[Mapping[str, Any] | Refusal]:
    """What the provider says of an access token; its audience and end are checked where `expected` says by what."""
    raw = _opened(issuer, token)
    if raw is None:
        return decided(Refusal("InvalidToken", "not an access token of the provider"), _TEXT.failed(issuer.url))
    said = json_object(raw, "token")
    steps: tuple[Step, ...] = (_TEXT.passed(issuer.url),)
    owner = issuer.user_of(said["sub"])
    if owner is None or not owner.enabled:
        found = "the account is gone" if owner is None else "the account is disabled"
        return decided(Refusal("AccountDisabled", found), _OWNER.failed(found), after=steps)
    steps += (_OWNER.passed(owner.username, decides=expected is None),)
    if expected is None:
        return Decision(said, steps)
    checked = check_claims({**said, "iss": issuer.issuers[0]}, expected)
    return Decision(checked.value or said, (*steps, *checked.steps))


def check_in_force(said: Mapping[str, Any], now: float) -> Check:
    """Whether a token that was read has not ended at `now` (seconds), as its provider asks. # oidc:core §5.3.3"""
    question, source = "has the access token not ended?", "oidc:core§5.3.3"
    found = f"until {iso(said['exp'])}, now {iso(now)}"
    if now < said["exp"]:
        return passed(question, found, source)
    return refused(Refusal("invalid_token", "The access token expired."), question, found, source)


def _opened(issuer: OidcIssuer, token: str) -> bytes | None:
    """The inside of a token that the provider sealed."""
    prefix = _PREFIXES[issuer.preset]
    if not token.startswith(prefix) or len(token) > _LONGEST:
        return None
    try:
        sealed = decode(token.removeprefix(prefix), "token")
    except MalformedError:
        return None
    raw, seal = sealed[:-_SEAL], sealed[-_SEAL:]
    return raw if hmac.compare_digest(seal, _seal(issuer, raw)) else None


def _seal(issuer: OidcIssuer, raw: bytes) -> bytes:
    return hmac.digest(named("oidc/seal", issuer.url).bytes(32), raw, "sha256")
