"""What refers to what, and so the order in which resources are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from cogsim.errors import InputError, Location
from cogsim.load.cloudformation.fragment import Environment
from cogsim.load.cloudformation.stack import Stack
from cogsim.load.nodes import Node, Record, Scalar, Series

_SUB_NAME = re.compile(r"\$\{\s*([^!{}][^{}]*?)\s*\}")


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """Something to be read: a resource, or an output that is exported."""

    environment: Environment
    kind: str
    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Import:
    """Fn::ImportValue, with the node that names the export."""

    name: Node


def references(node: Node, truths: dict[str, bool | None]) -> Iterator[str | Import]:
    """The names `node` refers to, and its imports; of an Fn::If whose condition is known only the branch taken."""
    waiting: list[Node] = [node]
    seen: set[int] = set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Scalar) or id(each) in seen:
            continue
        seen.add(id(each))
        if isinstance(each, Series):
            waiting.extend(each.items)
            continue
        assert isinstance(each, Record)
        for name, value in each:
            yield from _called(name, value)
            waiting.extend(_branches(value, truths) if name == "Fn::If" else (value,))


def _called(name: str, argument: Node) -> Iterator[str | Import]:
    first = argument.items[0] if isinstance(argument, Series) and argument.items else argument
    if name == "Fn::ImportValue":
        yield Import(argument)
    elif not isinstance(first, Scalar):
        return
    elif name == "Ref":
        yield first.text
    elif name == "Fn::GetAtt":
        yield first.text.partition(".")[0]
    elif name == "Fn::Sub":
        yield from (match[1].partition(".")[0] for match in _SUB_NAME.finditer(first.text))


def _branches(argument: Node, truths: dict[str, bool | None]) -> Iterable[Node]:
    if not isinstance(argument, Series) or len(argument.items) != 3:
        return (argument,)
    name, then, other = argument.items
    holds = truths.get(name.text) if isinstance(name, Scalar) else None
    return (then, other) if holds is None else (then if holds else other,)


def reading_order(
    items: dict[Item, list[Node]],
    stacks: dict[Environment, Stack],
    exported: Callable[[Environment, Node], Item | None],
    places: Callable[[Item], Location],
) -> list[Item]:
    """The items so that each follows what its nodes refer to; InputError where they refer to one another in a circle.
    `exported` finds the output behind an import."""
    order: TopologicalSorter[Item] = TopologicalSorter()
    for item, nodes in items.items():
        needed: dict[Item, None] = {}
        for node in nodes:
            for found in references(node, stacks[item.environment].truths):
                if isinstance(found, Import):
                    target = exported(item.environment, found.name)
                else:
                    target = Item(item.environment, "resource", found)
                if target is not None and target in items:
                    needed[target] = None
        order.add(item, *needed)
    try:
        return list(order.static_order())
    except CycleError as error:
        cycle = list(reversed(error.args[1]))
        names = " → ".join(map(str, cycle))
        raise InputError(f"circular dependency between resources: {names}", places(cycle[0])) from None
