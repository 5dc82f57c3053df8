"""What a PartiQL statement means: which items it reads or writes, and what it names.

1. A SELECT that does not say which partitions, by `=` or IN on the partition key joined with everything else by AND,
   reads the whole table: a full table scan, and no leading keys. # ddb:partiql-select
2. A write is of one item, named by `=` on all of its key. INSERT writes only what is not there, UPDATE only what is.
3. Everything else in WHERE is a condition, or a filter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cogsim.decisions.dynamodb_expressions.attribute_names import attribute_names, updated_names
from cogsim.decisions.dynamodb_expressions.conditions import check_condition
from cogsim.decisions.dynamodb_expressions.key_conditions import KeyCondition, key_range
from cogsim.decisions.dynamodb_expressions.partiql_grammar import Statement, literal, parse_statement
from cogsim.decisions.dynamodb_expressions.tree import (
    Action,
    And,
    Between,
    Call,
    Compare,
    Constant,
    In,
    Missing,
    Node,
    Not,
    Or,
    Path,
    Reference,
    Sum,
)
from cogsim.decisions.dynamodb_expressions.updates import check_update
from cogsim.decisions.dynamodb_reads import Reading
from cogsim.decisions.dynamodb_writes import Write, check_writable
from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value, read_value
from cogsim.world.table import KeyLayout, Table
from cogsim.world.table_items import beyond
from cogsim.world.table_keys import check_key, item_of

T = TypeVar("T")

_KIND = "statement"
_EQUAL = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement with its parameters put in. `source` is the table as it was named, and perhaps its index."""

    statement: Statement

    @property
    def kind(self) -> str:
        return self.statement.kind

    @property
    def table_name(self) -> str:
        return self.statement.source[0]

    @property
    def index(self) -> str | None:
        return self.statement.source[1] if len(self.statement.source) > 1 else None


def bind_statement(text: str, parameters: Sequence[Any] | None) -> Bound:
    """The statement with its parameters; InvalidValue in DynamoDB's words."""
    statement = parse_statement(text)
    if len(statement.source) > 2:
        raise InvalidValue("", "A path may contain at most 2 components in the FROM clause")
    if "" in statement.source:
        raise InvalidValue("", "Path component cannot be an empty string")
    given = [Constant(read_value(each)) for each in parameters or ()]
    filler = _Filler(iter(given))
    actions = tuple(
        Action(each.section, each.path, filler.operand(each.operand) if each.operand is not None else None)
        for each in statement.actions
    )
    item = filler.operand(statement.item) if statement.item is not None else None
    where = filler.condition(statement.where) if statement.where is not None else None
    if filler.used != len(given):
        raise InvalidValue("", "Number of parameters in request and statement don't match.")
    if where is not None:
        _spoken(lambda: check_condition(_KIND, where))
    return Bound(replace(statement, actions=actions, item=item, where=where))


def _spoken(check: Callable[[], T]) -> T:
    """What the check gives; of statements DynamoDB says what is wrong without naming the parameter."""
    try:
        return check()
    except InvalidValue as error:
        raise InvalidValue("", error.rule.removeprefix(f"Invalid {_KIND}: ")) from None


class _Filler:
    """Puts the parameters in, in the order in which the statement has its question marks."""

    def __init__(self, given: Iterator[Constant]) -> None:
        self._given = given
        self.used = 0

    def _next(self) -> Constant:
        self.used += 1
        found = next(self._given, None)
        if found is None:
            raise InvalidValue("", "Number of parameters in request and statement don't match.")
        return found

    def condition(self, node: Node) -> Node:
        match node:
            case And(left, right):
                return And(self.condition(left), self.condition(right))
            case Or(left, right):
                return Or(self.condition(left), self.condition(right))
            case Not(inner):
                return Not(self.condition(inner))
            case Compare(operator, left, right):
                return Compare(operator, self.operand(left), self.operand(right))
            case Between(operand, low, high):
                return Between(self.operand(operand), self.operand(low), self.operand(high))
            case In(operand, choices):
                return In(self.operand(operand), tuple(map(self.operand, choices)))
            case Missing(operand, what, negated):
                return Missing(self.operand(operand), what, negated)
        return self.operand(node)

    def operand(self, node: Node) -> Node:
        """An operand, with literals read as values."""
        match node:
            case Reference():
                return self._next()
            case Call("[]" | "{}" | "<<>>" as name, operands):
                return Constant(literal(Call(name, tuple(map(self.operand, operands)))))
            case Call(name, operands):
                return Call(name, tuple(map(self.operand, operands)))
            case Sum(operator, left, right):
                return Sum(operator, self.operand(left), self.operand(right))
        return node


# Writes


