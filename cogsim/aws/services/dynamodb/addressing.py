"""Which table a request is for, and what it requires there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Requirement
from cogsim.decision import Decision
from cogsim.decisions.caller import caller_account
from cogsim.decisions.dynamodb_request_keys import Keys
from cogsim.decisions.dynamodb_table_names import check_table_name
from cogsim.errors import AwsError, InvalidValue
from cogsim.world.table import Table
from cogsim.world.table_items import TableItems

P = ParamSpec("P")
T = TypeVar("T")


def validated(function: Callable[P, T]) -> Callable[P, T]:
    """The function, with what breaks a rule of DynamoDB's refused as a ValidationException in its words."""

    @wraps(function)
    def call(*given: P.args, **named: P.kwargs) -> T:
        try:
            return function(*given, **named)
        except InvalidValue as error:
            raise AwsError("ValidationException", error.rule) from None

    return call


@validated
def table_arn(ctx: CallContext, name: str, *, as_arn: bool = False) -> str:
    """The ARN of a table that is named by it, or by its name in the caller's account and Region."""
    check_table_name(name, as_arn=as_arn)
    if name.startswith("arn:"):
        return name
    return own_tables(ctx) + name


def own_tables(ctx: CallContext) -> str:
    """What the ARNs of the tables of the caller's account and Region begin with."""
    return f"arn:{ctx.partition}:dynamodb:{ctx.region}:{caller_account(ctx.caller)}:table/"


def known_table(ctx: CallContext, name: str) -> Table | None:
    """The table, None where there is none; one of another Region is not here."""
    arn = table_arn(ctx, name)
    table = ctx.world.tables.get(arn)
    return table if table is not None and arn.split(":")[3] == ctx.region else None


def table_of(ctx: CallContext, name: str) -> Table:
    """The table; ResourceNotFoundException where there is none."""
    table = known_table(ctx, name)
    if table is None:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    return table


def described_table(ctx: CallContext, name: str) -> Table:
    """The table of an operation on tables, which names the one it misses."""
    table = known_table(ctx, name)
    if table is None:
        short = name.rpartition("/")[2]
        raise AwsError("ResourceNotFoundException", f"Requested resource not found: Table: {short} not found")
    return table


def keep_items(ctx: CallContext, arn: str, held: TableItems) -> None:
    """Make `held` the items of the table."""
    ctx.update_world(lambda world: world.with_items(arn, held))


def requirement(ctx: CallContext, action: str, resource: str, keys: Decision[Keys]) -> Requirement:
    """What the caller needs, with the condition keys of the request; why it has these is put on record."""
    return Requirement(f"dynamodb:{action}", resource, ctx.take(keys))


def on_table(action: str, member: str = "TableName") -> Callable[[CallContext, Mapping[str, Any]], Any]:
    """What an operation on a table as a whole requires: the action on it. # sar:dynamodb"""

    def requires(ctx: CallContext, params: Mapping[str, Any]) -> tuple[Requirement, ...]:
        named = table_arn(ctx, params[member], as_arn=member == "ResourceArn")
        return (Requirement(f"dynamodb:{action}", named),)

    return requires


def no_such_table(ctx: CallContext, action: str, name: str, index: str | None = None) -> Requirement:
    """What a request for a table that is not there requires: whoever may not ask does not learn that it is missing."""
    arn = table_arn(ctx, name)
    return Requirement(f"dynamodb:{action}", f"{arn}/index/{index}" if index else arn)
