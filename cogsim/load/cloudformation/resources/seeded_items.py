"""Cogsim::Items: the items that a table begins with, written out or made by counting.

An item is written in DynamoDB's own JSON (`{pk: {S: a}}`) or plainly (`{pk: a, n: 5, tags: [x]}`). Plainly, a key is
read by the type the table gives it; of the rest, unquoted numbers are N, unquoted true and false BOOL, unquoted null
NULL, lists L, mappings M, and everything else is S.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from cogsim.errors import InputError, InvalidValue
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.counted import COUNTED, MOST_COUNTED, filled
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference, words_of
from cogsim.load.nodes import NULL_WORDS, Node, Record, Scalar, Series, kind_of
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value, read_attributes, read_value
from cogsim.world.table import Table
from cogsim.world.table_items import Item, TableItems, place, table_items
from cogsim.world.table_keys import item_of

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
#: The number of an item that is written out: nothing is filled in.
_WRITTEN_OUT = 0
_TYPES = frozenset(("S", "N", "B", "BOOL", "NULL", "L", "M", "SS", "NS", "BS"))

#: Makes the value of the item with a number.
_Maker = Callable[[int], Value]


def read_items(resource: Resource) -> Reference:
    """Items of one table: `Items` lists them, `Item` with `Count` is the pattern of many."""
    properties = resource.properties
    count, pattern = properties.number("Count", 0), properties.get("Item")
    if (count > 0) != (pattern is not None) or not 0 <= count <= MOST_COUNTED:
        raise properties.error("Count", f"is {count}: it is from 1 to {MOST_COUNTED:,}, and stands beside an Item")
    arn = _table_arn(resource)

    def change() -> None:
        draft = resource.draft
        table = draft.world.tables.get(arn)
        if table is None:
            raise properties.error("Table", f"is {properties.text('Table')!r}, which is not there")
        held = draft.world.items_of(table)
        made = list(_all(resource, table))
        _check_new(resource, table, held, made)
        draft.world = draft.world.with_items(arn, table_items(table, (*held.primary.values(), *made)))

    resource.draft.later(ATTACHMENTS, change)
    return resource.reference(resource.logical_id)


def _table_arn(resource: Resource) -> str:
    name, env = resource.properties.needed("Table"), resource.environment
    return name if name.startswith("arn:") else f"arn:{env.partition}:dynamodb:{env.region}:{env.account}:table/{name}"


def _check_new(resource: Resource, table: Table, held: TableItems, made: list[Item]) -> None:
    seen = set(held.primary)
    for item in made:
        at = place(table.layout, item.attributes)
        if at in seen:
            key = ", ".join(f"{name} {item.attributes[name].held!r}" for name in table.key_names)
            raise resource.properties.error("Items", f"holds a second item of {key}")
        seen.add(at or "")


def _all(resource: Resource, table: Table) -> Iterator[Item]:
    node = resource.properties.get("Items")
    if node is not None and not isinstance(node, Series):
        raise resource.properties.error("Items", f"is {kind_of(node)}, and must be a list")
    for each in node.items if node else ():
        yield _item(table, each, _makers(table, each), _WRITTEN_OUT)
    pattern = resource.properties.get("Item")
    if pattern is not None:
        makers = _makers(table, pattern)
        for number in range(1, resource.properties.number("Count", 0) + 1):
            yield _item(table, pattern, makers, number)


def _item(table: Table, node: Node, makers: dict[str, _Maker], number: int) -> Item:
    try:
        return item_of(table, Map({name: make(number) for name, make in makers.items()}))
    except InvalidValue as error:
        raise InputError(error.rule, node.location) from None


def _makers(table: Table, node: Node) -> dict[str, _Maker]:
    """What makes each attribute of an item."""
    if not isinstance(node, Record):
        raise node.error(f"an item is {kind_of(node)}, and must be a mapping")
    if set(node.entries) == {"Base64"} and table.key_names != ("Base64",):
        return {name: _always(value) for name, value in _encoded(node).items()}
    if all(isinstance(value, Record) and len(value.entries) == 1 and set(value.entries) <= _TYPES for _, value in node):
        return {name: _typed(value) for name, value in node}
    keys = {name: kind for name, kind in table.attribute_types.items() if _is_key(table, name)}
    return {name: _plain(value, keys.get(name)) for name, value in node}


def _always(value: Value) -> _Maker:
    return lambda _: value


def _encoded(node: Record) -> Attributes:
    """An item that is written as DynamoDB's JSON in Base64, as one with a NUL character has to be."""
    held = node.get("Base64")
    try:
        return read_attributes(_with_bytes(json.loads(base64.b64decode(_scalar_text(held or node), validate=True))))
    except InvalidValue as error:
        raise node.error(error.rule) from None
    except (ValueError, TypeError, AttributeError, RecursionError):
        raise node.error("Base64 holds no item in DynamoDB's JSON") from None


