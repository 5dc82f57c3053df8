"""The matrix as a table with footnotes: each refusal has the number of the check that decided it."""

from __future__ import annotations

from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import KINDS
from cogsim.analysis.token_matrix import ACCEPTED, NOTHING, REFUSED, UNKNOWN, Cell, TokenMatrix
from cogsim.markup import html_table, text_table

_HEADINGS = ("component", *(kind.heading for kind in KINDS.values()), "configured at")
_MARKS = {ACCEPTED: "✓", NOTHING: "·", UNKNOWN: "?"}


def matrix_text(matrix: TokenMatrix) -> str:
    """The table, its footnotes (check and line), what the columns mean, and what was made up."""
    notes = _footnotes(matrix)
    rows = [[door.shown, *_marks(matrix, door, notes)] for door in matrix.doors]
    if not rows:
        return "no component of this world takes tokens"
    table = text_table(_HEADINGS, rows)
    told = [f"{number:3}  {text}" for text, number in notes.items()]
    legend = [f"{kind.heading:10}  {kind.meaning}" for kind in KINDS.values()]
    parts = [table, "\n".join(told), "\n".join(legend)]
    parts += ["\n".join(f"note: {note}" for note in (*matrix.notes, *matrix.left_out))]
    return "\n\n".join(part for part in parts if part)


def matrix_html(matrix: TokenMatrix) -> str:
    """The same for a notebook."""
    notes = _footnotes(matrix)
    rows = [(door.shown, *_marks(matrix, door, notes)) for door in matrix.doors]
    table = html_table(_HEADINGS, rows)
    return table + html_table(("", "check"), [(str(number), text) for text, number in notes.items()])


def because(cell: Cell) -> str:
    """The check that refused, with its line where it has one of its own; why there is no answer."""
    step = cell.deciding
    if cell.answer != REFUSED:
        return step.found
    where = f" at {step.location}" if step.location is not None else ""
    colon = "" if step.question.endswith("?") else ":"
    return f"{step.question}{colon} {step.answer}{where}"


def _footnotes(matrix: TokenMatrix) -> dict[str, int]:
    """The checks that refuse, or that leave an answer open, numbered in the order in which they are met."""
    told = dict.fromkeys(because(cell) for cell in matrix.cells if cell.answer != ACCEPTED)
    return {text: number for number, text in enumerate(told, 1)}


def _marks(matrix: TokenMatrix, door: Door, notes: dict[str, int]) -> tuple[str, ...]:
    return (*(_mark(cell, notes) for cell in matrix.row(door)), str(door.where or ""))


def _mark(cell: Cell, notes: dict[str, int]) -> str:
    if cell.answer == ACCEPTED:
        return _MARKS[ACCEPTED]
    return f"{_MARKS.get(cell.answer, '✗')}{notes[because(cell)]}"
