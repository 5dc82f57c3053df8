"""What an authorization is for: its scopes, and which of a user's attributes they show. # idp:scopes

1. Without `openid` there is no ID token and no userInfo.
2. `openid` by itself shows every attribute that the client may read; beside `email`, `phone` or `profile` only theirs.
3. A client that may not read what a scope stands for gets no tokens for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.attribute_permissions import readable
from cogsim.decisions.refusals import Check, after, passed, refused
from cogsim.tokens.strict_text import encode
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

OPENID, PROFILE = "openid", "profile"
#: The attributes of the scopes that stand for some; `profile` stands for all that the client may read.
_SHOWN_BY = {
    "email": ("email", "email_verified"),
    "phone": ("phone_number", "phone_number_verified"),
}


@dataclass(frozen=True, slots=True)
class Grant:
    """An authorization through the pool's domain: scopes in their order, the nonce that the ID token repeats, and the
    resource that the access token is bound to."""

    scopes: tuple[str, ...]
    nonce: str | None = None
    resource: str | None = None

    @property
    def scope(self) -> str:
        """The claim `scope`, and the member of that name."""
        return " ".join(self.scopes)

    @property
    def has_openid(self) -> bool:
        """Whether it gives an ID token and opens userInfo."""
        return OPENID in self.scopes


def shown_attributes(pool: UserPool, client: UserPoolClient, scopes: tuple[str, ...]) -> Decision[frozenset[str]]:
    """The attributes that tokens and userInfo of these scopes show (argument 2)."""
    allowed = readable(pool, client)
    question, narrowing = "which attributes do the scopes show?", [*_SHOWN_BY, PROFILE]
    named = [scope for scope in scopes if scope in narrowing]
    found = " ".join(scopes)
    if not named or PROFILE in named:
        step = Step(question, "all that the client may read", found, "idp:scopes")
        return decided(allowed.value, step, after=allowed.steps)
    shown = frozenset(name for scope in named for name in _SHOWN_BY[scope]) & allowed.value
    step = Step(question, ", ".join(sorted(shown)) or "none", found, "idp:scopes")
    return decided(shown, step, after=allowed.steps)


def check_scopes_readable(pool: UserPool, client: UserPoolClient, scopes: tuple[str, ...]) -> Check:
    """Whether the client may read what the scopes stand for (argument 3)."""
    allowed, question = readable(pool, client), "may the client read what the scopes stand for?"
    place = client.origin.at("ReadAttributes")
    for scope in scopes:
        if scope in _SHOWN_BY and _SHOWN_BY[scope][0] not in allowed.value:
            refusal, found = Refusal("invalid_grant", ""), f"not {_SHOWN_BY[scope][0]}, for {scope}"
            return after(allowed, refused(refusal, question, found, "idp:token-endpoint", location=place))
    return after(allowed, passed(question, " ".join(scopes), "idp:token-endpoint", location=place))


def at_hash(access_token: str) -> str:
    """The ID token's word for the access token beside it: half of its SHA-256. # oidc:core §3.1.3.6"""
    return encode(hashlib.sha256(access_token.encode()).digest()[:16])