def _with_bytes(raw: Any) -> Any:
    """The wire's JSON with what is Base64 there as bytes."""
    if isinstance(raw, list):
        return [_with_bytes(each) for each in raw]
    if not isinstance(raw, dict):
        return raw
    made = {name: _with_bytes(held) for name, held in raw.items()}
    if len(made) == 1 and isinstance(made.get("B"), str):
        return {"B": base64.b64decode(made["B"], validate=True)}
    if len(made) == 1 and isinstance(made.get("BS"), list):
        return {"BS": [base64.b64decode(each, validate=True) for each in made["BS"]]}
    return made


def _is_key(table: Table, name: str) -> bool:
    return name in table.key_names or any(table.indexes_on(name))


def _plain(node: Node, kind: str | None = None) -> _Maker:
    if isinstance(node, Record):
        inner = {name: _plain(value) for name, value in node}
        return lambda number: Value("M", Map({name: make(number) for name, make in inner.items()}))
    if isinstance(node, Series):
        listed = [_plain(value) for value in node.items]
        return lambda number: Value("L", tuple(make(number) for make in listed))
    assert isinstance(node, Scalar)
    if kind is not None:
        return _scalar(node, kind)
    if node.plain and node.text in NULL_WORDS:
        return lambda _: Value("NULL", True)
    if node.plain and node.text.lower() in ("true", "false"):
        truth = node.text.lower() == "true"
        return lambda _: Value("BOOL", truth)
    return _scalar(node, "N" if node.plain and _NUMBER.fullmatch(COUNTED.sub("1", node.text)) else "S")


def _scalar(node: Scalar, kind: str) -> _Maker:
    """The value of one type that the scalar, with its number filled in, writes."""
    text = words_of(node) if kind == "S" else node.text
    if "${n" not in text:
        value = _read(node, kind, text)
        return lambda _: value
    return lambda number: _read(node, kind, _filled(text, number))


def _filled(text: str, number: int) -> str:
    if number == _WRITTEN_OUT:
        return text
    return filled(text, number)


def _read(node: Node, kind: str, text: str) -> Value:
    try:
        return read_value({kind: base64.b64decode(text, validate=True) if kind == "B" else text})
    except (InvalidValue, binascii.Error) as error:
        rule = error.rule if isinstance(error, InvalidValue) else f"{text[:40]!r} is not Base64"
        raise node.error(rule) from None


def _typed(node: Node) -> _Maker:
    """A value in DynamoDB's own JSON."""
    if not isinstance(node, Record) or len(node.entries) != 1 or not set(node.entries) <= _TYPES:
        raise node.error(f"a value is a mapping of one of {', '.join(sorted(_TYPES))}")
    (kind, held), *_ = node
    match kind, held:
        case "L", Series():
            listed = [_typed(each) for each in held.items]
            return lambda number: Value("L", tuple(make(number) for make in listed))
        case "M", Record():
            inner = {name: _typed(each) for name, each in held}
            return lambda number: Value("M", Map({name: make(number) for name, make in inner.items()}))
        case "SS" | "NS" | "BS", Series():
            members = [_scalar_text(each) for each in held.items]
            return lambda number: _read_set(held, kind, [_filled(text, number) for text in members])
        case "BOOL" | "NULL", Scalar():
            if held.truth is None:
                raise held.error(f"{held.text!r} must be true or false")
            value = Value(kind, held.truth or kind == "NULL")
            return lambda _: value
        case "S" | "N" | "B", Scalar():
            return _scalar(held, kind)
    raise held.error(f"{kind} holds {kind_of(held)}")


def _scalar_text(node: Node) -> str:
    if not isinstance(node, Scalar):
        raise node.error(f"a set holds {kind_of(node)}")
    return node.text


def _read_set(node: Node, kind: str, members: list[str]) -> Value:
    try:
        decoded = [base64.b64decode(text, validate=True) for text in members] if kind == "BS" else members
        return read_value({kind: decoded})
    except binascii.Error:
        raise node.error("a member is not Base64") from None
    except InvalidValue as error:
        raise node.error(error.rule) from None


ADAPTERS = (
    Adapter(
        type="Cogsim::Items",
        read=read_items,
        taken={"Count": "items", "Item": "items", "Items": "items", "Table": "table"},
        required=("Table",),
    ),
)
