"""JSON text of a policy → plain values, within bounds, keeping repeated keys and numbers as they were written."""

from __future__ import annotations

import json
import re

from cogsim.policy.malformed import SYNTAX, MalformedPolicy
from cogsim.policy.places import position

MAX_CHARACTERS = 1_000_000
"""Far above every size AWS accepts; the services check their own limits. # ug:quotas"""
MAX_DEPTH = 16
"""A policy is nested at most seven deep."""

# ug:quotas §characters: tab, line feed, carriage return, U+0020 to U+00FF
_FOREIGN = re.compile(r"[^\t\n\r -\xff]")
_NESTING = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


class JsonNumber(str):
    """A number in the spelling of the text."""

    __slots__ = ()


class JsonObject(dict[str, object]):
    """An object that remembers the first key it was given twice, compared without case."""

    __slots__ = ("repeated",)

    def __init__(self, pairs: list[tuple[str, object]]) -> None:
        super().__init__(pairs)
        self.repeated = repeated_key([key for key, _ in pairs])


def repeated_key(keys: list[str]) -> str | None:
    """The first key that stands a second time, perhaps in another case."""
    seen: set[str] = set()
    for key in keys:
        if key.casefold() in seen:
            return key
        seen.add(key.casefold())
    return None


def read(text: str) -> object:
    """The value written as JSON `text`; raises MalformedPolicy for anything that is not plain JSON within bounds."""
    if len(text) > MAX_CHARACTERS:
        raise MalformedPolicy(SYNTAX, f"the text is longer than {MAX_CHARACTERS} characters")
    foreign = _FOREIGN.search(text)
    if foreign:
        where = position(text, foreign.start())
        raise MalformedPolicy(SYNTAX, f"the character U+{ord(foreign[0]):04X} at offset {foreign.start()}", (), where)
    _check_depth(text)
    try:
        return json.loads(
            text, object_pairs_hook=JsonObject, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=_refuse
        )
    except json.JSONDecodeError as error:
        message = f"{error.msg} at line {error.lineno} column {error.colno}"
        raise MalformedPolicy(SYNTAX, message, (), position(text, error.pos)) from None


def _check_depth(text: str) -> None:
    depth = 0
    for token in _NESTING.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise MalformedPolicy(SYNTAX, f"nested deeper than {MAX_DEPTH}", (), position(text, token.start()))


def _refuse(constant: str) -> object:
    raise MalformedPolicy(SYNTAX, f"{constant} is not JSON")
