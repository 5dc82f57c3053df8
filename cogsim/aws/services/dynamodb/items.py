"""GetItem, PutItem, UpdateItem, DeleteItem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import (
    keep_items,
    known_table,
    no_such_table,
    requirement,
    table_of,
    validated,
)
from cogsim.aws.services.dynamodb.capacity import collection, consumed, written
from cogsim.decisions.dynamodb_capacity import read_units
from cogsim.decisions.dynamodb_expressions.documents import picked
from cogsim.decisions.dynamodb_expressions.placeholders import placeholders
from cogsim.decisions.dynamodb_expressions.tree import Path
from cogsim.decisions.dynamodb_reads import bind_paths
from cogsim.decisions.dynamodb_request_keys import request_keys
from cogsim.decisions.dynamodb_writes import Change, Write, applied, bind_write, change_of
from cogsim.errors import AwsError
from cogsim.world.attribute_value import Attributes, read_attributes, write_attributes
from cogsim.world.table import Table
from cogsim.world.table_keys import check_key

_PROJECTION = "ProjectionExpression"
FAILED = "The conditional request failed"


def bind_get(table: Table, params: Params) -> tuple[Attributes, tuple[Path, ...] | None]:
    """The key of a read of one item, and the attributes asked for, None for all of them."""
    text = params.get(_PROJECTION)
    given = placeholders({_PROJECTION: text}, params.get("ExpressionAttributeNames"), None)
    paths = bind_paths(params, given)
    given.check_used()
    key = read_attributes(params["Key"])
    check_key(table, key)
    return key, paths


def get_requirement(ctx: CallContext, params: Params, enclosing: str | None = None) -> Requirement:
    """What reading one item requires. # sar:dynamodb §GetItem"""
    table = known_table(ctx, params["TableName"])
    if table is None:
        return no_such_table(ctx, "GetItem", params["TableName"])
    key, paths = bind_get(table, params)
    keys = request_keys(
        layout=table.layout,
        leading=(key,),
        attributes=(*key, *(path.top for path in paths or ())),
        select="ALL_ATTRIBUTES" if paths is None else "SPECIFIC_ATTRIBUTES",
        enclosing=enclosing,
        sent={"ReturnConsumedCapacity": params.get("ReturnConsumedCapacity")},
    )
    return requirement(ctx, "GetItem", table.arn, keys)


