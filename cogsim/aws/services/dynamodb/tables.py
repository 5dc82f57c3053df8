"""CreateTable, DescribeTable, UpdateTable, DeleteTable, ListTables. A table is made, changed and gone at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import described_table, on_table, own_tables, table_arn, validated
from cogsim.clock import at
from cogsim.decisions.dynamodb_resource_policy import new_policy
from cogsim.decisions.dynamodb_table_changes import changed_table, check_change, table_deletable
from cogsim.decisions.dynamodb_tables import new_table
from cogsim.errors import AwsError
from cogsim.world.table import KeySchema, SecondaryIndex, Table
from cogsim.world.table_items import TableItems

_MOST_LISTED = 100


def _on_create(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """CreateTable, and what else the request does: tags and a policy need rights of their own. # ddb:CreateTable"""
    arn = table_arn(ctx, params["TableName"])
    keys = tag_keys(params.get("Tags") or ())
    needed = [Requirement("dynamodb:CreateTable", arn, keys)]
    if params.get("Tags"):
        needed.append(Requirement("dynamodb:TagResource", arn, keys))
    if params.get("ResourcePolicy"):
        needed.append(Requirement("dynamodb:PutResourcePolicy", arn))
    return tuple(needed)


def tag_keys(tags: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """The condition keys of tags that a request brings."""
    keys: dict[str, Any] = {f"aws:RequestTag/{tag['Key']}": tag.get("Value", "") for tag in tags}
    return {**keys, "aws:TagKeys": tuple(tag["Key"] for tag in tags)} if tags else keys


@operation("dynamodb:CreateTable", requires=_on_create)
@validated
def create_table(
    ctx: CallContext,
    *,
    TableName: str,
    KeySchema: Sequence[Mapping[str, str]] | None = None,
    AttributeDefinitions: Sequence[Mapping[str, str]] | None = None,
    LocalSecondaryIndexes: Sequence[Params] | None = None,
    GlobalSecondaryIndexes: Sequence[Params] | None = None,
    BillingMode: str | None = None,
    ProvisionedThroughput: Params | None = None,
    TableClass: str | None = None,
    DeletionProtectionEnabled: bool | None = None,
    Tags: Sequence[Mapping[str, str]] | None = None,
    ResourcePolicy: str | None = None,
) -> dict[str, Any]:
    """Make a table; it can be used with the next request. # ddb:CreateTable"""
    arn = table_arn(ctx, TableName)
    if arn.split(":")[3] != ctx.region:
        raise AwsError("ValidationException", f"Invalid TableArn: Invalid ResourceArn provided as input {arn}")
    table = new_table(arn.rpartition("/")[2], arn, ctx.now, ctx.call.params)
    if arn in ctx.world.tables:
        raise AwsError("ResourceInUseException", f"Table already exists: {table.name}")
    if ResourcePolicy is not None:
        table = replace(table, policy=ctx.require(new_policy(ResourcePolicy)), policy_revision=1)
    ctx.update_world(lambda world: world.with_table(table))
    return {"TableDescription": description(table, TableItems(), "CREATING")}


@operation("dynamodb:DescribeTable", requires=on_table("DescribeTable"), reads_only=True)
@validated
def describe_table(ctx: CallContext, *, TableName: str) -> dict[str, Any]:
    """A table with its indexes, as they are now. # ddb:DescribeTable"""
    table = described_table(ctx, TableName)
    return {"Table": description(table, ctx.world.items_of(table), "ACTIVE")}


@operation("dynamodb:UpdateTable", requires=on_table("UpdateTable"))
@validated
def update_table(
    ctx: CallContext,
    *,
    TableName: str,
    AttributeDefinitions: Sequence[Mapping[str, str]] | None = None,
    BillingMode: str | None = None,
    ProvisionedThroughput: Params | None = None,
    GlobalSecondaryIndexUpdates: Sequence[Params] | None = None,
    TableClass: str | None = None,
    DeletionProtectionEnabled: bool | None = None,
) -> dict[str, Any]:
    """Change a table; an index that is made holds the table's items at once. # ddb:UpdateTable"""
    check_change(ctx.call.params)
    table = changed_table(described_table(ctx, TableName), ctx.call.params)
    ctx.update_world(lambda world: world.with_table(table))
    return {"TableDescription": description(table, ctx.world.items_of(table), "UPDATING")}


@operation("dynamodb:DeleteTable", requires=on_table("DeleteTable"))
@validated
def delete_table(ctx: CallContext, *, TableName: str) -> dict[str, Any]:
    """Delete a table with its items. # ddb:DeleteTable"""
    table = described_table(ctx, TableName)
    ctx.require(table_deletable(table))
    shown = description(table, ctx.world.items_of(table), "DELETING")
    ctx.update_world(lambda world: world.without_table(table.arn))
    return {"TableDescription": shown}


def _on_list(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (Requirement("dynamodb:ListTables", wildcard_only=True),)


@operation("dynamodb:ListTables", requires=_on_list, reads_only=True)
@validated
def list_tables(
    ctx: CallContext, *, ExclusiveStartTableName: str | None = None, Limit: int | None = None
) -> dict[str, Any]:
    """The names of the caller's tables in the Region, sorted. # ddb:ListTables"""
    prefix = own_tables(ctx)
    names = sorted(arn.removeprefix(prefix) for arn in ctx.world.tables if arn.startswith(prefix))
    left = [name for name in names if ExclusiveStartTableName is None or name > ExclusiveStartTableName]
    page = left[: Limit or _MOST_LISTED]
    more = {"LastEvaluatedTableName": page[-1]} if len(left) > len(page) else {}
    return {"TableNames": page, **more}


def description(table: Table, held: TableItems, status: str) -> dict[str, Any]:
    """A table as the API describes it; counts are those of this moment."""
    reads, writes = table.throughput or (0, 0)
    shown: dict[str, Any] = {
        "TableName": table.name,
        "TableArn": table.arn,
        "TableId": table.id,
        "TableStatus": status,
        "CreationDateTime": at(table.created),
        "KeySchema": _schema(table.key_schema),
        "AttributeDefinitions": [
            {"AttributeName": name, "AttributeType": kind} for name, kind in table.attribute_types.items()
        ],
        "ItemCount": len(held),
        "TableSizeBytes": held.size,
        "ProvisionedThroughput": _units(reads, writes),
        "DeletionProtectionEnabled": table.deletion_protection,
    }
    if table.throughput is None:
        shown["BillingModeSummary"] = {"BillingMode": "PAY_PER_REQUEST"}
    if table.table_class is not None:
        shown["TableClassSummary"] = {"TableClass": table.table_class}
    for member, is_global in (("GlobalSecondaryIndexes", True), ("LocalSecondaryIndexes", False)):
        indexes = [index for index in table.indexes.values() if index.is_global == is_global]
        if indexes:
            shown[member] = [_index(table, index, held) for index in indexes]
    return shown


def _schema(keys: KeySchema) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in keys]


def _units(reads: int, writes: int) -> dict[str, int]:
    return {"NumberOfDecreasesToday": 0, "ReadCapacityUnits": reads, "WriteCapacityUnits": writes}


def _index(table: Table, index: SecondaryIndex, held: TableItems) -> dict[str, Any]:
    projection: dict[str, Any] = {"ProjectionType": index.projection.kind}
    if index.projection.attributes:
        projection["NonKeyAttributes"] = list(index.projection.attributes)
    items = held.indexes.get(index.name)
    shown: dict[str, Any] = {
        "IndexName": index.name,
        "IndexArn": table.index_arn(index.name),
        "KeySchema": _schema(index.key_schema),
        "Projection": projection,
        "ItemCount": len(items) if items is not None else 0,
        "IndexSizeBytes": sum(item.size for item in items.values()) if items is not None else 0,
    }
    if index.is_global:
        shown["IndexStatus"] = "ACTIVE"
        shown["ProvisionedThroughput"] = _units(*(index.throughput or table.throughput or (0, 0)))
    return shown
