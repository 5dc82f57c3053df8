"""From whoever asks to the session they act with, statically: no token is made and nothing runs.

For a user of a pool the chain is: account and app client → claims of the ID token → login → identity → role, tags and
trust → session. Every step is kept, so the decision about a resource explains the whole way from the identity provider.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from cogsim.analysis.basic_flow import basic_sessions
from cogsim.analysis.brokers import broker_ways
from cogsim.analysis.developers import developer_passages
from cogsim.analysis.directory_people import directory_passages
from cogsim.analysis.issuer_people import holder_passages, workload_passages
from cogsim.analysis.naming import called
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Workload
from cogsim.analysis.passage import NOW, Passage, default_origin
from cogsim.analysis.pool_sessions import pool_sessions, session_of
from cogsim.analysis.role_chains import with_chains
from cogsim.analysis.user_tokens import shaped_claims
from cogsim.analysis.who import (
    Anybody,
    BrokerClient,
    Guest,
    NamedUser,
    Person,
    RoleHolder,
    RootUser,
    Way,
    Who,
    label,
    resolve,
)
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.caller import Anonymous, Caller, IamUser, RoleSession, Root
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.eligibility import may_sign_in
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.login import AcceptedLogin, accept_claims
from cogsim.persistent import Map
from cogsim.world.iam import Role
from cogsim.world.identity_pool import identity_id
from cogsim.world.origin import could_be, is_placeholder, unresolved_facts
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World

__all__ = ["NOW", "Passage", "bare_session", "default_origin", "imagined", "passages", "sessions"]

_SESSION_NAME = "session"


def sessions(world: World, who: Who | str) -> Decision[tuple[Caller, ...] | Refusal]:
    """Every session that `who` can have, with the steps of all ways; or the refusal where there is none."""
    found = passages(world, who)
    steps = tuple(step for passage in found for step in passage.outcome.steps)
    callers = tuple(passage.caller for passage in found if passage.caller is not None)
    refusals = [passage.outcome.value for passage in found if isinstance(passage.outcome.value, Refusal)]
    return Decision(callers or refusals[0], steps)


def passages(world: World, who: Who | str) -> tuple[Passage, ...]:
    """Every way of `who` to a session, walked or refused; at least one, so that a refusal has its reasons."""
    person = resolve(world, who) if isinstance(who, str) else who
    name = label(world, person)
    match person:
        case Person():
            return _of_person(world, person, name)
        case BrokerClient():
            return tuple(_of_broker(world, person, name))
        case DirectoryPerson():
            return with_chains(world, directory_passages(world, person, name))
        case AccountHolder():
            return with_chains(world, holder_passages(world, person, name))
        case Workload():
            return with_chains(world, workload_passages(world, person, name))
        case DeveloperUser():
            return with_chains(world, developer_passages(world, person, name))
        case Guest():
            return tuple(_of_guest(world, person, name))
        case RoleHolder():
            return (Passage(name, "a session of the role", _holder(person)),)
        case NamedUser():
            user = person.user
            step = Step("who asks?", user.arn, "an IAM user", "ug:identifiers", location=user.origin.location)
            return (Passage(name, "its own keys", decided(IamUser(user.arn, user.unique_id), step)),)
        case RootUser():
            step = Step("who asks?", f"the root user of {person.account}", source="ug:identifiers")
            return (Passage(name, "its own keys", decided(Root(person.account, world.home.partition), step)),)
        case Anybody():
            step = Step("who asks?", "anybody", "the request is not signed", "s3:anonymous")
            return (Passage(name, "unsigned", decided(Anonymous(), step)),)


def _of_person(world: World, person: Person, name: str) -> tuple[Passage, ...]:
    user = person.user
    perhaps = _listed_perhaps(world, user)
    if not person.ways:
        step = Step(
            "does an identity pool take her tokens?",
            "no: none lists an app client of her user pool",
            user.pool_id,
            "ci:external-providers",
            location=world.user_pools[user.pool_id].origin.location,
            decides=True,
        )
        refusal = Refusal("NotAuthorizedException", "Token is not from a supported provider of any identity pool.")
        return (Passage(name, "", decided(refusal, step, after=perhaps)),)
    found = (passage for way in person.ways for passage in _by_way(world, user, way, name))
    return tuple(
        replace(each, outcome=decided(each.outcome.value, *each.outcome.steps, after=perhaps)) for each in found
    )


def _listed_perhaps(world: World, user: PoolUser) -> tuple[Step, ...]:
    """A step for each entry of an identity pool that may be a client of the user's pool: its references are unknown."""
    unknown = [
        (pool, entry)
        for pool in world.identity_pools.values()
        for entry in pool.cognito_providers
        if is_placeholder(entry.provider_name + entry.client_id)
    ]
    if not unknown:
        return ()
    provider = world.user_pools[user.pool_id].provider_name
    clients = tuple(client.id for client in world.clients.values() if client.pool_id == user.pool_id)
    return tuple(
        Step(
            "does the identity pool list an app client of her user pool?",
            "unknown: a reference that was not resolved equals only itself",
            f"{entry.provider_name}, {entry.client_id}",
            "ci:external-providers",
            location=pool.origin.at("CognitoIdentityProviders"),
            facts=unresolved_facts(entry.provider_name, entry.client_id),
        )
        for pool, entry in unknown
        if _perhaps(entry.provider_name, (provider,)) and _perhaps(entry.client_id, clients)
    )


