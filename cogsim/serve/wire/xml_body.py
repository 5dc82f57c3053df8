"""Structures in XML bodies of requests, by the traits that botocore's models carry."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cogsim.errors import AwsError
from cogsim.serve.wire.values import from_text

if TYPE_CHECKING:
    from botocore.model import Shape
    from lxml.etree import _Element


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
