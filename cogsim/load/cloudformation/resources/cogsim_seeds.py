"""Seed data that CloudFormation has no word for: objects in buckets, identities in identity pools."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import replace

from cogsim.errors import InputError
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Record, Scalar, kind_of
from cogsim.persistent import Map, SortedMap
from cogsim.world.bucket import S3Object
from cogsim.world.identity_pool import Identity
from cogsim.world.sync_dataset import SyncDataset, SyncRecord


def read_objects(resource: Resource) -> Reference:
    """Objects of one bucket: `Objects` maps each key to its body, or to a mapping with Body or BodyBase64 and what else
    an object has."""
    draft, bucket = resource.draft, resource.properties.needed("Bucket")
    objects = _objects(resource)

    def change() -> None:
        if bucket not in draft.world.buckets:
            draft.notes.warn(resource.place, f"{resource.logical_id} holds objects of {bucket}, which is not there")
        held = draft.world.objects.get(bucket) or SortedMap({})
        for each in objects:
            if each.key in held:
                raise resource.properties.error("Objects", f"holds {each.key!r}, which {bucket} has already")
            held = held.set(each.key, each)
        draft.world = replace(draft.world, objects=draft.world.objects.set(bucket, held))

    draft.later(ATTACHMENTS, change)
    return resource.reference(bucket)


def _objects(resource: Resource) -> list[S3Object]:
    node = resource.properties.get("Objects")
    if not isinstance(node, Record):
        raise resource.properties.error("Objects", "must be a mapping of keys to bodies")
    found = []
    for key, value in node:
        origin = replace(resource.origin, location=node.key(key).location, places={})
        if isinstance(value, Scalar):
            body = words_of(value).encode()
            found.append(S3Object(key, body, hashlib.md5(body, usedforsecurity=False).hexdigest(), origin=origin))
            continue
        if not isinstance(value, Record):
            raise value.error(f"the object {key!r} is {kind_of(value)}, and must be a body or a mapping")
        made = _object(key, replace(resource.properties, node=value, path="Objects"))
        found.append(replace(made, origin=origin))
    return found


def _object(key: str, stated: Properties) -> S3Object:
    stated.check()
    body = _body(stated)
    return S3Object(
        key=key,
        body=body,
        etag=stated.text("ETag", hashlib.md5(body, usedforsecurity=False).hexdigest()),
        modified=stated.instant("Modified"),
        content_type=stated.text("ContentType", "binary/octet-stream"),
        metadata=stated.map("Metadata"),
        tags=stated.map("Tags"),
    )


def _body(stated: Properties) -> bytes:
    encoded = stated.text("BodyBase64")
    if encoded is None:
        return stated.text("Body", "").encode()
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise stated.error("BodyBase64", "is not Base64") from None


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
        type="Cogsim::Objects",
        read=read_objects,
        taken={
            "Bucket": "bucket",
            "Objects.Body": "body",
            "Objects.BodyBase64": "body",
            "Objects.ContentType": "content_type",
            "Objects.ETag": "etag",
            "Objects.Metadata": "metadata",
            "Objects.Modified": "modified",
            "Objects.Tags": "tags",
        },
        required=("Bucket", "Objects"),
    ),
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