def _perhaps(written: str, texts: tuple[str, ...]) -> bool:
    return written in texts or any(could_be(written, text) for text in texts)


def _by_way(world: World, user: PoolUser, way: Way, name: str) -> Iterator[Passage]:
    """The session of the role the pool chooses, then those of the roles that she may name instead."""
    via = f"{called(world, way.client)} via {called(world, way.identity_pool)}"
    login = accepted(world, user, way)
    if isinstance(login.value, Refusal):
        yield Passage(name, via, decided(login.value, *login.steps), way)
        return
    for text, made in pool_sessions(world, way.identity_pool, login.value):
        outcome = decided(made.value, *made.steps, after=login.steps)
        yield Passage(name, f"{via}, {text}" if text else via, outcome, way)


def accepted(world: World, user: PoolUser, way: Way) -> Decision[AcceptedLogin | Refusal]:
    """Whether the user signs in through the way's client and the identity pool believes the token."""
    pool = world.user_pools[user.pool_id]
    signed_in = may_sign_in(pool, way.client, user, now=NOW, world=world)
    if isinstance(signed_in.value, Refusal):
        return decided(signed_in.value, *signed_in.steps)
    claims = shaped_claims(world, pool, way.client, user)
    if isinstance(claims.value, Refusal):
        return decided(claims.value, *claims.steps, after=signed_in.steps)
    login = accept_claims(world, way.identity_pool, pool.provider_name, claims.value)
    return decided(login.value, *login.steps, after=(*signed_in.steps, *claims.steps))


def imagined(world: World, way: Way, claims: Mapping[str, str]) -> Passage:
    """The session of somebody of whom only these claims are known: for roles that nobody in the world reaches."""
    pool = world.user_pools[way.client.pool_id]
    login = AcceptedLogin(pool.provider_name, way.client.id, "somebody", Map({"sub": "somebody", **claims}))
    found = ", ".join(f"{name}={value}" for name, value in sorted(claims.items())) or "no claims"
    step = Step("who asks?", "somebody who is not in the world", found, "ci:rbac")
    session = session_of(world, way.identity_pool, login, None)
    via = f"{called(world, way.client)} via {called(world, way.identity_pool)}"
    return Passage("somebody", via, decided(session.value, *session.steps, after=(step,)), way)


def _of_guest(world: World, guest: Guest, name: str) -> Iterator[Passage]:
    """The session that the pool gives a guest, then those that the basic flow lets one choose."""
    pool, via = guest.identity_pool, "without a login"
    admitted = admit_guest(pool)
    if admitted.value is not None:
        yield Passage(name, via, decided(admitted.value, *admitted.steps))
        return
    identity, origin = identity_id(pool.id, "guest", "0"), default_origin(world)
    session = session_for(world, pool, None, identity, now=NOW, origin=origin)
    yield Passage(name, via, decided(session.value, *session.steps, after=admitted.steps))
    for role, basic in basic_sessions(world, pool, identity, None, now=NOW, origin=origin):
        basically = f"{via}, basic flow, as {called(world, role)}"
        yield Passage(name, basically, decided(basic.value, *basic.steps, after=admitted.steps))


def _of_broker(world: World, client: BrokerClient, name: str) -> Iterator[Passage]:
    """The session that the broker gives for a plain request, then those that others end in."""
    ways = broker_ways(world, client.broker, client.person, now=NOW, origin=default_origin(world))
    for way in ways:
        via = called(world, client.broker)
        yield Passage(name, f"{via}, {way.text}" if way.text else via, way.outcome)


def _holder(holder: RoleHolder) -> Decision[Caller | Refusal]:
    role = holder.role
    step = Step(
        "how was the session of the role made?",
        "not asked: by somebody its trust policy accepts",
        ", ".join(f"{name}={value}" for name, value in holder.tags) or "no session tags",
        "ug:session-tags",
        location=role.origin.at("AssumeRolePolicyDocument"),
    )
    return decided(bare_session(role, dict(holder.tags)), step)


def bare_session(role: Role, tags: dict[str, str] | None = None) -> RoleSession:
    """A session of the role about whose making nothing is known but its tags."""
    return RoleSession(
        role.arn, role.unique_id, _SESSION_NAME, NOW, NOW + role.max_session_duration, session_tags=Map(tags or {})
    )
