"""ListObjects, ListObjectsV2 and ListObjectVersions: keys in order, a page at a time, rolled up at a delimiter."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.s3.bucket_life import owner_of
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, on_bucket, on_listing
from cogsim.clock import at
from cogsim.errors import AwsError
from cogsim.persistent import SortedMap
from cogsim.world.bucket import S3Object

_LONGEST_PAGE = 1000
_BAD_TOKEN = AwsError("InvalidArgument", "The continuation token provided is incorrect")


@dataclass(frozen=True, slots=True)
class _Wish:
    """What a listing asks for: keys under `prefix`, rolled up at `delimiter`, beyond `after` or beyond everything under
    the common prefix `past`, at most `limit` of them."""

    prefix: str
    delimiter: str
    limit: int
    after: str | None = None
    past: str | None = None


@dataclass(slots=True)
class _Page:
    """A page being filled: objects, common prefixes, what it ended with, and whether more follows."""

    objects: list[S3Object] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    last: str = ""
    truncated: bool = False

    @property
    def count(self) -> int:
        return len(self.objects) + len(self.prefixes)


@operation("s3:ListObjectsV2", requires=on_listing, ignores=(*COMMON, "OptionalObjectAttributes"), reads_only=True)
def list_objects_v2(
    ctx: CallContext,
    *,
    Bucket: str,
    Prefix: str | None = None,
    Delimiter: str | None = None,
    MaxKeys: int | None = None,
    ContinuationToken: str | None = None,
    StartAfter: str | None = None,
    EncodingType: str | None = None,
    FetchOwner: bool = False,
) -> dict[str, Any]:
    """A page of at most 1000 keys and common prefixes; a continuation token wins over StartAfter. # s3:ListObjectsV2"""
    limit = _limit(MaxKeys)
    after, past = (StartAfter, None) if ContinuationToken is None else _read_token(ContinuationToken)
    wish = _Wish(Prefix or "", Delimiter or "", min(limit, _LONGEST_PAGE), after, past)
    page = _page(_live_entries(_held(ctx, Bucket), wish), wish)
    owner = {"Owner": owner_of(bucket_of(ctx, Bucket).account)} if FetchOwner else {}
    response: dict[str, Any] = {
        "Name": Bucket,
        "Prefix": Prefix or "",
        "MaxKeys": limit,
        "KeyCount": page.count,
        "IsTruncated": page.truncated,
        **_filled(Delimiter=Delimiter, ContinuationToken=ContinuationToken, StartAfter=StartAfter),
        **_lists(page, owner),
    }
    if page.truncated:
        response["NextContinuationToken"] = base64.urlsafe_b64encode(page.last.encode()).decode()
    return response if EncodingType is None else _url_encoded(response)


