"""What hangs on a table: its resource policy, its tags, and when its items expire."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import described_table, known_table, on_table, table_arn, validated
from cogsim.aws.services.dynamodb.tables import tag_keys
from cogsim.decisions.dynamodb_resource_policy import keeps_access, new_policy
from cogsim.entropy import named
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.policy.parse import unparse
from cogsim.world.table import Table

_NO_POLICY = "NO_POLICY"
_MOST_TAGS = 50


def _revision(table: Table) -> str:
    return named("dynamodb/policy-revision", table.arn, str(table.policy_revision)).digits(13)


def _check_revision(table: Table, expected: str | None) -> None:
    """A change that expects another policy than there is is refused. # ddb:PutResourcePolicy §expectedrevisionid"""
    held = _revision(table) if table.policy is not None else _NO_POLICY
    if expected is not None and expected != held:
        raise AwsError(
            "PolicyNotFoundException", "The operation tried to access a nonexistent resource-based policy revision."
        )


def _on_resource(action: str) -> Callable[[CallContext, Params], tuple[Requirement, ...]]:
    requires: Callable[[CallContext, Params], tuple[Requirement, ...]] = on_table(action, "ResourceArn")
    return requires


def _table(ctx: CallContext, arn: str) -> Table:
    table = known_table(ctx, arn)
    if table is None:
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: ResourceArn: {arn} not found")
    return table


@operation("dynamodb:PutResourcePolicy", requires=_on_resource("PutResourcePolicy"))
@validated
def put_resource_policy(
    ctx: CallContext,
    *,
    ResourceArn: str,
    Policy: str,
    ExpectedRevisionId: str | None = None,
    ConfirmRemoveSelfResourceAccess: bool = False,
) -> dict[str, Any]:
    """Attach a policy to a table, in place of the one it has. # ddb:PutResourcePolicy"""
    table = _table(ctx, ResourceArn)
    _check_revision(table, ExpectedRevisionId)
    policy = ctx.require(new_policy(Policy))
    if not ConfirmRemoveSelfResourceAccess:
        ctx.require(keeps_access(ctx.world, ctx.caller, table, policy, origin=ctx.call.origin, now=ctx.now))
    made = replace(table, policy=policy, policy_revision=table.policy_revision + 1)
    ctx.update_world(lambda world: world.with_table(made))
    return {"RevisionId": _revision(made)}


@operation("dynamodb:GetResourcePolicy", requires=_on_resource("GetResourcePolicy"), reads_only=True)
@validated
def get_resource_policy(ctx: CallContext, *, ResourceArn: str) -> dict[str, Any]:
    """The policy of a table. # ddb:GetResourcePolicy"""
    table = _table(ctx, ResourceArn)
    if table.policy is None:
        raise AwsError(
            "PolicyNotFoundException", f"Resource-based policy not found for the provided ResourceArn: {table.arn}"
        )
    return {"Policy": json.dumps(unparse(table.policy)), "RevisionId": _revision(table)}


@operation("dynamodb:DeleteResourcePolicy", requires=_on_resource("DeleteResourcePolicy"))
@validated
def delete_resource_policy(
    ctx: CallContext, *, ResourceArn: str, ExpectedRevisionId: str | None = None
) -> dict[str, Any]:
    """Take a table's policy away; one that is not there is no fault. # ddb:DeleteResourcePolicy"""
    table = _table(ctx, ResourceArn)
    _check_revision(table, ExpectedRevisionId)
    if table.policy is None:
        return {}
    revision = _revision(table)
    ctx.update_world(lambda world: world.with_table(replace(table, policy=None)))
    return {"RevisionId": revision}


def _on_tag(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    arn = table_arn(ctx, params["ResourceArn"], as_arn=True)
    return (Requirement("dynamodb:TagResource", arn, tag_keys(params["Tags"])),)


@operation("dynamodb:TagResource", requires=_on_tag)
@validated
def tag_resource(ctx: CallContext, *, ResourceArn: str, Tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Add tags to a table, or change their values. # ddb:TagResource"""
    table = _table(ctx, ResourceArn)
    tags = table.tags.update({tag["Key"]: tag["Value"] for tag in Tags})
    if any(tag["Key"].lower().startswith("aws:") for tag in Tags):
        raise AwsError(
            "ValidationException", "One or more parameter values were invalid: Tag key cannot begin with aws:"
        )
    if len(tags) > _MOST_TAGS:
        raise AwsError("ValidationException", f"One or more parameter values were invalid: Too many tags: {len(tags)}")
    ctx.update_world(lambda world: world.with_table(replace(table, tags=tags)))
    return {}


def _on_untag(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    keys = {"aws:TagKeys": tuple(params["TagKeys"])}
    return (Requirement("dynamodb:UntagResource", table_arn(ctx, params["ResourceArn"], as_arn=True), keys),)


@operation("dynamodb:UntagResource", requires=_on_untag)
@validated
def untag_resource(ctx: CallContext, *, ResourceArn: str, TagKeys: Sequence[str]) -> dict[str, Any]:
    """Take tags off a table. # ddb:UntagResource"""
    table = _table(ctx, ResourceArn)
    tags = Map({key: value for key, value in table.tags.items() if key not in TagKeys})
    ctx.update_world(lambda world: world.with_table(replace(table, tags=tags)))
    return {}


@operation("dynamodb:ListTagsOfResource", requires=_on_resource("ListTagsOfResource"), reads_only=True)
@validated
def list_tags_of_resource(ctx: CallContext, *, ResourceArn: str, NextToken: str | None = None) -> dict[str, Any]:
    """All tags of a table: one page holds them. # ddb:ListTagsOfResource"""
    if NextToken is not None:
        raise AwsError("ValidationException", "Invalid NextToken")
    return {"Tags": [{"Key": key, "Value": value} for key, value in _table(ctx, ResourceArn).tags.items()]}


@operation("dynamodb:DescribeTimeToLive", requires=on_table("DescribeTimeToLive"), reads_only=True)
@validated
def describe_time_to_live(ctx: CallContext, *, TableName: str) -> dict[str, Any]:
    """Which attribute says when items expire. # ddb:DescribeTimeToLive"""
    table = described_table(ctx, TableName)
    if table.time_to_live is None or not table.time_to_live[1]:
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
    return {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": table.time_to_live[0]}}


@operation("dynamodb:UpdateTimeToLive", requires=on_table("UpdateTimeToLive"))
@validated
def update_time_to_live(ctx: CallContext, *, TableName: str, TimeToLiveSpecification: Params) -> dict[str, Any]:
    """Say which attribute tells when items expire. Nothing is deleted for it: AWS too may take days, and shows expired
    items until then. # ddb:UpdateTimeToLive"""
    table = described_table(ctx, TableName)
    name, enabled = TimeToLiveSpecification["AttributeName"], TimeToLiveSpecification["Enabled"]
    held = table.time_to_live if table.time_to_live and table.time_to_live[1] else None
    if held is not None and held[0] != name:
        raise AwsError(
            "ValidationException",
            f"TimeToLive is active on a different AttributeName: current AttributeName is {held[0]}",
        )
    if enabled == (held is not None):
        word = "enabled" if enabled else "disabled"
        raise AwsError("ValidationException", f"TimeToLive is already {word}")
    ctx.update_world(lambda world: world.with_table(replace(table, time_to_live=(name, enabled))))
    return {"TimeToLiveSpecification": {"AttributeName": name, "Enabled": enabled}}
