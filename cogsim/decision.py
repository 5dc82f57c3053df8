"""A decision is a value that carries its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Generic, TypeVar

from cogsim.errors import Location

T = TypeVar("T")
U = TypeVar("U")

__all__ = ["Basis", "Decision", "Location", "Refusal", "Step", "decided"]


class Basis(StrEnum):
    """How well a fact is known."""

    DOCUMENTED = "documented"
    OBSERVED = "observed"
    ASSUMED = "assumed"


@dataclass(frozen=True, slots=True)
class Step:
    """One question that was asked on the way, with its answer.

    `found` is the value that was looked at; `source` the id in sources.toml (with an optional `§anchor`); `assumption`
    the entry of assumptions.toml where `basis` is assumed; `location` the line of configuration that decided;
    `facts` the same findings as name and value pairs, for programs; `decides` marks a step that settled the answer.
    """

    question: str
    answer: str
    found: str = ""
    source: str = ""
    basis: Basis = Basis.DOCUMENTED
    location: Location | None = None
    assumption: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    decides: bool = False

    def __post_init__(self) -> None:
        if (self.basis is Basis.ASSUMED) != (self.assumption is not None):
            raise ValueError(f"a step rests on an assumption exactly when it names it: {self.question}")


@dataclass(frozen=True, slots=True, eq=False)
class Decision(Generic[T]):
    """An answer with the steps that led to it; never a bool, and never without steps.

    `told` are the steps, or what tells them from what was found: that is asked when somebody first looks at `steps`.
    """

    value: T
    told: tuple[Step, ...] | Callable[[], tuple[Step, ...]] = field(repr=False)

    def __post_init__(self) -> None:
        if not self.told:
            raise ValueError("a decision has steps")

    @property
    def steps(self) -> tuple[Step, ...]:
        """Every question that was asked, in order."""
        if not isinstance(self.told, tuple):
            object.__setattr__(self, "told", self.told())
            self.__post_init__()
        return self.told  # type: ignore[return-value]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Decision):
            return NotImplemented
        return bool(self.value == other.value) and self.steps == other.steps

    def __hash__(self) -> int:
        return hash((self.value, self.steps))

    def __reduce__(self) -> tuple[Any, ...]:
        return Decision, (self.value, self.steps)

    def __bool__(self) -> bool:
        raise TypeError("a Decision is not a bool: ask for its value")

    @property
    def deciding(self) -> tuple[Step, ...]:
        """The steps that settled the answer; the last step where none is marked."""
        return tuple(step for step in self.steps if step.decides) or self.steps[-1:]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The entries of assumptions.toml this answer rests on, each once, in order."""
        return tuple(dict.fromkeys(step.assumption for step in self.steps if step.assumption))

    def then(self, function: Callable[[T], Decision[U]]) -> Decision[U]:
        """The decision that `function` makes of this one's value, with these steps in front of its own."""
        following = function(self.value)
        return Decision(following.value, self.steps + following.steps)

    def __str__(self) -> str:
        from cogsim.markup import decision_text

        return decision_text(self)

    def _repr_html_(self) -> str:
        from cogsim.markup import decision_html

        return decision_html(self)


def decided(value: T, *steps: Step, after: Iterable[Step] = ()) -> Decision[T]:
    """A decision from its steps, those of `after` first."""
    return Decision(value, (*after, *steps))


@dataclass(frozen=True, slots=True)
class Refusal:
    """The value of a decision that refuses: the error that AWS answers with."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
