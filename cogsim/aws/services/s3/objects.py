"""PutObject, GetObject, HeadObject, DeleteObject."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.s3.buckets import bucket_of, on_object, owner_keys
from cogsim.clock import at
from cogsim.decisions.missing_object import missing_object
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.bucket import S3Object

_DEFAULT_TYPE = "binary/octet-stream"


#: What guards a body on its way: nothing happens to it here. # s3:checking-object-integrity
_GUARDS = (
    *("ChecksumAlgorithm", "ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumSHA1", "ChecksumSHA256"),
    *("ContentLength", "ContentMD5"),
)


@operation("s3:PutObject", requires=on_object("s3:PutObject"), ignores=_GUARDS)
def put_object(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    Body: bytes | bytearray | str = b"",
    ContentType: str = _DEFAULT_TYPE,
    Metadata: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write an object, in place of one that is there; text is written as UTF-8. # s3:PutObject"""
    body = Body.encode() if isinstance(Body, str) else bytes(Body)
    etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
    named = Map({name.lower(): value for name, value in (Metadata or {}).items()})
    made = S3Object(Key, body, etag, ctx.now, ContentType, named)
    ctx.update_world(lambda world: world.with_object(Bucket, made))
    return {"ETag": f'"{etag}"'}


@operation("s3:GetObject", requires=on_object("s3:GetObject"), ignores=("ChecksumMode",), reads_only=True)
def get_object(ctx: CallContext, *, Bucket: str, Key: str) -> dict[str, Any]:
    """An object with its body. # s3:GetObject"""
    found = _found(ctx, Bucket, Key)
    return {**_headers(found), "Body": found.body}


@operation("s3:HeadObject", requires=on_object("s3:GetObject"), ignores=("ChecksumMode",), reads_only=True)
def head_object(ctx: CallContext, *, Bucket: str, Key: str) -> dict[str, Any]:
    """An object without its body; the permission is that of reading it."""
    return _headers(_found(ctx, Bucket, Key))


@operation("s3:DeleteObject", requires=on_object("s3:DeleteObject"))
def delete_object(ctx: CallContext, *, Bucket: str, Key: str) -> dict[str, Any]:
    """Delete an object; one that is not there is deleted as well. # s3:DeleteObject"""
    ctx.update_world(lambda world: world.without_object(Bucket, Key))
    return {}


def _found(ctx: CallContext, bucket_name: str, key: str) -> S3Object:
    """The object, or the error that its absence gives this caller."""
    held = ctx.world.objects.get(bucket_name)
    found = held.get(key) if held is not None else None
    if found is not None:
        return found
    bucket = bucket_of(ctx, bucket_name)
    may_list = ctx.may("s3:ListBucket", bucket.arn, owner_keys(bucket), resource_account=bucket.account)
    refusal = ctx.take(missing_object(may_list, key))
    raise AwsError(refusal.code, refusal.message)


def _headers(found: S3Object) -> dict[str, Any]:
    return {
        "AcceptRanges": "bytes",
        "LastModified": at(int(found.modified)),
        "ContentLength": len(found.body),
        "ETag": f'"{found.etag}"',
        "ContentType": found.content_type,
        "Metadata": dict(found.metadata),
    }
