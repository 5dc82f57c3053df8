"""PutObject, GetObject, HeadObject, GetObjectAttributes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.buckets import (
    COMMON,
    bucket_of,
    object_at,
    on_object,
    on_reading,
    on_writing,
    one_object,
    owner_keys,
)
from cogsim.aws.services.s3.writing import (
    DEFAULT_TYPE,
    GUARDS,
    READ_BY_POLICIES,
    body_bytes,
    put_version,
    stated_object,
)
from cogsim.clock import at
from cogsim.decisions.missing_object import missing_object, missing_version
from cogsim.decisions.refusals import all_of
from cogsim.decisions.s3_checksums import accept_checksums
from cogsim.decisions.s3_objects import is_at_hand, may_read
from cogsim.errors import AwsError
from cogsim.world.bucket import LARGEST_PUT, S3Object

_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@operation(
    "s3:PutObject",
    requires=on_writing("s3:PutObject", creates=True),
    ignores=(*GUARDS, *COMMON, *READ_BY_POLICIES, "BucketKeyEnabled"),
)
def put_object(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    Body: bytes | bytearray | str = b"",
    ACL: str | None = None,
    CacheControl: str | None = None,
    ContentDisposition: str | None = None,
    ContentEncoding: str | None = None,
    ContentLanguage: str | None = None,
    ContentType: str = DEFAULT_TYPE,
    Expires: Any = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    Metadata: Mapping[str, str] | None = None,
    SSEKMSKeyId: str | None = None,
    ServerSideEncryption: str | None = None,
    StorageClass: str | None = None,
    Tagging: str | None = None,
    WebsiteRedirectLocation: str | None = None,
) -> dict[str, Any]:
    """Write an object, in place of one that is there or, with versioning, before it. # s3:PutObject"""
    body = body_bytes(Body)
    if len(body) > LARGEST_PUT:
        raise AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
    stated = dict(ctx.call.params)
    ctx.require(accept_checksums(body, stated))
    made = stated_object(ctx, Key, body, stated)
    return {"ETag": f'"{made.etag}"', **put_version(ctx, Bucket, made, stated)}


@operation(
    "s3:GetObject",
    requires=on_reading("s3:GetObject", "s3:GetObjectVersion"),
    ignores=("ChecksumMode", *COMMON),
    reads_only=True,
)
def get_object(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    IfModifiedSince: datetime | None = None,
    IfUnmodifiedSince: datetime | None = None,
    ResponseCacheControl: str | None = None,
    ResponseContentDisposition: str | None = None,
    ResponseContentEncoding: str | None = None,
    ResponseContentLanguage: str | None = None,
    ResponseContentType: str | None = None,
    ResponseExpires: Any = None,
) -> dict[str, Any]:
    """An object with its body, or a range of it. # s3:GetObject"""
    found = readable(ctx, Bucket, Key, VersionId)
    ctx.require(all_of(may_read(found, IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince), is_at_hand(found)))
    part = _part(found.body, Range)
    wishes = {name.removeprefix("Response"): value for name, value in ctx.call.params.items() if name[:8] == "Response"}
    return {**headers_of(ctx, found), **part.headers, **wishes, "Body": found.body[part.start : part.end]}


@operation(
    "s3:HeadObject",
    requires=on_object("s3:GetObject", "s3:GetObjectVersion"),
    ignores=("ChecksumMode", *COMMON),
    reads_only=True,
)
def head_object(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    VersionId: str | None = None,
    Range: str | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
    IfModifiedSince: datetime | None = None,
    IfUnmodifiedSince: datetime | None = None,
) -> dict[str, Any]:
    """An object without its body; the permission is that of reading it. # s3:HeadObject"""
    found = readable(ctx, Bucket, Key, VersionId)
    ctx.require(may_read(found, IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince))
    return {**headers_of(ctx, found), **_part(found.body, Range).headers}


