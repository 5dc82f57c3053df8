"""Why an identity pool does not know the provider, or the app client, of a login."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.decisions.identity_federated import PUBLIC_PROVIDERS
from cogsim.decisions.identity_logins import provider_kind
from cogsim.errors import Location
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.oidc_registration import meant_for, misspelt
from cogsim.lab.doctor.proof import own_name
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.written import in_call, in_resource
from cogsim.world.identity_pool import CognitoProvider, IdentityPool
from cogsim.world.world import World

_ENTRIES = "CognitoIdentityProviders"


@reads("is the provider one of the identity pool's?")
def provider_unknown(symptom: Symptom) -> Cause | None:
    """The pool accepts no login of that name: the call says another name than the token, or the pool lists none."""
    pool = symptom.pool
    if pool is None:
        return None
    name, _ = symptom.login
    own = own_name(symptom.world, symptom.claims) if symptom.claims else name
    if own != name and _listed(pool, own):
        return _misnamed(symptom, pool, name, own)
    slip = _slip(symptom, pool, own) if own.rpartition("/")[2] in symptom.world.user_pools else None
    if slip is not None:
        return _entry_misnamed(pool, slip, own)
    return _not_configured(symptom, pool, own)


@reads("is its issuer the provider it is offered under?", "check:4", "check:6", "check:9")
def other_issuer(symptom: Symptom) -> Cause | None:
    """The name in Logins is one of the pool's, and the token is of another issuer. Some providers' keys are asked
    before the issuer is compared, so that a key is what fails."""
    pool, claims = symptom.pool, symptom.claims
    name, _ = symptom.login
    own = own_name(symptom.world, claims)
    if pool is None or not claims or not name or own == name:
        return None
    if _known(symptom.world, own) or _listed(pool, own):
        return _misnamed(symptom, pool, name, own)
    return Cause(
        "wrong-issuer",
        "the token is of an issuer that the identity pool has nothing to do with",
        f"its iss is {claims.get('iss')}; it was offered as one of {name}",
        _providers_at(pool),
        advice="send a token of a provider that the pool lists; not tried: nothing says that this issuer is trusted",
        source="ci:authentication-flow",
    )


def _known(world: World, name: str) -> bool:
    """Whether a provider of that name is the account's own, a user pool of the world or one registered with IAM."""
    registered = any(arn.partition(":oidc-provider/")[2] == name for arn in world.oidc_providers)
    return name.rpartition("/")[2] in world.user_pools or registered


@reads("is its audience an app client of the identity pool's?")
def client_unknown(symptom: Symptom) -> Cause | None:
    """The token is of an app client that the pool does not list."""
    pool, audience = symptom.pool, symptom.claims.get("aud")
    if pool is None or not isinstance(audience, str):
        return None
    name, _ = symptom.login
    entries = [(at, each) for at, each in enumerate(pool.cognito_providers) if each.provider_name == name]
    gone = [(at, each) for at, each in entries if each.client_id not in symptom.world.clients]
    number, old = gone[0] if gone else (None, entries[0][1])
    made = replace(old, client_id=audience)
    place = f"{_ENTRIES}.{number}.ClientId" if number is not None else _ENTRIES
    listed = ", ".join(each.client_id for _, each in entries)
    verb = f"put {audience} in the place of {old.client_id}, which is no app client" if gone else f"add {audience}"
    return Cause(
        "client-not-in-pool",
        "the token's app client is not among those that the identity pool accepts",
        f"the token's aud is {audience}; of {name} the pool accepts {listed}",
        pool.origin.at(place),
        _entries_cure(pool, f"{verb} to {_ENTRIES} of the identity pool", made, number),
        source="ci:external-providers",
    )


def _listed(pool: IdentityPool, name: str) -> bool:
    known = any(each.provider_name == name for each in pool.cognito_providers)
    return known or provider_kind(pool, name) not in ("user-pool", "cognito", "developer")


def _misnamed(symptom: Symptom, pool: IdentityPool, name: str, own: str) -> Cause:
    def apply(world: World, question: Question) -> Changed:
        return world, replace(question, provider=own)

    return Cause(
        "wrong-provider-name",
        "Logins names another provider than the one that issued the token",
        f"Logins says {name}; the token's iss is {symptom.claims.get('iss')}, whose name is {own}",
        _providers_at(pool),
        Cure(f"call with the key {own} in Logins", in_call({"Logins": {own: "<the token>"}}), apply, in_world=False),
        source="ci:external-providers",
    )


def _slip(symptom: Symptom, pool: IdentityPool, own: str) -> int | None:
    """The number of an entry that was meant for the provider `own`: it has the token's app client, or one of that pool,
    or stands for a user pool that there is not."""
    for test in (_same_client, _client_of_pool, _of_no_pool):
        for number, entry in enumerate(pool.cognito_providers):
            if entry.provider_name != own and test(symptom, entry, own):
                return number
    return None


def _same_client(symptom: Symptom, entry: CognitoProvider, own: str) -> bool:
    return entry.client_id == symptom.claims.get("aud")


