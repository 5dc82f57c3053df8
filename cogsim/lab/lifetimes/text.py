"""Lifetimes as text: a table for each event, and what was left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.clock import iso
from cogsim.markup import text_table

if TYPE_CHECKING:
    from cogsim.lab.lifetimes.lifetimes import Lifetimes

_LONGEST = 100


def lifetimes_text(found: Lifetimes) -> str:
    """Who signed in and when, a table for each event, and what is missing."""
    from cogsim.lab.lifetimes.lifetimes import span

    head = f"{found.who} signed in through {found.client} at {iso(found.began)}; {span(int(found.after))} later:"
    parts = [head]
    for event in found.events:
        rows = [(row.shown, row.words, _short(row.then)) for row in found.rows if row.event.key == event.key]
        table = text_table(("access", "goes on", "then"), rows)
        parts.append(f"{event.shown} [{event.key}]\n" + "\n".join(f"  {line}" for line in table.splitlines()))
    if found.left_out:
        parts.append("\n".join(f"left out: {each}" for each in found.left_out))
    return "\n\n".join(parts)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
