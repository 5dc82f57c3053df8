"""Regular expressions that a world states, matched in bounded time whoever wrote them.

Some expressions, `(a+)+$` among them, take time exponential in the text. A second is a million times what an honest one
takes, so where it ends is no question of the machine: it is an error that names the expression, never an answer.
"""

from __future__ import annotations

from functools import lru_cache

import regex

from cogsim.errors import InputError

_LONGEST = 1.0


@lru_cache(maxsize=512)
def _compiled(pattern: str, across_lines: bool) -> regex.Pattern[str]:
    return regex.compile(pattern, regex.DOTALL if across_lines else 0)


def search(pattern: str, text: str, *, across_lines: bool = False) -> regex.Match[str] | None:
    """The first place in `text` that fits; `across_lines` lets a dot be a line's end too. InputError for an expression
    that takes too long."""
    try:
        return _compiled(pattern, across_lines).search(text, timeout=_LONGEST)
    except TimeoutError:
        raise _too_long(pattern) from None


def fullmatch(pattern: str, text: str, *, across_lines: bool = False) -> regex.Match[str] | None:
    """`text` as a whole where it fits. InputError for an expression that takes too long."""
    try:
        return _compiled(pattern, across_lines).fullmatch(text, timeout=_LONGEST)
    except TimeoutError:
        raise _too_long(pattern) from None


def substitute(pattern: str, template: str, text: str) -> str:
    """`text` with every place that fits written as `template` says. InputError for an expression that takes too
    long."""
    try:
        return _compiled(pattern, False).sub(template, text, timeout=_LONGEST)
    except TimeoutError:
        raise _too_long(pattern) from None


def _too_long(pattern: str) -> InputError:
    return InputError(f"the regular expression {pattern!r} takes too long: write it without repetitions of repetitions")
