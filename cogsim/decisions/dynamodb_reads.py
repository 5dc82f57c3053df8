"""What a query or a scan reads: the range of places, the attributes that come back, and where a page goes on.

1. An index gives what it holds. A global one cannot be asked for more, a local one fetches the rest from the table.
2. A filter names no key of what it filters: keys belong to the key condition. # ddb:query
3. A page ends after a number of items, or before the one that would make it larger than a megabyte; both count what was
   looked at, not what the filter let through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.decisions.dynamodb_expressions.attribute_names import attribute_names
from cogsim.decisions.dynamodb_expressions.conditions import bind_condition, holds
from cogsim.decisions.dynamodb_expressions.documents import picked
from cogsim.decisions.dynamodb_expressions.key_conditions import KIND as KEY_CONDITION
from cogsim.decisions.dynamodb_expressions.key_conditions import bind_key_condition, key_range
from cogsim.decisions.dynamodb_expressions.legacy import (
    KEY_CONDITIONS,
    OPERATOR,
    check_language,
    legacy_condition,
    legacy_key_conditions,
)
from cogsim.decisions.dynamodb_expressions.placeholders import Placeholders, placeholders
from cogsim.decisions.dynamodb_expressions.projections import bind_projection
from cogsim.decisions.dynamodb_expressions.tree import Node, Path
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, attributes_size, read_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import Item, TableItems, between, partition_text, place, segment_bounds
from cogsim.world.table_keys import check_key_values

#: Bytes that a page may hold. # ddb:query §pagination
PAGE = 1024 * 1024

_FILTER, _PROJECTION = "FilterExpression", "ProjectionExpression"
_INVALID = "One or more parameter values were invalid: "
_BAD_START = "The provided starting key is invalid"


@dataclass(frozen=True, slots=True)
class Reading:
    """A query or a scan, bound to its table. `leading` is the partition that a query names, empty for a scan; `names`
    are the attributes that the request names; `paths` what is to come back, None for all there is."""

    table: Table
    index: str | None
    low: str
    high: str
    forward: bool = True
    filter: Node | None = None
    paths: tuple[Path, ...] | None = None
    select: str = "ALL_ATTRIBUTES"
    limit: int | None = None
    leading: Attributes = field(default_factory=Map)
    names: frozenset[str] = frozenset()

    @property
    def fetches(self) -> bool:
        """Whether a local index has to look up in the table what it does not hold."""
        if self.index is None or self.table.indexes[self.index].is_global or self.select == "COUNT":
            return False
        held = self.table.projected(self.index)
        asked = None if self.paths is None else frozenset(path.top for path in self.paths)
        everything = self.select == "ALL_ATTRIBUTES"
        return held is not None and (everything or (asked is not None and not asked <= held))


@dataclass(frozen=True, slots=True)
class Page:
    """What one request read: the items that came through, how many were looked at and their bytes, and the key after
    which the next page begins, None at the end. `fetched` are bytes that a local index looked up in the table."""

    items: tuple[Attributes, ...]
    scanned: int
    size: int
    last: Attributes | None
    fetched: int = 0


def bind_query(table: Table, params: Mapping[str, Any]) -> Reading:
    """A Query's members."""
    check_language(
        params, (_PROJECTION, _FILTER, KEY_CONDITION), ("AttributesToGet", "QueryFilter", OPERATOR, KEY_CONDITIONS)
    )
    text = params.get(KEY_CONDITION)
    if text is None and params.get(KEY_CONDITIONS) is None:
        raise InvalidValue(
            "", "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
        )
    given = _placeholders(params, KEY_CONDITION)
    layout = table.layout_of(_index(table, params))
    conditions = bind_key_condition(text, given) if text is not None else legacy_key_conditions(params[KEY_CONDITIONS])
    reading, ask = _bound(table, params, given, searched=True)
    given.check_used()
    found = key_range(table, layout, conditions)
    if ask is not None:
        _check_filter(table, reading.index, ask, "QueryFilter" if params.get("QueryFilter") else "Filter Expression")
    forward = params.get("ScanIndexForward") is not False
    low, high = _after(params, reading, found.low, found.high, forward)
    named = frozenset(condition.name for condition in conditions) | reading.names
    return Reading(
        *(table, reading.index, low, high, forward, ask, reading.paths, reading.select, reading.limit),
        leading=found.partition,
        names=named,
    )


