"""What an answer of S3 gives away of objects: bodies, what describes them, and names."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.world.bucket import S3Object

_CONTENT = ("GetObject",)
_METADATA = ("HeadObject", "GetObjectAttributes", "GetObjectTagging", "GetObjectAcl", "ListParts")
_COPIES = ("CopyObject", "UploadPartCopy")
#: The members of listings that hold keys, with the member that the key stands in.
_LISTED = (("Contents", "Key"), ("Versions", "Key"), ("DeleteMarkers", "Key"), ("Uploads", "Key"))


def read_objects(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The objects that the answer tells of."""
    name, params, answer = exchange.operation, exchange.params, exchange.response
    bucket = params.get("Bucket")
    if answer is None or not isinstance(bucket, str):
        return
    if name in _CONTENT or name in _METADATA:
        kind = Kind.CONTENT if name in _CONTENT else Kind.METADATA
        yield _one(exchange, owners, bucket, str(params["Key"]), params.get("VersionId"), kind)
    elif name in _COPIES:
        source, _, query = str(params["CopySource"]).removeprefix("/").partition("?")
        origin, _, key = unquote(source).partition("/")
        version = query.removeprefix("versionId=") if query.startswith("versionId=") else None
        yield _one(exchange, owners, origin, key, version, Kind.CONTENT)
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
        owner = owners.of_key(bucket, prefix)
        yield Touched(f"{bucket}/{prefix}", (owner,) if owner is not None else (), Kind.NAME)


def _one(exchange: Exchange, owners: Owners, bucket: str, key: str, version: str | None, kind: Kind) -> Touched:
    owner = object_owner(exchange, owners, bucket, key, version)
    return Touched(f"{bucket}/{key}", (owner,) if owner is not None else (), kind)


def object_owner(exchange: Exchange, owners: Owners, bucket: str, key: str, version: str | None = None) -> str | None:
    """Whose the object at that key is, or was before the call; of one that is not there, what its key tells."""
    for world in (exchange.before, exchange.after):
        there = world.objects.get(bucket)
        held = there.get(key) if there is not None else None
        found = held.version(version) if held is not None and version is not None else held
        if found is not None:
            return owners.of_object(bucket, found)
    return owners.of_key(bucket, key)


def changed_objects(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The objects that stand otherwise than before the call, whatever the operation was called."""
    for bucket in sorted({rule.store for rule in owners.rules if not rule.store.startswith("arn:")}):
        old, new = exchange.before.objects.get(bucket), exchange.after.objects.get(bucket)
        if old is new:
            continue
        for key in sorted({*(old or ()), *(new or ())}):
            one, other = (old or {}).get(key), (new or {}).get(key)
            if one is not other and one != other:
                yield Touched(f"{bucket}/{key}", _owners_of(owners, bucket, one, other), Kind.CHANGE)


def _owners_of(owners: Owners, bucket: str, *held: S3Object | None) -> tuple[str, ...]:
    found = (owners.of_object(bucket, each) for each in held if each is not None)
    return tuple(dict.fromkeys(who for who in found if who is not None))
