"""A cloud with one table and its callers, for tests of DynamoDB at the door."""

from __future__ import annotations

from typing import Any

from cogsim.aws.call import Call, Credentials, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.attribute_value import read_attributes
from cogsim.world.iam import AccessKey, User
from cogsim.world.table import Projection, SecondaryIndex, Table
from cogsim.world.table_items import table_items
from cogsim.world.table_keys import item_of
from cogsim.world.world import World

ACCOUNT, OTHER = "123456789012", "210987654321"
ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/notes"
BOB, EVE = Credentials("AKIABOB", "secret"), Credentials("AKIAEVE", "secret")
NOTES = Table(
    "notes",
    ARN,
    (("tenant", "HASH"), ("number", "RANGE")),
    Map({"tenant": "S", "number": "N", "writer": "S", "due": "S"}),
    Map(
        {
            "byWriter": SecondaryIndex("byWriter", (("writer", "HASH"),), True, Projection("INCLUDE", ("title",))),
            "byDue": SecondaryIndex("byDue", (("tenant", "HASH"), ("due", "RANGE")), False, Projection("KEYS_ONLY")),
        }
    ),
)


def note(tenant: str, number: int, **more: Any) -> dict[str, Any]:
    """An item as the wire writes it: text for text, numbers for numbers."""
    return {"tenant": {"S": tenant}, "number": {"N": str(number)}, **{name: wire(held) for name, held in more.items()}}


def key(tenant: str, number: int) -> dict[str, Any]:
    return {"tenant": {"S": tenant}, "number": {"N": str(number)}}


def wire(held: Any) -> Any:
    if isinstance(held, str):
        return {"S": held}
    if isinstance(held, int | float):
        return {"N": str(held)}
    if isinstance(held, list):
        return {"L": [wire(each) for each in held]}
    return held


def allow(action: str | list[str], resource: str | list[str] = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


#: Two tenants with notes; the third of acme's and both of globex's have a writer.
ITEMS = (
    note("acme", 1, title="one", secret="s1"),
    note("acme", 2, title="two", due="2026-02-01"),
    note("acme", 10, title="ten", writer="ann", due="2026-01-01"),
    note("globex", 1, title="gone", writer="gus"),
    note("globex", 2, title="gtwo", writer="gus"),
)


def cloud(*statements: dict[str, Any], table: Table = NOTES, eve: tuple[dict[str, Any], ...] = ()) -> Cloud:
    """Bob of the table's account may what the statements allow, everything where there are none; Eve is of another
    account, and may what `eve` allows her."""
    world = World().with_table(table)
    items = table_items(table, (item_of(table, read_attributes(each)) for each in ITEMS))
    for account, name, rights in ((ACCOUNT, "bob", statements or (allow("*"),)), (OTHER, "eve", eve)):
        arn = f"arn:aws:iam::{account}:user/{name}"
        policy = parse({"Version": "2012-10-17", "Statement": list(rights)}, PolicyKind.IDENTITY) if rights else None
        world = world.with_user(User(arn, name, inline=Map({"own": policy}) if policy else Map()))
        world = world.with_access_key(AccessKey(f"AKIA{name.upper()}", arn, "secret"))
    return Cloud(world.with_items(table.arn, items), seed="t", clock=Clock())


def ask(at: Cloud, operation: str, credentials: Credentials = BOB, **params: Any) -> Outcome:
    """One call, of the table where the operation names one and the caller does not."""
    named = {"TableName": "notes"} if operation in _OF_A_TABLE else {}
    return at.submit(Call(f"dynamodb:{operation}", {**named, **params}, credentials, at.origin()))


_OF_A_TABLE = frozenset(
    (
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "DescribeTable", "UpdateTable"),
        *("DeleteTable", "DescribeTimeToLive", "UpdateTimeToLive"),
    )
)


def told(outcome: Outcome) -> str:
    """The refusal as `code: message`, or `ok`."""
    return "ok" if outcome.error is None else f"{outcome.error.code}: {outcome.error.message}"
