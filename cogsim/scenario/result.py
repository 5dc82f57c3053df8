"""What a played scenario gives: steps with their outcomes, answered questions, and what was not as expected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cogsim.analysis.leak import Leak
from cogsim.aws.call import Outcome
from cogsim.decision import Decision, Location, Step
from cogsim.errors import AwsError
from cogsim.scenario.document import Scenario
from cogsim.simulation import Simulation

if TYPE_CHECKING:
    import pandas as pd

    from cogsim.lint.finding import Finding


@dataclass(frozen=True, slots=True)
class StepResult:
    """A step as it went: the calls it made in order, AWS's refusal if one ended it, and the expectations it failed.

    `result` is `ok`, AWS's error, or why the step was skipped; `at` is in seconds since the epoch; `response` is that
    of a call, which may hold tokens and keys and is therefore printed nowhere; `leaks` is what the world's tenancies
    find in it.
    """

    number: int
    at: float
    who: str
    operation: str
    result: str
    location: Location
    outcomes: tuple[Outcome, ...] = field(default=(), repr=False)
    error: AwsError | None = None
    failures: tuple[str, ...] = ()
    response: Mapping[str, Any] | None = field(default=None, repr=False)
    leaks: tuple[Leak, ...] = ()

    @property
    def outcome(self) -> Outcome | None:
        """The last call's, which says how the step ended."""
        return self.outcomes[-1] if self.outcomes else None

    @property
    def deciding(self) -> Step | None:
        """The step of a decision that settled how this ended."""
        return deciding(self.outcome) if self.outcome is not None else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A question asked at the end: what was expected, what the door and the static analysis say, over how much."""

    question: str
    location: Location
    ok: bool
    text: str
    expected: str = ""
    door: str | None = None
    static: str = ""
    decision: Decision[Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was not as the scenario says it should be, and where it says so."""

    location: Location
    text: str

    def __str__(self) -> str:
        return f"{self.location}: {self.text}"


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario as it was played. The last line of a cell shows its timeline."""

    scenario: Scenario
    steps: tuple[StepResult, ...]
    access: tuple[Answer, ...]
    invariants: tuple[Answer, ...]
    simulation: Simulation = field(repr=False)

    @property
    def name(self) -> str:
        return self.scenario.name

    @property
    def failures(self) -> tuple[Failure, ...]:
        """Every expectation that failed, in the order of the file."""
        of_steps = (Failure(step.location, text) for step in self.steps for text in step.failures)
        of_answers = (Failure(each.location, each.text) for each in (*self.access, *self.invariants) if not each.ok)
        return (*of_steps, *of_answers, *self._unheard)

    @property
    def _unheard(self) -> Iterator[Failure]:
        """What leaks in all of the run otherwise than the scenario says."""
        from cogsim.scenario.returned import unheard

        leakage = self.scenario.leakage
        told = unheard(leakage, [leak for step in self.steps for leak in step.leaks])
        return (Failure(leakage.location, text) for text in told) if leakage is not None else iter(())

    @property
    def ok(self) -> bool:
        return not self.failures

    @property
    def trail(self) -> list[dict[str, Any]]:
        """The CloudTrail records, in order."""
        return self.simulation.trail

    @property
    def decisions(self) -> tuple[Decision[Any], ...]:
        """Every decision that was made, a call's before its children's, then those of the questions."""
        made = [each.decision for step in self.steps for top in step.outcomes for each in calls(top)]
        asked = [answer.decision for answer in (*self.access, *self.invariants) if answer.decision is not None]
        return (*made, *asked)

    @property
    def assumptions(self) -> tuple[str, ...]:
        """The assumptions that the run's answers rest on, each once, in the order met."""
        return tuple(dict.fromkeys(name for decision in self.decisions for name in decision.assumptions))

    @property
    def timeline(self) -> pd.DataFrame:
        """One row a call: step, time, who, operation, on, outcome, because, where."""
        from cogsim.scenario.timeline import frame

        return frame(self)

    @property
    def leaks(self) -> pd.DataFrame:
        """One row for each thing that was given to whom it is not, expected or not: step, caller, tenant, operation,
        leaked, what (content, metadata, name, change, withheld), owner, because, where."""
        from cogsim.scenario.leak_table import frame

        return frame(self)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The leaks as findings, one for each step."""
        from cogsim.scenario.leak_findings import findings

        return findings(self)

    def to_dict(self) -> dict[str, Any]:
        """The run as JSON has it, without tokens, keys, codes and passwords."""
        from cogsim.scenario.timeline import as_dict

        return as_dict(self)

    def __repr__(self) -> str:
        from cogsim.scenario.timeline import summary

        return f"Run({self.name!r}; {summary(self)})"

    def __str__(self) -> str:
        from cogsim.scenario.timeline import as_text

        return as_text(self)

    def _repr_html_(self) -> str:
        from cogsim.scenario.timeline import as_html

        return as_html(self)


def calls(outcome: Outcome) -> Iterator[Outcome]:
    """The outcome and all it caused, parents first."""
    yield outcome
    for child in outcome.children:
        yield from calls(child)


def deciding(outcome: Outcome) -> Step:
    """The step that settled how the call ended: where a call it caused was refused, that call's; where it was refused
    itself, its last; else one of its own, if it can be one that stands in a file."""
    for child in reversed(outcome.children):
        if outcome.error is not None and child.error is not None:
            return deciding(child)
    of_children = {id(step) for child in outcome.children for each in calls(child) for step in each.decision.steps}
    steps = outcome.decision.deciding
    own = [step for step in steps if id(step) not in of_children]
    if outcome.error is not None and own:
        return own[-1]
    placed = [step for step in own if step.location is not None]
    return (placed or own or list(steps))[-1]
