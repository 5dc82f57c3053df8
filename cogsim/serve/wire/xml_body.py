"""Structures in XML bodies, both ways, by the traits that botocore's models carry."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cogsim.errors import AwsError
from cogsim.serve.wire.values import ISO, from_text, to_text

if TYPE_CHECKING:
    from botocore.model import Shape
    from lxml.etree import _Element


#: Characters that no XML 1.0 document may hold, escaped or not.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_xml(body: bytes) -> _Element | None:
    """The root of an XML body; None where the body is empty. No DOCTYPE, no entities."""
    from lxml import etree

    if not body.strip():
        return None
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, remove_comments=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        raise _malformed() from None
    if getattr(root.getroottree().docinfo, "doctype", ""):
        raise _malformed()
    return root


def _malformed() -> AwsError:
    text = "The XML you provided was not well-formed or did not validate against our published schema"
    return AwsError("MalformedXML", text)


def from_xml(shape: Shape, element: _Element) -> Any:
    """An element as the shape means it."""
    match shape.type_name:
        case "structure":
            return dict(_members(shape, element))
        case "list":
            name = shape.member.serialization.get("name", "member")
            return [from_xml(shape.member, each) for each in _children(element, name)]
        case "map":
            return dict(_entries(shape, _children(element, "entry")))
        case _:
            return from_text(shape, element.text or "")


def _members(shape: Shape, element: _Element) -> Iterator[tuple[str, Any]]:
    for name, member in shape.members.items():
        written = member.serialization.get("name", name)
        if member.serialization.get("xmlAttribute"):
            found = element.get(written) or element.get(f"{{http://www.w3.org/2001/XMLSchema-instance}}{written[4:]}")
            if found is not None:
                yield name, found
            continue
        if member.type_name == "list" and member.serialization.get("flattened"):
            written = member.member.serialization.get("name") or written
            found_all = _children(element, written)
            if found_all:
                yield name, [from_xml(member.member, each) for each in found_all]
            continue
        children = _children(element, written)
        if children:
            yield name, from_xml(member, children[0])


def _entries(shape: Shape, entries: list[_Element]) -> Iterator[tuple[str, Any]]:
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    for entry in entries:
        keys, values = _children(entry, key_name), _children(entry, value_name)
        if keys and values:
            yield keys[0].text or "", from_xml(shape.value, values[0])


def _children(element: _Element, name: str) -> list[_Element]:
    return [each for each in element if isinstance(each.tag, str) and each.tag.rpartition("}")[2] == name]


def add_members(parent: _Element, shape: Shape, value: Mapping[str, Any], *, times: str = ISO) -> None:
    """The members of a structure as elements under `parent`; those that stand in headers are left out."""
    for name, member in shape.members.items():
        if value.get(name) is None or member.serialization.get("location"):
            continue
        written = member.serialization.get("name", name)
        if member.serialization.get("xmlAttribute"):
            attribute = f"{{http://www.w3.org/2001/XMLSchema-instance}}{written.rpartition(':')[2]}"
            parent.set(attribute, xml_text(str(value[name])))
        else:
            _add(parent, written, member, value[name], times)


def _add(parent: _Element, name: str, shape: Shape, value: Any, times: str) -> None:
    from lxml import etree

    if shape.type_name == "list":
        flattened = shape.serialization.get("flattened")
        holder = parent if flattened else etree.SubElement(parent, name)
        inner = shape.member.serialization.get("name", name if flattened else "member")
        for each in value:
            _add(holder, inner, shape.member, each, times)
        return
    if shape.type_name == "map":
        holder = parent if shape.serialization.get("flattened") else etree.SubElement(parent, name)
        for key, each in value.items():
            entry = etree.SubElement(holder, name if shape.serialization.get("flattened") else "entry")
            _add(entry, shape.key.serialization.get("name", "key"), shape.key, key, times)
            _add(entry, shape.value.serialization.get("name", "value"), shape.value, each, times)
        return
    element = etree.SubElement(parent, name)
    if shape.type_name == "structure":
        add_members(element, shape, value, times=times)
    else:
        element.text = xml_text(to_text(shape, value, times))


def xml_text(text: str) -> str:
    """The text as XML can hold it: what it has no form for is replaced."""
    return text if text.isprintable() else _NOT_XML.sub("\ufffd", text)
