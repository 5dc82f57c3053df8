"""ExecuteStatement and ExecuteTransaction: PartiQL, which has actions of its own. # ddb:partiql-iam"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import (
    keep_items,
    known_table,
    no_such_table,
    requirement,
    table_of,
    validated,
)
from cogsim.aws.services.dynamodb.capacity import capacity, consumed
from cogsim.aws.services.dynamodb.transactions import cancelled, remember, repeated, seen, written_capacity
from cogsim.decisions.dynamodb_capacity import read_units, written_units
from cogsim.decisions.dynamodb_expressions.documents import found_at, picked
from cogsim.decisions.dynamodb_reads import Page, page_of
from cogsim.decisions.dynamodb_request_keys import request_keys
from cogsim.decisions.dynamodb_selections import Selection, bound_selection, shown_columns
from cogsim.decisions.dynamodb_statement_access import statement_action
from cogsim.decisions.dynamodb_statements import Bound, bind_statement, bound_write, check_alone, check_single
from cogsim.decisions.dynamodb_writes import Change, Write, applied, change_of
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.attribute_value import Attributes, write_attributes
from cogsim.world.table import Table
from cogsim.world.table_items import TableItems, place

_FAILED, _DUPLICATE = "The conditional request failed", "Duplicate primary key exists in table"


def statement_requirement(ctx: CallContext, bound: Bound, params: Params, enclosing: str | None = None) -> Requirement:
    """What a statement requires: its own action on the table, or the index that it reads."""
    action = ctx.take(statement_action(bound.kind))
    table = known_table(ctx, bound.table_name)
    if table is None:
        return no_such_table(ctx, action, bound.table_name, bound.index)
    if bound.kind == "Select":
        selection = _selection(bound, table, params)
        reading = selection.readings[0]
        keys = request_keys(
            layout=table.layout_of(bound.index),
            leading=selection.leading,
            attributes=reading.names,
            select=reading.select,
            full_table_scan=selection.scans,
            enclosing=enclosing,
            told=selection.steps,
        )
        return requirement(ctx, action, table.index_arn(bound.index) if bound.index else table.arn, keys)
    write = bound_write(bound, table)
    asked = bound.statement.returning
    sent = {"ReturnValues": _RETURNED[asked] if asked else None} if bound.kind in ("Update", "Delete") else {}
    keys = request_keys(
        layout=table.layout, leading=(write.key,), attributes=write.names, enclosing=enclosing, sent=sent
    )
    return requirement(ctx, action, table.arn, keys)


_RETURNED = {
    "ALL OLD": "ALL_OLD",
    "ALL NEW": "ALL_NEW",
    "MODIFIED OLD": "UPDATED_OLD",
    "MODIFIED NEW": "UPDATED_NEW",
}


def _selection(bound: Bound, table: Table, params: Params) -> Selection:
    return bound_selection(bound, table, params.get("Limit"), consistent=bool(params.get("ConsistentRead")))


@validated
def _on_statement(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    bound = bind_statement(params["Statement"], params.get("Parameters"))
    check_alone(bound)
    return (statement_requirement(ctx, bound, params),)


@operation("dynamodb:ExecuteStatement", requires=_on_statement)
@validated
def execute_statement(
    ctx: CallContext,
    *,
    Statement: str,
    Parameters: Sequence[Any] | None = None,
    ConsistentRead: bool = False,
    NextToken: str | None = None,
    Limit: int | None = None,
    ReturnConsumedCapacity: str | None = None,
    ReturnValuesOnConditionCheckFailure: str | None = None,
) -> dict[str, Any]:
    """One PartiQL statement. # ddb:ExecuteStatement"""
    bound = bind_statement(Statement, Parameters)
    check_alone(bound)
    table = table_of(ctx, bound.table_name)
    if bound.kind == "Select":
        return _select(ctx, _selection(bound, table, ctx.call.params), NextToken)
    write, change = written(ctx, bound, table, ReturnValuesOnConditionCheckFailure == "ALL_OLD")
    units, indexes = written_units(table, change)
    shown = returned(bound, write, change)
    return {
        "Items": [write_attributes(shown)] if shown else [],
        **consumed(ReturnConsumedCapacity, table, units, indexes),
    }


