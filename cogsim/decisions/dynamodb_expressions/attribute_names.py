"""The attributes that an expression names: what `dynamodb:Attributes` holds of it."""

from __future__ import annotations

from cogsim.decisions.dynamodb_expressions.tree import (
    Action,
    And,
    Between,
    Call,
    Compare,
    In,
    Missing,
    Node,
    Not,
    Or,
    Path,
    Sum,
)


def attribute_names(node: Node | None) -> frozenset[str]:
    """The top-level attributes in a condition or an operand."""
    match node:
        case Path():
            return frozenset((node.top,))
        case Call(_, operands):
            return _all(*operands)
        case Compare(_, left, right) | Sum(_, left, right) | And(left, right) | Or(left, right):
            return attribute_names(left) | attribute_names(right)
        case Between(operand, low, high):
            return _all(operand, low, high)
        case In(operand, choices):
            return _all(operand, *choices)
        case Not(inner) | Missing(inner):
            return attribute_names(inner)
    return frozenset()


def updated_names(actions: tuple[Action, ...]) -> frozenset[str]:
    """The top-level attributes that an update writes or reads."""
    return frozenset(action.path.top for action in actions) | _all(*(action.operand for action in actions))


def _all(*nodes: Node | None) -> frozenset[str]:
    return frozenset().union(*(attribute_names(node) for node in nodes))
