"""Reading a mapping field by field: unknown names, missing ones and values of another kind are errors with places."""

from __future__ import annotations

from collections.abc import Iterable

from cogsim.errors import suggest
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.scenario.references import Entries, Expression, parse


def fields(node: Node, what: str, known: Iterable[str] | None, required: Iterable[str] = ()) -> Record:
    """`node` as a mapping with no field outside `known` (None: any), and all of `required`."""
    if not isinstance(node, Record):
        raise node.error(f"{what} is a mapping, not {kind_of(node)}")
    choices = None if known is None else tuple(known)
    for name, _ in node:
        if choices is not None and name not in choices:
            near = suggest(name, choices)
            listed = "" if near else f"; it has {', '.join(choices)}"
            raise node.key(name).error(f"{what} has no field {name!r}{listed}", near)
    for name in required:
        if node.get(name) is None:
            raise node.error(f"{what} needs a field {name!r}")
    return node


def text(node: Node, what: str) -> str:
    """The text of a scalar; nothing, a list or a mapping is an error."""
    if not isinstance(node, Scalar) or node.is_null:
        raise node.error(f"{what} is a text, not {kind_of(node)}")
    return node.text


def whole(node: Node, what: str) -> int:
    """A whole number from 0 on."""
    stated = text(node, what)
    if not (stated.isascii() and stated.isdigit()):
        raise node.error(f"{what} is a whole number, not {stated!r}")
    return int(stated)


def truth(node: Node, what: str) -> bool:
    """The truth value of a scalar in YAML's words."""
    if not isinstance(node, Scalar) or node.truth is None:
        shown = repr(node.text) if isinstance(node, Scalar) else kind_of(node)
        raise node.error(f"{what} is true or false, not {shown}")
    return node.truth


def items(record: Record, name: str) -> tuple[Node, ...]:
    """The items of the list at `name`; none where the field is absent or empty."""
    node = record.get(name)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return ()
    if not isinstance(node, Series):
        raise node.error(f"{name} is a list, not {kind_of(node)}")
    return node.items


def expression(record: Record, name: str) -> Expression:
    """The text at `name` with its references still open; None where the field is absent."""
    node = record.get(name)
    return parse(text(node, name), node.location) if node is not None else None


def texts(record: Record, name: str) -> Entries:
    """A mapping of texts: attribute values are texts whatever they look like."""
    node = record.get(name)
    if node is None:
        return Entries()
    return Entries(tuple((key, parse(text(value, key), value.location)) for key, value in fields(node, name, None)))


def word(record: Record, name: str, choices: Iterable[str]) -> str | None:
    """The text at `name`, one of `choices`; None where the field is absent."""
    node = record.get(name)
    if node is None:
        return None
    written, known = text(node, name), tuple(choices)
    if written not in known:
        raise node.error(f"{name} is one of {', '.join(known)}, not {written!r}", suggest(written, known))
    return written


def flag(record: Record, name: str, default: bool) -> bool:
    """The truth value at `name`, `default` where the field is absent."""
    node = record.get(name)
    return default if node is None else truth(node, name)
