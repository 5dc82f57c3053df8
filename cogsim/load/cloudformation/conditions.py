"""Conditions of a stack: true, false, or unknown where something unresolved decides."""

from __future__ import annotations

from collections.abc import Callable
from graphlib import CycleError, TopologicalSorter

from cogsim.errors import InputError, suggest
from cogsim.load.cloudformation.stack import Stack
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.world.origin import is_placeholder

_FUNCTIONS = ("Fn::And", "Fn::Or", "Fn::Not", "Fn::Equals", "Condition")

#: Resolves an operand of Equals to its text.
Text = Callable[[Node], str]


def evaluate_conditions(stack: Stack, text: Text) -> None:
    """Fill `stack.truths`; InputError for cycles, unknown names and malformed functions. # cfn:conditions"""
    section = stack.sections["Conditions"]
    order: TopologicalSorter[str] = TopologicalSorter()
    for name, (_, node) in section.items():
        order.add(name, *(used for used in _names(node) if used in section))
    try:
        names = list(order.static_order())
    except CycleError as error:
        cycle = error.args[1]
        raise InputError(f"conditions in a circle: {' → '.join(cycle)}", section[cycle[0]][0].location) from None
    for name in names:
        stack.truths[name] = truth(section[name][1], stack, text)


def _names(node: Node) -> list[str]:
    """The conditions that `node` refers to."""
    found: list[str] = []
    waiting: list[Node] = [node]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Series):
            waiting.extend(each.items)
        elif isinstance(each, Record):
            named = each.get("Condition")
            if isinstance(named, Scalar):
                found.append(named.text)
            waiting.extend(value for _, value in each)
    return found


def truth(node: Node, stack: Stack, text: Text) -> bool | None:
    """What a condition function says, by Kleene's three-valued tables."""
    if isinstance(node, Scalar):
        words = text(node)
        if is_placeholder(words):
            return None
        if node.truth is None:
            raise node.error("a condition is one of " + ", ".join(_FUNCTIONS))
        return node.truth
    if not isinstance(node, Record) or len(node.entries) != 1:
        raise node.error(f"{kind_of(node)}, where a condition function is wanted")
    name, argument = next(iter(node))
    if name == "Condition":
        return condition(argument, stack)
    if name not in _FUNCTIONS:
        raise node.error(f"{name} is no condition function", suggest(name, _FUNCTIONS))
    if not isinstance(argument, Series):
        raise argument.error(f"{name} takes a list")
    least, most = {"Fn::Not": (1, 1), "Fn::Equals": (2, 2)}.get(name, (2, 10))
    if not least <= len(argument.items) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise argument.error(f"{name} takes {wanted} values, not {len(argument.items)}")
    if name == "Fn::Equals":
        return _equals(text(argument.items[0]), text(argument.items[1]))
    operands = [truth(item, stack, text) for item in argument.items]
    if name == "Fn::Not":
        return None if operands[0] is None else not operands[0]
    decisive = name == "Fn::Or"
    if decisive in operands:
        return decisive
    return None if None in operands else not decisive


def condition(node: Node, stack: Stack) -> bool | None:
    """Whether the condition that `node` names holds."""
    if not isinstance(node, Scalar):
        raise node.error("the name of a condition is a text")
    if node.text not in stack.truths:
        near = suggest(node.text, stack.sections["Conditions"])
        raise node.error(f"no condition is called {node.text!r}", near)
    return stack.truths[node.text]


def _equals(left: str, right: str) -> bool | None:
    """A placeholder equals only itself; whether it equals anything else is unknown."""
    if left == right:
        return True
    return None if is_placeholder(left) or is_placeholder(right) else False
