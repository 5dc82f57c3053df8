"""References in scenarios: `$name`, `$name.Attr`, `$(name.Attr)` inside text, `$$` for a dollar; `${…}` is IAM's.

A text is read once into an expression, so that a wrong reference is found before anything runs; `evaluate` fills it in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cogsim.errors import InputError, Location

_NAME = r"[A-Za-z_][\w-]*(?:/[A-Za-z0-9]+)?"
_WHOLE = re.compile(rf"\$({_NAME})((?:\.[\w:-]+)*)")
_INNER = re.compile(rf"({_NAME})((?:\.[\w:-]+)*)")
#: What a step may be saved as.
SAVED_NAME = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True, slots=True)
class Reference:
    """`$name.Attr`: a saved value or a logical id (`stack/Id` where ambiguous), and a path into it."""

    name: str
    path: tuple[str, ...]
    location: Location

    def __str__(self) -> str:
        return ".".join(("$" + self.name, *self.path))


@dataclass(frozen=True, slots=True)
class Embedded:
    """Text with references inside."""

    parts: tuple[str | Reference, ...]
    location: Location


@dataclass(frozen=True, slots=True)
class Items:
    """A list of expressions."""

    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """A mapping from text expressions to expressions."""

    entries: tuple[tuple[Expression, Expression], ...] = ()


Expression = None | bool | int | float | bytes | str | datetime | Reference | Embedded | Items | Entries
"""A value as written, with its references still open."""


def parse(text: str, location: Location) -> str | Reference | Embedded:
    """The expression that `text` is; InputError for a dollar that is none of the four forms."""
    whole = _WHOLE.fullmatch(text)
    if whole:
        return _reference(whole, location)
    parts: list[str | Reference] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        following = text[dollar + 1 : dollar + 2]
        if following == "$":
            parts.append("$")
            position = dollar + 2
        elif following == "{":
            parts.append("$")
            position = dollar + 1
        elif following == "(":
            end = text.find(")", dollar)
            inner = _INNER.fullmatch(text[dollar + 2 : end]) if end >= 0 else None
            if inner is None:
                raise InputError(f"not a reference: {text[dollar:]!r}; write $(name) or $(name.Attr)", location)
            parts.append(_reference(inner, location))
            position = end + 1
        else:
            raise InputError(
                f"a lone dollar in {text!r}: write $(name) to embed a value, $$ for the character", location
            )
    parts.append(text[position:])
    if any(isinstance(part, Reference) for part in parts):
        return Embedded(tuple(part for part in parts if part != ""), location)
    return "".join(part for part in parts if isinstance(part, str))


def _reference(match: re.Match[str], location: Location) -> Reference:
    return Reference(match[1], tuple(match[2].split(".")[1:]), location)


def references(expression: Expression) -> Iterator[Reference]:
    """Every reference in the expression, in the order written."""
    match expression:
        case Reference():
            yield expression
        case Embedded(parts):
            yield from (part for part in parts if isinstance(part, Reference))
        case Items(items):
            for item in items:
                yield from references(item)
        case Entries(entries):
            for key, value in entries:
                yield from references(key)
                yield from references(value)
        case _:
            return


def evaluate(expression: Expression, value_of: Callable[[Reference], Any]) -> Any:
    """The expression with every reference replaced by `value_of` it; keys and embedded values must be texts."""
    match expression:
        case Reference():
            return value_of(expression)
        case Embedded(parts):
            return "".join(part if isinstance(part, str) else as_text(value_of(part), part) for part in parts)
        case Items(items):
            return [evaluate(item, value_of) for item in items]
        case Entries(entries):
            return {_key(key, value_of): evaluate(value, value_of) for key, value in entries}
        case _:
            return expression


def _key(key: Expression, value_of: Callable[[Reference], Any]) -> str:
    value = evaluate(key, value_of)
    return as_text(value, key) if isinstance(key, Reference) else str(value)


def as_text(value: Any, reference: Reference) -> str:
    """`value` where text is wanted; a mapping or list there is an InputError."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise InputError(
        f"{reference} is {_kind(value)}, where text is wanted", reference.location, _first(value, reference)
    )


def _kind(value: Any) -> str:
    return "nothing" if value is None else "a list" if isinstance(value, list | tuple) else "a set of values"


def _first(value: Any, reference: Reference) -> str | None:
    keys = sorted(value) if isinstance(value, Mapping) else []
    return f"{reference}.{keys[0]}" if keys else None
