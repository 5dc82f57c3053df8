"""What an answer of DynamoDB gives away of items: attributes, keys, and that there are any.

An answer need not hold what tells the owner: it may project other attributes, come from an index, or only count. So
what was read is read again, whole, in the world as it was, by the functions that answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.analysis.named_items import item_name, known_item, table_named
from cogsim.decisions.dynamodb_reads import Reading, bind_query, bind_scan, page_of
from cogsim.decisions.dynamodb_selections import bound_selection
from cogsim.decisions.dynamodb_statements import Bound, bind_statement, bound_write
from cogsim.world.attribute_value import Attributes, read_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import Item, TableItems, place

_Params = Mapping[str, Any]
#: What a table that is not there holds.
_NONE = TableItems()


def read_items(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The items that the answer tells of."""
    reader = _READERS.get(exchange.operation)
    if reader is not None and exchange.response is not None:
        yield from reader(exchange, owners, exchange.params, exchange.response)


def _kind_of(table: Table, index: str | None, shown: _Params) -> Kind:
    """Keys alone are names; everything else is content."""
    keys = {*table.key_names, *table.layout_of(index).names}
    return Kind.NAME if set(shown) <= keys else Kind.CONTENT


# Reads of single items


def _gotten(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    table = table_named(exchange, params["TableName"])
    if table is not None and answer.get("Item") is not None:
        shown = answer["Item"]
        yield known_item(exchange, owners, table, read_attributes(params["Key"]), _kind_of(table, None, shown))


def _gotten_in_batch(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    """A batch answers in the order of its keys, without those that are not there or not done."""
    for name in sorted(params["RequestItems"]):
        table, asked = table_named(exchange, name), params["RequestItems"][name]
        if table is None:
            continue
        left = [read_attributes(each) for each in answer.get("UnprocessedKeys", {}).get(name, {}).get("Keys", ())]
        keys = [key for key in map(read_attributes, asked["Keys"]) if key not in left]
        found = [key for key in keys if exchange.before.items_of(table).get(table, key) is not None]
        for key, shown in zip(found, answer["Responses"].get(name, ()), strict=True):
            yield known_item(exchange, owners, table, key, _kind_of(table, None, shown))


def _gotten_together(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    for each, shown in zip(params["TransactItems"], answer.get("Responses", ()), strict=True):
        yield from _gotten(exchange, owners, each["Get"], shown)


# Queries and scans


def _searched(bind: Callable[[Table, _Params], Reading]) -> Callable[..., Iterator[Touched]]:
    def read(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
        table = table_named(exchange, params["TableName"])
        if table is not None:
            reading = bind(table, params)
            shown = answer.get("Items")
            yield from _page(exchange, owners, reading, shown if shown is not None else None)
            yield from _last(exchange, owners, table, answer)

    return read


def _page(exchange: Exchange, owners: Owners, reading: Reading, shown: Sequence[_Params] | None) -> Iterator[Touched]:
    """The items of a page, read again with all their attributes. Those that a filter kept back, or of which only the
    number is given, are counted: whoever chooses the filter learns by it what they hold."""
    table, items = reading.table, exchange.before.items_of(reading.table)
    if shown is not None:
        page = page_of(replace(reading, paths=None), items)
        for told, given in zip(page.items, shown, strict=True):
            yield known_item(exchange, owners, table, told, _kind_of(table, reading.index, given))
    if shown is None or reading.filter is not None:
        counted = page_of(replace(reading, paths=None, filter=None), items)
        for told in counted.items:
            yield known_item(exchange, owners, table, told, Kind.COUNT)


def _last(exchange: Exchange, owners: Owners, table: Table, answer: _Params) -> Iterator[Touched]:
    """The key that a page ended with is told, whether a filter let its item through or not."""
    if answer.get("LastEvaluatedKey") is not None:
        yield known_item(exchange, owners, table, read_attributes(answer["LastEvaluatedKey"]), Kind.NAME)


# Statements


def _stated(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    """A statement that selects, or gives back what it wrote over."""
    bound = bind_statement(params["Statement"], params.get("Parameters"))
    table = table_named(exchange, bound.table_name)
    if table is None:
        return
    shown = answer.get("Items", [answer["Item"]] if answer.get("Item") is not None else [])
    if bound.kind != "Select":
        yield from _returned(exchange, owners, table, bound_write(bound, table).key, shown)
        return
    told = list(_selected(exchange, bound, table, params))
    for each, attributes in zip(told, shown, strict=False):
        yield known_item(exchange, owners, table, each, _kind_of(table, bound.index, attributes))
    yield from _last(exchange, owners, table, answer)


def _selected(exchange: Exchange, bound: Bound, table: Table, params: _Params) -> Iterator[Attributes]:
    """The items of a SELECT from where its token says, in their order: the answer has the first of them."""
    selection = bound_selection(bound, table, None)
    first, start = selection.start(params.get("NextToken"))
    for number in range(first, len(selection.readings)):
        while True:
            page = page_of(selection.ahead(number, start), exchange.before.items_of(table))
            yield from page.items
            if page.last is None:
                break
            start = place(table.layout_of(bound.index), page.last) or ""
        start = ""


def _stated_each(member: str) -> Callable[..., Iterator[Touched]]:
    def read(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
        for each, shown in zip(params[member], answer.get("Responses", ()), strict=False):
            if "Error" not in shown:  # of a batch each statement is refused by itself
                yield from _stated(exchange, owners, each, shown)

    return read


# Writes, for what they give back


def _wrote(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    table = table_named(exchange, params["TableName"])
    if table is not None and answer.get("Attributes"):
        told = read_attributes(params.get("Key") or params["Item"])
        yield from _returned(exchange, owners, table, told, [answer["Attributes"]])


def _returned(
    exchange: Exchange, owners: Owners, table: Table, key: Attributes, shown: Sequence[_Params]
) -> Iterator[Touched]:
    for each in shown:
        yield known_item(exchange, owners, table, key, _kind_of(table, None, each))


def changed_items(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The items that stand otherwise than before the call, whatever the operation was called."""
    if exchange.before.items is exchange.after.items:
        return
    for arn in owners.tables:
        old, new = exchange.before.items.get(arn, _NONE), exchange.after.items.get(arn, _NONE)
        table = exchange.before.tables.get(arn) or exchange.after.tables.get(arn)
        if old is not new and table is not None:
            for at in old.primary.differing(new.primary):
                yield _change(owners, table, old.primary.get(at), new.primary.get(at))


def _change(owners: Owners, table: Table, *held: Item | None) -> Touched:
    there = [each.attributes for each in held if each is not None]
    found = (owners.of_item(table, each) for each in there)
    whose = tuple(dict.fromkeys(who for who in found if who is not None))
    return Touched(item_name(table, there[0]), whose, Kind.CHANGE)


_READERS: Mapping[str, Callable[..., Iterator[Touched]]] = {
    "GetItem": _gotten,
    "BatchGetItem": _gotten_in_batch,
    "TransactGetItems": _gotten_together,
    "Query": _searched(bind_query),
    "Scan": _searched(bind_scan),
    "ExecuteStatement": _stated,
    "ExecuteTransaction": _stated_each("TransactStatements"),
    "BatchExecuteStatement": _stated_each("Statements"),
    "PutItem": _wrote,
    "UpdateItem": _wrote,
    "DeleteItem": _wrote,
}
