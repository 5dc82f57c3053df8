"""Replicas of a pool in other regions, as configuration: what a secondary replica answers is not modelled.
# idp:multi-region"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.pool_documents import all_kept, drop, keep, shown
from cogsim.decisions import replicas
from cogsim.world.user_pool import UserPool


def _creating(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The replica of the pool, and a pool in the other region."""
    own = Requirement("cognito-idp:CreateUserPoolReplica", pool_arn(ctx, params["UserPoolId"]))
    return (own, Requirement("cognito-idp:CreateUserPool", wildcard_only=True))


@operation("cognito-idp:CreateUserPoolReplica", requires=_creating)
def create_user_pool_replica(
    ctx: CallContext, /, *, UserPoolId: str, RegionName: str, UserPoolTags: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """A secondary replica: it is being created, and then inactive until somebody activates it."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(replicas.check_new_replica(ctx.world, pool, RegionName))
    content = {"Status": "INACTIVE", "UserPoolTags": UserPoolTags or None}
    keep(ctx, pool.id, replicas.REPLICA, RegionName, content)
    return {"UserPoolReplica": _shown(pool, RegionName, "CREATING")}


@operation("cognito-idp:UpdateUserPoolReplica", requires=on_pool("UpdateUserPoolReplica"))
def update_user_pool_replica(
    ctx: CallContext, /, *, UserPoolId: str, RegionName: str, Status: str
) -> Mapping[str, Any]:
    """Activate or deactivate the replica."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(replicas.replica(ctx.world, pool, RegionName))
    keep(ctx, pool.id, replicas.REPLICA, RegionName, shown(held) | {"Status": Status})
    return {"UserPoolReplica": _shown(pool, RegionName, Status)}


@operation("cognito-idp:DeleteUserPoolReplica", requires=on_pool("DeleteUserPoolReplica"))
def delete_user_pool_replica(ctx: CallContext, /, *, UserPoolId: str, RegionName: str) -> Mapping[str, Any]:
    """Delete an inactive replica."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(replicas.replica(ctx.world, pool, RegionName))
    ctx.require(replicas.check_deletable(held))
    drop(ctx, held)
    return {"UserPoolReplica": _shown(pool, RegionName, "DELETING")}


@operation("cognito-idp:ListUserPoolReplicas", requires=on_pool("ListUserPoolReplicas"), reads_only=True)
def list_user_pool_replicas(ctx: CallContext, /, *, UserPoolId: str, NextToken: str | None = None) -> Mapping[str, Any]:
    """The primary, which is the pool itself, and its secondary."""
    pool = operators_pool(ctx, UserPoolId)
    primary = _shown(pool, pool.region, "ACTIVE")
    secondary = all_kept(ctx, pool.id, replicas.REPLICA)
    held = [primary, *(_shown(pool, each.key, str(each.content["Status"])) for each in secondary)]
    listed, more = page(ctx, held, lambda each: (each["Role"], each["RegionName"]), NextToken, None)
    return {"UserPoolReplicas": listed, **more}


def _shown(pool: UserPool, region: str, status: str) -> dict[str, Any]:
    """A replica: all have the pool's id, each the ARN of its region."""
    arn = Arn.parse(pool.arn)
    return {
        "RegionName": region,
        "Status": status,
        "Role": "PRIMARY" if region == pool.region else "SECONDARY",
        "UserPoolArn": str(Arn(arn.partition, arn.service, region, arn.account, arn.resource)),
    }
