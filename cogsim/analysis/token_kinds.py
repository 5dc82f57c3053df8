"""The kinds of tokens that somebody may offer, one column of the matrix each.

A kind is either a token of its own sort (an ID token, a refresh token, nothing at all), or the very token that a
component takes with one thing wrong: of another client, of another pool, too late, too early, revoked, forged, not
signed at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: What a token is by its make.
Use = Literal[
    "id",
    "access",
    "scoped",
    "refresh",
    "outside",
    "saml",
    "identity-pool",
    "guest",
    "developer",
    "balancer",
    "none",
]


@dataclass(frozen=True, slots=True)
class TokenKind:
    """A kind by its `key`; `heading` stands over the column, `meaning` in the legend. `use` is the make of it; None for
    the token that the component takes, with something wrong."""

    key: str
    heading: str
    meaning: str
    use: Use | None = None


_KINDS = (
    TokenKind("id", "ID", "ID token of the user pool", "id"),
    TokenKind("access", "access", "access token of a sign-in at the API", "access"),
    TokenKind(
        "scoped", "scoped", "access token of an authorization, with the scope that the component wants", "scoped"
    ),
    TokenKind("other-client", "client", "the token that is taken, of another app client of the same pool"),
    TokenKind("other-pool", "pool", "the token that is taken, of another user pool or issuer"),
    TokenKind("expired", "expired", "the token that is taken, at the second of its end"),
    TokenKind("early", "early", "the token that is taken, ten minutes before it was issued"),
    TokenKind("revoked", "revoked", "the token that is taken, after its refresh token was revoked (RevokeToken)"),
    TokenKind("signed-out", "signed out", "the token that is taken, after AdminUserGlobalSignOut"),
    TokenKind("disabled", "disabled", "the token that is taken, after its user was disabled"),
    TokenKind("deleted", "deleted", "the token that is taken, after its user was deleted"),
    TokenKind("forged", "forged", "the token that is taken, under its key id, signed with a key of somebody else"),
    TokenKind("unsigned", "unsigned", "the token that is taken, without its signature (of a JWT: alg none)"),
    TokenKind("refresh", "refresh", "the refresh token of the user pool in its place", "refresh"),
    TokenKind("outside", "outside", "ID or access token of a provider outside AWS", "outside"),
    TokenKind("saml", "SAML", "SAML response of an AD FS", "saml"),
    TokenKind("identity-pool", "ID pool", "token of an identity pool for the user (GetOpenIdToken)", "identity-pool"),
    TokenKind("guest", "guest's", "token of an identity pool for a guest (GetOpenIdToken)", "guest"),
    TokenKind(
        "developer",
        "developer",
        "token of an identity pool for a developer's user (GetOpenIdTokenForDeveloperIdentity)",
        "developer",
    ),
    TokenKind(
        "balancer", "ALB", "what a load balancer makes: x-amzn-oidc-data, and at its rules its cookie", "balancer"
    ),
    TokenKind("none", "none", "no token at all: a guest", "none"),
)

#: Every kind by its key, in the order of the columns.
KINDS: Mapping[str, TokenKind] = {kind.key: kind for kind in _KINDS}

#: The makes that are tried, in this order, to find out which token a component takes.
MAKES: tuple[Use, ...] = (
    "id",
    "scoped",
    "access",
    "refresh",
    "outside",
    "saml",
    "identity-pool",
    "developer",
    "guest",
    "balancer",
)
