"""BatchGetItem and BatchWriteItem: many items, each table a request of its own before the policies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
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
from cogsim.aws.services.dynamodb.capacity import capacity, collection
from cogsim.aws.services.dynamodb.items import bind_get
from cogsim.decisions.dynamodb_capacity import read_units, written_units
from cogsim.decisions.dynamodb_expressions.documents import picked
from cogsim.decisions.dynamodb_expressions.tree import Path
from cogsim.decisions.dynamodb_request_keys import request_keys
from cogsim.decisions.dynamodb_writes import Write, applied, bind_write, change_of
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.attribute_value import Attributes, write_attributes
from cogsim.world.table import Table

#: # ddb:constraints §batch
_MOST_KEYS, _MOST_WRITES, _LARGEST_ANSWER = 100, 25, 16 * 1024 * 1024
_DUPLICATES = "Provided list of item keys contains duplicates"


@dataclass(frozen=True, slots=True)
class _TableRead:
    """What a batch reads of one table: the table as it was named, its keys in order, what of each is to come back."""

    name: str
    table: Table
    keys: tuple[Attributes, ...]
    raw: tuple[Mapping[str, Any], ...]
    paths: tuple[Path, ...] | None
    consistent: bool


def _table_read(name: str, table: Table, params: Params) -> _TableRead:
    bound = [bind_get(table, {**params, "Key": key}) for key in params["Keys"]]
    keys = tuple(key for key, _ in bound)
    if len(set(keys)) != len(keys):
        raise InvalidValue("", _DUPLICATES)
    return _TableRead(name, table, keys, tuple(params["Keys"]), bound[0][1], bool(params.get("ConsistentRead")))


@validated
def _on_batch_get(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The action on each table, with the keys of all its items. # ddb:fgac"""
    asked = params["RequestItems"]
    if not asked:
        raise InvalidValue("", "The requestItems parameter is required for BatchGetItem")
    if sum(len(each["Keys"]) for each in asked.values()) > _MOST_KEYS:
        raise InvalidValue("", "Too many items requested for the BatchGetItem call")
    return tuple(_get_requirement(ctx, name, asked[name]) for name in sorted(asked))


def _get_requirement(ctx: CallContext, name: str, asked: Params) -> Requirement:
    table = known_table(ctx, name)
    if table is None:
        return no_such_table(ctx, "BatchGetItem", name)
    read = _table_read(name, table, asked)
    keys = request_keys(
        layout=table.layout,
        leading=read.keys,
        attributes=(*table.key_names, *(path.top for path in read.paths or ())),
        select="ALL_ATTRIBUTES" if read.paths is None else "SPECIFIC_ATTRIBUTES",
        sent={"ReturnConsumedCapacity": ctx.call.params.get("ReturnConsumedCapacity")},
    )
    return requirement(ctx, "BatchGetItem", table.arn, keys)


@operation("dynamodb:BatchGetItem", requires=_on_batch_get, reads_only=True)
@validated
def batch_get_item(
    ctx: CallContext, *, RequestItems: Mapping[str, Params], ReturnConsumedCapacity: str | None = None
) -> dict[str, Any]:
    """Items by their keys, of several tables; what does not fit into 16 MB is left for the next request.
    # ddb:BatchGetItem"""
    responses: dict[str, list[Any]] = {}
    left: dict[str, Any] = {}
    used: list[dict[str, Any]] = []
    size = 0
    for name in sorted(RequestItems):
        read = _table_read(name, table_of(ctx, name), RequestItems[name])
        held, units = ctx.world.items_of(read.table), 0.0
        responses[name] = []
        for key, raw in zip(read.keys, read.raw, strict=True):
            item = held.get(read.table, key)
            size += item.size if item is not None else 0
            if size > _LARGEST_ANSWER:
                left.setdefault(name, {**RequestItems[name], "Keys": []})["Keys"].append(raw)
                continue
            units += read_units(item.size if item is not None else 0, consistent=read.consistent)
            if item is not None:
                shown = item.attributes if read.paths is None else picked(item.attributes, read.paths)
                responses[name].append(write_attributes(shown))
        if ReturnConsumedCapacity in ("TOTAL", "INDEXES"):
            used.append(capacity(ReturnConsumedCapacity, read.table, units, {}))
    answer: dict[str, Any] = {"Responses": responses, "UnprocessedKeys": left}
    return answer | ({"ConsumedCapacity": used} if used else {})


