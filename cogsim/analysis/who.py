"""Reading what a question calls somebody: a user, a guest, a role, an IAM user, a root user, anybody.

alice                      a user of a pool, by every app client and identity pool that lead her to credentials
alice@UserPool             the same where several pools have an alice
alice@Portal               a person of a custom identity broker's directory
alice@CorpAdFs             a person of an AD FS, by user principal name or the part before its @
ann@gmail.com@Google       somebody with an account at a provider of OpenID Connect
octo/app:ref:refs/heads/main@GitHub
                           a job of a repository; also octo/app:environment:prod, octo/app:pull_request, octo/app
developer(Pool, login.my.app, kim)[tenant=acme]
                           a user whom a server of one's own names to an identity pool, with the tags it gives
alice via Spa              only through this client (or identity pool; `via` may be repeated)
guest(Identities)          a guest of an identity pool
AppRole[tenant=acme]       a session of a role with these session tags; a name, logical id or ARN
ci-user                    an IAM user, by name, logical id or ARN
root(123456789012)         the root user of an account
anonymous                  a request that nobody signed
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.analysis.naming import called, logical_ids
from cogsim.analysis.outside import (
    AccountHolder,
    DeveloperUser,
    DirectoryPerson,
    Outside,
    Workload,
    developer_user,
    outside_label,
    outside_names,
    outsiders,
)
from cogsim.errors import InputError, suggest
from cogsim.world.broker import Broker, BrokerPerson
from cogsim.world.iam import Role, User
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.names import find, find_client, find_identity_pool, is_named
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Way:
    """A way from a user pool to credentials: an app client, and an identity pool that takes its tokens."""

    client: UserPoolClient
    identity_pool: IdentityPool


@dataclass(frozen=True, slots=True)
class Person:
    """A user of a pool with the ways that were asked for; no way means that no identity pool takes her tokens."""

    user: PoolUser
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class BrokerClient:
    """A person of a custom identity broker's directory."""

    broker: Broker
    person: BrokerPerson


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest of an identity pool: an identity without a login."""

    identity_pool: IdentityPool


@dataclass(frozen=True, slots=True)
class RoleHolder:
    """Whoever holds a session of a role, with the session tags it was given."""

    role: Role
    tags: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class NamedUser:
    """An IAM user with long-term keys."""

    user: User


@dataclass(frozen=True, slots=True)
class RootUser:
    """The root user of an account."""

    account: str


@dataclass(frozen=True, slots=True)
class Anybody:
    """A request that nobody signed."""


Who = Person | BrokerClient | Outside | Guest | RoleHolder | NamedUser | RootUser | Anybody

_GUEST = re.compile(r"guest\((.*)\)", re.DOTALL)
_DEVELOPER = re.compile(r"developer\(([^()]*)\)(?:\[(.*)\])?", re.DOTALL)
_ROOT = re.compile(r"root\((.*)\)", re.DOTALL)
_TAGGED = re.compile(r"(.+)\[(.*)\]", re.DOTALL)
#: Beyond so many users, a suggestion among their names would take longer than it helps.
_MOST_SUGGESTED = 10_000


def resolve(world: World, who: str) -> Who:
    """The one whom `who` names; InputError with a suggestion where nobody is called so, or several are."""
    text = who.strip()
    if text == "anonymous":
        return Anybody()
    if guest := _GUEST.fullmatch(text):
        return Guest(world.identity_pools[find_identity_pool(world, guest[1].strip() or None)])
    if developer := _DEVELOPER.fullmatch(text):
        return developer_user(world, text, developer[1], developer[2])
    if root := _ROOT.fullmatch(text):
        return _root(root[1].strip())
    found = dict(_called(world, text))
    tagged = _TAGGED.fullmatch(text)
    if not found and tagged:
        return _holder(world, text, tagged[1].strip(), tagged[2])
    if not found and " via " in text:
        name, *passages = (part.strip() for part in text.split(" via "))
        return _narrowed(_person(world, name), tuple(passages), world)
    return _only(world, text, found)


def ways(world: World, pool_id: str) -> tuple[Way, ...]:
    """Every way from the pool to credentials, by client and then by identity pool; configuration only: whether it can
    be walked is `sessions`' to say."""
    pool = world.user_pools.get(pool_id)
    if pool is None:
        return ()
    return tuple(
        Way(client, identity_pool)
        for client in world.clients.values()
        if client.pool_id == pool_id
        for identity_pool in world.identity_pools.values()
        if accepts(identity_pool, pool, client)
    )


def accepts(identity_pool: IdentityPool, pool: UserPool, client: UserPoolClient) -> bool:
    """Whether the identity pool lists this client of this user pool among its providers."""
    return any(
        listed.provider_name == pool.provider_name and listed.client_id == client.id
        for listed in identity_pool.cognito_providers
    )


def label(world: World, who: Who) -> str:
    """A name that `resolve` reads back as the same one."""
    match who:
        case Person():
            return f"{sign_in_name(world, who.user)}@{called(world, world.user_pools[who.user.pool_id])}"
        case BrokerClient():
            return f"{who.person.name}@{called(world, who.broker)}"
        case DirectoryPerson() | AccountHolder() | Workload() | DeveloperUser():
            return outside_label(world, who)
        case Guest():
            return f"guest({called(world, who.identity_pool)})"
        case RoleHolder():
            tags = ",".join(f"{name}={value}" for name, value in who.tags)
            name = called(world, who.role)
            return f"{name}[{tags}]" if tags else name
        case NamedUser():
            return called(world, who.user)
        case RootUser():
            return f"root({who.account})"
        case Anybody():
            return "anonymous"


