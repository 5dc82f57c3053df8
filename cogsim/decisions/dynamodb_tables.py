"""What DynamoDB holds a table and its indexes to when they are made or changed. # ddb:CreateTable"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.table import KeySchema, Projection, SecondaryIndex, Table

_INVALID = "One or more parameter values were invalid: "
#: # ddb:constraints §secondary-indexes
MOST_GLOBAL, _MOST_LOCAL, _MOST_NON_KEY, _MOST_KEYS = 20, 5, 100, 4


def new_table(name: str, arn: str, created: float, params: Mapping[str, Any]) -> Table:
    """The table that CreateTable's members describe; InvalidValue in DynamoDB's words."""
    types = defined_types(params)
    keys = _key_schema(params.get("KeySchema") or ())
    locals_ = [new_index(each, is_global=False) for each in _listed(params, "LocalSecondaryIndexes")]
    globals_ = [new_index(each, is_global=True) for each in _listed(params, "GlobalSecondaryIndexes")]
    throughput = billed(params.get("BillingMode"), params.get("ProvisionedThroughput"))
    _check_names(locals_ + globals_)
    table = Table(
        name,
        arn,
        keys,
        Map(types),
        Map({index.name: index for index in (*locals_, *globals_)}),
        throughput,
        params.get("TableClass"),
        bool(params.get("DeletionProtectionEnabled")),
        created=created,
        tags=Map({tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()}),
    )
    check_table(table)
    for index in table.indexes.values():
        check_throughput(table, index)
    return table


def check_throughput(table: Table, index: SecondaryIndex) -> None:
    """A global index has capacity of its own where its table has, and none on demand."""
    if index.is_global and index.throughput is None and table.throughput is not None:
        raise InvalidValue("", f"{_INVALID}ProvisionedThroughput is not specified for index: {index.name}")
    if index.throughput is not None and table.throughput is None:
        raise InvalidValue(
            "",
            f"{_INVALID}ProvisionedThroughput should not be specified for index: {index.name} when BillingMode is "
            "PAY_PER_REQUEST",
        )


def _listed(params: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    held: Sequence[Mapping[str, Any]] | None = params.get(name)
    if held is not None and not held:
        raise InvalidValue("", f"{_INVALID}List of {name} is empty")
    return held or ()


def defined_types(params: Mapping[str, Any]) -> dict[str, str]:
    """The types of AttributeDefinitions."""
    types: dict[str, str] = {}
    for each in params.get("AttributeDefinitions") or ():
        if each["AttributeName"] in types:
            raise InvalidValue("", f"{_INVALID}Attribute Name is duplicated: {each['AttributeName']}")
        types[each["AttributeName"]] = each["AttributeType"]
    return types


def _key_schema(stated: Iterable[Mapping[str, Any]]) -> KeySchema:
    return tuple((each["AttributeName"], each["KeyType"]) for each in stated)


def billed(mode: str | None, stated: Mapping[str, Any] | None) -> tuple[int, int] | None:
    """Reads and writes a second, None on demand. # ddb:CreateTable §billingmode"""
    if mode == "PAY_PER_REQUEST":
        if stated is not None:
            raise InvalidValue(
                "",
                f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is "
                "PAY_PER_REQUEST",
            )
        return None
    if stated is None:
        raise InvalidValue(
            "",
            f"{_INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED",
        )
    return stated["ReadCapacityUnits"], stated["WriteCapacityUnits"]