def _attributes(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    suffix = "" if params.get("VersionId") is None else "Version"
    actions = (f"s3:GetObject{suffix}", f"s3:GetObject{suffix}Attributes")
    return tuple(one_object(ctx, action, params["Bucket"], params["Key"], params) for action in actions)


@operation(
    "s3:GetObjectAttributes",
    requires=_attributes,
    ignores=(*COMMON, "MaxParts", "PartNumberMarker"),
    reads_only=True,
)
def get_object_attributes(
    ctx: CallContext, *, Bucket: str, Key: str, ObjectAttributes: tuple[str, ...], VersionId: str | None = None
) -> dict[str, Any]:
    """The attributes asked for; checksums are not kept, and parts are not told apart. # s3:GetObjectAttributes"""
    found = readable(ctx, Bucket, Key, VersionId)
    known = {"ETag": found.etag, "ObjectSize": len(found.body), "StorageClass": found.storage_class}
    asked = {name: value for name, value in known.items() if name in ObjectAttributes}
    return {"LastModified": at(int(found.modified)), **_version(ctx, found), **asked}


def readable(ctx: CallContext, bucket_name: str, key: str, version_id: str | None = None) -> S3Object:
    """The object or the version of it, or the error that its absence gives this caller. # s3:GetObject §errors"""
    held = object_at(ctx, bucket_name, key)
    if version_id is not None:
        found = held.version(version_id) if held is not None else None
        if found is None:
            refusal = ctx.take(missing_version(version_id))
            raise AwsError(refusal.code, refusal.message, Key=key, VersionId=version_id)
        if found.delete_marker:
            raise AwsError("MethodNotAllowed", "The specified method is not allowed against this resource.")
        return found
    if held is not None and not held.delete_marker:
        return held
    bucket = bucket_of(ctx, bucket_name)
    may_list = ctx.may("s3:ListBucket", bucket.arn, owner_keys(ctx, bucket), resource_account=bucket.account)
    refusal = ctx.take(missing_object(may_list, key))
    raise AwsError(refusal.code, refusal.message)


def headers_of(ctx: CallContext, found: S3Object) -> dict[str, Any]:
    """What the headers of a response say of an object."""
    return {
        "AcceptRanges": "bytes",
        "LastModified": at(int(found.modified)),
        "ContentLength": len(found.body),
        "ETag": f'"{found.etag}"',
        "ContentType": found.content_type,
        "Metadata": dict(found.metadata),
        "ServerSideEncryption": found.encryption,
        **({"SSEKMSKeyId": found.kms_key_id} if found.kms_key_id else {}),
        **({"StorageClass": found.storage_class} if found.storage_class != "STANDARD" else {}),
        **({"TagCount": len(found.tags)} if found.tags else {}),
        **{name: value for name, value in found.headers.items() if name != "Expires"},
        **_version(ctx, found),
    }


def _version(ctx: CallContext, found: S3Object) -> dict[str, str]:
    versioned = bool(ctx.world.buckets[ctx.call.params["Bucket"]].versioning)
    return {"VersionId": found.shown_version} if versioned else {}


@dataclass(frozen=True, slots=True)
class _Part:
    """The octets `start` to `end` of a body, and the headers that say so."""

    start: int
    end: int
    headers: Mapping[str, Any]


def _part(body: bytes, asked: str | None) -> _Part:
    """The range asked for; one that is not understood is passed over, as HTTP wants it. # s3:GetObject §range"""
    match = _RANGE.fullmatch(asked.strip()) if asked is not None else None
    if match is None or not any(match.groups()):
        return _Part(0, len(body), {})
    first, last = match.groups()
    start = int(first) if first else max(len(body) - int(last), 0)
    end = min(int(last) + 1, len(body)) if first and last else len(body)
    if first and last and int(last) < int(first):
        return _Part(0, len(body), {})
    if start >= len(body):
        text = "The requested range is not satisfiable"
        raise AwsError("InvalidRange", text, RangeRequested=asked, ActualObjectSize=len(body))
    shown = {"ContentLength": end - start, "ContentRange": f"bytes {start}-{end - 1}/{len(body)}"}
    return _Part(start, end, shown)
