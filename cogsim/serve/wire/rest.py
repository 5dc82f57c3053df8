"""REST protocols: which operation a path means, and members in paths, queries, headers and bodies."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from cogsim.errors import AwsError
from cogsim.serve.wire.json_body import from_json, read_body
from cogsim.serve.wire.message import WireRequest
from cogsim.serve.wire.values import from_text
from cogsim.serve.wire.xml_body import from_xml, read_xml

if TYPE_CHECKING:
    from botocore.model import OperationModel, ServiceModel, Shape

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LABEL = re.compile(r"\{(\w+)(\+?)\}")


@dataclass(frozen=True, slots=True)
class Route:
    """One operation's way in: its method, its path as a pattern, the query parameters that must be there."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    literals: tuple[tuple[str, str | None], ...]
    required: frozenset[str]


@cache
def _routes(model: ServiceModel) -> Mapping[str, tuple[Route, ...]]:
    """The operations' routes by method, those first that ask for most: a plain GET of a key matches all of them."""
    routes = [_route(model.operation_model(name)) for name in model.operation_names]
    routes.sort(key=lambda r: (-len(r.literals), -len(r.required), -len(r.labels), r.operation))
    return {method: tuple(r for r in routes if r.method == method) for method in sorted({r.method for r in routes})}


def _route(operation: OperationModel) -> Route:
    path, _, query = operation.http["requestUri"].partition("?")
    literals = tuple((key, value if equals else None) for key, equals, value in map(_split, query.split("&")) if key)
    pattern, labels, position = "", [], 0
    for label in _LABEL.finditer(path):
        pattern += re.escape(path[position : label.start()]) + ("(.+)" if label[2] else "([^/]+)")
        labels.append(label[1])
        position = label.end()
    pattern += re.escape(path[position:])
    shape = operation.input_shape
    return Route(
        operation.name,
        operation.http["method"],
        re.compile(pattern.rstrip("/") + "/?"),
        tuple(labels),
        literals,
        frozenset(_required_places(shape, literals)),
    )


def _split(part: str) -> tuple[str, str, str]:
    key, equals, value = part.partition("=")
    return key, equals, value


def _required_places(shape: Shape | None, literals: tuple[tuple[str, str | None], ...]) -> Iterator[str]:
    """Query parameters and headers that the operation cannot do without."""
    for key, _ in literals:
        yield f"querystring:{key.lower()}"
    if shape is None:
        return
    for name in shape.required_members:
        member = shape.members[name]
        if member.serialization.get("location") in ("querystring", "header"):
            yield f"{member.serialization['location']}:{member.serialization.get('name', name).lower()}"


def check_encoding(request: WireRequest) -> None:
    """Refuse an address whose percent-encoding is none, or of no text. # s3:error-responses"""
    found = urlsplit(request.url)
    for part in (found.path, found.query):
        try:
            unquote(part, errors="strict")
        except UnicodeDecodeError:
            raise AwsError("InvalidURI", "Couldn't parse the specified URI.") from None
        if _BROKEN_ESCAPE.search(part):
            raise AwsError("InvalidURI", "Couldn't parse the specified URI.")


def find_operation(model: ServiceModel, request: WireRequest, path: str) -> tuple[str, dict[str, str]]:
    """The operation that a request means, and the labels of its path (percent-encoding undone)."""
    parameters = dict(request.query)
    there = {f"querystring:{key.lower()}" for key in parameters} | {f"header:{name}" for name in request.headers}
    for route in _routes(model).get(request.method, ()):
        found = route.pattern.fullmatch(path) if route.required <= there else None
        fits = found and all(key in parameters and value in (None, parameters[key]) for key, value in route.literals)
        if found and fits:
            texts = zip(route.labels, found.groups(), strict=True)
            return route.operation, {name: unquote(text) for name, text in texts}
    raise AwsError("UnknownOperationException", f"{request.method} {path} is no operation of {model.service_name}")


def read_members(operation: OperationModel, request: WireRequest, labels: Mapping[str, str]) -> dict[str, Any]:
    """The members of a REST request from wherever each one stands."""
    shape = operation.input_shape
    if shape is None:
        return {}
    given: dict[str, Any] = {}
    query = request.query
    for name, member, place, written in _places(shape):
        value = _located(member, place, written, request.headers, query, labels)
        if value is not None:
            given[name] = value
    payload = shape.serialization.get("payload")
    if payload is not None:
        body = _payload(shape.members[payload], request.body, operation.service_model.protocol)
        return given if body is None else given | {payload: body}
    return given | _body(shape, request, operation.service_model.protocol)


@cache
def _places(shape: Shape) -> tuple[tuple[str, Shape, str, str], ...]:
    """The members that stand outside the body: each with the place, and its name there."""
    return tuple(
        (name, member, member.serialization["location"], _name_there(name, member))
        for name, member in shape.members.items()
        if member.serialization.get("location")
    )


def _name_there(name: str, member: Shape) -> str:
    written: str = member.serialization.get("name", name)
    return written.lower() if member.serialization["location"] in ("header", "headers") else written


def _located(
    member: Shape,
    place: str,
    written: str,
    headers: Mapping[str, str],
    query: tuple[tuple[str, str], ...],
    labels: Mapping[str, str],
) -> Any:
    if place == "uri":
        return from_text(member, labels[written]) if written in labels else None
    if place == "querystring":
        values = [value for key, value in query if key == written] if query else ()
        if member.type_name == "list":
            return [from_text(member.member, value) for value in values] or None
        if member.type_name == "map":
            return dict(query) or None
        return from_text(member, values[0]) if values else None
    if place == "header":
        text = headers.get(written)
        if text is not None and member.type_name == "list":
            return [from_text(member.member, part.strip()) for part in text.split(",")]
        return from_text(member, text) if text is not None else None
    if place == "headers":
        size = len(written)
        return {key[size:]: value for key, value in headers.items() if key.startswith(written)} or None
    return None


def _payload(member: Shape, body: bytes, protocol: str) -> Any:
    if member.type_name == "blob":
        return body
    if member.type_name == "string":
        return body.decode("utf-8", "replace") or None
    if protocol == "rest-json":
        return from_json(member, read_body(body)) if body else None
    root = read_xml(body)
    return from_xml(member, root) if root is not None else None


@cache
def _unlocated(shape: Shape) -> frozenset[str]:
    return frozenset(name for name, member in shape.members.items() if not member.serialization.get("location"))


def _body(shape: Shape, request: WireRequest, protocol: str) -> dict[str, Any]:
    """The members that stand in the body because they stand nowhere else."""
    unlocated = _unlocated(shape)
    if not unlocated:
        return {}
    if protocol == "rest-json":
        found = from_json(shape, read_body(request.body))
        return found if isinstance(found, dict) else {}
    root = read_xml(request.body)
    found = from_xml(shape, root) if root is not None else {}
    return {name: value for name, value in found.items() if name in unlocated}
