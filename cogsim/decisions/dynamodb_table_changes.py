"""What UpdateTable makes of a table, and what it and DeleteTable refuse. # ddb:UpdateTable

1. A request changes something: what changes nothing is refused, capacity that stays as it is among it.
2. One global index is made or deleted at a time, and with nothing else but a change of billing or of other indexes.
3. A protected table is not deleted, whoever asks.
4. Each index has capacity of its own as long as its table has: whoever changes one changes the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.decision import Refusal
from cogsim.decisions.dynamodb_tables import (
    MOST_GLOBAL,
    billed,
    check_table,
    check_throughput,
    defined_types,
    new_index,
)
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.errors import AwsError, InvalidValue
from cogsim.persistent import Map
from cogsim.world.table import SecondaryIndex, Table

_INVALID = "One or more parameter values were invalid: "
_UPDATES = "GlobalSecondaryIndexUpdates"
_ACTIONS = ("Create", "Update", "Delete")
_LIMIT = "Subscriber limit exceeded: "
_NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, GlobalSecondaryIndexUpdates, "
    "SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, ReplicaTransitRoleArn, MultiRegionConsistency, "
    "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"
)
#: Where a member may not stand beside an index that is made or deleted, what is said of it.
_ALONE = {
    "DeletionProtectionEnabled": "DeletionProtection modification must be the only operation in the request",
    "TableClass": "TableClass modification must be the only operation in the request",
}


def check_change(params: Mapping[str, Any]) -> None:
    """A request asks for a change: said before the table is looked for."""
    changed = ("BillingMode", "ProvisionedThroughput", *_ALONE)
    if all(params.get(name) is None for name in changed):
        if not params.get(_UPDATES):
            raise InvalidValue("", _NOTHING)
    elif params.get(_UPDATES) is not None and not params[_UPDATES]:
        raise InvalidValue("", f"{_INVALID}List of {_UPDATES} is empty")


def changed_table(table: Table, params: Mapping[str, Any]) -> Table:
    """The table after UpdateTable; InvalidValue, or an AwsError where DynamoDB has another code."""
    updates = [_action(each) for each in params.get(_UPDATES) or ()]
    _check_together(updates, params)
    changes: dict[str, Any] = {}
    if params.get("BillingMode") is not None or params.get("ProvisionedThroughput") is not None:
        changes["throughput"] = _throughput(table, params)
    for member, name in (("TableClass", "table_class"), ("DeletionProtectionEnabled", "deletion_protection")):
        if params.get(member) is not None:
            changes[name] = params[member]
    changed = replace(table, **changes)
    if changed.throughput is None:
        changed = replace(changed, indexes=Map({name: _freed(held) for name, held in changed.indexes.items()}))
    for action, stated in updates:
        changed = _with_index(changed, action, stated, params)
    check_table(changed)
    touched = frozenset(stated["IndexName"] for _, stated in updates)
    for name, index in changed.indexes.items():
        if "throughput" in changes or name in touched:
            check_throughput(changed, index)
    return changed


def table_deletable(table: Table) -> Check:
    """Whether nothing protects the table from being deleted. # ddb:DeleteTable"""
    question, place = "is the table protected against deletion?", table.origin.at("DeletionProtectionEnabled")
    if not table.deletion_protection:
        return passed(question, table.name, "ddb:DeleteTable", location=place, answer="no")
    text = (
        "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first."
    )
    refusal = Refusal("ValidationException", text)
    return refused(refusal, question, table.name, "ddb:DeleteTable", location=place, answer="yes")


def _freed(index: SecondaryIndex) -> SecondaryIndex:
    return index if index.throughput is None else replace(index, throughput=None)


