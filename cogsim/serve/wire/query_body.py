"""Structures in the flattened keys of query requests: `Tags.member.1.Key=…`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from cogsim.errors import AwsError
from cogsim.serve.wire.message import WireRequest
from cogsim.serve.wire.values import from_text

if TYPE_CHECKING:
    from botocore.model import Shape


#: How many keys a request may have: reading them takes time by the square of their number.
_MOST_KEYS = 2000


def read_form(request: WireRequest) -> dict[str, str]:
    """The keys of a query request, of its address and its body."""
    try:
        texts = [text for text in (urlsplit(request.url).query, request.body.decode()) if text]
        return {
            key: value
            for text in texts
            for key, value in parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_KEYS)
        }
    except ValueError:
        raise AwsError("MalformedQueryString", "The query string contains a syntax error.") from None


def from_query(shape: Shape, given: Mapping[str, str], prefix: str = "") -> Any:
    """The value at `prefix` among the keys; None where no key speaks of it."""
    match shape.type_name:
        case "structure":
            return _structure(shape, given, prefix)
        case "list":
            return _list(shape, given, prefix)
        case "map":
            return _map(shape, given, prefix)
        case _:
            return from_text(shape, given[prefix]) if prefix in given else None


def _structure(shape: Shape, given: Mapping[str, str], prefix: str) -> dict[str, Any] | None:
    found = {}
    for name, member in shape.members.items():
        key = member.serialization.get("name", name)
        value = from_query(member, given, f"{prefix}.{key}" if prefix else key)
        if value is not None:
            found[name] = value
    if found or not prefix:
        return found
    return found if any(key == prefix or key.startswith(f"{prefix}.") for key in given) else None


def _list(shape: Shape, given: Mapping[str, str], prefix: str) -> list[Any] | None:
    if given.get(prefix) == "":
        return []
    flattened = shape.serialization.get("flattened")
    inner = prefix if flattened else f"{prefix}.{shape.member.serialization.get('name', 'member')}"
    numbers = _numbers(given, inner)
    return [from_query(shape.member, given, f"{inner}.{number}") for number in numbers] if numbers else None


def _map(shape: Shape, given: Mapping[str, str], prefix: str) -> dict[str, Any] | None:
    inner = prefix if shape.serialization.get("flattened") else f"{prefix}.entry"
    key_name, value_name = shape.key.serialization.get("name", "key"), shape.value.serialization.get("name", "value")
    numbers = _numbers(given, inner)
    if not numbers:
        return None
    return {
        given.get(f"{inner}.{number}.{key_name}", ""): from_query(shape.value, given, f"{inner}.{number}.{value_name}")
        for number in numbers
    }


def _numbers(given: Mapping[str, str], prefix: str) -> list[int]:
    """The numbers that follow the prefix, in their order."""
    found = set()
    for key in given:
        if key.startswith(f"{prefix}."):
            head = key[len(prefix) + 1 :].partition(".")[0]
            if head.isascii() and head.isdigit():
                found.add(int(head))
    return sorted(found)
