"""What if the world were another: the calls of a journal made again on it, and what comes of them now.

The calls are those that clients made, with the other world's own tokens and ids in place of the recorded ones. What
came of a call is AWS's error, or the answer's outline and the roles that services took on the way to it. A call whose
outcome cannot be known, since the client would have done something else, is unknown and says why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Cloud, Functions
from cogsim.aws.journal import Entry, Journal, read
from cogsim.aws.journal_replay import Difference, replay
from cogsim.clock import iso
from cogsim.decision import Step
from cogsim.decisions.caller import Anonymous, caller_arn
from cogsim.markup import html_table, text_table
from cogsim.scenario.result import deciding
from cogsim.scenario.timeline import because_text, where_text
from cogsim.world.world import World

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("line", "time", "who", "operation", "change", "was", "now", "because", "where", "before")
_SHOWN = ("line", "who", "operation", "was", "now")


@dataclass(frozen=True, slots=True)
class Changed:
    """One call that ends otherwise, or of which that is not known (`known` false): what came of it in the run and now,
    the step that settles it now, and the one that settled it then where the run's own world was given. `at` is in
    seconds since the epoch."""

    line: int
    at: float
    who: str
    operation: str
    known: bool
    was: str
    now: str
    because: Step | None = None
    before: Step | None = None

    def to_dict(self) -> dict[str, Any]:
        """The call as JSON has it."""
        told = (because_text(self.because), where_text(self.because), because_text(self.before))
        change = "changed" if self.known else "unknown"
        row = (self.line, iso(self.at), self.who, self.operation, change, self.was, self.now, *told)
        return dict(zip(COLUMNS, row, strict=True))


@dataclass(frozen=True, slots=True)
class WhatIf:
    """What a changed world changes of a run: `calls` were made, these end otherwise or unknown, in their order."""

    calls: int
    rows: tuple[Changed, ...]
    notices: tuple[str, ...]
    cloud: Cloud = field(repr=False)

    @property
    def changed(self) -> tuple[Changed, ...]:
        """The calls that end otherwise."""
        return tuple(row for row in self.rows if row.known)

    @property
    def unknown(self) -> tuple[Changed, ...]:
        """The calls of which that is not known."""
        return tuple(row for row in self.rows if not row.known)

    @property
    def table(self) -> pd.DataFrame:
        """One row a call that is not as it was."""
        import pandas as pd

        return pd.DataFrame([list(row.to_dict().values()) for row in self.rows], columns=list(COLUMNS))

    @property
    def summary(self) -> str:
        """`12 calls: 2 changed, 1 unknown`, or that all is as it was."""
        counts = ((len(self.changed), "changed"), (len(self.unknown), "unknown"))
        told = ", ".join(f"{number} {word}" for number, word in counts if number) or "the same"
        return f"{self.calls} call{'s' if self.calls != 1 else ''}: {told}"

    def to_dict(self) -> dict[str, Any]:
        """The comparison as JSON has it."""
        rows = [row.to_dict() for row in self.rows]
        return {"calls": self.calls, "changed": len(self.changed), "unknown": len(self.unknown), "rows": rows}

    def __str__(self) -> str:
        if not self.rows:
            return self.summary
        cells = [[str(row.to_dict()[name]) for name in _SHOWN] for row in self.rows]
        head, rule, *lines = text_table(_SHOWN, cells).split("\n")
        margin = " " * head.index("operation") + "└ "
        noted = (line + _note(row, margin) for line, row in zip(lines, self.rows, strict=True))
        return "\n".join((head, rule, *noted, "", self.summary))

    def __repr__(self) -> str:
        return f"WhatIf({self.summary})"

    def _repr_html_(self) -> str:
        rows = [list(row.to_dict().values()) for row in self.rows]
        return html_table(COLUMNS, rows) if rows else html_table(("what changes",), [[self.summary]])


def whatif(
    journal: str | Path | Journal,
    world: World,
    *,
    seed: str | None = None,
    functions: Functions | None = None,
    before: World | None = None,
) -> WhatIf:
    """Make the calls of `journal` again on `world`, and say which end otherwise, and why.

    `seed` is the run's own unless another is given; `functions` are those that stood for Lambda functions. With
    `before`, the run's own world, each change also says what settled the call then; InputError where it is another.
    """
    held = journal if isinstance(journal, Journal) else read(journal)
    now = replay(held, world, seed, functions=functions)
    then = replay(held, before, strict=True, functions=functions).outcomes if before is not None else {}
    entries = {entry.line: entry for entry in held.entries}
    found = [(each, True) for each in now.changed] + [(each, False) for each in now.unknown]
    rows = [_row(entries[each.line], each, known, then) for each, known in found]
    calls = sum(entry.call is not None for entry in held.entries)
    return WhatIf(calls, tuple(sorted(rows, key=lambda row: row.line)), now.notices, now.cloud)


def _row(entry: Entry, found: Difference, known: bool, then: Mapping[int, Outcome]) -> Changed:
    was = then.get(entry.line)
    return Changed(
        found.line,
        entry.at,
        who_signed(entry, found.outcome or was),
        found.operation,
        known,
        found.was,
        found.now,
        deciding(found.outcome) if found.outcome is not None else None,
        deciding(was) if was is not None else None,
    )


def who_signed(entry: Entry, outcome: Outcome | None = None) -> str:
    """Who made a call, as far as its line says; the ARN where an outcome tells it."""
    if outcome is not None and not isinstance(outcome.caller, Anonymous):
        return caller_arn(outcome.caller)
    match entry.signer:
        case {"user": str() as arn}:
            return arn
        case {"service": {"name": str() as name}}:
            return name
        case {"keys": _}:
            return "a session"
    return "anyone"


def _note(row: Changed, margin: str) -> str:
    """The reasons, under the row."""
    text = ""
    for word, step in (("", row.because), ("before: ", row.before)):
        place = where_text(step)
        text += f"\n{margin}{word}{because_text(step, 120)}" + (f" at {place}" if place else "") if step else ""
    return text
