"""TransactGetItems and TransactWriteItems: all items or none, each before the policies as what it is alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import keep_items, table_of, validated
from cogsim.aws.services.dynamodb.capacity import capacity, collection
from cogsim.aws.services.dynamodb.items import FAILED, bind_get, get_requirement, write_requirement
from cogsim.aws.state import Table as StateTable
from cogsim.decisions.dynamodb_capacity import read_units, written_units
from cogsim.decisions.dynamodb_expressions.documents import picked
from cogsim.decisions.dynamodb_writes import Change, Write, applied, bind_write, change_of
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.attribute_value import write_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import TableItems

_LARGEST = 4 * 1024 * 1024
#: Seconds for which a token stands for the request that it came with. # ddb:TransactWriteItems §idempotency
_REMEMBERED = 600
#: What the service finds out while it writes, not before. # ddb:TransactWriteItems
_LATE = ("Type mismatch", "The provided key element does not match the schema")


@dataclass(frozen=True, slots=True)
class _Done:
    """A transaction that was carried out: the digest of what it asked for, and when."""

    digest: str
    at: float


#: (caller, token) to what was done by it.
_DONE: StateTable[tuple[str, str], _Done] = StateTable("dynamodb/transactions")


def cancelled(reasons: Sequence[Mapping[str, Any]]) -> AwsError:
    """The refusal of a whole transaction, with a reason for each of its actions."""
    codes = ", ".join(str(reason["Code"]) for reason in reasons)
    return AwsError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=list(reasons),
    )


def _reasons(count: int, at: int, code: str, message: str) -> list[dict[str, Any]]:
    """`code` for one action, and nothing to say of the others."""
    return [{"Code": code, "Message": message} if each == at else {"Code": "None"} for each in range(count)]


def _actions(params: Params) -> Iterator[tuple[str, Params]]:
    for each in params["TransactItems"]:
        stated = [(kind, held) for kind, held in each.items() if held is not None]
        if len(stated) != 1:
            raise InvalidValue("", "TransactItems can only contain one of Check, Put, Update or Delete")
        yield stated[0]


@validated
def _on_writes(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The action of each item: PutItem, UpdateItem, DeleteItem, ConditionCheckItem. # ddb:transactions §iam"""
    actions = list(_actions(params))
    needed = []
    for number, (kind, held) in enumerate(actions):
        sent = {"ReturnConsumedCapacity": params.get("ReturnConsumedCapacity")}
        try:
            needed.append(write_requirement(ctx, kind, held, enclosing="TransactWriteItems", sent=sent))
        except InvalidValue as error:
            if not any(late in error.rule for late in _LATE):
                raise
            raise cancelled(_reasons(len(actions), number, "ValidationError", error.rule)) from None
    return tuple(needed)


@operation("dynamodb:TransactWriteItems", requires=_on_writes)
@validated
def transact_write_items(
    ctx: CallContext,
    *,
    TransactItems: Sequence[Params],
    ClientRequestToken: str | None = None,
    ReturnConsumedCapacity: str | None = None,
    ReturnItemCollectionMetrics: str | None = None,
) -> dict[str, Any]:
    """Write up to 100 items, or none where a condition of one is false. # ddb:TransactWriteItems"""
    bound = [
        (bind_write(kind, table_of(ctx, held["TableName"]), held), held) for kind, held in _actions(ctx.call.params)
    ]
    writes = [write for write, _ in bound]
    if ClientRequestToken is not None and seen(ctx, ClientRequestToken):
        return repeated(ctx, writes)
    if len({(write.table.arn, write.key) for write in writes}) != len(writes):
        raise InvalidValue("", "Transaction request cannot include multiple operations on one item")
    if sum(write.item.size for write in writes if write.item is not None) > _LARGEST:
        raise InvalidValue("", "Collection size exceeds the maximum limit of 4 MB in a transaction")
    held = {write.table.arn: ctx.world.items_of(write.table) for write in writes}
    changes = _changes(bound, held)
    for write, change in zip(writes, changes, strict=True):
        held[write.table.arn] = applied(write, change, held[write.table.arn])
    for arn, after in held.items():
        keep_items(ctx, arn, after)
    if ClientRequestToken is not None:
        remember(ctx, ClientRequestToken)
    return _answer(ctx, writes, changes, held)


def seen(ctx: CallContext, token: str) -> bool:
    """Whether the token stands for this very request already."""
    done = _DONE.get(ctx.state, (ctx.caller_arn, token))
    if done is None or ctx.now - done.at >= _REMEMBERED:
        return False
    if done.digest != _digest(ctx):
        raise AwsError(
            "IdempotentParameterMismatchException",
            "The request uses the same client token as a previous, but non-identical request.",
        )
    return True


def remember(ctx: CallContext, token: str) -> None:
    """Let the token stand for this request from now on."""
    done = _Done(_digest(ctx), ctx.now)
    ctx.update_state(lambda state: _DONE.put(state, (ctx.caller_arn, token), done))


