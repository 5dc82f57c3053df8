"""Whose access is asked about: whoever is named, else the first of the world who gets in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, Workload
from cogsim.analysis.outside_crowds import contexts
from cogsim.analysis.who import BrokerClient, Guest, Person, label, resolve
from cogsim.errors import InputError
from cogsim.lab.lifetimes.holding import Holding, hold, hold_outside, keeper_of
from cogsim.simulation import Simulation
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.names import find_client
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: People who are tried to find one who gets in, of each kind.
_MOST_TRIED = 8
_SOMEBODY = "somebody"

_Candidate = tuple[PoolUser, UserPoolClient] | Outside | BrokerClient | IdentityPool


def signed_in(sim: Simulation, who: str | None, client: str | None) -> tuple[str, Holding]:
    """The name and the holding of the first that gets in; InputError with every reason where nobody does."""
    reasons: list[str] = []
    named = find_client(sim.world, client) if client is not None else None
    for candidate in _candidates(sim.world, who, named):
        try:
            _hold(sim.fork(), candidate, named)
        except InputError as error:
            reasons.append(str(error))
            continue
        return _name(sim.world, candidate), _hold(sim, candidate, named)
    raise InputError(f"nobody gets in: {'; '.join(reasons[:4]) or _nobody(sim.world)}")


def _nobody(world: World) -> str:
    """Why there is nobody to try."""
    told = "the world knows no password of a user with an app client, and has nobody outside who leads to credentials"
    if world.completeness.unresolved:
        return f"{told}; it names what other files hold: name them too"
    return told


def _hold(sim: Simulation, candidate: _Candidate, client: UserPoolClient | None) -> Holding:
    if isinstance(candidate, tuple):
        return hold(sim, *candidate)
    return hold_outside(sim, candidate, tuple(_into_pools(sim.world, candidate, client)))


def _name(world: World, candidate: _Candidate) -> str:
    match candidate:
        case (PoolUser() as user, _):
            return user.username
        case IdentityPool():
            return label(world, Guest(candidate))
        case DirectoryPerson() | AccountHolder() | Workload() | DeveloperUser() | BrokerClient():
            return label(world, candidate)
    raise InputError(f"nobody signs in as {candidate!r}")


def _candidates(world: World, who: str | None, client: UserPoolClient | None) -> Iterator[_Candidate]:
    found = resolve(world, who) if who is not None else None
    match found:
        case None:
            yield from _members(world, None, client)
            yield from _outsiders(world)
        case Person():
            yield from _members(world, found.user, client)
        case DirectoryPerson() | AccountHolder() | Workload() | DeveloperUser() | BrokerClient():
            yield found
        case Guest():
            yield found.identity_pool
        case _:
            raise InputError(
                f"{who!r} is no user of a user pool, nobody of a provider outside AWS or a broker, and no guest"
            )


def _members(
    world: World, user: PoolUser | None, client: UserPoolClient | None
) -> list[tuple[PoolUser, UserPoolClient]]:
    """Users with the clients of their pool, those that identity pools list before others."""
    known = (world.pool_users[key] for key in world.known_passwords if key in world.pool_users)
    users = [user] if user is not None else list(islice((each for each in known if each.enabled), _MOST_TRIED))
    listed = {each.client_id for pool in world.identity_pools.values() for each in pool.cognito_providers}
    pairs = [
        (each, through)
        for each in users
        for through in world.clients.values()
        if through.pool_id == each.pool_id and (client is None or through.id == client.id)
    ]
    return sorted(pairs, key=lambda pair: pair[1].id not in listed)


def _outsiders(world: World) -> Iterator[_Candidate]:
    """People of directories, then of providers, their jobs, a developer's user, a guest."""
    for provider in world.ad_fs.values():
        people = (person for person in provider.users.values() if person.enabled)
        yield from (DirectoryPerson(provider, person) for person in islice(people, _MOST_TRIED))
    for issuer in world.oidc_issuers.values():
        accounts = (account for account in issuer.users.values() if account.enabled)
        yield from (AccountHolder(issuer, account) for account in islice(accounts, _MOST_TRIED))
        for repository in islice(issuer.repositories.values(), _MOST_TRIED):
            yield from (Workload(issuer, repository, context) for context in contexts(world, repository))
    for broker in world.brokers.values():
        known = islice((each for each in broker.people.values() if each.enabled), _MOST_TRIED)
        yield from (BrokerClient(broker, person) for person in known)
    for pool in world.identity_pools.values():
        if pool.developer_provider_name is not None:
            yield DeveloperUser(pool, pool.developer_provider_name, _SOMEBODY)
    yield from (pool for pool in world.identity_pools.values() if pool.allow_unauthenticated)


def _into_pools(
    world: World, candidate: Outside | BrokerClient | IdentityPool, client: UserPoolClient | None
) -> Iterator[tuple[str, str, UserPoolClient]]:
    """The name, the provider and the client by which somebody outside may come into a user pool."""
    match candidate:
        case DirectoryPerson():
            keeper, name = ("saml", candidate.provider.entity_id), candidate.user.upn
        case AccountHolder():
            keeper, name = ("oidc", candidate.issuer.url), candidate.user.username
        case _:
            return
    for provider in world.pool_providers.values():
        if provider.pool_id not in world.user_pools or keeper_of(world, provider) != keeper:
            continue
        for through in world.clients.values():
            own = through.pool_id == provider.pool_id and provider.name in through.supported_identity_providers
            if own and (client is None or through.id == client.id):
                yield name, provider.name, through
