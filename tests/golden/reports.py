"""The reports kept under reports/: `python -m tests.golden.reports` writes them anew from the worlds of scenarios/."""

from __future__ import annotations

import os
from pathlib import Path

from cogsim.cli.__main__ import main as cogsim
from cogsim.scenario.load import load

ROOT = Path(__file__).resolve().parents[2]


def worlds() -> dict[str, tuple[str, ...]]:
    """The files of the worlds to report on, by the name of their report; the repository is the working directory."""
    found = {path.stem: (str(path),) for path in sorted(Path("scenarios/worlds").glob("*.yaml"))}
    for story in sorted(Path("scenarios/attacks").glob("*/*.yaml")):
        found[f"{story.parent.name}-{story.stem}"] = tuple(map(str, load(story).worlds))
    return found


def write(target: Path) -> None:
    """Every report into a folder of its own under `target`; to be called with the repository as working directory."""
    for name, files in worlds().items():
        code = cogsim(["report", *files, "-o", str(target / name)])
        if code not in (0, 1):
            raise SystemExit(code)


if __name__ == "__main__":
    os.chdir(ROOT)
    write(ROOT / "reports")
