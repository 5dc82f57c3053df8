"""External identity providers of a pool: which names, identifiers and mappings they may have.

1. A social provider is named as its type, and no other provider may take such a name: the name decides which party's
   word a sign-in rests on.
2. An identifier leads to one provider: else an address could be sent to another party to sign in.
3. What is mapped must be an attribute of the pool. One that cannot be changed is refused at the sign-in that would
   change it, or at once. # idp:providers
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.client_configuration import LOCAL_PROVIDER
from cogsim.decisions.provider_details import check_details
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, all_of, passed, refused
from cogsim.world.pool_members import UserPoolIdentityProvider, may_be_named
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Providers of a pool. # idp:quotas §objects
MOST_PROVIDERS = 300
_SOURCE = "idp:providers"
_MAPPING = "idp:providers§mapping"
_IMMUTABLE = "cognito.immutableMapping"
#: The claim that a user's name is made of, by type; a SAML provider's is its NameID, which no mapping names.
_SUBJECTS = {
    **dict.fromkeys(("Google", "SignInWithApple", "OIDC"), "sub"),
    "Facebook": "id",
    "LoginWithAmazon": "user_id",
}


def check_new_provider(world: World, pool: UserPool, provider: UserPoolIdentityProvider) -> Check:
    """Whether the pool may have this provider."""
    return all_of(
        _check_name(provider),
        _check_name_free(world, provider),
        check_provider(world, pool, provider),
        _check_room(world, pool),
    )


def check_provider(world: World, pool: UserPool, provider: UserPoolIdentityProvider) -> Check:
    """Whether a provider's details, mapping and identifiers are acceptable."""
    return all_of(
        check_details(provider.type, provider.details),
        check_mapping(pool, provider.mapping),
        _check_acr(provider),
        *(_check_identifier_free(world, provider, each) for each in provider.identifiers),
    )


def pool_provider(world: World, pool: UserPool, name: str) -> Decision[UserPoolIdentityProvider | Refusal]:
    """The pool's provider of that name, or the refusal."""
    question = "does the pool have such an identity provider?"
    provider = world.pool_providers.get((pool.id, name))
    if provider is None:
        refusal = Refusal(NOT_FOUND, f"Identity provider {name} does not exist.")
        return refused(refusal, question, name, _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(provider, Step(question, "yes", name, _SOURCE, location=provider.origin.location))


def changeable_provider(world: World, pool: UserPool, name: str) -> Decision[UserPoolIdentityProvider | Refusal]:
    """The pool's provider of that name, to be changed or deleted: the pool's own directory, which app clients name
    COGNITO, is none that could be."""
    if name.upper() == LOCAL_PROVIDER:
        refusal = Refusal("UnsupportedIdentityProviderException", f"Identity provider {name} is not supported.")
        return refused(refusal, "is it an identity provider?", "the pool itself", _SOURCE, assumption=UNSEEN_TEXTS)
    return pool_provider(world, pool, name)


def provider_identified(world: World, pool: UserPool, identifier: str) -> Decision[UserPoolIdentityProvider | Refusal]:
    """The pool's provider with that identifier, or the refusal."""
    question = "which identity provider has this identifier?"
    for provider in world.pool_providers.values():
        if provider.pool_id == pool.id and identifier in provider.identifiers:
            return decided(provider, Step(question, provider.name, identifier, _SOURCE))
    refusal = Refusal(NOT_FOUND, f"Identity provider with identifier {identifier} does not exist.")
    return refused(refusal, question, identifier, _SOURCE, answer="none", assumption=UNSEEN_TEXTS)


def subject_claim(kind: str) -> str:
    """The claim that says who somebody is at a provider of that type; `sub` where nothing else is known."""
    return _SUBJECTS.get(kind, "sub")


def mapping_of(provider: UserPoolIdentityProvider) -> dict[str, str]:
    """The mapping with the one that AWS adds: the username comes of the provider's subject. # idp:providers §mapping"""
    subject = _SUBJECTS.get(provider.type)
    return ({"username": subject} if subject else {}) | dict(provider.mapping.items())


def check_mapping(pool: UserPool, mapping: Mapping[str, str]) -> Check:
    """Whether the pool has the attributes that the mapping names, and may change them."""
    question = "does the pool have the attributes that are mapped?"
    known = {*pool.attribute_names, "username"} - {"sub", "identities"}
    strange = sorted(name for name in mapping if name not in known)
    if strange:
        refusal = Refusal(INVALID_PARAMETER, f"AttributeMapping contains invalid mapping: [{', '.join(strange)}]")
        return refused(refusal, question, ", ".join(strange), _MAPPING)
    fixed = sorted(name for name in mapping if (held := pool.attribute(name)) is not None and not held.mutable)
    if not fixed:
        return passed(question, ", ".join(sorted(mapping)), _MAPPING)
    question = "may attributes be mapped that cannot be changed?"
    if choice(_IMMUTABLE) == "at-sign-in":
        answer = "yes, and the sign-in that would change them fails"
        return passed(question, ", ".join(fixed), _MAPPING, answer=answer, assumption=_IMMUTABLE)
    refusal = Refusal(INVALID_PARAMETER, f"AttributeMapping contains invalid mapping: [{', '.join(fixed)}]")
    return refused(refusal, question, ", ".join(fixed), _MAPPING, assumption=_IMMUTABLE)


def _check_name(provider: UserPoolIdentityProvider) -> Check:
    question, name = "may a provider of that type have the name?", provider.name
    if may_be_named(provider.type, name):
        return passed(question, f"{name}, of type {provider.type}", _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, f"Provider {name} cannot be of type {provider.type}.")
    return refused(refusal, question, name, _SOURCE)


def _check_name_free(world: World, provider: UserPoolIdentityProvider) -> Check:
    question = "is the name of the provider free?"
    if (provider.pool_id, provider.name) not in world.pool_providers:
        return passed(question, provider.name, _SOURCE)
    text = f"{provider.name} already exists in user pool {provider.pool_id}"
    return refused(Refusal("DuplicateProviderException", text), question, provider.name, _SOURCE)


def _check_acr(provider: UserPoolIdentityProvider) -> Check:
    question = "may the provider's contexts of authentication be mapped?"
    if not provider.acr_mapping or provider.type == "OIDC":
        return passed(question, provider.type, "idp:step-up")
    refusal = Refusal(INVALID_PARAMETER, "AcrMapping is only supported for OIDC identity providers.")
    return refused(refusal, question, provider.type, "idp:step-up", assumption=UNSEEN_TEXTS)


def _check_identifier_free(world: World, provider: UserPoolIdentityProvider, identifier: str) -> Check:
    question = "is the identifier free?"
    for other in world.pool_providers.values():
        if other.pool_id == provider.pool_id and other.name != provider.name and identifier in other.identifiers:
            refusal = Refusal(INVALID_PARAMETER, f"IdpIdentifier {identifier} is already used by {other.name}.")
            return refused(refusal, question, identifier, _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, identifier, _SOURCE)


def _check_room(world: World, pool: UserPool) -> Check:
    held = sum(1 for pool_id, _ in world.pool_providers if pool_id == pool.id)
    question = "may the pool have one more identity provider?"
    if held < MOST_PROVIDERS:
        return passed(question, f"{held} of {MOST_PROVIDERS}", "idp:quotas§objects")
    refusal = Refusal("LimitExceededException", f"Maximum number of identity providers ({MOST_PROVIDERS}) reached.")
    return refused(refusal, question, f"{held}", "idp:quotas§objects", assumption=UNSEEN_TEXTS)
