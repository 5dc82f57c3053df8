"""DynamoDB's data semantics, held against moto in the same process as an independent reader.

The same requests go to both: writes with conditions and updates, then reads with filters, projections and paging. What
they keep and give back has to be the same; where one refuses, so does the other. Left out are the points where moto is
known to differ from DynamoDB, each beside its reason below.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import boto3
import botocore.exceptions
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.simulation import Simulation
from cogsim.world.iam import AccessKey, User
from cogsim.world.world import World

BOB = "arn:aws:iam::123456789012:user/bob"
EVERYTHING = parse(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}, PolicyKind.IDENTITY
)
TABLE: dict[str, Any] = {
    "TableName": "things",
    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    "BillingMode": "PAY_PER_REQUEST",
    "LocalSecondaryIndexes": [
        {
            "IndexName": "byRank",
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "rank", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "byHolder",
            "KeySchema": [{"AttributeName": "holder", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "ALL"},
        }
    ],
}
#: `rank` is a reserved word; expressions name it by a placeholder.
_MEMBERS = ("Attributes", "Items", "Count", "ScannedCount", "LastEvaluatedKey")
#: moto falls over where a condition speaks of a part that an item does not have: nothing to compare with.
UNABLE = "moto is unable to say"
NAMES = {"#r": "rank", "#m": "map"}


class Ours:
    """cogsim behind the names of a client's methods: moto catches whatever boto3 sends, so nothing is sent."""

    def __init__(self, sim: Simulation) -> None:
        self._sim = sim

    def ask(self, operation: str, request: dict[str, Any]) -> Any:
        name = "".join(word.capitalize() for word in operation.split("_"))
        return self._sim.call(f"dynamodb:{name}", request, self._sim.signer("bob"))


def _clients(sort_type: str) -> tuple[Ours, Any]:
    """cogsim and a client of moto, each with a new empty table."""
    world = World().with_user(User(BOB, "bob", inline=Map({"all": EVERYTHING})))
    sim = Simulation(world.with_access_key(AccessKey("AKIABOB", BOB, "secret")), seed="moto")
    ours = Ours(sim)
    theirs = boto3.client(
        "dynamodb", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    kinds = {"pk": "S", "sk": sort_type, "rank": "N", "holder": "S"}
    definitions = [{"AttributeName": name, "AttributeType": kind} for name, kind in kinds.items()]
    ours.ask("create_table", {**TABLE, "AttributeDefinitions": definitions})
    theirs.create_table(**TABLE, AttributeDefinitions=definitions)
    return ours, theirs


def _answer(client: Any, operation: str, request: dict[str, Any]) -> Any:
    """What a client gives back, or the code of the error that it raises."""
    try:
        response = client.ask(operation, request) if isinstance(client, Ours) else getattr(client, operation)(**request)
    except AwsError as refused:
        return refused.code
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]
    except (ValueError, TypeError, AttributeError, KeyError, IndexError, AssertionError):
        return UNABLE
    return {name: _comparable(value) for name, value in response.items() if name in _MEMBERS}


def _comparable(value: Any) -> Any:
    """Sets without an order, numbers as numbers: `1.50` and `1.5` are the same."""
    if isinstance(value, dict):
        if set(value) <= {"SS", "BS"} and value:
            return {kind: sorted(held) for kind, held in value.items()}
        if set(value) == {"NS"}:
            return {"NS": sorted(map(Decimal, value["NS"]))}
        if set(value) == {"N"}:
            return {"N": Decimal(value["N"])}
        return {name: _comparable(held) for name, held in value.items()}
    return [_comparable(each) for each in value] if isinstance(value, list) else value


# Requests

_PARTITIONS = st.sampled_from(("a", "b", "ü"))
_SHORT = st.sampled_from(("", "x", "xy", "y", "ü"))
_COUNTS = st.integers(-3, 3).map(str) | st.sampled_from(("0.5", "-0.25", "10"))


