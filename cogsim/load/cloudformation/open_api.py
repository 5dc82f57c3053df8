"""An OpenAPI definition of an API as API Gateway imports it: its operations, what guards each, what stands behind it.

1. What guards an operation is its own `security`. Whether that of the whole definition counts where it has none is a
   switch. An empty list guards nothing.
2. A scheme guards only by an extension: `x-amazon-apigateway-authorizer`, or `x-amazon-apigateway-authtype: awsSigv4`.
   Any other one is documentation: the operation that names it is open, and that is said.
3. The header `x-api-key` says who is counted, not who asks.
4. Of several authorizers one counts; which of them is said. # apigw:openapi
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.errors import InputError, suggest
from cogsim.load.cloudformation.adapter import Resource
from cogsim.load.cloudformation.places import places_of
from cogsim.load.cloudformation.properties import Properties
from cogsim.load.json_document import parse_json
from cogsim.load.nodes import Node, Record, Scalar, Series, kind_of
from cogsim.world.origin import Origin, is_placeholder
from cogsim.world.rest_api import ANY, METHODS, Backend

EXTENSION = "x-amazon-apigateway-"
_ANY_METHOD = f"{EXTENSION}any-method"
_AUTHORIZER, _AUTHTYPE = f"{EXTENSION}authorizer", f"{EXTENSION}authtype"
_ROOT_SECURITY = "api.rootSecurity"
_LONGEST_CHAIN = 8
_INTEGRATIONS = ("AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A security scheme: signatures, an API key, an authorizer, or words only. `header` is where its value stands."""

    name: str
    signed: bool
    key: bool
    authorizer: Properties | None
    header: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Operation:
    """A method of a path: `guard` is the scheme that counts, None where nobody is asked who he is."""

    path: str
    method: str
    guard: Scheme | None
    scopes: tuple[str, ...]
    key: bool
    backend: Backend
    origin: Origin


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole definition; `schemes` are those with an authorizer."""

    root: Properties
    operations: tuple[Operation, ...]
    schemes: tuple[Scheme, ...]

    @property
    def title(self) -> str:
        """The API's name as the definition has it."""
        return self.root.child("info").text("title", "")

    def extension(self, name: str) -> Properties:
        """The extension of the whole definition."""
        return self.root.child(EXTENSION + name)


def read_definition(resource: Resource, prop: str = "Body") -> Definition | None:
    """The definition that the property holds; None, with a warning, where there is none to be read."""
    properties = resource.properties
    for name in (prop, f"{prop}S3Location"):
        node = properties.get(name)
        if node is None:
            continue
        if name == prop and not (isinstance(node, Scalar) and is_placeholder(node.text)):
            return _Reading(resource, _record(properties, prop, node)).definition()
        text = f"{resource.logical_id} is described in {name}, which is not read: its routes are missing"
        resource.draft.notes.warn(resource.origin.at(name) or resource.place, text)
    return None


def _record(properties: Properties, prop: str, node: Node) -> Record:
    if isinstance(node, Scalar):
        node = parse_json(node.text, node.file, node.line, node.column)
    if not isinstance(node, Record):
        raise properties.error(prop, f"is {kind_of(node)}, and must be an OpenAPI definition")
    if "openapi" not in node.entries and "swagger" not in node.entries:
        raise node.error(f"{prop} of {properties.logical_id} is no OpenAPI definition: it names no version")
    return node


