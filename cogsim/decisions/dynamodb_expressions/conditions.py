"""Condition and filter expressions: bound to names and values, held to DynamoDB's rules of operands, and evaluated.

1. A condition is a comparison, a function that is one, or several joined; an operand is a path, a value or `size`.
2. What is wrong with operands whose type is known is refused before any item is looked at.
3. An operand that the item does not have compares false with everything, but is unequal to it. # ddb:comparators
"""

from __future__ import annotations

from cogsim.decisions.dynamodb_expressions.documents import found_at
from cogsim.decisions.dynamodb_expressions.grammar import parse_condition
from cogsim.decisions.dynamodb_expressions.placeholders import Placeholders
from cogsim.decisions.dynamodb_expressions.tree import (
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
)
from cogsim.errors import InvalidValue
from cogsim.world.attribute_value import Attributes, Value, order_of

#: The functions that are conditions, with how many operands they take.
_CONDITIONS = {"attribute_exists": 1, "attribute_not_exists": 1, "attribute_type": 2, "begins_with": 2, "contains": 2}
_FUNCTIONS = {**_CONDITIONS, "size": 1}
_OF_UPDATES = ("if_not_exists", "list_append")
_ORDERED = ("S", "N", "B")
_TYPES = ("B", "NULL", "SS", "BOOL", "L", "BS", "N", "NS", "S", "M")
#: The most operands of IN. # ddb:comparators
_MOST_CHOICES = 100


def bind_condition(kind: str, text: str, given: Placeholders) -> Node:
    """The condition of the parameter `kind` with names and values put in, checked."""
    return check_condition(kind, _bound(kind, parse_condition(kind, text), given))


def _bound(kind: str, node: Node, given: Placeholders) -> Node:
    match node:
        case Path():
            return given.path(kind, node)
        case Reference():
            return given.value(kind, node)
        case Call(name, operands):
            return Call(name, tuple(_bound(kind, each, given) for each in operands))
        case Compare(operator, left, right):
            return Compare(operator, _bound(kind, left, given), _bound(kind, right, given))
        case Between(operand, low, high):
            return Between(_bound(kind, operand, given), _bound(kind, low, given), _bound(kind, high, given))
        case In(operand, choices):
            return In(_bound(kind, operand, given), tuple(_bound(kind, each, given) for each in choices))
        case And(left, right):
            return And(_bound(kind, left, given), _bound(kind, right, given))
        case Or(left, right):
            return Or(_bound(kind, left, given), _bound(kind, right, given))
        case Not(inner):
            return Not(_bound(kind, inner, given))
    return node


def check_condition(kind: str, node: Node) -> Node:
    """The node, where it is a condition that DynamoDB evaluates."""
    match node:
        case And(left, right) | Or(left, right):
            check_condition(kind, left)
            check_condition(kind, right)
        case Not(inner):
            check_condition(kind, inner)
        case Compare(operator, left, right):
            _check_operands(kind, operator, (left, right), ordered=operator not in ("=", "<>"))
        case Between(operand, low, high):
            _check_operands(kind, "BETWEEN", (operand, low, high), ordered=True)
            _check_bounds(kind, low, high)
        case In(operand, choices):
            if len(choices) > _MOST_CHOICES:
                told = f"The number of operands of the IN operator exceeds {_MOST_CHOICES}"
                raise InvalidValue("", f"Invalid {kind}: {told}")
            _check_operands(kind, "IN", (operand, *choices))
        case Missing(operand):
            _check_operand(kind, operand)
        case Call():
            _check_call(kind, node, as_condition=True)
        case _:
            raise InvalidValue("", f"Invalid {kind}: Syntax error; a condition is expected in place of {_shown(node)}")
    return node


def _check_operands(kind: str, operator: str, operands: tuple[Node, ...], *, ordered: bool = False) -> None:
    for operand in operands:
        _check_operand(kind, operand)
        if ordered and isinstance(operand, Constant) and operand.value.kind not in _ORDERED:
            raise _wrong_type(kind, operator, operand.value.kind)
    _check_distinct(kind, operator, operands)


def _check_distinct(kind: str, operator: str, operands: tuple[Node, ...]) -> None:
    first = operands[0]
    if isinstance(first, Path) and first in operands[1:]:
        raise InvalidValue(
            "",
            f"Invalid {kind}: The first operand must be distinct from the remaining operands for this operator or "
            f"function; operator: {operator}, first operand: {first}",
        )


def _check_operand(kind: str, node: Node) -> None:
    if isinstance(node, Call):
        _check_call(kind, node, as_condition=False)
    elif not isinstance(node, Path | Constant):
        raise InvalidValue("", f"Invalid {kind}: Syntax error; an operand is expected in place of {_shown(node)}")


def _shown(node: Node) -> str:
    return str(node) if isinstance(node, Path) else type(node).__name__.lower()


def _check_call(kind: str, call: Call, *, as_condition: bool) -> None:
    name, operands = call.name, call.operands
    if name in _OF_UPDATES:
        told = f"The function is not allowed in a condition expression; function: {name}"
        raise InvalidValue("", f"Invalid {kind}: {told}")
    if name not in _FUNCTIONS:
        raise InvalidValue("", f"Invalid {kind}: Invalid function name; function: {name}")
    if (name in _CONDITIONS) != as_condition:
        told = f"The function is not allowed to be used this way in an expression; function: {name}"
        raise InvalidValue("", f"Invalid {kind}: {told}")
    check_operand_count(kind, name, operands, _FUNCTIONS[name])
    for operand in operands:
        _check_operand(kind, operand)
    if name in ("attribute_exists", "attribute_not_exists"):
        check_is_path(kind, name, operands[0])
    elif name == "attribute_type":
        check_is_path(kind, name, operands[0])
        _check_type_name(kind, operands[1])
    elif name == "begins_with":
        for operand in operands:
            if isinstance(operand, Constant) and operand.value.kind not in ("S", "B"):
                raise _wrong_type(kind, name, operand.value.kind)
    elif name == "size" and isinstance(operands[0], Constant) and operands[0].value.kind in ("N", "BOOL", "NULL"):
        raise _wrong_type(kind, name, operands[0].value.kind)
    _check_distinct(kind, name, operands)


