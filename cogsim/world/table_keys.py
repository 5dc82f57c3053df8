"""What DynamoDB holds keys and items to before it writes or looks anything up, in its own words."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.errors import InvalidValue
from cogsim.world.attribute_value import Attributes, Value
from cogsim.world.table import Table
from cogsim.world.table_items import Item

#: Bytes. # ddb:constraints
LONGEST_PARTITION_KEY, LONGEST_SORT_KEY, LARGEST_ITEM = 2048, 1024, 400 * 1024

_INVALID = "One or more parameter values were invalid: "
_NOT_VALID = "One or more parameter values are not valid. "
_MISMATCH = "The provided key element does not match the schema"


def item_of(table: Table, attributes: Attributes) -> Item:
    """The attributes as an item of the table; InvalidValue where it cannot be one. # ddb:PutItem"""
    for name in table.key_names:
        value = attributes.get(name)
        if value is None:
            raise InvalidValue(name, f"{_INVALID}Missing the key {name} in the item")
        if value.kind != table.type_of(name):
            raise InvalidValue(
                name, f"{_INVALID}Type mismatch for key {name} expected: {table.type_of(name)} actual: {value.kind}"
            )
    check_key_values(table, attributes)
    check_index_keys(table, attributes)
    if "" in attributes:
        raise InvalidValue("", f"{_INVALID}Attribute name must not be empty")
    item = Item.of(attributes)
    if item.size > LARGEST_ITEM:
        raise InvalidValue("", "Item size has exceeded the maximum allowed size")
    return item


def check_key(table: Table, key: Attributes) -> None:
    """Hold the key of a request against the table's: its attributes, all of them, and no other. # ddb:GetItem"""
    if len(key) != len(table.key_names):
        raise InvalidValue("", "The number of conditions on the keys is invalid" if not key else _MISMATCH)
    for name in table.key_names:
        if name not in key or key[name].kind != table.type_of(name):
            raise InvalidValue("", _MISMATCH)
    check_key_values(table, key)


def check_key_values(table: Table, key: Mapping[str, Value]) -> None:
    """No key is empty, and none is longer than DynamoDB indexes."""
    for name in table.key_names:
        value = key[name]
        if value.kind != "N" and not value.held:
            raise InvalidValue(name, f"{_NOT_VALID}{_empty(value)} Key: {name}")
        partition = name in table.layout.partition
        size = 0 if value.kind == "N" else len(value.held.encode() if value.kind == "S" else value.held)
        if partition and size > LONGEST_PARTITION_KEY:
            raise InvalidValue(
                name, f"{_INVALID}Size of hashkey has exceeded the maximum size limit of{LONGEST_PARTITION_KEY} bytes"
            )
        if not partition and size > LONGEST_SORT_KEY:
            raise InvalidValue(
                name,
                f"{_INVALID}Aggregated size of all range keys has exceeded the size limit of {LONGEST_SORT_KEY} bytes",
            )


def check_index_keys(table: Table, attributes: Mapping[str, Value], *, updated: bool = False) -> None:
    """An attribute that an index has for a key is of the key's type and not empty, where the item has it at all.
    `updated` tells that an update expression made the item, which DynamoDB says in other words."""
    for index in table.indexes.values():
        for name, _ in index.key_schema:
            value = attributes.get(name)
            if value is None:
                continue
            if value.kind != table.type_of(name):
                raise InvalidValue(
                    name,
                    f"{_INVALID}Type mismatch for Index Key {name} Expected: {table.type_of(name)} "
                    f"Actual: {value.kind} IndexName: {index.name}",
                )
            if value.kind != "N" and not value.held:
                raise InvalidValue(name, _empty_index_key(value, name, index.name, updated))


def _empty_index_key(value: Value, name: str, index: str, updated: bool) -> str:
    if updated:
        return (
            f"{_NOT_VALID}The update expression attempted to update a secondary index key to a value that is not "
            f"supported. {_empty(value)}"
        )
    return (
        f"{_NOT_VALID}A value specified for a secondary index key is not supported. {_empty(value)} "
        f"IndexName: {index}, IndexKey: {name}"
    )


def _empty(value: Value) -> str:
    word = "string" if value.kind == "S" else "binary"
    return f"The AttributeValue for a key attribute cannot contain an empty {word} value."
