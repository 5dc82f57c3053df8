"""The stories whose whole runs are kept: `python -m tests.golden.runs` writes what they give now beside this file."""

from __future__ import annotations

import json
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
STORIES = sorted(
    path.relative_to(ROOT)
    for pattern in ("stories/*.yaml", "attacks/*/*.yaml", "patterns/*/fixed.yaml", "patterns/*/scan.yaml")
    for path in (ROOT / "scenarios").glob(pattern)
)


def golden_name(story: Path) -> str:
    """What the files of a story are called: those of an attack or a pattern bear its name too."""
    return story.stem if story.parent.name == "stories" else f"{story.parent.name}-{story.stem}"


def golden_files(story: Path) -> dict[str, str]:
    """The timeline and the trail of a story, by file name; to be called with the repository as working directory."""
    from cogsim.scenario.run import run

    played = run(story)
    trail = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in played.trail)
    name = golden_name(story)
    return {f"{name}.txt": f"{played}\n", f"{name}.trail.jsonl": trail}


def main() -> None:
    os.chdir(ROOT)
    for story in STORIES:
        for name, text in golden_files(story).items():
            (HERE / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
