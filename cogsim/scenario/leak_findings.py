"""The leaks of a run as findings: one for each step that leaked, and one for each that refused people their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cogsim.analysis.leak import Kind, Leak
from cogsim.lint.finding import Confidence, Finding, Place, Severity, TraceStep

if TYPE_CHECKING:
    from cogsim.scenario.result import Run, StepResult

_SEVERITY = {
    Kind.CHANGE: Severity.CRITICAL,
    Kind.CONTENT: Severity.CRITICAL,
    Kind.METADATA: Severity.HIGH,
    Kind.NAME: Severity.MEDIUM,
    Kind.PRESENCE: Severity.MEDIUM,
    Kind.COUNT: Severity.MEDIUM,
    Kind.WITHHELD: Severity.LOW,
}


def findings(run: Run) -> tuple[Finding, ...]:
    """A finding for each step that leaked, or refused people their own; proved, since it happened."""
    found = []
    for step in run.steps:
        for refused in (False, True):
            of_step = [leak for leak in step.leaks if (leak.kind == Kind.WITHHELD) == refused]
            if of_step:
                found.append(_finding(step, of_step, refused=refused))
    return tuple(found)


def _finding(step: StepResult, of_step: Sequence[Leak], *, refused: bool) -> Finding:
    reasons = [each.because for each in of_step if each.because is not None]
    places = tuple(dict.fromkeys(Place(reason.location, reason.question) for reason in reasons))
    order = tuple(_SEVERITY)
    worst = min(of_step, key=lambda leak: order.index(leak.kind))
    return Finding(
        rule="own-data-refused" if refused else "tenant-leak",
        title="Own data is refused" if refused else f"Data of other tenants reaches {worst.caller}",
        severity=_SEVERITY[worst.kind],
        confidence=Confidence.PROVED,
        summary="; ".join(str(each) for each in of_step),
        places=places,
        trace=(TraceStep(step.who, step.operation, step.result),),
        sources=tuple(dict.fromkeys(reason.source.partition("§")[0] for reason in reasons if reason.source)),
    )
