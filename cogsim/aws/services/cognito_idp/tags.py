"""The tags of user pools. # idp:api §TagResource"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.app_client import find_pool_by_arn
from cogsim.decisions.caller import caller_account
from cogsim.decisions.iam_keys import request_tag_keys, tag_name_keys
from cogsim.decisions.pool_configuration import check_tags
from cogsim.persistent import Map
from cogsim.world.user_pool import UserPool


def _tags_put_on(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    keys = request_tag_keys(tuple(sorted(params["Tags"].items())))
    return (Requirement("cognito-idp:TagResource", params["ResourceArn"], keys),)


def _tags_taken_off(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("cognito-idp:UntagResource", params["ResourceArn"], tag_name_keys(tuple(params["TagKeys"]))),)


def _tags_read(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("cognito-idp:ListTagsForResource", params["ResourceArn"]),)


def _pool(ctx: CallContext, arn: str) -> UserPool:
    return ctx.require(find_pool_by_arn(ctx.world, arn, ctx.region, caller_account(ctx.caller)))


def _save(ctx: CallContext, pool: UserPool, tags: Map[str, str]) -> Mapping[str, Any]:
    ctx.require(check_tags(tags))
    ctx.update_world(lambda world: world.with_user_pool(replace(pool, tags=tags)))
    return {}


@operation("cognito-idp:TagResource", requires=_tags_put_on)
def tag_resource(ctx: CallContext, /, *, ResourceArn: str, Tags: Mapping[str, str]) -> Mapping[str, Any]:
    """Put tags on the pool; one of the same key has the new value."""
    pool = _pool(ctx, ResourceArn)
    return _save(ctx, pool, Map({**dict(pool.tags.items()), **Tags}))


@operation("cognito-idp:UntagResource", requires=_tags_taken_off)
def untag_resource(ctx: CallContext, /, *, ResourceArn: str, TagKeys: list[str]) -> Mapping[str, Any]:
    """Take tags off the pool; keys that are not there do not matter."""
    pool = _pool(ctx, ResourceArn)
    return _save(ctx, pool, Map({key: value for key, value in pool.tags.items() if key not in TagKeys}))


@operation("cognito-idp:ListTagsForResource", requires=_tags_read, reads_only=True)
def list_tags_for_resource(ctx: CallContext, /, *, ResourceArn: str) -> Mapping[str, Any]:
    """The pool's tags."""
    return {"Tags": dict(_pool(ctx, ResourceArn).tags.items())}
