"""What an answer of DynamoDB gives away of items: attributes, keys, and that there are any.

An answer need not hold what tells the owner: it may project other attributes, come from an index, or only count. So
what was read is read again, whole, in the world as it was, by the functions that answered.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.decisions.dynamodb_reads import Reading, bind_query, bind_scan, page_of
from cogsim.decisions.dynamodb_statements import Bound, bind_statement, bound_selection, bound_write
from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, read_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import Item, place

_Params = Mapping[str, Any]


def table_named(exchange: Exchange, name: str) -> Table | None:
    """The table of that name or ARN, from where the call was made."""
    arn = f"arn:{exchange.partition}:dynamodb:{exchange.region}:{exchange.account}:table/{name}"
    return exchange.before.tables.get(name if name.startswith("arn:") else arn)


def read_items(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The items that the answer, or the refusal, tells of."""
    if exchange.response is None:
        yield from _told_by_refusal(exchange, owners)
        return
    reader = _READERS.get(exchange.operation)
    if reader is not None:
        yield from reader(exchange, owners, exchange.params, exchange.response)


def _known(exchange: Exchange, owners: Owners, table: Table, told: Attributes, kind: Kind) -> Touched:
    """The item that `told` is a part of, its key at least."""
    key: Attributes = Map({name: told[name] for name in table.key_names if name in told})
    held = None if len(key) < len(table.key_names) else exchange.before.items_of(table).get(table, key)
    owner = owners.of_item(table, held.attributes if held is not None else told)
    return Touched(item_name(table, told), (owner,) if owner is not None else (), kind)


def item_name(table: Table, told: Attributes) -> str:
    """An item as a table shows it: the table's name and the key."""
    shown = ", ".join(f"{name} {told[name].held}" for name in table.key_names if name in told)
    return f"{table.name}[{shown}]"


def _kind_of(table: Table, index: str | None, shown: _Params) -> Kind:
    """Keys alone are names; everything else is content."""
    keys = {*table.key_names, *table.layout_of(index).names}
    return Kind.NAME if set(shown) <= keys else Kind.CONTENT


# Reads of single items


