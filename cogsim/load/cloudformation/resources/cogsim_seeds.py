"""Identities that exist already, with what they synchronised: seed data that CloudFormation has no word for."""

from __future__ import annotations

from dataclasses import replace

from cogsim.errors import InputError
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.properties import Properties
from cogsim.persistent import Map
from cogsim.world.identity_pool import Identity
from cogsim.world.sync_dataset import SyncDataset, SyncRecord


def read_identities(resource: Resource) -> Reference:
    """Identities that exist already, by id: what a run has made and a template writes back."""
    for identity_id, stated in resource.properties.entries("Identities"):
        try:
            resource.draft.define("identity", identity_id, stated.node.location)
        except InputError as error:
            raise error from None
        identity = Identity(
            id=identity_id,
            pool_id=stated.needed("IdentityPoolId"),
            logins=stated.map("Logins"),
            enabled=stated.flag("Enabled", True),
            created=stated.instant("Created"),
            developer_users=stated.map("DeveloperUsers"),
            modified=stated.instant("Modified"),
            merged_into=stated.text("MergedInto"),
            deleted=stated.flag("Deleted"),
            origin=replace(resource.origin, location=stated.node.location, places={}),
        )
        resource.draft.world = resource.draft.world.with_identity(identity)
        for name, entry in stated.entries("Datasets"):
            dataset = _dataset(identity, name, entry)
            resource.draft.world = resource.draft.world.with_dataset(dataset)
    return resource.reference(resource.logical_id)


def _dataset(identity: Identity, name: str, stated: Properties) -> SyncDataset:
    records = {
        key: SyncRecord(
            key,
            entry.text("Value"),
            entry.number("SyncCount", 1),
            entry.instant("Modified"),
            entry.text("ModifiedBy", ""),
            entry.instant("DeviceModified"),
        )
        for key, entry in stated.entries("Records")
    }
    return SyncDataset(
        identity.pool_id,
        identity.id,
        name,
        Map(records),
        stated.number("SyncCount", max((record.sync_count for record in records.values()), default=0)),
        stated.instant("Created"),
        stated.instant("Modified"),
        stated.text("ModifiedBy", ""),
        stated.flag("Deleted"),
    )


ADAPTERS = (
    Adapter(
        type="Cogsim::Identities",
        read=read_identities,
        taken={
            "Identities.Created": "created",
            "Identities.Datasets.Created": "datasets.created",
            "Identities.Datasets.Deleted": "datasets.deleted",
            "Identities.Datasets.Modified": "datasets.modified",
            "Identities.Datasets.ModifiedBy": "datasets.modified_by",
            "Identities.Datasets.Records.DeviceModified": "datasets.records.device_modified",
            "Identities.Datasets.Records.Modified": "datasets.records.modified",
            "Identities.Datasets.Records.ModifiedBy": "datasets.records.modified_by",
            "Identities.Datasets.Records.SyncCount": "datasets.records.sync_count",
            "Identities.Datasets.Records.Value": "datasets.records.value",
            "Identities.Datasets.SyncCount": "datasets.sync_count",
            "Identities.Deleted": "deleted",
            "Identities.DeveloperUsers": "developer_users",
            "Identities.Enabled": "enabled",
            "Identities.IdentityPoolId": "pool_id",
            "Identities.Logins": "logins",
            "Identities.MergedInto": "merged_into",
            "Identities.Modified": "modified",
        },
        required=("Identities",),
    ),
)
