"""Cogsim::Objects: the objects that a bucket begins with, written out or made by counting.

`Objects` maps each key to its body, or to a mapping with Body or BodyBase64 and what else an object has; `Earlier`
lists the versions before it, newest first. `Key` and `Object` with `Count` are the pattern of many.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import replace

from cogsim.errors import InputError
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.counted import MOST_COUNTED, filled
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.nodes import Node, Record, Scalar, kind_of
from cogsim.persistent import Map, SortedMap
from cogsim.world.bucket import LONGEST_KEY, MOST_TAGS, S3Object, entity_tag


def read_objects(resource: Resource) -> Reference:
    """Objects of one bucket."""
    draft, bucket = resource.draft, resource.properties.needed("Bucket")
    objects = [*_written_out(resource), *_counted(resource)]
    if not objects and not resource.properties.has("Objects"):
        raise resource.properties.error("Objects", "is required, or Key with Count and Object")

    def change() -> None:
        if bucket not in draft.world.buckets:
            draft.notes.warn(resource.place, f"{resource.logical_id} holds objects of {bucket}, which is not there")
        held = draft.world.objects.get(bucket) or SortedMap({})
        made: dict[str, S3Object] = {key: held[key] for key in held}
        for each in objects:
            if each.key in made:
                raise resource.properties.error("Objects", f"holds {each.key!r}, which {bucket} has already")
            made[each.key] = each
        draft.world = replace(draft.world, objects=draft.world.objects.set(bucket, SortedMap(made)))

    draft.later(ATTACHMENTS, change)
    return resource.reference(bucket)


def _written_out(resource: Resource) -> Iterator[S3Object]:
    node = resource.properties.get("Objects")
    if node is None:
        return
    if not isinstance(node, Record):
        raise resource.properties.error("Objects", "must be a mapping of keys to bodies")
    for key, value in node:
        yield _stated(resource, key, node.key(key), value, "Objects")


def _counted(resource: Resource) -> Iterator[S3Object]:
    """The objects of a pattern: `${n}` counts from 1, in the key, the body, the metadata and the tags."""
    properties = resource.properties
    count, key, node = properties.number("Count", 0), properties.text("Key"), properties.get("Object")
    if (count > 0) != (key is not None and node is not None) or not 0 <= count <= MOST_COUNTED:
        raise properties.error("Count", f"is {count}: it is from 1 to {MOST_COUNTED:,}, beside a Key and an Object")
    if not count or key is None or node is None:
        return
    pattern = _stated(resource, key, node, node, "Object")
    body = pattern.body.decode("utf-8", "surrogateescape")
    for number in range(1, count + 1):
        made = filled(body, number).encode("utf-8", "surrogateescape")
        yield replace(
            pattern,
            key=filled(key, number),
            body=made,
            etag=entity_tag(made),
            metadata=Map({name: filled(value, number) for name, value in pattern.metadata.items()}),
            tags=Map({name: filled(value, number) for name, value in pattern.tags.items()}),
        )


def _stated(resource: Resource, key: str, at: Node, value: Node, path: str) -> S3Object:
    origin = replace(resource.origin, location=at.location, places={})
    if not 1 <= len(key.encode("utf-8", "surrogatepass")) <= LONGEST_KEY:
        raise at.error(f"a key is 1 to {LONGEST_KEY} bytes long, not {len(key.encode('utf-8', 'surrogatepass'))}")
    if isinstance(value, Scalar):
        body = words_of(value).encode()
        return S3Object(key, body, entity_tag(body), origin=origin)
    if not isinstance(value, Record):
        raise value.error(f"the object {key!r} is {kind_of(value)}, and must be a body or a mapping")
    stated = replace(resource.properties, node=value, path=path)
    stated.check()
    made = _object(key, stated)
    earlier = tuple(replace(_object(key, each), origin=origin) for each in stated.children("Earlier"))
    ids = [each.version_id for each in (made, *earlier)]
    if len(set(ids)) < len(ids):
        raise InputError(f"two versions of {key!r} have the same VersionId", value.location)
    return replace(made, earlier=earlier, origin=origin)


def _object(key: str, stated: Properties) -> S3Object:
    if stated.has("Body") and stated.has("BodyBase64"):
        raise stated.error("BodyBase64", "stands beside Body: an object has one of them")
    body = _body(stated)
    marker = stated.flag("DeleteMarker")
    if len(stated.map("Tags")) > MOST_TAGS:
        raise stated.error("Tags", f"are {len(stated.map('Tags'))}: an object has at most {MOST_TAGS}")
    return S3Object(
        key=key,
        body=body,
        etag=stated.text("ETag", "" if marker else entity_tag(body)),
        modified=stated.instant("Modified"),
        content_type=stated.text("ContentType", "binary/octet-stream"),
        metadata=stated.map("Metadata"),
        tags=stated.map("Tags"),
        version_id=stated.text("VersionId", ""),
        headers=stated.map("Headers"),
        storage_class=stated.text("StorageClass", "STANDARD"),
        encryption=stated.text("ServerSideEncryption", "AES256"),
        kms_key_id=stated.text("SSEKMSKeyId", ""),
        delete_marker=marker,
    )


def _body(stated: Properties) -> bytes:
    encoded = stated.text("BodyBase64")
    if encoded is None:
        return stated.text("Body", "").encode()
    try:
        return base64.b64decode(encoded, validate=True)
    except binascii.Error:
        raise stated.error("BodyBase64", "is not Base64") from None


_MEMBERS = (
    *("Body", "BodyBase64", "ContentType", "DeleteMarker", "ETag", "Headers", "Metadata", "Modified", "SSEKMSKeyId"),
    *("ServerSideEncryption", "StorageClass", "Tags", "VersionId"),
)

ADAPTERS = (
    Adapter(
        type="Cogsim::Objects",
        read=read_objects,
        taken={
            "Bucket": "bucket",
            "Count": "objects",
            "Key": "key",
            **{f"{place}.{name}": name for place in ("Objects", "Object") for name in _MEMBERS},
            **{f"{place}.Earlier.{name}": "earlier" for place in ("Objects", "Object") for name in _MEMBERS},
        },
        required=("Bucket",),
    ),
)