def sign_in_name(world: World, user: PoolUser) -> str:
    """What the user types to sign in: where her username is her `sub`, the attribute that stands in for it."""
    names = world.user_pools[user.pool_id].username_attributes if user.username == user.sub else ()
    return next((user.attributes[name] for name in names if user.attributes.get(name)), user.username)


def _called(world: World, name: str) -> Iterator[tuple[str, Who]]:
    """Everybody whom `name` may mean, each under the unambiguous form that a message can offer."""
    for user in _pool_users(world, name):
        yield label(world, Person(user, ())), Person(user, ways(world, user.pool_id))
    for client in _broker_clients(world, name):
        yield label(world, client), client
    for each in outsiders(world, name):
        yield outside_label(world, each), each
    for role in world.roles.values():
        if name in (role.arn, role.name, *logical_ids(role.origin)):
            yield role.arn, RoleHolder(role)
    for iam_user in world.users.values():
        if name in (iam_user.arn, iam_user.name, *logical_ids(iam_user.origin)):
            yield iam_user.arn, NamedUser(iam_user)


def _pool_users(world: World, name: str) -> list[PoolUser]:
    """The users who sign in as `name`, as `name@Pool`, or whose resource has that logical id."""
    found = {}
    bare, at, pool_name = name.rpartition("@")
    for pool in world.user_pools.values():
        candidates = [name]
        if at and pool_name in (pool.id, pool.name, *logical_ids(pool.origin)):
            candidates.append(bare)
        for candidate in candidates:
            username = world.resolve_username(pool, candidate) or world.subs.get((pool.id, candidate))
            if username is not None:
                found[pool.id, username] = world.pool_users[pool.id, username]
    if not found and is_named(world, name) and find(world, name).type == "AWS::Cognito::UserPoolUser":
        origin = find(world, name).origin
        for user in world.pool_users.values():
            if (user.origin.stack, user.origin.logical_id) == (origin.stack, origin.logical_id):
                found[user.pool_id, user.username] = user
    return [found[key] for key in sorted(found)]


def _broker_clients(world: World, name: str) -> Iterator[BrokerClient]:
    """The people of brokers called `name`, or `name@Broker`."""
    bare, at, broker_name = name.rpartition("@")
    for broker in world.brokers.values():
        candidates = [name]
        if at and broker_name in (broker.name, *logical_ids(broker.origin)):
            candidates.append(bare)
        yield from (BrokerClient(broker, broker.people[each]) for each in candidates if each in broker.people)


def _only(world: World, text: str, found: dict[str, Who]) -> Who:
    if len(found) == 1:
        return next(iter(found.values()))
    if found:
        raise InputError(f"{text!r} is ambiguous: write one of {', '.join(sorted(found))}")
    raise InputError(f"nobody in the world is called {text!r}", suggestion=suggest(text, _everybody(world)))


def _everybody(world: World) -> list[str]:
    few = len(world.pool_users) < _MOST_SUGGESTED
    people = [sign_in_name(world, user) for user in world.pool_users.values()] if few else []
    people += [name for broker in world.brokers.values() for name in broker.people] if few else []
    people += outside_names(world, _MOST_SUGGESTED)
    nouns: list[Role | User] = [*world.roles.values(), *world.users.values()]
    ids = [noun.origin.logical_id for noun in nouns if noun.origin.logical_id]
    guests = [f"guest({called(world, pool)})" for pool in world.identity_pools.values()]
    return [*people, *(noun.name for noun in nouns), *ids, *guests, "anonymous"]


def _role_names(world: World) -> list[str]:
    return [name for role in world.roles.values() for name in (role.name, role.origin.logical_id) if name]


def _person(world: World, name: str) -> Person:
    people = {form: who for form, who in _called(world, name) if isinstance(who, Person)}
    found = _only(world, name, dict(people))
    assert isinstance(found, Person)
    return found


def _narrowed(person: Person, passages: tuple[str, ...], world: World) -> Person:
    """The person with the ways through every passage; a passage is an app client or an identity pool."""
    kept = person.ways
    for passage in passages:
        client = _quiet_client(world, passage, person.user.pool_id)
        if client is not None:
            kept = tuple(way for way in kept if way.client.id == client.id)
        else:
            pool = find_identity_pool(world, passage)
            kept = tuple(way for way in kept if way.identity_pool.id == pool)
    if not kept and person.ways:
        raise InputError(f"{person.user.username!r} has no way to credentials via {' via '.join(passages)}")
    return Person(person.user, kept)


def _quiet_client(world: World, name: str, pool_id: str) -> UserPoolClient | None:
    """The client called `name`, or None where that is an identity pool's name; a misspelt one is an InputError."""
    try:
        client = find_client(world, name)
    except InputError as error:
        try:
            find_identity_pool(world, name)
        except InputError:
            raise error from None
        return None
    if client.pool_id != pool_id:
        raise InputError(
            f"{name!r} is a client of another user pool, {called(world, world.user_pools[client.pool_id])}"
        )
    return client


def _root(account: str) -> RootUser:
    if not re.fullmatch(r"\d{12}", account):
        raise InputError(f"an account is 12 digits, not {account!r}")
    return RootUser(account)


def _holder(world: World, text: str, name: str, tags: str) -> RoleHolder:
    roles = {form: who for form, who in _called(world, name) if isinstance(who, RoleHolder)}
    if not roles:
        raise InputError(f"no role is called {name!r}", suggestion=suggest(name, _role_names(world)))
    holder = _only(world, name, dict(roles))
    assert isinstance(holder, RoleHolder)
    pairs = [entry.partition("=") for entry in tags.split(",") if entry.strip()]
    if any(not sign or not key.strip() for key, sign, _ in pairs):
        raise InputError(f"tags are written [name=value,…], not {text[len(name) :]!r}")
    return RoleHolder(holder.role, tuple(sorted((key.strip(), value.strip()) for key, _, value in pairs)))
