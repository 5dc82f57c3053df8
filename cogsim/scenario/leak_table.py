"""What a run tells of leaks: whose data reached whom, by which call, and by which statement; in text and as a frame."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from cogsim.analysis.leak import Kind, Leak

if TYPE_CHECKING:
    import pandas as pd

    from cogsim.scenario.result import Run, StepResult

COLUMNS = ("step", "caller", "tenant", "operation", "leaked", "what", "owner", "because", "where")


def rows(run: Run) -> Iterator[tuple[StepResult, Leak]]:
    """Every leak with the step that it happened in."""
    return ((step, leak) for step in run.steps for leak in step.leaks)


def frame(run: Run) -> pd.DataFrame:
    """The leaks as a DataFrame, a row for each thing and owner."""
    import pandas as pd

    from cogsim.scenario.timeline import because_text, where_text

    table = [
        (
            *(step.number, leak.caller, leak.tenant, leak.operation, leak.thing, str(leak.kind), leak.owner),
            *(because_text(leak.because), where_text(leak.because)),
        )
        for step, leak in rows(run)
    ]
    return pd.DataFrame(table, columns=list(COLUMNS))


#: The titles of what people read, and how many things of one owner it names of one call.
TITLES = ("#", "caller", "tenant", "owner", "what", "leaked", "by")
_MOST = 10


def shown(run: Run) -> Iterator[tuple[tuple[str, ...], Leak | None]]:
    """The leaks as rows of cells, a few of each owner, each with its leak where a note on what let it belongs under it:
    under the last row of those that have the same one."""
    unexpected = "\n".join(failure.text for failure in run.failures)
    told = list(_few(run))
    for number, (step, leak, more) in enumerate(told):
        mark = "! " if str(leak) in unexpected else ""
        thing = f"… {more} more" if more else leak.thing
        following = told[number + 1] if number + 1 < len(told) else None
        same = following is not None and (following[0], following[1].because) == (step, leak.because)
        cells = (f"{mark}{step.number}", leak.caller, leak.tenant, leak.owner, str(leak.kind), thing, _call(step))
        yield cells, None if same else leak


def _few(run: Run) -> Iterator[tuple[StepResult, Leak, int]]:
    """The leaks, of many alike the first; the last of those stands for so many more."""
    for step in run.steps:
        for _, alike in groupby(sorted(step.leaks, key=_likeness), _likeness):
            found = list(alike)
            yield from ((step, leak, 0) for leak in found[:_MOST])
            if len(found) > _MOST:
                yield step, found[_MOST], len(found) - _MOST


def _likeness(leak: Leak) -> tuple[str, str, int]:
    return leak.caller, leak.owner, _ORDER.index(leak.kind)


_ORDER = tuple(Kind)


def _call(step: StepResult) -> str:
    params = step.outcome.call.params if step.outcome is not None else {}
    return f"{step.operation} {params.get('IndexName') or ''}".rstrip()


def headline(run: Run) -> str:
    """`acme reached acme-labs (1), globex (2)`: of how many things of others each tenant learnt, or changed them."""
    reached: dict[str, dict[str, set[str]]] = {}
    for _, leak in rows(run):
        if leak.kind != Kind.WITHHELD:
            reached.setdefault(_whom(leak), {}).setdefault(leak.owner, set()).add(leak.thing)
    told = [
        f"{who} reached " + ", ".join(f"{owner} ({len(things)})" for owner, things in sorted(of.items()))
        for who, of in sorted(reached.items())
    ]
    own = sum(leak.kind == Kind.WITHHELD for _, leak in rows(run))
    return "; ".join([*told, *([f"own data refused ({own})"] if own else [])])


def _whom(leak: Leak) -> str:
    return leak.tenant if leak.tenants else f"{leak.caller}, of no tenant,"
