"""Which identity of an external provider signs in as which user of the pool: the links that operators make.

1. A link makes whoever the provider vouches for the user: only an operator makes one, and only of an identity that has
   no profile of its own, or two people's profiles would become one.
2. A social provider's identity is named by its subject. An OIDC or SAML one may be named by another attribute, which
   the provider's mapping must have; whoever can choose that attribute's value there becomes the user here.
3. An identity belongs to one user, and a user has five at most. # idp:AdminLinkProviderForUser

The links stand in the user's `identities`, as AWS shows them. One that is named by another attribute than the subject
keeps that attribute's name beside it until the identity's first sign-in.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.provider_configuration import pool_provider
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, after, passed, refused
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

NATIVE, SUBJECT = "Cognito", "Cognito_Subject"
_SOURCE = "idp:AdminLinkProviderForUser"
_MOST_IDENTITIES, _MOST_ATTRIBUTES = 5, 5
_BY_SUBJECT_ONLY = frozenset({"Google", "Facebook", "LoginWithAmazon", "SignInWithApple"})
_NATIVE = "cognito.disabledNativeUser"

_HAS_PROFILE = Refusal(
    INVALID_PARAMETER,
    "Merging is not currently supported, provide a SourceUser that has not been signed up in order to link",
)
_LINKED_HERE = Refusal(INVALID_PARAMETER, "SourceUser is already linked to DestinationUser")
_LINKED_ELSEWHERE = Refusal("AliasExistsException", "SourceUser is already linked to another user.")
_TOO_MANY = Refusal("LimitExceededException", f"A user is linked to {_MOST_IDENTITIES} identities at most.")
_TOO_MANY_NAMES = Refusal("LimitExceededException", f"A provider is linked by {_MOST_ATTRIBUTES} attributes at most.")


@dataclass(frozen=True, slots=True)
class LinkedIdentity:
    """An identity as the provider vouches for it: by its subject, or by the value of `attribute`. `created` in
    milliseconds; `primary` marks the identity that the profile was made for."""

    provider: str
    type: str
    value: str
    created: int
    attribute: str = SUBJECT
    issuer: str | None = None
    primary: bool = False

    @property
    def named(self) -> tuple[str, str, str]:
        """What tells it apart: provider, attribute and value."""
        return self.provider, self.attribute, self.value

    def shown(self) -> dict[str, Any]:
        """An entry of `identities`."""
        entry: dict[str, Any] = {
            "userId": self.value,
            "providerName": self.provider,
            "providerType": self.type,
            "issuer": self.issuer,
            "primary": self.primary,
            "dateCreated": self.created,
        }
        return entry if self.attribute == SUBJECT else entry | {"attributeName": self.attribute}


def identities(user: PoolUser) -> tuple[LinkedIdentity, ...]:
    """The identities that sign in as `user`."""
    return tuple(
        LinkedIdentity(
            entry["providerName"],
            entry["providerType"],
            entry["userId"],
            int(entry["dateCreated"]),
            entry.get("attributeName", SUBJECT),
            entry["issuer"],
            str(entry["primary"]).lower() == "true",
        )
        for entry in json.loads(user.attributes.get("identities") or "[]")
    )


def with_identities(user: PoolUser, linked: tuple[LinkedIdentity, ...]) -> PoolUser:
    """The user with these identities in `identities`; none leaves no such attribute."""
    if not linked:
        return replace(user, attributes=user.attributes.discard("identities"))
    text = json.dumps([identity.shown() for identity in linked], separators=(",", ":"), ensure_ascii=False)
    return replace(user, attributes=user.attributes.set("identities", text))


def linked_user(world: World, pool: UserPool, named: tuple[str, str, str]) -> PoolUser | None:
    """The user whom the identity (provider, attribute, value) signs in as, or None."""
    for user in _linked_users(world, pool):
        if any(identity.named == named for identity in identities(user)):
            return user
    return None


def _linked_users(world: World, pool: UserPool) -> Iterator[PoolUser]:
    for (pool_id, _), user in world.pool_users.items():
        if pool_id == pool.id and "identities" in user.attributes:
            yield user


def federated_name(pool: UserPool, provider: str, subject: str) -> str:
    """The username of the profile that an identity's own first sign-in makes. # idp:providers"""
    return pool.compared(f"{provider}_{subject}")


def find_destination(world: World, pool: UserPool, given: Mapping[str, str]) -> Decision[str | Refusal]:
    """The user that the link leads to: a native one by name, a federated one by provider and subject."""
    question = "which user does the link lead to?"
    provider, value = given.get("ProviderName", ""), given.get("ProviderAttributeValue", "")
    name = pool.compared(value) if provider == NATIVE else federated_name(pool, provider, value)
    if (pool.id, name) not in world.pool_users:
        return refused(refusals.NO_SUCH_USER, question, "nobody", _SOURCE)
    return decided(name, Step(question, name, provider, _SOURCE))


