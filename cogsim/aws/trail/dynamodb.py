"""What records show of DynamoDB's data events: keys and expressions, never the values of other attributes.

1. Items are shown by the names of their attributes, keys with their values, expressions without theirs.
2. Statements are shown with every literal replaced but those that a key is compared with; one that is no statement is
   replaced as a whole. # ddb:cloudtrail
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.aws.trail.redaction import Redacted, camel
from cogsim.decisions.caller import caller_account
from cogsim.decisions.dynamodb_expressions.partiql_grammar import parse_statement, uncommented
from cogsim.errors import InvalidValue
from cogsim.world.table import Table
from cogsim.world.world import World

REDACTED = "***(Redacted)"

#: Operations on items; all others are management events. # ct:data-events
DATA = frozenset(
    f"dynamodb:{name}"
    for name in (
        *("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "Scan", "BatchGetItem", "BatchWriteItem"),
        *("TransactGetItems", "TransactWriteItems", "ExecuteStatement", "ExecuteTransaction", "BatchExecuteStatement"),
    )
)
#: Reads that are not named like one. PartiQL counts as a write whatever it says. # ddb:cloudtrail
READS = frozenset(f"dynamodb:{name}" for name in ("Query", "Scan", "BatchGetItem", "TransactGetItems"))

_SHOWN = (
    *("TableName", "IndexName", "ConditionExpression", "UpdateExpression", "KeyConditionExpression"),
    *("FilterExpression", "ProjectionExpression", "AttributesToGet", "ExpressionAttributeNames", "ConsistentRead"),
    *("ScanIndexForward", "Limit", "Select", "Segment", "TotalSegments", "ReturnValues", "ReturnConsumedCapacity"),
    *("ReturnItemCollectionMetrics", "ReturnValuesOnConditionCheckFailure"),
)
#: The members whose values records do not show.
_OF_VALUES = (
    *("ExpressionAttributeValues", "Item", "Parameters"),
    *("Expected", "AttributeUpdates", "KeyConditions", "QueryFilter", "ScanFilter"),
)
#: Names, literals and whatever else a statement is made of: a quoted name may hold what looks like a literal.
_TOKEN = re.compile(
    r"(?P<quoted>\"(?:[^\"]|\"\")*\")"
    r"|(?P<literal>'(?:[^']|'')*'|(?<![\w\"'])[+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\b|\b(?:true|false|null)\b)"
    r"|(?P<word>[A-Za-z_]\w*)|(?P<space>\s+)|(?P<sign>.)",
    re.IGNORECASE | re.DOTALL,
)


def data_request(outcome: Outcome, world: World) -> Redacted:
    """The parameters of a data event as its record shows them, and the texts that it hides."""
    params = outcome.call.params
    tables = _Tables(outcome, world)
    shown = dict(_members(params, tables))
    listed = list(_listed(params, tables))
    if listed:
        shown["requestItems"] = listed
    return Redacted(shown or None, frozenset(_values(params)))


def touched(outcome: Outcome, world: World) -> tuple[str, ...]:
    """The ARNs of the tables that a call speaks of, sorted."""
    tables = _Tables(outcome, world)
    params = outcome.call.params
    names = {params.get("TableName"), params.get("ResourceArn"), _source(params.get("Statement"))}
    names |= set(params["RequestItems"]) if isinstance(params.get("RequestItems"), Mapping) else set()
    for each in (*_listing(params, "TransactItems"), *_listing(params, "TransactStatements")):
        names |= {held.get("TableName") for held in each.values() if isinstance(held, Mapping)}
        names.add(_source(each.get("Statement")))
    return tuple(sorted({tables.arn(name) for name in names if isinstance(name, str)}))


class _Tables:
    """Tables by the names that a call gives them."""

    def __init__(self, outcome: Outcome, world: World) -> None:
        self._outcome, self._world = outcome, world

    def arn(self, name: str) -> str:
        if Arn.try_parse(name) is not None:
            return name
        origin = self._outcome.call.origin
        account = caller_account(self._outcome.caller) or ""
        return f"arn:{origin.partition}:dynamodb:{origin.region}:{account}:table/{name}"

    def get(self, name: object) -> Table | None:
        return self._world.tables.get(self.arn(name)) if isinstance(name, str) else None


def _members(params: Mapping[str, Any], tables: _Tables) -> Iterator[tuple[str, Any]]:
    """What stands at the top of a request, or in one of the requests of a batch."""
    for name in _SHOWN:
        if params.get(name) is not None:
            yield camel(name), params[name]
    table = tables.get(params.get("TableName"))
    item: Mapping[str, Any] | None = params.get("Item")
    if isinstance(item, Mapping):
        keys = table.key_names if table is not None else ()
        yield "key", {name: _plain(item[name]) for name in keys if name in item}
        yield "item", sorted(item)
    for name in ("Key", "ExclusiveStartKey"):
        if isinstance(params.get(name), Mapping):
            yield camel(name), _key(params[name])
    statement = params.get("Statement")
    if isinstance(statement, str):
        yield "statement", redacted_statement(statement, tables.get(_source(statement)))


def _listed(params: Mapping[str, Any], tables: _Tables) -> Iterator[dict[str, Any]]:
    """The requests of a batch or a transaction, one by one."""
    given = params.get("RequestItems")
    batch: Mapping[str, Any] = given if isinstance(given, Mapping) else {}
    for name in sorted(batch):
        held = batch[name]
        if isinstance(held, Mapping):
            keys = [_key(each) for each in held.get("Keys") or ()]
            yield {**dict(_members({**held, "TableName": name}, tables)), "keys": keys}
            continue
        for each in held:
            for kind, request in sorted(each.items()):
                members = dict(_members({**request, "TableName": name}, tables))
                yield {"operation": kind.removesuffix("Request"), **_plural(members)}
    for each in _listing(params, "TransactItems"):
        for kind, request in sorted(each.items()):
            if isinstance(request, Mapping):
                yield {"operation": kind, **_plural(dict(_members(request, tables)))}
    for each in _listing(params, "TransactStatements"):
        yield dict(_members(each, tables))


def _plural(members: dict[str, Any]) -> dict[str, Any]:
    """In lists of requests an item's names stand under `items`."""
    return {"items" if name == "item" else name: value for name, value in members.items()}


