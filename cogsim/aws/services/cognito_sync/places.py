"""The pools, identities and datasets that calls name, and what IAM is asked about them. # sar:cognito-sync"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires
from cogsim.aws.pages import page_of
from cogsim.aws.state import Table
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity import find_pool
from cogsim.decisions.identity_refusals import INVALID_PARAMETER, unseen
from cogsim.decisions.identity_sync import SyncSession, admit_kind, find_identity_in
from cogsim.world.identity_pool import Identity, IdentityPool

T = TypeVar("T")

#: SyncSessionToken to what it stands for.
SESSIONS: Table[str, SyncSession] = Table("cognito-sync/sessions")


def on_pool(action: str) -> Requires:
    """What an operation on a whole pool requires."""
    return _on(action, "identitypool/{IdentityPoolId}")


def on_identity(action: str) -> Requires:
    return _on(action, "identitypool/{IdentityPoolId}/identity/{IdentityId}")


def on_dataset(action: str) -> Requires:
    return _on(action, "identitypool/{IdentityPoolId}/identity/{IdentityId}/dataset/{DatasetName}")


def on_datasets(action: str) -> Requires:
    """What listing requires: the action is one on datasets, and no single one is named."""
    return _on(action, "identitypool/{IdentityPoolId}/identity/{IdentityId}/dataset/*")


def _on(action: str, pattern: str) -> Requires:
    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        pool = ctx.world.identity_pools.get(params["IdentityPoolId"])
        account = pool.account if pool is not None else caller_account(ctx.caller) or ""
        stem = f"arn:{ctx.partition}:cognito-sync:{ctx.region}:{account}:"
        return (Requirement(f"cognito-sync:{action}", stem + pattern.format_map(dict(params))),)

    return requires


def pool_of(ctx: CallContext, pool_id: str, code: str = "ResourceNotFoundException") -> IdentityPool:
    """The pool of that id in the call's Region; raises `code` where there is none."""
    return ctx.require(find_pool(ctx.world, pool_id, ctx.region, code))


def managed_pool(ctx: CallContext, pool_id: str) -> IdentityPool:
    """The pool, for an operation that is documented for developers."""
    ctx.require(admit_kind(ctx.caller, "developer"))
    return pool_of(ctx, pool_id)


def identity_of(ctx: CallContext, pool_id: str, identity_id: str, code: str = "ResourceNotFoundException") -> Identity:
    """The identity of that pool; raises `code` where there is none."""
    pool = pool_of(ctx, pool_id, code)
    return ctx.require(find_identity_in(ctx.world, pool, identity_id, code))


def page(
    ctx: CallContext, items: Iterable[tuple[str, T]], token: str | None, limit: int | None
) -> tuple[tuple[T, ...], Mapping[str, Any]]:
    """The page of (name, item) that follows `token`, and the member that names the next one, if any."""
    found = page_of(ctx.call.operation, items, token, limit or None)
    if found is None:
        ctx.require(unseen(INVALID_PARAMETER, "Invalid NextToken.", "is the token one of ours?", "", "cs:api"))
        return (), {}
    return found.shown, {} if found.following is None else {"NextToken": found.following}
