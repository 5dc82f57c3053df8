"""Which identity do these logins have: found, made, linked or merged.

1. A login has at most one identity, and an identity at most one login of each public provider: otherwise a person's
   second account there, or another person's, would be the same identity.
2. Whoever names an identity that has logins proves one of them in the same call: an id is no secret, and a login of
   one's own would otherwise be linked to somebody else's identity.
3. A guest's identity has no login to prove: who knows its id may make it theirs. It keeps its id where the login is
   new; where the login has an identity already, the guest is merged into that one. # ci:switching-identities
4. Identities of which the caller proves a login each are merged into one; the other is disabled, and its logins move.
5. What is disabled stays so: a caller who comes back with its id is refused.
6. The logins of one identity are limited, and so is what merging can bring together. # ci:api

The values are identities as they have to be saved; nothing is changed here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.identity_refusals import (
    ALREADY_LINKED,
    CONFLICT,
    LOGINS_DIFFER,
    NOT_AUTHORIZED,
    forbidden,
    observed,
    unseen,
)
from cogsim.decisions.login import AcceptedLogin
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.world import World

#: How many logins one identity may have.
MOST_LINKS = 20

_SOURCE = "ci:switching-identities"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The identity that a call is about, and every identity that has to be saved, itself among them if it changed."""

    identity: Identity
    changed: tuple[Identity, ...] = ()


Resolved = Decision[Resolution | Refusal]


@dataclass(frozen=True, slots=True)
class Proof:
    """A login that the caller proved: the provider, the subject there, and whether it is the developer's own user."""

    provider: str
    subject: str
    developer: bool = False


def proofs(logins: Iterable[AcceptedLogin]) -> tuple[Proof, ...]:
    """What accepted logins prove."""
    return tuple(Proof(login.provider_name, login.subject, login.kind == "developer") for login in logins)


def find_identity(world: World, pool: IdentityPool, proven: tuple[Proof, ...], *, now: float) -> Resolved:
    """The identity of logins that name none: theirs, or a new one that has them all. # ci:GetId"""
    held = _holders(world, pool, proven)
    if not held:
        first = proven[0]
        name = world.identity_of(pool.id, first.provider, first.subject)
        step = Step("have the logins an identity?", "no: it is made", first.provider, "ci:GetId")
        made = Identity(name, pool.id, created=now, modified=now)
        return _before((step,), _joined(made, (), proven, now))
    survivor = _oldest(held)
    step = Step("have the logins an identity?", "yes", ", ".join(sorted(each.id for each in held)), "ci:GetId")
    steps = (step, *(_survivor_step(survivor, "the oldest: none is named") if len(held) > 1 else ()))
    return _before(steps, _joined(survivor, tuple(each for each in held if each.id != survivor.id), proven, now))


def claim_identity(
    world: World, pool: IdentityPool, named: Identity, proven: tuple[Proof, ...], *, now: float
) -> Resolved:
    """The identity of logins that name one; it may be another than that, where a guest's is merged into their own."""
    held = _holders(world, pool, proven)
    question = "is one of the logins the identity's?"
    if not named.enabled:
        return observed(NOT_AUTHORIZED, forbidden(named.id), question, "disabled", "ci:authentication-flow")
    if any(each.id == named.id for each in held):
        known = Step(question, "yes", named.id, "ci:GetCredentialsForIdentity")
        others = tuple(each for each in held if each.id != named.id)
        if not others:
            return _before((known,), _joined(named, (), proven, now))
        kept = named if choice("identity.mergeSurvivor") == "named" else _oldest(held)
        rest = tuple(each for each in held if each.id != kept.id)
        return _before(
            (known, *_survivor_step(kept, choice("identity.mergeSurvivor"))), _joined(kept, rest, proven, now)
        )
    if named.authenticated:
        found = ", ".join(proof.provider for proof in proven)
        return observed(NOT_AUTHORIZED, LOGINS_DIFFER, question, found, "ci:GetCredentialsForIdentity")
    guest = Step(question, "it is a guest's, which has none", named.id, _SOURCE)
    if not held:
        return _before((guest,), _joined(named, (), proven, now))
    survivor = _oldest(held)
    rest = (named, *(each for each in held if each.id != survivor.id))
    return _before((guest,), _joined(survivor, rest, proven, now))


