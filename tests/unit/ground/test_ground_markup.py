"""Steps and tables as text, Markdown and HTML."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from cogsim.decision import Basis, Step
from cogsim.markup import html_table, markdown_table, markdown_text, step_rows, step_text, text_table

_CELL = st.text(max_size=15)
_ROWS = st.lists(st.tuples(_CELL, _CELL), max_size=5)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.cells: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data


def test_columns_of_a_text_table_are_aligned() -> None:
    assert text_table(("who", "what"), [("alice", "reads"), ("bob", "")]) == (
        "who    what\n-----  -----\nalice  reads\nbob"
    )


@given(_ROWS)
def test_a_text_table_has_one_line_a_row(rows: list[tuple[str, str]]) -> None:
    assert len(text_table(("a", "b"), rows).split("\n")) == len(rows) + 2


@given(_ROWS)
def test_a_markdown_table_has_one_line_a_row_and_no_stray_pipe(rows: list[tuple[str, str]]) -> None:
    lines = markdown_table(("a", "b"), rows).split("\n")
    assert len(lines) == len(rows) + 2
    assert all(line.replace("\\\\", "").replace("\\|", "").count("|") == 3 for line in lines)


@given(_ROWS)
def test_nothing_in_a_cell_becomes_html(rows: list[tuple[str, str]]) -> None:
    seen = _Tags()
    seen.feed(html_table(("a", "b"), rows))
    assert seen.tags <= {"table", "thead", "tbody", "tr", "td", "th"}
    assert len(seen.cells) == 2 + 2 * len(rows)


def test_markdown_text_opens_no_markup() -> None:
    assert markdown_text("[a](b) <i> `c` *d*") == "\\[a\\](b) \\<i\\> \\`c\\` \\*d\\*"


def test_an_assumed_step_says_so_in_place_of_its_source() -> None:
    step = Step("q", "a", source="ug:version", basis=Basis.ASSUMED, assumption="policy.operatorCase", decides=True)
    assert step_text(step) == "q: a (assumed: policy.operatorCase)"
    assert step_rows([step]) == [("*", "q", "a", "", "", "ug:version (assumed: policy.operatorCase)")]