def _client_of_pool(symptom: Symptom, entry: CognitoProvider, own: str) -> bool:
    client = symptom.world.clients.get(entry.client_id)
    return client is not None and client.pool_id == own.rpartition("/")[2]


def _of_no_pool(symptom: Symptom, entry: CognitoProvider, own: str) -> bool:
    return entry.provider_name.rpartition("/")[2] not in symptom.world.user_pools


def _entry_misnamed(pool: IdentityPool, number: int, own: str) -> Cause:
    entry = pool.cognito_providers[number]
    made = replace(entry, provider_name=own)
    return Cause(
        "provider-name-in-pool",
        "the identity pool lists the app client under a wrong provider name",
        f"the pool lists {entry.provider_name}; tokens of the user pool go by {own}",
        pool.origin.at(f"{_ENTRIES}.{number}.ProviderName"),
        _entries_cure(pool, f"write {own} as its ProviderName", made, number),
        source="ci:external-providers",
    )


def _entries_cure(pool: IdentityPool, say: str, made: CognitoProvider, number: int | None) -> Cure:
    """The pool's entries with `made` at `number`, or after them all."""
    entries = list(pool.cognito_providers)
    entries[
        slice(number, None if number is None else number + 1) if number is not None else slice(len(entries), None)
    ] = [made]
    written = [_written(each) for each in entries]
    changed = tuple(entries)

    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(replace(world.identity_pools[pool.id], cognito_providers=changed)), question

    return Cure(say, in_resource(pool.origin, pool.name, {_ENTRIES: written}), apply)


def _written(entry: CognitoProvider) -> dict[str, object]:
    check = {"ServerSideTokenCheck": True} if entry.server_side_token_check else {}
    return {"ClientId": entry.client_id, "ProviderName": entry.provider_name, **check}


def _not_configured(symptom: Symptom, pool: IdentityPool, own: str) -> Cause | None:
    """The pool knows nothing of the provider: it is listed where its kind belongs."""
    world, audience = symptom.world, symptom.claims.get("aud")
    text = audience if isinstance(audience, str) else ""
    arns = {arn.partition(":oidc-provider/")[2]: arn for arn in world.oidc_providers}
    if own.rpartition("/")[2] in world.user_pools and text:
        cure = _entries_cure(pool, f"add {own} to {_ENTRIES}", CognitoProvider(own, text), None)
    elif own in world.saml_providers:
        added = (*pool.saml_provider_arns, own)
        cure = _listing(pool, "SamlProviderARNs", list(added), lambda held: replace(held, saml_provider_arns=added))
    elif own in arns:
        known = (*pool.open_id_connect_provider_arns, arns[own])
        cure = _listing(
            pool,
            "OpenIdConnectProviderARNs",
            list(known),
            lambda held: replace(held, open_id_connect_provider_arns=known),
        )
    elif own in PUBLIC_PROVIDERS and text:
        social = pool.supported_login_providers.set(own, text)
        cure = _listing(
            pool, "SupportedLoginProviders", dict(social), lambda held: replace(held, supported_login_providers=social)
        )
    else:
        return _registered_wrong(symptom, pool) or _unregistered(pool, own)
    why = f"nothing in the pool names {own}, and a token of any other provider proves nothing to it"
    return _unlisted(pool, why, cure, cure.say.rpartition(" ")[2])


def _registered_wrong(symptom: Symptom, pool: IdentityPool) -> Cause | None:
    """A provider that the pool lists and whose address is nearly the issuer's."""
    issuer = str(symptom.claims.get("iss", ""))
    listed = [each for arn, each in symptom.world.oidc_providers.items() if arn in pool.open_id_connect_provider_arns]
    near = meant_for(symptom.world, issuer, listed)
    return None if near is None else misspelt(near, issuer)


def _unregistered(pool: IdentityPool, own: str) -> Cause:
    advice = (
        f"register {own} with IAM first (AWS::IAM::OIDCProvider); not tried: nothing in the world says its audiences"
    )
    return replace(
        _unlisted(pool, f"nothing in the pool names {own}, and IAM knows no such provider", None), advice=advice
    )


def _unlisted(pool: IdentityPool, why: str, cure: Cure | None, member: str = _ENTRIES) -> Cause:
    what = "the provider is not configured in the identity pool"
    where = pool.origin.at(member) if member in pool.origin.places else _providers_at(pool)
    return Cause("provider-not-in-pool", what, why, where, cure, source="ci:external-providers")


def _listing(pool: IdentityPool, member: str, written: object, change: Callable[[IdentityPool], IdentityPool]) -> Cure:
    def apply(world: World, question: Question) -> Changed:
        return world.with_identity_pool(change(world.identity_pools[pool.id])), question

    return Cure(f"add it to {member}", in_resource(pool.origin, pool.name, {member: written}), apply)


def _providers_at(pool: IdentityPool) -> Location | None:
    """Where the pool lists providers; the pool itself where it lists none."""
    return pool.origin.at(_ENTRIES)
