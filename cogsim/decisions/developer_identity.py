"""What a developer may do with the identities of the own users: register, look up, merge, unlink.

1. The developer signs the call, and is believed: a user identifier proves itself. So the policy that allows the call
   is all that stands between its holder and every identity of the pool. # ci:developer
2. A user identifier has one identity: it is refused under another, and never moved without being asked for.
3. A public login that is somebody else's already is not taken along: the developer speaks for own users alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.identity_merge import (
    Proof,
    Resolution,
    Resolved,
    find_identity,
    link_proofs,
    merge_identities,
    without_logins,
)
from cogsim.decisions.identity_refusals import (
    ALREADY_LINKED,
    CONFLICT,
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    NOT_FOUND,
    before,
    forbidden,
    observed,
    unseen,
)
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.world import World

_SOURCE = "ci:developer"


def developer_proof(pool: IdentityPool, logins: Mapping[str, str]) -> Decision[Proof | Refusal]:
    """The developer's own user among the logins of GetOpenIdTokenForDeveloperIdentity: exactly one has to be."""
    question, name = "is one of the logins the developer provider's?", pool.developer_provider_name
    if name is None:
        return unseen(INVALID_PARAMETER, "The identity pool has no developer provider.", question, pool.id, _SOURCE)
    if name not in logins:
        text = "Please provide a valid developer provider."
        return unseen(INVALID_PARAMETER, text, question, ", ".join(sorted(logins)), _SOURCE)
    return decided(Proof(name, logins[name], developer=True), Step(question, "yes", name, _SOURCE))


def check_provider(pool: IdentityPool, name: str) -> Decision[Refusal | None]:
    """None where `name` is the pool's developer provider."""
    question = "is it the pool's developer provider?"
    if name != pool.developer_provider_name:
        return unseen(INVALID_PARAMETER, "Please provide a valid developer provider.", question, name, _SOURCE)
    return decided(None, Step(question, "yes", name, _SOURCE))


def register(
    world: World, pool: IdentityPool, named: Identity | None, user: Proof, public: tuple[Proof, ...], *, now: float
) -> Resolved:
    """The identity of a developer's user and of the public logins beside it; `named` where the developer names one."""
    if named is None:
        return find_identity(world, pool, (user, *public), now=now)
    question = "is the user's identity the one that is named?"
    holder = world.logins.get((pool.id, user.provider, user.subject))
    if holder not in (None, named.id):
        code = "DeveloperUserAlreadyRegisteredException"
        text = f"Developer user identifier '{user.subject}' is already registered with another identity."
        return unseen(code, text, question, str(holder))
    if not named.enabled:
        return observed(NOT_AUTHORIZED, forbidden(named.id), question, "disabled", "ci:authentication-flow")
    for proof in public:
        owner = world.logins.get((pool.id, proof.provider, proof.subject))
        if owner not in (None, named.id):
            return unseen(CONFLICT, ALREADY_LINKED, question, f"{proof.provider}: {owner}")
    answer = "yes" if holder else "the user has none: it is linked"
    return before((Step(question, answer, named.id, _SOURCE),), link_proofs(named, (user, *public), now=now))


def lookup(
    world: World, pool: IdentityPool, named: Identity | None, user: str | None
) -> Decision[tuple[Identity, tuple[str, ...]] | Refusal]:
    """The identity and the user identifiers asked for: all of a named identity's, or the one that was named; where both
    are named they have to go together. # ci:api §LookupDeveloperIdentity"""
    question = "which identity has the user identifier?"
    if named is None and user is None:
        text = "Either IdentityID or DeveloperUserIdentifier must not be null."
        return unseen(INVALID_PARAMETER, text, question, "neither is named")
    if user is None and named is not None:
        users = tuple(named.developer_users)
        return decided((named, users), Step(question, named.id, ", ".join(users) or "none", "ci:api"))
    found = holder_of(world, pool, str(user))
    if named is not None and (found is None or found.id != named.id):
        text = "The developer user identifier is not associated with the identity."
        return unseen(CONFLICT, text, question, found.id if found else "none")
    if found is None:
        return unseen(NOT_FOUND, f"Developer user identifier '{user}' not found.", question, "none")
    return decided((found, (str(user),)), Step(question, found.id, str(user), "ci:api"))


def holder_of(world: World, pool: IdentityPool, user: str) -> Identity | None:
    """The identity of a developer's user."""
    held = world.logins.get((pool.id, pool.developer_provider_name or "", user))
    return world.identities[held] if held is not None else None


def merge_users(world: World, pool: IdentityPool, source: str, destination: str, *, now: float) -> Resolved:
    """The destination's identity with every login of the source's. # ci:api §MergeDeveloperIdentities"""
    one, other = holder_of(world, pool, source), holder_of(world, pool, destination)
    if one is None or other is None:
        user, question = source if one is None else destination, "has the developer's user an identity?"
        return unseen(NOT_FOUND, f"Developer user identifier '{user}' not found.", question, user)
    return merge_identities(one, other, now=now)


def unlink_user(pool: IdentityPool, identity: Identity, user: str, *, now: float) -> Resolved:
    """The identity without the developer's user. # ci:api §UnlinkDeveloperIdentity"""
    question = "is the user linked to the identity?"
    if identity.developer_users.get(user) != pool.developer_provider_name:
        return unseen(NOT_FOUND, f"Developer user identifier '{user}' not found.", question, identity.id)
    made = without_logins(identity, users=(user,), now=now)
    answer = "yes" if made.enabled else "yes, by its last login: nobody can have the identity any more"
    return decided(Resolution(made, (made,)), Step(question, answer, identity.id, "ci:api"))
