"""Finding a bucket, and what a call on it or on an object of it requires."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement
from cogsim.errors import AwsError
from cogsim.world.bucket import Bucket


def bucket_of(ctx: CallContext, name: str) -> Bucket:
    """The bucket of that name; raises NoSuchBucket, which S3 answers to everybody."""
    bucket = ctx.world.buckets.get(name)
    if bucket is None or bucket.partition != ctx.partition:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", BucketName=name)
    return bucket


def on_object(action: str) -> Callable[[CallContext, Params], tuple[Requirement, ...]]:
    """What an operation on an object requires: `action` on the object's ARN. # s3:GetObject §permissions"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        bucket = bucket_of(ctx, params["Bucket"])
        resource = f"{bucket.arn}/{params['Key']}"
        return (Requirement(action, resource, owner_keys(bucket), resource_account=bucket.account),)

    return requires


#: Parameters of a listing that conditions read; one not sent is absent, one sent empty is present. # s3:walkthrough
_LISTING_KEYS = {"Prefix": "s3:prefix", "Delimiter": "s3:delimiter", "MaxKeys": "s3:max-keys"}


def on_listing(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """What a listing requires: s3:ListBucket, whatever the operation's name. # s3:ListObjectsV2 §permissions"""
    bucket = bucket_of(ctx, params["Bucket"])
    sent = {key: str(params[name]) for name, key in _LISTING_KEYS.items() if params.get(name) is not None}
    context = {**owner_keys(bucket), **sent}
    return (Requirement("s3:ListBucket", bucket.arn, context, resource_account=bucket.account),)


def owner_keys(bucket: Bucket) -> Mapping[str, str]:
    """The keys that every request to a bucket has of its owner."""
    return {"s3:ResourceAccount": bucket.account}
