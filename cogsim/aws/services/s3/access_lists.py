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
from cogsim.aws.services.s3.writing import READ_BY_POLICIES
from cogsim.decisions.s3_objects import accept_acl, grants_nothing
from cogsim.errors import NotModelled
from cogsim.world.bucket import ENFORCED, Bucket

_SENT = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWrite", "GrantWriteACP")
_UNREAD = ("ChecksumAlgorithm", "ContentMD5", "GrantWrite", *READ_BY_POLICIES)


def _on_object_list(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    action = "s3:PutObjectAcl" if params.get("VersionId") is None else "s3:PutObjectVersionAcl"
    need = one_object(ctx, action, params["Bucket"], params["Key"], params)
    return (replace(need, context={**need.context, **sent_keys(params, _SENT)}),)


@operation("s3:PutBucketAcl", requires=on_bucket("s3:PutBucketAcl", *_SENT), ignores=(*_UNREAD, *COMMON[:1]))
def put_bucket_acl(
    ctx: CallContext, *, Bucket: str, ACL: str | None = None, AccessControlPolicy: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Refused where lists are off, but for the list that changes nothing. # s3:PutBucketAcl"""
    _keep(ctx, "s3:PutBucketAcl", bucket_of(ctx, Bucket), ACL, AccessControlPolicy)
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
    _keep(ctx, "s3:PutObjectAcl", bucket_of(ctx, Bucket), ACL, AccessControlPolicy)
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


def _keep(ctx: CallContext, name: str, bucket: Bucket, acl: str | None, policy: Mapping[str, Any] | None) -> None:
    """Lists that grant something are not modelled: with them on, they would be one more way in."""
    stated = acl if policy is None else "a list of grants"
    ctx.require(accept_acl(bucket, stated))
    if bucket.object_ownership != ENFORCED and not grants_nothing(stated):
        raise NotModelled(name, "ACL", "a list that grants something")


def _shown(bucket: Bucket) -> dict[str, Any]:
    owner = owner_of(bucket.account)
    return {"Owner": owner, "Grants": [{"Grantee": {**owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}]}
