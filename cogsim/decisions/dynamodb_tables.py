"""What DynamoDB holds a table and its indexes to when they are made or changed. # ddb:CreateTable"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.table import KeySchema, Projection, SecondaryIndex, Table

_INVALID = "One or more parameter values were invalid: "
#: # ddb:constraints §secondary-indexes
_MOST_GLOBAL, _MOST_LOCAL, _MOST_NON_KEY = 20, 5, 100


def new_table(name: str, arn: str, created: float, params: Mapping[str, Any]) -> Table:
    """The table that CreateTable's members describe; InvalidValue in DynamoDB's words."""
    types = _types(params)
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
    return table


def _listed(params: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    held: Sequence[Mapping[str, Any]] | None = params.get(name)
    if held is not None and not held:
        raise InvalidValue("", f"{_INVALID}List of {name} is empty")
    return held or ()


def _types(params: Mapping[str, Any]) -> dict[str, str]:
    types: dict[str, str] = {}
    for each in params.get("AttributeDefinitions") or ():
        if each["AttributeName"] in types:
            raise InvalidValue(
                "", f"{_INVALID}Duplicate AttributeName in AttributeDefinitions: {each['AttributeName']}"
            )
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
        raise InvalidValue("", "No provisioned throughput specified for the table")
    return stated["ReadCapacityUnits"], stated["WriteCapacityUnits"]


def new_index(stated: Mapping[str, Any], *, is_global: bool) -> SecondaryIndex:
    """An index as the API states it."""
    held = stated.get("Projection") or {}
    kind, names = held.get("ProjectionType"), tuple(held.get("NonKeyAttributes") or ())
    if kind not in ("ALL", "KEYS_ONLY", "INCLUDE"):
        raise InvalidValue("", f"{_INVALID}Unknown ProjectionType: {'null' if kind is None else kind}")
    if kind != "INCLUDE" and names:
        raise InvalidValue("", f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified")
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
    if sum(index.is_global for index in indexes) > _MOST_GLOBAL:
        raise InvalidValue("", f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of {_MOST_GLOBAL}")
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
    if len(kinds) > 2 and index and table.indexes[index].is_global:
        if kinds != sorted(kinds) or kinds.count("HASH") > 4 or kinds.count("RANGE") > 4:
            raise InvalidValue("", "Invalid KeySchema: HASH keys come before RANGE keys, at most four of each")
    elif kinds[1:] not in ([], ["RANGE"]):
        if kinds == ["HASH", "HASH"] and index and table.indexes[index].is_global:
            return
        raise InvalidValue("", "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
    if len(set(names)) != len(names):
        raise InvalidValue("", "Both the Hash Key and the Range Key element in the KeySchema have the same name")


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


def changed_table(table: Table, params: Mapping[str, Any]) -> Table:
    """The table after UpdateTable. # ddb:UpdateTable"""
    changes: dict[str, Any] = {}
    if params.get("BillingMode") is not None or params.get("ProvisionedThroughput") is not None:
        mode = params.get("BillingMode") or ("PROVISIONED" if table.throughput else "PAY_PER_REQUEST")
        changes["throughput"] = billed(mode, params.get("ProvisionedThroughput"))
    for member, name in (("TableClass", "table_class"), ("DeletionProtectionEnabled", "deletion_protection")):
        if params.get(member) is not None:
            changes[name] = params[member]
    indexes = params.get("GlobalSecondaryIndexUpdates")
    if not changes and not indexes:
        raise InvalidValue(
            "",
            "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates or "
            "SSESpecification or ReplicaUpdates is required",
        )
    table = replace(table, **changes)
    for each in indexes or ():
        table = _with_index(table, each, {**dict(table.attribute_types.items()), **_types(params)})
    return table


def _with_index(table: Table, stated: Mapping[str, Any], types: Mapping[str, str]) -> Table:
    if len([kind for kind in ("Create", "Update", "Delete") if stated.get(kind) is not None]) != 1:
        raise InvalidValue(
            "", f"{_INVALID}One of GlobalSecondaryIndexUpdate.Create, Update or Delete must be specified"
        )
    name = next(each["IndexName"] for each in stated.values() if each is not None)
    known = table.indexes.get(name)
    if stated.get("Create") is not None:
        if known is not None:
            raise InvalidValue("", f"{_INVALID}Index already exists: {name}")
        made = replace(table, indexes=table.indexes.set(name, new_index(stated["Create"], is_global=True)))
    elif known is None or not known.is_global:
        raise InvalidValue("", f"{_INVALID}Requested resource not found: Index: {name} not found")
    elif stated.get("Update") is not None:
        units = stated["Update"].get("ProvisionedThroughput")
        throughput = (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) if units else None
        made = replace(table, indexes=table.indexes.set(name, replace(known, throughput=throughput)))
    else:
        made = replace(table, indexes=table.indexes.delete(name))
    used = {key for index in made.indexes.values() for key, _ in index.key_schema} | set(made.key_names)
    made = replace(made, attribute_types=Map({key: types[key] for key in sorted(used) if key in types}))
    check_table(made)
    return made
