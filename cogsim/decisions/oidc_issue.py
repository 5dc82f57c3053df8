"""What a provider says in its ID tokens and userinfo, each preset in its own manner, and what it publishes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cogsim.frozen import thaw
from cogsim.tokens.jwks import jwks
from cogsim.tokens.jwt import sign
from cogsim.tokens.strict_text import encode
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser

#: Which scope opens which claims; claims of no scope are the provider's own and always said. # oidc:core §5.4
_SCOPES: Mapping[str, tuple[str, ...]] = {
    "profile": (
        *("name", "family_name", "given_name", "middle_name", "nickname", "preferred_username", "profile", "picture"),
        *("website", "gender", "birthdate", "zoneinfo", "locale", "updated_at"),
    ),
    "email": ("email", "email_verified", "is_private_email"),
    "address": ("address",),
    "phone": ("phone_number", "phone_number_verified"),
}
#: The same scopes by the names of providers that have names of their own.
_OWN_SCOPES: Mapping[str, Mapping[str, str]] = {
    "apple": {"name": "profile"},
    "facebook": {"public_profile": "profile", "openid": "profile"},
    "amazon": {"postal_code": "address"},
}
_RELAY = "@privaterelay.appleid.com"


def person_claims(issuer: OidcIssuer, user: OidcUser, scope: str) -> dict[str, Any]:
    """What `scope` lets the provider say of a person, without `sub`."""
    said: dict[str, Any] = thaw(user.claims)
    if "email" in said:
        said["email_verified"] = _truth(issuer, user.email_verified)
        if issuer.preset == "apple" and str(said["email"]).endswith(_RELAY):
            said["is_private_email"] = _truth(issuer, True)
    own = _OWN_SCOPES.get(issuer.preset, {})
    open_scopes = {own.get(each, each) for each in scope.split()} | set(scope.split())
    if issuer.preset == "amazon" and "profile" in open_scopes:
        open_scopes.add("email")
    closed = {claim for name, claims in _SCOPES.items() if name not in open_scopes for claim in claims}
    return {name: said[name] for name in sorted(said) if name not in closed}


def _truth(issuer: OidcIssuer, value: bool) -> bool | str:
    """Apple writes truth values as texts. # apple:sign-in"""
    return str(value).lower() if issuer.preset == "apple" else value


def id_token(
    issuer: OidcIssuer,
    client: OidcClient,
    user: OidcUser,
    *,
    scope: str,
    nonce: str | None,
    access_token: str,
    signed_in: float,
    now: float,
    serial: str,
) -> str:
    """The ID token for an application, signed with the provider's newest key; instants in seconds."""
    claims: dict[str, Any] = {"iss": issuer.issuers[0], "aud": client.id, "sub": user.subject}
    if issuer.preset == "google":
        claims["azp"] = client.id
    claims |= person_claims(issuer, user, scope)
    claims["at_hash"] = encode(hashlib.sha256(access_token.encode()).digest()[:16])
    if nonce is not None:
        claims["nonce"] = nonce
    if issuer.preset == "apple":
        claims["nonce_supported"] = True
    if issuer.preset in ("generic", "apple"):
        claims["auth_time"] = int(signed_in)
    else:
        claims["jti"] = serial
    claims |= {"iat": int(now), "exp": int(now) + issuer.token_lifetime}
    return signed(issuer, claims)


def signed(issuer: OidcIssuer, claims: Mapping[str, Any]) -> str:
    """The compact token over `claims`, under the provider's newest key."""
    headers = {} if issuer.preset == "apple" else {"typ": "JWT"}
    return sign(claims, issuer.signing_key, algorithm=issuer.algorithm, headers=headers)


def user_info(issuer: OidcIssuer, user: OidcUser, scope: str) -> dict[str, Any]:
    """The answer of the userinfo endpoint; Facebook and Amazon name the subject in their own way."""
    name = {"facebook": "id", "amazon": "user_id"}.get(issuer.preset, "sub")
    return {name: user.subject, **person_claims(issuer, user, scope)}


_PATHS: Mapping[str, tuple[str, str, str, str]] = {
    "google": (
        "https://accounts.google.com/o/oauth2/v2/auth",
        "https://oauth2.googleapis.com/token",
        "https://openidconnect.googleapis.com/v1/userinfo",
        "https://www.googleapis.com/oauth2/v3/certs",
    ),
    "facebook": (
        "https://www.facebook.com/dialog/oauth",
        "https://graph.facebook.com/oauth/access_token",
        "https://graph.facebook.com/me",
        "https://www.facebook.com/.well-known/oauth/openid/jwks/",
    ),
    "apple": (
        "https://appleid.apple.com/auth/authorize",
        "https://appleid.apple.com/auth/token",
        "",
        "https://appleid.apple.com/auth/keys",
    ),
    "amazon": (
        "https://www.amazon.com/ap/oa",
        "https://api.amazon.com/auth/o2/token",
        "https://api.amazon.com/user/profile",
        "",
    ),
}


def discovery(issuer: OidcIssuer) -> dict[str, Any]:
    """The body at `<issuer>/.well-known/openid-configuration`, members in alphabetical order. # oidc:discovery §3"""
    base = issuer.url.rstrip("/")
    standard = (f"{base}/authorize", f"{base}/token", f"{base}/userinfo", f"{base}/.well-known/jwks")
    authorize, token, userinfo, keys = _PATHS.get(issuer.preset, standard)
    said: dict[str, Any] = {
        "id_token_signing_alg_values_supported": [issuer.algorithm],
        "issuer": issuer.issuers[0],
        "jwks_uri": keys,
        "response_types_supported": ["code"],
        "scopes_supported": ["openid", "email", "profile"],
        "subject_types_supported": ["public"],
    }
    if issuer.quirks.people:
        said |= {
            "authorization_endpoint": authorize,
            "code_challenge_methods_supported": ["S256", "plain"],
            "response_modes_supported": ["query", "form_post"],
            "token_endpoint": token,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "userinfo_endpoint": userinfo,
        }
    return {name: said[name] for name in sorted(said) if said[name] != ""}


def published_keys(issuer: OidcIssuer) -> dict[str, list[dict[str, str]]]:
    """The body at `jwks_uri`: every generation that is published, public halves only. # rfc:7517 §5"""
    return jwks(issuer.published)
