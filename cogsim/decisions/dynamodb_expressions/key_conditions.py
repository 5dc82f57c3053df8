"""Key conditions: which partition a query reads, and which range of it. # ddb:key-condition-expressions

1. One condition for each key attribute, joined by AND: equality on every partition key, then on sort keys in their
   order, of which the last may be a range instead.
2. Each value has its key's type and is not empty.
3. What comes out is a range of places in the order of keys, so a query looks at nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.decisions.dynamodb_expressions.grammar import parse_condition
from cogsim.decisions.dynamodb_expressions.placeholders import Placeholders
from cogsim.decisions.dynamodb_expressions.tree import (
    And,
    Between,
    Call,
    Compare,
    Constant,
    In,
    Node,
    Not,
    Or,
    Path,
    Reference,
)
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Value, order_of
from cogsim.world.table import KeyLayout, Table
from cogsim.world.table_items import beyond, ended, key_text, partition_text

KIND = "KeyConditionExpression"
_FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NOT_SUPPORTED = "Query key condition not supported"
_NESTED = "KeyConditionExpressions cannot contain nested operations"
_WRONG_TYPE = "One or more parameter values were invalid: Condition parameter type does not match schema type"


@dataclass(frozen=True, slots=True)
class KeyCondition:
    """What one key attribute must be: `operator` is a comparator, BETWEEN or begins_with."""

    name: str
    operator: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class KeyRange:
    """The places that a query reads, from `low` up to and without `high`, and the partition's key."""

    low: str
    high: str
    partition: Map[str, Value]


def bind_key_condition(text: str, given: Placeholders) -> tuple[KeyCondition, ...]:
    """The conditions of a key condition expression, with names and values put in."""
    found = tuple(_conditions(parse_condition(KIND, text), given))
    names = [condition.name for condition in found]
    if len(set(names)) != len(names):
        raise InvalidValue("", "KeyConditionExpressions must only contain one condition per key")
    return found


def _conditions(node: Node, given: Placeholders) -> Iterator[KeyCondition]:
    match node:
        case And(left, right):
            yield from _conditions(left, given)
            yield from _conditions(right, given)
        case Compare(operator, left, right) if operator in _FLIPPED:
            if isinstance(right, Path) and not isinstance(left, Path):
                operator, left, right = _FLIPPED[operator], right, left
            yield _condition(operator, (left, right), given)
        case Between(operand, low, high):
            yield _condition("BETWEEN", (operand, low, high), given)
        case Call("begins_with", operands) if len(operands) == 2:
            yield _condition("begins_with", operands, given)
        case Call("size"):
            raise InvalidValue("", _NESTED)
        case _:
            raise InvalidValue("", f"Invalid operator used in KeyConditionExpression: {_operator(node)}")


def _operator(node: Node) -> str:
    match node:
        case Or():
            return "OR"
        case Not():
            return "NOT"
        case In():
            return "IN"
        case Compare(operator):
            return operator
        case Call(name):
            return name
    return str(node)


def _condition(operator: str, operands: tuple[Node, ...], given: Placeholders) -> KeyCondition:
    """A condition of one attribute, the first operand, against values."""
    bad = "Invalid condition in KeyConditionExpression: "
    if not all(isinstance(each, Path | Reference) for each in operands):
        raise InvalidValue("", _NESTED)
    bound = [given.path(KIND, each) if isinstance(each, Path) else each for each in operands]
    paths = [each for each in bound if isinstance(each, Path)]
    if operator in ("BETWEEN", "begins_with") and not isinstance(bound[0], Path):
        raise InvalidValue("", f"{bad}{operator} operator must have the key attribute as its first operand")
    if len(paths) > 1:
        raise InvalidValue("", f"{bad}Multiple attribute names used in one condition")
    if not paths:
        raise InvalidValue("", f"{bad}No key attribute specified")
    if len(paths[0].elements) > 1:
        raise InvalidValue("", "KeyConditionExpressions cannot have conditions on nested attributes")
    constants = [given.value(KIND, each) for each in bound if isinstance(each, Reference)]
    return KeyCondition(paths[0].top, operator, tuple(_checked(operator, constants)))