def _action(stated: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    """The one action of an update of an index."""
    found = [action for action in _ACTIONS if stated.get(action) is not None]
    if not found:
        raise InvalidValue(
            "",
            f"{_INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, "
            "GlobalSecondaryIndexUpdate.Delete must not be null",
        )
    if len(found) > 1:
        raise InvalidValue(
            "",
            f"{_INVALID}Only one global secondary index action is allowed per GlobalSecondaryIndexUpdate object",
        )
    return found[0], stated[found[0]]


def _check_together(updates: Sequence[tuple[str, Mapping[str, Any]]], params: Mapping[str, Any]) -> None:
    names = [stated["IndexName"] for _, stated in updates]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise InvalidValue(
                "",
                f"{_INVALID}Only one global secondary index update per index is allowed simultaneously. Index: {name}",
            )
    moved = [action for action, _ in updates if action != "Update"]
    if len(moved) > 1:
        told = f"{_LIMIT}Only 1 online index can be created or deleted simultaneously per table"
        raise AwsError("LimitExceededException", told)
    if moved and params.get("ProvisionedThroughput") is not None and params.get("BillingMode") is None:
        raise InvalidValue("", "You cannot create or delete index while updating table IOPS")
    for member, told in _ALONE.items():
        if updates and params.get(member) is not None:
            raise InvalidValue("", told)


def _throughput(table: Table, params: Mapping[str, Any]) -> tuple[int, int] | None:
    stated, mode = params.get("ProvisionedThroughput"), params.get("BillingMode")
    if mode == "PROVISIONED" and stated is None:
        raise InvalidValue("", f"{_INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED")
    found = billed(mode or ("PROVISIONED" if table.throughput else "PAY_PER_REQUEST"), stated)
    if found is not None and found == table.throughput:
        raise InvalidValue("", _unchanged("the table", found))
    return found


def _unchanged(what: str, units: tuple[int, int]) -> str:
    reads, writes = units
    of = what.removeprefix("the ") if what != "the table" else what
    return (
        f"The provisioned throughput for {what} will not change. The requested value equals the current value. "
        f"Current ReadCapacityUnits provisioned for {of}: {reads}. Requested ReadCapacityUnits: {reads}. "
        f"Current WriteCapacityUnits provisioned for {of}: {writes}. Requested WriteCapacityUnits: {writes}. "
        "Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def _with_index(table: Table, action: str, stated: Mapping[str, Any], params: Mapping[str, Any]) -> Table:
    name = stated["IndexName"]
    known = table.indexes.get(name)
    if action == "Create":
        indexes = table.indexes.set(name, _made(table, known, stated, params))
    elif known is None or not known.is_global:
        told = f"Requested resource not found: Index {name} for table {table.name}"
        raise AwsError("ResourceNotFoundException", told)
    elif action == "Update":
        indexes = table.indexes.set(name, _updated(known, stated))
    else:
        indexes = table.indexes.delete(name)
    types = {**dict(table.attribute_types.items()), **(defined_types(params) if action == "Create" else {})}
    used = {key for index in indexes.values() for key, _ in index.key_schema} | set(table.key_names)
    kept = {key: table.attribute_types.get(key, types.get(key, "")) for key in sorted(used) if key in types}
    return replace(table, indexes=indexes, attribute_types=Map(kept))


def _made(
    table: Table, known: SecondaryIndex | None, stated: Mapping[str, Any], params: Mapping[str, Any]
) -> SecondaryIndex:
    name = stated["IndexName"]
    if known is not None:
        raise InvalidValue("", f"{_INVALID}Index already exists: {name}")
    if params.get("AttributeDefinitions") is None:
        raise InvalidValue("", f"{_INVALID}AttributeDefinitions is not specified for index: {name}")
    if sum(index.is_global for index in table.indexes.values()) >= MOST_GLOBAL:
        told = f"{_LIMIT}Number of global secondary indexes exceeds per-table limit of {MOST_GLOBAL}"
        raise AwsError("LimitExceededException", told)
    return new_index(stated, is_global=True)


def _updated(index: SecondaryIndex, stated: Mapping[str, Any]) -> SecondaryIndex:
    units = stated.get("ProvisionedThroughput")
    if units is None:
        return index
    found = (units["ReadCapacityUnits"], units["WriteCapacityUnits"])
    if found == index.throughput:
        raise InvalidValue("", _unchanged(f"the index {index.name}", found))
    return replace(index, throughput=found)
