"""The tags of objects. # s3:object-tagging"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.buckets import COMMON, object_at, on_object, one_object
from cogsim.aws.services.s3.objects import readable
from cogsim.aws.services.s3.writing import GUARDS
from cogsim.decisions.s3_tags import MOST_ON_OBJECT, accept_tags, tag_keys
from cogsim.persistent import Map
from cogsim.world.bucket import S3Object


def _on_tagging(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """Tagging asks of the tags that are there and of those that come. # sar:s3 §PutObjectTagging"""
    action = "s3:PutObjectTagging" if params.get("VersionId") is None else "s3:PutObjectVersionTagging"
    need = one_object(ctx, action, params["Bucket"], params["Key"], params)
    sent = tag_keys(dict(tag_pairs(params["Tagging"]["TagSet"])))
    return (replace(need, context={**need.context, **sent}),)


@operation("s3:PutObjectTagging", requires=_on_tagging, ignores=(*GUARDS[:1], "ContentMD5", *COMMON))
def put_object_tagging(
    ctx: CallContext, *, Bucket: str, Key: str, Tagging: Mapping[str, Any], VersionId: str | None = None
) -> dict[str, Any]:
    """Put these tags in the place of all there were. # s3:PutObjectTagging"""
    tags = tag_pairs(Tagging["TagSet"])
    found = readable(ctx, Bucket, Key, VersionId)
    ctx.require(accept_tags(tags, MOST_ON_OBJECT))
    return _retag(ctx, Bucket, found, Map(dict(tags)))


@operation(
    "s3:GetObjectTagging",
    requires=on_object("s3:GetObjectTagging", "s3:GetObjectVersionTagging"),
    ignores=COMMON,
    reads_only=True,
)
def get_object_tagging(ctx: CallContext, *, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    """The tags of an object or of a version of it. # s3:GetObjectTagging"""
    found = readable(ctx, Bucket, Key, VersionId)
    return {**_version(ctx, Bucket, found), "TagSet": tag_set(found.tags)}


@operation(
    "s3:DeleteObjectTagging",
    requires=on_object("s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"),
    ignores=COMMON[:1],
)
def delete_object_tagging(ctx: CallContext, *, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    """Take all its tags from an object. # s3:DeleteObjectTagging"""
    return _retag(ctx, Bucket, readable(ctx, Bucket, Key, VersionId), Map())


def tag_pairs(tags: Iterable[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    """(key, value) of each tag of a set as the API writes it."""
    return tuple((tag["Key"], tag["Value"]) for tag in tags)


def tag_set(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as the API writes them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _retag(ctx: CallContext, bucket: str, found: S3Object, tags: Map[str, str]) -> dict[str, Any]:
    held = object_at(ctx, bucket, found.key)
    assert held is not None
    versions = [replace(v, tags=tags) if v.version_id == found.version_id else v for v in held.versions()]
    changed = replace(versions[0], earlier=tuple(versions[1:]))
    ctx.update_world(lambda world: world.with_object(bucket, changed))
    return _version(ctx, bucket, found)


def _version(ctx: CallContext, bucket: str, found: S3Object) -> dict[str, str]:
    return {"VersionId": found.shown_version} if ctx.world.buckets[bucket].versioning else {}
