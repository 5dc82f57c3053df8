"""The shortest story of a leak: the steps of a run without which it does not happen, found by leaving others out.

What is tried is played, in the same world with the same seed; nothing is concluded from what a step looks like.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cogsim.analysis.leak import Kind, Leak
from cogsim.errors import CogsimError
from cogsim.markup import text_table

if TYPE_CHECKING:
    from cogsim.scenario.result import Run, StepResult


@dataclass(frozen=True, slots=True)
class Story:
    """Steps of a run, the last of which leaks by itself no less than it does in the run."""

    steps: tuple[StepResult, ...]
    leaks: tuple[Leak, ...]

    def __str__(self) -> str:
        title = f"shortest story of the leak in step {self.steps[-1].number}:"
        told = [(f"  {step.number}", step.who, _told(step), str(step.location)) for step in self.steps]
        return "\n".join((title, *text_table(("", "", "", ""), told).split("\n")[2:]))


def _told(step: StepResult) -> str:
    """What the step did, and to what."""
    from cogsim.scenario.timeline import subject

    return f"{step.operation} {subject(step.outcome.call.params) if step.outcome is not None else ''}".rstrip()


def shortest(run: Run) -> Iterator[Story]:
    """A story for each step that leaked what no step before had leaked to the same people."""
    known: set[tuple[str, str, Kind]] = set()
    for number, step in enumerate(run.steps):
        out = [leak for leak in step.leaks if leak.kind != Kind.WITHHELD]
        fresh = {(leak.caller, leak.owner, leak.kind) for leak in out} - known
        known |= fresh
        if fresh:
            kept = _needed(run, number)
            yield Story(tuple(run.steps[each] for each in kept), tuple(out))


def _needed(run: Run, last: int) -> list[int]:
    """The steps, by place, that the leak of the step `last` needs; halves are left out first, then less and less."""
    kept, width = list(range(last)), max(last // 2, 1)
    while kept:
        for start in range(0, len(kept), width):
            fewer = kept[:start] + kept[start + width :]
            if _leaks(run, [*fewer, last]):
                kept = fewer
                break
        else:
            if width == 1:
                break
            width //= 2
        width = min(width, max(len(kept), 1))
    return [*kept, last]


def _leaks(run: Run, places: Sequence[int]) -> bool:
    """Whether the last of these steps leaks to the same people what it leaked in the run."""
    from cogsim.assumptions import assuming
    from cogsim.scenario.run import Stage
    from cogsim.simulation import Simulation

    scenario, steps = run.scenario, run.scenario.steps
    with assuming(dict(scenario.assume)):
        stage = Stage(Simulation(run.simulation.cloud.initial, scenario.seed, scenario.start), scenario.leakage)
        try:
            played = [stage.play(steps[place]) for place in places]
        except CogsimError:  # what it names is not there without the steps that are left out
            return False
    return _out(run.steps[places[-1]]) <= _out(played[-1])


def _out(step: StepResult) -> set[tuple[str, str, str, Kind]]:
    out = (leak for leak in step.leaks if leak.kind != Kind.WITHHELD)
    return {(leak.caller, leak.thing, leak.owner, leak.kind) for leak in out}
