"""Variables that the Serverless Framework would have replaced before CloudFormation saw the text."""

from __future__ import annotations

import re
from collections.abc import Callable

# Its sources that IAM has no condition key for: `${aws:…}` and `${ssm:…}` are left to IAM. # sls:variables
_BEGIN = re.compile(r"\$\{\s*(?:(?:self|opt|env|sls|param|cf(?:\([^()]*\)|\.[a-z0-9-]+)?):|file\s*\()")
_BRACE = re.compile(r"[{}]")


def replace_variables(text: str, stand_in: Callable[[str], str]) -> str:
    """`text` with each Serverless variable replaced by `stand_in(what stands between the braces)`; variables inside a
    variable belong to it, and every other `${…}` stays."""
    pieces: list[str] = []
    done = 0
    while (begin := _BEGIN.search(text, done)) is not None:
        end = _matching_brace(text, begin.start() + 2)
        if end is None:
            break
        pieces += (text[done : begin.start()], stand_in(text[begin.start() + 2 : end].strip()))
        done = end + 1
    pieces.append(text[done:])
    return "".join(pieces)


def _matching_brace(text: str, start: int) -> int | None:
    depth = 1
    for brace in _BRACE.finditer(text, start):
        depth += 1 if brace[0] == "{" else -1
        if depth == 0:
            return brace.start()
    return None