def bind_scan(table: Table, params: Mapping[str, Any]) -> Reading:
    """A Scan's members."""
    check_language(params, (_PROJECTION, _FILTER), ("AttributesToGet", "ScanFilter", OPERATOR))
    given = _placeholders(params)
    low, high = _segment(params)
    reading, ask = _bound(table, params, given, searched=False)
    given.check_used()
    low, high = _after(params, reading, low, high, True)
    return Reading(
        *(table, reading.index, low, high, True, ask, reading.paths, reading.select, reading.limit),
        names=reading.names,
    )


def _placeholders(params: Mapping[str, Any], *more: str) -> Placeholders:
    texts = {name: params.get(name) for name in (_FILTER, _PROJECTION, *more)}
    return placeholders(texts, params.get("ExpressionAttributeNames"), params.get("ExpressionAttributeValues"))


def _index(table: Table, params: Mapping[str, Any]) -> str | None:
    name = params.get("IndexName")
    if name is not None and name not in table.indexes:
        raise InvalidValue("", f"The table does not have the specified index: {name}")
    if name is not None and params.get("ConsistentRead") and table.indexes[name].is_global:
        raise InvalidValue("", "Consistent reads are not supported on global secondary indexes")
    return name


def _bound(
    table: Table, params: Mapping[str, Any], given: Placeholders, *, searched: bool
) -> tuple[Reading, Node | None]:
    """What queries and scans have in common, and the filter."""
    index = _index(table, params)
    text = params.get(_FILTER)
    older = legacy_condition(params, "QueryFilter" if searched else "ScanFilter")
    ask = bind_condition(_FILTER, text, given) if text is not None else older
    paths = bind_paths(params, given)
    select = selected(params, index, paths, searched=searched)
    named = attribute_names(ask) | frozenset(path.top for path in paths or ())
    _check_projected(table, index, select, paths, ask)
    exact = paths if select != "COUNT" else None
    return Reading(table, index, "", "", paths=exact, select=select, limit=params.get("Limit"), names=named), ask


def bind_paths(params: Mapping[str, Any], given: Placeholders) -> tuple[Path, ...] | None:
    """The attributes that the request asks for, by projection or by the older list; None for all."""
    check_language(params, (_PROJECTION,), ("AttributesToGet",))
    text, names = params.get(_PROJECTION), params.get("AttributesToGet")
    if names is not None:
        if len(set(names)) != len(names):
            raise InvalidValue("", f"{_INVALID}Duplicate value in attribute name: {_repeated(names)}")
        return tuple(Path((name,)) for name in names)
    return None if text is None else bind_projection(_PROJECTION, text, given)


def _repeated(names: list[str]) -> str:
    return next(name for number, name in enumerate(names) if name in names[:number])


def selected(params: Mapping[str, Any], index: str | None, paths: tuple[Path, ...] | None, *, searched: bool) -> str:
    """What the request selects, said or not. # ddb:Query §select"""
    stated: str | None = params.get("Select")
    if stated is None:
        if paths is not None:
            return "SPECIFIC_ATTRIBUTES"
        return "ALL_ATTRIBUTES" if index is None else "ALL_PROJECTED_ATTRIBUTES"
    if stated == "SPECIFIC_ATTRIBUTES" and paths is None:
        raise InvalidValue(
            "", "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
        )
    if stated != "SPECIFIC_ATTRIBUTES" and paths is not None:
        what = "only the Count" if stated == "COUNT" else stated
        member = _PROJECTION if params.get(_PROJECTION) is not None else "AttributesToGet"
        raise InvalidValue("", f"Cannot specify the {member} when choosing to get {what}")
    if stated == "ALL_PROJECTED_ATTRIBUTES" and index is None:
        word = "Querying" if searched else "Scanning"
        raise InvalidValue("", f"ALL_PROJECTED_ATTRIBUTES can be used only when {word} using an IndexName")
    return stated


def _check_projected(
    table: Table, index: str | None, select: str, paths: tuple[Path, ...] | None, ask: Node | None
) -> None:
    """A global index is asked for nothing that it does not hold. # ddb:gsi"""
    held = table.projected(index) if index is not None else None
    if index is None or held is None or not table.indexes[index].is_global:
        return
    if select == "ALL_ATTRIBUTES":
        raise InvalidValue(
            "",
            f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index {index} because its "
            "projection type is not ALL",
        )
    absent = sorted({path.top for path in paths or ()} - held)
    if absent:
        raise InvalidValue("", f"{_INVALID}Global secondary index {index} does not project [{', '.join(absent)}]")
    unknown = sorted(attribute_names(ask) - held)
    if unknown:
        raise InvalidValue(
            "",
            f"{_INVALID}Global secondary index {index} does not project one or more filter attributes: "
            f"[{', '.join(unknown)}]",
        )


