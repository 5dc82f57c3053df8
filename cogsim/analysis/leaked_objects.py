"""What an answer of S3 gives away of objects: bodies, what describes them, and names."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.analysis.named_objects import CONTENT, COPIES, METADATA, object_owner
from cogsim.decisions.s3_copy_source import read_source
from cogsim.persistent import SortedMap
from cogsim.world.bucket import S3Object

#: What changes an upload that is under way, in the place of an object to be.
_UPLOADS = ("CreateMultipartUpload", "UploadPart", "UploadPartCopy", "AbortMultipartUpload")
#: The members of listings that hold keys, with the member that the key stands in.
_LISTED = (("Contents", "Key"), ("Versions", "Key"), ("DeleteMarkers", "Key"), ("Uploads", "Key"))


def read_objects(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The objects that the answer tells of."""
    name, params, answer = exchange.operation, exchange.params, exchange.response
    bucket = params.get("Bucket")
    if answer is None or not isinstance(bucket, str):
        return
    if name in CONTENT or name in METADATA:
        kind = Kind.CONTENT if name in CONTENT else Kind.METADATA
        yield _one(exchange, owners, bucket, str(params["Key"]), params.get("VersionId"), kind)
    elif name in COPIES:
        source = read_source(params["CopySource"])
        yield _one(exchange, owners, source.bucket, source.key, source.version_id, Kind.CONTENT)
    else:
        yield from _listed(exchange, owners, bucket)


def _listed(exchange: Exchange, owners: Owners, bucket: str) -> Iterator[Touched]:
    answer = exchange.response or {}
    encoded = answer.get("EncodingType") == "url"
    for member, key in _LISTED:
        for each in answer.get(member) or ():
            name = unquote(each[key]) if encoded else str(each[key])
            yield _one(exchange, owners, bucket, name, each.get("VersionId"), Kind.NAME)
    for each in answer.get("CommonPrefixes") or ():
        prefix = unquote(each["Prefix"]) if encoded else str(each["Prefix"])
        yield Touched(f"{bucket}/{prefix}", _owners_under(exchange, owners, bucket, prefix), Kind.NAME)


def _owners_under(exchange: Exchange, owners: Owners, bucket: str, prefix: str) -> tuple[str, ...]:
    """Whose a common prefix is: its key's owner, else the one whose everything under it is. Where several have objects
    there, or where it is the part that the keys of all begin with, it is nobody's."""
    owner = owners.of_key(bucket, prefix)
    if owner is not None or owners.begins_all(bucket, prefix):
        return (owner,) if owner is not None else ()
    found: set[str | None] = set()
    for key, held in exchange.before.objects.get(bucket, _NONE).scan(prefix):
        if not key.startswith(prefix) or len(found) > 1:
            break
        if not held.delete_marker:
            found.add(owners.of_object(bucket, held))
    whose = next(iter(found)) if len(found) == 1 else None
    return (whose,) if whose is not None else ()


def _one(exchange: Exchange, owners: Owners, bucket: str, key: str, version: str | None, kind: Kind) -> Touched:
    owner = object_owner(exchange, owners, bucket, key, version)
    return Touched(f"{bucket}/{key}", (owner,) if owner is not None else (), kind)


def changed_objects(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The objects that stand otherwise than before the call, whatever the operation was called; and those to be, whose
    uploads it touched."""
    bucket, key = exchange.params.get("Bucket"), exchange.params.get("Key")
    if exchange.operation in _UPLOADS and exchange.error is None and isinstance(bucket, str):
        yield _one(exchange, owners, bucket, str(key), None, Kind.CHANGE)
    if exchange.before.objects is exchange.after.objects:
        return
    for name in owners.buckets:
        old, new = exchange.before.objects.get(name, _NONE), exchange.after.objects.get(name, _NONE)
        if old is not new:
            for each in old.differing(new):
                yield Touched(f"{name}/{each}", _owners_of(owners, name, old.get(each), new.get(each)), Kind.CHANGE)


#: What a bucket that is not there holds.
_NONE: SortedMap[S3Object] = SortedMap()


def _owners_of(owners: Owners, bucket: str, *held: S3Object | None) -> tuple[str, ...]:
    """Whose the versions are that one of the two has and the other has not."""
    versions = [set(each.versions()) if each is not None else set() for each in held]
    changed = sorted(versions[0] ^ versions[1], key=lambda each: (each.modified, each.version_id, each.etag))
    found = (owners.of_object(bucket, each) for each in changed)
    return tuple(dict.fromkeys(who for who in found if who is not None))
