"""The items that a request to DynamoDB names, and what came of each: answered, refused, or neither.

A request that names a key is answered about it also where nothing comes back: an empty page, a condition that holds or
fails, an update that cannot be applied to what is there all tell whether there is an item, and something of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from cogsim.analysis.leak import Exchange, Kind, Owners, Touched
from cogsim.decisions.dynamodb_reads import bind_query
from cogsim.decisions.dynamodb_selections import bound_selection
from cogsim.decisions.dynamodb_statements import bind_statement, bound_write
from cogsim.decisions.dynamodb_writes import Write, bind_write, change_of
from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, read_attributes
from cogsim.world.table import Table

_Params = Mapping[str, Any]

#: Refusals that a caller gets who was allowed to ask.
_TELLING = ("ConditionalCheckFailedException", "ConditionalCheckFailed", "DuplicateItemException", "DuplicateItem")
_CANCELLED = "TransactionCanceledException"
#: How a request ends that was not understood, whole or in a part; also an update that does not fit its item.
_INVALID = ("ValidationException", "ValidationError")
_DENIED = ("AccessDenied", "AccessDeniedException")
_STATEMENT = "ExecuteStatement"
#: What reading a request raises that was refused because it cannot be read.
_UNREADABLE = (InvalidValue, NotModelled, KeyError, TypeError, ValueError, AttributeError)


@dataclass(frozen=True, slots=True)
class Part:
    """A single request, or one of those that a request is made of, named as in a transaction (`Get`, `Put`…) or as the
    operation; `shown` is the item that a failed condition gave back."""

    operation: str
    params: _Params = field(repr=False)
    answered: bool = False
    refused: bool = False
    shown: _Params | None = field(default=None, repr=False)


def named_items(exchange: Exchange, owners: Owners) -> Iterator[tuple[Part, Touched]]:
    """Every item, or partition, that the request names, with the part that names it; none for what reads everything."""
    with suppress(*_UNREADABLE):
        for part in _parts(exchange):
            with suppress(*_UNREADABLE):
                for table, key in _keys(exchange, part):
                    yield part, known_item(exchange, owners, table, key, Kind.CONTENT if part.shown else Kind.PRESENCE)


def known_item(exchange: Exchange, owners: Owners, table: Table, told: Attributes, kind: Kind) -> Touched:
    """The item that `told` is a part of, its key at least."""
    key: Attributes = Map({name: told[name] for name in table.key_names if name in told})
    held = None if len(key) < len(table.key_names) else exchange.before.items_of(table).get(table, key)
    owner = owners.of_item(table, held.attributes if held is not None else told)
    return Touched(item_name(table, told), (owner,) if owner is not None else (), kind)


def item_name(table: Table, told: Attributes) -> str:
    """An item as a table shows it: the table's name and the key, or all that is told where that holds no key."""
    names = [name for name in table.key_names if name in told] or sorted(told)
    return f"{table.name}[{', '.join(f'{name} {told[name].held}' for name in names)}]"


def table_named(exchange: Exchange, name: str) -> Table | None:
    """The table of that name or ARN, from where the call was made."""
    arn = f"arn:{exchange.partition}:dynamodb:{exchange.region}:{exchange.account}:table/{name}"
    return exchange.before.tables.get(name if name.startswith("arn:") else arn)


# The parts, and what came of them


def _parts(exchange: Exchange) -> list[Part]:
    parts = [Part(operation, params) for operation, params in _single(exchange.operation, exchange.params)]
    if exchange.error is None:
        shown = _responses(exchange)
        return [_ended(part, (shown[number] or {}).get("Error")) for number, part in enumerate(parts)]
    if exchange.error in _DENIED:
        return [replace(part, refused=True) for part in parts]
    if exchange.error == _CANCELLED:
        reasons = exchange.error_members.get("CancellationReasons") or ()
        tried = any(reason.get("Code") in _TELLING for reason in reasons)
        if tried or any(_unfit(exchange, part) for part in parts):  # then every part was looked at
            items = [reason.get("Item") for reason in reasons]
            return [replace(part, answered=True, shown=item) for part, item in zip(parts, items, strict=True)]
        return parts
    return [_ended(part, {"Code": exchange.error, **exchange.error_members}, exchange) for part in parts]


def _responses(exchange: Exchange) -> list[_Params]:
    """What stands for each part in the answer; only statements of a batch can fail by themselves."""
    if exchange.operation == "BatchExecuteStatement":
        return list((exchange.response or {})["Responses"])
    return [{} for _ in _single(exchange.operation, exchange.params)]


def _ended(part: Part, error: _Params | None, exchange: Exchange | None = None) -> Part:
    """The part with what its error says; without one it was answered."""
    code = error.get("Code") if error is not None else None
    told = code in (None, *_TELLING) or (code in _INVALID and exchange is not None and _unfit(exchange, part))
    return replace(part, answered=told, refused=code in _DENIED, shown=(error or {}).get("Item"))


def _unfit(exchange: Exchange, part: Part) -> bool:
    """Whether the request is sound, and its update cannot be applied to the item as it is."""
    with suppress(*_UNREADABLE):
        write = _write(exchange, part)
        if write is not None:
            try:
                change_of(write, exchange.before.items_of(write.table))
            except InvalidValue:
                return True
    return False


def _write(exchange: Exchange, part: Part) -> Write | None:
    if part.operation == _STATEMENT:
        bound = bind_statement(part.params["Statement"], part.params.get("Parameters"))
        table = table_named(exchange, bound.table_name)
        return bound_write(bound, table) if table is not None and bound.kind == "Update" else None
    table = table_named(exchange, part.params["TableName"])
    named = part.operation.removesuffix("Item")
    return bind_write(named, table, part.params) if table is not None and named == "Update" else None


# What a request is about


def _single(operation: str, params: _Params) -> Iterator[tuple[str, _Params]]:
    """The single requests that a request is made of."""
    if operation in ("TransactWriteItems", "TransactGetItems"):
        for each in params["TransactItems"]:
            yield from ((kind, held) for kind, held in each.items() if held is not None)
    elif operation in ("ExecuteTransaction", "BatchExecuteStatement"):
        member = "TransactStatements" if operation == "ExecuteTransaction" else "Statements"
        yield from ((_STATEMENT, each) for each in params[member])
    elif operation == "BatchGetItem":
        for name in sorted(params["RequestItems"]):
            yield from (("Get", {"TableName": name, "Key": key}) for key in params["RequestItems"][name]["Keys"])
    elif operation == "BatchWriteItem":
        for name in sorted(params["RequestItems"]):
            for each in params["RequestItems"][name]:
                yield "Write", {"TableName": name, **(each.get("PutRequest") or each.get("DeleteRequest") or {})}
    else:
        yield operation, params


def _keys(exchange: Exchange, part: Part) -> Iterator[tuple[Table, Attributes]]:
    """The table and the keys, or partitions, that the part names."""
    if part.operation == _STATEMENT:
        bound = bind_statement(part.params["Statement"], part.params.get("Parameters"))
        table = table_named(exchange, bound.table_name)
        if table is not None:
            select = bound.kind == "Select"
            keys = bound_selection(bound, table, None).leading if select else (bound_write(bound, table).key,)
            yield from ((table, key) for key in keys)
        return
    table = table_named(exchange, part.params.get("TableName", ""))
    told = part.params.get("Key") or part.params.get("Item")
    if table is not None and (told is not None or part.operation == "Query"):
        yield table, read_attributes(told) if told is not None else bind_query(table, part.params).leading
