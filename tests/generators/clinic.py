"""The clinic of scenarios/doctor, and the faults that are put into it, one text in the place of another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from cogsim.load.detect import load
from cogsim.world.world import World

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "doctor"


@dataclass(frozen=True)
class Fault:
    """A row of faults.yaml; `ask` is the name of a question."""

    cause: str
    under: str
    replace: str
    by: str
    ask: str
    at: str = ""
    of: str = ""
    then: tuple[str, ...] = ()
    cured: bool = True
    only: str = ""

    def __str__(self) -> str:
        return f"{self.cause}-{self.under}-{self.ask}"

    @property
    def causes(self) -> tuple[str, ...]:
        return (self.cause, *self.then)

    def applied(self, text: str) -> str:
        """The template with the fault; the text has to stand there exactly once."""
        start, end = block(text, self.under)
        assert text[start:end].count(self.replace) == 1, f"{self}: {self.replace!r}"
        return text[:start] + text[start:end].replace(self.replace, self.by) + text[end:]

    def line(self, broken: str) -> int:
        """The number of the line that is to blame, in the template with the fault."""
        start, end = block(broken, self.of or self.under)
        wanted = self.at or self.by.split("\n")[0]
        return broken[: broken.index(wanted, start, end)].count("\n") + 1


def block(text: str, logical_id: str) -> tuple[int, int]:
    """Where a resource begins and where the next one does."""
    starts = _starts(text)
    start = next(at for at in starts if text.startswith((f"  {logical_id}: ", f"  {logical_id}:\n"), at))
    return start, min((at for at in starts if at > start), default=len(text))


def _starts(text: str) -> list[int]:
    """The offsets of lines that begin a resource or a comment between resources."""
    found, offset = [], 0
    for line in text.splitlines(keepends=True):
        if line.startswith("  ") and line[2] != " ":
            found.append(offset)
        offset += len(line)
    return found


@cache
def catalogue() -> dict[str, Any]:
    return dict(yaml.safe_load((FOLDER / "faults.yaml").read_text()))


def faults() -> list[Fault]:
    rows = catalogue()["faults"]
    return [Fault(**{**row, "then": tuple(row.get("then", ()))}) for row in rows]


def question(name: str) -> dict[str, Any]:
    return dict(catalogue()["asks"][name])


@cache
def healthy_text() -> str:
    return (FOLDER / "clinic.yaml").read_text()


def world_of(text: str, folder: Path) -> World:
    """The world of a template's text."""
    path = folder / "clinic.yaml"
    path.write_text(text)
    return load(str(path))
