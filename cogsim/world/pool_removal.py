"""A world without one of its user pools, or without one of its app clients."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cogsim.world.pool_members import PoolDocument
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: The members of World that are keyed by a pool id first.
_BY_POOL = (
    *("pool_groups", "pool_users", "pool_providers", "resource_servers", "domains", "risk_configurations"),
    *("pool_documents", "known_passwords", "aliases", "subs"),
)


def without_user_pool(world: World, pool_id: str) -> World:
    """`world` without the pool and all that belongs to it; what else names it keeps the name."""
    changes: dict[str, Any] = {"user_pools": world.user_pools.delete(pool_id)}
    for place in _BY_POOL:
        held = getattr(world, place)
        for key in [key for key in held if key[0] == pool_id]:
            held = held.delete(key)
        changes[place] = held
    clients = world.clients
    for client in [each for each in clients.values() if each.pool_id == pool_id]:
        clients = clients.delete(client.id)
    return replace(world, clients=clients, **changes)


def without_client(world: World, client: UserPoolClient) -> World:
    """`world` without the client, its risk configuration and its documents (branding, terms)."""
    world = world.without_client(client.id)
    risks = world.risk_configurations.discard((client.pool_id, client.id))
    documents = world.pool_documents
    for key in [key for key in documents if key[0] == client.pool_id and _of_client(documents[key], client.id)]:
        documents = documents.delete(key)
    return replace(world, risk_configurations=risks, pool_documents=documents)


def _of_client(document: PoolDocument, client_id: str) -> bool:
    """Whether the document is an app client's: its key or its content says so."""
    return document.key == client_id or document.content.get("ClientId") == client_id
