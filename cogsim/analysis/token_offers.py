"""A token as somebody offers it at a door: the text, the instant, and how the world stands behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.analysis.passage import NOW
from cogsim.analysis.token_kinds import Use
from cogsim.decision import Refusal
from cogsim.decisions.load_balancer_session import AuthSession
from cogsim.decisions.refresh_token import Family, IssuedRefreshToken
from cogsim.entropy import named
from cogsim.tokens.jwt import UnverifiedToken, encode, read, sign
from cogsim.tokens.keys import EcKey, RsaKey, SigningKey, ec_key, rsa_key
from cogsim.world.world import World

#: Seconds before its issuing at which an early token is offered.
EARLY = 600
#: What every refresh token shows, and the sizes of its parts. # idp:refresh-token
_JWE_HEADER = encode(b'{"cty":"JWT","enc":"A256GCM","alg":"RSA-OAEP"}')
_JWE_PARTS = (256, 12, 780, 16)
#: The one whose signature holds for nobody.
FORGER = "analysis/forger"


@dataclass(frozen=True, slots=True)
class Offer:
    """A token with all that its reader may ask about it.

    `text` is None where nothing is offered; `world` is the world that the door stands in, with what had to be made up
    (`notes` say what); `now` and `ends_at` are in seconds. `family` is the sign-in it goes back to; `key` what it was
    signed with, None for a token that only its maker reads; `provider_id` is the name under which STS takes it where it
    is no JWT; `session` is what a load balancer's cookie holds; `refused` is why there is no such token.
    """

    use: Use
    text: str | None
    world: World
    now: float = NOW
    ends_at: float = NOW
    family: Family | None = None
    key: SigningKey | None = field(default=None, repr=False)
    forged_text: str | None = field(default=None, repr=False)
    provider_id: str | None = None
    session: AuthSession | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    refused: Refusal | None = None

    @property
    def revoked(self) -> Callable[[Mapping[str, Any]], bool]:
        """Of a token's claims: whether their sign-in was revoked, as far as this offer's."""
        family = self.family
        ended = family is not None and family.revoked_at is not None

        def ask(claims: Mapping[str, Any]) -> bool:
            own = family is not None and (
                claims.get("origin_jti") == family.origin_jti or claims.get("event_id") == family.event_id
            )
            return own and ended

        return ask

    @property
    def issued_refresh(self) -> IssuedRefreshToken | None:
        """What the pool keeps of the refresh token, where this is one."""
        if self.use != "refresh" or self.family is None:
            return None
        return IssuedRefreshToken(self.family.origin_jti, self.family.expires_at)

    @property
    def ended_by(self) -> Callable[[Mapping[str, Any]], str]:
        """Of a token's claims: what ended their sign-in, as far as this offer's; empty where it stands."""
        revoked, by = self.revoked, self.family.revoked_by if self.family is not None else None
        return lambda claims: by or "a revocation" if revoked(claims) else ""

    def at_its_end(self) -> Offer:
        return replace(self, now=self.ends_at)

    def too_early(self) -> Offer:
        return replace(self, now=NOW - EARLY)

    def signed_out(self, by: str = "AdminUserGlobalSignOut") -> Offer:
        """After every sign-in of its user was ended."""
        if self.family is None:
            return self
        return replace(self, family=replace(self.family, revoked_at=NOW, revoked_by=by))

    def unsigned(self) -> Offer:
        """The same token with alg none and nothing where the signature was; none where there is no signature."""
        padded = self.use == "balancer"
        parsed = read(self.text or "", padded=padded)
        if not isinstance(parsed, UnverifiedToken) or self.key is None:
            told = Refusal("NotFound", "it is no signed token")
            return replace(self, text=None, refused=self.refused or told)
        header = json.dumps({**parsed.header, "alg": "none"}, separators=(",", ":")).encode()
        _, payload, _ = str(self.text).split(".")
        return replace(self, text=f"{encode(header)}.{payload}.")

    def forged(self) -> Offer:
        """The same token under the same key id, signed by somebody else; a made-up one where there is no signature."""
        padded = self.use == "balancer"
        parsed = read(self.text or "", padded=padded)
        if isinstance(parsed, UnverifiedToken) and self.key is not None:
            own = {name: value for name, value in parsed.header.items() if name not in ("kid", "alg")}
            key = _posing_as(self.key)
            made = sign(parsed.claims, key, algorithm=key.algorithm, headers=own, padded=padded)
            return replace(self, text=made)
        return replace(self, text=self.forged_text or opaque("forged"), family=None, session=None)


def _posing_as(key: SigningKey) -> SigningKey:
    """A key of somebody else under the name of `key`."""
    if isinstance(key, EcKey):
        return replace(ec_key(FORGER), kid=key.kid)
    return RsaKey(key.kid, rsa_key(FORGER).private_key, key.algorithm)


def opaque(*name: str) -> str:
    """A refresh token in the shape of a pool's: a function of its name."""
    raw, parts, start = named("analysis/refresh-token", *name).bytes(sum(_JWE_PARTS)), [_JWE_HEADER], 0
    for size in _JWE_PARTS:
        parts.append(encode(raw[start : start + size]))
        start += size
    return ".".join(parts)


def end_of(text: str) -> float:
    """The end of a token that says it (seconds)."""
    parsed = read(text)
    assert isinstance(parsed, UnverifiedToken)
    return float(parsed.claims["exp"])