def merge_identities(source: Identity, destination: Identity, *, now: float) -> Resolved:
    """The destination with every login of the source, which is disabled. # ci:api §MergeDeveloperIdentities"""
    if source.id == destination.id:
        step = Step("are they one identity already?", "yes", source.id, "ci:api")
        return decided(Resolution(destination), step)
    return _joined(destination, (source,), (), now)


def link_proofs(identity: Identity, proven: tuple[Proof, ...], *, now: float) -> Resolved:
    """The identity with the logins that were proven; the caller has made sure that they are nobody else's."""
    return _joined(identity, (), proven, now)


def without_logins(
    identity: Identity, providers: Iterable[str] = (), users: Iterable[str] = (), *, now: float
) -> Identity:
    """The identity without the logins of `providers` and without the developer's `users`; without any login left it is
    disabled. # ci:api §UnlinkIdentity"""
    gone, away = frozenset(providers), frozenset(users)
    logins = Map({name: subject for name, subject in identity.logins.items() if name not in gone})
    kept = Map({user: provider for user, provider in identity.developer_users.items() if user not in away})
    return replace(
        identity, logins=logins, developer_users=kept, modified=now, enabled=identity.enabled and bool(logins or kept)
    )


def _holders(world: World, pool: IdentityPool, proven: tuple[Proof, ...]) -> tuple[Identity, ...]:
    """The identities that have one of the logins, each once."""
    ids = dict.fromkeys(world.logins.get((pool.id, proof.provider, proof.subject)) for proof in proven)
    return tuple(world.identities[name] for name in ids if name is not None)


def _oldest(identities: tuple[Identity, ...]) -> Identity:
    return min(identities, key=lambda identity: (identity.created, identity.id))


def _joined(kept: Identity, merged: tuple[Identity, ...], proven: tuple[Proof, ...], now: float) -> Resolved:
    """`kept` with the logins of `merged`, which end, and with those that were proven."""
    logins, users = dict(kept.logins), dict(kept.developer_users)
    for source in merged:
        clash = _clash(logins, source.logins)
        if clash is not None:
            return _conflict(clash, f"{source.id} and {kept.id}")
        logins |= dict(source.logins)
        users |= dict(source.developer_users)
    for proof in proven:
        if proof.developer:
            users[proof.subject] = proof.provider
        elif logins.setdefault(proof.provider, proof.subject) != proof.subject:
            return _conflict(proof.provider, kept.id)
    count = len(logins) + len(users)
    question = "may one identity have that many logins?"
    if count > MOST_LINKS:
        text = f"An identity has at most {MOST_LINKS} logins"
        return unseen(CONFLICT, text, question, str(count), "ci:api")
    made = replace(kept, logins=Map(logins), developer_users=Map(users))
    steps = (Step(question, "yes", f"{count} of {MOST_LINKS}", "ci:api"), *_change_steps(kept, made, merged))
    if made == kept and not merged:
        return decided(Resolution(kept), *steps)
    made = replace(made, modified=now)
    ended = tuple(_ended(source, made, now) for source in merged)
    return decided(Resolution(made, (*ended, made)), *steps)


def _ended(source: Identity, into: Identity, now: float) -> Identity:
    return replace(source, logins=Map(), developer_users=Map(), enabled=False, merged_into=into.id, modified=now)


def _clash(ours: Mapping[str, str], theirs: Mapping[str, str]) -> str | None:
    """A public provider at which the two are different users."""
    return next((name for name in sorted(theirs) if ours.get(name, theirs[name]) != theirs[name]), None)


def _conflict(provider: str, found: str) -> Resolved:
    question = "has the identity no other login of the provider?"
    return unseen(CONFLICT, ALREADY_LINKED, question, f"{provider}: {found}", "ci:api")


def _change_steps(kept: Identity, made: Identity, merged: tuple[Identity, ...]) -> tuple[Step, ...]:
    steps = [Step("is another identity merged into it?", "yes", source.id, _SOURCE) for source in merged]
    linked = [provider for provider, subject in made.links() if (provider, subject) not in kept.links()]
    steps += [Step("is a login linked to it?", "yes", provider, _SOURCE) for provider in linked]
    return tuple(steps)


def _survivor_step(kept: Identity, rule: str) -> tuple[Step, ...]:
    name, question = "identity.mergeSurvivor", "which of the identities keeps its id?"
    return (Step(question, kept.id, rule, "ci:GetId", Basis.ASSUMED, assumption=name),)


def _before(steps: tuple[Step, ...], later: Resolved) -> Resolved:
    return Decision(later.value, (*steps, *later.steps))
