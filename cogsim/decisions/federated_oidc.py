"""What a user pool asks of an OpenID Connect or social provider, and what it makes of the answer. # idp:oidc-providers

1. The code goes to the token endpoint of the provider that the state belongs to, with the pool's own secret.
2. An ID token is one of that provider's, for the pool's application, with the nonce of this way.
3. A claim of the ID token counts before the same one of userInfo, which must be of the same subject.
4. Facebook and Amazon say who somebody is in their userInfo, asked with the token that the code gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.federated_identity import ExternalSignIn
from cogsim.decisions.oidc_issue import discovery
from cogsim.decisions.oidc_token import UNREACHABLE, accept_oidc_token, find_issuer
from cogsim.decisions.provider_configuration import subject_claim
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, after, passed, refused
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.world import World

_SOURCE = "idp:oidc-providers"
_SPEAKER = "cognito.issuerParameter"
_ISSUERS = {
    "Google": "https://accounts.google.com",
    "Facebook": "https://www.facebook.com",
    "LoginWithAmazon": "https://www.amazon.com",
    "SignInWithApple": "https://appleid.apple.com",
}
#: Providers whose userInfo says who somebody is: they give a pool no ID token.
_BY_USER_INFO = ("Facebook", "LoginWithAmazon")


def issuer_of(world: World, provider: UserPoolIdentityProvider) -> OidcIssuer:
    """The party behind a provider of the pool; NotModelled where the world has none."""
    url = _ISSUERS.get(provider.type, provider.details.get("oidc_issuer", ""))
    found = find_issuer(world, url)
    if found is None:
        raise NotModelled(f"a sign-in at {url}", hint="declare the provider as a Cogsim::OidcIssuer")
    return found


def authorize_url(provider: UserPoolIdentityProvider, issuer: OidcIssuer) -> str:
    """Where browsers are sent: the address that was configured, or the one that the provider publishes."""
    return provider.details.get("authorize_url") or str(discovery(issuer)["authorization_endpoint"])


def scope_of(provider: UserPoolIdentityProvider) -> str:
    """The scopes that are asked for; Facebook's are written with commas."""
    return " ".join(provider.details.get("authorize_scopes", "").replace(",", " ").split())


def token_fault(provider: UserPoolIdentityProvider, code: str) -> Refusal:
    """The refusal where the provider's token endpoint gave none. # idp:authorize-endpoint"""
    return Refusal("invalid_request", f"{provider.name} Error - 400 {code} error getting token")


def read_claims(
    world: World,
    provider: UserPoolIdentityProvider,
    tokens: Mapping[str, Any],
    user_info: Mapping[str, Any] | None,
    nonce: str | None,
    now: float,
) -> Decision[ExternalSignIn | Refusal]:
    """The sign-in that the provider's tokens stand for at `now` (seconds), or the refusal (arguments 2 to 4)."""
    issuer, own = issuer_of(world, provider), dict(user_info or {})
    steps: tuple[Step, ...] = ()
    said: dict[str, Any] = {}
    if provider.type not in _BY_USER_INFO:
        audiences = (provider.details["client_id"],)
        token = str(tokens.get("id_token", ""))
        accepted = accept_oidc_token(world, issuer.url, token, audiences=audiences, now=now, nonce=nonce)
        steps = accepted.steps
        if isinstance(accepted.value, Refusal):
            return Decision(_told(accepted.value), steps)
        said = dict(accepted.value)
    question, claim = "does userInfo speak of the same person?", subject_claim(provider.type)
    subject = str(said.get(claim) or own.get(claim) or "")
    if not subject or str(own.get(claim, subject)) != subject:
        refusal = Refusal("invalid_request", "Invalid user info response")
        found = f"{own.get(claim)} in place of {subject or 'nobody'}"
        return Decision(refusal, steps + refused(refusal, question, found, "oidc:core§5.3.2").steps)
    claims = {**own, **said}
    told = ("access_token", "id_token")
    carried = {name: tokens[name] for name in told if name in tokens}
    sources = {"tokenResponse": _texts(tokens), "idToken": _texts(said), "userInfo": _texts(own)}
    external = ExternalSignIn(provider.name, provider.type, subject, Map({**claims, **carried}), sources=Map(sources))
    return decided(external, Step(question, "yes", subject, "oidc:core§5.3.2"), after=steps)


def _texts(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: members[name] for name in sorted(members)}


def _told(refusal: Refusal) -> Refusal:
    """A token's refusal in the words for the app; which rule it broke is in the steps."""
    if refusal.code == UNREACHABLE:
        return Refusal("invalid_request", "Timeout in calling jwks uri")
    return Refusal("invalid_request", f"Bad id_token issued: {refusal.message}")


def read_answer(issuer: OidcIssuer, answer: Mapping[str, str]) -> Decision[str | Refusal]:
    """The code that the provider sent the browser back with, or the refusal that it sent."""
    spoken = _check_speaker(issuer, answer.get("iss"))
    if isinstance(spoken.value, Refusal):
        return Decision(spoken.value, spoken.steps)
    return after(spoken, _code(answer))


def _check_speaker(issuer: OidcIssuer, said: str | None) -> Check:
    """Whether the provider that speaks is the one that was asked: a provider that sends browsers on to another one
    would be given the other's codes. # rfc:9207 §2.4"""
    question = "is it the provider that was asked?"
    if said is None or said in issuer.issuers:
        return passed(question, said or "it does not say", "rfc:9207§2.4")
    if choice(_SPEAKER) == "ignored":
        return passed(question, said, "rfc:9207§2.4", answer="not asked", assumption=_SPEAKER)
    refusal = Refusal("invalid_request", "Invalid issuer in the response")
    return refused(refusal, question, f"{said} in place of {issuer.issuers[0]}", "rfc:9207§2.4", assumption=_SPEAKER)


def _code(answer: Mapping[str, str]) -> Decision[str | Refusal]:
    question = "did the person sign in at the provider?"
    code = answer.get("code")
    if answer.get("error") or not code:
        said = answer.get("error_description") or answer.get("error") or "no code"
        refusal = Refusal("invalid_request", said)
        return refused(refusal, question, answer.get("error", "no code"), _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(code, Step(question, "yes", "a code", _SOURCE))
