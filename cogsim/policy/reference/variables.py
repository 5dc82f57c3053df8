"""Policy variables: `${key}`, `${key, 'default'}` and the escapes; what is put in is literal text."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from cogsim.policy.reference.match import PLACEHOLDER, Pattern, Wild, pattern
from cogsim.policy.request import Context

_PIECE = re.compile(rf"(?P<mark>{PLACEHOLDER.pattern})|\$\{{(?P<body>[*?$]|[^{{}}$]*)\}}")
_DEFAULT = re.compile(r"(?P<key>[^,]*), ?'(?P<default>[^']*)'")
_ESCAPES = ("*", "?", "$")


class Reference(NamedTuple):
    """A variable: its key as written and folded, and the text that stands in where the request has no such key."""

    name: str
    key: str
    default: str | None


class Expanded(NamedTuple):
    """A text with its variables put in; `missing` names the first variable that has no value, and then nothing fits."""

    pattern: Pattern
    missing: str | None = None


class Template(NamedTuple):
    """A text taken apart; `fixed` is what it says to every request, None where a variable stands in it."""

    pieces: tuple[str | Wild | Reference, ...]
    fixed: Expanded | None


def expand(text: str, context: Context, *, substitute: bool, wildcards: bool) -> Expanded:
    """`text` as a pattern; `substitute` where variables count, `wildcards` where `*` and `?` stand for others."""
    return filled(template(text, substitute, wildcards), context)


def filled(template: Template, context: Context) -> Expanded:
    """The template with the values of `context` put in."""
    if template.fixed is not None:
        return template.fixed
    pieces: list[str | Wild] = []
    for piece in template.pieces:
        if isinstance(piece, Reference):
            value = _value(piece, context)
            if value is None:  # ug:variables §no-value
                return Expanded((), piece.name)
            if value:
                pieces.append(value)  # a `*` inside a value is a character, not a wildcard
        else:
            pieces.append(piece)
    return Expanded(tuple(pieces))


@lru_cache(maxsize=16_384)
def template(text: str, substitute: bool, wildcards: bool) -> Template:
    """`text` as a template; what `expand` says of `substitute` and `wildcards` holds here."""
    if not substitute:  # ug:version: under 2008-10-17 `${` is text like any other
        pieces: tuple[str | Wild | Reference, ...] = _plain(text, wildcards)
    else:
        pieces = _pieces(text, wildcards)
    fixed = [piece for piece in pieces if not isinstance(piece, Reference)]
    return Template(pieces, Expanded(tuple(fixed)) if len(fixed) == len(pieces) else None)


def _plain(text: str, wildcards: bool) -> Pattern:
    if wildcards:
        return pattern(text)
    return (text,) if text else ()


def _pieces(text: str, wildcards: bool) -> tuple[str | Wild | Reference, ...]:
    """`text` with its variables, escapes already what they stand for."""
    pieces: list[str | Wild | Reference] = []
    position = 0
    for found in _PIECE.finditer(text):
        pieces += _plain(text[position : found.start()], wildcards)
        position = found.end()
        body = found["body"]
        if body is None or body in _ESCAPES:  # ug:variables §special-characters
            pieces.append(body or found["mark"])
        else:
            form = _DEFAULT.fullmatch(body)
            name = form["key"] if form else body
            pieces.append(Reference(name, name.casefold(), form["default"] if form else None))
    return tuple(pieces) + _plain(text[position:], wildcards)


def _value(reference: Reference, context: Context) -> str | None:
    """The variable's value, the default standing in for an absent key only. # ug:variables §default"""
    values = context.folded.get(reference.key)
    if values is None:
        return reference.default
    # ug:multivalued: a list has no value as a variable
    return values.values[0] if len(values.values) == 1 and not values.multivalued else None
