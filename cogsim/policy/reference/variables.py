"""Policy variables: `${key}`, `${key, 'default'}` and the escapes; what is put in is literal text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogsim.policy.reference.match import PLACEHOLDER, Pattern, Wild, pattern
from cogsim.policy.request import Context

_PIECE = re.compile(rf"(?P<mark>{PLACEHOLDER.pattern})|\$\{{(?P<body>[*?$]|[^{{}}$]*)\}}")
_DEFAULT = re.compile(r"(?P<key>[^,]*), ?'(?P<default>[^']*)'")
_ESCAPES = ("*", "?", "$")


@dataclass(frozen=True, slots=True)
class Expanded:
    """A text with its variables put in; `missing` names the first variable that has no value, and then nothing fits."""

    pattern: Pattern
    missing: str | None = None
    used: tuple[str, ...] = ()


def expand(text: str, context: Context, *, substitute: bool, wildcards: bool) -> Expanded:
    """`text` as a pattern; `substitute` where variables count, `wildcards` where `*` and `?` stand for others."""
    plain = pattern if wildcards else tuple
    if not substitute:  # ug:version: under 2008-10-17 `${` is text like any other
        return Expanded(plain(text))
    pieces: list[str | Wild] = []
    used: list[str] = []
    position = 0
    for found in _PIECE.finditer(text):
        pieces += plain(text[position : found.start()])
        position = found.end()
        body = found["body"]
        if body is None or body in _ESCAPES:  # ug:variables §special-characters
            pieces += body or found["mark"]
            continue
        name, value = _value(body, context)
        if value is None:  # ug:variables §no-value
            return Expanded((), missing=name, used=(*used, name))
        used.append(name)
        pieces += value  # a `*` inside a value is a character, not a wildcard
    pieces += plain(text[position:])
    return Expanded(tuple(pieces), used=tuple(used))


def _value(body: str, context: Context) -> tuple[str, str | None]:
    """The variable's name and its value, the default standing in for an absent key only. # ug:variables §default"""
    form = _DEFAULT.fullmatch(body)
    name = form["key"] if form else body
    if name in context:
        values = context[name]
        # ug:multivalued: a list has no value as a variable
        return name, values.values[0] if len(values.values) == 1 and not values.multivalued else None
    return name, form["default"] if form else None
