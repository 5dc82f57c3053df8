"""What names something that the files do not hold: nothing follows from it, so whoever wrote it is told.

A placeholder is listed as one already. A role of another account may well exist; the answers still know nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.load.cloudformation.notes import Notes
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.origin import Origin, is_placeholder
from cogsim.world.pool_members import (
    PoolDocument,
    ResourceServer,
    RiskConfiguration,
    UserPoolDomain,
    UserPoolGroup,
    UserPoolIdentityProvider,
)
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

Member = (
    UserPoolClient
    | UserPoolGroup
    | PoolUser
    | UserPoolIdentityProvider
    | ResourceServer
    | UserPoolDomain
    | RiskConfiguration
    | PoolDocument
)


def warn_of_dangling(world: World, notes: Notes) -> None:
    """A warning for every user pool and every role that is named and not there."""
    for origin, property_name, value, kind in (*_of_user_pools(world), *_of_identity_pools(world)):
        if not is_placeholder(value):
            place = origin.at(property_name) or origin.location
            notes.warn(place, f"{property_name} of {origin.logical_id} is {value}, and no {kind} of that name is here")


def _of_user_pools(world: World) -> Iterator[tuple[Origin, str, str, str]]:
    for member in _members(world):
        if member.pool_id and member.pool_id not in world.user_pools:
            yield member.origin, "UserPoolId", member.pool_id, "user pool"
    for risk in world.risk_configurations.values():
        if risk.client_id and risk.client_id not in world.clients:
            yield risk.origin, "ClientId", risk.client_id, "app client"
    for document in world.pool_documents.values():
        client_id = document.content.get("ClientId")
        if client_id and client_id not in world.clients:
            yield document.origin, "ClientId", client_id, "app client"
    for group in world.pool_groups.values():
        if group.role_arn and group.role_arn not in world.roles:
            yield group.origin, "RoleArn", group.role_arn, "role"


def _members(world: World) -> tuple[Member, ...]:
    return (
        *world.clients.values(),
        *world.pool_groups.values(),
        *world.pool_users.values(),
        *world.pool_providers.values(),
        *world.resource_servers.values(),
        *world.domains.values(),
        *world.risk_configurations.values(),
        *world.pool_documents.values(),
    )


def _of_identity_pools(world: World) -> Iterator[tuple[Origin, str, str, str]]:
    for pool in world.identity_pools.values():
        for path, arn in _roles(pool):
            if arn not in world.roles:
                yield pool.roles_origin, path, arn, "role"


def _roles(pool: IdentityPool) -> Iterator[tuple[str, str]]:
    for name, arn in pool.roles.items():
        yield f"Roles.{name}", arn
    for position, mapping in enumerate(pool.role_mappings.values()):
        for number, rule in enumerate(mapping.rules):
            yield f"RoleMappings.{position}.RulesConfiguration.Rules.{number}.RoleARN", rule.role_arn
