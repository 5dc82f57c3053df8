"""Wildcards: a pattern is a sequence of characters and wildcards, matched in time proportional to both lengths."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache


class Wild(Enum):
    """What stands for more than itself in a pattern."""

    RUN = "*"  # any run of characters, also an empty one
    ONE = "?"  # exactly one character
    RUN_IN_FIELD = "*:"  # a run without a colon
    ONE_IN_FIELD = "?:"  # one character that is not a colon


Pattern = tuple[str | Wild, ...]
"""Single characters and wildcards."""

_WILD = {"*": Wild.RUN, "?": Wild.ONE}
# A reference that stayed unresolved equals only itself, whatever characters it shows.
PLACEHOLDER = re.compile("«[^«»]*»")


@lru_cache(maxsize=16_384)
def pattern(text: str) -> Pattern:
    """`text` with its wildcards; unresolved references in it are literal."""
    pieces: list[str | Wild] = []
    position = 0
    for mark in PLACEHOLDER.finditer(text):
        pieces += [_WILD.get(character, character) for character in text[position : mark.start()]]
        pieces += mark[0]
        position = mark.end()
    pieces += [_WILD.get(character, character) for character in text[position:]]
    return tuple(pieces)


def shown(written: Pattern) -> str:
    """A pattern as text, for people and for comparisons without wildcards."""
    return "".join(piece if isinstance(piece, str) else piece.value[0] for piece in written)


def glob(written: Pattern, text: str) -> bool:
    """Whether `text` as a whole fits; only the last `*` is ever taken back, so the work is bounded by the product."""
    at = place = 0
    star, taken = -1, 0
    while place < len(text):
        piece = written[at] if at < len(written) else None
        if piece is Wild.RUN:
            star, taken = at, place
            at += 1
        elif piece is Wild.ONE or (piece is not None and piece == text[place]):
            at += 1
            place += 1
        elif star >= 0:
            taken += 1
            at, place = star + 1, taken
        else:
            return False
    return all(piece is Wild.RUN for piece in written[at:])


def crossing_glob(written: Pattern, text: str) -> bool:
    """`glob` for patterns that also hold wildcards kept within a field: every reading is followed at once."""
    states = _with_empty_runs(written, {0})
    for character in text:
        reached: set[int] = set()
        for state in states:
            piece = written[state] if state < len(written) else None
            if piece is Wild.RUN or (piece is Wild.RUN_IN_FIELD and character != ":"):
                reached.add(state)
            elif piece in (Wild.ONE, character) or (piece is Wild.ONE_IN_FIELD and character != ":"):
                reached.add(state + 1)
        states = _with_empty_runs(written, reached)
    return len(written) in states


def _with_empty_runs(written: Pattern, states: set[int]) -> set[int]:
    found: set[int] = set()
    for state in states:
        while state not in found:
            found.add(state)
            if state < len(written) and written[state] in (Wild.RUN, Wild.RUN_IN_FIELD):
                state += 1
    return found


@lru_cache(maxsize=16_384)
def fields(text: str) -> tuple[str, ...]:
    """`text` split on its first five colons; those inside an unresolved reference do not count. # ug:arn"""
    if "«" not in text:
        return tuple(text.split(":", 5))
    marks = [mark.span() for mark in PLACEHOLDER.finditer(text)]
    found: list[str] = []
    start = 0
    for colon in (place for place, character in enumerate(text) if character == ":"):
        if len(found) == 5:
            break
        if any(low < colon < high for low, high in marks):
            continue
        found.append(text[start:colon])
        start = colon + 1
    return (*found, text[start:])


@lru_cache(maxsize=65_536)
def action_matches(written: str, action: str) -> bool:
    """Whether the pattern `written` names `action`: without case, the service prefix as a whole. # ug:action"""
    if written in ("*", "*:*"):
        return True
    vendor, _, name = written.casefold().partition(":")
    asked_vendor, _, asked_name = action.casefold().partition(":")
    return glob(pattern(vendor), asked_vendor) and glob(pattern(name), asked_name)