def new_index(stated: Mapping[str, Any], *, is_global: bool) -> SecondaryIndex:
    """An index as the API states it."""
    held = stated.get("Projection") or {}
    kind, names = held.get("ProjectionType"), tuple(held.get("NonKeyAttributes") or ())
    if kind not in ("ALL", "KEYS_ONLY", "INCLUDE"):
        raise InvalidValue("", f"{_INVALID}Unknown ProjectionType: {'null' if kind is None else kind}")
    if kind != "INCLUDE" and names:
        raise InvalidValue("", f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified")
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InvalidValue("", f"{_INVALID}Duplicate element in NonKeyAttributes: {name}")
    if kind == "INCLUDE" and not names:
        raise InvalidValue("", f"{_INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
    for member in ("OnDemandThroughput", "WarmThroughput"):
        if stated.get(member) is not None:
            raise NotModelled("an index of DynamoDB", member)
    units = stated.get("ProvisionedThroughput")
    throughput = (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) if units else None
    return SecondaryIndex(
        stated["IndexName"], _key_schema(stated["KeySchema"]), is_global, Projection(kind, names), throughput
    )


def _check_names(indexes: Sequence[SecondaryIndex]) -> None:
    names = [index.name for index in indexes]
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue("", f"{_INVALID}Duplicate index name: {name}")


def check_table(table: Table) -> None:
    """Hold a table and its indexes to DynamoDB's rules of keys."""
    _check_keys(table, table.key_schema, "")
    indexes = list(table.indexes.values())
    if sum(index.is_global for index in indexes) > MOST_GLOBAL:
        raise InvalidValue("", f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of {MOST_GLOBAL}")
    if sum(not index.is_global for index in indexes) > _MOST_LOCAL:
        raise InvalidValue("", f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of {_MOST_LOCAL}")
    if sum(len(index.projection.attributes) for index in indexes) > _MOST_NON_KEY:
        raise InvalidValue(
            "", f"{_INVALID}Total number of NonKeyAttributes exceeds the limit of {_MOST_NON_KEY} for a table"
        )
    for index in indexes:
        _check_keys(table, index.key_schema, index.name)
        if not index.is_global:
            _check_local(table, index)
    _check_definitions(table)


def _check_keys(table: Table, schema: KeySchema, index: str) -> None:
    names, kinds = [name for name, _ in schema], [kind for _, kind in schema]
    if not kinds or kinds[0] != "HASH":
        raise InvalidValue("", "Invalid KeySchema: The first KeySchemaElement is not a HASH key type")
    if index and table.indexes[index].is_global:
        _check_many_keys(names, kinds)
    elif len(kinds) > 2:
        raise InvalidValue(
            "",
            "1 validation error detected: Value at 'keySchema' failed to satisfy constraint: Member must have length "
            "less than or equal to 2",
        )
    elif kinds[1:] not in ([], ["RANGE"]):
        raise InvalidValue("", "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len(set(names)) != len(names):
        raise InvalidValue("", "Invalid KeySchema: Some index key attribute have no definition")


def _check_many_keys(names: list[str], kinds: list[str]) -> None:
    """A global index has up to four partition keys, and behind them up to four sort keys. # ddb:gsi §multi-attribute"""
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > _MOST_KEYS:
            raise InvalidValue(
                "", f"{_INVALID}The KeySchema exceeds the maximum allowed number of {kind} key attributes"
            )
    if kinds != sorted(kinds):
        raise InvalidValue("", f"{_INVALID}All HASH key attributes must precede RANGE key attributes in the KeySchema")
    if len(set(names)) != len(names):
        raise InvalidValue("", f"{_INVALID}The KeySchema contains multiple key attributes with the same name")


def _check_local(table: Table, index: SecondaryIndex) -> None:
    if len(table.key_schema) < 2:
        raise InvalidValue(
            "",
            f"{_INVALID}Table KeySchema does not have a range key, which is required when specifying a "
            "LocalSecondaryIndex",
        )
    if len(index.key_schema) < 2:
        raise InvalidValue("", f"{_INVALID}Index KeySchema does not have a range key for index: {index.name}")
    if index.key_schema[0][0] != table.key_schema[0][0]:
        raise InvalidValue(
            "",
            f"{_INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: "
            f"{index.name}. index hash key: {index.key_schema[0][0]}, table hash key: {table.key_schema[0][0]}",
        )


def _check_definitions(table: Table) -> None:
    """Every key is defined, and nothing else is."""
    defined = ", ".join(table.attribute_types)
    for schema in (table.key_schema, *(index.key_schema for index in table.indexes.values())):
        keys = [name for name, _ in schema]
        if any(name not in table.attribute_types for name in keys):
            raise InvalidValue(
                "",
                f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. "
                f"Keys: [{', '.join(keys)}], AttributeDefinitions: [{defined}]",
            )
    used = {name for index in table.indexes.values() for name, _ in index.key_schema} | set(table.key_names)
    if used == set(table.attribute_types):
        return
    if not table.indexes:
        raise InvalidValue(
            "",
            f"{_INVALID}Number of attributes in KeySchema does not exactly match number of attributes defined in "
            "AttributeDefinitions",
        )
    raise InvalidValue(
        "",
        f"{_INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: [{defined}], "
        f"keys used: [{', '.join(sorted(used))}]",
    )
