"""Lifetimes as a chart: a row for each event, a column for each way of access, with a bar as long as it goes on.

The bars share one logarithmic scale: what matters lies between a second and years. A bar in orange goes on as if
nothing had happened; one in blue was cut short; where access ends at once there is none. The last column says what is
left the longest, signing in again aside. Columns that say the same of every event stand once.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cogsim.lab.lifetimes.event import NOTHING, Event
from cogsim.lab.lifetimes.lifetimes import Lifetime, Lifetimes, rounded, span
from cogsim.report.figures import png_of, save_figure, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Of the Okabe–Ito palette, told apart by colour-blind readers, and by their lengths and words.
UNCHANGED, SHORTER, AT_ONCE, BASELINE = "#E9A23B", "#7FC0EA", "#00664B", "#C9CDD2"
_BAND, _RULE, _GREY = "#F4F5F7", "#D5D9DE", "#5B6570"
#: Of the page, in inches: a column, a row, the words at the left, the last column, above the rows, and below.
_CELL, _ROW, _LEFT, _LAST, _BOTTOM, _MARGIN = 1.14, 0.27, 3.1, 2.75, 0.6, 0.15
_LINE, _TITLE, _NARROWEST = 0.145, 0.55, 11.3
_SIZE, _FONT = 7.5, "DejaVu Sans"
_WRAP, _HEAD_LINES, _LABEL = 16, 5, 46
#: What begins the keys of ways that are a new sign-in, which no earlier one ends.
_AGAIN = ("sign-in", "again:")


@dataclass(frozen=True, slots=True)
class Column:
    """A way of access, or several that go on alike after every event: its head, and its lifetimes by event."""

    head: str
    access: str
    rows: Mapping[str, Lifetime]
    others: int = 0

    @property
    def title(self) -> str:
        """What stands over it."""
        return f"{self.head} (and {self.others} more)" if self.others else self.head

    @property
    def anew(self) -> bool:
        """Whether it is a sign-in of its own."""
        return self.access.startswith(_AGAIN)


def columns(found: Lifetimes) -> list[Column]:
    """The ways of access, those of one family that go on alike in one column; new sign-ins last."""
    made: dict[tuple[str, tuple[int | None, ...]], Column] = {}
    for access, head in {row.access: row.brief or row.shown for row in found.rows}.items():
        rows = {row.event.key: row for row in found.rows if row.access == access}
        alike = (_family(access), tuple(rows[event.key].seconds for event in found.events if event.key in rows))
        held = made.get(alike)
        made[alike] = Column(held.head, held.access, held.rows, held.others + 1) if held else Column(head, access, rows)
    return sorted(made.values(), key=lambda column: column.anew)


def _family(access: str) -> str:
    kind = access.partition(":")[0]
    return "route" if kind in ("rest", "http", "graphql") else kind


def draw(found: Lifetimes) -> Figure:
    """The chart, as large as it needs to be."""
    from matplotlib.figure import Figure

    shown = columns(found)
    heads = [_wrapped(column.title) for column in shown]
    top = _TITLE + _LINE * max((len(head) for head in heads), default=1) + 0.15
    width = max(_x(len(shown)) + _LAST + _MARGIN, _NARROWEST)
    height = top + _ROW * max(len(found.events), 1) + _BOTTOM
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)  # inches, from the top
    axes.axis("off")
    _words(axes, found)
    for number, head in enumerate(heads):
        _heading(axes, _x(number), top, head, anew=shown[number].anew)
    _heading(axes, _x(len(shown)) + 0.1, top, ["longest that is left", "(new sign-ins aside)"])
    _rows(axes, found, shown, top)
    _legend(axes, top + _ROW * len(found.events) + 0.3)
    return figure


def svg(found: Lifetimes) -> str:
    """The chart as SVG text."""
    return svg_of(partial(draw, found))


def png(found: Lifetimes) -> bytes:
    """The chart as PNG at 144 dots an inch."""
    return png_of(partial(draw, found))


def save(found: Lifetimes, path: str | Path) -> Path:
    """Write the chart to `path`, whose ending says how: .png or .svg. Another ending is an InputError."""
    return save_figure(partial(draw, found), path)


def longest_left(event: Event, shown: list[Column]) -> tuple[Column, int] | None:
    """The way that goes on longest after the event, new sign-ins aside, and how many more go on as long; None where all
    have ended."""
    ways = [column for column in shown if not column.anew and event.key in column.rows]
    left = [column for column in ways if column.rows[event.key].seconds != 0]
    longest = max(left, key=lambda column: _length(column.rows[event.key]), default=None)
    if longest is None:
        return None
    seconds = longest.rows[event.key].seconds
    return longest, sum(1 + column.others for column in left if column.rows[event.key].seconds == seconds) - 1


def _x(number: int) -> float:
    """The left edge of a column (inches)."""
    return _MARGIN + _LEFT + _CELL * number


def _rows(axes: Axes, found: Lifetimes, shown: list[Column], top: float) -> None:
    right, scale, about = _x(len(shown)) + _LAST, _scale(found), ""
    for number, event in enumerate(found.events):
        y = top + _ROW * number
        if number % 2 == 0:
            _box(axes, _MARGIN, y, right - _MARGIN, _ROW, _BAND)
        if event.about != about:
            axes.plot((_MARGIN, right), (y, y), color=_RULE, linewidth=1.0, solid_capstyle="butt")
            about = event.about
        words = event.shown.partition(" (")[0]
        _text(axes, _MARGIN + 0.08, y + _ROW / 2, textwrap.shorten(words, _LABEL, placeholder="…"), size=8)
        for column_number, column in enumerate(shown):
            row = column.rows.get(event.key)
            if row is not None:
                _cell(axes, row, _x(column_number), y, scale)
        _left_over(axes, event, shown, _x(len(shown)) + 0.1, y + _ROW / 2)


def _cell(axes: Axes, row: Lifetime, x: float, y: float, scale: float) -> None:
    """The bar with its length in words."""
    middle = y + _ROW / 2
    if row.seconds == 0:
        _text(axes, x + 0.06, middle, "at once", color=AT_ONCE, weight="bold")
        return
    width = (_CELL - 0.14) * min(_length(row) / scale, 1.0)
    _box(axes, x, y + 0.045, max(width, 0.03), _ROW - 0.09, _colour(row))
    words = "never ends" if row.seconds is None else rounded(row.seconds)
    _text(axes, x + 0.06, middle, words)


def _colour(row: Lifetime) -> str:
    if row.event.key == NOTHING:
        return BASELINE
    return UNCHANGED if row.seconds == row.natural else SHORTER


def _left_over(axes: Axes, event: Event, shown: list[Column], x: float, y: float) -> None:
    """In bold how long, then by what."""
    left = longest_left(event, shown)
    if left is None:
        _text(axes, x, y, "nothing", color=AT_ONCE, weight="bold")
        return
    column, others = left
    seconds = column.rows[event.key].seconds
    words = "no end" if seconds is None else rounded(seconds)
    _text(axes, x, y, words, weight="bold")
    told = f"{textwrap.shorten(column.head, 36, placeholder='…')}{f' (+{others})' if others else ''}"
    _text(axes, x + 0.52, y, told, color=_GREY, size=7)


def _length(row: Lifetime) -> float:
    """The bar's length: the logarithm of the seconds."""
    return math.inf if row.seconds is None else math.log10(max(row.seconds, 1) + 1)