def find_source(
    world: World, pool: UserPool, given: Mapping[str, str], now: float
) -> Decision[LinkedIdentity | Refusal]:
    """The identity that is to be linked at `now` (seconds): of a provider of the pool, and named as it can be
    (argument 2)."""
    question = "which identity is linked?"
    name, value = given.get("ProviderName", ""), given.get("ProviderAttributeValue", "")
    attribute = given.get("ProviderAttributeName") or SUBJECT
    if name == NATIVE or not value:
        refusal = Refusal(INVALID_PARAMETER, "SourceUser must be an identity of an external provider.")
        return refused(refusal, question, name, _SOURCE, assumption=UNSEEN_TEXTS)
    provider = pool_provider(world, pool, name)
    if isinstance(provider.value, Refusal):
        return Decision(provider.value, provider.steps)
    named = after(provider, _check_attribute(provider.value, attribute))
    if named.value is not None:
        return named
    found = LinkedIdentity(name, provider.value.type, value, int(now * 1000), attribute)
    return decided(found, Step(question, name, attribute, _SOURCE), after=named.steps)


def _check_attribute(provider: UserPoolIdentityProvider, attribute: str) -> Check:
    question = "does that attribute name an identity of the provider?"
    if attribute == SUBJECT:
        return passed(question, SUBJECT, _SOURCE)
    if provider.type in _BY_SUBJECT_ONLY:
        text = f"ProviderAttributeName must be {SUBJECT} for {provider.type}."
        return refused(Refusal(INVALID_PARAMETER, text), question, attribute, _SOURCE, assumption=UNSEEN_TEXTS)
    if attribute not in provider.mapping:
        text = f"ProviderAttributeName {attribute} is not mapped by the identity provider {provider.name}."
        place = provider.origin.at("AttributeMapping")
        return refused(
            Refusal(INVALID_PARAMETER, text), question, attribute, _SOURCE, location=place, assumption=UNSEEN_TEXTS
        )
    return passed(question, f"{attribute} from {provider.mapping[attribute]}", _SOURCE)


def check_link(world: World, pool: UserPool, user: PoolUser, identity: LinkedIdentity) -> Check:
    """Whether `identity` may be linked to `user` (arguments 1 and 3)."""
    question = "may the identity be linked to the user?"
    profile = federated_name(pool, identity.provider, identity.value)
    if identity.attribute == SUBJECT and (pool.id, profile) in world.pool_users:
        return refused(_HAS_PROFILE, question, f"{profile} has a profile of its own", _SOURCE)
    held = identities(user)
    if any(each.named == identity.named for each in held):
        return refused(_LINKED_HERE, question, "it is linked to the same user", _SOURCE)
    if linked_user(world, pool, identity.named) is not None:
        return refused(_LINKED_ELSEWHERE, question, "to another user", _SOURCE, assumption=UNSEEN_TEXTS)
    if len(held) >= _MOST_IDENTITIES:
        return refused(_TOO_MANY, question, f"{len(held)} identities", _SOURCE, assumption=UNSEEN_TEXTS)
    names = {
        each.attribute
        for other in _linked_users(world, pool)
        for each in identities(other)
        if each.provider == identity.provider
    }
    if len(names | {identity.attribute}) > _MOST_ATTRIBUTES:
        return refused(_TOO_MANY_NAMES, question, ", ".join(sorted(names)), _SOURCE, assumption=UNSEEN_TEXTS)
    return passed(question, f"{len(held)} of {_MOST_IDENTITIES} identities", _SOURCE)


def end_link(world: World, pool: UserPool, given: Mapping[str, str]) -> Decision[PoolUser | Refusal]:
    """The user as it is without the identity, which must be named as it was linked."""
    provider, value = given.get("ProviderName", ""), given.get("ProviderAttributeValue", "")
    attribute = given.get("ProviderAttributeName") or SUBJECT
    if provider == NATIVE:
        return _without_password(world, pool, attribute, value)
    known = pool_provider(world, pool, provider)
    if isinstance(known.value, Refusal):
        return Decision(known.value, known.steps)
    question, named = "whose identity is it?", (provider, attribute, value)
    user = linked_user(world, pool, named)
    if user is None:
        return after(known, refused(refusals.NO_SUCH_USER, question, "nobody's", "idp:linking"))
    left = tuple(identity for identity in identities(user) if identity.named != named)
    step = Step(question, user.username, attribute, "idp:linking", decides=True)
    return decided(with_identities(user, left), step, after=known.steps)


def _without_password(world: World, pool: UserPool, attribute: str, name: str) -> Decision[PoolUser | Refusal]:
    """The native user, who signs in by password no more."""
    question = "which user signs in by password no more?"
    if attribute != SUBJECT:
        refusal = Refusal(INVALID_PARAMETER, f"ProviderAttributeName must be {SUBJECT} for {NATIVE}.")
        return refused(refusal, question, attribute, "idp:linking", assumption=UNSEEN_TEXTS)
    user = world.pool_users.get((pool.id, pool.compared(name)))
    if user is None:
        return refused(refusals.NO_SUCH_USER, question, "nobody", "idp:linking")
    external = choice(_NATIVE) == "external-provider"
    status = UserStatus.EXTERNAL_PROVIDER if external else user.status
    step = Step(question, user.username, status, "idp:linking", Basis.ASSUMED, assumption=_NATIVE, decides=True)
    return decided(replace(user, password=None, temporary_password_set_at=None, status=status), step)
