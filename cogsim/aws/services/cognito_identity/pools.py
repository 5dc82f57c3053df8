"""Finding pools and identities, who may act on them, and turning a call's Logins into the logins they prove."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires
from cogsim.aws.pages import page_of
from cogsim.aws.token_families import ended_by
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity import find_identity_of, find_pool
from cogsim.decisions.identity_logins import accept_logins
from cogsim.decisions.identity_merge import Resolution
from cogsim.decisions.identity_refusals import INVALID_PARAMETER, unseen
from cogsim.decisions.login import AcceptedLogin
from cogsim.world.identity_pool import Identity, IdentityPool

T = TypeVar("T")


def pool_of(ctx: CallContext, pool_id: str) -> IdentityPool:
    """The pool of that id in the call's Region; raises ResourceNotFoundException."""
    return ctx.require(find_pool(ctx.world, pool_id, ctx.region))


def identity_of(ctx: CallContext, identity_id: str) -> tuple[Identity, IdentityPool]:
    """The identity of that id and its pool; raises ResourceNotFoundException."""
    return ctx.require(find_identity_of(ctx.world, identity_id, ctx.region))


def identity_in(ctx: CallContext, pool: IdentityPool, identity_id: str) -> Identity:
    """The identity of that id in this pool; raises ResourceNotFoundException."""
    identity, _ = ctx.require(find_identity_of(ctx.world, identity_id, ctx.region, within=pool.id))
    return identity


def logins_of(ctx: CallContext, pool: IdentityPool, logins: Mapping[str, str] | None) -> tuple[AcceptedLogin, ...]:
    """The logins that `logins` (provider name to token) prove, none where there are none; raises what the pool answers
    to a token it does not believe."""
    if not logins:
        return ()
    return ctx.require(accept_logins(ctx.world, pool, logins, now=ctx.now, revoked=ended_by(ctx.state)))


def save(ctx: CallContext, resolution: Resolution) -> Identity:
    """Put every identity that a decision changed into the world; the one that the call is about."""
    for identity in resolution.changed:
        ctx.update_world(lambda world, made=identity: world.with_identity(made))  # type: ignore[misc]
    return resolution.identity


def on_pool(action: str) -> Requires:
    """What an operation on a pool requires: its own action on the pool's ARN."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (Requirement(f"cognito-identity:{action}", pool_arn(ctx, params["IdentityPoolId"])),)

    return requires


def on_all(action: str) -> Requires:
    """What an operation requires whose action knows no resources."""

    def requires(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
        return (Requirement(f"cognito-identity:{action}", wildcard_only=True),)

    return requires


def pool_arn(ctx: CallContext, pool_id: str) -> str:
    """The ARN of a pool; of one that does not exist, as the caller's account would have it."""
    pool = ctx.world.identity_pools.get(pool_id)
    if pool is not None:
        return pool.arn
    account = caller_account(ctx.caller) or ""
    return f"arn:{ctx.partition}:cognito-identity:{ctx.region}:{account}:identitypool/{pool_id}"


def page(
    ctx: CallContext, items: Iterable[tuple[str, T]], token: str | None, limit: int | None
) -> tuple[tuple[T, ...], dict[str, Any]]:
    """The page of (name, item) that follows `token`, and the member that names the next one, if any."""
    found = page_of(ctx.call.operation, items, token, limit)
    if found is None:
        ctx.require(unseen(INVALID_PARAMETER, "Invalid NextToken.", "is the token one of ours?", ""))
        return (), {}
    return found.shown, {} if found.following is None else {"NextToken": found.following}
