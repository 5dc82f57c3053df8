"""Run every benchmark and print a table: name, figure, goal, and what it was measured against."""

from __future__ import annotations

import importlib
import pkgutil
import sys

import benchmarks
from cogsim.markup import text_table


def main(names: list[str]) -> None:
    """Measure the named benchmark files, or all of them."""
    found = sorted(
        module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")
    )
    rows: list[tuple[str, str, str, str]] = []
    for name in found:
        if not names or name.removeprefix("bench_") in names:
            print(f"measuring {name} …", file=sys.stderr)
            rows.extend(importlib.import_module(f"benchmarks.{name}").measure())
    print(text_table(("what", "measured", "goal", "beside"), rows))


if __name__ == "__main__":
    main(sys.argv[1:])
