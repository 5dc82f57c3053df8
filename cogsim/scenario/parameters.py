"""The `with:` of a call, read by the published shape of its operation: each scalar becomes what its member is.

Misspelt members, members that are not modelled and values of another kind are found here, before anything runs. What
AWS itself validates (lengths, patterns, missing members) is left to the door, where a scenario may expect the error.
"""

from __future__ import annotations

from typing import Any

from cogsim.aws.model import operation_shape
from cogsim.aws.operation import declared_operations
from cogsim.clock import at, instant
from cogsim.errors import InputError, NotModelled, suggest
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of, plain
from cogsim.scenario.references import Embedded, Entries, Expression, Items, Reference, parse

_WORDS = {"integer": "a whole number", "long": "a whole number", "float": "a number", "double": "a number"}


def check_operation(written: Scalar) -> str:
    """The operation's name; InputError where AWS has none of that name, or cogsim does not model it."""
    name = written.text
    try:
        operation_shape(name)
    except InputError as error:
        raise written.error(error.message, error.suggestion) from None
    if name not in declared_operations(name.partition(":")[0]):
        raise written.error(str(NotModelled(name)))
    return name


def parameters(operation: str, node: Node | None) -> Entries:
    """`node` as the input of `operation`."""
    if node is None or (isinstance(node, Scalar) and node.is_null):
        return Entries()
    if not isinstance(node, Record):
        raise node.error(f"the parameters of a call are a mapping, not {kind_of(node)}")
    shape = operation_shape(operation)
    declared = declared_operations(operation.partition(":")[0])[operation]
    for name, _ in node:
        if name not in shape.members:
            raise node.key(name).error(f"{operation} has no parameter {name!r}", suggest(name, shape.members))
        if name not in declared.takes and name not in declared.ignores:
            raise node.key(name).error(str(NotModelled(operation, name)))
    return _structure(node, shape.model.input_shape)


def _value(node: Node, shape: Any) -> Expression:
    """`node` as a value of `shape`; a reference stands for a value of any kind."""
    if isinstance(node, Scalar):
        return _scalar(node, shape)
    kind = shape.type_name
    if kind == "structure" and getattr(shape, "is_document_type", False):
        return untyped(node)
    if kind == "structure" and isinstance(node, Record):
        return _structure(node, shape)
    if kind == "map" and isinstance(node, Record):
        return Entries(tuple((parse(key, node.key(key).location), _value(value, shape.value)) for key, value in node))
    if kind == "list" and isinstance(node, Series):
        return Items(tuple(_value(item, shape.member) for item in node.items))
    raise node.error(f"{kind_of(node)}, where {_wanted(kind)} is wanted")


def _structure(node: Record, shape: Any) -> Entries:
    entries: list[tuple[Expression, Expression]] = []
    for name, value in node:
        if name not in shape.members:
            raise node.key(name).error(f"{shape.name} has no member {name!r}", suggest(name, shape.members))
        entries.append((name, _value(value, shape.members[name])))
    return Entries(tuple(entries))


def _scalar(node: Scalar, shape: Any) -> Expression:
    if node.is_null:
        return None
    written = parse(node.text, node.location)
    kind = shape.type_name
    if isinstance(written, Reference) or kind in ("string", "char"):
        return written
    if isinstance(written, Embedded):
        raise node.error(f"text with a reference inside, where {_wanted(kind)} is wanted")
    if kind == "blob":
        return written.encode()
    return _typed(node, kind)


def _typed(node: Scalar, kind: str) -> Expression:
    try:
        match kind:
            case "boolean" if node.truth is not None:
                return node.truth
            case "integer" | "long":
                return int(node.text)
            case "float" | "double":
                return float(node.text)
            case "timestamp":
                return at(instant(node.text))
    except ValueError:
        pass
    except InputError as error:
        raise node.error(error.message) from None
    raise node.error(f"{node.text!r} is not {_wanted(kind)}")


def _wanted(kind: str) -> str:
    words = {"structure": "a mapping", "map": "a mapping", "list": "a list", "boolean": "true or false", **_WORDS}
    return words.get(kind, "an instant" if kind == "timestamp" else "text")


def untyped(node: Node) -> Expression:
    """`node` with its texts read for references and every scalar else as plain YAML has it."""
    if isinstance(node, Record):
        return Entries(tuple((parse(key, node.key(key).location), untyped(value)) for key, value in node))
    if isinstance(node, Series):
        return Items(tuple(untyped(item) for item in node.items))
    assert isinstance(node, Scalar)
    value = plain(node)
    return parse(value, node.location) if isinstance(value, str) else value  # type: ignore[return-value]