@validated
def _on_read(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    return (get_requirement(ctx, params),)


@operation("dynamodb:GetItem", requires=_on_read, reads_only=True)
@validated
def get_item(
    ctx: CallContext,
    *,
    TableName: str,
    Key: Mapping[str, Any],
    ConsistentRead: bool = False,
    ProjectionExpression: str | None = None,
    AttributesToGet: Sequence[str] | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ReturnConsumedCapacity: str | None = None,
) -> dict[str, Any]:
    """One item by its key; without `Item` where there is none. # ddb:GetItem"""
    table = table_of(ctx, TableName)
    key, paths = bind_get(table, ctx.call.params)
    item = ctx.world.items_of(table).get(table, key)
    units = read_units(item.size if item is not None else 0, consistent=ConsistentRead)
    answer = consumed(ReturnConsumedCapacity, table, units)
    if item is not None:
        answer["Item"] = write_attributes(item.attributes if paths is None else picked(item.attributes, paths))
    return answer


def write_requirement(
    ctx: CallContext,
    kind: str,
    params: Params,
    *,
    enclosing: str | None = None,
    sent: Mapping[str, str | None] | None = None,
) -> Requirement:
    """What writing or checking one item requires: the action of its kind, whatever request it stands in."""
    action = "ConditionCheckItem" if kind == "ConditionCheck" else f"{kind}Item"
    table = known_table(ctx, params["TableName"])
    if table is None:
        return no_such_table(ctx, action, params["TableName"])
    write = bind_write(kind, table, params)
    names = ("ReturnValues", "ReturnConsumedCapacity")
    keys = request_keys(
        layout=table.layout,
        leading=(write.key,),
        attributes=write.names,
        enclosing=enclosing,
        sent={name: params.get(name) for name in names} if sent is None else sent,
    )
    return requirement(ctx, action, table.arn, keys)


def _on_write(kind: str) -> Callable[[CallContext, Params], tuple[Requirement, ...]]:
    @validated
    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (write_requirement(ctx, kind, params),)

    return requires


def perform(ctx: CallContext, write: Write) -> Change:
    """Write the item, or raise ConditionalCheckFailedException. # ddb:condition-expressions"""
    held = ctx.world.items_of(write.table)
    change = change_of(write, held)
    if not change.passed:
        shown = ctx.call.params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and change.before is not None
        members = {"Item": write_attributes(change.before.attributes)} if shown and change.before else {}
        raise AwsError("ConditionalCheckFailedException", FAILED, **members)
    keep_items(ctx, write.table.arn, applied(write, change, held))
    return change


def _answer(ctx: CallContext, write: Write, change: Change, returned: Attributes | None) -> dict[str, Any]:
    """What a write answers: attributes where they were asked for and are there, capacity, collections."""
    params = ctx.call.params
    answer = {"Attributes": write_attributes(returned)} if returned else {}
    answer |= written(params.get("ReturnConsumedCapacity"), write, change)
    return answer | collection(params.get("ReturnItemCollectionMetrics"), write, ctx.world.items_of(write.table))


def _old_only(returned: str | None) -> None:
    """Writes of whole items return the old one or nothing."""
    if returned not in (None, "NONE", "ALL_OLD"):
        raise AwsError("ValidationException", "Return values set to invalid value")


@operation("dynamodb:PutItem", requires=_on_write("Put"))
@validated
def put_item(
    ctx: CallContext,
    *,
    TableName: str,
    Item: Mapping[str, Any],
    ConditionExpression: str | None = None,
    Expected: Mapping[str, Any] | None = None,
    ConditionalOperator: str | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ExpressionAttributeValues: Mapping[str, Any] | None = None,
    ReturnValues: str | None = None,
    ReturnConsumedCapacity: str | None = None,
    ReturnItemCollectionMetrics: str | None = None,
    ReturnValuesOnConditionCheckFailure: str | None = None,
) -> dict[str, Any]:
    """Write an item in place of the one with its key. # ddb:PutItem"""
    _old_only(ReturnValues)
    write = bind_write("Put", table_of(ctx, TableName), ctx.call.params)
    change = perform(ctx, write)
    return _answer(ctx, write, change, _returned(ReturnValues, write, change))


@operation("dynamodb:DeleteItem", requires=_on_write("Delete"))
@validated
def delete_item(
    ctx: CallContext,
    *,
    TableName: str,
    Key: Mapping[str, Any],
    ConditionExpression: str | None = None,
    Expected: Mapping[str, Any] | None = None,
    ConditionalOperator: str | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ExpressionAttributeValues: Mapping[str, Any] | None = None,
    ReturnValues: str | None = None,
    ReturnConsumedCapacity: str | None = None,
    ReturnItemCollectionMetrics: str | None = None,
    ReturnValuesOnConditionCheckFailure: str | None = None,
) -> dict[str, Any]:
    """Delete an item; one that is not there is deleted as well, unless a condition asks for it. # ddb:DeleteItem"""
    _old_only(ReturnValues)
    write = bind_write("Delete", table_of(ctx, TableName), ctx.call.params)
    change = perform(ctx, write)
    return _answer(ctx, write, change, _returned(ReturnValues, write, change))


@operation("dynamodb:UpdateItem", requires=_on_write("Update"))
@validated
def update_item(
    ctx: CallContext,
    *,
    TableName: str,
    Key: Mapping[str, Any],
    UpdateExpression: str | None = None,
    AttributeUpdates: Mapping[str, Any] | None = None,
    ConditionExpression: str | None = None,
    Expected: Mapping[str, Any] | None = None,
    ConditionalOperator: str | None = None,
    ExpressionAttributeNames: Mapping[str, str] | None = None,
    ExpressionAttributeValues: Mapping[str, Any] | None = None,
    ReturnValues: str | None = None,
    ReturnConsumedCapacity: str | None = None,
    ReturnItemCollectionMetrics: str | None = None,
    ReturnValuesOnConditionCheckFailure: str | None = None,
) -> dict[str, Any]:
    """Change an item, or make one of the key and what the update sets. # ddb:UpdateItem"""
    write = bind_write("Update", table_of(ctx, TableName), ctx.call.params)
    change = perform(ctx, write)
    return _answer(ctx, write, change, _returned(ReturnValues, write, change))


def _returned(asked: str | None, write: Write, change: Change) -> Attributes | None:
    """The attributes of ReturnValues: of the item before or after, all of them or those that the update names."""
    if asked in (None, "NONE"):
        return None
    item = change.before if asked.endswith("OLD") else change.after
    if item is None:
        return None
    return item.attributes if asked.startswith("ALL") else picked(item.attributes, _written(write))


def _written(write: Write) -> tuple[Path, ...]:
    return tuple(action.path for action in write.actions)
