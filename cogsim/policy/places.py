"""Where in a JSON text something stands: the line and column of a path, found only once somebody asks."""

from __future__ import annotations

import json
import re

from cogsim.errors import Location
from cogsim.policy.malformed import Path

NAMELESS = "policy document"
"""What stands for the file's name in the place of a document that came as text."""

_TOKEN = re.compile(r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<mark>[\[\]{}:,])|(?P<plain>[^\s\[\]{}:,"]+))', re.DOTALL)


def position(text: str, offset: int) -> Location:
    """The place of an offset; lines and columns count from 1."""
    return Location(NAMELESS, text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def place_of(text: str, path: Path) -> Location:
    """The place of `path` in the JSON `text`: of an entry's key, of an item, or of the nearest thing around it. Of keys
    that stand twice the last is meant, which is the one a reader trips over."""
    walk = _Walk(text)
    start = walk.peek()
    for step in path:
        found = walk.key(step) if isinstance(step, str) else walk.item(step)
        if found is None:
            break
        start = found
    return position(text, start)


class _Walk:
    """Stands in front of a value of a text that is known to be JSON."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def peek(self) -> int:
        """The offset of the next token."""
        found = _TOKEN.match(self.text, self.at)
        return found.start(found.lastgroup or 0) if found else len(self.text)

    def next(self) -> str:
        found = _TOKEN.match(self.text, self.at)
        if found is None:
            return ""
        self.at = found.end()
        return found[found.lastgroup or 0]

    def skip(self) -> None:
        """Past one value."""
        depth = 0
        while True:
            token = self.next()
            depth += (token in ("{", "[")) - (token in ("}", "]"))
            if not token or (depth <= 0 and token not in (":", ",")):
                return

    def key(self, wanted: str) -> int | None:
        """Step in front of the value under `wanted` and give the offset of its key; None where this is no object."""
        if self.next() != "{":
            return None
        found: tuple[int, int] | None = None
        while True:
            start, token = self.peek(), self.next()
            if not token.startswith('"'):
                break
            self.next()
            if json.loads(token, strict=False) == wanted:
                found = start, self.at
            self.skip()
            if self.next() != ",":
                break
        if found is None:
            return None
        self.at = found[1]
        return found[0]

    def item(self, wanted: int) -> int | None:
        """Step in front of the item and give its offset; None where this is no list or a shorter one."""
        if self.next() != "[":
            return None
        for _ in range(wanted):
            self.skip()
            if self.next() != ",":
                return None
        return self.peek()
