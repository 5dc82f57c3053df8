"""Putting a version of an object into its bucket: what a request states of it, and which version it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.s3.buckets import bucket_of, object_at
from cogsim.clock import iso
from cogsim.decisions.caller import caller_account
from cogsim.decisions.refusals import all_of
from cogsim.decisions.s3_acl import accept_acl, grants_more, writer_owns
from cogsim.decisions.s3_objects import accept_key, accept_metadata, may_write_over
from cogsim.decisions.s3_tags import accept_written_tags, written_tags
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.bucket import ENABLED, Bucket, S3Object, entity_tag, written_over

#: What guards a body on its way: a check reads it, and nothing of it is kept. # s3:checking-object-integrity
GUARDS = (
    *("ChecksumAlgorithm", "ChecksumCRC32", "ChecksumCRC32C", "ChecksumCRC64NVME", "ChecksumMD5", "ChecksumSHA1"),
    *("ChecksumSHA256", "ChecksumSHA512", "ChecksumXXHASH128", "ChecksumXXHASH3", "ChecksumXXHASH64", "ContentLength"),
    "ContentMD5",
)
#: Members that only the conditions of policies read.
READ_BY_POLICIES = ("GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")

DEFAULT_TYPE = "binary/octet-stream"
#: Headers that are given back with the body as they were stated. # s3:PutObject
_KEPT_HEADERS = ("CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "Expires")


def stated_object(ctx: CallContext, key: str, body: bytes, stated: Mapping[str, Any], etag: str = "") -> S3Object:
    """The object that a request describes by the members in `stated`, of no version yet; None members are unsaid."""
    given = {name: value for name, value in stated.items() if value is not None}
    headers = {name: _text(given[name]) for name in _KEPT_HEADERS if name in given}
    if "WebsiteRedirectLocation" in given:
        headers["WebsiteRedirectLocation"] = given["WebsiteRedirectLocation"]
    metadata = {name.lower(): value for name, value in given.get("Metadata", {}).items()}
    return S3Object(
        key=key,
        body=body,
        etag=etag or entity_tag(body),
        modified=ctx.now,
        content_type=given.get("ContentType", DEFAULT_TYPE),
        metadata=Map(metadata),
        tags=Map(dict(written_tags(given.get("Tagging", "")))),
        headers=Map(headers),
        storage_class=given.get("StorageClass", "STANDARD"),
        encryption=given.get("ServerSideEncryption", "AES256"),
        kms_key_id=given.get("SSEKMSKeyId", ""),
    )


def put_version(ctx: CallContext, name: str, made: S3Object, stated: Mapping[str, Any]) -> dict[str, Any]:
    """Write the version where the key, its tags, its ACL and its preconditions let it; the members that say which one
    it became. # s3:versioning"""
    bucket = bucket_of(ctx, name)
    old = object_at(ctx, name, made.key)
    held = None if old is None or old.delete_marker else old
    ctx.require(
        all_of(
            accept_key(made.key),
            accept_metadata(made.metadata),
            accept_written_tags(stated.get("Tagging") or ""),
            may_write_over(held, stated.get("IfMatch"), stated.get("IfNoneMatch")),
        )
    )
    check_list(ctx, bucket, stated, writes=True)
    version = new_version_id(ctx, name) if bucket.versioning == ENABLED else ""
    numbered = replace(made, version_id=version)
    ctx.update_world(lambda world: world.with_object(name, written_over(bucket, old, numbered)))
    return {
        "ServerSideEncryption": made.encryption,
        **({"SSEKMSKeyId": made.kms_key_id} if made.kms_key_id else {}),
        **({"VersionId": numbered.shown_version} if bucket.versioning else {}),
    }


def check_list(ctx: CallContext, bucket: Bucket, stated: Mapping[str, Any], *, writes: bool = False) -> None:
    """Refuse what the bucket refuses of access control lists; NotModelled for a list that would be a way in of its own,
    and for an object that would belong to the account of whoever writes it."""
    ctx.require(accept_acl(bucket, stated))
    more = grants_more(bucket, stated)
    if more is not None:
        raise NotModelled(ctx.call.operation, "ACL", f"a list that grants something: {more}")
    if writes and writer_owns(bucket, caller_account(ctx.caller), stated):
        text = f"an object that its writer's account owns, where ObjectOwnership is {bucket.object_ownership}"
        raise NotModelled(ctx.call.operation, hint=text)


def new_version_id(ctx: CallContext, bucket: str) -> str:
    """An id for a new version: 32 characters that say nothing. # s3:versioning §ids"""
    return ctx.draw("s3/version", bucket).text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 32)


def body_bytes(body: bytes | bytearray | str) -> bytes:
    """A body as it is kept; text is written as UTF-8."""
    return body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body)


def _text(value: Any) -> str:
    return iso(value.timestamp()) if hasattr(value, "timestamp") else str(value)
