"""The parameters that expressions took the place of, read as the trees that expressions become. # ddb:legacy

1. A request speaks one of the two languages: expressions, or these parameters. Only KeyConditions may stand beside
   expressions for other things.
2. Each condition is of one attribute, by its whole name: a dot in it is a dot. Several are joined by AND, or by what
   ConditionalOperator says.
3. What a condition compares with has types that its operator can compare.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.decisions.dynamodb_expressions.key_conditions import KeyCondition
from cogsim.decisions.dynamodb_expressions.tree import (
    Action,
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
)
from cogsim.errors import InvalidValue
from cogsim.world.attribute_value import Value, order_of, read_value

KEY_CONDITIONS, OPERATOR = "KeyConditions", "ConditionalOperator"

_INVALID = "One or more parameter values were invalid: "
_COMPARATORS = {"EQ": "=", "NE": "<>", "LT": "<", "LE": "<=", "GT": ">", "GE": ">="}
#: Operators with how many values they take; IN takes any number but none.
_TAKES = {**dict.fromkeys(_COMPARATORS, 1), "CONTAINS": 1, "NOT_CONTAINS": 1, "BEGINS_WITH": 1, "BETWEEN": 2}
_EMPTY = ("NULL", "NOT_NULL")
_SCALARS = ("S", "N", "B")
_OF_KEYS = {**_COMPARATORS, "BEGINS_WITH": "begins_with", "BETWEEN": "BETWEEN"}
#: What AttributeUpdates adds to: lists too, which ADD in an expression does not.
_ADDED, _SETS = ("N", "SS", "NS", "BS", "L"), ("SS", "NS", "BS")


def check_language(params: Mapping[str, Any], expressions: Sequence[str], legacy: Sequence[str]) -> None:
    """Refuse a request with parameters of both languages; `expressions` and `legacy` are those that it may have."""
    spoken = [name for name in expressions if params.get(name) is not None]
    if not spoken:
        return
    older = [name for name in legacy if params.get(name) is not None]
    if "KeyConditionExpression" not in spoken and KEY_CONDITIONS in older:
        older.remove(KEY_CONDITIONS)
    if older:
        raise InvalidValue(
            "",
            "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: "
            f"{{{', '.join(older)}}} Expression parameters: {{{', '.join(spoken)}}}",
        )


def legacy_condition(params: Mapping[str, Any], member: str) -> Node | None:
    """The condition of Expected, QueryFilter or ScanFilter; None where there is none."""
    stated: Mapping[str, Mapping[str, Any]] = params.get(member) or {}
    operator = params.get(OPERATOR)
    if operator is not None and not stated:
        raise InvalidValue("", "ConditionalOperator cannot be used without Filter or Expected")
    if operator is not None and len(stated) == 1:
        raise InvalidValue("", "ConditionalOperator can only be used when Filter or Expected has two or more elements")
    read = _expected if member == "Expected" else _compared
    found = [read(name, stated[name]) for name in sorted(stated)]
    return _joined(found, Or if operator == "OR" else And) if found else None


def _joined(nodes: Sequence[Node], by: type[And] | type[Or]) -> Node:
    """The nodes as one, half beside half: a request may name more attributes than a tree of one branch can be deep."""
    half = len(nodes) // 2
    return by(_joined(nodes[:half], by), _joined(nodes[half:], by)) if half else nodes[0]


def _expected(name: str, stated: Mapping[str, Any]) -> Node:
    """What Expected says of one attribute: a comparison, its value, or that it is not there."""
    value, listed, exists = (stated.get(member) for member in ("Value", "AttributeValueList", "Exists"))
    operator = stated.get("ComparisonOperator")
    if listed is not None and value is not None:
        raise _of(name, "Value and AttributeValueList cannot be used together")
    if operator is not None:
        if exists is not None:
            raise _of(name, "Exists and ComparisonOperator cannot be used together")
        if listed is None and value is None and operator not in _EMPTY:
            raise _of(name, f"Value or AttributeValueList must be used with ComparisonOperator: {operator}")
        return _compared(name, {**stated, "AttributeValueList": listed if value is None else [value]})
    if listed is not None:
        raise _of(name, "AttributeValueList can only be used with a ComparisonOperator")
    if exists is False:
        if value is not None:
            raise _of(name, "Value cannot be used when Exists is false")
        return Call("attribute_not_exists", (Path((name,)),))
    if value is None:
        raise _of(name, f"Value must be provided when Exists is {'null' if exists is None else 'true'}")
    return Compare("=", Path((name,)), Constant(read_value(value)))


def _of(name: str, told: str) -> InvalidValue:
    return InvalidValue(name, f"{_INVALID}{told} for Attribute: {name}")


def _compared(name: str, stated: Mapping[str, Any]) -> Node:
    """One attribute compared as a ComparisonOperator says; what an item lacks is unequal, and contains nothing."""
    operator, path = stated["ComparisonOperator"], Path((name,))
    values = tuple(map(Constant, _values(stated)))
    match operator:
        case "NULL" | "NOT_NULL":
            return Call("attribute_not_exists" if operator == "NULL" else "attribute_exists", (path,))
        case "CONTAINS" | "BEGINS_WITH":
            return Call(operator.lower(), (path, *values))
        case "NOT_CONTAINS":
            return And(Call("attribute_exists", (path,)), Not(Call("contains", (path, *values))))
        case "BETWEEN":
            return Between(path, *values)
        case "IN":
            return In(path, values)
    return Compare(_COMPARATORS[operator], path, values[0])


def _values(stated: Mapping[str, Any]) -> tuple[Value, ...]:
    """The values of a comparison: as many as its operator takes, of one type, and of one that it compares."""
    operator = stated["ComparisonOperator"]
    values = tuple(map(read_value, stated.get("AttributeValueList") or ()))
    wanted = 0 if operator in _EMPTY else _TAKES.get(operator, max(len(values), 1))
    if len(values) != wanted:
        raise InvalidValue("", f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator")
    if len({value.kind for value in values}) > 1:
        raise InvalidValue("", f"{_INVALID}AttributeValues inside AttributeValueList must be of same type")
    allowed = ("S", "B") if operator == "BEGINS_WITH" else _SCALARS
    if operator not in ("EQ", "NE") and values and values[0].kind not in allowed:
        raise InvalidValue(
            "", f"{_INVALID}ComparisonOperator {operator} is not valid for {values[0].kind} AttributeValue type"
        )
    if operator == "BETWEEN" and order_of(values[0]) > order_of(values[1]):
        raise InvalidValue(
            "", "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound"
        )
    return values


def legacy_key_conditions(stated: Mapping[str, Mapping[str, Any]]) -> tuple[KeyCondition, ...]:
    """The conditions of KeyConditions."""
    if not stated:
        raise InvalidValue("", "Conditions can be of length 1 or 2 only")
    found = []
    for name in sorted(stated):
        operator = stated[name]["ComparisonOperator"]
        values = _values(stated[name])
        if operator not in _OF_KEYS or operator == "NE":
            raise InvalidValue("", "Attempted conditional constraint is not an indexable operation")
        found.append(KeyCondition(name, _OF_KEYS[operator], values))
    return tuple(found)


def legacy_updates(stated: Mapping[str, Mapping[str, Any]] | None) -> tuple[Action, ...]:
    """The actions of AttributeUpdates."""
    return tuple(_update(name, (stated or {})[name]) for name in sorted(stated or {}))


def _update(name: str, stated: Mapping[str, Any]) -> Action:
    section, path = stated.get("Action") or "PUT", Path((name,))
    if stated.get("Value") is None:
        if section != "DELETE":
            raise InvalidValue(name, f"{_INVALID}Only DELETE action is allowed when no attribute value is specified")
        return Action("REMOVE", path)
    value = read_value(stated["Value"])
    if section == "DELETE" and value.kind not in _SETS:
        raise InvalidValue(name, f"{_INVALID}DELETE action with value is not supported for the type {value.kind}")
    if section == "ADD" and value.kind not in _ADDED:
        raise InvalidValue(name, f"{_INVALID}ADD action is not supported for the type {value.kind}")
    return Action("SET" if section == "PUT" else section, path, Constant(value))
