"""What a PartiQL statement means: what it names, and the item that it writes.

1. Parameters stand for the question marks in the order in which the statement has them.
2. A write is of one item, named by `=` on all of its key. INSERT writes only what is not there, UPDATE only what is.
3. EXISTS holds a transaction to a condition of one item, named in the same way. # ddb:partiql-exists
4. Everything else in WHERE is a condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from cogsim.decisions.dynamodb_expressions.attribute_names import attribute_names, updated_names
from cogsim.decisions.dynamodb_expressions.conditions import check_condition
from cogsim.decisions.dynamodb_expressions.key_conditions import KeyCondition
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
from cogsim.decisions.dynamodb_writes import Write, check_writable
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value, read_value
from cogsim.world.table import Table
from cogsim.world.table_keys import check_key, item_of

T = TypeVar("T")

_KIND = "statement"
_NO_KEY = "Where clause does not contain a mandatory equality on all key attributes"
_NO_CHECK = "EXISTS() must contain a single item read with additional condition"
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
    early = _where(filler, statement) if statement.from_first else None
    actions = tuple(
        Action(each.section, each.path, filler.operand(each.operand) if each.operand is not None else None)
        for each in statement.actions
    )
    item = filler.operand(statement.item) if statement.item is not None else None
    where = early if statement.from_first else _where(filler, statement)
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


def _where(filler: _Filler, statement: Statement) -> Node | None:
    return filler.condition(statement.where) if statement.where is not None else None


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
    """The write that an INSERT, UPDATE or DELETE is, or the condition check that EXISTS is."""
    statement = bound.statement
    if statement.kind == "Exists":
        return _checked(bound, table)
    if bound.index is not None:
        raise InvalidValue("", "Only SELECT statements may read from an index")
    if statement.kind == "Insert":
        return _inserted(statement, table)
    key, rest = _key_of(statement.where, table, _NO_KEY)
    names = frozenset(key) | attribute_names(statement.where)
    if statement.kind == "Delete":
        _check_returning(statement)
        return Write("Delete", table, key, condition=rest, names=names)
    actions = _spoken(lambda: check_update(_KIND, statement.actions))
    check_writable(table, actions)
    exists = Call("attribute_exists", (Path((table.key_names[0],)),))
    condition = exists if rest is None else And(exists, rest)
    return Write("Update", table, key, None, actions, condition, names | updated_names(actions))


def _checked(bound: Bound, table: Table) -> Write:
    if bound.index is not None:
        raise InvalidValue("", "Operations on indices are not supported in transactions")
    key, rest = _key_of(bound.statement.where, table, _NO_CHECK)
    if rest is None:
        raise InvalidValue("", _NO_CHECK)
    names = frozenset(key) | attribute_names(bound.statement.where)
    exists = Call("attribute_exists", (Path((table.key_names[0],)),))
    return Write("ConditionCheck", table, key, condition=And(exists, rest), names=names)


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


def check_alone(bound: Bound) -> None:
    """EXISTS is a part of a transaction, and no statement of its own. # ddb:partiql-exists"""
    if bound.kind == "Exists":
        raise InvalidValue("", "EXISTS can only be used in ExecuteTransaction write requests.")


def check_single(bound: Bound, table: Table, operation: str) -> None:
    """A SELECT of several statements reads one item of the table, named by its whole key."""
    words = f"Select statements within {operation} must specify the primary key in the where clause."
    if bound.index is not None:
        raise InvalidValue("", words)
    _key_of(bound.statement.where, table, words)


def _key_of(where: Node | None, table: Table, words: str) -> tuple[Attributes, Node | None]:
    """The key that WHERE names, and what else it asks; `words` are what DynamoDB says where it names none."""
    key: dict[str, Value] = {}
    rest: Node | None = None
    for each in conjuncts(where):
        found = key_condition(each)
        if found is not None and found.operator == "=" and found.name in table.key_names and found.name not in key:
            key[found.name] = found.values[0]
        else:
            rest = each if rest is None else And(rest, each)
    if len(key) != len(table.key_names):
        raise InvalidValue("", words)
    named = Map(key)
    check_key(table, named)
    return named, rest


def conjuncts(where: Node | None) -> Iterator[Node]:
    """The conditions that a condition joins by AND."""
    if isinstance(where, And):
        yield from conjuncts(where.left)
        yield from conjuncts(where.right)
    elif where is not None:
        yield where


def key_condition(node: Node) -> KeyCondition | None:
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
