"""A numbered rule of validation: what is asked, what says so, and which attack it stops."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from cogsim.decision import Step


class FailedError(ValueError):
    """What a rule objects to; `code` tells callers which words of their own to use."""

    def __init__(self, message: str, code: str = "InvalidToken") -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class Rule:
    """One check: its number in the order of checks, and `stops`, the attack that succeeds without it."""

    number: int
    question: str
    source: str
    stops: str

    def passed(self, found: str, *, decides: bool = False) -> Step:
        """The step of a token that keeps the rule."""
        return _passed(self, found, decides)

    def _passed(self, found: str, decides: bool) -> Step:
        return Step(self.question, "yes", found, self.source, facts=self._facts(), decides=decides)

    def failed(self, found: str) -> Step:
        """The step of a token that breaks it."""
        return Step(self.question, "no", found, self.source, facts=self._facts(), decides=True)

    def _facts(self) -> tuple[tuple[str, str], ...]:
        return (("check", str(self.number)), ("stops", self.stops))


#: Most tokens keep a rule in one of few ways.
_passed = lru_cache(maxsize=4096)(Rule._passed)
