"""Which items a PartiQL SELECT reads.

1. A SELECT that does not say which partitions reads the whole table, or index: a full table scan, and no leading keys.
   It says so by `=` or IN on the partition key, by several of these joined with OR, or by one of these joined with
   anything else by AND. # ddb:partiql-select
2. Whether alternatives that say more than the partition are read one by one too, AWS does not write: that is a switch.
3. Everything in WHERE is a filter of what is read.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Step
from cogsim.decisions.dynamodb_expressions.attribute_names import attribute_names
from cogsim.decisions.dynamodb_expressions.key_conditions import KeyCondition, key_range
from cogsim.decisions.dynamodb_expressions.partiql_grammar import Statement
from cogsim.decisions.dynamodb_expressions.tree import And, Constant, In, Node, Or, Path
from cogsim.decisions.dynamodb_reads import Reading
from cogsim.decisions.dynamodb_statements import Bound, conjuncts, key_condition
from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value, order_of
from cogsim.world.table import KeyLayout, Table
from cogsim.world.table_items import beyond

#: The assumption about alternatives that say more than the partition.
MIXED = "dynamodb.partiqlAlternatives"
#: Partitions that one statement may name. # ddb:partiql-operators
_MOST_PARTITIONS = 50


@dataclass(frozen=True, slots=True)
class Selection:
    """What a SELECT reads, partition after partition, or everything at once where it names none. `steps` tell what was
    assumed of it."""

    readings: tuple[Reading, ...]
    leading: tuple[Attributes, ...]
    columns: tuple[Path, ...] | None
    steps: tuple[Step, ...] = ()

    @property
    def scans(self) -> bool:
        """Whether it is a full table scan."""
        return not self.leading

    def token(self, number: int, at: str) -> str:
        """What the next page begins with: the partition by its number, the place in it that this page ended at."""
        return base64.b64encode(json.dumps([number, at, self._digest]).encode()).decode()

    def start(self, token: str | None) -> tuple[int, str]:
        """The partition and the place that a page before ended at; InvalidValue where it was a page of another read."""
        if token is None:
            return 0, ""
        try:
            number, at, digest = json.loads(base64.b64decode(token, validate=True))
        except (binascii.Error, ValueError, TypeError, RecursionError):
            raise InvalidValue("", "Invalid NextToken") from None
        known = isinstance(number, int) and isinstance(at, str) and 0 <= number < len(self.readings)
        if digest != self._digest or not known or not self.readings[number].low <= at < self.readings[number].high:
            raise InvalidValue("", "NextToken does not match request")
        return number, at

    @property
    def _digest(self) -> str:
        ranges = [(each.index, each.low, each.high, each.forward) for each in self.readings]
        return hashlib.sha256(repr((self.readings[0].table.arn, ranges)).encode("utf-8", "replace")).hexdigest()[:16]

    def ahead(self, number: int, start: str) -> Reading:
        """What is left of one partition behind a place, all of it where that is empty."""
        reading = self.readings[number]
        if not start:
            return reading
        return replace(reading, low=f"{start}\0") if reading.forward else replace(reading, high=start)


def bound_selection(bound: Bound, table: Table, limit: int | None, *, consistent: bool = False) -> Selection:
    """The reads of a SELECT."""
    statement, index = bound.statement, bound.index
    if index is not None and index not in table.indexes:
        raise InvalidValue("", "The table does not have the specified index")
    if index is not None and consistent and table.indexes[index].is_global:
        raise InvalidValue("", "Strongly consistent read is not supported on Global Secondary Indexes")
    layout = table.layout_of(index)
    _check_held(table, index, statement)
    names = attribute_names(statement.where) | frozenset(path.top for path in statement.columns or ())
    everything = "ALL_ATTRIBUTES" if index is None else "ALL_PROJECTED_ATTRIBUTES"
    select = everything if statement.columns is None else "SPECIFIC_ATTRIBUTES"
    forward = _forward(statement, layout)
    base = Reading(*(table, index, "", beyond("g"), forward, statement.where, None, select, limit), names=names)
    partitions, steps = _partitions(statement.where, layout)
    if not partitions:
        if statement.order:
            raise InvalidValue("", "Must have WHERE clause in the statement when using ORDER BY clause.")
        return Selection((base,), (), statement.columns, steps)
    conditions = [found for found in map(key_condition, conjuncts(statement.where)) if found is not None]
    readings = []
    for partition in _ordered(partitions, statement, layout):
        found = key_range(table, layout, (*partition, *_sort_conditions(conditions, layout)))
        readings.append(replace(base, low=found.low, high=found.high, leading=found.partition))
    return Selection(tuple(readings), tuple(each.leading for each in readings), statement.columns, steps)


def _check_held(table: Table, index: str | None, statement: Statement) -> None:
    held = table.projected(index) if index is not None else None
    if index is None or held is None:
        return
    absent = sorted(attribute_names(statement.where) - held)
    if absent:
        raise InvalidValue(
            "",
            f"One or more parameter values were invalid: Secondary index {index} does not project one or more filter "
            f"attributes: [{', '.join(absent)}]",
        )
    unheld = sorted({path.top for path in statement.columns or ()} - held)
    if unheld and table.indexes[index].is_global:
        raise InvalidValue(
            "",
            f"One or more parameter values were invalid: Global secondary index {index} does not project "
            f"[{', '.join(unheld)}]",
        )
    if unheld:
        raise NotModelled("a PartiQL SELECT from a local index", "columns that the index does not hold")


_Partitions = list[tuple[KeyCondition, ...]]


def _partitions(where: Node | None, layout: KeyLayout) -> tuple[_Partitions, tuple[Step, ...]]:
    """The partitions that WHERE names, none where a partition key is left open, and what that assumes."""
    if len(layout.partition) > 1:
        found = {each.name: each for each in map(key_condition, conjuncts(where)) if each and each.operator == "="}
        whole = all(name in found for name in layout.partition)
        return ([tuple(found[name] for name in layout.partition)] if whole else []), ()
    name = layout.partition[0]
    plain = _named(where, name, mixed=False)
    mixed = plain if plain is not None else _named(where, name, mixed=True)
    values, steps = plain, tuple[Step, ...]()
    if plain is None and mixed is not None:
        answer = choice(MIXED)
        question = "is each alternative of WHERE, which all name a partition and more, read on its own?"
        shown = "yes" if answer == "each" else "no"
        steps = (Step(question, shown, "", "ddb:partiql-select", Basis.ASSUMED, assumption=MIXED),)
        values = mixed if answer == "each" else None
    if len(values or ()) > _MOST_PARTITIONS:
        raise InvalidValue("", "Too many decomposed read operations for a given query.")
    return [(KeyCondition(name, "=", (value,)),) for value in values or ()], steps


def _named(where: Node | None, name: str, *, mixed: bool) -> tuple[Value, ...] | None:
    """The values of the partition key that an item has to have one of; None where any will do. Not `mixed`,
    alternatives name nothing but the partition."""
    match where:
        case And(left, right):
            found = _named(left, name, mixed=mixed)
            return found if found is not None else _named(right, name, mixed=mixed)
        case Or(left, right) if mixed or not {type(left), type(right)} & {And}:
            one, other = _named(left, name, mixed=mixed), _named(right, name, mixed=mixed)
            return None if one is None or other is None else tuple(dict.fromkeys((*one, *other)))
        case In(Path((found_name,)), choices) if found_name == name:
            values = tuple(dict.fromkeys(each.value for each in choices if isinstance(each, Constant)))
            return values if all(isinstance(each, Constant) for each in choices) else None
        case None:
            return None
    condition = key_condition(where)
    exact = condition is not None and condition.name == name and condition.operator == "="
    return condition.values if condition is not None and exact else None


def _ordered(partitions: _Partitions, statement: Statement, layout: KeyLayout) -> _Partitions:
    """Several partitions in the order that ORDER BY says, which then has to say it; else as they are named."""
    if len(partitions) < 2 or not statement.order:
        return partitions
    falling = next((falls for path, falls in statement.order if path.top in layout.partition), None)
    if falling is None:
        raise InvalidValue(
            "", "Must have hash key in ORDER BY clause when more than one hash key condition specified in WHERE clause."
        )
    return sorted(partitions, key=lambda each: order_of(each[0].values[0]), reverse=falling)


def _sort_conditions(conditions: list[KeyCondition], layout: KeyLayout) -> Iterator[KeyCondition]:
    """The conditions that narrow the range: one for each sort key in order, the first range being the last."""
    for name in layout.sort:
        found = [each for each in conditions if each.name == name]
        exact = next((each for each in found if each.operator == "="), None)
        if exact is None:
            yield from found[:1]
            return
        yield exact


def _forward(statement: Statement, layout: KeyLayout) -> bool:
    for path, _ in statement.order:
        if path.elements[0] not in (*layout.partition, *layout.sort) or len(path.elements) > 1:
            raise InvalidValue("", f"Variable reference {path.top} in ORDER BY clause must be part of the primary key")
    return not any(falling for path, falling in statement.order if path.top in layout.sort)


def shown_columns(item: Attributes, columns: tuple[Path, ...] | None, found: Any) -> Attributes:
    """What SELECT gives of an item: each column under its last name. `found` looks a path up."""
    if columns is None:
        return item
    shown: dict[str, Value] = {}
    for path in columns:
        name = path.elements[-1]
        if isinstance(name, int):
            raise NotModelled("a PartiQL SELECT", "a column that is an element of a list")
        value = found(item, path.elements)
        if value is not None:
            shown[name] = value
    return Map(shown)
