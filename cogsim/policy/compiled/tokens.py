"""Texts of a policy taken apart once: literals, wildcards and variables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache


class Wild(Enum):
    """What stands for more than itself."""

    RUN = "*"  # any run of characters, also an empty one
    ONE = "?"  # exactly one character


@dataclass(frozen=True, slots=True)
class Variable:
    """`${key}` or `${key, 'default'}`; `key` is folded."""

    key: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Local:
    """A local name of generated source that holds a variable's value."""

    name: str


Token = str | Wild | Variable | Local
Tokens = tuple[Token, ...]
"""Literal runs of one character or more, never two in a row, with wildcards and variables between them."""

MARK = "«[^«»]*»"  # a reference that stayed unresolved: itself, whatever it shows
_PIECES = {
    False: re.compile(rf"(?P<mark>{MARK})|(?P<wild>[*?])"),
    # ug:variables §special-characters: `${*}`, `${?}` and `${$}` are the characters themselves
    True: re.compile(rf"(?P<mark>{MARK})|\$\{{(?P<body>[*?$]|[^{{}}$]*)\}}|(?P<wild>[*?])"),
}
_DEFAULT = re.compile(r"(?P<key>[^,]*), ?'(?P<default>[^']*)'")
_MARK = re.compile(MARK)


@lru_cache(maxsize=16_384)
def tokens(text: str, *, variables: bool, wildcards: bool) -> Tokens:
    """`text` as tokens; without `variables` or `wildcards` their signs are characters like any other. # ug:version"""
    found: list[Token] = []
    at = 0
    for piece in _PIECES[variables].finditer(text):
        found.append(text[at : piece.start()])
        at = piece.end()
        body = piece["body"] if variables else None
        if piece["wild"]:
            found.append(Wild(piece[0]) if wildcards else piece[0])
        elif body is None:
            found.append(piece[0])
        else:
            found.append(body if body and body in "*?$" else _variable(body))
    return joined([*found, text[at:]])


def _variable(body: str) -> Variable:
    form = _DEFAULT.fullmatch(body)
    return Variable(form["key"].casefold(), form["default"]) if form else Variable(body.casefold())


def joined(parts: list[Token]) -> Tokens:
    """`parts` with neighbouring literals joined and empty ones left out."""
    found: list[Token] = []
    for part in parts:
        if isinstance(part, str) and found and isinstance(found[-1], str):
            found[-1] += part
        elif part != "":
            found.append(part)
    return tuple(found)


def literal(written: Tokens) -> str | None:
    """The text that `written` is, or None where it stands for several."""
    if not written:
        return ""
    return written[0] if len(written) == 1 and isinstance(written[0], str) else None


def split_arn(text: str) -> list[str]:
    """`text` split on its first five colons, those inside an unresolved reference apart. # ug:arn"""
    if "«" not in text:
        return text.split(":", 5)
    fields: list[str] = []
    at = 0
    for masked in _MARK.sub(lambda mark: "x" * len(mark[0]), text).split(":", 5):
        fields.append(text[at : at + len(masked)])
        at += len(masked) + 1
    return fields


def arn_fields(text: str) -> list[str] | None:
    """The six fields of an ARN, or None for any other text."""
    fields = split_arn(text)
    return fields if len(fields) == 6 and fields[0] == "arn" else None