def _listing(params: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    held = params.get(name)
    return [each for each in held if isinstance(each, Mapping)] if isinstance(held, list | tuple) else []


def _key(key: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain(key[name]) for name in sorted(key)}


def _plain(value: Any) -> str:
    """A key's value without its type; bytes in Base64."""
    held = next(iter(value.values()), "") if isinstance(value, Mapping) else value
    return base64.b64encode(held).decode() if isinstance(held, bytes | bytearray) else str(held)


def _source(statement: object) -> str | None:
    """The table that a statement names, None where it is no statement."""
    if not isinstance(statement, str):
        return None
    try:
        return parse_statement(statement).source[0]
    except InvalidValue:
        return None


def redacted_statement(text: str, table: Table | None) -> str:
    """The statement with its literals replaced, but for those that a key of the table is compared with."""
    if _source(text) is None:
        return REDACTED
    tokens = list(_TOKEN.finditer(uncommented(text)))
    keys, before = table.key_names if table is not None else (), ["", "", ""]
    shown = []
    for place, token in enumerate(tokens):
        kept = token.lastgroup != "literal" or _is_shown(tokens, place, before, keys)
        shown.append(token[0] if kept else REDACTED)
        if token.lastgroup != "space":
            before = [*before[1:], token[0]]
    return "".join(shown)


def _is_shown(tokens: Sequence[re.Match[str]], place: int, before: Sequence[str], keys: Sequence[str]) -> bool:
    """Whether a literal is a key's value, a position in a list, or the name of a member; `before` are the three tokens
    in front of it."""
    compared = before[2] == "=" and before[1].strip('"') in keys and before[0] != "."
    named = place > 1 and (tokens[place - 2].lastgroup in ("quoted", "word") or tokens[place - 2][0] == "]")
    at_position = named and tokens[place - 1][0] == "["
    following = next((each[0] for each in tokens[place + 1 : place + 3] if each.lastgroup != "space"), "")
    return compared or at_position or (tokens[place][0][0] == "'" and following == ":")


def _values(params: Any, inside: bool = False) -> Iterator[str]:
    """The texts of values that records do not show, for what errors repeat of them."""
    if isinstance(params, Mapping):
        for name, held in params.items():
            hidden = inside or name in _OF_VALUES
            yield from _values(held, hidden)
    elif isinstance(params, list | tuple):
        for held in params:
            yield from _values(held, inside)
    elif inside and isinstance(params, str):
        yield params
