"""The token endpoint of a provider: may this code be exchanged, and by this application.

1. The application proves who it is the one way it was set up for: a secret in the header or the body, a signed token
   (Apple), or nothing at all where it has no secret. Stops somebody else who has the code.
2. The code is one of this provider's, given to this application, ten minutes old at most, and was not exchanged before:
   stops a code that was stolen from a log or a history.
3. The address is the one that the code was sent to: stops a code that was injected from elsewhere.
4. Whoever knows the verifier asked for the code: stops one that was intercepted on its way, also where an attacker
   leaves the verifier out.
5. Who signed in is still there, and enabled.

# rfc:6749 §4.1.3, rfc:7636 §4.6
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.jwks import key_set
from cogsim.tokens.jwt import verify
from cogsim.tokens.oidc_claims import Expected, check_claims
from cogsim.tokens.strict_text import encode
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser

#: Seconds that a code lives. # rfc:6749 §4.1.2
CODE_LIFETIME = 600
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}", re.ASCII)

#: How long a client secret that an Apple developer signs may last: six months. # apple:sign-in
_LONGEST_ASSERTION = 15_777_000

_INVALID_CLIENT = Refusal("invalid_client", "Client authentication failed.")
_INVALID_GRANT = Refusal("invalid_grant", "The code is invalid, expired or was used before.")


@dataclass(frozen=True, slots=True)
class AuthorizationCode:
    """What a code stands for; instants in seconds since the epoch."""

    issuer: str
    client_id: str
    redirect_uri: str
    username: str
    scope: str
    nonce: str | None = field(repr=False)
    challenge: str | None
    method: str | None
    issued_at: float
    used: bool = False


def authenticate_client(
    issuer: OidcIssuer,
    *,
    authorization: str | None = None,
    client_id: str | None = None,
    client_secret: str | None = None,
    now: float,
) -> Decision[OidcClient | Refusal]:
    """Rule 1: the application, by its Basic header, by the body, or by name alone. # rfc:6749 §2.3"""
    question, basic = "does the application prove who it is?", _basic(authorization)
    if authorization is not None and (basic is None or client_secret is not None):
        text = "one way of authentication at a time" if basic else "not a Basic header"
        return _no(question, text, _INVALID_CLIENT)
    name, secret = basic if basic is not None else (client_id, client_secret)
    client = issuer.clients.get(name) if name is not None else None
    if client is None or (basic is not None and client_id not in (None, name)):
        return _no(question, f"{name} is not registered", _INVALID_CLIENT)
    if client.assertion_key is not None:
        return _asserted(issuer, client, secret, now)
    if client.secret is None:
        if secret is not None:
            return _no(question, "a public client sends no secret", _INVALID_CLIENT)
        return decided(client, Step(question, "no, it is public", client.id, "rfc:6749§2.1"))
    if secret is None or not _same(secret, client.secret):
        return _no(question, "the secret is absent" if secret is None else "wrong secret", _INVALID_CLIENT)
    return decided(client, Step(question, "yes", client.id, "rfc:6749§2.3.1"))


def _asserted(issuer: OidcIssuer, client: OidcClient, secret: str | None, now: float) -> Decision[OidcClient | Refusal]:
    """Apple's applications sign their secret: iss is the team, sub the client, aud Apple. # apple:sign-in"""
    question, key = "is the client secret signed by the developer?", client.assertion_key
    assert key is not None
    assert client.team_id is not None
    signed = verify(secret or "", key_set((key,)), algorithms=("ES256",))
    if isinstance(signed.value, Refusal):
        return decided(_INVALID_CLIENT, *signed.steps)
    claims = signed.value
    checked = check_claims(claims, Expected((client.team_id,), (issuer.url,), now))
    steps = (*signed.steps, *checked.steps)
    if checked.value is not None:
        return decided(_INVALID_CLIENT, *checked.steps, after=signed.steps)
    if claims["sub"] != client.id or claims["exp"] - claims["iat"] > _LONGEST_ASSERTION:
        return _no(question, f"sub {claims['sub']}, {claims['exp'] - claims['iat']} s", _INVALID_CLIENT, steps)
    return decided(client, Step(question, "yes", f"team {client.team_id}", "apple:sign-in"), after=steps)


def check_code(
    held: AuthorizationCode | None,
    issuer: OidcIssuer,
    client: OidcClient,
    *,
    redirect_uri: str | None,
    verifier: str | None,
    now: float,
) -> Decision[AuthorizationCode | Refusal]:
    """Rules 2 to 4: what the code stands for, or `invalid_grant`."""
    question = "is it a code of this application's, fresh and unused?"
    if held is None or held.issuer != issuer.url or held.client_id != client.id:
        return _no(question, "no such code, for this application", _INVALID_GRANT)
    if held.used:
        return _no(question, "it was used before", _INVALID_GRANT)
    if now >= held.issued_at + CODE_LIFETIME:
        return _no(question, f"issued {int(now - held.issued_at)} s ago", _INVALID_GRANT)
    steps: tuple[Step, ...] = (Step(question, "yes", f"issued {int(now - held.issued_at)} s ago", "rfc:6749§4.1.2"),)
    question = "is the address the one that the code went to?"
    if redirect_uri != held.redirect_uri:
        return _no(question, str(redirect_uri), Refusal("invalid_grant", "redirect_uri does not match."), steps)
    steps = (*steps, Step(question, "yes", held.redirect_uri, "rfc:6749§4.1.3"))
    complaint = _unproven(held, verifier)
    question = "does whoever asked for the code exchange it?"
    if complaint is not None:
        return _no(question, complaint, Refusal("invalid_grant", f"PKCE: {complaint}."), steps)
    found = held.method or "no challenge was given"
    return decided(held, Step(question, "yes", found, "rfc:7636§4.6", decides=True), after=steps)


def find_holder(issuer: OidcIssuer, held: AuthorizationCode) -> Decision[OidcUser | Refusal]:
    """Rule 5: whose code it is."""
    question, user = "is whoever signed in still there?", issuer.users.get(held.username)
    if user is None or not user.enabled:
        found = "no such account" if user is None else "the account is disabled"
        return _no(question, found, Refusal("invalid_grant", "The account is gone or disabled."))
    return decided(user, Step(question, "yes", held.username, "rfc:6749§4.1.3"))


def _unproven(held: AuthorizationCode, verifier: str | None) -> str | None:
    if held.challenge is None:
        return "a verifier without a challenge" if verifier is not None else None
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return "the verifier is absent" if verifier is None else "the verifier is malformed"
    return None if _same(challenge(verifier, held.method or "plain"), held.challenge) else "the verifier is another"


def challenge(verifier: str, method: str = "S256") -> str:
    """The challenge that a verifier answers. # rfc:7636 §4.2"""
    return verifier if method == "plain" else encode(hashlib.sha256(verifier.encode()).digest())


def _basic(header: str | None) -> tuple[str, str] | None:
    """Client id and secret of a Basic header, each form-encoded. # rfc:6749 §2.3.1"""
    scheme, _, credentials = (header or "").partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        text = base64.b64decode(credentials, validate=True).decode()
    except ValueError:
        return None
    name, colon, secret = text.partition(":")
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


def _same(left: str, right: str) -> bool:
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def _no(question: str, found: str, refusal: Refusal, after: tuple[Step, ...] = ()) -> Decision[Any]:
    return decided(refusal, Step(question, "no", found, "rfc:6749§5.2", decides=True), after=after)
