"""CreateBucket, DeleteBucket, HeadBucket, ListBuckets, GetBucketLocation."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, on_bucket, owner_keys, sent_keys
from cogsim.aws.services.s3.object_tags import tag_pairs
from cogsim.aws.services.s3.uploads import without_uploads
from cogsim.clock import at
from cogsim.decisions.caller import caller_account
from cogsim.decisions.refusals import all_of
from cogsim.decisions.s3_acl import ASKED, accept_new_acl, grants_more
from cogsim.decisions.s3_buckets import accept_bucket_name, accept_location, made_in, may_take_name
from cogsim.decisions.s3_tags import MOST_ON_BUCKET, accept_tags
from cogsim.errors import AwsError, NotModelled
from cogsim.persistent import Map
from cogsim.world import bucket as nouns
from cogsim.world.bucket import Bucket as Noun

_UNREAD = ASKED[1:]


def _on_creation(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """Making a bucket of a name that nobody may have yet; further settings are further actions.
    # s3:CreateBucket §permissions"""
    account = caller_account(ctx.caller)
    configuration = params.get("CreateBucketConfiguration") or {}
    tags = dict(tag_pairs(configuration.get("Tags") or ()))
    context: dict[str, Any] = {
        **owner_keys(ctx, None),
        **sent_keys(params, (*ASKED, "ObjectOwnership")),
        **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
    }
    if tags:
        context["aws:TagKeys"] = tuple(sorted(tags))
    if configuration.get("LocationConstraint"):
        context["s3:locationconstraint"] = configuration["LocationConstraint"]
    actions = ["s3:CreateBucket"]
    actions += ["s3:PutBucketOwnershipControls"] if params.get("ObjectOwnership") else []
    actions += ["s3:PutBucketAcl"] if any(params.get(name) is not None for name in ASKED) else []
    actions += ["s3:TagResource"] if tags else []
    arn = f"arn:{ctx.partition}:s3:::{params['Bucket']}"
    return tuple(Requirement(action, arn, context, resource_account=account) for action in actions)


@operation("s3:CreateBucket", requires=_on_creation, ignores=_UNREAD)
def create_bucket(
    ctx: CallContext,
    *,
    Bucket: str,
    ACL: str | None = None,
    CreateBucketConfiguration: Mapping[str, Any] | None = None,
    ObjectOwnership: str = nouns.ENFORCED,
) -> dict[str, Any]:
    """Make a bucket of the caller's account, with public access blocked and lists off. # s3:CreateBucket"""
    configuration = CreateBucketConfiguration or {}
    tags = tag_pairs(configuration.get("Tags") or ())
    ctx.require(
        all_of(
            accept_bucket_name(Bucket),
            accept_location(ctx.region, configuration.get("LocationConstraint")),
            accept_new_acl(ObjectOwnership, ctx.call.params),
            accept_tags(tags, MOST_ON_BUCKET),
        )
    )
    account = caller_account(ctx.caller) or ctx.world.home.account
    taken, region = ctx.world.buckets.get(Bucket), made_in(ctx.region, configuration.get("LocationConstraint"))
    ctx.require(may_take_name(taken, account, ctx.region))
    if taken is not None:
        return {"Location": f"/{Bucket}", "BucketArn": taken.arn}
    made = Noun(
        name=Bucket,
        account=account,
        region=region,
        partition=ctx.partition,
        own_public_access_block=frozenset(nouns.PUBLIC_ACCESS_SETTINGS),
        tags=Map(dict(tags)),
        object_ownership=ObjectOwnership,
        created=ctx.now,
    )
    if (more := grants_more(made, ctx.call.params)) is not None:
        raise NotModelled("s3:CreateBucket", "ACL", f"a list that grants something: {more}")
    ctx.update_world(lambda world: world.with_bucket(made))
    return {"Location": f"/{Bucket}", "BucketArn": made.arn}


@operation("s3:DeleteBucket", requires=on_bucket("s3:DeleteBucket"), ignores=COMMON[:1])
def delete_bucket(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Delete an empty bucket: versions and delete markers count. # s3:DeleteBucket"""
    bucket = bucket_of(ctx, Bucket)
    if ctx.world.objects.get(Bucket):
        hint = " You must delete all versions in the bucket." if bucket.versioning else ""
        raise AwsError("BucketNotEmpty", f"The bucket you tried to delete is not empty.{hint}", BucketName=Bucket)
    ctx.update_world(lambda world: world.without_bucket(Bucket))
    ctx.update_state(lambda state: without_uploads(state, Bucket))
    return {}


@operation("s3:HeadBucket", requires=on_bucket("s3:ListBucket"), ignores=COMMON[:1], reads_only=True)
def head_bucket(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """Whether the bucket is there and the caller may list it, and where it is. # s3:HeadBucket"""
    bucket = bucket_of(ctx, Bucket)
    return {"BucketArn": bucket.arn, "BucketRegion": bucket.region}


@operation("s3:GetBucketLocation", requires=on_bucket("s3:GetBucketLocation"), ignores=COMMON[:1], reads_only=True)
def get_bucket_location(ctx: CallContext, *, Bucket: str) -> dict[str, Any]:
    """The Region of the bucket; that of us-east-1 has no name. # s3:GetBucketLocation"""
    region = bucket_of(ctx, Bucket).region
    return {"LocationConstraint": None if region == "us-east-1" else region}


def _on_all(ctx: CallContext, _: Params) -> tuple[Requirement, ...]:
    return (Requirement("s3:ListAllMyBuckets", context=owner_keys(ctx, None), wildcard_only=True),)


@operation("s3:ListBuckets", requires=_on_all, reads_only=True)
def list_buckets(
    ctx: CallContext,
    *,
    Prefix: str | None = None,
    BucketRegion: str | None = None,
    MaxBuckets: int | None = None,
    ContinuationToken: str | None = None,
) -> dict[str, Any]:
    """The buckets that the caller's account owns, by name. # s3:ListBuckets"""
    account = caller_account(ctx.caller)
    after = _read_token(ContinuationToken) if ContinuationToken else ""
    owned = [
        bucket
        for name, bucket in ctx.world.buckets.items()
        if bucket.account == account
        and bucket.partition == ctx.partition
        and name.startswith(Prefix or "")
        and BucketRegion in (None, bucket.region)
        and name > after
    ]
    shown = owned[:MaxBuckets] if MaxBuckets is not None else owned
    response: dict[str, Any] = {
        "Buckets": [
            {
                "Name": bucket.name,
                "CreationDate": at(int(bucket.created)),
                "BucketRegion": bucket.region,
                "BucketArn": bucket.arn,
            }
            for bucket in shown
        ],
        "Owner": owner_of(account or ""),
    }
    if Prefix is not None:
        response["Prefix"] = Prefix
    if len(shown) < len(owned):
        response["ContinuationToken"] = base64.urlsafe_b64encode(shown[-1].name.encode()).decode()
    return response


def _read_token(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect") from None


def owner_of(account: str) -> dict[str, str]:
    """The canonical user of an account: an id that says nothing of its number. # s3:canonical-id"""
    return {"ID": nouns.canonical_id(account)}
