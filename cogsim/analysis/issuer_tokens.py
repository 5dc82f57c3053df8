"""The tokens that a provider of OpenID Connect would give now: made and signed, for each of its applications.

The application asks for the scopes openid, email and profile; the password is taken to be known. What receivers think
of a token is asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.analysis.outside import Workload
from cogsim.analysis.passage import NOW
from cogsim.analysis.walk import Walk
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.oidc_authorization import AuthorizationRequest, check_request, find_client
from cogsim.decisions.oidc_code import challenge
from cogsim.decisions.oidc_issue import id_token, signed
from cogsim.decisions.opaque_token import opaque_token
from cogsim.decisions.workload_token import workload_claims
from cogsim.entropy import named
from cogsim.world.external_oidc import OidcClient, OidcIssuer, OidcUser
from cogsim.world.world import World

SCOPE = "openid email profile"
_NONCE, _VERIFIER = "nonce", "v" * 64
_KNOWN = Step("does the person know the password?", "taken to be so", "the question is who could", "oidc:core§3.1.2.3")


@dataclass(frozen=True, slots=True)
class Token:
    """A token, for whom it was made, and the name under which STS takes it where it is no JWT."""

    text: str
    audience: str
    provider_id: str | None = None


def admit_account(issuer: OidcIssuer, user: OidcUser) -> Decision[Refusal | None]:
    """Whether somebody who knows the password signs in at the provider."""
    question, place = "does the provider let the person in?", issuer.origin.at("Users")
    if user.enabled:
        return decided(None, _KNOWN, Step(question, "yes", user.username, "oidc:core§3.1.2.3", location=place))
    step = Step(question, "no", f"{user.username} is disabled", "oidc:core§3.1.2.3", location=place, decides=True)
    return decided(Refusal("login_failed", "Wrong username or password."), step)


def authorised(
    walk: Walk, issuer: OidcIssuer, client_id: str, redirect_uri: str, scope: str, *, pkce: bool = True
) -> OidcClient:
    """The application, where the provider would give it a code at that address."""
    request = AuthorizationRequest(
        client_id,
        redirect_uri,
        scope=scope,
        nonce=_NONCE,
        code_challenge=challenge(_VERIFIER) if pkce else None,
        code_challenge_method="S256" if pkce else None,
        response_mode="form_post" if issuer.preset == "apple" else None,
    )
    client = walk.take(find_client(issuer, request))
    walk.take(check_request(issuer, client, request))
    return client


def tokens_of(issuer: OidcIssuer, client: OidcClient, user: OidcUser, scope: str) -> tuple[str, str | None]:
    """Access token and ID token of a sign-in now; None where the provider gives no ID token for it."""
    serial = named("analysis/serial", issuer.url, client.id, user.subject).uuid()
    access = opaque_token(issuer, client.id, user.subject, scope, NOW, serial)
    if not issuer.quirks.id_tokens or "openid" not in scope.split():
        return access, None
    made = id_token(
        issuer,
        client,
        user,
        scope=scope,
        nonce=_NONCE,
        access_token=access,
        signed_in=NOW,
        now=NOW,
        serial=serial,
    )
    return access, made


def tokens_for_apps(walk: Walk, issuer: OidcIssuer, user: OidcUser) -> tuple[Token, ...]:
    """Every token that the person could bring from an application of the provider."""
    walk.take(admit_account(issuer, user))
    return tuple(token for client in issuer.clients.values() for token in _for_app(issuer, client, user))


def _for_app(issuer: OidcIssuer, client: OidcClient, user: OidcUser) -> Iterator[Token]:
    if not client.redirect_uris:
        return
    access, identity = tokens_of(issuer, client, user, SCOPE)
    if identity is not None:
        yield Token(identity, client.id)
    if issuer.quirks.opaque_name is not None:
        yield Token(access, client.id, issuer.quirks.opaque_name)


def tokens_for_job(walk: Walk, world: World, workload: Workload) -> tuple[Token, ...]:
    """The tokens that the job could ask for: it names the audience itself, any that AWS takes or the usual one."""
    issuer, job = workload.issuer, workload.job
    registered = [each for each in world.oidc_providers.values() if each.url.rstrip("/") == issuer.url.rstrip("/")]
    audiences = dict.fromkeys(name for provider in registered for name in provider.client_ids)
    serial = named("analysis/serial", issuer.url, job.repository, workload.context).uuid()
    claims = walk.take(workload_claims(issuer, job, now=NOW, serial=serial))
    return tuple(Token(signed(issuer, {**claims, "aud": name}), name) for name in audiences or (str(claims["aud"]),))
