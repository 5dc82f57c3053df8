"""What Cognito Sync lets a caller do with the datasets of identities.

1. IAM decides who reaches which identity's data: the ARN names pool, identity and dataset, and a policy compares them
   with `${cognito-identity.amazonaws.com:aud}` and `:sub`. A policy without these opens everybody's. # cs:guide
2. The identity is one of the pool's in the request, or the ARN would not be what was checked.
3. What was synchronised by an identity that was merged away is reached through the one that has its logins now, under
   a name that says so, and through no other.
4. A record changes only for who has seen its last change: no device overwrites what it does not know. # cs:api
5. A session of changes belongs to one dataset of one identity, and ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, RoleSession
from cogsim.decisions.identity_refusals import (
    CONFLICT,
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    NOT_FOUND,
    unseen,
)
from cogsim.decisions.refusals import Check, passed
from cogsim.persistent import Map
from cogsim.policy.built_in_issuers import COGNITO_PRINCIPALS
from cogsim.world.identity_pool import Identity, IdentityPool
from cogsim.world.sync_dataset import SyncDataset, SyncRecord
from cogsim.world.world import World

#: Quotas of one identity and of one dataset; the size in bytes. # cs:guide §limits
DATASETS, RECORDS, SIZE = 20, 1024, 1_048_576

_LIFETIMES = {"1h": 3600.0, "24h": 86400.0}


@dataclass(frozen=True, slots=True)
class SyncSession:
    """What a SyncSessionToken stands for; instants in seconds."""

    identity_id: str
    dataset: str
    issued_at: float


@dataclass(frozen=True, slots=True)
class Patch:
    """One change of UpdateRecords: the new value, None to remove, and the count that the device has seen."""

    key: str
    value: str | None
    sync_count: int
    device_modified: float


def admit_kind(caller: Caller, wanted: str) -> Check:
    """None where the credentials are of the kind that the operation is documented for: `developer` or `identity`."""
    name, question = "sync.callers", "are the credentials of the kind that the operation is for?"
    pools = tuple(COGNITO_PRINCIPALS.values())
    vended = isinstance(caller, RoleSession) and caller.federated_provider in pools
    fits = vended == (wanted == "identity")
    found = "an identity pool's" if vended else "a developer's"
    if fits or choice(name) == "iam-alone":
        step = Step(question, "yes" if fits else "no, but IAM alone decides", found, "cs:api")
        return decided(None, step if fits else replace(step, basis=Basis.ASSUMED, assumption=name))
    text = "The operation cannot be called with these credentials."
    return unseen(NOT_AUTHORIZED, text, question, found, "cs:api")


def find_identity_in(world: World, pool: IdentityPool, identity_id: str, code: str) -> Decision[Identity | Refusal]:
    """The identity that a request names beside its pool; `code` is what the operation says where there is none."""
    identity, question = world.identities.get(identity_id), "is the identity one of the pool's?"
    if identity is None or identity.deleted or identity.pool_id != pool.id:
        return unseen(code, f"Identity '{identity_id}' not found.", question, pool.id, "cs:api")
    return decided(identity, Step(question, "yes", pool.id, "cs:api"))


def check_push(pool: IdentityPool) -> Check:
    """Whether devices may register: the pool pushes."""
    question = "does the pool push?"
    if pool.push_sync is not None:
        return passed(question, pool.id, "cs:api")
    text = "Push sync is not configured for the identity pool."
    return unseen("InvalidConfigurationException", text, question, pool.id, "cs:api")


def check_device(known: bool, identity: Identity, device_id: str) -> Check:
    """Whether the identity has a device of that id."""
    question = "is the device one of the identity's?"
    if known:
        return passed(question, identity.id, "cs:api")
    return unseen(NOT_FOUND, f"Device '{device_id}' not found.", question, identity.id, "cs:api")


def merged_names(world: World, identity: Identity, name: str) -> tuple[str, ...]:
    """Under which names the identity sees the same dataset of those that were merged into it."""
    if choice("sync.mergedDatasets") == "hidden":
        return ()
    datasets = (world.datasets.get((source, name)) for source in _merged(world, identity))
    return tuple(f"{name}.{each.identity_id}" for each in datasets if each is not None and not each.deleted)


def _merged(world: World, identity: Identity) -> tuple[str, ...]:
    """The identities that were merged into this one, and into those."""
    found: list[str] = []
    waiting = [identity.id]
    while waiting:
        into = waiting.pop()
        more = [each.id for each in world.identities.values() if each.merged_into == into and each.id not in found]
        found += more
        waiting += more
    return tuple(sorted(found))


def locate(world: World, identity: Identity, name: str) -> Decision[tuple[str, str]]:
    """Where a dataset of that name stands: with the identity, or with one that was merged into it (argument 3)."""
    question, key = "whose dataset is it?", (identity.id, name)
    if key not in world.datasets and choice("sync.mergedDatasets") == "shown":
        for source in _merged(world, identity):
            own = name.removesuffix(f".{source}")
            if own != name and (source, own) in world.datasets:
                assumption = "sync.mergedDatasets"
                step = Step(
                    question, "of an identity merged into it", source, "cs:api", Basis.ASSUMED, None, assumption
                )
                return decided((source, own), step)
    return decided(key, Step(question, "the identity's own", identity.id, "cs:api"))


def find_dataset(world: World, key: tuple[str, str]) -> Decision[SyncDataset | Refusal]:
    """The dataset, where there is one that was not deleted."""
    dataset, question = world.datasets.get(key), "is there such a dataset?"
    if dataset is None or dataset.deleted:
        return unseen(NOT_FOUND, f"Dataset '{key[1]}' not found.", question, "no", "cs:api")
    return decided(dataset, Step(question, "yes", key[1], "cs:api"))


def check_session(session: SyncSession | None, identity_id: str, name: str, now: float) -> Check:
    """None where the session was begun for this dataset and has not ended (argument 5)."""
    question, assumption = "is the session of this dataset, and in force?", "sync.sessionLifetime"
    lifetime = _LIFETIMES[choice(assumption)]
    if session is None or (session.identity_id, session.dataset) != (identity_id, name):
        return unseen(INVALID_PARAMETER, "Invalid SyncSessionToken.", question, "unknown here", "cs:api")
    if now >= session.issued_at + lifetime:
        step = Step(question, "no", "it ended", "cs:api", Basis.ASSUMED, None, assumption, decides=True)
        return decided(Refusal(NOT_AUTHORIZED, "The SyncSessionToken has expired."), step)
    return decided(None, Step(question, "yes", choice(assumption), "cs:api", Basis.ASSUMED, None, assumption))


def patched(
    dataset: SyncDataset, patches: tuple[Patch, ...], *, by: str, now: float
) -> Decision[SyncDataset | Refusal]:
    """The dataset with every change, or the refusal of all: one that comes from who has not seen the last change, or
    that makes it too large."""
    question = "has the device seen the last change?"
    counts = {key: record.sync_count for key, record in dataset.records.items()}
    keys = [patch.key for patch in patches]
    if len(set(keys)) != len(keys):
        return unseen(INVALID_PARAMETER, "A record is patched twice.", "is each record patched once?", "", "cs:api")
    for patch in patches:
        current = counts.get(patch.key, 0)
        if patch.sync_count != current:
            text = f"Current SyncCount for: {patch.key} is: {current} not: {patch.sync_count}"
            return unseen(CONFLICT, text, question, f"{patch.key}: {current}", "cs:api")
    made = _with_patches(dataset, patches, by, now)
    if len(made.live) > RECORDS or made.size > SIZE:
        text = f"A dataset has at most {RECORDS} records and {SIZE} bytes"
        found = f"{len(made.live)} records, {made.size} bytes"
        return unseen("LimitExceededException", text, "is there room for it?", found, "cs:guide")
    return decided(made, Step(question, "yes", f"sync count {made.sync_count}", "cs:api"))


def _with_patches(dataset: SyncDataset, patches: tuple[Patch, ...], by: str, now: float) -> SyncDataset:
    if not patches:
        return dataset
    count, records = dataset.sync_count + 1, dataset.records
    for patch in patches:
        record = SyncRecord(patch.key, patch.value, count, now, by, patch.device_modified)
        records = records.set(patch.key, record)
    created = now if dataset.deleted or not dataset.created else dataset.created
    return replace(
        dataset, records=records, sync_count=count, created=created, modified=now, modified_by=by, deleted=False
    )


def check_room(world: World, identity_id: str, key: tuple[str, str]) -> Check:
    """None where the identity may have one more dataset, or has this one already."""
    held = [each.name for each in world.datasets.values() if each.identity_id == identity_id and not each.deleted]
    question, found = "has the identity room for the dataset?", f"{len(held)} of {DATASETS}"
    if key[1] not in held and len(held) >= DATASETS:
        text = f"An identity has at most {DATASETS} datasets"
        return unseen("LimitExceededException", text, question, found, "cs:guide")
    return decided(None, Step(question, "yes", found, "cs:guide"))


def emptied(dataset: SyncDataset, *, now: float) -> SyncDataset:
    """What is left of a dataset that is deleted: its count, for devices that come back."""
    return replace(dataset, records=Map(), sync_count=dataset.sync_count + 1, modified=now, deleted=True)


def read_patches(stated: list[Mapping[str, Any]], instants: tuple[float, ...]) -> Decision[tuple[Patch, ...] | Refusal]:
    """The changes of a call; `instants` are their DeviceLastModifiedDate, in seconds."""
    question = "does each change say what becomes of the record?"
    found = []
    for entry, instant in zip(stated, instants, strict=True):
        removes = entry["Op"] == "remove"
        if not removes and entry.get("Value") is None:
            return unseen(INVALID_PARAMETER, "A record to replace needs a value.", question, entry["Key"], "cs:api")
        found.append(Patch(entry["Key"], None if removes else entry["Value"], entry["SyncCount"], instant))
    return decided(tuple(found), Step(question, "yes", f"{len(found)} changes", "cs:api"))
