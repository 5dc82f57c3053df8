"""Who somebody is here whom an external provider vouches for.

1. An identity is provider and subject: its own profile is named so. A linked one is the user that it was linked to.
2. A link by another attribute than the subject holds at the identity's first sign-in, by the value that the provider
   gives now; from then on the subject names it.
3. Nobody is found by an e-mail address: two profiles with the same address are two users.
4. A name that is a user's who did not come from that provider is nobody's profile: who chooses a subject must not
   come out as a native user of that name. # idp:providers, idp:linking
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.linking import SUBJECT, LinkedIdentity, federated_name, identities, linked_user, with_identities
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.persistent import Map
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_SOURCE = "idp:providers"
#: Characters of a username.
_LONGEST = 128


@dataclass(frozen=True, slots=True)
class ExternalSignIn:
    """What a provider says of a person who signed in there: `claims` by name as it gave them; `issuer` is the entity
    id of a SAML provider, with what it calls the session; `sources` are the claims by the documents they came in."""

    provider: str
    type: str
    subject: str
    claims: Map[str, Any]
    issuer: str | None = None
    session_index: str | None = None
    sources: Map[str, Any] = field(default_factory=Map, repr=False)


@dataclass(frozen=True, slots=True)
class Known:
    """The user that an external sign-in is of, None where a profile is still to be made; the name of its own profile,
    and the link that led to the user."""

    user: PoolUser | None
    name: str
    identity: LinkedIdentity | None = None


def find_user(
    world: World, pool: UserPool, external: ExternalSignIn, mapped: Mapping[str, str]
) -> Decision[Known | Refusal]:
    """The user that the identity signs in as."""
    question, name = "who is it here?", federated_name(pool, external.provider, external.subject)
    named = (external.provider, SUBJECT, external.subject)
    user = linked_user(world, pool, named)
    if user is None and not pool.case_sensitive:
        user = _without_case(world, pool, name, external)
    if user is not None:
        identity = next((each for each in identities(user) if each.named == named), None)
        return decided(Known(user, name, identity), Step(question, user.username, "by its subject", _SOURCE))
    for attribute in sorted(mapped):
        other = linked_user(world, pool, (external.provider, attribute, mapped[attribute]))
        if other is not None and mapped[attribute]:
            by = (external.provider, attribute, mapped[attribute])
            identity = next(each for each in identities(other) if each.named == by)
            return decided(
                Known(other, name, identity), Step(question, other.username, f"by {attribute}", "idp:linking")
            )
    if (pool.id, name) in world.pool_users:
        refusal = Refusal("invalid_request", f"Already found an entry for username {name}")
        return refused(refusal, question, f"{name} is the name of another user", _SOURCE)
    if len(name) > _LONGEST or any(character.isspace() for character in name):
        refusal = Refusal("invalid_request", "Invalid username")
        return refused(refusal, question, "no name that a user can have", "idp:api§username", assumption=UNSEEN_TEXTS)
    return decided(Known(None, name), Step(question, "nobody yet", name, _SOURCE))


def _without_case(world: World, pool: UserPool, name: str, external: ExternalSignIn) -> PoolUser | None:
    """The profile whose subject differs in case alone, in a pool that compares names without. # idp:case"""
    held = world.pool_users.get((pool.id, name))
    own = [each for each in identities(held) if each.provider == external.provider and each.primary] if held else []
    return held if any(pool.compared(each.value) == pool.compared(external.subject) for each in own) else None


def own_identity(external: ExternalSignIn, now: float) -> LinkedIdentity:
    """The identity that a profile of its own is made for, at `now` (seconds)."""
    return LinkedIdentity(
        external.provider, external.type, external.subject, int(now * 1000), issuer=external.issuer, primary=True
    )


def settled(user: PoolUser, known: Known, external: ExternalSignIn) -> PoolUser:
    """The user with the link named by the subject, once the identity has signed in (argument 2)."""
    if known.identity is None or known.identity.attribute == SUBJECT:
        return user
    named = replace(known.identity, attribute=SUBJECT, value=external.subject, issuer=external.issuer)
    return with_identities(user, tuple(named if each == known.identity else each for each in identities(user)))


def still_nobody(world: World, pool: UserPool, known: Known, external: ExternalSignIn) -> Check:
    """Whether the identity is still nobody's after the pool's function looked at it: one that it linked meanwhile is
    refused, and signs in the next time. # idp:linking"""
    question, named = "is the identity still nobody's?", (external.provider, SUBJECT, external.subject)
    user = linked_user(world, pool, named)
    if user is None and (pool.id, known.name) not in world.pool_users:
        return passed(question, known.name, "idp:linking")
    refusal = Refusal("invalid_request", f"Already found an entry for username {known.name}")
    found = f"it is {user.username}'s now" if user else "there is such a user now"
    return refused(refusal, question, found, "idp:linking")
