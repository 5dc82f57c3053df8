"""Lifetimes as a chart: a panel for each way of access, in it a bar for each event, as long as access goes on.

The scale is logarithmic: what matters lies between a second and years. A bar in orange goes on as if nothing had
happened; one in blue was cut short; where access ends at once there is none.
"""

from __future__ import annotations

import textwrap
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cogsim.lab.lifetimes.event import NOTHING
from cogsim.lab.lifetimes.lifetimes import Lifetime, Lifetimes, span
from cogsim.report.figures import png_of, save_figure, svg_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Of the Okabe–Ito palette, told apart by colour-blind readers, and by their lengths and words.
UNCHANGED, SHORTER, AT_ONCE = "#E69F00", "#56B4E9", "#00664B"
_TICKS = {60: "1 min", 3600: "1 h", 86_400: "1 d", 30 * 86_400: "30 d", 365 * 86_400: "1 y"}
_PANEL, _ROW, _LEFT, _TOP, _BOTTOM = 2.0, 0.26, 3.0, 0.95, 0.75  # inches
_SIZE, _FONT = 7, "DejaVu Sans"


def draw(found: Lifetimes) -> Figure:
    """The chart, as large as it needs to be."""
    from matplotlib.figure import Figure

    panels = {row.access: row.shown for row in found.rows}
    events = found.events
    width, height = _LEFT + _PANEL * max(len(panels), 1), _TOP + _BOTTOM + _ROW * max(len(events), 1)
    figure = Figure(figsize=(width, height))
    for number, (access, shown) in enumerate(panels.items()):
        left = (_LEFT + _PANEL * number) / width
        box = (left, _BOTTOM / height, (_PANEL - 0.12) / width, _ROW * len(events) / height)
        axes = figure.add_axes(box)
        rows = {row.event.key: row for row in found.rows if row.access == access}
        _panel(axes, found, rows, shown, first=number == 0)
    _words(figure, found, width, height)
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


def _panel(axes: Axes, found: Lifetimes, rows: dict[str, Lifetime], shown: str, *, first: bool) -> None:
    events, longest = found.events, _longest(found)
    axes.set_xscale("log")
    axes.set_xlim(1, longest)
    axes.set_ylim(len(events) - 0.5, -0.5)
    ticks = [seconds for seconds in _TICKS if seconds < longest]
    axes.set_xticks(ticks, [_TICKS[seconds] for seconds in ticks], fontsize=_SIZE - 1, family=_FONT)
    axes.minorticks_off()
    axes.grid(axis="x", color="#dddddd", linewidth=0.5)
    axes.set_axisbelow(True)
    names = [event.shown.partition(" (")[0] for event in events] if first else []
    axes.set_yticks(range(len(events)) if first else [], names, fontsize=_SIZE, family=_FONT)
    axes.tick_params(length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    title = "\n".join(textwrap.wrap(_plain(shown), 30)[:5])
    _text(axes, 1, -0.75, title, va="bottom", weight="bold")
    for height, event in enumerate(events):
        row = rows.get(event.key)
        if row is not None:
            _bar(axes, row, height, longest)


def _bar(axes: Axes, row: Lifetime, height: int, longest: float) -> None:
    if row.seconds == 0:
        _text(axes, 1.15, height, "at once", color=AT_ONCE, weight="bold")
        return
    same = row.event.key == NOTHING or row.seconds == row.natural
    end = longest if row.seconds is None else row.seconds
    axes.barh(height, end - 1, left=1, height=0.72, color=UNCHANGED if same else SHORTER, linewidth=0)
    _text(axes, 1.15, height, "never ends by itself" if row.seconds is None else span(row.seconds), color="#111111")


def _longest(found: Lifetimes) -> float:
    """The end of the scale: somewhat beyond the longest that ends."""
    return 4.0 * max((row.seconds for row in found.rows if row.seconds), default=86_400)


def _words(figure: Figure, found: Lifetimes, width: float, height: float) -> None:
    """What the chart shows, and what its colours mean."""
    title = f"{found.who} signed in through {found.client}: how long access goes on after what happens"
    figure.text(0.1 / width, 1 - 0.2 / height, f"{title} {span(int(found.after))} later", **_style(size=9, va="center"))
    meanings = ((UNCHANGED, "as if nothing had happened"), (SHORTER, "cut short"), (AT_ONCE, "ends at once"))
    for number, (colour, meaning) in enumerate(meanings):
        left = (_LEFT + 2.2 * number) / width
        figure.text(left, 0.2 / height, "■ ", **_style(size=9, va="center", color=colour))
        figure.text(left + 0.17 / width, 0.2 / height, meaning, **_style(va="center"))


def _text(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    axes.text(x, y, text, **_style(**{"va": "center", **style}))


def _style(**style: Any) -> dict[str, Any]:
    """Text as it is: a dollar sign begins no formula."""
    return {"fontsize": style.pop("size", _SIZE), "family": _FONT, "parse_math": False, **style}


def _plain(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