class _Reading:
    """One definition while it is read."""

    def __init__(self, resource: Resource, root: Record) -> None:
        self.resource, self.notes, self.tree = resource, resource.draft.notes, root
        self.root = self.part(root, "Body")
        self.schemes = {scheme.name: scheme for scheme in self.read_schemes()}

    def part(self, node: Record, path: str) -> Properties:
        return Properties(node, self.notes, self.resource.logical_id, {}, frozenset(), path)

    def origin(self, key: Scalar, node: Record) -> Origin:
        """The origin of a part: it has no logical id of its own."""
        return Origin(self.resource.origin.stack, "", key.location, places_of(node))

    def definition(self) -> Definition:
        held = tuple(each for each in self.schemes.values() if each.authorizer is not None)
        return Definition(self.root, tuple(self.operations()), held)

    def read_schemes(self) -> Iterator[Scheme]:
        """The schemes of either version of OpenAPI."""
        for where in (self.root, self.root.child("components")):
            name = "securityDefinitions" if where is self.root else "securitySchemes"
            held = where.get(name)
            for each, stated in where.entries(name):
                assert isinstance(held, Record)
                yield self.scheme(each, stated, held.key(each))

    def scheme(self, name: str, stated: Properties, key: Scalar) -> Scheme:
        where, header = stated.text("in", ""), stated.text("name", "") or "Authorization"
        is_key = stated.text("type", "") == "apiKey" and where == "header" and header.casefold() == "x-api-key"
        return Scheme(
            name=name,
            signed=stated.text(_AUTHTYPE, "").casefold() == "awssigv4",
            key=is_key and not stated.has(_AUTHORIZER),
            authorizer=stated.child(_AUTHORIZER) if stated.has(_AUTHORIZER) else None,
            header=header,
            origin=self.origin(key, stated.node),
        )

    def operations(self) -> Iterator[Operation]:
        """Every operation, path by path."""
        paths = self.root.get("paths")
        for path, item in self.root.entries("paths"):
            assert isinstance(paths, Record)
            if not path.startswith("/"):
                raise paths.key(path).error(f"the path {path!r} of {self.resource.logical_id} begins with no slash")
            if item.has("$ref"):
                self.notes.warn(item.node.location, f"{path} refers to another document: its operations are missing")
            for name, _ in item.node:
                method = ANY if name == _ANY_METHOD else name.upper()
                if method in (*METHODS, ANY) and (name == _ANY_METHOD or method != ANY):
                    yield self.operation(path, method, item.child(name), item.node.key(name))

    def operation(self, path: str, method: str, stated: Properties, key: Scalar) -> Operation:
        guard, scopes, is_key = self.guard(f"{method} {path}", stated)
        kind = stated.child(f"{EXTENSION}auth").text("type", "")
        if guard is None and kind == "AWS_IAM":
            guard = Scheme("", True, False, None, "Authorization", self.origin(key, stated.node))
        return Operation(path, method, guard, scopes, is_key, self.backend(stated), self.origin(key, stated.node))

    # Who is asked

    def guard(self, name: str, stated: Properties) -> tuple[Scheme | None, tuple[str, ...], bool]:
        """Arguments 1 to 4: the scheme that counts with its scopes, and whether an API key is asked for."""
        found: list[tuple[Scheme, tuple[str, ...]]] = []
        is_key, idle = False, []
        for scheme, scopes in self.required(name, stated):
            if scheme.signed or scheme.authorizer is not None:
                found.append((scheme, scopes))
            elif scheme.key:
                is_key = True
            else:
                idle.append(scheme.name)
        if idle and not found:
            words = f"{name} names {', '.join(idle)}, which no authorizer stands behind: it is open to everybody"
            self.notes.warn(stated.node.location, words)
        if len({scheme.name for scheme, _ in found}) > 1:
            several = ", ".join(scheme.name for scheme, _ in found)
            self.notes.warn(stated.node.location, f"{name} names {several}: the first of them is read")
        return (*(found[0] if found else (None, ())), is_key)

    def required(self, name: str, stated: Properties) -> Iterator[tuple[Scheme, tuple[str, ...]]]:
        """The schemes that the operation names with the scopes it asks for."""
        holder = stated
        if not stated.has("security") and self.root.has("security"):
            holder = self.root
            if choice(_ROOT_SECURITY) == "ignored":
                words = f"{name} has no security of its own, and that of the whole definition is not read"
                self.notes.warn(stated.node.location, words)
                return
        for each in holder.children("security"):
            for scheme_name, _ in each.node:
                scheme = self.schemes.get(scheme_name)
                if scheme is None:
                    words = f"{name} of {self.resource.logical_id} names the security scheme {scheme_name!r}"
                    near = suggest(scheme_name, self.schemes)
                    raise InputError(f"{words}, which is not there", each.node.key(scheme_name).location, near)
                yield scheme, each.texts(scheme_name)

    # What stands behind

    def backend(self, stated: Properties) -> Backend:
        node = self.followed(stated.get(f"{EXTENSION}integration"))
        if not isinstance(node, Record):
            return Backend()
        found = self.part(node, f"{EXTENSION}integration")
        kind = found.text("type", "MOCK").upper()
        if kind not in _INTEGRATIONS and not is_placeholder(kind):
            raise found.error("type", f"is {kind!r}", suggest(kind, _INTEGRATIONS))
        return Backend(kind, found.text("uri", ""))

    def followed(self, node: Node | None) -> Node | None:
        """What a `$ref` within the definition names."""
        for _ in range(_LONGEST_CHAIN):
            pointer = node.get("$ref") if isinstance(node, Record) else None
            if not isinstance(pointer, Scalar) or not pointer.text.startswith("#/"):
                return node
            node = self.tree
            for step in pointer.text[2:].split("/"):
                name = step.replace("~1", "/").replace("~0", "~")
                node = node.get(name) if isinstance(node, Record) else None
        raise self.resource.properties.error("Body", "refers to itself in a circle")


def listed(stated: Properties, name: str) -> tuple[str, ...]:
    """Texts that stand in a list, or in one text with commas between them."""
    if isinstance(stated.get(name), Series):
        return stated.texts(name)
    return tuple(part.strip() for part in stated.text(name, "").split(",") if part.strip())
