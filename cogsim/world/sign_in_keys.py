"""The names that a user signs in by, beside the username, as the world's index of them has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.world.pool_user import PoolUser, UserStatus

if TYPE_CHECKING:
    from cogsim.world.world import World


def sign_in_keys(world: World, user: PoolUser | None) -> list[tuple[str, str, str]]:
    """The sign-in names of `user` beside the username: username attributes at once, aliases when verified.
    # idp:attributes §alias"""
    pool = world.user_pools.get(user.pool_id) if user else None
    if pool is None or user is None:
        return []
    keys = []
    for attribute in (*pool.username_attributes, *pool.alias_attributes):
        if attribute in pool.username_attributes and user.status is UserStatus.EXTERNAL_PROVIDER:
            continue  # whoever comes from a provider has a name of its own, and takes nobody's address
        value = user.attributes.get(attribute)
        proven = attribute in pool.username_attributes or attribute == "preferred_username"
        if value and (proven or user.attributes.get(f"{attribute}_verified") == "true"):
            keys.append((pool.id, attribute, value if pool.case_sensitive else value.lower()))
    return keys
