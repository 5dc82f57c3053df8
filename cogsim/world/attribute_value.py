"""DynamoDB's attribute values: read from the wire's form, written back, measured.

1. A value has exactly one type, and text, numbers, sets and nesting keep DynamoDB's rules; the words are DynamoDB's.
2. Numbers stand in one normal form, so equal numbers are equal values. Sets are sorted, so equal sets are equal too.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from cogsim.errors import InvalidValue
from cogsim.persistent import Map
from cogsim.world.attribute_number import normal_number, number_order, number_size

#: How deep lists and maps may nest. # ddb:constraints §nested-attribute-depth
_DEEPEST = 32

_INVALID = "One or more parameter values were invalid: "


class Value(NamedTuple):
    """An attribute value: its type (`S`, `N`, `BS`, ...) and what it holds. Numbers are text in normal form, sets are
    sorted tuples, lists tuples of values, maps persistent maps of values."""

    kind: str
    held: Any


#: The attributes of an item, or of a key.
Attributes = Map[str, Value]


def read_attributes(raw: Mapping[str, Any], depth: int = 0) -> Attributes:
    """The attributes of a map as the wire writes it; InvalidValue in DynamoDB's words."""
    return Map({_readable(name): read_value(value, depth) for name, value in raw.items()})


def read_value(raw: Any, depth: int = 0) -> Value:
    """A value as the wire writes it, `{"S": "text"}`; InvalidValue in DynamoDB's words."""
    if not isinstance(raw, Mapping):
        raise InvalidValue("", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    given = [(kind, held) for kind, held in raw.items() if held is not None]
    if not given or given[0][0] not in _READERS:
        raise InvalidValue("", "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
    if len(given) > 1:
        raise InvalidValue(
            "",
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported "
            "datatypes",
        )
    kind, held = given[0]
    if depth > _DEEPEST:
        raise InvalidValue("", "Nesting Levels have exceeded supported limits")
    return Value(kind, _READERS[kind](held, depth))


def _text(held: Any, _depth: int) -> str:
    if not isinstance(held, str):
        raise _wrong(held, "S")
    return _readable(held)


def _readable(text: str) -> str:
    """The text, where UTF-8 can write it."""
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise InvalidValue("", _INVALID + "a string is not valid UTF-8") from None
    return text


def _number(held: Any, _depth: int) -> str:
    if not isinstance(held, str):
        raise _wrong(held, "N")
    return normal_number(held)


def _binary(held: Any, _depth: int) -> bytes:
    """Bytes; text stands for its UTF-8, as for AWS's SDKs."""
    if isinstance(held, str):
        return _readable(held).encode()
    if not isinstance(held, bytes | bytearray):
        raise _wrong(held, "B")
    return bytes(held)


def _truth(held: Any, _depth: int) -> bool:
    if not isinstance(held, bool):
        raise _wrong(held, "BOOL")
    return held


def _null(held: Any, _depth: int) -> bool:
    """Always true: DynamoDB takes no other."""
    if not _truth(held, 0):
        raise InvalidValue("", _INVALID + "Null attribute value types must have the value of true")
    return True


def _list(held: Any, depth: int) -> tuple[Value, ...]:
    if not isinstance(held, list | tuple):
        raise _wrong(held, "L")
    return tuple(read_value(each, depth + 1) for each in held)


def _map(held: Any, depth: int) -> Attributes:
    if not isinstance(held, Mapping):
        raise _wrong(held, "M")
    return read_attributes(held, depth + 1)


def _set(kind: str, name: str, read: Callable[[Any, int], Any]) -> Callable[[Any, int], tuple[Any, ...]]:
    def reader(held: Any, _depth: int) -> tuple[Any, ...]:
        if not isinstance(held, list | tuple | set | frozenset):
            raise _wrong(held, kind)
        if not held:
            raise InvalidValue("", _INVALID + name)
        found = [read(each, 0) for each in held]
        if len(set(found)) != len(found):
            raise InvalidValue("", _duplicates(kind, found))
        return sorted_set(kind, found)

    return reader


def _duplicates(kind: str, found: list[Any]) -> str:
    """What DynamoDB says of a set with a member twice: in other words for each type, and without a space for bytes."""
    match kind:
        case "NS":
            return "Input collection contains duplicates"
        case "SS":
            return f"{_INVALID}Input collection [{', '.join(found)}] contains duplicates."
    shown = ", ".join(base64.b64encode(each).decode() for each in found)
    return f"{_INVALID}Input collection [{shown}]of type BS contains duplicates."


def sorted_set(kind: str, members: Iterable[Any]) -> tuple[Any, ...]:
    """The members of a set as values hold them: numbers by size, text and bytes by their bytes."""
    return tuple(sorted(members, key=number_order if kind == "NS" else None))


def _wrong(held: Any, kind: str) -> InvalidValue:
    return InvalidValue("", f"{_INVALID}a {type(held).__name__} is no {kind}")


_READERS: dict[str, Callable[[Any, int], Any]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _truth,
    "NULL": _null,
    "L": _list,
    "M": _map,
    "SS": _set("SS", "An string set  may not be empty", _text),
    "NS": _set("NS", "An number set  may not be empty", _number),
    "BS": _set("BS", "Binary sets should not be empty", _binary),
}


def write_value(value: Value) -> dict[str, Any]:
    """The value as the wire writes it."""
    kind, held = value
    if kind == "L":
        return {"L": [write_value(each) for each in held]}
    if kind == "M":
        return {"M": write_attributes(held)}
    return {kind: list(held) if kind in ("SS", "NS", "BS") else held}


def write_attributes(attributes: Attributes) -> dict[str, Any]:
    """Attributes as the wire writes them, by name."""
    return {name: write_value(attributes[name]) for name in attributes}


def attributes_size(attributes: Attributes) -> int:
    """The bytes that attributes count for: names and values. # ddb:item-size"""
    return sum(_bytes(name) + value_size(value) for name, value in attributes.items())


def value_size(value: Value) -> int:
    """The bytes that a value counts for. # ddb:item-size"""
    kind, held = value
    match kind:
        case "S":
            return _bytes(held)
        case "N":
            return number_size(held)
        case "B":
            return len(held)
        case "SS":
            return sum(map(_bytes, held))
        case "NS":
            return sum(map(number_size, held))
        case "BS":
            return sum(map(len, held))
        case "L":
            return 3 + sum(1 + value_size(each) for each in held)
        case "M":
            return 3 + len(held) + attributes_size(held)
        case _:
            return 1


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def order_of(value: Value) -> Any:
    """What values of one type compare by: text and bytes by their bytes, numbers by size; only S, N and B have one."""
    return number_order(value.held) if value.kind == "N" else value.held
