"""Does STS believe this web identity token: one of an identity pool, or of an issuer registered with IAM.

1. It is a token, and its issuer is one the role's account knows: a provider registered elsewhere proves nothing here.
   Identity pools and Google are known to every account.
2. The issuer itself stands by it (`oidc_token`): its keys, its claims, its end. An access token of Facebook or Amazon,
   which says nothing by itself, is put to them.
3. The audience is one of the provider's client ids: stops a token made for another application. Of what is built in,
   the audience is tested by the role's trust policy alone.
4. It does not last longer than STS takes tokens for.

Whether the role accepts the bearer is its trust policy's to say (`trust`). # sts:AssumeRoleWithWebIdentity
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, Service
from cogsim.decisions.login import COGNITO_ISSUERS
from cogsim.decisions.oidc_token import Claims, accept_oidc_token
from cogsim.decisions.open_id_token import cognito_bearer, signing_key
from cogsim.decisions.session_policies import unseen
from cogsim.decisions.token_session import session_claims
from cogsim.decisions.trust import FederatedBearer, service_origin
from cogsim.decisions.web_bearer import (
    ACCESS_TOKEN_PROVIDERS,
    GOOGLE,
    access_token_bearer,
    google_bearer,
    registered_bearer,
)
from cogsim.decisions.web_refusals import NO_KEY, lifetime, refused_by_sts
from cogsim.persistent import Map
from cogsim.tokens.jwt import read, verify
from cogsim.tokens.oidc_claims import Expected, audience_of, check_claims
from cogsim.world.external_oidc import PRESETS
from cogsim.world.iam import OidcProvider
from cogsim.world.world import World

Acceptance = Decision[FederatedBearer | Refusal]

_SOURCE = "sts:AssumeRoleWithWebIdentity"
_KNOWN = "does the role's account know the issuer?"


def accept_web_identity(
    world: World, token: str, role_arn: str, *, now: float, provider_id: str | None = None
) -> Acceptance:
    """The bearer whom `token` makes at `now` (seconds) towards a role, or STS's refusal. `provider_id` says whose an
    access token is; providers that are not in the world raise NotModelled."""
    if provider_id is not None:
        return _from_access_token(world, token, provider_id, now)
    parsed = read(token)
    if isinstance(parsed, Refusal):
        text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        return _refuse("InvalidIdentityToken", text, "is it a well-formed token?", parsed.message)
    issuer = str(parsed.claims.get("iss"))
    if issuer in COGNITO_ISSUERS.values():
        return _from_identity_pool(token, issuer, parsed.claims, now)
    if issuer in PRESETS["google"].issuers:
        return _from_google(world, token, role_arn, now)
    return _from_registered(world, token, issuer, role_arn, now)


def seen_from(caller: Caller, origin: CallOrigin) -> CallOrigin:
    """Where STS sees the bearer's call come from: an identity pool calls in its own name. # ci:authentication-flow"""
    return service_origin(origin, caller.principal) if isinstance(caller, Service) else origin


def provider_shown(world: World, bearer: FederatedBearer) -> str:
    """The `Provider` of the response: an ID token's issuer, and of what is built in the name."""
    if bearer.provider == GOOGLE:
        return f"https://{GOOGLE}"
    provider = world.oidc_providers.get(bearer.provider)
    return provider.url if provider is not None else bearer.provider


def _from_identity_pool(token: str, issuer: str, unverified: Mapping[str, Any], now: float) -> Acceptance:
    """Every Region's identity pools have a key of their own; the identity's id says which. # ci:authentication-flow"""
    region = str(unverified.get("sub", "")).partition(":")[0]
    known = Step(_KNOWN, "yes, it is built in", issuer, _SOURCE)
    key = signing_key(region)
    signed = verify(token, {key.kid: key}, algorithms=("RS512",), types=("JWS",))
    if isinstance(signed.value, Refusal):
        return Decision(Refusal("InvalidIdentityToken", NO_KEY), (known, *signed.steps))
    checked = check_claims(signed.value, Expected((issuer,), None, now))
    steps = (known, *signed.steps, *checked.steps)
    if checked.value is not None:
        told = refused_by_sts(checked.value, steps[-1], now, issuer)
        return Decision(told.value, (*steps[:-1], *told.steps))
    bearer = pool_bearer(signed.value)
    return Decision(bearer.value, (*steps, *bearer.steps))


