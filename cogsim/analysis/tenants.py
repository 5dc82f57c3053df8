"""Whose tenant a caller is: from the facts of the session to the person, from the person to what administrators said.

1. A session is followed to whoever it was made for: an identity to its logins, a token's or an assertion's subject to
   the account, keys that a broker handed out to the person who got them. What the session claims (its name, its tags)
   counts for nothing where it was somebody's own choice.
2. The person is looked up in the world as administrators left it, by an id that nobody can take over.
3. Guests, strangers and principals that no declaration names belong to no tenant, and own nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from cogsim.decisions.caller import Anonymous, Caller, FederatedUser, IamUser, RoleSession, Root, Service, caller_arn
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.world.broker import DEVELOPER
from cogsim.world.identity_pool import Identity
from cogsim.world.pool_user import PoolUser
from cogsim.world.tenancy import Members, Tenancy
from cogsim.world.world import World

_IDENTITY_POOLS = tuple(COGNITO_PRINCIPALS.values())
#: The presets of providers by the names that user pools have for them.
_SOCIAL = {"google": "Google", "facebook": "Facebook", "amazon": "LoginWithAmazon", "apple": "SignInWithApple"}


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who stands behind a caller. `pool_users` are (pool id, sub), `identities` (pool id, id), `accounts` what a
    provider outside is known by with the subjects it stated, `broker` the broker's name with its person's, `principal`
    an ARN."""

    name: str
    pool_users: tuple[tuple[str, str], ...] = ()
    identities: tuple[tuple[str, str], ...] = ()
    accounts: tuple[tuple[str, str], ...] = ()
    broker: tuple[str, str] | None = None
    principal: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A caller in view of a world's tenancies: who it is, the tenants they belong to, and whether they may see all."""

    name: str
    tenants: frozenset[str] = field(default_factory=frozenset)
    operator: bool = False


def somebody(world: World, caller: Caller) -> Somebody:
    """Who stands behind the caller, as far as the session itself tells."""
    match caller:
        case IamUser():
            return Somebody(caller.arn.rpartition("/")[2], principal=caller.arn)
        case RoleSession() if caller.is_federated:
            return _of_session(world, caller)
        case RoleSession():
            return Somebody(caller.arn.rpartition(":")[2], principal=caller.role_arn)
        case FederatedUser():
            return Somebody(caller.arn.rpartition(":")[2])
        case _:
            return Somebody("a stranger" if isinstance(caller, Anonymous) else caller_arn(caller))


def _of_session(world: World, caller: RoleSession) -> Somebody:
    """The subject of the token or the assertion that bought the session."""
    for key, values in caller.federated.items():
        provider, _, claim = key.rpartition(":")
        if claim not in ("sub", "id", "user_id") or not values.values:
            continue
        subject = values.values[0]
        if provider in _IDENTITY_POOLS:
            return _of_identity(world, subject)
        pool_id = provider.rpartition("/")[2]
        if pool_id in world.user_pools:
            return _of_pool(world, pool_id, subject)
        if provider == "saml":
            document = _metadata(world, caller.federated_provider or "")
            return Somebody(subject, accounts=((document, subject), (document, caller.session_name)))
        return Somebody(subject, accounts=((provider, subject),))
    return Somebody(caller.arn.rpartition(":")[2])


def _metadata(world: World, provider: str) -> str:
    held = world.saml_providers.get(provider)
    return held.metadata if held is not None else provider


def _of_identity(world: World, identity_id: str) -> Somebody:
    identity = world.identities.get(identity_id)
    if identity is None or not identity.authenticated:
        return Somebody(f"a guest ({identity_id})")
    pool_users: list[tuple[str, str]] = []
    accounts: list[tuple[str, str]] = []
    name = identity_id
    for provider, subject in identity.logins.items():
        pool_id = provider.rpartition("/")[2]
        if pool_id in world.user_pools:
            known = _of_pool(world, pool_id, subject)
            name, pool_users = known.name, [*pool_users, *known.pool_users]
            accounts += known.accounts
        else:
            name = subject
            accounts.append((_metadata(world, provider), subject))
    person = next(_developer_people(world, identity), None)
    name = person[1] if person is not None else name
    return Somebody(name, tuple(pool_users), ((identity.pool_id, identity_id),), tuple(accounts), person)


def _developer_people(world: World, identity: Identity) -> Iterator[tuple[str, str]]:
    """The people of brokers that a developer identity is of."""
    for user, provider in identity.developer_users.items():
        for broker in world.brokers.values():
            named = any(
                rule.operation == DEVELOPER
                and (rule.identity_pool_id, rule.provider_name) == (identity.pool_id, provider)
                for rule in broker.rules
            )
            if named and user in broker.people:
                yield broker.name, user


