"""Update expressions: bound and checked, then applied to an item.

1. Paths of one update neither overlap nor conflict, so their order does not matter.
2. Every operand is read from the item as it was before the update. # ddb:update-expressions
3. What is removed from lists is removed last, so positions mean the list that was there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cogsim.decisions.dynamodb_expressions.conditions import check_is_path, check_operand_count
from cogsim.decisions.dynamodb_expressions.documents import check_overlaps, found_at, with_value, without_value
from cogsim.decisions.dynamodb_expressions.grammar import parse_update
from cogsim.decisions.dynamodb_expressions.placeholders import Placeholders
from cogsim.decisions.dynamodb_expressions.tree import Action, Call, Constant, Node, Path, Reference, Sum
from cogsim.errors import InvalidValue
from cogsim.world.attribute_number import added, subtracted
from cogsim.world.attribute_value import Attributes, Value, sorted_set

_FUNCTIONS = {"if_not_exists": 2, "list_append": 2}
_OF_CONDITIONS = ("attribute_exists", "attribute_not_exists", "attribute_type", "begins_with", "contains", "size")
_LONG_NAMES = {
    "S": "STRING",
    "N": "NUMBER",
    "B": "BINARY",
    "SS": "STRING_SET",
    "NS": "NUMBER_SET",
    "BS": "BINARY_SET",
    "L": "LIST",
    "M": "MAP",
    "BOOL": "BOOLEAN",
    "NULL": "NULL",
}
_TAKES = {"ADD": ("N", "SS", "NS", "BS"), "DELETE": ("SS", "NS", "BS")}
_WRONG_DATA = "An operand in the update expression has an incorrect data type"
_ABSENT = "The provided expression refers to an attribute that does not exist in the item"


def bind_update(kind: str, text: str, given: Placeholders) -> tuple[Action, ...]:
    """The actions of an update expression with names and values put in, checked."""
    actions = tuple(_bound_action(kind, action, given) for action in parse_update(kind, text))
    return check_update(kind, actions)


def check_update(kind: str, actions: tuple[Action, ...]) -> tuple[Action, ...]:
    """The actions, where DynamoDB would apply them together."""
    for action in actions:
        if action.section in _TAKES and isinstance(action.operand, Constant):
            held = action.operand.value.kind
            if held not in _TAKES[action.section]:
                raise InvalidValue(
                    "",
                    f"Invalid {kind}: Incorrect operand type for operator or function; operator: {action.section}, "
                    f"operand type: {_LONG_NAMES[held]}, typeSet: ALLOWED_FOR_{action.section}_OPERAND",
                )
        elif action.operand is not None:
            _check(kind, action.operand)
    check_overlaps(kind, [action.path for action in actions])
    return actions


def _bound_action(kind: str, action: Action, given: Placeholders) -> Action:
    operand = None if action.operand is None else _bound(kind, action.operand, given)
    return Action(action.section, given.path(kind, action.path), operand)


def _bound(kind: str, node: Node, given: Placeholders) -> Node:
    match node:
        case Path():
            return given.path(kind, node)
        case Reference():
            return given.value(kind, node)
        case Call(name, operands):
            return Call(name, tuple(_bound(kind, each, given) for each in operands))
        case Sum(operator, left, right):
            return Sum(operator, _bound(kind, left, given), _bound(kind, right, given))
    return node


def _check(kind: str, node: Node) -> None:
    """What can be said of an operand before there is an item."""
    match node:
        case Sum(operator, left, right):
            _check_types(kind, operator, (left, right), "N")
        case Call(name, operands):
            if name in _OF_CONDITIONS:
                told = f"The function is not allowed in an update expression; function: {name}"
                raise InvalidValue("", f"Invalid {kind}: {told}")
            if name not in _FUNCTIONS:
                raise InvalidValue("", f"Invalid {kind}: Invalid function name; function: {name}")
            check_operand_count(kind, name, operands, _FUNCTIONS[name])
            if any(isinstance(each, Call) and each.name == "list_append" for each in operands):
                told = "The function is not allowed to be used this way in an expression; function: list_append"
                raise InvalidValue("", f"Invalid {kind}: {told}")
            if name == "if_not_exists":
                check_is_path(kind, name, operands[0])
                _check(kind, operands[1])
            else:
                _check_types(kind, name, operands, "L")


def _check_types(kind: str, name: str, operands: tuple[Node, ...], wanted: str) -> None:
    for operand in operands:
        if isinstance(operand, Constant) and operand.value.kind != wanted:
            raise InvalidValue(
                "",
                f"Invalid {kind}: Incorrect operand type for operator or function; operator or function: {name}, "
                f"operand type: {operand.value.kind}",
            )
        _check(kind, operand)


# Applying


def only_removes(actions: tuple[Action, ...]) -> bool:
    """Whether the update does nothing but take away."""
    return bool(actions) and all(action.section in ("REMOVE", "DELETE") for action in actions)


def updated(actions: tuple[Action, ...], before: Attributes, *, legacy: bool = False) -> Attributes:
    """The item after the update; InvalidValue where the item does not allow it. `legacy` tells that AttributeUpdates
    state the actions, of which DynamoDB says in other words that an attribute has another type."""
    try:
        return _applied(actions, before)
    except InvalidValue as error:
        if legacy and error.rule == _WRONG_DATA:
            raise InvalidValue("", "Type mismatch for attribute to update") from None
        raise


def _applied(actions: tuple[Action, ...], before: Attributes) -> Attributes:
    values = {action.path: _worth(action.operand, before) for action in actions if action.section == "SET"}
    after = before
    for path in sorted(values, key=lambda path: tuple(map(_position, path.elements))):
        after = with_value(after, path.elements, values[path])
    for action in actions:
        if action.section in _CHANGES and isinstance(action.operand, Constant):
            after = _CHANGES[action.section](after, action.path, action.operand.value)
    removed = [action.path for action in actions if action.section == "REMOVE"]
    for path in sorted(removed, key=lambda path: tuple(map(_position, path.elements)), reverse=True):
        after = without_value(after, path.elements)
    return after


def _position(element: str | int) -> tuple[int, int, str]:
    """Positions in their order, so that what goes behind a list's end is appended as it was numbered."""
    return (0, element, "") if isinstance(element, int) else (1, 0, element)