def _checked(operator: str, constants: list[Constant]) -> Iterator[Value]:
    for constant in constants:
        if operator == "=" and constant.value.kind not in ("S", "N", "B"):
            raise InvalidValue("", _WRONG_TYPE)
        if constant.value.kind not in ("S", "N", "B") or (operator == "begins_with" and constant.value.kind == "N"):
            raise _invalid(
                f"Incorrect operand type for operator or function; operator or function: {operator}, "
                f"operand type: {constant.value.kind}"
            )
        yield constant.value
    if operator == "BETWEEN":
        low, high = (constant.value for constant in constants)
        if low.kind == high.kind and order_of(low) > order_of(high):
            raise _invalid(
                "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; "
                f"lower bound operand: AttributeValue: {{{low.kind}:{low.held}}}, "
                f"upper bound operand: AttributeValue: {{{high.kind}:{high.held}}}"
            )


def _invalid(told: str) -> InvalidValue:
    return InvalidValue("", f"Invalid {KIND}: {told}")


def key_range(table: Table, layout: KeyLayout, conditions: tuple[KeyCondition, ...]) -> KeyRange:
    """The range of the table's or the index's places that the conditions name."""
    if len(conditions) > max(len(layout.partition) + len(layout.sort), 2):
        raise InvalidValue("", "Conditions can be of length 1 or 2 only")
    by_name = {condition.name: condition for condition in conditions}
    partition: dict[str, Value] = {}
    for name in layout.partition:
        condition = by_name.pop(name, None)
        if condition is None:
            raise InvalidValue("", f"Query condition missed key schema element: {name}")
        if condition.operator != "=":
            raise InvalidValue("", _NOT_SUPPORTED)
        partition[name] = condition.values[0]
    sorted_by: list[KeyCondition] = []
    for name in layout.sort:
        condition = by_name.pop(name, None)
        if condition is not None and len(sorted_by) < layout.sort.index(name):
            raise InvalidValue("", f"Query condition missed key schema element: {layout.sort[len(sorted_by)]}")
        sorted_by += [condition] if condition is not None else []
    if by_name:
        left = layout.sort[len(sorted_by) :]
        raise InvalidValue("", f"Query condition missed key schema element: {left[0]}" if left else _NOT_SUPPORTED)
    if any(condition.operator != "=" for condition in sorted_by[:-1]):
        raise InvalidValue("", _NOT_SUPPORTED)
    _check_types(table, conditions)
    prefix = partition_text(partition[name] for name in layout.partition)
    for condition in sorted_by[:-1]:
        prefix += ended(key_text(condition.values[0]))
    low, high = _bounds(prefix, sorted_by[-1]) if sorted_by else (prefix, beyond(prefix))
    return KeyRange(low, high, Map(partition))


def _check_types(table: Table, conditions: tuple[KeyCondition, ...]) -> None:
    for condition in conditions:
        for value in condition.values:
            if value.kind != table.type_of(condition.name):
                raise InvalidValue("", _WRONG_TYPE)
            if value.kind != "N" and not value.held:
                word = "string" if value.kind == "S" else "binary"
                raise InvalidValue(
                    "",
                    "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain "
                    f"an empty {word} value. Key: {condition.name}",
                )


def _bounds(prefix: str, condition: KeyCondition) -> tuple[str, str]:
    """The places of one condition on the sort key behind the prefix."""
    texts = [key_text(value) for value in condition.values]
    at = prefix + ended(texts[0])
    match condition.operator:
        case "=":
            return at, beyond(at)
        case "<":
            return prefix, at
        case "<=":
            return prefix, beyond(at)
        case ">":
            return beyond(at), beyond(prefix)
        case ">=":
            return at, beyond(prefix)
        case "BETWEEN":
            return at, beyond(prefix + ended(texts[1]))
        case _:
            return prefix + texts[0], beyond(prefix + texts[0])
