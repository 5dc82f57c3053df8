"""The chart of lifetimes: its columns, what is left the longest, its words, the same bytes each time."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.colors import to_hex

from cogsim.lab.lifetimes.event import EVENTS, NOTHING
from cogsim.lab.lifetimes.lifetimes import Lifetime, Lifetimes, rounded
from cogsim.report.lifetimes_chart import BASELINE, SHORTER, UNCHANGED, columns, draw, longest_left, png, save, svg

NASTY = '<script>alert("1")</script> $a_1$ \n \x1b[2K & "quoted"'


def row(event: str, access: str, seconds: int | None, natural: int | None = 3600, brief: str = "") -> Lifetime:
    return Lifetime(EVENTS[event], access, f"{access} in words", seconds, natural, None, "", brief or access)


def of(*rows: Lifetime) -> Lifetimes:
    return Lifetimes("alice", "Spa", 0.0, 1.0, rows)


FOUND = of(
    row(NOTHING, "rest:A/GET", 3600),
    row(NOTHING, "http:B/GET", 3600),
    row(NOTHING, "id-token", 3600),
    row(NOTHING, "sign-in", None, None),
    row("disable", "rest:A/GET", 60),
    row("disable", "http:B/GET", 60),
    row("disable", "id-token", 3600),
    row("disable", "sign-in", 0, None),
)


def test_ways_of_a_family_that_go_on_alike_stand_in_one_column_and_new_sign_ins_last() -> None:
    assert [(column.title, column.anew) for column in columns(FOUND)] == [
        ("rest:A/GET (and 1 more)", False),
        ("id-token", False),
        ("sign-in", True),
    ]
    unlike = of(*FOUND.rows[:-3], row("disable", "http:B/GET", 61), *FOUND.rows[-2:])
    assert (
        len(columns(of(*[each for each in unlike.rows if each.seconds != 60], row("disable", "rest:A/GET", 60)))) == 4
    )


def test_what_is_left_the_longest_is_no_new_sign_in() -> None:
    shown = columns(FOUND)
    disable, nothing = EVENTS["disable"], EVENTS[NOTHING]
    found = longest_left(disable, shown)
    assert found is not None
    assert (found[0].access, found[1]) == ("id-token", 0)
    found = longest_left(nothing, shown)
    assert found is not None
    assert found[1] == 2
    ended = columns(of(row("disable", "id-token", 0), row("disable", "sign-in", None)))
    assert longest_left(disable, ended) is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (1, "1 s"),
        (99, "99 s"),
        (100, "2 min"),
        (299, "5 min"),
        (3599, "1 h"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (7198, "2 h"),
        (28_199, "7 h 50 min"),
        (172_799, "2 d"),
        (2_591_999, "30 d"),
        (315_359_999, "10 y"),
        (400 * 86_400, "1 y 35 d"),
    ],
)
def test_times_are_rounded_as_people_say_them(seconds: int, words: str) -> None:
    assert rounded(seconds) == words


def test_the_chart_is_the_same_bytes_and_opens_no_markup(tmp_path: Path) -> None:
    hostile = Lifetimes(NASTY, NASTY, 0.0, 1.0, (row(NOTHING, "id-token", 10, brief=NASTY), *FOUND.rows))
    assert svg(hostile) == svg(hostile)
    assert png(hostile) == png(hostile)
    ElementTree.fromstring(svg(hostile))
    assert "<script>" not in svg(hostile)
    assert save(FOUND, tmp_path / "chart.svg").read_text(encoding="utf-8") == svg(FOUND)


def test_nothing_to_draw_is_drawn() -> None:
    assert png(of()).startswith(b"\x89PNG")
    only = of(row(NOTHING, "id-token", 0), row(NOTHING, "refresh", None, None))
    assert png(only).startswith(b"\x89PNG")


def test_colours_tell_the_natural_end_the_unchanged_and_the_cut_short() -> None:
    figure = draw(FOUND)
    drawn = [to_hex(patch.get_facecolor()).upper() for patch in figure.axes[0].patches]
    legend = 1
    assert {colour: drawn.count(colour) - legend for colour in (BASELINE, UNCHANGED, SHORTER)} == {
        BASELINE: 3,
        UNCHANGED: 1,
        SHORTER: 1,
    }


def test_every_word_stands_within_the_page() -> None:
    figure = draw(FOUND)
    figure.canvas.draw()
    page = figure.bbox
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= page.x0
        assert box.x1 <= page.x1 + 1, text.get_text()
        assert box.y0 >= page.y0
        assert box.y1 <= page.y1
