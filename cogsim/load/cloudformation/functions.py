"""The intrinsic functions that only rearrange values: Join, Select, Split, FindInMap, ImportValue, Base64, Cidr."""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

from cogsim.errors import suggest
from cogsim.load.nodes import Node, Record, Scalar, Series
from cogsim.world.origin import is_placeholder

if TYPE_CHECKING:
    from cogsim.load.cloudformation.intrinsics import Resolver

Function = Callable[["Resolver", Record, Node], Node | None]


def _arguments(name: str, argument: Node, least: int, most: int) -> tuple[Node, ...]:
    if not isinstance(argument, Series) or not least <= len(argument.items) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise argument.error(f"{name} takes a list of {wanted} values")
    return argument.items


def _series(node: Node, texts: list[str]) -> Series:
    items = tuple(Scalar(node.file, node.line, node.column, text) for text in texts)
    return Series(node.file, node.line, node.column, items)


def join(resolver: Resolver, node: Record, argument: Node) -> Node:
    """Texts joined by a delimiter. # cfn:join"""
    delimiter, values = _arguments("Fn::Join", argument, 2, 2)
    return resolver.made(node, resolver.text(delimiter).join(resolver.texts(values)))


def split(resolver: Resolver, node: Record, argument: Node) -> Node:
    """A text cut at a delimiter. # cfn:split"""
    delimiter, source = (resolver.text(each) for each in _arguments("Fn::Split", argument, 2, 2))
    if not delimiter:
        raise node.error("Fn::Split takes a delimiter that is not empty")
    return _series(node, source.split(delimiter))


def select(resolver: Resolver, node: Record, argument: Node) -> Node:
    """One value of a list. Beyond a placeholder nothing is known: it may have held a delimiter. # cfn:select"""
    index, values = _arguments("Fn::Select", argument, 2, 2)
    number, texts = resolver.text(index), resolver.texts(values)
    if is_placeholder(number):
        return resolver.unresolved(f"Select {number}", "Fn::Select by something unresolved", node)
    if not number.isdecimal():
        raise index.error(f"Fn::Select counts from 0, and {number!r} is no number")
    position = int(number[:9])
    from_split = isinstance(values, Record) and "Fn::Split" in values.entries
    doubtful = from_split or (len(texts) == 1 and is_placeholder(texts[0]))
    seen = texts[: position + 1]
    if doubtful and any(map(is_placeholder, seen)):
        return resolver.unresolved(f"Select {position} {''.join(seen)}", "Fn::Select from something unresolved", node)
    if position >= len(texts):
        raise index.error(f"Fn::Select takes value {position} of a list of {len(texts)}")
    return resolver.made(node, texts[position])


def find_in_map(resolver: Resolver, node: Record, argument: Node) -> Node | None:
    """A value of a map. A key it lacks gives the default value, or a placeholder. # cfn:findinmap"""
    items = _arguments("Fn::FindInMap", argument, 3, 4)
    name, first, second = (resolver.text(each) for each in items[:3])
    mappings = resolver.stack.sections["Mappings"]
    if not any(map(is_placeholder, (name, first, second))):
        if name not in mappings:
            raise node.error(f"no mapping is called {name!r}", suggest(name, mappings))
        top = mappings[name][1]
        row = top.get(first) if isinstance(top, Record) else None
        value = row.get(second) if isinstance(row, Record) else None
        if value is not None:
            return resolver.resolve(value)
    default = items[3].get("DefaultValue") if len(items) == 4 and isinstance(items[3], Record) else None
    if default is not None:
        return resolver.resolve(default)
    full = f"{name}.{first}.{second}"
    return resolver.unresolved(full, f"Fn::FindInMap {full}: the map has no such entry", node)


def import_value(resolver: Resolver, node: Record, argument: Node) -> Node:
    """An export of another stack of the same account and region. # cfn:importvalue"""
    name = resolver.text(argument)
    if name in resolver.exports:
        return resolver.made(node, resolver.exports[name])
    near = suggest(name, resolver.exports)
    return resolver.unresolved(name, f"Fn::ImportValue {name}: no stack exports it" + (f"; {near}?" * bool(near)), node)


def encode_base64(resolver: Resolver, node: Record, argument: Node) -> Node:
    """A text in Base64. # cfn:base64"""
    text = resolver.text(argument)
    if is_placeholder(text):
        return resolver.unresolved(f"Base64 {text}", "Fn::Base64 of something unresolved", node)
    return resolver.made(node, base64.b64encode(text.encode()).decode())


def cidr(resolver: Resolver, node: Record, argument: Node) -> Node:
    """The first `count` networks of the block, each with that many host bits. # cfn:cidr"""
    texts = [resolver.text(each) for each in _arguments("Fn::Cidr", argument, 2, 3)]
    if any(map(is_placeholder, texts)):
        return resolver.unresolved(f"Cidr {' '.join(texts)}", "Fn::Cidr of something unresolved", node)
    block, count, bits = texts if len(texts) == 3 else (*texts, "8")
    try:
        network = ipaddress.ip_network(block)
        prefix = network.max_prefixlen - int(bits)
        if not 1 <= int(count) <= 256:
            raise ValueError(f"{count} networks; 1 to 256 can be had")
        found = [str(each) for each in islice(network.subnets(new_prefix=prefix), int(count))]
        if len(found) < int(count):
            raise ValueError(f"{block} holds only {len(found)} networks of {bits} host bits")
    except ValueError as error:
        raise node.error(f"Fn::Cidr: {error}") from None
    return _series(node, found)


def _outside(name: str) -> Function:
    def evaluate(resolver: Resolver, node: Record, argument: Node) -> Node:
        written = argument.text if isinstance(argument, Scalar) else f"line {node.line}"
        return resolver.unresolved(f"{name} {written}", f"Fn::{name} is not evaluated", node)

    return evaluate


FUNCTIONS: dict[str, Function] = {
    "Fn::Join": join,
    "Fn::Split": split,
    "Fn::Select": select,
    "Fn::FindInMap": find_in_map,
    "Fn::ImportValue": import_value,
    "Fn::Base64": encode_base64,
    "Fn::Cidr": cidr,
    **{f"Fn::{name}": _outside(name) for name in ("GetAZs", "Length", "ToJsonString", "Transform")},
}
