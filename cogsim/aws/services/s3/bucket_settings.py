"""The settings of buckets: policy, public access, versioning, ownership, tags and what these are worth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, change_bucket, on_bucket
from cogsim.aws.services.s3.object_tags import tag_pairs, tag_set
from cogsim.aws.services.s3.policy_terms import vocabulary
from cogsim.decision import Decision, Refusal
from cogsim.decisions.s3_buckets import accept_bucket_policy, may_manage_policy
from cogsim.decisions.s3_tags import MOST_ON_BUCKET, accept_tags, may_set_all_tags
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.policy.parse import unparse
from cogsim.policy.reference.public import public_statement
from cogsim.world.bucket import PUBLIC_ACCESS_SETTINGS

_OWNER = COMMON[:1]
_GUARDED = ("ChecksumAlgorithm", "ContentMD5", *_OWNER)


def _of_policy(name: str) -> dict[str, Any]:
    """What handling the policy takes: the permission, and to be of the bucket's account."""
    requires = on_bucket(name)

    def authorise(ctx: CallContext, params: Params) -> Decision[Refusal | None]:
        (need,) = requires(ctx, params)
        bucket, origin = bucket_of(ctx, params["Bucket"]), ctx.call.origin
        return may_manage_policy(ctx.world, bucket, ctx.caller, name, origin=origin, now=ctx.now, context=need.context)

    return {"requires": requires, "authorise": authorise}


def _nowhere(_: object) -> None:
    """A policy that was sent stands in no file."""


@operation(
    "s3:PutBucketPolicy",
    **_of_policy("s3:PutBucketPolicy"),
    ignores=(*_GUARDED, "ConfirmRemoveSelfBucketAccess"),
)
def put_bucket_policy(ctx: CallContext, *, Bucket: str, Policy: str) -> dict[str, Any]:
    """Put a policy in the place of the one there is. # s3:PutBucketPolicy"""
    accepted = accept_bucket_policy(ctx.world, bucket_of(ctx, Bucket), Policy, _nowhere, vocabulary())
    policy = ctx.require(accepted)
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, policy=policy))
    return {}


@operation("s3:GetBucketPolicy", **_of_policy("s3:GetBucketPolicy"), ignores=_OWNER, reads_only=True)
def get_bucket_policy(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The policy as JSON. # s3:GetBucketPolicy"""
    policy = bucket_of(ctx, Bucket).policy
    if policy is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", BucketName=Bucket)
    return {"Policy": json.dumps(unparse(policy), separators=(",", ":"))}


@operation("s3:DeleteBucketPolicy", **_of_policy("s3:DeleteBucketPolicy"), ignores=_OWNER)
def delete_bucket_policy(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Take the policy away; one that is not there is gone as well. # s3:DeleteBucketPolicy"""
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, policy=None))
    return {}


@operation("s3:GetBucketPolicyStatus", requires=on_bucket("s3:GetBucketPolicyStatus"), ignores=_OWNER, reads_only=True)
def get_bucket_policy_status(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Whether the policy is public. # s3:block-public-access"""
    policy = bucket_of(ctx, Bucket).policy
    if policy is None:
        raise AwsError("NoSuchBucketPolicy", "The bucket policy does not exist", BucketName=Bucket)
    return {"PolicyStatus": {"IsPublic": public_statement(policy) is not None}}


@operation("s3:PutPublicAccessBlock", requires=on_bucket("s3:PutBucketPublicAccessBlock"), ignores=_GUARDED)
def put_public_access_block(
    ctx: CallContext, *, Bucket: str, PublicAccessBlockConfiguration: Mapping[str, bool]
) -> dict[str, Any]:
    """State the four settings anew; what is left out is off. # s3:PutPublicAccessBlock"""
    stated = PublicAccessBlockConfiguration
    on = frozenset(name for name in PUBLIC_ACCESS_SETTINGS if stated.get(name))
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, own_public_access_block=on))
    return {}


@operation(
    "s3:GetPublicAccessBlock", requires=on_bucket("s3:GetBucketPublicAccessBlock"), ignores=_OWNER, reads_only=True
)
def get_public_access_block(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The four settings; a bucket with none of them on has no configuration. # s3:GetPublicAccessBlock"""
    on = bucket_of(ctx, Bucket).own_public_access_block
    if not on:
        text = "The public access block configuration was not found"
        raise AwsError("NoSuchPublicAccessBlockConfiguration", text, BucketName=Bucket)
    return {"PublicAccessBlockConfiguration": {name: name in on for name in PUBLIC_ACCESS_SETTINGS}}


@operation("s3:DeletePublicAccessBlock", requires=on_bucket("s3:PutBucketPublicAccessBlock"), ignores=_OWNER)
def delete_public_access_block(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Switch all four settings off. # s3:DeletePublicAccessBlock"""
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, own_public_access_block=frozenset()))
    return {}


