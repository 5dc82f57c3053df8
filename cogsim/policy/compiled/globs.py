"""Matching a text against tokens: at once for odd patterns, as an expression for the others; never exponential.

1. Between two `*` the leftmost fit of a part is as good as any later one, so nothing is ever taken back.
2. A regular expression made here repeats nothing but `.`, and each `.*?part` is atomic: one pass a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from cogsim.policy.compiled.source import Source, all_of, any_of
from cogsim.policy.compiled.tokens import Local, Token, Tokens, Variable, Wild, joined, literal


def parts(written: Tokens) -> list[Tokens]:
    """`written` cut at its `*`; one part where there is none."""
    found: list[list[Token]] = [[]]
    for token in written:
        if token is Wild.RUN:
            found.append([])
        else:
            found[-1].append(token)
    return [tuple(part) for part in found]


def fits(written: Tokens, text: str) -> bool:
    """Whether `text` as a whole fits `written`, which has no variables (left)."""
    first, *rest = parts(written)
    if not rest:
        return len(text) == _width(first) and _fits_at(first, text, 0)
    *middle, last = rest
    at, end = _width(first), len(text) - _width(last)
    if at > end or not _fits_at(first, text, 0) or not _fits_at(last, text, end):
        return False
    for part in middle:
        found = _leftmost(part, text, at, end)
        if found < 0:
            return False
        at = found + _width(part)
    return True


def _width(part: Tokens) -> int:
    return sum(len(token) if isinstance(token, str) else 1 for token in part)


def _fits_at(part: Tokens, text: str, at: int) -> bool:
    for token in part:
        if isinstance(token, str):
            if not text.startswith(token, at):
                return False
            at += len(token)
        else:
            at += 1
    return at <= len(text)


def _leftmost(part: Tokens, text: str, begin: int, end: int) -> int:
    """Where `part` first fits within text[begin:end], or -1."""
    alone = literal(part)
    if alone is not None:
        return text.find(alone, begin, end)
    places = range(begin, end - _width(part) + 1)
    return next((place for place in places if _fits_at(part, text, place)), -1)


def linear(written: Tokens) -> re.Pattern[str]:
    """A regular expression for `written`, to be asked with `fullmatch`."""
    first, *rest = ["".join(_quoted(token) for token in part) for part in parts(written)]
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(first + "".join(f"(?>.*?{part})" for part in middle) + ".*" + last, re.DOTALL)


def _quoted(token: Token) -> str:
    return re.escape(token) if isinstance(token, str) else "."


def fitting_any(subject: str, patterns: Iterable[Tokens], out: Source, seldom: bool = False) -> str:
    """An expression: whether the text that `subject` names fits one of `patterns`; `seldom` where few texts do."""
    exact: list[str] = []
    heads: list[str] = []
    others: list[str] = []
    for written in dict.fromkeys(patterns):
        alone, head = literal(written), literal(written[:-1])
        if alone is not None:
            exact.append(alone)
        elif head is not None and written[-1] is Wild.RUN:
            heads.append(head)
        else:
            others.append(_fitting(subject, written, out))
    return any_of([*_listed(subject, exact, out), *_headed(subject, heads, out, seldom), *others])


def _listed(subject: str, exact: list[str], out: Source) -> list[str]:
    if len(exact) == 1:
        return [f"{subject} == {out.constant(exact[0])}"]
    return [f"{subject} in {out.constant(frozenset(exact))}"] if exact else []


def _headed(subject: str, heads: list[str], out: Source, seldom: bool) -> list[str]:
    if "" in heads:
        return ["True"]
    if not heads:
        return []
    if len(heads) > 1:
        return [f"{subject}.startswith({out.constant(tuple(heads))})"]
    head = out.constant(heads[0])
    return [f"{head} in {subject} and {subject}.startswith({head})" if seldom else f"{subject}.startswith({head})"]


def _fitting(subject: str, written: Tokens, out: Source) -> str:
    """One pattern that is more than a text or the head of one."""
    bound, filled = out.filled(written)
    if Wild.ONE not in filled:
        # `in` takes half the time of any method, and most texts lack what is asked for
        first = [f"{out.constant(text)} in {subject}" for text in _wanted(filled)]
        return all_of([*first, out.given(bound, _in_turn(subject, parts(filled), out))])
    if not bound:
        return f"{out.constant(linear(written).fullmatch)}({subject}) is not None"
    values = ", ".join(name for name, _ in bound)
    return out.given(bound, f"{out.constant(_Template(written))}({subject}, {values})")


def _wanted(filled: Tokens) -> list[str]:
    """One literal that a text must hold, where the pattern has more to it than its head and its tail."""
    if len(filled) < 3:
        return []
    middle = parts(filled)[1:-1]
    inner = [text for part in middle if (text := literal(part))]
    heads = [filled[0]] if isinstance(filled[0], str) and isinstance(filled[1], Local) else []
    return [max(inner or heads, key=len)] if inner or heads else []


def _in_turn(subject: str, cut: list[Tokens], out: Source) -> str:
    """The head, each part at its leftmost place after the one before, the tail, and room for all of them."""
    first, *rest = cut
    if not rest:
        return f"{subject} == {out.text(first)}"
    *middle, last = rest
    at, asked, known = "0", [], ""
    if first:
        known, width = out.measured(first)
        asked.append(f"{subject}.startswith({known})")
        at = width
    for part in filter(None, middle):
        place = out.fresh()
        known, width = out.measured(part)
        asked.append(f"({place} := {subject}.find({known}, {at})) >= 0")
        at = f"{place} + {width}"
    if last:
        known, width = out.measured(last)
        asked.append(f"{subject}.endswith({known})")
        if at != "0":
            asked.append(f"len({subject}) >= {at} + {width}")
    return all_of(asked)


class _Template:
    """A pattern with variables and several wildcards: filled with their values, then matched."""

    __slots__ = ("_written",)

    def __init__(self, written: Tokens) -> None:
        self._written = written

    def __call__(self, text: str, *values: str) -> bool:
        return fits(fill(self._written, values), text)


def fill(written: Tokens, values: Iterable[str]) -> Tokens:
    """`written` with `values`, in order, for its variables; what is put in is literal."""
    following = iter(values)
    return joined([next(following) if isinstance(token, Variable) else token for token in written])
