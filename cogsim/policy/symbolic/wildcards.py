"""Patterns for the symbolic reading: texts with wildcards and variables, matched by following all readings at once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from functools import lru_cache

from cogsim.policy.request import Context


class Wild(Enum):
    """What a `*` or `?` stands for; the kinds ending in `_WITHIN` do not stand for a colon."""

    RUN = "*"
    ONE = "?"
    RUN_WITHIN = "*:"
    ONE_WITHIN = "?:"


Pieces = tuple[str | Wild, ...]
"""Literal texts, an unresolved reference «…» being one piece, and wildcards."""

_MARK = "«[^«»]*»"
_TOKEN = re.compile(f"{_MARK}|.", re.DOTALL)
_COLON = re.compile(f"{_MARK}|:")
_VARIABLE = re.compile(rf"{_MARK}|\$\{{([*?$]|[^{{}}$]*)\}}")
_WITH_DEFAULT = re.compile(r"([^,]*), ?'([^']*)'")


def literal(text: str) -> Pieces:
    return tuple(_TOKEN.findall(text))


def pattern(text: str) -> Pieces:
    return tuple(Wild(token) if token in ("*", "?") else token for token in _TOKEN.findall(text))


def shown(pieces: Pieces) -> str:
    return "".join(piece if isinstance(piece, str) else piece.value[0] for piece in pieces)


def variables(text: str) -> frozenset[str]:
    """The keys that `text` puts in, folded. # ug:variables"""
    bodies = (
        found[1] for found in _VARIABLE.finditer(text) if found[1] is not None and found[1] not in ("*", "?", "$")
    )
    return frozenset(_split_default(body)[0].casefold() for body in bodies)


def substituted(text: str, context: Context, wildcards: bool) -> Pieces | None:
    """`text` with its variables put in as literal text; None where one has no value. # ug:variables §no-value"""
    read = pattern if wildcards else literal
    pieces: list[str | Wild] = []
    position = 0
    for found in _VARIABLE.finditer(text):
        pieces += read(text[position : found.start()])
        position = found.end()
        value = found[0] if found[1] is None else _value(found[1], context)
        if value is None:
            return None
        pieces += literal(value)
    return (*pieces, *read(text[position:]))


def _split_default(body: str) -> tuple[str, str | None]:
    form = _WITH_DEFAULT.fullmatch(body)
    return (form[1], form[2]) if form else (body, None)


def _value(body: str, context: Context) -> str | None:
    if body in ("*", "?", "$"):  # ug:variables §special-characters
        return body
    key, default = _split_default(body)
    if key not in context:
        return default
    found = context[key]
    return found.values[0] if len(found.values) == 1 and not found.multivalued else None


def fields(text: str) -> list[str]:
    """`text` split on its first five colons, those inside an unresolved reference not counted. # ug:arn"""
    places = [found.start() for found in _COLON.finditer(text) if found[0] == ":"][:5]
    return [text[start:end] for start, end in zip([0, *(at + 1 for at in places)], [*places, len(text)], strict=True)]


def piece_fields(pieces: Pieces) -> list[Pieces]:
    """The same for pieces."""
    places = [at for at, piece in enumerate(pieces) if piece == ":"][:5]
    return [pieces[start:end] for start, end in zip([0, *(at + 1 for at in places)], [*places, None], strict=True)]


def fits(pieces: Pieces, text: str) -> bool:
    """Whether `text` as a whole fits `pieces`: the places that can be reached are bits of one number."""
    stays, passes, end = _automaton(pieces)
    places = _through_runs(1, stays)
    for character in text:
        within = 0 if character == ":" else stays[1]
        moved = passes.get(character, 0) | passes[Wild.ONE]
        moved |= 0 if character == ":" else passes[Wild.ONE_WITHIN]
        places = _through_runs((places & (stays[0] | within)) | ((places & moved) << 1), stays)
        if not places:
            return False
    return places >> end & 1 == 1


@lru_cache(maxsize=4096)
def _automaton(pieces: Pieces) -> tuple[tuple[int, int], dict[str | Wild, int], int]:
    """The bits of runs (free, kept within a field), the bits each character passes, and the last place."""
    flat: list[str | Wild] = []
    for piece in pieces:
        flat += piece if isinstance(piece, str) else [piece]
    passes: dict[str | Wild, int] = dict.fromkeys(Wild, 0)
    for place, one in enumerate(flat):
        passes[one] = passes.get(one, 0) | 1 << place
    return (passes[Wild.RUN], passes[Wild.RUN_WITHIN]), passes, len(flat)


def _through_runs(places: int, stays: Sequence[int]) -> int:
    """`places` with those that an empty run leads on to."""
    runs = stays[0] | stays[1]
    while (further := places | (places & runs) << 1) != places:
        places = further
    return places
