"""TagResource, UntagResource and ListTagsForResource of buckets, tag by tag. # s3:abac"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.s3_tags import MOST_ON_BUCKET, accept_tags
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.world.bucket import Bucket


def _bucket(ctx: CallContext, resource: str) -> Bucket:
    arn = Arn.try_parse(resource)
    if arn is None or arn.service != "s3" or arn.account or "/" in arn.resource:
        raise NotModelled(ctx.call.operation, "ResourceArn", f"{resource}, which is no bucket")
    bucket = ctx.world.buckets.get(arn.resource)
    if bucket is None or bucket.partition != arn.partition:
        raise AwsError("NoSuchResource", "The specified resource doesn't exist.")
    return bucket


def _on_tags(action: str) -> Any:
    """The action on the bucket, with the keys of the tags that the request states or names."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        bucket = _bucket(ctx, params["ResourceArn"])
        stated = {tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}
        named = sorted({*stated, *(params.get("TagKeys") or ())})
        context: dict[str, Any] = {
            "s3:ResourceAccount": bucket.account,
            **{f"aws:RequestTag/{name}": value for name, value in stated.items()},
            **({"aws:TagKeys": tuple(named)} if named else {}),
        }
        return (Requirement(action, bucket.arn, context, resource_account=bucket.account),)

    return requires


@operation("s3control:TagResource", requires=_on_tags("s3:TagResource"), ignores=("AccountId",))
def tag_resource(ctx: CallContext, *, ResourceArn: str, Tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Add tags, or state them anew. # s3control:API"""
    bucket = _bucket(ctx, ResourceArn)
    stated = tuple((tag["Key"], tag["Value"]) for tag in Tags)
    ctx.require(accept_tags(stated, MOST_ON_BUCKET))
    tags = bucket.tags.update(dict(stated))
    ctx.require(accept_tags(tags.items(), MOST_ON_BUCKET))
    ctx.update_world(lambda world: world.with_bucket(replace(bucket, tags=tags)))
    return {}


@operation("s3control:UntagResource", requires=_on_tags("s3:UntagResource"), ignores=("AccountId",))
def untag_resource(ctx: CallContext, *, ResourceArn: str, TagKeys: Sequence[str]) -> dict[str, Any]:
    """Take tags away; those that are not there are gone as well. # s3control:API"""
    bucket = _bucket(ctx, ResourceArn)
    left = Map({name: value for name, value in bucket.tags.items() if name not in TagKeys})
    ctx.update_world(lambda world: world.with_bucket(replace(bucket, tags=left)))
    return {}


@operation(
    "s3control:ListTagsForResource",
    requires=_on_tags("s3:ListTagsForResource"),
    ignores=("AccountId",),
    reads_only=True,
)
def list_tags_for_resource(ctx: CallContext, *, ResourceArn: str) -> dict[str, Any]:
    """The tags of a bucket. # s3control:API"""
    tags = _bucket(ctx, ResourceArn).tags
    return {"Tags": [{"Key": name, "Value": value} for name, value in tags.items()]}