def bound_write(bound: Bound, table: Table) -> Write:
    """The write that an INSERT, UPDATE or DELETE is."""
    statement = bound.statement
    if bound.index is not None:
        raise InvalidValue("", "Only SELECT statements may read from an index")
    if statement.kind == "Insert":
        return _inserted(statement, table)
    key, rest = _key_of(statement.where, table)
    names = frozenset(key) | attribute_names(statement.where)
    if statement.kind == "Delete":
        _check_returning(statement)
        return Write("Delete", table, key, condition=rest, names=names)
    actions = _spoken(lambda: check_update(_KIND, statement.actions))
    check_writable(table, actions)
    exists = Call("attribute_exists", (Path((table.key_names[0],)),))
    condition = exists if rest is None else And(exists, rest)
    return Write("Update", table, key, None, actions, condition, names | updated_names(actions))


def _inserted(statement: Statement, table: Table) -> Write:
    value = literal(statement.item) if statement.item is not None else Value("M", Map())
    item = item_of(table, value.held)
    key = Map({name: item.attributes[name] for name in table.key_names})
    fresh = Call("attribute_not_exists", (Path((table.key_names[0],)),))
    return Write("Put", table, key, item, condition=fresh, names=frozenset(item.attributes))


def _check_returning(statement: Statement) -> None:
    if statement.returning not in (None, "ALL OLD"):
        raise InvalidValue(
            "",
            f"Invalid returning clause: RETURNING {statement.returning} *. Only RETURNING ALL OLD * is allowed in "
            "DELETE statements.",
        )


def _key_of(where: Node | None, table: Table) -> tuple[Attributes, Node | None]:
    """The key that WHERE names, and what else it asks."""
    key: dict[str, Value] = {}
    rest: Node | None = None
    for each in _conjuncts(where):
        found = _condition(each)
        if found is not None and found.operator == "=" and found.name in table.key_names and found.name not in key:
            key[found.name] = found.values[0]
        else:
            rest = each if rest is None else And(rest, each)
    if len(key) != len(table.key_names):
        raise InvalidValue("", "Where clause does not contain a mandatory equality on all key attributes")
    named = Map(key)
    check_key(table, named)
    return named, rest


def _conjuncts(where: Node | None) -> Iterator[Node]:
    if isinstance(where, And):
        yield from _conjuncts(where.left)
        yield from _conjuncts(where.right)
    elif where is not None:
        yield where


def _condition(node: Node) -> KeyCondition | None:
    """The node as a condition of one attribute against values, None where it is none."""
    match node:
        case Compare(operator, Path((str() as name,)), Constant(value)) if operator in _EQUAL:
            return KeyCondition(name, operator, (value,))
        case Compare(operator, Constant(value), Path((str() as name,))) if operator in _EQUAL:
            return KeyCondition(name, _EQUAL[operator], (value,))
        case Between(Path((str() as name,)), Constant(low), Constant(high)):
            return KeyCondition(name, "BETWEEN", (low, high))
        case Call("begins_with", (Path((str() as name,)), Constant(value))):
            return KeyCondition(name, "begins_with", (value,))
    return None


# Reads


@dataclass(frozen=True, slots=True)
class Selection:
    """What a SELECT reads, partition after partition, or everything at once where it names none."""

    readings: tuple[Reading, ...]
    leading: tuple[Attributes, ...]
    columns: tuple[Path, ...] | None

    @property
    def scans(self) -> bool:
        """Whether it is a full table scan."""
        return not self.leading


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
    conditions = [found for found in map(_condition, _conjuncts(statement.where)) if found is not None]
    readings = []
    for partition in _partitions(statement.where, layout):
        ranged = [*partition, *_sort_conditions(conditions, layout)]
        found = key_range(table, layout, tuple(ranged))
        readings.append(replace(base, low=found.low, high=found.high, leading=found.partition))
    if not readings:
        if statement.order:
            raise InvalidValue("", "Must have WHERE clause in the statement when using ORDER BY clause.")
        return Selection((base,), (), statement.columns)
    return Selection(tuple(readings), tuple(each.leading for each in readings), statement.columns)


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


def _partitions(where: Node | None, layout: KeyLayout) -> Iterator[list[KeyCondition]]:
    """The partitions that WHERE names: one by `=`, several by IN; none where a partition key is left open."""
    if len(layout.partition) > 1:
        found = {each.name: each for each in map(_condition, _conjuncts(where)) if each and each.operator == "="}
        if all(name in found for name in layout.partition):
            yield [found[name] for name in layout.partition]
        return
    name = layout.partition[0]
    for each in _conjuncts(where):
        condition = _condition(each)
        if condition is not None and condition.name == name and condition.operator == "=":
            yield [condition]
            return
    for each in _conjuncts(where):
        match each:
            case In(Path((found_name,)), choices) if found_name == name:
                values = [choice.value for choice in choices if isinstance(choice, Constant)]
                if len(values) == len(choices):
                    yield from ([KeyCondition(name, "=", (value,))] for value in dict.fromkeys(values))
                    return


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
