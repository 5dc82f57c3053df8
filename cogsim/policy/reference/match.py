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
    if Wild.ONE in written and Wild.RUN in written:
        return _in_turn(written[at:]).fullmatch(text, place) is not None
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


@lru_cache(maxsize=4096)
def _in_turn(written: Pattern) -> re.Pattern[str]:
    """The pattern as a regular expression, for `?` among `*`: between two `*` the leftmost fit is as good as any."""
    parts = [""]
    for piece in written:
        if piece is Wild.RUN:
            parts.append("")
        else:
            parts[-1] += "." if isinstance(piece, Wild) else re.escape(piece)
    if len(parts) == 1:
        return re.compile(parts[0], re.DOTALL)
    first, *middle, last = parts
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + ".*" + last, re.DOTALL)


def crossing_glob(written: Pattern, text: str) -> bool:
    """`glob` for patterns that also hold wildcards kept within a field: every reading is followed at once, the places
    reached in the pattern being the bits of one number."""
    runs, steps, end = _places(written)
    reached = _with_empty_runs(1, runs[True])
    for character in text:
        elsewhere = character != ":"
        passing = steps.get(character, 0) | steps[Wild.ONE] | (steps[Wild.ONE_IN_FIELD] if elsewhere else 0)
        reached = _with_empty_runs((reached & runs[elsewhere]) | (reached & passing) << 1, runs[True])
    return bool(reached >> end & 1)


@lru_cache(maxsize=4096)
def _places(written: Pattern) -> tuple[tuple[int, int], dict[str | Wild, int], int]:
    """The runs that may take in a colon, and all runs; what each character, or wildcard for one, passes; the end."""
    steps: dict[str | Wild, int] = dict.fromkeys(Wild, 0)
    pieces = characters(written)
    for place, piece in enumerate(pieces):
        steps[piece] = steps.get(piece, 0) | 1 << place
    return (steps[Wild.RUN], steps[Wild.RUN] | steps[Wild.RUN_IN_FIELD]), steps, len(pieces)


def _with_empty_runs(reached: int, runs: int) -> int:
    while further := (reached & runs) << 1 & ~reached:
        reached |= further
    return reached


def fields(text: str) -> tuple[str, ...]:
    """`text` split on its first five colons; those inside an unresolved reference do not count. # ug:arn"""
    return _fields_before(text) if len(text) <= _REMEMBERED else _fields(text)


def _fields(text: str) -> tuple[str, ...]:
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


#: Up to how many characters a text is kept for the next time: requests bring some that AWS would not take.
_REMEMBERED = 2048
_fields_before = lru_cache(maxsize=16_384)(_fields)


@lru_cache(maxsize=65_536)
def action_matches(written: str, action: str) -> bool:
    """Whether the pattern `written` names `action`: without case, the service prefix as a whole. # ug:action"""
    if written in ("*", "*:*"):
        return True
    vendor, _, name = written.casefold().partition(":")
    asked_vendor, _, asked_name = action.casefold().partition(":")
    return glob(pattern(vendor), asked_vendor) and glob(pattern(name), asked_name)