def _sorts(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    held: dict[str, st.SearchStrategy[Any]] = {
        "S": st.sampled_from(("a", "ab", "b", "ü", "z")),
        "N": st.sampled_from(("-10", "-9", "-1.5", "0", "0.05", "9", "10", "100")),
        "B": st.sampled_from((b"\x00", b"a", b"ab", b"\xff")),
    }
    return held[kind].map(lambda value: {kind: value})


# without BOOL: moto finds true equal to 1, as Python does
_SCALARS: st.SearchStrategy[dict[str, Any]] = st.one_of(
    _SHORT.map(lambda held: {"S": held}),
    _COUNTS.map(lambda held: {"N": held}),
    st.sampled_from(({"NULL": True}, {"B": b"x"})),
    st.sets(st.sampled_from("xyz"), min_size=1).map(lambda held: {"SS": sorted(held)}),
    st.sets(st.integers(0, 3), min_size=1).map(lambda held: {"NS": sorted(map(str, held))}),
)
_VALUES = st.one_of(
    _SCALARS,
    st.lists(_SCALARS, max_size=3).map(lambda held: {"L": held}),
    st.dictionaries(st.sampled_from(("p", "q")), _SCALARS, max_size=2).map(lambda held: {"M": held}),
)


@st.composite
def _items(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    item = {"pk": {"S": draw(_PARTITIONS)}, "sk": draw(_sorts(kind))}
    for name in draw(st.sets(st.sampled_from(("one", "two", "parts", "map")))):
        values = {"parts": st.lists(_SCALARS, max_size=3).map(lambda held: {"L": held})}
        maps = st.dictionaries(st.sampled_from(("p", "q")), _SCALARS, max_size=2).map(lambda held: {"M": held})
        item[name] = draw({**values, "map": maps}.get(name, _VALUES))
    if draw(st.booleans()):
        item["rank"] = {"N": draw(_COUNTS)}
    if draw(st.booleans()):
        item["holder"] = {"S": draw(st.sampled_from(("h", "i")))}
    return item


_PATHS = st.sampled_from(("one", "two", "parts[0]", "parts[1]", "#m.p", "#m.q"))


@st.composite
def _conditions(draw: st.DrawFn, depth: int = 2) -> tuple[str, dict[str, Any]]:
    """A condition, and the values it speaks of."""
    if depth and draw(st.booleans()):
        word = draw(st.sampled_from(("AND", "OR", "NOT")))
        left, first = draw(_conditions(depth - 1))
        if word == "NOT":
            return f"NOT ({left})", first
        right, second = draw(_conditions(depth - 1))
        moved = {f"{name}{depth}": value for name, value in second.items()}
        for name in sorted(second, reverse=True):
            right = right.replace(name, f"{name}{depth}")
        return f"({left}) {word} ({right})", {**first, **moved}
    # moto takes what an item does not have for NULL
    path, value = draw(_PATHS), draw(_SCALARS.filter(lambda held: "NULL" not in held))
    kind = next(iter(value))
    forms = [f"{path} = :v", f"{path} <> :v", f"attribute_exists({path})", f"attribute_not_exists({path})"]
    forms += [f"{path} IN (:v, :w)", f"contains({path}, :v)", f"attribute_type({path}, :t)", f"size({path}) > :n"]
    if kind in ("S", "N", "B"):
        forms += [f"{path} {operator} :v" for operator in ("<", "<=", ">", ">=")]
        forms.append(f"{path} BETWEEN :v AND :v")
    if kind in ("S", "B"):
        forms.append(f"begins_with({path}, :v)")
    if "." in path or "[" in path:
        forms.remove(f"size({path}) > :n")  # moto refuses the size of a part that an item does not have
    # moto looks for the text of what it is given inside sets
    forms = [form for form in forms if not (form.startswith("contains") and kind in ("SS", "NS", "NULL", "BOOL"))]
    form = draw(st.sampled_from(forms))
    given = {":v": value, ":w": {"S": "x"}, ":t": {"S": draw(st.sampled_from(("S", "N", "L", "M", "SS")))}}
    given[":n"] = {"N": "1"}
    return form, {name: held for name, held in given.items() if name in form}


@st.composite
def _updates(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    value, count = draw(_SCALARS), {"N": draw(_COUNTS)}
    members = {"SS": sorted(draw(st.sets(st.sampled_from("xyz"), min_size=1)))}
    form = draw(
        st.sampled_from(
            (
                "SET one = :v",
                "SET one = :v, two = if_not_exists(two, :c)",
                "SET #m.p = :v",
                "SET parts[1] = :v",
                "SET one = if_not_exists(one, :c) + :c",
                "SET two = two - :c",
                "SET parts = list_append(parts, :l)",
                "SET parts = list_append(:l, parts)",
                "SET #r = :c REMOVE one",
                "REMOVE #m.p",
                "REMOVE parts[0]",
                "REMOVE one, two",
                "ADD one :c",
                "ADD two :s",
                "DELETE two :s",
            )
        )
    )
    given = {":v": value, ":c": count, ":s": members, ":l": {"L": [value]}}
    return form, {name: held for name, held in given.items() if name in form}


def _named(request: dict[str, Any]) -> dict[str, Any]:
    """The request with the placeholders that its expressions use, and no others."""
    text = " ".join(value for name, value in request.items() if name.endswith("Expression"))
    names = {name: held for name, held in NAMES.items() if name in text}
    if names:
        request["ExpressionAttributeNames"] = names
    if not request.get("ExpressionAttributeValues"):
        request.pop("ExpressionAttributeValues", None)
    return request


@st.composite
def _writes(draw: st.DrawFn, kind: str) -> tuple[str, dict[str, Any]]:
    item = draw(_items(kind))
    key = {name: item[name] for name in ("pk", "sk")}
    operation = draw(st.sampled_from(("put_item", "put_item", "update_item", "update_item", "delete_item")))
    request: dict[str, Any] = {"TableName": "things"}
    given: dict[str, Any] = {}
    request |= {"Item": item} if operation == "put_item" else {"Key": key}
    if operation == "update_item":
        request["UpdateExpression"], given = draw(_updates())
        request["ReturnValues"] = draw(st.sampled_from(("NONE", "ALL_OLD", "ALL_NEW")))
    else:
        request["ReturnValues"] = draw(st.sampled_from(("NONE", "ALL_OLD")))
    if draw(st.integers(0, 3)) == 0:
        condition, values = draw(_conditions())
        for name in sorted(values, reverse=True):
            condition = condition.replace(name, f":k{name[1:]}")
        request["ConditionExpression"] = condition
        given = {**given, **{f":k{name[1:]}": value for name, value in values.items()}}
    if request.get("UpdateExpression", "").startswith(("REMOVE", "DELETE")):
        # moto makes an item of an update that only takes away
        more = f" AND ({request['ConditionExpression']})" if "ConditionExpression" in request else ""
        request["ConditionExpression"] = f"attribute_exists(pk){more}"
    return operation, _named({**request, "ExpressionAttributeValues": given})


@st.composite
def _reads(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """A query of the table or an index, or with no key condition a scan."""
    request: dict[str, Any] = {"TableName": "things"}
    given: dict[str, Any] = {}
    index = draw(st.sampled_from((None, None, "byRank", "byHolder")))
    if index is not None:
        request["IndexName"] = index
    if draw(st.integers(0, 3)):
        partition, sort = {None: ("pk", "sk"), "byRank": ("pk", "#r"), "byHolder": ("holder", "sk")}[index]
        given[":p"] = {"S": draw(_PARTITIONS if partition == "pk" else st.sampled_from(("h", "i")))}
        condition = f"{partition} = :p"
        low, high = draw(_ends(kind if sort == "sk" else "N"))
        form = draw(st.sampled_from(("", "=", "<", "<=", ">", ">=", "BETWEEN", "begins_with")))
        if form == "BETWEEN":
            condition += f" AND {sort} BETWEEN :low AND :high"
            given |= {":low": low, ":high": high}
        elif form == "begins_with" and "N" not in low:
            condition += f" AND begins_with({sort}, :low)"
            given[":low"] = low
        elif form not in ("", "begins_with"):
            condition += f" AND {sort} {form} :low"
            given[":low"] = low
        request["KeyConditionExpression"] = condition
        request["ScanIndexForward"] = draw(st.booleans())
    if draw(st.booleans()):
        request["FilterExpression"], values = draw(_conditions())
        given |= values
    if draw(st.booleans()):
        # not two elements of one list: moto takes them for overlapping
        request["ProjectionExpression"] = draw(st.sampled_from(("pk, sk", "one, #m.p", "parts[1], two", "#m")))
    return _named({**request, "ExpressionAttributeValues": given})


@st.composite
def _ends(draw: st.DrawFn, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two keys in their order."""
    pair = [draw(_sorts(kind)), draw(_sorts(kind))]
    pair.sort(key=lambda each: Decimal(each["N"]) if kind == "N" else each[kind])
    return pair[0], pair[1]


def _pages(client: Any, request: dict[str, Any], size: int) -> Any:
    """Everything that a read gives, page by page, or the code of its error."""
    operation = "query" if "KeyConditionExpression" in request else "scan"
    found: list[Any] = []
    start: dict[str, Any] = {}
    for _ in range(100):
        answer = _answer(client, operation, {**request, **start, "Limit": size})
        if isinstance(answer, str):
            return answer
        found += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return found
        start = {"ExclusiveStartKey": _wire(answer["LastEvaluatedKey"])}
    raise AssertionError("the pages do not end")


def _wire(key: Any) -> Any:
    return {
        name: {kind: str(held) if kind == "N" else held for kind, held in each.items()} for name, each in key.items()
    }


def _sorted(items: Any) -> Any:
    return (
        sorted(items, key=lambda item: json.dumps(item, sort_keys=True, default=repr))
        if isinstance(items, list)
        else items
    )


@pytest.fixture(scope="module", autouse=True)
def moto() -> Iterator[None]:
    with mock_aws():
        yield


@st.composite
def _stories(draw: st.DrawFn) -> tuple[str, list[tuple[str, dict[str, Any]]], list[dict[str, Any]], int]:
    kind = draw(st.sampled_from(("S", "N", "B")))
    writes = draw(st.lists(_writes(kind), min_size=1, max_size=12))
    return kind, writes, draw(st.lists(_reads(kind), min_size=1, max_size=4)), draw(st.integers(1, 4))


@given(_stories())
@settings(max_examples=30, deadline=None)
def test_writes_and_reads_give_the_same(
    story: tuple[str, list[tuple[str, dict[str, Any]]], list[dict[str, Any]], int],
) -> None:
    kind, writes, reads, size = story
    ours, theirs = _clients(kind)
    try:
        for operation, request in writes:
            mine, other = _answer(ours, operation, request), _answer(theirs, operation, request)
            assume(other != UNABLE)
            assert mine == other, (operation, request)
        assert _sorted(_pages(ours, {"TableName": "things"}, 100)) == _sorted(
            _pages(theirs, {"TableName": "things"}, 100)
        )
        for request in reads:
            mine, other = _pages(ours, request, size), _pages(theirs, request, size)
            if other == UNABLE:
                continue
            ordered = "KeyConditionExpression" in request and "IndexName" not in request
            assert (mine if ordered else _sorted(mine)) == (other if ordered else _sorted(other)), request
    finally:
        theirs.delete_table(TableName="things")
