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
"""Wildcards, and between them texts of one character or more."""

_WILD = {"*": Wild.RUN, "?": Wild.ONE}
# A reference that stayed unresolved equals only itself, whatever characters it shows.
PLACEHOLDER = re.compile("«[^«»]*»")
_PIECES = re.compile(rf"[*?]|(?:{PLACEHOLDER.pattern}|[^*?])+")


@lru_cache(maxsize=16_384)
def pattern(text: str) -> Pattern:
    """`text` with its wildcards; unresolved references in it are literal."""
    return tuple(_WILD.get(piece, piece) for piece in _PIECES.findall(text))


def characters(written: Pattern) -> Pattern:
    """`written` with its texts taken apart."""
    return tuple(one for piece in written for one in (piece if isinstance(piece, str) else (piece,)))


def shown(written: Pattern) -> str:
    """A pattern as text, for people and for comparisons without wildcards."""
    if len(written) == 1 and isinstance(written[0], str):
        return written[0]
    return "".join([piece if isinstance(piece, str) else piece.value[0] for piece in written])


def glob(written: Pattern, text: str) -> bool:
    """Whether `text` as a whole fits; only the last `*` is ever taken back, so the work is bounded by the product."""
    at = place = 0
    for head in written:  # the texts in front of the first wildcard stand at the beginning
        if isinstance(head, Wild):
            break
        if not text.startswith(head, place):
            return False
        at += 1
        place += len(head)
    star, taken = -1, 0
    while at < len(written) or place < len(text):
        piece = written[at] if at < len(written) else None
        if piece is Wild.RUN:
            if at + 1 == len(written):
                return True
            star, taken = at, place
            at += 1
        elif piece is Wild.ONE and place < len(text):
            at += 1
            place += 1
        elif isinstance(piece, str) and text.startswith(piece, place):
            at += 1
            place += len(piece)
        elif star >= 0 and taken < len(text):
            taken += 1
            at, place = star + 1, taken
        else:
            return False
    return True


def crossing_glob(written: Pattern, text: str) -> bool:
    """`glob` for patterns that also hold wildcards kept within a field: every reading is followed at once."""
    written = characters(written)
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
