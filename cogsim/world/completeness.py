"""The completeness statement in words: what was read, what was not, what stayed unresolved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cogsim.markup import html_table, text_table

if TYPE_CHECKING:
    from cogsim.world.world import Completeness

_SECTIONS = (
    ("stacks", ("stack", "partition", "account", "region", "files")),
    ("read", ("resource type", "resources")),
    ("ignored", ("not modelled", "logical id", "why")),
    ("properties", ("logical id", "property not modelled")),
    ("unresolved", ("placeholder", "written as", "where")),
    ("warnings", ("warning",)),
)


def statement(completeness: Completeness) -> str:
    """The statement as text; a section that has nothing to say is left out."""
    parts = [text_table(headers, rows) for headers, rows in _tables(completeness)]
    return "\n\n".join(parts) or "nothing was loaded"


def statement_html(completeness: Completeness) -> str:
    return "".join(html_table(headers, rows) for headers, rows in _tables(completeness)) or "<p>nothing was loaded</p>"


def _tables(completeness: Completeness) -> list[tuple[tuple[str, ...], list[tuple[object, ...]]]]:
    rows: dict[str, list[tuple[object, ...]]] = {
        "stacks": list(completeness.stacks) if _says_more(completeness) else [],
        "read": sorted(completeness.read.items()),
        "ignored": list(completeness.ignored),
        "properties": list(completeness.properties),
        "unresolved": list(completeness.unresolved),
        "warnings": [(warning,) for warning in completeness.warnings],
    }
    return [(headers, rows[name]) for name, headers in _SECTIONS if rows[name]]


def _says_more(completeness: Completeness) -> bool:
    """Whether where the stacks stand is news: there are several, or the one stands in an account nobody named."""
    from cogsim.world.world import Home

    loaded = bool(completeness.read or completeness.ignored)
    return loaded and (len(completeness.stacks) > 1 or any(row[2] == Home().account for row in completeness.stacks))
