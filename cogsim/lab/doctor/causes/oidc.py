"""Why a token of an OpenID Connect provider is not taken: the provider's registration, its audiences, its own state."""

from __future__ import annotations

from dataclasses import replace

from cogsim.arn import Arn
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.oidc_registration import meant_for, misspelt, provider_arn, registration
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_resource
from cogsim.tokens.oidc_claims import audience_of
from cogsim.world.iam import OidcProvider
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

_SOURCE = "ug:oidc-provider"


@reads("does the role's account know the issuer?")
def not_registered(symptom: Symptom) -> Cause | None:
    """IAM of the role's account has no provider of that address."""
    issuer, audience = str(symptom.claims.get("iss", "")), audience_of(symptom.claims)
    account = symptom.account
    if not issuer.startswith("https://") or audience is None:
        return None
    own = [each for each in symptom.world.oidc_providers.values() if Arn.parse(each.arn).account == account]
    near = meant_for(symptom.world, issuer, own)
    if near is not None:
        return misspelt(near, issuer)
    made = OidcProvider(provider_arn(symptom.world.home.partition, account, issuer), issuer, (audience,))

    def apply(world: World, question: Question) -> Changed:
        return world.with_oidc_provider(made), question

    where = symptom.role.origin.at("AssumeRolePolicyDocument") if symptom.role is not None else None
    known = ", ".join(each.url for each in own) or "none"
    strange = find_issuer(symptom.world, issuer) is None and issuing_pool(symptom.world, issuer) is None
    cure = Cure("register the provider with IAM in that account", registration(issuer, audience), apply)
    return Cause(
        "oidc-provider-missing",
        "the role's account has no OpenID Connect provider for the token's issuer",
        f"the token's iss is {issuer}; the account {account} has {known}; only the role's account counts",
        where,
        None if strange else cure,
        "register the provider if it is to be trusted; not tried: the issuer is not in the world",
        _SOURCE,
    )


@reads("is the OpenID Connect provider registered with IAM?")
def pools_provider_missing(symptom: Symptom) -> Cause | None:
    """The identity pool lists a provider that IAM does not have."""
    pool, issuer, audience = symptom.pool, str(symptom.claims.get("iss", "")), audience_of(symptom.claims)
    if pool is None or audience is None:
        return None
    arn = f"arn:{pool.partition}:iam::{pool.account}:oidc-provider/{symptom.login[0]}"
    made = OidcProvider(arn, issuer, (audience,))

    def apply(world: World, question: Question) -> Changed:
        return world.with_oidc_provider(made), question

    return Cause(
        "oidc-provider-missing",
        "the identity pool lists an OpenID Connect provider that IAM does not have",
        f"{arn} does not exist",
        pool.origin.at("OpenIdConnectProviderARNs"),
        Cure("register the provider with IAM", registration(issuer, audience), apply),
        source="ci:external-providers",
    )


@reads("check:10")
def other_audience(symptom: Symptom) -> Cause | None:
    """The token is for another application than those that the registration lists."""
    audience, pool, name = audience_of(symptom.claims), symptom.pool, symptom.login[0]
    if audience is None:
        return None
    if pool is not None and name in pool.supported_login_providers:
        return _other_app(pool, name, audience)
    provider = _provider(symptom, name)
    if provider is None:
        return None
    clients = (*provider.client_ids, audience)

    def apply(world: World, question: Question) -> Changed:
        return world.with_oidc_provider(replace(world.oidc_providers[provider.arn], client_ids=clients)), question

    listed = ", ".join(provider.client_ids) or "none"
    return Cause(
        "oidc-audience",
        "the token is for an audience that the OpenID Connect provider's registration does not list",
        f"the token is for {audience}; ClientIdList has {listed}",
        provider.origin.at("ClientIdList"),
        Cure(
            f"add {audience} to ClientIdList",
            in_resource(provider.origin, "Provider", {"ClientIdList": list(clients)}),
            apply,
        ),
        source=_SOURCE,
    )


def _provider(symptom: Symptom, name: str) -> OidcProvider | None:
    """The registration whose audiences were asked: of the pool's login, or of the role's account."""
    issuer = str(symptom.claims.get("iss", "")).rstrip("/")
    for arn, each in symptom.world.oidc_providers.items():
        own = Arn.parse(arn).account == symptom.account or arn.partition(":oidc-provider/")[2] == name
        if own and each.url.rstrip("/") == issuer:
            return each
    return None


def _other_app(pool: IdentityPool, name: str, audience: str) -> Cause:
    held = pool.supported_login_providers[name]
    social = pool.supported_login_providers.set(name, audience)

    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(
            replace(world.identity_pools[pool.id], supported_login_providers=social)
        ), question

    write = in_resource(pool.origin, pool.name, {"SupportedLoginProviders": {name: audience}})
    return Cause(
        "social-app-id",
        f"the token is for another application at {name} than the identity pool's",
        f"the token is for {audience}; the pool lists {held}",
        pool.origin.at(f"SupportedLoginProviders.{name}"),
        Cure(f"write {audience} for {name}", write, apply),
        source="ci:external-providers",
    )


@reads("check:11")
def not_in_force(symptom: Symptom) -> Cause | None:
    """The provider's token is too old or too early: the same cure as for a user pool's."""
    from cogsim.lab.doctor.causes.tokens import not_in_force as told

    return told(symptom)


@reads("does the provider publish its keys?")
def unreachable(symptom: Symptom) -> Cause | None:
    """The provider does not answer those who ask for its keys."""
    step = symptom.refusing
    issuer = find_issuer(symptom.world, step.found) if step is not None else None
    if step is None or issuer is None:
        return None

    def apply(world: World, question: Question) -> Changed:
        return world.with_oidc_issuer(replace(world.oidc_issuers[issuer.url], reachable=True)), question

    write = in_resource(issuer.origin, issuer.url, {"Reachable": True})
    cure = Cure("let the provider answer at /.well-known/openid-configuration and jwks_uri", write, apply)
    what = "the provider cannot be asked for its keys"
    return Cause(
        "oidc-provider-unreachable", what, f"{issuer.url} does not answer", step.location, cure, source=step.source
    )


@reads("does the token name the roles it is for?")
def other_roles(symptom: Symptom) -> Cause | None:
    """The issuer names the roles that its token is for, and this is none of them."""
    step = symptom.refusing
    advice = "let the issuer name the role; not tried: what it writes is its own"
    why = f"it names {step.found if step is not None else ''}"
    return Cause("token-names-other-roles", "the token is for other roles", why, None, None, advice, _SOURCE)