def _writes(name: str, table: Table, asked: Sequence[Params]) -> Iterator[Write]:
    for each in asked:
        put, delete = each.get("PutRequest"), each.get("DeleteRequest")
        if (put is None) == (delete is None):
            raise InvalidValue("", "Supplied WriteRequest must contain exactly one of PutRequest and DeleteRequest")
        yield bind_write("Put", table, put) if put is not None else bind_write("Delete", table, delete or {})


def _table_writes(name: str, table: Table, asked: Sequence[Params]) -> tuple[Write, ...]:
    writes = tuple(_writes(name, table, asked))
    if len({write.key for write in writes}) != len(writes):
        raise InvalidValue("", _DUPLICATES)
    return writes


@validated
def _on_batch_write(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """BatchWriteItem on each table, with the keys and the attributes of all its items. # ddb:fgac"""
    asked = params["RequestItems"]
    if not asked:
        raise InvalidValue("", "The batch write request list for a table cannot be null or empty")
    if sum(map(len, asked.values())) > _MOST_WRITES:
        raise InvalidValue("", "Too many items requested for the BatchWriteItem call")
    return tuple(_write_requirement(ctx, name, asked[name]) for name in sorted(asked))


def _write_requirement(ctx: CallContext, name: str, asked: Sequence[Params]) -> Requirement:
    table = known_table(ctx, name)
    if table is None:
        return no_such_table(ctx, "BatchWriteItem", name)
    writes = _table_writes(name, table, asked)
    keys = request_keys(
        layout=table.layout,
        leading=(write.key for write in writes),
        attributes=(name for write in writes for name in write.names),
        sent={"ReturnConsumedCapacity": ctx.call.params.get("ReturnConsumedCapacity")},
    )
    return requirement(ctx, "BatchWriteItem", table.arn, keys)


@operation("dynamodb:BatchWriteItem", requires=_on_batch_write)
@validated
def batch_write_item(
    ctx: CallContext,
    *,
    RequestItems: Mapping[str, Sequence[Params]],
    ReturnConsumedCapacity: str | None = None,
    ReturnItemCollectionMetrics: str | None = None,
) -> dict[str, Any]:
    """Put and delete whole items of several tables, each for itself. # ddb:BatchWriteItem"""
    bound = {name: _table_writes(name, table_of(ctx, name), RequestItems[name]) for name in sorted(RequestItems)}
    used: list[dict[str, Any]] = []
    metrics: dict[str, list[Any]] = {}
    for name, writes in bound.items():
        if not writes:
            raise AwsError("ValidationException", "The batch write request list for a table cannot be null or empty")
        table, held = writes[0].table, ctx.world.items_of(writes[0].table)
        total, indexes = 0.0, dict[str, float]()
        for write in writes:
            change = change_of(write, held)
            held = applied(write, change, held)
            units, by_index = written_units(table, change)
            total += units
            for index, more in by_index.items():
                indexes[index] = indexes.get(index, 0.0) + more
            shown = collection(ReturnItemCollectionMetrics, write, held)
            if shown:
                metrics.setdefault(name, []).append(shown["ItemCollectionMetrics"])
        keep_items(ctx, table.arn, held)
        if ReturnConsumedCapacity in ("TOTAL", "INDEXES"):
            used.append(capacity(ReturnConsumedCapacity, table, total, indexes))
    answer: dict[str, Any] = {"UnprocessedItems": {}}
    answer |= {"ConsumedCapacity": used} if used else {}
    return answer | ({"ItemCollectionMetrics": metrics} if metrics else {})