def written(ctx: CallContext, bound: Bound, table: Table, show_old: bool) -> tuple[Write, Change]:
    """Do the write of a statement, or raise why it is not done; deleting what is not there is no fault."""
    write, held = bound_write(bound, table), ctx.world.items_of(table)
    change = change_of(write, held)
    if bound.kind == "Delete" and change.before is None:
        change = Change(None, None)
    if not change.passed:
        raise _refused(bound, change, show_old)
    keep_items(ctx, table.arn, applied(write, change, held))
    return write, change


def _refused(bound: Bound, change: Change, shown: bool) -> AwsError:
    if bound.kind == "Insert":
        return AwsError("DuplicateItemException", _DUPLICATE)
    members = {"Item": write_attributes(change.before.attributes)} if shown and change.before is not None else {}
    return AwsError("ConditionalCheckFailedException", _FAILED, **members)


def returned(bound: Bound, write: Write, change: Change) -> Attributes | None:
    """What RETURNING gives back."""
    asked = bound.statement.returning
    item = None if asked is None else change.before if asked.endswith("OLD") else change.after
    if asked is None or item is None:
        return None
    return item.attributes if asked.startswith("ALL") else picked(item.attributes, [a.path for a in write.actions])


def _select(ctx: CallContext, selection: Selection, token: str | None) -> dict[str, Any]:
    """A page of what a SELECT reads; NextToken says which partition it goes on in, and where."""
    params, first = ctx.call.params, selection.readings[0]
    held = ctx.world.items_of(first.table)
    number, start = selection.start(token)
    items: list[Attributes] = []
    size = scanned = 0
    left = params.get("Limit")
    page = Page((), 0, 0, None)
    while number < len(selection.readings):
        reading = replace(selection.ahead(number, start), limit=None if left is None else left - scanned)
        page, start = page_of(reading, held), ""
        items, size, scanned = [*items, *page.items], size + page.size, scanned + page.scanned
        if page.last is not None or scanned == left:
            break
        number += 1
    shown = [write_attributes(shown_columns(item, selection.columns, found_at)) for item in items]
    answer: dict[str, Any] = {"Items": shown}
    if page.last is not None:
        answer["LastEvaluatedKey"] = write_attributes(page.last)
        at = place(first.table.layout_of(first.index), page.last)
        answer["NextToken"] = selection.token(number, at or "")
    units = read_units(size, consistent=bool(params.get("ConsistentRead")))
    on_table, on_index = (units, {}) if first.index is None else (0.0, {first.index: units})
    return answer | consumed(params.get("ReturnConsumedCapacity"), first.table, on_table, on_index)


def _bound_all(ctx: CallContext, params: Params) -> list[Bound]:
    """The statements of a transaction: all reads of one item each or all writes, no index, nothing returned.
    # ddb:ExecuteTransaction"""
    found = []
    for number, each in enumerate(params["TransactStatements"]):
        bound = bind_statement(each["Statement"], each.get("Parameters"))
        try:
            _check_together(ctx, bound)
        except InvalidValue as error:
            raise InvalidValue("", f"Validation failed in TransactStatements[{number}]: {error.rule}") from None
        found.append(bound)
    if len({bound.kind == "Select" for bound in found}) > 1:
        raise InvalidValue("", "Transaction cannot contain both read and write operations")
    return found


def _check_together(ctx: CallContext, bound: Bound) -> None:
    if bound.statement.returning is not None:
        raise InvalidValue("", "RETURNING clause is not supported in ExecuteTransaction.")
    if bound.index is not None:
        raise InvalidValue("", "Reads on indices are not supported within transactions.")
    table = known_table(ctx, bound.table_name)
    if bound.kind == "Select" and table is not None:
        check_single(bound, table, "ExecuteTransaction")