def _of_pool(world: World, pool_id: str, subject: str) -> Somebody:
    username = world.subs.get((pool_id, subject))
    user = world.pool_users.get((pool_id, username)) if username is not None else None
    if user is None:
        return Somebody(subject, ((pool_id, subject),))
    return Somebody(user.username, ((pool_id, subject),), accounts=tuple(_linked(world, user)))


def _linked(world: World, user: PoolUser) -> Iterator[tuple[str, str]]:
    """The accounts at providers outside that the pool knows the user by."""
    for each in json.loads(user.attributes.get("identities", "[]")):
        provider = world.pool_providers.get((user.pool_id, str(each.get("providerName"))))
        if provider is not None:
            told = " ".join((provider.name, *provider.details.values()))
            yield told, str(each.get("userId"))


def standing(world: World, beginning: World, caller: Caller, handed: Somebody | None = None) -> Standing:
    """The caller in view of the world's tenancies. `beginning` is the world as administrators left it, `handed` whom a
    broker handed these keys to, where one did. The account's root user and AWS's services may see everything."""
    who = handed or somebody(world, caller)
    tenancies = beginning.tenancies.values()
    operators = {arn for each in tenancies for arn in each.operators}
    if isinstance(caller, Root | Service) or (handed is None and who.principal in operators):
        return Standing(who.name, operator=True)
    return Standing(who.name, frozenset(tenant for each in tenancies for tenant in _tenants(each, beginning, who)))


def _tenants(tenancy: Tenancy, beginning: World, who: Somebody) -> Iterator[str]:
    for members in tenancy.members:
        match members.source:
            case "UserPool":
                yield from _of_user_pool(members, beginning, who)
            case "IdentityPool":
                yield from (identity for pool_id, identity in who.identities if pool_id == members.of)
            case "Directory":
                yield from _of_directory(members, beginning, who)
            case "Broker":
                yield from _of_broker(members, beginning, who)
            case _:
                names = (who.principal, (who.principal or "").rpartition("/")[2])
                if members.tenant is not None and set(names) & set(members.people):
                    yield members.tenant


def _of_user_pool(members: Members, beginning: World, who: Somebody) -> Iterator[str]:
    for pool_id, subject in who.pool_users:
        username = beginning.subs.get((pool_id, subject)) if pool_id == members.of else None
        user = beginning.pool_users.get((pool_id, username)) if username is not None else None
        if user is None or (members.people and user.username not in members.people):
            continue
        yield from members.in_groups(user.groups)
        told = members.tenant if members.attribute is None else user.attributes.get(members.attribute)
        if told:
            yield told


def _of_directory(members: Members, beginning: World, who: Somebody) -> Iterator[str]:
    for provider, subject in who.accounts:
        if members.of in beginning.ad_fs and members.of in provider:
            directory = beginning.ad_fs[members.of]
            for user in directory.users.values():
                known = (user.upn, user.name, user.sid, *(each for one in user.attributes.values() for each in one))
                if subject in known:
                    values = user.values(members.attribute) if members.attribute is not None else ()
                    yield from _stated(members, (user.upn, user.name), values, user.groups)
        elif members.of in beginning.oidc_issuers and _speaks_for(beginning, members.of, provider):
            account = beginning.oidc_issuers[members.of].user_of(subject)
            if account is not None:
                claim = account.claims.get(members.attribute) if members.attribute is not None else None
                groups = account.claims.get("groups", ())
                listed = tuple(map(str, groups)) if isinstance(groups, tuple | list) else ()
                yield from _stated(members, (account.username,), (claim,) if isinstance(claim, str) else (), listed)


def _speaks_for(beginning: World, url: str, provider: str) -> bool:
    """Whether that is what the issuer is known by: its host, or the name that user pools have for its kind."""
    social = _SOCIAL.get(beginning.oidc_issuers[url].preset)
    return url.removeprefix("https://") in provider or (social is not None and provider.split(" ")[0] == social)


def _stated(
    members: Members, names: tuple[str, ...], values: tuple[str, ...], groups: tuple[str, ...]
) -> Iterator[str]:
    if members.people and not set(members.people) & set(names):
        return
    if members.tenant is not None:
        yield members.tenant
    yield from values
    if members.groups is not None:
        yield from members.in_groups(groups)


def _of_broker(members: Members, beginning: World, who: Somebody) -> Iterator[str]:
    if who.broker is None or who.broker[0] != members.of:
        return
    person = beginning.brokers[members.of].people.get(who.broker[1])
    if person is None or (members.people and person.name not in members.people):
        return
    named = person.tenant if members.attribute is None else person.attributes.get(members.attribute)
    told = members.tenant or named
    if told:
        yield told