def pool_bearer(claims: Mapping[str, Any]) -> Acceptance:
    """The bearer of an identity pool's token with these claims: its tags keep the rules of session tags, whether a
    claim or a developer chose them. # ug:session-tags"""
    return with_session_claims(cognito_bearer(claims), claims, "", ())


def _from_registered(world: World, token: str, issuer: str, role_arn: str, now: float) -> Acceptance:
    """A token of an issuer that the role's account registered with IAM. # ug:oidc-provider"""
    role = Arn.try_parse(role_arn)
    account = role.account if role is not None else ""
    provider = _registered(world, issuer, account)
    if provider is None:
        text = f"No OpenIDConnect provider found in your account for {issuer}"
        return _refuse("InvalidIdentityToken", text, _KNOWN, f"{issuer}, account {account}")
    known = Step(_KNOWN, "yes", provider.arn, "ug:oidc-provider", location=provider.origin.location)
    accepted = _accepted(world, issuer, token, provider.client_ids, now, known)
    if isinstance(accepted.value, Refusal):
        return Decision(accepted.value, accepted.steps)
    claims = accepted.value
    bearer = registered_bearer(provider, claims, audience_of(claims))
    return with_session_claims(bearer, claims, role_arn, accepted.steps)


def _from_google(world: World, token: str, role_arn: str, now: float) -> Acceptance:
    """Google needs no registration; whose application a token is for, the trust policy tests. # ug:oidc-provider"""
    accepted = _accepted(world, GOOGLE, token, None, now, Step(_KNOWN, "yes, it is built in", GOOGLE, _SOURCE))
    if isinstance(accepted.value, Refusal):
        return Decision(accepted.value, accepted.steps)
    claims = accepted.value
    return with_session_claims(google_bearer(claims, audience_of(claims)), claims, role_arn, accepted.steps)


def _from_access_token(world: World, token: str, provider_id: str, now: float) -> Acceptance:
    """An access token of one of the two providers that STS asks about theirs. # sts:AssumeRoleWithWebIdentity"""
    question = "is it a provider of access tokens?"
    if provider_id not in ACCESS_TOKEN_PROVIDERS:
        text = f"{provider_id} is not a supported identity provider for access tokens"
        return unseen("InvalidIdentityToken", text, question, provider_id, _SOURCE)
    known = Step(question, "yes, it is built in", provider_id, _SOURCE)
    accepted = _accepted(world, provider_id, token, None, now, known)
    if isinstance(accepted.value, Refusal):
        return Decision(accepted.value, accepted.steps)
    return Decision(access_token_bearer(provider_id, accepted.value), accepted.steps)


def _accepted(
    world: World, issuer: str, token: str, audiences: tuple[str, ...] | None, now: float, known: Step
) -> Decision[Claims | Refusal]:
    """The claims of the provider's token, or the refusal in STS's words."""
    found = accept_oidc_token(world, issuer, token, audiences=audiences, now=now, party_first=True)
    if isinstance(found.value, Refusal):
        told = refused_by_sts(found.value, found.steps[-1], now, issuer)
        return Decision(told.value, (known, *found.steps[:-1], *told.steps))
    lasting = lifetime(found.value)
    value = lasting.value if lasting.value is not None else found.value
    return Decision(value, (known, *found.steps, *lasting.steps))


def with_session_claims(
    bearer: FederatedBearer, claims: Mapping[str, Any], role_arn: str, before: tuple[Step, ...]
) -> Acceptance:
    """The bearer with the tags and the source identity that an accepted token gives the session of `role_arn`, or
    STS's refusal of these; the steps of `before` come first."""
    found = session_claims(claims, role_arn)
    steps = (*before, *found.steps)
    if isinstance(found.value, Refusal):
        return Decision(found.value, steps)
    said = found.value
    keys = Map({**bearer.keys, **said.keys})
    tags, handed_on = said.tags, said.transitive_tag_keys
    held = replace(bearer, keys=keys, tags=tags, transitive_tag_keys=handed_on, source_identity=said.source_identity)
    return Decision(held, steps)


def _registered(world: World, issuer: str, account: str) -> OidcProvider | None:
    """The provider whose address is the issuer, with or without a slash at its end: both are `iss` values in use."""
    for arn, provider in world.oidc_providers.items():
        if provider.url.rstrip("/") == issuer.rstrip("/") and Arn.parse(arn).account == account:
            return provider
    return None


def _refuse(code: str, text: str, question: str, found: str) -> Decision[Any]:
    step = Step(question, "no", found, _SOURCE, Basis.OBSERVED, decides=True)
    return decided(Refusal(code, text), step)
