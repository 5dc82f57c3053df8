"""BatchExecuteStatement: statements that are done each for itself, and refused each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import known_table, table_of, validated
from cogsim.aws.services.dynamodb.capacity import capacity
from cogsim.aws.services.dynamodb.statements import read_one, returned, statement_requirement, written
from cogsim.decisions.dynamodb_capacity import read_units, written_units
from cogsim.decisions.dynamodb_statement_access import statement_allowed
from cogsim.decisions.dynamodb_statements import Bound, bind_statement, check_alone, check_single
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.attribute_value import write_attributes
from cogsim.world.table import Table

#: What an error is called beside the statement that it refuses. # ddb:BatchExecuteStatement
_CODES = {
    "ConditionalCheckFailedException": "ConditionalCheckFailed",
    "DuplicateItemException": "DuplicateItem",
    "ResourceNotFoundException": "ResourceNotFound",
    "ValidationException": "ValidationError",
    "AccessDeniedException": "AccessDenied",
}


def _nothing(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The request as a whole requires nothing: each statement is asked for where it is done."""
    return ()


@dataclass(frozen=True, slots=True)
class _Done:
    """One statement's answer, and what it consumed of which table; nothing where it was refused."""

    answer: dict[str, Any]
    table: Table | None = None
    units: float = 0.0


@operation("dynamodb:BatchExecuteStatement", requires=_nothing)
@validated
def batch_execute_statement(
    ctx: CallContext, *, Statements: Sequence[Params], ReturnConsumedCapacity: str | None = None
) -> dict[str, Any]:
    """Up to 25 statements, all reads of one item or all writes. # ddb:BatchExecuteStatement"""
    kinds = {bound.kind == "Select" for bound in map(_readable, Statements) if bound is not None}
    if len(kinds) > 1:
        raise InvalidValue("", "Statements must either be all reads or all writes")
    done = [_done(ctx, each) for each in Statements]
    responses = {"Responses": [each.answer for each in done]}
    if ReturnConsumedCapacity not in ("TOTAL", "INDEXES"):
        return responses
    used: dict[str, tuple[Table, float]] = {}
    for each in done:
        if each.table is not None:
            used[each.table.arn] = (each.table, used.get(each.table.arn, (each.table, 0.0))[1] + each.units)
    entries = [capacity(ReturnConsumedCapacity, table, units, {}) for _, (table, units) in sorted(used.items())]
    return {**responses, "ConsumedCapacity": entries}


def _readable(params: Params) -> Bound | None:
    """The statement, None where it is none: that is said beside it."""
    try:
        return bind_statement(params["Statement"], params.get("Parameters"))
    except InvalidValue:
        return None


def _done(ctx: CallContext, params: Params) -> _Done:
    try:
        return _answer(ctx, params)
    except AwsError as error:
        told = {"Code": _CODES.get(error.code, error.code), "Message": error.message}
        item = {"Item": error.members["Item"]} if "Item" in error.members else {}
        return _Done({"Error": {**told, **item}})


@validated
def _answer(ctx: CallContext, params: Params) -> _Done:
    bound = bind_statement(params["Statement"], params.get("Parameters"))
    check_alone(bound)
    known = known_table(ctx, bound.table_name)
    if bound.kind == "Select" and known is not None:
        check_single(bound, known, "BatchExecuteStatement")
    need = statement_requirement(ctx, bound, params)
    may = ctx.may(need.action, need.resource, need.context)
    ctx.require(statement_allowed(may, ctx.caller, need.action, need.resource))
    table = table_of(ctx, bound.table_name)
    named = {"TableName": table.name}
    if bound.kind == "Select":
        found, size = read_one(ctx, bound, table)
        answer = named if found is None else {**named, "Item": write_attributes(found)}
        return _Done(answer, table, read_units(size, consistent=bool(params.get("ConsistentRead"))))
    write, change = written(ctx, bound, table, params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD")
    shown = returned(bound, write, change)
    units, indexes = written_units(table, change)
    answer = named if not shown else {**named, "Item": write_attributes(shown)}
    return _Done(answer, table, units + sum(indexes.values()))
