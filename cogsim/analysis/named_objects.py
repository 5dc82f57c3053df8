"""The objects that a request to S3 names, and what came of each: answered, refused, or neither.

A request that names a key is answered about it also where nothing comes back: 404, 304 and 412 tell whether there is an
object, and which.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.decisions.s3_copy_source import read_source
from cogsim.world.bucket import S3Object

#: What reads an object itself, and what reads only what describes it.
CONTENT = ("GetObject",)
METADATA = ("HeadObject", "GetObjectAttributes", "GetObjectTagging", "GetObjectAcl", "ListParts")
COPIES = ("CopyObject", "UploadPartCopy")
#: Errors that a caller gets who was allowed to ask.
_TELLING = (
    *("NoSuchKey", "NoSuchVersion", "PreconditionFailed", "304", "InvalidRange", "MethodNotAllowed"),
    *("NoSuchUpload", "InvalidPart", "InvalidPartOrder", "EntityTooSmall"),
)
_DENIED = ("AccessDenied",)


@dataclass(frozen=True, slots=True)
class Named:
    """An object, or the keys under a prefix, that a request names."""

    touched: Touched
    answered: bool
    refused: bool


def named_objects(exchange: Exchange, owners: Owners) -> Iterator[Named]:
    """Every object or prefix that the request names; none for what names a bucket alone."""
    whole, denied = exchange.error in (None, *_TELLING), exchange.error in _DENIED
    params, bucket = exchange.params, exchange.params.get("Bucket")
    if not isinstance(bucket, str) or not (whole or denied):
        return  # what was not understood names nothing
    if exchange.operation == "DeleteObjects":
        yield from _deleted(exchange, owners, bucket)
        return
    if exchange.operation in COPIES and isinstance(params.get("CopySource"), str):
        source = read_source(params["CopySource"])
        yield Named(_named(exchange, owners, source.bucket, source.key, source.version_id), whole, denied)
    key = params.get("Key", params.get("Prefix"))
    if isinstance(key, str):
        yield Named(_named(exchange, owners, bucket, key, params.get("VersionId")), whole, denied)


def _deleted(exchange: Exchange, owners: Owners, bucket: str) -> Iterator[Named]:
    """Each key of a deletion of many is allowed or refused by itself."""
    errors = (exchange.response or {}).get("Errors") or ()
    denied = {(each.get("Key"), each.get("VersionId")) for each in errors if each.get("Code") in _DENIED}
    for each in (exchange.params.get("Delete") or {}).get("Objects") or ():
        refused = (each["Key"], each.get("VersionId")) in denied
        named = _named(exchange, owners, bucket, each["Key"], each.get("VersionId"))
        yield Named(named, exchange.error is None and not refused, refused or exchange.error in _DENIED)


def _named(exchange: Exchange, owners: Owners, bucket: str, key: str, version: str | None) -> Touched:
    owner = object_owner(exchange, owners, bucket, key, version)
    return Touched(f"{bucket}/{key}", (owner,) if owner is not None else (), Kind.PRESENCE)


def object_owner(exchange: Exchange, owners: Owners, bucket: str, key: str, version: str | None = None) -> str | None:
    """Whose the object at that key is, or was before the call; of one that is not there, what its key tells."""
    for world in (exchange.before, exchange.after):
        there = world.objects.get(bucket)
        held = there.get(key) if there is not None else None
        found = held.version(version) if held is not None and version is not None else held
        if found is not None:
            return owners.of_object(bucket, found)
    return owners.of_key(bucket, key)


def is_there(exchange: Exchange, named: Touched) -> bool:
    """Whether there was an object at the key before the call."""
    bucket, _, key = named.thing.partition("/")
    there = exchange.before.objects.get(bucket)
    held: S3Object | None = there.get(key) if there is not None else None
    return held is not None and not held.delete_marker
