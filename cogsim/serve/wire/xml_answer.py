"""Structures of answers written as XML text, by the traits that botocore's models carry.

What a shape's elements are called and where they stand is found once, so that an answer is no more than its values with
the tags between them. Every value is escaped here and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.serve.wire.values import ISO, to_text

if TYPE_CHECKING:
    from botocore.model import Shape

Writer = Callable[[Any], str]

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
XSI = "http://www.w3.org/2001/XMLSchema-instance"

#: Characters that no XML 1.0 document may hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SPECIAL = re.compile("[&<>\r]")
#: A carriage return that stands bare is a line feed to every reader.
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_QUOTED = str.maketrans({'"': "&quot;", "\n": "&#10;", "\t": "&#9;"})


def xml_text(text: str) -> str:
    """The text as XML can hold it: what it has no form for is replaced."""
    return text if text.isprintable() else _NOT_XML.sub("\ufffd", text)


def escaped(text: str) -> str:
    """The text as it stands between two tags."""
    text = xml_text(text)
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


def element(name: str, content: str, attributes: str = "") -> str:
    """An element around what is written already."""
    return f"<{name}{attributes}>{content}</{name}>" if content else f"<{name}{attributes}/>"


def members(shape: Shape, value: Mapping[str, Any]) -> str:
    """The members of a structure, an element each; those that stand in headers are left out."""
    return "".join([write(value[name]) for name, write in _elements(shape) if value.get(name) is not None])


@cache
def _elements(shape: Shape) -> tuple[tuple[str, Writer], ...]:
    """The members that become elements, with what writes each."""
    return tuple(
        (name, _writer(member, member.serialization.get("name", name)))
        for name, member in shape.members.items()
        if not member.serialization.get("location") and not member.serialization.get("xmlAttribute")
    )


@cache
def _attributes(shape: Shape) -> tuple[tuple[str, str], ...]:
    """The members that become attributes, with their names there."""
    return tuple(
        (name, member.serialization.get("name", name))
        for name, member in shape.members.items()
        if member.serialization.get("xmlAttribute")
    )


@cache
def _writer(shape: Shape, name: str) -> Writer:
    """What writes values of `shape` as elements called `name`."""
    match shape.type_name:
        case "structure":
            return lambda value: element(name, members(shape, value), _attributes_of(shape, value))
        case "list":
            return _list_writer(shape, name)
        case "map":
            return _map_writer(shape, name)
        case "string":
            return lambda value: f"<{name}>{escaped(str(value))}</{name}>"
        case _:
            return lambda value: f"<{name}>{escaped(to_text(shape, value, ISO))}</{name}>"


def _attributes_of(shape: Shape, value: Mapping[str, Any]) -> str:
    given = [(name, value[member]) for member, name in _attributes(shape) if value.get(member) is not None]
    return "".join([f' {name}="{escaped(str(each)).translate(_QUOTED)}"' for name, each in given])


def _list_writer(shape: Shape, name: str) -> Writer:
    flattened = bool(shape.serialization.get("flattened"))
    inner = shape.member.serialization.get("name", name if flattened else "member")

    def write(value: Any) -> str:
        writer = _writer(shape.member, inner)
        text = "".join([writer(each) for each in value])
        return text if flattened else element(name, text)

    return write


def _map_writer(shape: Shape, name: str) -> Writer:
    flattened = bool(shape.serialization.get("flattened"))
    entry = name if flattened else "entry"
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")

    def write(value: Any) -> str:
        key, inner = _writer(shape.key, key_name), _writer(shape.value, value_name)
        text = "".join([element(entry, key(each) + inner(value[each])) for each in value])
        return text if flattened else element(name, text)

    return write