def _gotten(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
    table = table_named(exchange, params["TableName"])
    if table is not None and answer.get("Item") is not None:
        shown = answer["Item"]
        yield _known(exchange, owners, table, read_attributes(params["Key"]), _kind_of(table, None, shown))


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
            yield _known(exchange, owners, table, key, _kind_of(table, None, shown))


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
    """The items of a page, read again with all their attributes; of a count only names are known."""
    table = reading.table
    page = page_of(replace(reading, paths=None), exchange.before.items_of(table))
    for number, told in enumerate(page.items):
        kind = Kind.NAME if shown is None else _kind_of(table, reading.index, shown[number])
        yield _known(exchange, owners, table, told, kind)


def _last(exchange: Exchange, owners: Owners, table: Table, answer: _Params) -> Iterator[Touched]:
    """The key that a page ended with is told, whether a filter let its item through or not."""
    if answer.get("LastEvaluatedKey") is not None:
        yield _known(exchange, owners, table, read_attributes(answer["LastEvaluatedKey"]), Kind.NAME)


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
        yield _known(exchange, owners, table, each, _kind_of(table, bound.index, attributes))
    yield from _last(exchange, owners, table, answer)


def _selected(exchange: Exchange, bound: Bound, table: Table, params: _Params) -> Iterator[Attributes]:
    """The items of a SELECT from where its token says, in their order: the answer has the first of them."""
    selection = bound_selection(bound, table, None)
    token = params.get("NextToken")
    number, start = json.loads(base64.b64decode(token)) if token else (0, "")
    for reading in selection.readings[number:]:
        while True:
            ahead = {"low": f"{start}\0"} if reading.forward else {"high": start}
            page = page_of(replace(reading, **ahead) if start else reading, exchange.before.items_of(table))
            yield from page.items
            if page.last is None:
                break
            start = place(table.layout_of(bound.index), page.last) or ""
        start = ""


def _stated_each(member: str) -> Callable[..., Iterator[Touched]]:
    def read(exchange: Exchange, owners: Owners, params: _Params, answer: _Params) -> Iterator[Touched]:
        for each, shown in zip(params[member], answer.get("Responses", ()), strict=False):
            with suppress(InvalidValue):  # of a batch each statement is refused by itself
                if "Error" not in shown:
                    yield from _stated(exchange, owners, each, shown)
                elif shown["Error"].get("Code") in _TELLING:
                    yield from _targets(exchange, owners, "ExecuteStatement", each)

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
        yield _known(exchange, owners, table, key, _kind_of(table, None, each))


#: Refusals that tell that an item is there, or is not: the caller was allowed to ask.
_TELLING = ("ConditionalCheckFailedException", "ConditionalCheckFailed", "DuplicateItemException", "DuplicateItem")


def _told_by_refusal(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """A condition that failed answers a question about the item; with the item, where that was asked for."""
    reasons = exchange.error_members.get("CancellationReasons")
    if exchange.error == "TransactionCanceledException" and isinstance(reasons, list):
        for each, reason in zip(_parts(exchange.operation, exchange.params), reasons, strict=False):
            if reason.get("Code") in _TELLING:
                kind = Kind.CONTENT if reason.get("Item") else Kind.NAME
                yield from (replace(told, kind=kind) for told in _targets(exchange, owners, *each))
    elif exchange.error in _TELLING:
        kind = Kind.CONTENT if exchange.error_members.get("Item") else Kind.NAME
        for told in _targets(exchange, owners, exchange.operation, exchange.params):
            yield replace(told, kind=kind)


# What a request is about


def _parts(operation: str, params: _Params) -> Iterator[tuple[str, _Params]]:
    """The single requests that a request is made of."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for each in params["TransactItems"]:
            yield from ((kind, held) for kind, held in each.items() if held is not None)
    elif operation in ("ExecuteTransaction", "BatchExecuteStatement"):
        member = "TransactStatements" if operation == "ExecuteTransaction" else "Statements"
        yield from (("ExecuteStatement", each) for each in params[member])
    elif operation == "BatchGetItem":
        for name in sorted(params["RequestItems"]):
            yield from (("Get", {"TableName": name, "Key": key}) for key in params["RequestItems"][name]["Keys"])
    elif operation == "BatchWriteItem":
        for name in sorted(params["RequestItems"]):
            for each in params["RequestItems"][name]:
                yield "Write", {"TableName": name, **(each.get("PutRequest") or each.get("DeleteRequest") or {})}
    else:
        yield operation, params


def asked_items(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The items, or partitions, that the request names; none for what reads everything."""
    with suppress(InvalidValue, NotModelled, KeyError):  # what cannot be read was refused for that
        for operation, params in _parts(exchange.operation, exchange.params):
            yield from _targets(exchange, owners, operation, params)


def _targets(exchange: Exchange, owners: Owners, operation: str, params: _Params) -> Iterator[Touched]:
    if operation == "ExecuteStatement":
        bound = bind_statement(params["Statement"], params.get("Parameters"))
        table = table_named(exchange, bound.table_name)
        if table is None:
            return
        select = bound.kind == "Select"
        keys = bound_selection(bound, table, None).leading if select else (bound_write(bound, table).key,)
    else:
        table = table_named(exchange, params.get("TableName", ""))
        told = params.get("Key") or params.get("Item")
        if table is None or (told is None and operation != "Query"):
            return
        keys = (read_attributes(told) if told is not None else bind_query(table, params).leading,)
    for key in keys:
        yield _known(exchange, owners, table, key, Kind.NAME)


def changed_items(exchange: Exchange, owners: Owners) -> Iterator[Touched]:
    """The items that stand otherwise than before the call, whatever the operation was called."""
    for arn in sorted({rule.store for rule in owners.rules if rule.store.startswith("arn:")}):
        old, new = exchange.before.items.get(arn), exchange.after.items.get(arn)
        table = exchange.before.tables.get(arn) or exchange.after.tables.get(arn)
        if old is new or table is None:
            continue
        was, now = (old.primary if old is not None else {}), (new.primary if new is not None else {})
        for at in sorted({*was, *now}):
            one, other = was.get(at), now.get(at)
            if one is not other and one != other:
                yield _change(owners, table, one, other)


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