@operation("s3:PutBucketVersioning", requires=on_bucket("s3:PutBucketVersioning"), ignores=_GUARDED)
def put_bucket_versioning(
    ctx: CallContext, *, Bucket: str, VersioningConfiguration: Mapping[str, str]
) -> dict[str, Any]:
    """Switch versioning on, or suspend it; it is never off again. # s3:PutBucketVersioning"""
    if VersioningConfiguration.get("MFADelete") == "Enabled":
        raise NotModelled("s3:PutBucketVersioning", "MFADelete")
    status = VersioningConfiguration.get("Status")
    if status is None:
        text = "The Versioning element must be specified"
        raise AwsError("IllegalVersioningConfigurationException", text)
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, versioning=status))
    return {}


@operation("s3:GetBucketVersioning", requires=on_bucket("s3:GetBucketVersioning"), ignores=_OWNER, reads_only=True)
def get_bucket_versioning(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The state of versioning; a bucket that never had it says nothing. # s3:GetBucketVersioning"""
    status = bucket_of(ctx, Bucket).versioning
    return {"Status": status} if status else {}


@operation("s3:PutBucketOwnershipControls", requires=on_bucket("s3:PutBucketOwnershipControls"), ignores=_GUARDED)
def put_bucket_ownership_controls(
    ctx: CallContext, *, Bucket: str, OwnershipControls: Mapping[str, Any]
) -> dict[str, Any]:
    """Who owns what others write; with BucketOwnerEnforced lists are off. # s3:about-object-ownership"""
    rules = OwnershipControls["Rules"]
    if len(rules) != 1:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, object_ownership=rules[0]["ObjectOwnership"]))
    return {}


@operation(
    "s3:GetBucketOwnershipControls",
    requires=on_bucket("s3:GetBucketOwnershipControls"),
    ignores=_OWNER,
    reads_only=True,
)
def get_bucket_ownership_controls(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Who owns what others write. # s3:about-object-ownership"""
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": bucket_of(ctx, Bucket).object_ownership}]}}


@operation("s3:DeleteBucketOwnershipControls", requires=on_bucket("s3:PutBucketOwnershipControls"), ignores=_OWNER)
def delete_bucket_ownership_controls(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Back to the owner's that writes, as before there were such controls. # s3:about-object-ownership"""
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, object_ownership="ObjectWriter"))
    return {}


@operation("s3:PutBucketTagging", requires=on_bucket("s3:PutBucketTagging"), ignores=_GUARDED)
def put_bucket_tagging(ctx: CallContext, *, Bucket: str, Tagging: Mapping[str, Any]) -> dict[str, Any]:
    """Put these tags in the place of all there were. # s3:PutBucketTagging"""
    ctx.require(may_set_all_tags(bucket_of(ctx, Bucket)))
    tags = _taken(ctx, Tagging["TagSet"])
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, tags=tags))
    return {}


def _taken(ctx: CallContext, stated: Iterable[Mapping[str, str]]) -> Map[str, str]:
    tags = tag_pairs(stated)
    ctx.require(accept_tags(tags, MOST_ON_BUCKET))
    return Map(dict(tags))


@operation("s3:GetBucketTagging", requires=on_bucket("s3:GetBucketTagging"), ignores=_OWNER, reads_only=True)
def get_bucket_tagging(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The tags of the bucket; a bucket without is an error. # s3:GetBucketTagging"""
    tags = bucket_of(ctx, Bucket).tags
    if not tags:
        raise AwsError("NoSuchTagSet", "The TagSet does not exist", BucketName=Bucket)
    return {"TagSet": tag_set(tags)}


@operation("s3:DeleteBucketTagging", requires=on_bucket("s3:PutBucketTagging"), ignores=_OWNER)
def delete_bucket_tagging(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Take all tags away; the permission is that of setting them. # s3:DeleteBucketTagging"""
    ctx.require(may_set_all_tags(bucket_of(ctx, Bucket)))
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, tags=Map()))
    return {}


@operation("s3:PutBucketAbac", requires=on_bucket("s3:PutBucketAbac"), ignores=_GUARDED)
def put_bucket_abac(ctx: CallContext, *, Bucket: str, AbacStatus: Mapping[str, str]) -> dict[str, Any]:
    """Whether the bucket's tags count in conditions. # s3:abac"""
    on = AbacStatus.get("Status") == "Enabled"
    change_bucket(ctx, Bucket, lambda bucket: replace(bucket, attribute_based=on))
    return {}


@operation("s3:GetBucketAbac", requires=on_bucket("s3:GetBucketAbac"), ignores=_OWNER, reads_only=True)
def get_bucket_abac(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Whether the bucket's tags count in conditions. # s3:abac"""
    return {"AbacStatus": {"Status": "Enabled" if bucket_of(ctx, Bucket).attribute_based else "Disabled"}}
