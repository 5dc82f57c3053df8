"""Reading, changing and picking parts of documents by path."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cogsim.decisions.dynamodb_expressions.tree import Element, Path
from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_value import Attributes, Value

_NO_SUCH_PLACE = "The document path provided in the update expression is invalid for update"


def found_at(item: Attributes, elements: Sequence[Element]) -> Value | None:
    """The value at the path, None where there is none."""
    value = item.get(str(elements[0]))
    for step in elements[1:]:
        if value is None:
            return None
        if isinstance(step, int):
            value = value.held[step] if value.kind == "L" and step < len(value.held) else None
        else:
            value = value.held.get(step) if value.kind == "M" else None
    return value


def with_value(item: Attributes, elements: Sequence[Element], made: Value) -> Attributes:
    """The item with `made` at the path; a position beyond a list's end appends. # ddb:update-expressions"""
    name, rest = str(elements[0]), elements[1:]
    return item.set(name, made if not rest else _with(item.get(name), rest, made))


def _with(value: Value | None, elements: Sequence[Element], made: Value) -> Value:
    step, rest = elements[0], elements[1:]
    if value is None or value.kind != ("L" if isinstance(step, int) else "M"):
        raise InvalidValue("", _NO_SUCH_PLACE)
    if isinstance(step, str):
        return Value("M", value.held.set(step, made if not rest else _with(value.held.get(step), rest, made)))
    held = list(value.held)
    if step >= len(held):
        if rest:
            raise InvalidValue("", _NO_SUCH_PLACE)
        return Value("L", (*held, made))
    held[step] = made if not rest else _with(held[step], rest, made)
    return Value("L", tuple(held))


def without_value(item: Attributes, elements: Sequence[Element]) -> Attributes:
    """The item without what is at the path; nothing there is no fault, no place for it is."""
    name, rest = str(elements[0]), elements[1:]
    return item.discard(name) if not rest else item.set(name, _without(item.get(name), rest))


def _without(value: Value | None, elements: Sequence[Element]) -> Value:
    step, rest = elements[0], elements[1:]
    if value is None or value.kind != ("L" if isinstance(step, int) else "M"):
        raise InvalidValue("", _NO_SUCH_PLACE)
    if isinstance(step, str):
        changed = value.held.set(step, _without(value.held.get(step), rest)) if rest else value.held.discard(step)
        return Value("M", changed)
    held = list(value.held)
    if step < len(held):
        held[step : step + 1] = [_without(held[step], rest)] if rest else []
    elif rest:
        raise InvalidValue("", _NO_SUCH_PLACE)
    return Value("L", tuple(held))


def check_overlaps(kind: str, paths: Sequence[Path]) -> None:
    """No path lies inside another, and none takes for a list what another takes for a map."""
    for number, two in enumerate(paths):
        for one in paths[:number]:
            clash = _clash(one.elements, two.elements)
            if clash:
                raise InvalidValue(
                    "",
                    f"Invalid {kind}: Two document paths {clash} with each other; must remove or rewrite one of these "
                    f"paths; path one: {one}, path two: {two}",
                )


def _clash(one: tuple[Element, ...], two: tuple[Element, ...]) -> str | None:
    for left, right in zip(one, two, strict=False):
        if isinstance(left, int) != isinstance(right, int):
            return "conflict"
        if left != right:
            return None
    return "overlap"


def picked(item: Attributes, paths: Iterable[Path]) -> Attributes:
    """The parts of the item at the paths; elements of one list keep their order and close up."""
    tree: dict[Element, Any] = {}
    for path in paths:
        branch = tree
        for step in path.elements[:-1]:
            branch = branch.setdefault(step, {})
        branch[path.elements[-1]] = None
    return _picked_map(item, tree)


def _picked_map(held: Attributes, tree: dict[Element, Any]) -> Attributes:
    found: dict[str, Value] = {}
    for step, inner in tree.items():
        value = held.get(str(step)) if isinstance(step, str) else None
        kept = _picked_value(value, inner)
        if kept is not None:
            found[str(step)] = kept
    return Map(found)


def _picked_value(value: Value | None, inner: dict[Element, Any] | None) -> Value | None:
    if value is None or inner is None:
        return value
    if value.kind == "M":
        kept = _picked_map(value.held, inner)
        return Value("M", kept) if kept else None
    if value.kind == "L":
        places = sorted(step for step in inner if isinstance(step, int) and step < len(value.held))
        elements = (_picked_value(value.held[step], inner[step]) for step in places)
        found = tuple(each for each in elements if each is not None)
        return Value("L", found) if found else None
    return None
