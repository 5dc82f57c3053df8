"""CopyObject: a read and a write in one call, and both are asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, decrypting, object_at, one_object, writing
from cogsim.aws.services.s3.objects import readable
from cogsim.aws.services.s3.writing import READ_BY_POLICIES, put_version, stated_object
from cogsim.clock import at
from cogsim.decisions.s3_copy_source import Source, read_source
from cogsim.decisions.s3_objects import is_at_hand, may_read
from cogsim.errors import AwsError
from cogsim.world.bucket import S3Object

_REPLACE = "REPLACE"
_NEW = ("StorageClass", "ServerSideEncryption", "WebsiteRedirectLocation")


def on_source(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """What reading the source requires."""
    source = read_source(params["CopySource"])
    asked = {"VersionId": source.version_id, "ExpectedBucketOwner": params.get("ExpectedSourceBucketOwner")}
    suffix = "" if source.version_id is None else "Version"
    need = [one_object(ctx, f"s3:GetObject{suffix}", source.bucket, source.key, asked)]
    if params.get("TaggingDirective", "COPY") == "COPY" and _tags(ctx, source):
        need.append(one_object(ctx, f"s3:GetObject{suffix}Tagging", source.bucket, source.key, asked))
    need += decrypting(ctx, source.bucket, source.key, source.version_id)
    return tuple(need)


def _on_copy(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """Reading the source, and writing the copy; tags that come along are read and written too.
    # s3:CopyObject §permissions"""
    source = read_source(params["CopySource"])
    told = {name: value for name, value in params.items() if name != "Tagging"}
    told["CopySource"] = f"{source.bucket}/{source.key}"
    told["MetadataDirective"] = params.get("MetadataDirective", "COPY")
    if params.get("TaggingDirective", "COPY") == "COPY":
        told["Tagging"] = dict(_tags(ctx, source))
    elif params.get("Tagging"):
        told["Tagging"] = params["Tagging"]
    return (*on_source(ctx, params), *writing(ctx, "s3:PutObject", told, creates=True))


def _tags(ctx: CallContext, source: Source) -> Mapping[str, str]:
    held = object_at(ctx, source.bucket, source.key)
    found = held.version(source.version_id) if held is not None and source.version_id is not None else held
    return found.tags if found is not None else {}


@operation(
    "s3:CopyObject",
    requires=_on_copy,
    ignores=("ChecksumAlgorithm", "ExpectedSourceBucketOwner", *COMMON, *READ_BY_POLICIES, "BucketKeyEnabled"),
)
def copy_object(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    CopySource: str,
    ACL: str | None = None,
    CacheControl: str | None = None,
    ContentDisposition: str | None = None,
    ContentEncoding: str | None = None,
    ContentLanguage: str | None = None,
    ContentType: str | None = None,
    CopySourceIfMatch: str | None = None,
    CopySourceIfNoneMatch: str | None = None,
    CopySourceIfModifiedSince: datetime | None = None,
    CopySourceIfUnmodifiedSince: datetime | None = None,
    Expires: Any = None,
    Metadata: Mapping[str, str] | None = None,
    MetadataDirective: str = "COPY",
    SSEKMSKeyId: str | None = None,
    ServerSideEncryption: str | None = None,
    StorageClass: str | None = None,
    Tagging: str | None = None,
    TaggingDirective: str = "COPY",
    WebsiteRedirectLocation: str | None = None,
) -> dict[str, Any]:
    """Copy an object or a version of one, with its metadata and tags unless the call replaces them. # s3:CopyObject"""
    source = read_source(CopySource)
    found = readable(ctx, source.bucket, source.key, source.version_id)
    ctx.require(
        may_read(
            found,
            CopySourceIfMatch,
            CopySourceIfNoneMatch,
            CopySourceIfModifiedSince,
            CopySourceIfUnmodifiedSince,
            copying=True,
        )
    )
    ctx.require(is_at_hand(found))
    stated = dict(ctx.call.params)
    _refuse_no_change(source, stated)
    made = _copied(ctx, found, stated)
    written = put_version(ctx, Bucket, made, {**stated, "Tagging": None} if TaggingDirective == "COPY" else stated)
    versioned = bucket_of(ctx, source.bucket).versioning
    return {
        "CopyObjectResult": {"ETag": f'"{made.etag}"', "LastModified": at(int(made.modified))},
        **({"CopySourceVersionId": found.shown_version} if versioned else {}),
        **written,
    }


def _refuse_no_change(source: Source, stated: Mapping[str, Any]) -> None:
    """An object copied over itself must change in something."""
    same = (source.bucket, source.key, source.version_id) == (stated["Bucket"], stated["Key"], None)
    changes = stated.get("MetadataDirective") == _REPLACE or any(stated.get(name) is not None for name in _NEW)
    if same and not changes:
        raise AwsError(
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes.",
        )


def _copied(ctx: CallContext, found: S3Object, stated: Mapping[str, Any]) -> S3Object:
    """The copy: the body of the source, metadata and tags of the source or of the call."""
    made = stated_object(ctx, stated["Key"], found.body, stated, found.etag)
    if stated.get("MetadataDirective", "COPY") == "COPY":
        made = replace(made, metadata=found.metadata, headers=found.headers, content_type=found.content_type)
    if stated.get("TaggingDirective", "COPY") == "COPY":
        made = replace(made, tags=found.tags)
    return made