@operation("s3:ListObjects", requires=on_listing, ignores=(*COMMON, "OptionalObjectAttributes"), reads_only=True)
def list_objects(
    ctx: CallContext,
    *,
    Bucket: str,
    Prefix: str | None = None,
    Delimiter: str | None = None,
    MaxKeys: int | None = None,
    Marker: str | None = None,
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """The older listing, which goes on behind a key or a common prefix that the client names. # s3:ListObjects"""
    limit = _limit(MaxKeys)
    past = _common_prefix(Marker, Prefix, Delimiter)
    wish = _Wish(Prefix or "", Delimiter or "", min(limit, _LONGEST_PAGE), Marker, past)
    page = _page(_live_entries(_held(ctx, Bucket), wish), wish)
    response: dict[str, Any] = {
        "Name": Bucket,
        "Prefix": Prefix or "",
        "Marker": Marker or "",
        "MaxKeys": limit,
        "IsTruncated": page.truncated,
        **_filled(Delimiter=Delimiter),
        **_lists(page, {"Owner": owner_of(bucket_of(ctx, Bucket).account)}),
    }
    if page.truncated and Delimiter:
        response["NextMarker"] = page.last[1:]
    return response if EncodingType is None else _url_encoded(response)


@operation(
    "s3:ListObjectVersions",
    requires=on_bucket("s3:ListBucketVersions", "Prefix", "Delimiter", "MaxKeys"),
    ignores=(*COMMON, "OptionalObjectAttributes"),
    reads_only=True,
)
def list_object_versions(
    ctx: CallContext,
    *,
    Bucket: str,
    Prefix: str | None = None,
    Delimiter: str | None = None,
    MaxKeys: int | None = None,
    KeyMarker: str | None = None,
    VersionIdMarker: str | None = None,
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """Every version and delete marker, keys in order and the newest version of each first. # s3:ListObjectVersions"""
    if VersionIdMarker and not KeyMarker:
        raise AwsError("InvalidArgument", "A version-id marker cannot be specified without a key marker.")
    limit = _limit(MaxKeys)
    past = _common_prefix(KeyMarker, Prefix, Delimiter)
    wish = _Wish(Prefix or "", Delimiter or "", min(limit, _LONGEST_PAGE), None, past)
    held = _held(ctx, Bucket)
    page = _page(_versions(held, wish, KeyMarker, VersionIdMarker), wish)
    owner = owner_of(bucket_of(ctx, Bucket).account)
    shown = [_version_entry(each, held[each.key].shown_version == each.shown_version, owner) for each in page.objects]
    versions = [entry for entry, each in zip(shown, page.objects, strict=True) if not each.delete_marker]
    markers = [entry for entry, each in zip(shown, page.objects, strict=True) if each.delete_marker]
    response: dict[str, Any] = {
        "Name": Bucket,
        "Prefix": Prefix or "",
        "KeyMarker": KeyMarker or "",
        "VersionIdMarker": VersionIdMarker or "",
        "MaxKeys": limit,
        "IsTruncated": page.truncated,
        **_filled(Delimiter=Delimiter, Versions=versions, DeleteMarkers=markers),
        **_filled(CommonPrefixes=[{"Prefix": prefix} for prefix in page.prefixes]),
    }
    if page.truncated:
        response["NextKeyMarker"] = page.last[1:]
        if page.last[0] == "k":
            response["NextVersionIdMarker"] = page.objects[-1].shown_version
    return response if EncodingType is None else _url_encoded(response)


def _limit(stated: int | None) -> int:
    limit = _LONGEST_PAGE if stated is None else stated
    if limit < 0:
        raise AwsError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647")
    return limit


def _held(ctx: CallContext, bucket: str) -> SortedMap[S3Object]:
    return ctx.world.objects.get(bucket) or SortedMap()


def _versions(
    held: SortedMap[S3Object], wish: _Wish, key_marker: str | None, version_marker: str | None
) -> Iterator[tuple[str, S3Object]]:
    """Every version, those up to the markers left out, and of a common prefix those of its first key alone."""
    start: str | None = max(wish.prefix, key_marker or "", (wish.past and _beyond(wish.past)) or "")
    while start is not None:
        begin, start = start, None
        for key, found in held.scan(begin):
            versions = _behind(found, version_marker) if key == key_marker else tuple(found.versions())
            yield from ((key, each) for each in versions)
            group = _group(key, wish.prefix, wish.delimiter) if versions else None
            if group is not None:
                start = _beyond(group)
                break


def _behind(found: S3Object, version_marker: str | None) -> tuple[S3Object, ...]:
    """The versions of the key that a marker names which come behind the marker's version, none where it names none."""
    if version_marker is None:
        return ()
    versions = tuple(found.versions())
    ids = [each.shown_version for each in versions]
    if version_marker not in ids:
        raise AwsError("InvalidArgument", "Invalid version id specified")
    return versions[ids.index(version_marker) + 1 :]


def _live_entries(held: SortedMap[S3Object], wish: _Wish) -> Iterator[tuple[str, S3Object]]:
    """What a listing of objects looks at: no delete markers, and of a common prefix its first key alone, so that a page
    costs as much as it shows."""
    start: str | None = max(wish.prefix, wish.after or "", (wish.past and _beyond(wish.past)) or "")
    while start is not None:
        begin, start = start, None
        for key, found in held.scan(begin):
            if found.delete_marker or (wish.after is not None and key <= wish.after):
                continue
            yield key, found
            group = _group(key, wish.prefix, wish.delimiter)
            if group is not None:
                start = _beyond(group)
                break


def _beyond(prefix: str) -> str | None:
    """The first text behind everything that begins with `prefix`; None where nothing is."""
    kept = prefix.rstrip("\U0010ffff")
    return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else None


def _page(entries: Iterable[tuple[str, S3Object]], wish: _Wish) -> _Page:
    """The page that a listing wishes for, of entries in their order."""
    page = _Page()
    for key, found in entries:
        if not key.startswith(wish.prefix) or not wish.limit:
            break
        if wish.past is not None and key.startswith(wish.past):
            continue
        group = _group(key, wish.prefix, wish.delimiter)
        if group is not None and page.prefixes[-1:] == [group]:
            continue
        if page.count == wish.limit:
            page.truncated = True
            break
        if group is None:
            page.objects.append(found)
            page.last = f"k{key}"
        else:
            page.prefixes.append(group)
            page.last = f"p{group}"
    return page


def _group(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that `key` is rolled up into: up to the first delimiter beyond the prefix."""
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]


def _common_prefix(marker: str | None, prefix: str | None, delimiter: str | None) -> str | None:
    """The marker, where it is a common prefix of this listing; None where it is a key."""
    return marker if marker and _group(marker, prefix or "", delimiter or "") == marker else None


def _read_token(token: str) -> tuple[str | None, str | None]:
    """The key, or the common prefix, that the page before ended with."""
    try:
        last = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        last = ""
    if last[:1] not in ("k", "p"):
        raise AwsError(_BAD_TOKEN.code, _BAD_TOKEN.message)
    return (last[1:], None) if last[0] == "k" else (None, last[1:])


def _filled(**members: Any) -> dict[str, Any]:
    """The members that say something."""
    return {name: value for name, value in members.items() if value}


def _lists(page: _Page, owner: dict[str, Any]) -> dict[str, Any]:
    contents = [{**_entry(found), **owner} for found in page.objects]
    return _filled(Contents=contents, CommonPrefixes=[{"Prefix": prefix} for prefix in page.prefixes])


def _url_encoded(response: dict[str, Any]) -> dict[str, Any]:
    """The answer with its keys percent-encoded, for clients whose XML cannot hold every character."""
    plain = ("Prefix", "Delimiter", "StartAfter", "Marker", "NextMarker", "KeyMarker", "NextKeyMarker")
    encoded: dict[str, Any] = {name: quote(response[name]) for name in plain if name in response}
    for name, inner in (
        ("Contents", "Key"),
        ("Versions", "Key"),
        ("DeleteMarkers", "Key"),
        ("CommonPrefixes", "Prefix"),
    ):
        if name in response:
            encoded[name] = [{**entry, inner: quote(entry[inner])} for entry in response[name]]
    return response | encoded | {"EncodingType": "url"}


def _entry(found: S3Object) -> dict[str, Any]:
    return {
        "Key": found.key,
        "LastModified": at(int(found.modified)),
        "ETag": f'"{found.etag}"',
        "Size": len(found.body),
        "StorageClass": found.storage_class,
    }


def _version_entry(found: S3Object, latest: bool, owner: dict[str, str]) -> dict[str, Any]:
    version = {"VersionId": found.shown_version, "IsLatest": latest, "Owner": owner}
    if found.delete_marker:
        return {"Key": found.key, "LastModified": at(int(found.modified)), **version}
    return {**_entry(found), **version}
