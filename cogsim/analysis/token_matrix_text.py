"""The matrix as a table with footnotes: each refusal has the number of the check that decided it."""

from __future__ import annotations

from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import KINDS, TokenKind
from cogsim.analysis.token_matrix import ACCEPTED, NOTHING, REFUSED, UNKNOWN, Cell, TokenMatrix
from cogsim.markup import html_table, text_table

_MARKS = {ACCEPTED: "✓", NOTHING: "·", UNKNOWN: "?"}


def matrix_text(matrix: TokenMatrix) -> str:
    """The table, its footnotes (check and line), what the columns mean, and what was made up."""
    notes = _footnotes(matrix)
    kinds = _shown_kinds(matrix)
    rows = [[door.shown, *_marks(matrix, door, notes, kinds)] for door in matrix.doors]
    if not rows:
        told = [f"note: {note}" for note in matrix.left_out]
        return "\n".join(["no component of this world takes tokens", *told])
    table = text_table(_headings(kinds), rows)
    told = [f"{number:3}  {text}" for text, number in notes.items()]
    legend = [f"{kind.heading:10}  {kind.meaning}" for kind in kinds]
    parts = [table, "\n".join(told), "\n".join(legend)]
    parts += ["\n".join(f"note: {note}" for note in (*matrix.notes, *matrix.left_out))]
    return "\n\n".join(part for part in parts if part)


def matrix_html(matrix: TokenMatrix) -> str:
    """The same for a notebook."""
    notes = _footnotes(matrix)
    kinds = _shown_kinds(matrix)
    rows = [(door.shown, *_marks(matrix, door, notes, kinds)) for door in matrix.doors]
    table = html_table(_headings(kinds), rows)
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
    shown = {kind.key for kind in _shown_kinds(matrix)}
    cells = (cell for cell in matrix.cells if cell.kind in shown)
    told = dict.fromkeys(because(cell) for cell in cells if cell.answer != ACCEPTED)
    return {text: number for number, text in enumerate(told, 1)}


def _shown_kinds(matrix: TokenMatrix) -> list[TokenKind]:
    """The kinds of which the world has a token at all."""
    there = {cell.kind for cell in matrix.cells if cell.answer != NOTHING}
    return [kind for kind in KINDS.values() if kind.key in there]


def _headings(kinds: list[TokenKind]) -> tuple[str, ...]:
    return ("component", *(kind.heading for kind in kinds), "configured at")


def _marks(matrix: TokenMatrix, door: Door, notes: dict[str, int], kinds: list[TokenKind]) -> tuple[str, ...]:
    shown = {kind.key for kind in kinds}
    return (*(_mark(cell, notes) for cell in matrix.row(door) if cell.kind in shown), str(door.where or ""))


def _mark(cell: Cell, notes: dict[str, int]) -> str:
    if cell.answer == ACCEPTED:
        return _MARKS[ACCEPTED]
    return f"{_MARKS.get(cell.answer, '✗')}{notes[because(cell)]}"