@validated
def _on_transaction(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    bounds = _bound_all(ctx, params)
    return tuple(statement_requirement(ctx, bound, {}, "ExecuteTransaction") for bound in bounds)


@operation("dynamodb:ExecuteTransaction", requires=_on_transaction)
@validated
def execute_transaction(
    ctx: CallContext,
    *,
    TransactStatements: Sequence[Params],
    ClientRequestToken: str | None = None,
    ReturnConsumedCapacity: str | None = None,
) -> dict[str, Any]:
    """Statements of which all are done or none. # ddb:ExecuteTransaction"""
    found = _bound_all(ctx, ctx.call.params)
    tables = [table_of(ctx, bound.table_name) for bound in found]
    if found[0].kind == "Select":
        return _read_all(ctx, found, tables, ReturnConsumedCapacity)
    writes = [bound_write(bound, table) for bound, table in zip(found, tables, strict=True)]
    if ClientRequestToken is not None and seen(ctx, ClientRequestToken):
        return {"Responses": [{} for _ in writes], **repeated(ctx, writes)}
    if len({(write.table.arn, write.key) for write in writes}) != len(writes):
        raise InvalidValue("", "Transaction request cannot include multiple operations on one item")
    held = {table.arn: ctx.world.items_of(table) for table in tables}
    changes = _changes(found, writes, held)
    for write, change in zip(writes, changes, strict=True):
        held[write.table.arn] = applied(write, change, held[write.table.arn])
    for arn, after in held.items():
        keep_items(ctx, arn, after)
    if ClientRequestToken is not None:
        remember(ctx, ClientRequestToken)
    if ReturnConsumedCapacity not in ("TOTAL", "INDEXES"):
        return {"Responses": [{} for _ in writes]}
    used = written_capacity(ReturnConsumedCapacity, writes, changes)
    return {"Responses": [{} for _ in writes], "ConsumedCapacity": used}


def _changes(found: Sequence[Bound], writes: Sequence[Write], held: Mapping[str, TableItems]) -> list[Change]:
    """What each write does; where one cannot be done, none is."""
    changes: list[Change] = []
    reasons: list[dict[str, Any]] = []
    for bound, write in zip(found, writes, strict=True):
        change, reason = Change(None, None), dict[str, Any](Code="None")
        try:
            change = change_of(write, held[write.table.arn])
        except InvalidValue as error:
            reason = {"Code": "ValidationError", "Message": error.rule}
        if bound.kind == "Delete" and change.before is None:
            change = Change(None, None)
        if not change.passed:
            words = ("DuplicateItem", _DUPLICATE) if bound.kind == "Insert" else ("ConditionalCheckFailed", _FAILED)
            reason = {"Code": words[0], "Message": words[1]}
        changes.append(change)
        reasons.append(reason)
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)
    return changes


def _read_all(ctx: CallContext, found: Sequence[Bound], tables: Sequence[Table], asked: str | None) -> dict[str, Any]:
    responses: list[dict[str, Any]] = []
    used: dict[str, tuple[Table, float]] = {}
    for bound, table in zip(found, tables, strict=True):
        shown, size = read_one(ctx, bound, table)
        responses.append({} if shown is None else {"Item": write_attributes(shown)})
        before = used.get(table.arn, (table, 0.0))[1]
        used[table.arn] = (table, before + read_units(size, transacted=True))
    if asked not in ("TOTAL", "INDEXES"):
        return {"Responses": responses}
    entries = [capacity(asked, table, units, {}, ReadCapacityUnits=units) for _, (table, units) in sorted(used.items())]
    return {"Responses": responses, "ConsumedCapacity": entries}


def read_one(ctx: CallContext, bound: Bound, table: Table) -> tuple[Attributes | None, int]:
    """What a SELECT of one item gives, and the bytes that it read."""
    selection = bound_selection(bound, table, None)
    page = page_of(selection.readings[0], ctx.world.items_of(table))
    shown = [shown_columns(item, selection.columns, found_at) for item in page.items]
    return (shown[0] if shown else None), page.size
