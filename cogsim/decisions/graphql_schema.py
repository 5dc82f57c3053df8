"""Schemas and queries of GraphQL as far as authorization reads them: types, fields, their directives; fields asked for.

A text is parsed once and remembered. What a grammar this small does not know raises InvalidValue or NotModelled, and
nothing of it is skipped: a directive that nobody read would be a permission that nobody asked for. # graphql:spec
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from cogsim.errors import InvalidValue, NotModelled
from cogsim.persistent import Map

LONGEST = 100_000
_MOST_SETS = 200
ROOTS = ("Query", "Mutation", "Subscription")

_WORDS = (
    r"""
NAME: /[_A-Za-z][_0-9A-Za-z]*/
STRING: /"""
    r'"(?s:.)*?"""|"(?:[^"\\\n]|\\.)*"'
    r"""/
NUMBER: /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/
COMMENT: /#[^\n]*/
%ignore COMMENT
%ignore /[\s,\ufeff]+/
"""
)
_VALUES = r"""
value: VARIABLE -> variable | NUMBER -> number | STRING -> string | NAME -> name
     | "[" value* "]" -> list | "{" pair* "}" -> object
pair: NAME ":" value
VARIABLE: /\$[_A-Za-z][_0-9A-Za-z]*/
directive: "@" NAME ["(" pair+ ")"]
type: NAME -> named | "[" type "]" -> of | type "!" -> needed
"""
_SCHEMA = r"""
start: definition*
definition: STRING? (schema | object | enum | union | scalar | directive_definition)
schema: ("extend")? "schema" directive* "{" root* "}"
root: STRING? NAME ":" type
object: KIND NAME interfaces? directive* ["{" field* "}"]
KIND.2: /(extend\s+)?(type|interface|input)(?![_0-9A-Za-z])/
interfaces: "implements" "&"? NAME ("&"? NAME)*
field: STRING? NAME arguments? ":" type default? directive*
default: "=" value
arguments: "(" argument* ")"
argument: STRING? NAME ":" type default? directive*
enum: ENUM NAME directive* "{" member* "}"
ENUM.2: /(extend\s+)?enum(?![_0-9A-Za-z])/
member: STRING? NAME directive*
union: UNION NAME directive* "=" "|"? NAME ("|" NAME)*
UNION.2: /(extend\s+)?union(?![_0-9A-Za-z])/
scalar: "scalar" NAME directive*
directive_definition: "directive" "@" NAME arguments? "repeatable"? "on" "|"? NAME ("|" NAME)*
"""
_QUERY = r"""
start: operation+
operation: selection_set | KIND NAME? variables? directive* selection_set
KIND.2: /(query|mutation|subscription)(?![_0-9A-Za-z])/
variables: "(" variable_definition* ")"
variable_definition: VARIABLE ":" type default? directive*
default: "=" value
selection_set: "{" selection+ "}"
selection: [NAME ":"] NAME ["(" pair+ ")"] directive* [selection_set]
"""


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive with its arguments as lists of texts: one value counts as a list of it. # graphql:spec §lists"""

    name: str
    lists: Map[str, tuple[str, ...]] = field(default_factory=Map)


