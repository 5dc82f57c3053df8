"""The roles that STS gives for a web identity token: a row for every role and every provider that it trusts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.analysis.naming import called, called_by
from cogsim.analysis.straight_sessions import roles_trusting, with_token
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_makes import make
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_pool_doors import public_target
from cogsim.analysis.token_targets import Target, everybody_at, target_of, with_issuer
from cogsim.decision import Decision, Refusal
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.open_id_token import cognito_principal
from cogsim.decisions.web_bearer import ACCESS_TOKEN_PROVIDERS, GOOGLE
from cogsim.world.iam import OidcProvider, Role
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World


def sts_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """AssumeRoleWithWebIdentity for every role that trusts a provider of tokens, an identity pool among them."""
    for provider in world.oidc_providers.values():
        for role in roles_trusting(world, (provider.arn,)):
            if role.arn.split(":")[4] == provider.arn.split(":")[4]:
                yield _by_registered(world, role, provider, who)
    for name in (GOOGLE, *ACCESS_TOKEN_PROVIDERS):
        for role in roles_trusting(world, (name,)):
            if find_issuer(world, name) is not None:
                yield _by_built_in(world, role, name, who)
    for role in world.roles.values():
        pool = _pool_of(world, role)
        if pool is not None:
            yield _by_identity_pool(world, role, pool, who)


def _by_registered(world: World, role: Role, provider: OidcProvider, who: PoolUser | None) -> Door:
    name = called_by(world, provider.origin, provider.url.removeprefix("https://"))
    own = issuing_pool(world, provider.url)
    if own is not None:
        clients = (world.clients[each] for each in provider.client_ids if each in world.clients)
        client = next((each for each in clients if each.pool_id == own.id), None)
        return _door(world, role, name, target_of(world, own, client, who=who), "id")
    issuer, target = find_issuer(world, provider.url), target_of(world, None, who=who)
    if issuer is None:
        return _door(world, role, name, target, "outside")
    return _door(world, role, name, with_issuer(target, issuer, provider.client_ids), "outside")


def _by_built_in(world: World, role: Role, name: str, who: PoolUser | None) -> Door:
    """Whom a built-in provider's token is for is tested by the trust policy alone."""
    target = with_issuer(target_of(world, None, who=who), find_issuer(world, name))
    return _door(world, role, name, replace(target, opaque=name in ACCESS_TOKEN_PROVIDERS), "outside")


def _pool_of(world: World, role: Role) -> IdentityPool | None:
    """The identity pool whose tokens the role is for: one that names it, else any, where it trusts identity pools."""
    pools = [
        pool
        for pool in world.identity_pools.values()
        if any(each.arn == role.arn for each in roles_trusting(world, (cognito_principal(pool.partition),)))
    ]
    return next((pool for pool in pools if role.arn in _roles_named(pool)), pools[0] if pools else None)


def _roles_named(pool: IdentityPool) -> set[str]:
    rules = (rule.role_arn for mapping in pool.role_mappings.values() for rule in mapping.rules)
    return {*pool.roles.values(), *rules}


def _by_identity_pool(world: World, role: Role, pool: IdentityPool, who: PoolUser | None) -> Door:
    entry = next(iter(pool.cognito_providers), None)
    user_pool = world.user_pools.get(entry.provider_name.rpartition("/")[2]) if entry is not None else None
    client = world.clients.get(entry.client_id) if entry is not None else None
    own = client if user_pool is not None and client is not None and client.pool_id == user_pool.id else None
    public = next((each for each in pool.supported_login_providers if find_issuer(world, each) is not None), None)
    if entry is None and public is not None:
        target = public_target(world, pool, public, who)
    else:
        target = target_of(world, user_pool, own, who=who)
    target = replace(target, identity_pool=pool)
    makes: tuple[Use, ...] = ("identity-pool", "developer", "guest")
    tried = [_door(world, role, called(world, pool), target, use) for use in makes]
    there = [door for door in tried if make(door.target, door.expects).text is not None]
    return next((door for door in tried if _admits(role, door.target, door.expects)), next(iter(there), tried[0]))


def _door(world: World, role: Role, provider: str, target: Target, expects: Use) -> Door:
    ask = partial(_ask, role)
    chosen = next((each for each in everybody_at(target) if _admits(role, each, expects)), target)
    where = role.origin.at("AssumeRolePolicyDocument")
    key = f"sts:{called(world, role)}/{provider}"
    shown = f"STS, role {called(world, role)} by {provider}"
    return Door(key, shown, where, chosen, ask, expects)


def _admits(role: Role, target: Target, expects: Use) -> bool:
    """Whether the role takes the token that it is meant for of this person or job."""
    offer = make(target, expects)
    return offer.text is not None and not isinstance(_ask(role, offer).value, Refusal)


def _ask(role: Role, offer: Offer) -> Decision[Any]:
    provider_id = offer.provider_id if offer.use == "outside" else None
    made = with_token(offer.world, role, offer.text or "", provider_id, now=offer.now)
    return Decision(made.value, made.steps)
