"""The regular expressions that load balancers take: without what no automaton can follow. # elb:listener-rules"""

from __future__ import annotations

import re

from cogsim.errors import InvalidValue

#: A group that only groups, names what it holds, or sets flags.
_PLAIN_GROUP = re.compile(r"\(\?(?:[ims]+\)|[ims]*:|P?<[A-Za-z_]\w*>)", re.ASCII)
_REPETITION = re.compile(r"\{\d{1,4}(?:,\d{0,4})?\}", re.ASCII)
_SET = re.compile(r"\[\^?\]?(?:\\.|\[:\^?[a-z]+:\]|[^\]\\])*\]", re.DOTALL)
_ESCAPES = {
    **dict.fromkeys("123456789gk", "backreferences"),
    **dict.fromkeys("pP", "Unicode character classes"),
    **dict.fromkeys("LXKGmM", "this escape"),
}


def check_expression(text: str, path: str, *, longest: int) -> None:
    """Raise InvalidValue where `text` is no expression, or uses what load balancers do not support."""
    if not 1 <= len(text) <= longest:
        raise InvalidValue(path, f"must have 1 to {longest} characters")
    fault = _unsupported(text)
    if fault is not None:
        raise InvalidValue(path, f"{text!r} uses {fault}, which expressions of load balancers cannot")
    import regex

    try:
        regex.compile(text)
    except (regex.error, OverflowError, RecursionError) as error:
        raise InvalidValue(path, f"{text!r} is no regular expression: {error}") from None


def _unsupported(text: str) -> str | None:
    at = 0
    while at < len(text):
        rest, width = text[at:], 1
        match text[at]:
            case "\\":
                if rest[1:2] in _ESCAPES:
                    return _ESCAPES[rest[1:2]]
                width = 2
            case "[":
                found = _SET.match(rest)
                if found is None:
                    return "a set that does not end"
                if re.search(r"\\[pPLX]", found[0]):
                    return "Unicode character classes"
                width = len(found[0])
            case "(" if rest.startswith(("(?", "(*")):
                found = _PLAIN_GROUP.match(rest)
                if found is None:
                    return "lookarounds, atomic groups, conditions or recursion"
                width = len(found[0])
            case "{":
                found = _REPETITION.match(rest)
                if found is None:
                    return "a brace that is no repetition"
                if rest[len(found[0]) :].startswith("+"):
                    return "possessive quantifiers"
                width = len(found[0])
            case "*" | "+" | "?" if rest[1:2] == "+":
                return "possessive quantifiers"
        at += width
    return None
