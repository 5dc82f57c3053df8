"""Decisions taken one after the other until one refuses, their steps kept in order: how a static answer goes a way."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from cogsim.analysis.gaps import not_modelled
from cogsim.decision import Decision, Refusal, Step
from cogsim.errors import NotModelled

T = TypeVar("T")


class StoppedError(Exception):
    """A decision refused; the walk keeps the refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Walk:
    """One way with the steps taken so far."""

    def __init__(self, *before: Step) -> None:
        self.steps = list(before)

    def take(self, decision: Decision[T | Refusal]) -> T:
        """What was decided; StoppedError where it is a refusal."""
        self.steps += decision.steps
        if isinstance(decision.value, Refusal):
            raise StoppedError(decision.value)
        return decision.value

    def told(self, decision: Decision[T]) -> T:
        """What was found by a decision that does not refuse."""
        self.steps += decision.steps
        return decision.value

    def stop(self, refusal: Refusal, step: Step) -> StoppedError:
        """The end of the way, to be raised, for a reason that no decision gives."""
        self.steps.append(step)
        return StoppedError(refusal)


def walked_through(go: Callable[[Walk], T], *before: Step) -> Decision[T | Refusal]:
    """What `go` comes to, or the refusal that it was stopped by; what is not modelled is a refusal whose step says
    so, so that one gap does not hide the other ways."""
    walk = Walk(*before)
    value: T | Refusal
    try:
        value = go(walk)
    except StoppedError as stopped:
        value = stopped.refusal
    except NotModelled as gap:
        walk.steps.append(not_modelled(gap))
        value = Refusal("NotModelled", str(gap))
    return Decision(value, tuple(walk.steps))