def _check_filter(table: Table, index: str | None, ask: Node, stated: str) -> None:
    layout = table.layout_of(index)
    keys = sorted(attribute_names(ask) & {*layout.partition, *layout.sort})
    if keys:
        raise InvalidValue(
            "", f"{stated} can only contain non-primary key attributes: Primary key attribute: {keys[0]}"
        )


def _segment(params: Mapping[str, Any]) -> tuple[str, str]:
    """The part of the table that one of several scans at once reads; all of it for one alone."""
    segment, total = params.get("Segment"), params.get("TotalSegments")
    if total is None and segment is not None:
        raise InvalidValue(
            "",
            "The TotalSegments parameter is required but was not present in the request when Segment parameter is "
            "present",
        )
    if segment is None and total is not None:
        raise InvalidValue(
            "",
            "The Segment parameter is required but was not present in the request when parameter TotalSegments is "
            "present",
        )
    if segment is None or total is None:
        return segment_bounds(0, 1)
    if segment >= total:
        raise InvalidValue(
            "",
            f"The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: {segment} is "
            f"not less than TotalSegments: {total}",
        )
    return segment_bounds(segment, total)


def _after(params: Mapping[str, Any], reading: Reading, low: str, high: str, forward: bool) -> tuple[str, str]:
    """The range that is left behind the key that the last page ended with."""
    raw = params.get("ExclusiveStartKey")
    if raw is None:
        return low, high
    at, partition = _start(reading, raw)
    if low <= at < high:
        return (f"{at}\0", high) if forward else (low, at)
    segment = params.get("Segment")
    if segment is not None:
        raise InvalidValue(
            "",
            f"{_BAD_START}: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct Segment. "
            f"TotalSegments: {params['TotalSegments']} Segment: {segment}",
        )
    if low.startswith(partition):
        raise InvalidValue("", "The provided starting key does not match the range key predicate")
    raise InvalidValue("", "The provided starting key is outside query boundaries based on provided conditions")


def _start(reading: Reading, raw: Mapping[str, Any]) -> tuple[str, str]:
    """The place of a starting key, and what the places of its partition begin with."""
    table, layout = reading.table, reading.table.layout_of(reading.index)
    try:
        start = read_attributes(raw)
        fits = set(start) == set(layout.names)
        if not fits or any(start[name].kind != table.type_of(name) for name in layout.names):
            raise InvalidValue("", "The provided key element does not match the schema")
        check_key_values(table, start)
    except InvalidValue as error:
        raise InvalidValue("", f"{_BAD_START}: {error.rule}") from None
    at = place(layout, start)
    assert at is not None
    return at, partition_text(start[name] for name in layout.partition)


# Reading


def page_of(reading: Reading, held: TableItems) -> Page:
    """The page that the request reads."""
    table, layout = reading.table, reading.table.layout_of(reading.index)
    names = table.projected(reading.index) if reading.index is not None else None
    found: list[Attributes] = []
    scanned = size = fetched = 0
    last: Item | None = None
    for item in _items(reading, held):
        shown = item.attributes if names is None else _only(item.attributes, names)
        bytes_read = item.size if names is None else attributes_size(shown)
        if scanned and size + bytes_read > PAGE:
            break
        scanned, size, last = scanned + 1, size + bytes_read, item
        whole = item.attributes if reading.fetches else shown
        fetched += item.size if reading.fetches else 0
        if reading.filter is None or holds(reading.filter, whole):
            found.append(whole if reading.paths is None else picked(whole, reading.paths))
        if scanned == reading.limit:
            break
    else:
        last = None
    key = None if last is None else _only(last.attributes, frozenset(layout.names))
    return Page(tuple(found), scanned, size, key, fetched)


def _items(reading: Reading, held: TableItems) -> Iterator[Item]:
    found = between(held.held_by(reading.index), reading.low, reading.high, forward=reading.forward)
    return (item for _, item in found)


def _only(attributes: Attributes, names: frozenset[str]) -> Attributes:
    return Map({name: attributes[name] for name in names if name in attributes})
