"""What answers say of the capacity a request consumed, and of item collections."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.decisions.dynamodb_capacity import written_units
from cogsim.decisions.dynamodb_writes import Change, Write
from cogsim.world.attribute_value import write_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import TableItems, between, beyond, partition_text

_GIGABYTE = 1024**3


def consumed(
    asked: str | None, table: Table, units: float, indexes: Mapping[str, float] | None = None, **more: float
) -> dict[str, Any]:
    """ConsumedCapacity as an answer has it where it was asked for; `units` are the table's own. # ddb:capacity-units"""
    if asked not in ("TOTAL", "INDEXES"):
        return {}
    return {"ConsumedCapacity": capacity(asked, table, units, indexes or {}, **more)}


def capacity(asked: str, table: Table, units: float, indexes: Mapping[str, float], **more: float) -> dict[str, Any]:
    """One table's entry of consumed capacity."""
    entry: dict[str, Any] = {"TableName": table.name, "CapacityUnits": units + sum(indexes.values()), **more}
    if asked == "INDEXES":
        entry["Table"] = {"CapacityUnits": units}
        for member, is_global in (("GlobalSecondaryIndexes", True), ("LocalSecondaryIndexes", False)):
            shown = {
                name: {"CapacityUnits": indexes[name]}
                for name in sorted(indexes)
                if table.indexes[name].is_global == is_global
            }
            if shown:
                entry[member] = shown
    return entry


def written(asked: str | None, write: Write, change: Change) -> dict[str, Any]:
    """ConsumedCapacity of one write."""
    units, indexes = written_units(write.table, change)
    return consumed(asked, write.table, units, indexes)


def collection(asked: str | None, write: Write, held: TableItems) -> dict[str, Any]:
    """ItemCollectionMetrics of one write, which only tables with local indexes have. # ddb:item-collections"""
    if asked != "SIZE" or not _has_collections(write.table):
        return {}
    return {"ItemCollectionMetrics": collection_metrics(write, held)}


def collection_metrics(write: Write, held: TableItems) -> dict[str, Any]:
    """The partition of a write, and between how many gigabytes its items lie."""
    table = write.table
    key = {name: write.key[name] for name in table.layout.partition}
    start = partition_text(key.values())
    size = sum(item.size for _, item in between(held.primary, start, beyond(start)))
    whole = float(size // _GIGABYTE)
    names = {name: write_attributes(write.key)[name] for name in key}
    return {"ItemCollectionKey": names, "SizeEstimateRangeGB": [whole, whole + 1.0]}


def _has_collections(table: Table) -> bool:
    return any(not index.is_global for index in table.indexes.values())
