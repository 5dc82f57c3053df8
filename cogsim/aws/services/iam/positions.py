"""Where the statements of a policy's text begin and end, as the policy simulator tells it."""

from __future__ import annotations

import re
from bisect import bisect_right

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)

#: Line and column, both from 1.
Position = tuple[int, int]


def statement_spans(text: str) -> list[tuple[Position, Position]]:
    """The first and last position of each statement in `text`, which is a policy's JSON.

    A position is the one a reader stands at after the brace: of `{"Effect"…}` at the head of a line the first is
    column 2 and the last is one beyond the closing brace, as in AWS's own examples. # iam:SimulateCustomPolicy
    """
    lines = [0, *(match.end() for match in re.finditer("\n", text))]

    def place(offset: int) -> Position:
        row = bisect_right(lines, offset) - 1
        return row + 1, offset - lines[row] + 1

    spans: list[tuple[Position, Position]] = []
    open_at: list[tuple[str, int]] = []
    key = ""
    statement_depth = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        if mark in ("{", "["):
            if len(open_at) == 1 and key == '"Statement"':
                statement_depth = 2 if mark == "{" else 3
            open_at.append((mark, token.end()))
        elif mark in ("}", "]"):
            if mark == "}" and statement_depth and len(open_at) == statement_depth:
                spans.append((place(open_at[-1][1]), place(token.end())))
            open_at.pop()
            if len(open_at) == 1:
                statement_depth = 0
        elif len(open_at) == 1:
            key = mark
    return spans