@dataclass(frozen=True, slots=True)
class SchemaField:
    """A field: the type it leads to, without lists and marks, and its directives."""

    leads_to: str
    directives: tuple[Directive, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemaType:
    """An object type with its directives and its fields by name; `abstract` for interfaces and unions, whose objects
    have directives of their own."""

    directives: tuple[Directive, ...] = ()
    fields: Map[str, SchemaField] = field(default_factory=Map)
    abstract: bool = False


@dataclass(frozen=True, slots=True)
class Selection:
    """A field asked for: under which name, which field, and what is asked of the object that it leads to."""

    alias: str
    name: str
    inner: tuple[Selection, ...] = ()
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class AskedOperation:
    """One operation of a request: its root type, its name, what it asks for."""

    root: str
    name: str
    selections: tuple[Selection, ...]


@lru_cache(maxsize=64)
def read_schema(text: str) -> Mapping[str, SchemaType]:
    """The object types of a schema by name; InvalidValue where it is none."""
    types: dict[str, SchemaType] = {}
    for definition in _parsed("schema", text).children:
        _define(types, definition)
    return Map(types)


def read_query(text: str) -> tuple[AskedOperation, ...]:
    """The operations of a request; InvalidValue where it is none, NotModelled for fragments."""
    return _read_before(text) if len(text) <= _REMEMBERED else _read(text)


def _read(text: str) -> tuple[AskedOperation, ...]:
    if "..." in text:
        raise NotModelled("execute-api:GraphQL with fragments", hint="write the fields out")
    if text.count("{") > _MOST_SETS:
        raise InvalidValue("query", f"has more than {_MOST_SETS} sets of fields")
    return tuple(_operation(each) for each in _parsed("query", text).children)


#: Up to how many characters a request's operations are kept for the next time that it comes.
_REMEMBERED = 10_240
_read_before = lru_cache(maxsize=256)(_read)


def _define(types: dict[str, SchemaType], definition: Any) -> None:
    for node in _trees(definition):
        if node.data == "schema" and any(str(_named(root)) not in ROOTS for root in _trees(node, "root")):
            raise NotModelled("a GraphQL schema whose root types have names of their own")
        if node.data not in ("object", "union") or "input" in str(node.children[0]):
            continue
        name, abstract = str(node.children[1]), node.data == "union" or "interface" in str(node.children[0])
        held = types.get(name, SchemaType())
        fields = {str(_first_name(each)): _field(each) for each in _trees(node, "field")}
        directives = (*held.directives, *map(_directive, _trees(node, "directive")))
        types[name] = SchemaType(directives, held.fields.update(fields), abstract)


def _field(node: Any) -> SchemaField:
    stated = next(each for each in node.children if getattr(each, "data", "") in ("named", "of", "needed"))
    return SchemaField(_leads_to(stated), tuple(map(_directive, _trees(node, "directive"))))


def _leads_to(node: Any) -> str:
    return str(node.children[0]) if node.data == "named" else _leads_to(node.children[0])


def _directive(node: Any) -> Directive:
    lists = {str(pair.children[0]): _texts(pair.children[1]) for pair in _trees(node, "pair")}
    return Directive(str(node.children[0]), Map(lists))


def _texts(node: Any) -> tuple[str, ...]:
    return tuple(map(_text, node.children)) if node.data == "list" else (_text(node),)


def _text(node: Any) -> str:
    written = str(node.children[0]) if node.children else ""
    return written.strip('"') if node.data == "string" else written


def _operation(node: Any) -> AskedOperation:
    words = [str(each) for each in node.children if not hasattr(each, "data") and each is not None]
    kind = words[0] if words else "query"
    chosen = next(_trees(node, "selection_set"))
    return AskedOperation(kind.capitalize(), words[1] if len(words) > 1 else "", _selections(chosen))


def _selections(node: Any) -> tuple[Selection, ...]:
    found = []
    for each in _trees(node, "selection"):
        alias, name = each.children[0], each.children[1]
        for directive in _trees(each, "directive"):
            raise NotModelled(f"execute-api:GraphQL with the directive @{directive.children[0]}")
        inner = next(_trees(each, "selection_set"), None)
        below = _selections(inner) if inner is not None else ()
        found.append(Selection(str(alias or name), str(name), below, name.line or 1, name.column or 1))
    return tuple(found)


def _trees(node: Any, kind: str | None = None) -> Any:
    return (each for each in node.children if hasattr(each, "data") and kind in (None, each.data))


def _first_name(node: Any) -> Any:
    """The name of a field, behind its description."""
    return next(each for each in node.children if not hasattr(each, "data") and each.type == "NAME")


def _named(root: Any) -> str:
    return _leads_to(next(each for each in root.children if hasattr(each, "data")))


def _parsed(kind: str, text: str) -> Any:
    from lark.exceptions import LarkError

    if len(text) > LONGEST:
        raise InvalidValue(kind, f"is longer than {LONGEST} characters")
    try:
        return _parser(kind).parse(text)
    except (LarkError, RecursionError) as error:
        first = (str(error).splitlines() or ["not understood"])[0]
        raise InvalidValue(kind, f"cannot be parsed: {first[:200]}") from None


@cache
def _parser(kind: str) -> Any:
    from lark import Lark

    grammar = {"schema": _SCHEMA, "query": _QUERY}[kind]
    return Lark(grammar + _VALUES + _WORDS, parser="lalr", propagate_positions=True, maybe_placeholders=True)
