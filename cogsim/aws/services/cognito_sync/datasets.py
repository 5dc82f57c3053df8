"""Datasets as wholes: listed, described, deleted, and how much room they take."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_sync.places import (
    SESSIONS,
    identity_of,
    managed_pool,
    on_dataset,
    on_datasets,
    on_identity,
    on_pool,
    page,
)
from cogsim.clock import at
from cogsim.decisions.caller import caller_account
from cogsim.decisions.identity_refusals import INVALID_PARAMETER
from cogsim.decisions.identity_sync import admit_kind, emptied, find_dataset, locate
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.sync_dataset import SyncDataset


@operation("cognito-sync:ListDatasets", requires=on_datasets("ListDatasets"), reads_only=True)
def list_datasets(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityId: str,
    NextToken: str | None = None,
    MaxResults: int | None = None,
) -> dict[str, Any]:
    """The identity's own datasets, by name."""
    identity = identity_of(ctx, IdentityPoolId, IdentityId, INVALID_PARAMETER)
    held = ((each.name, each) for each in _held(ctx) if each.identity_id == identity.id)
    shown, more = page(ctx, held, NextToken, MaxResults)
    return {"Datasets": [described(each) for each in shown], "Count": len(shown), **more}


@operation("cognito-sync:DescribeDataset", requires=on_dataset("DescribeDataset"), reads_only=True)
def describe_dataset(ctx: CallContext, *, IdentityPoolId: str, IdentityId: str, DatasetName: str) -> dict[str, Any]:
    """What is known of a dataset, without its records."""
    identity = identity_of(ctx, IdentityPoolId, IdentityId)
    key = ctx.take(locate(ctx.world, identity, DatasetName))
    return {"Dataset": described(ctx.require(find_dataset(ctx.world, key)))}


@operation("cognito-sync:DeleteDataset", requires=on_dataset("DeleteDataset"))
def delete_dataset(ctx: CallContext, *, IdentityPoolId: str, IdentityId: str, DatasetName: str) -> dict[str, Any]:
    """The dataset is gone with its records; devices that were away are told when they come back."""
    identity = identity_of(ctx, IdentityPoolId, IdentityId)
    key = ctx.take(locate(ctx.world, identity, DatasetName))
    dataset = ctx.require(find_dataset(ctx.world, key))
    ctx.update_world(lambda world: world.with_dataset(emptied(dataset, now=ctx.now)))
    return {"Dataset": described(dataset)}


@operation("cognito-sync:DescribeIdentityUsage", requires=on_identity("DescribeIdentityUsage"), reads_only=True)
def describe_identity_usage(ctx: CallContext, *, IdentityPoolId: str, IdentityId: str) -> dict[str, Any]:
    """How many datasets the identity has, and how many bytes."""
    identity = identity_of(ctx, IdentityPoolId, IdentityId)
    held = [each for each in _held(ctx) if each.identity_id == identity.id]
    usage = {"IdentityId": identity.id, "IdentityPoolId": IdentityPoolId, "DatasetCount": len(held)}
    return {"IdentityUsage": {**usage, **_room(held)}}


@operation("cognito-sync:DescribeIdentityPoolUsage", requires=on_pool("DescribeIdentityPoolUsage"), reads_only=True)
def describe_identity_pool_usage(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """How many bytes the pool's identities keep, and how many sessions they began."""
    return {"IdentityPoolUsage": _usage(ctx, managed_pool(ctx, IdentityPoolId))}


def _list_requires(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("cognito-sync:ListIdentityPoolUsage"),)


@operation("cognito-sync:ListIdentityPoolUsage", requires=_list_requires, reads_only=True)
def list_identity_pool_usage(
    ctx: CallContext, *, NextToken: str | None = None, MaxResults: int | None = None
) -> dict[str, Any]:
    """The usage of each pool of the caller's account in the Region."""
    ctx.require(admit_kind(ctx.caller, "developer"))
    account = caller_account(ctx.caller)
    pools = ctx.world.identity_pools.values()
    held = ((each.id, each) for each in pools if (each.account, each.region) == (account, ctx.region))
    shown, more = page(ctx, held, NextToken, MaxResults)
    limit = {"MaxResults": MaxResults} if MaxResults is not None else {}
    return {"IdentityPoolUsages": [_usage(ctx, each) for each in shown], "Count": len(shown), **limit, **more}


def described(dataset: SyncDataset) -> dict[str, Any]:
    """A dataset in the API's words."""
    return {
        "IdentityId": dataset.identity_id,
        "DatasetName": dataset.name,
        "CreationDate": at(dataset.created),
        "LastModifiedDate": at(dataset.modified),
        "LastModifiedBy": dataset.modified_by,
        "DataStorage": dataset.size,
        "NumRecords": len(dataset.live),
    }


def _usage(ctx: CallContext, pool: IdentityPool) -> dict[str, Any]:
    held = [each for each in _held(ctx) if each.pool_id == pool.id]
    identities = ctx.world.identities
    sessions = (each.identity_id for each in SESSIONS.rows(ctx.state).values())
    begun = sum(1 for each in sessions if each in identities and identities[each].pool_id == pool.id)
    return {"IdentityPoolId": pool.id, "SyncSessionsCount": begun, **_room(held)}


def _room(held: list[SyncDataset]) -> dict[str, Any]:
    room: dict[str, Any] = {"DataStorage": sum(each.size for each in held)}
    return {**room, "LastModifiedDate": at(max(each.modified for each in held))} if held else room


def _held(ctx: CallContext) -> Iterable[SyncDataset]:
    return (each for each in ctx.world.datasets.values() if not each.deleted)
