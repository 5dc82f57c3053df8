"""Logins named after the server: apps derive a login's name from a token's issuer, which `--issuer endpoint` changes.

On AWS both are one name, `cognito-idp.<Region>.amazonaws.com/<pool>`. Where a pool's tokens name the server, its login
is read back to that name before anybody decides about it; every other name stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cogsim.world.world import World


def read_back(world: World, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """The members with the names of logins as the world has them."""
    logins = params.get("Logins")
    if not world.issuer_base or not isinstance(logins, Mapping):
        return params
    return {**params, "Logins": {_own_name(world, str(name)): token for name, token in logins.items()}}


def _own_name(world: World, name: str) -> str:
    pool = world.user_pools.get(name.rpartition("/")[2])
    return pool.provider_name if pool is not None and pool.issuer.partition("://")[2] == name else name
