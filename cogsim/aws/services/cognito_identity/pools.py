"""Finding pools and identities, and turning a call's Logins into the login they prove."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.aws.context import CallContext
from cogsim.aws.token_families import revoked
from cogsim.decisions.login import AcceptedLogin, accept
from cogsim.errors import AwsError, NotModelled
from cogsim.world.identity_pool import Identity, IdentityPool


def pool_of(ctx: CallContext, pool_id: str) -> IdentityPool:
    """The pool of that id in the call's Region; raises ResourceNotFoundException."""
    pool = ctx.world.identity_pools.get(pool_id)
    if pool is None or pool.region != ctx.region:
        raise AwsError("ResourceNotFoundException", f"IdentityPool '{pool_id}' not found.")
    return pool


def identity_of(ctx: CallContext, identity_id: str) -> tuple[Identity, IdentityPool]:
    """The identity of that id and its pool; raises ResourceNotFoundException."""
    identity = ctx.world.identities.get(identity_id)
    if identity is None:
        raise AwsError("ResourceNotFoundException", f"Identity '{identity_id}' not found.")
    return identity, pool_of(ctx, identity.pool_id)


def login_of(ctx: CallContext, pool: IdentityPool, logins: Mapping[str, str] | None) -> AcceptedLogin | None:
    """The login that `logins` (provider name to token) prove, None where there are none; raises what the pool answers
    to a token it does not believe."""
    if not logins:
        return None
    if len(logins) > 1:
        raise NotModelled(ctx.call.operation, "Logins", hint="several logins in one call link or merge identities")
    ((provider, token),) = logins.items()
    accepted = accept(
        ctx.world,
        pool,
        provider,
        token,
        now=ctx.now,
        revoked=revoked(ctx.state),
    )
    return ctx.require(accepted)
