"""Timing that two runs agree on: the best of several rounds of a warm loop."""

from __future__ import annotations

import time
from collections.abc import Callable


def seconds_per_call(function: Callable[[], object], *, rounds: int = 5, at_least: float = 0.2) -> float:
    """Seconds one call takes: the least of `rounds` means, each over `at_least` seconds."""
    count = 1
    while (taken := _timed(function, count)) < at_least:
        count = max(count * 2, int(count * at_least / max(taken, 1e-9)))
    return min([taken, *(_timed(function, count) for _ in range(rounds - 1))]) / count


def _timed(function: Callable[[], object], count: int) -> float:
    begin = time.perf_counter()
    for _ in range(count):
        function()
    return time.perf_counter() - begin
