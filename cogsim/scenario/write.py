"""Steps as a scenario file: what a search found, or an analysis proved, as a story that runs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.clock import iso


def write(
    name: str,
    worlds: Sequence[str],
    steps: Sequence[Mapping[str, Any]],
    *,
    start: float | None = None,
    seed: str | None = None,
    leaks: Sequence[str] | None = None,
) -> str:
    """The text of a scenario with those steps, each a mapping as a file has it, one a line.

    `worlds` are paths as seen from where the file will stand; a `$` of a text that is no reference has to be doubled.
    `leaks` are the things that leak somewhere in it (None: nothing is said).
    """
    lines = [f"name: {_flow(name)}", f"world: {_flow(list(worlds))}"]
    if seed is not None:
        lines.append(f"seed: {_flow(seed)}")
    if start is not None:
        lines.append(f"start: {iso(start)}")
    lines += ["steps:", *(f"  - {_flow(step)}" for step in steps)]
    if leaks is not None:
        lines.append(f"leaks: {_flow(list(leaks))}")
    return "\n".join(lines) + "\n"


def _flow(value: Any) -> str:
    """A value in YAML's flow style: names without quotes where they are plain words."""
    match value:
        case Mapping():
            return "{" + ", ".join(f"{_flow(str(key))}: {_flow(held)}" for key, held in value.items()) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_flow, value)) + "]"
        case bool() | None:
            return json.dumps(value)
        case str() if _plain(value):
            return value
        case _:
            written = json.dumps(value, ensure_ascii=False)
            return written.replace("\ufffe", "\\ufffe").replace("\uffff", "\\uffff")  # no YAML file may hold them


#: Words that YAML reads as something else than text.
_READ_OTHERWISE = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "none"))


def _plain(text: str) -> bool:
    """Whether the text, unquoted, reads as itself: ASCII words, ids and references."""
    body = text.removeprefix("$")
    letters = body.isascii() and body.replace("_", "").replace("-", "").replace(".", "").isalnum()
    named = body[:1].isalpha() and body[-1:].isalnum()
    operation = text.count(":") == 1 and all(_plain(part) for part in text.split(":"))
    return operation or (letters and named and text.casefold() not in _READ_OTHERWISE)
