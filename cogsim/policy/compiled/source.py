"""Generated source: expressions over named constants, and the function that holds them.

No text of a document ever stands in the source, only names given here; so equal shapes are equal source, which is
compiled once.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from cogsim.policy.compiled.tokens import Local, Token, Tokens, Variable

Bound = tuple[tuple[str, str], ...]
"""Local names and the expressions of the variables they hold."""


class Source:
    """The constants and local names of one function while its source is written.

    Expressions may use `request`, `r` (the resource), `one` (single values by key) and `full` (all values by key).
    """

    __slots__ = ("_fresh", "_names", "constants")

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self._names: dict[tuple[type, Any], str] = {}
        self._fresh = 0

    def constant(self, value: Any) -> str:
        """The name of a constant; equal texts share one."""
        if not isinstance(value, str):
            return self._new(value)
        return self._names.get((str, value)) or self._names.setdefault((str, value), self._new(value))

    def _new(self, value: Any) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    def fresh(self) -> str:
        """A local name that nothing else uses."""
        self._fresh += 1
        return f"w{self._fresh}"

    def filled(self, written: Tokens) -> tuple[Bound, Tokens]:
        """`written` with local names for its variables, and what those hold."""
        bound: list[tuple[str, str]] = []
        found: list[Token] = []
        for token in written:
            if isinstance(token, Variable):
                name = self.fresh()
                bound.append((name, self.value(token)))
                found.append(Local(name))
            else:
                found.append(token)
        return tuple(bound), tuple(found)

    def value(self, variable: Variable) -> str:
        """An expression for a variable's value, None where it has none: a list has none. # ug:variables §no-value"""
        key = self.constant(variable.key)
        if variable.default is None:
            return f"one({key})"
        return f"(one({key}) if {key} in full else {self.constant(variable.default)})"  # ug:variables §default

    def given(self, bound: Bound, expression: str) -> str:
        """`expression` where every variable of `bound` has a value."""
        return all_of([*(f"({name} := {value}) is not None" for name, value in bound), expression])

    def measured(self, part: Tokens) -> tuple[str, str]:
        """An expression for the text of `part`, to be evaluated first, and one for its length afterwards."""
        if all(isinstance(token, str) for token in part):
            return self.text(part), self.constant(sum(map(len, part)))  # type: ignore[arg-type]
        name = self.fresh()
        return f"({name} := {self.text(part)})", f"len({name})"

    def text(self, part: Iterable[Token]) -> str:
        """An expression for literals and local names put together."""
        names = [token.name if isinstance(token, Local) else self.constant(token) for token in part]
        if len(names) == 1:
            return names[0]
        return f'f"{"".join(f"{{{name}}}" for name in names)}"' if names else self.constant("")


def any_of(expressions: Iterable[str]) -> str:
    """The expressions joined by `or`; False for none."""
    left = [expression for expression in dict.fromkeys(expressions) if expression != "False"]
    if "True" in left:
        return "True"
    return " or ".join(_closed(one) for one in left) if left else "False"


def all_of(expressions: Iterable[str]) -> str:
    """The expressions joined by `and`; True for none."""
    left = [expression for expression in dict.fromkeys(expressions) if expression != "True"]
    if "False" in left:
        return "False"
    return " and ".join(_closed(one) for one in left) if left else "True"


def negation(expression: str) -> str:
    """The opposite of `expression`."""
    return {"True": "False", "False": "True"}.get(expression) or f"not ({expression})"


def _closed(expression: str) -> str:
    return expression if expression.isidentifier() else f"({expression})"


def function(lines: list[str], constants: dict[str, Any]) -> Callable[..., Any]:
    """The function `answer(request)` with the body `lines`."""
    text = "\n".join(("def answer(request):", *(f"    {line}" for line in lines)))
    code = _code(text)
    namespace = {name: constants[name] for name in _named(code) if name in constants}
    exec(code, namespace)
    made: Callable[..., Any] = namespace.pop("answer")
    return made


@lru_cache(maxsize=4096)
def _code(text: str) -> CodeType:
    return builtins.compile(text, "<policy>", "exec")


def _named(code: CodeType) -> Iterator[str]:
    """The names that the code, and what is written inside it, asks for."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner)