def check_operand_count(kind: str, name: str, operands: tuple[Node, ...], count: int) -> None:
    """A function has as many operands as it takes."""
    if len(operands) != count:
        raise InvalidValue(
            "",
            f"Invalid {kind}: Incorrect number of operands for operator or function; operator or function: {name}, "
            f"number of operands: {len(operands)}",
        )


def check_is_path(kind: str, name: str, operand: Node) -> None:
    """The operand is a document path, not a value."""
    if not isinstance(operand, Path):
        told = f"Operator or function requires a document path; operator or function: {name}"
        raise InvalidValue("", f"Invalid {kind}: {told}")


def _check_type_name(kind: str, operand: Node) -> None:
    if not isinstance(operand, Constant) or operand.value.kind != "S":
        held = operand.value.kind if isinstance(operand, Constant) else "path"
        raise _wrong_type(kind, "attribute_type", held)
    if operand.value.held not in _TYPES:
        raise InvalidValue(
            "",
            f"Invalid {kind}: Invalid attribute type name found; type: {operand.value.held}, "
            f"valid types: {{{','.join(_TYPES)}}}",
        )


def _check_bounds(kind: str, low: Node, high: Node) -> None:
    if not isinstance(low, Constant) or not isinstance(high, Constant):
        return
    shown = ", ".join(
        f"{word} bound operand: AttributeValue: {{{each.value.kind}:{each.value.held}}}"
        for word, each in (("lower", low), ("upper", high))
    )
    if low.value.kind != high.value.kind:
        told = "The BETWEEN operator requires same data type for lower and upper bounds"
        raise InvalidValue("", f"Invalid {kind}: {told}; {shown}")
    if order_of(low.value) > order_of(high.value):
        told = "The BETWEEN operator requires upper bound to be greater than or equal to lower bound"
        raise InvalidValue("", f"Invalid {kind}: {told}; {shown}")


def _wrong_type(kind: str, operator: str, held: str) -> InvalidValue:
    return InvalidValue(
        "",
        f"Invalid {kind}: Incorrect operand type for operator or function; operator or function: {operator}, "
        f"operand type: {held}",
    )


# What a condition says of an item


def holds(node: Node, item: Attributes) -> bool:
    """Whether the condition is true of the item; one that is not there is an item without attributes."""
    match node:
        case And(left, right):
            return holds(left, item) and holds(right, item)
        case Or(left, right):
            return holds(left, item) or holds(right, item)
        case Not(inner):
            return not holds(inner, item)
        case Compare(operator, left, right):
            return _compared(operator, value_of(left, item), value_of(right, item))
        case Between(operand, low, high):
            held = value_of(operand, item)
            return _compared(">=", held, value_of(low, item)) and _compared("<=", held, value_of(high, item))
        case In(operand, choices):
            held = value_of(operand, item)
            return held is not None and any(held == value_of(each, item) for each in choices)
        case Missing(operand, what, negated):
            held = value_of(operand, item)
            return (held is None if what == "MISSING" else held is not None and held.kind == "NULL") != negated
        case Call(name, operands):
            return _function(name, value_of(operands[0], item), [value_of(each, item) for each in operands[1:]])
    raise TypeError(f"{node!r} is no condition")


def value_of(node: Node, item: Attributes) -> Value | None:
    """What an operand stands for in the item, None where it has no such thing."""
    match node:
        case Constant(value):
            return value
        case Path(elements):
            return found_at(item, elements)
        case Call("size", operands):
            return _size(value_of(operands[0], item))
    raise TypeError(f"{node!r} is no operand")


def _size(value: Value | None) -> Value | None:
    """The length of text and bytes, the number of members of what has members."""
    if value is None or value.kind in ("N", "BOOL", "NULL"):
        return None
    return Value("N", str(len(value.held)))


def _compared(operator: str, left: Value | None, right: Value | None) -> bool:
    if operator == "<>":
        return left is None or right is None or left != right
    if left is None or right is None:
        return False
    if operator == "=":
        return left == right
    if left.kind != right.kind or left.kind not in _ORDERED:
        return False
    one, other = order_of(left), order_of(right)
    match operator:
        case "<":
            return bool(one < other)
        case "<=":
            return bool(one <= other)
        case ">":
            return bool(one > other)
        case _:
            return bool(one >= other)


def _function(name: str, first: Value | None, rest: list[Value | None]) -> bool:
    if name in ("attribute_exists", "attribute_not_exists"):
        return (first is not None) == (name == "attribute_exists")
    second = rest[0]
    if first is None or second is None:
        return False
    if name == "attribute_type":
        return bool(first.kind == second.held)
    if name == "begins_with":
        return first.kind == second.kind and first.kind in ("S", "B") and bool(first.held.startswith(second.held))
    return _contains(first, second)


def _contains(first: Value, second: Value) -> bool:
    if first.kind == "L":
        return second in first.held
    if first.kind in ("SS", "NS", "BS"):
        return second.kind == first.kind[0] and second.held in first.held
    return first.kind == second.kind and first.kind in ("S", "B") and second.held in first.held
