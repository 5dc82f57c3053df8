"""The records of a dataset: what changed since a device last looked, and what it changes. # cs:api §UpdateRecords"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_sync.places import SESSIONS, identity_of, on_dataset, page, pool_of
from cogsim.clock import at, instant
from cogsim.decisions.identity_refusals import INVALID_PARAMETER
from cogsim.decisions.identity_sync import (
    SyncSession,
    check_room,
    check_session,
    locate,
    merged_names,
    patched,
    read_patches,
)
from cogsim.errors import NotModelled
from cogsim.world.sync_dataset import SyncDataset, SyncRecord


@operation("cognito-sync:ListRecords", requires=on_dataset("ListRecords"))
def list_records(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityId: str,
    DatasetName: str,
    LastSyncCount: int | None = None,
    NextToken: str | None = None,
    MaxResults: int | None = None,
    SyncSessionToken: str | None = None,
) -> dict[str, Any]:
    """The records that changed after a count, removed ones without a value, and a session to change them in."""
    identity = identity_of(ctx, IdentityPoolId, IdentityId, INVALID_PARAMETER)
    key = ctx.take(locate(ctx.world, identity, DatasetName))
    dataset = ctx.world.datasets.get(key)
    if SyncSessionToken is not None:
        session = SESSIONS.get(ctx.state, SyncSessionToken)
        ctx.require(check_session(session, identity.id, DatasetName, ctx.now))
    since = LastSyncCount or 0
    changed = () if dataset is None else (each for each in dataset.records.values() if each.sync_count > since)
    shown, more = page(ctx, ((each.key, each) for each in changed), NextToken, MaxResults)
    exists = dataset is not None and not dataset.deleted
    return {
        "Records": [_described(each) for each in shown],
        "Count": len(shown),
        "DatasetSyncCount": dataset.sync_count if dataset is not None else 0,
        "LastModifiedBy": dataset.modified_by if dataset is not None else "",
        "MergedDatasetNames": list(merged_names(ctx.world, identity, DatasetName)),
        "DatasetExists": exists,
        "DatasetDeletedAfterRequestedSyncCount": dataset is not None and not exists and dataset.sync_count > since,
        "SyncSessionToken": SyncSessionToken or _begin(ctx, SyncSession(identity.id, DatasetName, ctx.now)),
        **more,
    }


def _begin(ctx: CallContext, session: SyncSession) -> str:
    token = ctx.draw("cognito-sync/session", session.identity_id, session.dataset).bytes(32).hex()
    ctx.update_state(lambda state: SESSIONS.put(state, token, session))
    return token


@operation("cognito-sync:UpdateRecords", requires=on_dataset("UpdateRecords"), ignores=("ClientContext",))
def update_records(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityId: str,
    DatasetName: str,
    SyncSessionToken: str,
    DeviceId: str | None = None,
    RecordPatches: list[Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Every change, or none; the dataset is made by its first one."""
    pool = pool_of(ctx, IdentityPoolId)
    identity = identity_of(ctx, IdentityPoolId, IdentityId)
    if pool.events:
        raise NotModelled("cognito-sync:UpdateRecords", hint="a function of the pool may change the records")
    ctx.require(check_session(SESSIONS.get(ctx.state, SyncSessionToken), identity.id, DatasetName, ctx.now))
    stated = RecordPatches or []
    patches = ctx.require(read_patches(stated, tuple(_instant(ctx, each) for each in stated)))
    key = ctx.take(locate(ctx.world, identity, DatasetName))
    ctx.require(check_room(ctx.world, key[0], key))
    found = ctx.world.datasets.get(key) or SyncDataset(pool.id, *key)
    made = ctx.require(patched(found, patches, by=DeviceId or identity.id, now=ctx.now))
    if made != found:
        ctx.update_world(lambda world: world.with_dataset(made))
    return {"Records": [_described(made.records[patch.key]) for patch in patches]}


def _instant(ctx: CallContext, patch: Mapping[str, Any]) -> float:
    stated = patch.get("DeviceLastModifiedDate")
    if stated is None:
        return ctx.now
    return float(stated) if isinstance(stated, int | float) else instant(stated)


def _described(record: SyncRecord) -> dict[str, Any]:
    value = {} if record.value is None else {"Value": record.value}
    return {
        "Key": record.key,
        **value,
        "SyncCount": record.sync_count,
        "LastModifiedDate": at(record.modified),
        "LastModifiedBy": record.modified_by,
        "DeviceLastModifiedDate": at(record.device_modified),
    }
