"""The change of a pool's signing keys, which AWS makes without notice. # idp:verify"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.errors import InputError, suggest


@operation("cogsim:RotateSigningKeys")
def rotate_signing_keys(ctx: CallContext, /, *, UserPoolId: str, Retire: bool | None = None) -> Mapping[str, Any]:
    """New keys for ID and access tokens; the older ones stay published unless they `Retire`, and then whatever they
    signed is refused."""
    pool = ctx.world.user_pools.get(UserPoolId)
    if pool is None:
        raise InputError(f"no user pool {UserPoolId!r}", suggestion=suggest(UserPoolId, list(ctx.world.user_pools)))
    latest = pool.signing_keys[-1] + 1
    keys = (latest,) if Retire else (*pool.signing_keys, latest)
    ctx.update_world(lambda world: world.with_user_pool(replace(pool, signing_keys=keys)))
    return {}
