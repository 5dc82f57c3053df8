"""The tags of identity pools. # ci:api §TagResource"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.iam_keys import request_tag_keys, tag_name_keys
from cogsim.decisions.identity_configuration import check_pool_tags, find_pool_by_arn
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool


def _put_on(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    keys = request_tag_keys(tuple(sorted(params["Tags"].items())))
    return (Requirement("cognito-identity:TagResource", params["ResourceArn"], keys),)


def _taken_off(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    keys = tag_name_keys(tuple(params["TagKeys"]))
    return (Requirement("cognito-identity:UntagResource", params["ResourceArn"], keys),)


def _read(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("cognito-identity:ListTagsForResource", params["ResourceArn"]),)


@operation("cognito-identity:TagResource", requires=_put_on)
def tag_resource(ctx: CallContext, *, ResourceArn: str, Tags: Mapping[str, str]) -> dict[str, Any]:
    """Put tags on the pool; one of the same key has the new value."""
    pool = ctx.require(find_pool_by_arn(ctx.world, ResourceArn, ctx.region))
    return _save(ctx, pool, Map({**pool.tags, **Tags}))


@operation("cognito-identity:UntagResource", requires=_taken_off)
def untag_resource(ctx: CallContext, *, ResourceArn: str, TagKeys: Sequence[str]) -> dict[str, Any]:
    """Take tags off the pool; keys that are not there do not matter."""
    pool = ctx.require(find_pool_by_arn(ctx.world, ResourceArn, ctx.region))
    return _save(ctx, pool, Map({key: value for key, value in pool.tags.items() if key not in TagKeys}))


@operation("cognito-identity:ListTagsForResource", requires=_read, reads_only=True)
def list_tags_for_resource(ctx: CallContext, *, ResourceArn: str) -> dict[str, Any]:
    """The pool's tags."""
    return {"Tags": dict(ctx.require(find_pool_by_arn(ctx.world, ResourceArn, ctx.region)).tags)}


def _save(ctx: CallContext, pool: IdentityPool, tags: Map[str, str]) -> dict[str, Any]:
    ctx.require(check_pool_tags(tags))
    ctx.update_world(lambda world: world.with_identity_pool(replace(pool, tags=tags)))
    return {}
