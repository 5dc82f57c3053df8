"""Steps and tables as text, Markdown and HTML: small, deterministic, without scripts."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cogsim.decision import Decision, Step

_STYLE = {
    "table": "border-collapse:collapse",
    "cell": "border:1px solid #ccc;padding:2px 6px;text-align:left;vertical-align:top",
}


def text_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns padded with spaces under a rule; cells are kept on one line."""
    cells = [[_one_line(value) for value in row] for row in (headers, *rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headers))]
    lines = ["  ".join(value.ljust(width) for value, width in zip(row, widths, strict=True)).rstrip() for row in cells]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A pipe table; pipes, line ends and markup inside cells are escaped."""
    lines = [_markdown_row(headers), _markdown_row(["---"] * len(headers)), *map(_markdown_row, map(_escaped, rows))]
    return "\n".join(lines)


def html_table(headers: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table with inline styles only, so that it reads the same in a notebook and in a report."""
    head = "".join(f'<th style="{_STYLE["cell"]}">{escape(value)}</th>' for value in headers)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_STYLE["cell"]}">{escape(str(value))}</td>' for value in row) + "</tr>"
        for row in rows
    )
    return f'<table style="{_STYLE["table"]}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def markdown_text(value: object) -> str:
    """`value` as plain text inside Markdown: nothing in it can open markup, a link or HTML."""
    text = _one_line(value)
    for character in "\\`*_[]<>|#":
        text = text.replace(character, "\\" + character)
    return text


STEP_HEADERS = ("", "question", "answer", "found", "where", "source")


def step_rows(steps: Sequence[Step]) -> list[tuple[str, ...]]:
    """One row a step: a mark on those that decided, and an assumption's name in place of its source's basis."""
    return [
        (
            "*" if step.decides else "",
            step.question,
            step.answer,
            step.found,
            str(step.location or ""),
            step.source + (f" (assumed: {step.assumption})" if step.assumption else ""),
        )
        for step in steps
    ]


def decision_text(decision: Decision[Any], closing: str = "") -> str:
    """The answer on the first line, then a numbered line a step; `closing` is a last line, such as a nearest change."""
    lines = [f"{value_text(decision.value)}"]
    for number, step in enumerate(decision.steps, 1):
        lines.append(f"{number:3}. {'*' if step.decides else ' '} {step_text(step)}")
    return "\n".join([*lines, _one_line(closing)] if closing else lines)


def step_text(step: Step) -> str:
    """A step as one line: question, answer, what was found, where, and on what it rests."""
    found = f" [{_one_line(step.found)}]" if step.found else ""
    where = f" at {step.location}" if step.location else ""
    ground = f" (assumed: {step.assumption})" if step.assumption else f" ({step.source})" if step.source else ""
    colon = "" if step.question.endswith("?") else ":"
    return f"{step.question}{colon} {step.answer}{found}{where}{ground}"


def decision_html(decision: Decision[Any], closing: str = "") -> str:
    """The same as HTML."""
    last = f"<p>{escape(closing)}</p>" if closing else ""
    head = f"<p><b>{escape(value_text(decision.value))}</b></p>"
    return head + html_table(STEP_HEADERS, step_rows(decision.steps)) + last


def value_text(value: object) -> str:
    """A decision's value in a reader's words."""
    return str(value)


def _one_line(value: object) -> str:
    return " ".join(str(value).split())


def _escaped(row: Sequence[object]) -> list[str]:
    return [markdown_text(value) for value in row]


def _markdown_row(row: Sequence[object]) -> str:
    return "| " + " | ".join(map(str, row)) + " |"
