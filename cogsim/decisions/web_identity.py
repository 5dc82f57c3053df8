"""Does STS believe this web identity token: one of an identity pool, or of an issuer registered with IAM.

1. It is a token, and its issuer is one the role's account knows: a provider registered elsewhere proves nothing here.
2. The signature holds under that issuer's keys: stops a forged token.
3. The audience is one of the provider's client ids: stops a token made for another application. For an identity pool
   the audience is the pool, which only the role's trust policy can test.
4. It is complete and has not expired.

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
from cogsim.decisions.open_id_token import ISSUER, cognito_bearer, signing_key
from cogsim.decisions.token_contents import pool_keys
from cogsim.decisions.token_session import session_claims
from cogsim.decisions.trust import FederatedBearer, service_origin
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.policy.request import Values
from cogsim.tokens.jwt import read, verify
from cogsim.tokens.keys import SigningKey
from cogsim.world.iam import OidcProvider
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

Acceptance = Decision[FederatedBearer | Refusal]

_SOURCE = "sts:AssumeRoleWithWebIdentity"


def accept_web_identity(world: World, token: str, role_arn: str, *, now: float) -> Acceptance:
    """The bearer whom `token` makes at `now` (seconds) towards a role, or STS's refusal; issuers other than identity
    pools and user pools raise NotModelled."""
    parsed = read(token)
    if isinstance(parsed, Refusal):
        text = "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        return _refuse("InvalidIdentityToken", text, "is it a well-formed token?", parsed.message, ())
    issuer = str(parsed.claims.get("iss"))
    if issuer == ISSUER:
        return _from_identity_pool(token, parsed.claims, now)
    return _from_registered(world, token, issuer, role_arn, now)


def seen_from(caller: Caller, origin: CallOrigin) -> CallOrigin:
    """Where STS sees the bearer's call come from: an identity pool calls in its own name. # ci:authentication-flow"""
    return service_origin(origin, caller.principal) if isinstance(caller, Service) else origin


def provider_shown(world: World, bearer: FederatedBearer) -> str:
    """The `Provider` of the response: the issuer of a registered provider's token, an identity pool's own name."""
    provider = world.oidc_providers.get(bearer.provider)
    return provider.url if provider is not None else bearer.provider


def _from_identity_pool(token: str, unverified: Mapping[str, Any], now: float) -> Acceptance:
    """Every Region's identity pools have a key of their own; the identity's id says which. # ci:authentication-flow"""
    region = str(unverified.get("sub", "")).partition(":")[0]
    known = Step("does the role's account know the issuer?", "yes, it is built in", ISSUER, _SOURCE)
    key = signing_key(region)
    signed = _signed(token, {key.kid: key}, "RS512", (known,))
    if isinstance(signed.value, Refusal):
        return Decision(signed.value, signed.steps)
    checked = _complete(signed.value, now)
    steps = (*signed.steps, *checked.steps)
    return Decision(checked.value if checked.value is not None else cognito_bearer(signed.value), steps)


def _from_registered(world: World, token: str, issuer: str, role_arn: str, now: float) -> Acceptance:
    """A token of an issuer that the role's account registered with IAM. # ug:oidc-provider"""
    role = Arn.try_parse(role_arn)
    account = role.account if role is not None else ""
    question = "does the role's account know the issuer?"
    provider = _registered(world, issuer, account)
    if provider is None:
        text = f"No OpenIDConnect provider found in your account for {issuer}"
        return _refuse("InvalidIdentityToken", text, question, f"{issuer}, account {account}", ())
    user_pool = _issuing_pool(world, issuer)
    if user_pool is None:
        raise NotModelled(f"a web identity of {issuer}", hint="only identity pools and user pools of the world are")
    known = Step(question, "yes", provider.arn, "ug:oidc-provider", location=provider.origin.location)
    signed = _signed(token, pool_keys(user_pool, "id"), "RS256", (known,))
    if isinstance(signed.value, Refusal):
        return Decision(signed.value, signed.steps)
    claims = signed.value
    audience = str(claims.get("azp", claims.get("aud")))
    if audience not in provider.client_ids:
        question = "is the audience one of the provider's client ids?"
        return _refuse("InvalidIdentityToken", "Incorrect token audience", question, audience, signed.steps)
    checked = _complete(claims, now)
    if checked.value is not None:
        return Decision(checked.value, (*signed.steps, *checked.steps))
    before = (*signed.steps, *checked.steps)
    return with_session_claims(_registered_bearer(provider, claims, audience), claims, role_arn, before)


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
    for arn, provider in world.oidc_providers.items():
        if provider.url.rstrip("/") == issuer.rstrip("/") and Arn.parse(arn).account == account:
            return provider
    return None


def _issuing_pool(world: World, issuer: str) -> UserPool | None:
    pool = world.user_pools.get(issuer.rpartition("/")[2])
    return pool if pool is not None and pool.issuer == issuer else None


def _registered_bearer(provider: OidcProvider, claims: Mapping[str, Any], audience: str) -> FederatedBearer:
    """The keys carry the issuer without its scheme, path included; other claims are no keys. # ug:iam-condition-keys"""
    prefix = provider.url.removeprefix("https://")
    keys = {f"{prefix}:aud": Values((audience,)), f"{prefix}:sub": Values((str(claims["sub"]),))}
    methods = claims.get("amr")
    if isinstance(methods, list | tuple):
        keys[f"{prefix}:amr"] = Values(tuple(str(method) for method in methods), multivalued=True)
    return FederatedBearer(provider.arn, Map(keys), subject=str(claims["sub"]), audience=audience)


def _signed(
    token: str, keys: Mapping[str, SigningKey], algorithm: str, before: tuple[Step, ...]
) -> Decision[Mapping[str, Any] | Refusal]:
    found = verify(token, keys, algorithms=(algorithm,), types=("JWT", "JWS"))
    if isinstance(found.value, Refusal):
        text = (
            "Couldn't retrieve verification key from your identity provider,  please reference "
            "AssumeRoleWithWebIdentity documentation for requirements"
        )
        return decided(Refusal("InvalidIdentityToken", text), *found.steps, after=before)
    return decided(found.value, *found.steps, after=before)


def _complete(claims: Mapping[str, Any], now: float) -> Decision[Refusal | None]:
    """None where the claims that STS requires are there and the token is in force."""
    for name in ("iss", "sub", "aud", "iat", "exp"):
        if name not in claims:
            text = f"Missing a required claim: {name}"
            return _refuse("InvalidIdentityToken", text, "are the required claims there?", f"{name} is absent", ())
    expires = claims["exp"]
    if not isinstance(expires, int | float) or now >= expires:
        text = f"Token expired: current date/time {int(now)} must be before the expiration date/time {expires}"
        return _refuse("ExpiredTokenException", text, "is the token in force?", f"exp {expires}", ())
    return decided(None, Step("is the token in force?", "yes", f"exp {expires}, now {int(now)}", "rfc:7519§4.1.4"))


def _refuse(code: str, text: str, question: str, found: str, before: tuple[Step, ...]) -> Decision[Any]:
    step = Step(question, "no", found, _SOURCE, Basis.OBSERVED, decides=True)
    return decided(Refusal(code, text), step, after=before)
