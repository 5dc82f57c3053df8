"""BatchExecuteStatement: statements that are done each for itself, and refused each for itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.dynamodb.addressing import table_of, validated
from cogsim.aws.services.dynamodb.statements import read_one, returned, statement_requirement, written
from cogsim.decisions.dynamodb_statement_access import statement_allowed
from cogsim.decisions.dynamodb_statements import Bound, bind_statement
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.attribute_value import write_attributes

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


@operation("dynamodb:BatchExecuteStatement", requires=_nothing)
@validated
def batch_execute_statement(ctx: CallContext, *, Statements: Sequence[Params]) -> dict[str, Any]:
    """Up to 25 statements, all reads of one item or all writes. # ddb:BatchExecuteStatement"""
    kinds = {bound.kind == "Select" for bound in map(_readable, Statements) if bound is not None}
    if len(kinds) > 1:
        raise InvalidValue("", "Statements must either be all reads or all writes")
    return {"Responses": [_done(ctx, each) for each in Statements]}


def _readable(params: Params) -> Bound | None:
    """The statement, None where it is none: that is said beside it."""
    try:
        return bind_statement(params["Statement"], params.get("Parameters"))
    except InvalidValue:
        return None


def _done(ctx: CallContext, params: Params) -> dict[str, Any]:
    try:
        return _answer(ctx, params)
    except AwsError as error:
        told = {"Code": _CODES.get(error.code, error.code), "Message": error.message}
        item = {"Item": error.members["Item"]} if "Item" in error.members else {}
        return {"Error": {**told, **item}}


@validated
def _answer(ctx: CallContext, params: Params) -> dict[str, Any]:
    bound = bind_statement(params["Statement"], params.get("Parameters"))
    need = statement_requirement(ctx, bound, params)
    may = ctx.may(need.action, need.resource, need.context)
    ctx.require(statement_allowed(may, ctx.caller, need.action, need.resource))
    table = table_of(ctx, bound.table_name)
    named = {"TableName": table.name}
    if bound.kind == "Select":
        found = read_one(ctx, bound, table)[0]
        return named if found is None else {**named, "Item": write_attributes(found)}
    write, change = written(ctx, bound, table, params.get("ReturnValuesOnConditionCheckFailure") == "ALL_OLD")
    shown = returned(bound, write, change)
    return named if shown is None else {**named, "Item": write_attributes(shown)}
