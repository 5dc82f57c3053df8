"""Applications, browsers and jobs at an OpenID Connect provider: its documents, sign-in with code and PKCE, tokens.

The provider itself answers through the door (`cogsim:Oidc…`); what stands here is what the others do.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from cogsim.actors.app import Door
from cogsim.decisions.oidc_code import challenge
from cogsim.decisions.oidc_issue import discovery, published_keys
from cogsim.entropy import named
from cogsim.errors import InputError
from cogsim.tokens.jwt import sign
from cogsim.world.external_oidc import OidcClient, OidcIssuer

__all__ = ["AtProvider", "ProviderTokens", "apple_client_secret", "discovery", "published_keys", "workload_token"]

#: Seconds that the secret lasts which an application of Apple's signs for one exchange.
_ASSERTION_LIFETIME = 300


@dataclass(frozen=True, slots=True)
class ProviderTokens:
    """What an application got for a code; the ID token is None where the provider gives none."""

    access_token: str = field(repr=False)
    id_token: str | None = field(default=None, repr=False)
    expires_in: int = 3600
    nonce: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class AtProvider:
    """An application with a person in front of its browser, at one provider. `started` is the instant of the sign-in,
    now where it is not said; what the application keeps of it to the end (verifier, state, nonce) depends on it."""

    door: Door
    issuer: OidcIssuer
    client: OidcClient
    redirect_uri: str
    scope: str = "openid email profile"
    pkce: str | None = "S256"
    started: float | None = None

    def __post_init__(self) -> None:
        if self.started is None:
            object.__setattr__(self, "started", self.door.now)

    def authorize(self, username: str, password: str, **changed: str | None) -> Mapping[str, Any]:
        """Open the provider's page and sign in: where the browser is sent. `changed` replaces members, None removes."""
        secrets = self._secrets()
        asked: dict[str, str | None] = {
            "Issuer": self.issuer.url,
            "ClientId": self.client.id,
            "RedirectUri": self.redirect_uri,
            "ResponseType": "code",
            "Scope": self.scope,
            "State": secrets["state"],
            "Nonce": secrets["nonce"],
            "Username": username,
            "Password": password,
        }
        if self.pkce is not None:
            asked |= {"CodeChallenge": challenge(secrets["verifier"], self.pkce), "CodeChallengeMethod": self.pkce}
        if self.issuer.preset == "apple":
            asked["ResponseMode"] = "form_post"
        asked |= changed
        return self.door.call("cogsim:OidcAuthorize", {name: each for name, each in asked.items() if each is not None})

    def redeem(self, code: str, **changed: str | None) -> ProviderTokens:
        """Exchange a code as the application does: Basic where it has a secret, signed for Apple, by name otherwise."""
        secrets = self._secrets()
        asked: dict[str, str | None] = {
            "Issuer": self.issuer.url,
            "GrantType": "authorization_code",
            "Code": code,
            "RedirectUri": self.redirect_uri,
            "CodeVerifier": secrets["verifier"] if self.pkce is not None else None,
            **self._proof(),
        }
        asked |= changed
        answer = self.door.call("cogsim:OidcToken", {name: each for name, each in asked.items() if each is not None})
        return ProviderTokens(answer["access_token"], answer.get("id_token"), answer["expires_in"], secrets["nonce"])

    def sign_in(self, username: str, password: str) -> ProviderTokens:
        """The whole way; InputError where the provider sends the browser back with an error or another's state."""
        told = self.authorize(username, password)["Parameters"]
        if "error" in told:
            raise InputError(f"{self.issuer.url} refuses {username!r}: {told['error']}")
        if told.get("state") != self._secrets()["state"]:
            raise InputError("the answer is not to this application's question: its state is another")
        return self.redeem(told["code"])

    def _secrets(self) -> dict[str, str]:
        drawn = (self.issuer.url, self.client.id, repr(self.started))
        return {name: named(f"actors/oidc-{name}", *drawn).alnum(43) for name in ("state", "nonce", "verifier")}

    def _proof(self) -> dict[str, str]:
        if self.client.assertion_key is not None:
            secret = apple_client_secret(self.issuer, self.client, self.door.now)
            return {"ClientId": self.client.id, "ClientSecret": secret}
        if self.client.secret is None:
            return {"ClientId": self.client.id}
        pair = f"{quote_plus(self.client.id)}:{quote_plus(self.client.secret)}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def apple_client_secret(issuer: OidcIssuer, client: OidcClient, now: float) -> str:
    """The token by which an application of a team proves itself to Apple. # apple:sign-in"""
    key = client.assertion_key
    if key is None:
        raise InputError(f"the application {client.id!r} has no team and key")
    claims = {"iss": client.team_id, "sub": client.id, "aud": issuer.url, "iat": int(now)}
    return sign({**claims, "exp": int(now) + _ASSERTION_LIFETIME}, key, algorithm="ES256")


def workload_token(door: Door, issuer: OidcIssuer, repository: str, audience: str | None = None, **job: str) -> str:
    """The token that a job gets; `job` names Ref, Environment, Event, Workflow, WorkflowFile, CalledWorkflow, Actor."""
    asked = {"Issuer": issuer.url, "Repository": repository, **job}
    if audience is not None:
        asked["Audience"] = audience
    return str(door.call("cogsim:WorkloadToken", asked)["value"])
