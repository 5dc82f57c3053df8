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
    """A variable as written: its key, and the text that stands in for it where the request has no such key."""

    name: str
    default: str | None


class Expanded(NamedTuple):
    """A text with its variables put in; `missing` names the first variable that has no value, and then nothing fits."""

    pattern: Pattern
    missing: str | None = None
    used: tuple[str, ...] = ()


def expand(text: str, context: Context, *, substitute: bool, wildcards: bool) -> Expanded:
    """`text` as a pattern; `substitute` where variables count, `wildcards` where `*` and `?` stand for others."""
    if not substitute:  # ug:version: under 2008-10-17 `${` is text like any other
        return Expanded(_plain(text, wildcards))
    pieces: list[str | Wild] = []
    used: list[str] = []
    for piece in _template(text, wildcards):
        if not isinstance(piece, Reference):
            pieces.append(piece)
            continue
        value = _value(piece, context)
        used.append(piece.name)
        if value is None:  # ug:variables §no-value
            return Expanded((), missing=piece.name, used=tuple(used))
        if value:
            pieces.append(value)  # a `*` inside a value is a character, not a wildcard
    return Expanded(tuple(pieces), used=tuple(used))


def _plain(text: str, wildcards: bool) -> Pattern:
    if wildcards:
        return pattern(text)
    return (text,) if text else ()


@lru_cache(maxsize=16_384)
def _template(text: str, wildcards: bool) -> tuple[str | Wild | Reference, ...]:
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
            pieces.append(Reference(form["key"], form["default"]) if form else Reference(body, None))
    return tuple(pieces) + _plain(text[position:], wildcards)


def _value(reference: Reference, context: Context) -> str | None:
    """The variable's value, the default standing in for an absent key only. # ug:variables §default"""
    values = context.folded.get(reference.name.casefold())
    if values is None:
        return reference.default
    # ug:multivalued: a list has no value as a variable
    return values.values[0] if len(values.values) == 1 and not values.multivalued else None
