"""Finding what a person means by a name: a logical id, a user's name, an app client's name."""

from __future__ import annotations

from cogsim.errors import InputError, suggest
from cogsim.world.broker import Broker
from cogsim.world.external_saml import AdFs
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import NamedResource, World


def find(world: World, name: str) -> NamedResource:
    """The resource with the logical id `name`, written `stack/Id` where several stacks have it."""
    if name in world.names:
        return world.names[name]
    matches = [full for full in world.names if full.rpartition("/")[2] == name]
    if len(matches) == 1:
        return world.names[matches[0]]
    if matches:
        raise InputError(f"{name!r} is in several stacks: write one of {', '.join(matches)}")
    raise InputError(f"nothing in the world is called {name!r}", suggestion=suggest(name, _logical_ids(world)))


def _logical_ids(world: World) -> list[str]:
    return [full.rpartition("/")[2] for full in world.names]


def is_named(world: World, name: str) -> bool:
    """Whether `find` would find exactly one resource."""
    return name in world.names or sum(full.rpartition("/")[2] == name for full in world.names) == 1


def find_client(world: World, name: str | None) -> UserPoolClient:
    """The app client with this logical id, id or name; with None, the world's only one."""
    if name is None:
        if len(world.clients) == 1:
            return next(iter(world.clients.values()))
        raise InputError(f"say which app client: the world has {len(world.clients)}")
    if name in world.clients:
        return world.clients[name]
    if is_named(world, name) and find(world, name).ref in world.clients:
        return world.clients[find(world, name).ref]
    called = [client for client in world.clients.values() if client.name == name]
    if len(called) == 1:
        return called[0]
    choices = [*_logical_ids(world), *(client.name for client in world.clients.values())]
    raise InputError(f"no app client is called {name!r}", suggestion=suggest(name, choices))


def find_identity_pool(world: World, name: str | None) -> str:
    """The id of the identity pool with this logical id, id or name; with None, of the world's only one."""
    if name is None:
        if len(world.identity_pools) == 1:
            return next(iter(world.identity_pools))
        raise InputError(f"say which identity pool: the world has {len(world.identity_pools)}")
    if name in world.identity_pools:
        return name
    if is_named(world, name) and find(world, name).ref in world.identity_pools:
        return find(world, name).ref
    called = [pool.id for pool in world.identity_pools.values() if pool.name == name]
    if len(called) == 1:
        return called[0]
    choices = [*_logical_ids(world), *(pool.name for pool in world.identity_pools.values())]
    raise InputError(f"no identity pool is called {name!r}", suggestion=suggest(name, choices))


def find_broker(world: World, name: str | None) -> Broker:
    """The custom identity broker with this logical id or name; with None, the world's only one."""
    if name is None:
        if len(world.brokers) == 1:
            return next(iter(world.brokers.values()))
        raise InputError(f"say which broker: the world has {len(world.brokers)}")
    if name in world.brokers:
        return world.brokers[name]
    if is_named(world, name) and find(world, name).ref in world.brokers:
        return world.brokers[find(world, name).ref]
    raise InputError(f"no broker is called {name!r}", suggestion=suggest(name, [*_logical_ids(world), *world.brokers]))


def find_ad_fs(world: World, name: str | None) -> AdFs:
    """The AD FS with this logical id or entity id; with None, the world's only one."""
    if name is None:
        if len(world.ad_fs) == 1:
            return next(iter(world.ad_fs.values()))
        raise InputError(f"say which AD FS: the world has {len(world.ad_fs)}")
    if name in world.ad_fs:
        return world.ad_fs[name]
    if is_named(world, name) and find(world, name).ref in world.ad_fs:
        return world.ad_fs[find(world, name).ref]
    raise InputError(f"no AD FS is called {name!r}", suggestion=suggest(name, [*_logical_ids(world), *world.ad_fs]))


def find_user(world: World, name: str, pool_id: str | None = None) -> PoolUser:
    """The user who signs in as `name` (in the pool, where one is given): username, alias or `sub`."""
    found = []
    for pool in world.user_pools.values():
        if pool_id in (None, pool.id):
            username = world.resolve_username(pool, name) or world.subs.get((pool.id, name))
            if username is not None:
                found.append(world.pool_users[pool.id, username])
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{name!r} is a user of {len(found)} pools: say which")
    choices = [user.username for user in world.pool_users.values()] if len(world.pool_users) < 10_000 else []
    raise InputError(f"no user is called {name!r}", suggestion=suggest(name, choices))