def _scale(found: Lifetimes) -> float:
    """The length of a full bar: a bit more than the longest that ends."""
    lengths = [_length(row) for row in found.rows if row.seconds]
    return 1.05 * max(lengths, default=1.0)


def _heading(axes: Axes, x: float, bottom: float, lines: list[str], *, anew: bool = False) -> None:
    style: dict[str, Any] = {"style": "italic", "color": _GREY} if anew else {"weight": "bold"}
    for number, line in enumerate(reversed(lines)):
        _text(axes, x + 0.03, bottom - 0.11 - _LINE * number, line, size=7.5, **style)


def _wrapped(text: str) -> list[str]:
    """The head in lines; a long name is broken where it must be."""
    lines = textwrap.wrap(_plain(text), _WRAP)
    return [*lines[: _HEAD_LINES - 1], f"{lines[_HEAD_LINES - 1]}…"] if len(lines) > _HEAD_LINES else lines


def _words(axes: Axes, found: Lifetimes) -> None:
    """Who, by what, and when it happens."""
    _text(axes, _MARGIN, 0.2, "How long does access go on, after…", size=12, weight="bold")
    through = textwrap.shorten(found.client, 110, placeholder="…")
    told = f"{found.who} signed in through {through}; {span(int(found.after))} later, one of these happens"
    _text(axes, _MARGIN, 0.42, told, size=8.5, color=_GREY)


def _legend(axes: Axes, y: float) -> None:
    """What the colours and the lengths mean."""
    meanings = ((BASELINE, "its own end"), (UNCHANGED, "goes on as if nothing had happened"), (SHORTER, "cut short"))
    x = _MARGIN
    for colour, meaning in meanings:
        _box(axes, x, y - 0.06, 0.22, 0.12, colour)
        _text(axes, x + 0.29, y, meaning)
        x += 0.5 + 0.066 * len(meaning)
    _text(axes, x, y, "at once", color=AT_ONCE, weight="bold")
    told = "ended by the event, or from then on gives something else · bars: logarithmic, times rounded"
    _text(axes, x + 0.5, y, told)


def _box(axes: Axes, x: float, y: float, width: float, height: float, colour: str) -> None:
    from matplotlib.patches import Rectangle

    axes.add_patch(Rectangle((x, y), width, height, facecolor=colour, linewidth=0))


def _text(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Text as it is: a dollar sign begins no formula."""
    size = style.pop("size", _SIZE)
    said = {"fontsize": size, "family": _FONT, "parse_math": False, "va": "center", "color": "#1B1F23", **style}
    axes.text(x, y, _plain(text), **said)


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
