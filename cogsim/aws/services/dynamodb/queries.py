"""Query and Scan."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import (
    known_table,
    no_such_table,
    requirement,
    table_of,
    validated,
)
from cogsim.aws.services.dynamodb.capacity import consumed
from cogsim.decisions.dynamodb_capacity import read_units
from cogsim.decisions.dynamodb_reads import Page, Reading, bind_query, bind_scan, page_of
from cogsim.decisions.dynamodb_request_keys import request_keys
from cogsim.world.attribute_value import write_attributes
from cogsim.world.table import Table

_Bind = Callable[[Table, Params], Reading]


def _on_reading(action: str, bind: _Bind) -> Callable[[CallContext, Params], tuple[Requirement, ...]]:
    """What a query or a scan requires: the action on the table, or on the index that it reads. # ddb:fgac"""

    @validated
    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        table = known_table(ctx, params["TableName"])
        if table is None:
            return (no_such_table(ctx, action, params["TableName"], params.get("IndexName")),)
        reading = bind(table, params)
        resource = table.arn if reading.index is None else table.index_arn(reading.index)
        keys = request_keys(
            layout=table.layout_of(reading.index) if reading.leading else None,
            leading=(reading.leading,),
            attributes=reading.names,
            select=reading.select,
            sent={"ReturnConsumedCapacity": params.get("ReturnConsumedCapacity")},
        )
        return (requirement(ctx, action, resource, keys),)

    return requires


@operation("dynamodb:Query", requires=_on_reading("Query", bind_query), reads_only=True)
@validated
def query(
    ctx: CallContext,
    *,
    TableName: str,
    KeyConditionExpression: str | None = None,
    KeyConditions: Mapping[str, Any] | None = None,
    FilterExpression: str | None = None,
    QueryFilter: Mapping[str, Any] | None = None,
    ConditionalOperator: str | None = None,
    ProjectionExpression: str | None = None,
    AttributesToGet: Sequence[str] | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ExpressionAttributeValues: Mapping[str, Any] | None = None,
    IndexName: str | None = None,
    Select: str | None = None,
    Limit: int | None = None,
    ScanIndexForward: bool | None = None,
    ExclusiveStartKey: Mapping[str, Any] | None = None,
    ConsistentRead: bool = False,
    ReturnConsumedCapacity: str | None = None,
) -> dict[str, Any]:
    """A page of a partition's items in the order of their sort keys. # ddb:Query"""
    return _read(ctx, bind_query(table_of(ctx, TableName), ctx.call.params), ConsistentRead)


@operation("dynamodb:Scan", requires=_on_reading("Scan", bind_scan), reads_only=True)
@validated
def scan(
    ctx: CallContext,
    *,
    TableName: str,
    FilterExpression: str | None = None,
    ScanFilter: Mapping[str, Any] | None = None,
    ConditionalOperator: str | None = None,
    ProjectionExpression: str | None = None,
    AttributesToGet: Sequence[str] | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ExpressionAttributeValues: Mapping[str, Any] | None = None,
    IndexName: str | None = None,
    Select: str | None = None,
    Limit: int | None = None,
    Segment: int | None = None,
    TotalSegments: int | None = None,
    ExclusiveStartKey: Mapping[str, Any] | None = None,
    ConsistentRead: bool = False,
    ReturnConsumedCapacity: str | None = None,
) -> dict[str, Any]:
    """A page of all items, partition by partition, or of one segment of them. # ddb:Scan"""
    return _read(ctx, bind_scan(table_of(ctx, TableName), ctx.call.params), ConsistentRead)


def _read(ctx: CallContext, reading: Reading, consistent: bool) -> dict[str, Any]:
    page = page_of(reading, ctx.world.items_of(reading.table))
    answer: dict[str, Any] = {"Count": len(page.items), "ScannedCount": page.scanned}
    if reading.select != "COUNT":
        answer["Items"] = [write_attributes(each) for each in page.items]
    if page.last is not None:
        answer["LastEvaluatedKey"] = write_attributes(page.last)
    return answer | _consumed(ctx.call.params.get("ReturnConsumedCapacity"), reading, page, consistent)


def _consumed(asked: str | None, reading: Reading, page: Page, consistent: bool) -> dict[str, Any]:
    units = read_units(page.size, consistent=consistent)
    if reading.index is None:
        return consumed(asked, reading.table, units)
    fetched = read_units(page.fetched, consistent=consistent) if page.fetched else 0.0
    return consumed(asked, reading.table, fetched, {reading.index: units})