def repeated(ctx: CallContext, writes: Sequence[Write]) -> dict[str, Any]:
    """What a request answers whose token stands for it already: nothing but the capacity of reading its items as they
    are now. # ddb:TransactWriteItems §idempotency"""
    asked = ctx.call.params.get("ReturnConsumedCapacity")
    if asked not in ("TOTAL", "INDEXES"):
        return {}
    used: dict[str, tuple[Table, float]] = {}
    for write in writes:
        item = ctx.world.items_of(write.table).get(write.table, write.key)
        before = used.get(write.table.arn, (write.table, 0.0))[1]
        units = read_units(item.size if item is not None else 0, transacted=True)
        used[write.table.arn] = (write.table, before + units)
    return {
        "ConsumedCapacity": [
            capacity(asked, t, units, {}, ReadCapacityUnits=units) for _, (t, units) in sorted(used.items())
        ]
    }


def _digest(ctx: CallContext) -> str:
    sent = {name: ctx.call.params[name] for name in sorted(ctx.call.params) if name != "ClientRequestToken"}
    return hashlib.sha256(json.dumps(sent, sort_keys=True, default=repr).encode()).hexdigest()


def _changes(bound: Sequence[tuple[Write, Params]], held: Mapping[str, TableItems]) -> list[Change]:
    """What each write does; where one cannot be done, none is."""
    changes: list[Change] = []
    reasons: list[dict[str, Any]] = []
    for write, params in bound:
        reason: dict[str, Any] = {"Code": "None"}
        change = Change(None, None)
        try:
            change = change_of(write, held[write.table.arn])
        except InvalidValue as error:
            reason = {"Code": "ValidationError", "Message": error.rule}
        if not change.passed:
            reason = {"Code": "ConditionalCheckFailed", "Message": FAILED}
            if params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD" and change.before is not None:
                reason["Item"] = write_attributes(change.before.attributes)
        changes.append(change)
        reasons.append(reason)
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)
    return changes


def _answer(
    ctx: CallContext, writes: Sequence[Write], changes: Sequence[Change], held: Mapping[str, TableItems]
) -> dict[str, Any]:
    params = ctx.call.params
    answer: dict[str, Any] = {}
    metrics: dict[str, list[Any]] = {}
    for write in writes:
        shown = collection(params.get("ReturnItemCollectionMetrics"), write, held[write.table.arn])
        if shown and write.kind != "ConditionCheck":
            metrics.setdefault(write.table.name, []).append(shown["ItemCollectionMetrics"])
    if metrics:
        answer["ItemCollectionMetrics"] = metrics
    asked = params.get("ReturnConsumedCapacity")
    if asked in ("TOTAL", "INDEXES"):
        answer["ConsumedCapacity"] = written_capacity(asked, writes, changes)
    return answer


def written_capacity(asked: str, writes: Sequence[Write], changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The capacity of a transaction's writes, table by table."""
    tables = {write.table.arn: write.table for write in writes}
    found = []
    for arn in sorted(tables):
        total, indexes = 0.0, dict[str, float]()
        for write, change in zip(writes, changes, strict=True):
            if write.table.arn == arn:
                units, by_index = written_units(write.table, change, transacted=True)
                total += units
                for index, more in by_index.items():
                    indexes[index] = indexes.get(index, 0.0) + more
        whole = total + sum(indexes.values())
        found.append(capacity(asked, tables[arn], total, indexes, WriteCapacityUnits=whole))
    return found


def _gets(params: Params) -> Iterator[Params]:
    return (each["Get"] for each in params["TransactItems"])


@validated
def _on_gets(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """GetItem for each item. # ddb:transactions §iam"""
    capacity_asked = {"ReturnConsumedCapacity": params.get("ReturnConsumedCapacity")}
    return tuple(get_requirement(ctx, {**get, **capacity_asked}, "TransactGetItems") for get in _gets(params))


@operation("dynamodb:TransactGetItems", requires=_on_gets, reads_only=True)
@validated
def transact_get_items(
    ctx: CallContext, *, TransactItems: Sequence[Params], ReturnConsumedCapacity: str | None = None
) -> dict[str, Any]:
    """Read up to 100 items as they are at one moment. # ddb:TransactGetItems"""
    responses: list[dict[str, Any]] = []
    units: dict[str, tuple[Table, float]] = {}
    seen = set()
    for get in _gets(ctx.call.params):
        table = table_of(ctx, get["TableName"])
        key, paths = bind_get(table, get)
        if (table.arn, key) in seen:
            raise InvalidValue("", "Transaction request cannot include multiple operations on one item")
        seen.add((table.arn, key))
        item = ctx.world.items_of(table).get(table, key)
        before = units.get(table.arn, (table, 0.0))[1]
        units[table.arn] = (table, before + read_units(item.size if item else 0, transacted=True))
        shown = None if item is None else item.attributes if paths is None else picked(item.attributes, paths)
        responses.append({} if shown is None else {"Item": write_attributes(shown)})
    answer: dict[str, Any] = {"Responses": responses}
    if ReturnConsumedCapacity in ("TOTAL", "INDEXES"):
        answer["ConsumedCapacity"] = [
            capacity(ReturnConsumedCapacity, table, used, {}, ReadCapacityUnits=used)
            for _, (table, used) in sorted(units.items())
        ]
    return answer