def _worth(node: Node | None, item: Attributes) -> Value:
    """What the operand of a SET is worth."""
    match node:
        case Constant(value):
            return value
        case Path(elements):
            found = found_at(item, elements)
            if found is None:
                raise InvalidValue("", _ABSENT)
            return found
        case Call("if_not_exists", (Path(elements), other)):
            found = found_at(item, elements)
            return found if found is not None else _worth(other, item)
        case Call("list_append", (one, other)):
            first, second = _worth(one, item), _worth(other, item)
            if first.kind != "L" or second.kind != "L":
                raise InvalidValue("", _WRONG_DATA)
            return Value("L", first.held + second.held)
        case Sum(operator, left, right):
            first, second = _worth(left, item), _worth(right, item)
            if first.kind != "N" or second.kind != "N":
                raise InvalidValue("", _WRONG_DATA)
            return Value("N", (added if operator == "+" else subtracted)(first.held, second.held))
    raise TypeError(f"{node!r} is no operand of an update")


def _add(item: Attributes, path: Path, value: Value) -> Attributes:
    """A number is added, a set united, a list appended; what is not there is the value itself."""
    held = found_at(item, path.elements)
    if held is None:
        return with_value(item, path.elements, value)
    if held.kind != value.kind:
        raise InvalidValue("", _WRONG_DATA)
    return with_value(item, path.elements, Value(held.kind, _together(held, value)))


def _together(held: Value, value: Value) -> Any:
    match held.kind:
        case "N":
            return added(held.held, value.held)
        case "L":
            return held.held + value.held
    return sorted_set(held.kind, {*held.held, *value.held})


def _delete(item: Attributes, path: Path, value: Value) -> Attributes:
    """Members are taken out of a set; an empty set is none."""
    held = found_at(item, path.elements)
    if held is None:
        return item
    if held.kind != value.kind:
        raise InvalidValue("", _WRONG_DATA)
    left = tuple(each for each in held.held if each not in value.held)
    return with_value(item, path.elements, Value(held.kind, left)) if left else without_value(item, path.elements)


_CHANGES: dict[str, Callable[[Attributes, Path, Value], Attributes]] = {"ADD": _add, "DELETE": _delete}
