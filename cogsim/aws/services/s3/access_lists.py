"""Access control lists, which new buckets have switched off: what is shown of them, and what is refused.

# s3:about-object-ownership
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.bucket_life import owner_of
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, on_bucket, on_object, one_object, sent_keys
from cogsim.aws.services.s3.objects import readable
from cogsim.aws.services.s3.writing import READ_BY_POLICIES, check_list
from cogsim.decisions.s3_acl import ASKED
from cogsim.world.bucket import Bucket

_UNREAD = ("ChecksumAlgorithm", "ContentMD5", "GrantWrite", *READ_BY_POLICIES)


def _on_object_list(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    action = "s3:PutObjectAcl" if params.get("VersionId") is None else "s3:PutObjectVersionAcl"
    need = one_object(ctx, action, params["Bucket"], params["Key"], params)
    return (replace(need, context={**need.context, **sent_keys(params, ASKED)}),)


@operation("s3:PutBucketAcl", requires=on_bucket("s3:PutBucketAcl", *ASKED), ignores=(*_UNREAD, *COMMON[:1]))
def put_bucket_acl(
    ctx: CallContext, *, Bucket: str, ACL: str | None = None, AccessControlPolicy: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Refused where lists are off, but for the list that changes nothing. # s3:PutBucketAcl"""
    check_list(ctx, bucket_of(ctx, Bucket), ctx.call.params)
    return {}


@operation("s3:PutObjectAcl", requires=_on_object_list, ignores=(*_UNREAD, *COMMON))
def put_object_acl(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    AccessControlPolicy: Mapping[str, Any] | None = None,
    VersionId: str | None = None,
) -> dict[str, Any]:
    """Refused where lists are off, but for the list that changes nothing. # s3:PutObjectAcl"""
    readable(ctx, Bucket, Key, VersionId)
    check_list(ctx, bucket_of(ctx, Bucket), ctx.call.params)
    return {}


@operation("s3:GetBucketAcl", requires=on_bucket("s3:GetBucketAcl"), ignores=COMMON[:1], reads_only=True)
def get_bucket_acl(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The owner has full control, and nobody else is named. # s3:GetBucketAcl"""
    return _shown(bucket_of(ctx, Bucket))


@operation(
    "s3:GetObjectAcl",
    requires=on_object("s3:GetObjectAcl", "s3:GetObjectVersionAcl"),
    ignores=COMMON,
    reads_only=True,
)
def get_object_acl(ctx: CallContext, *, Bucket: str, Key: str, VersionId: str | None = None) -> dict[str, Any]:
    """The bucket's owner has full control, and nobody else is named. # s3:GetObjectAcl"""
    readable(ctx, Bucket, Key, VersionId)
    return _shown(bucket_of(ctx, Bucket))


def _shown(bucket: Bucket) -> dict[str, Any]:
    owner = owner_of(bucket.account)
    return {"Owner": owner, "Grants": [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
