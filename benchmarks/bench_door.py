"""What the door itself costs: a call whose handler does next to nothing, beside the same handler called bare."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.timing import seconds_per_call
from cogsim import Simulation, load
from cogsim.aws.context import CallContext
from cogsim.aws.operation import declared_operations

WORLD = Path(__file__).parents[1] / "scenarios" / "worlds" / "saas.yaml"


def measure() -> list[tuple[str, str, str, str]]:
    """A trivial call through the door, and the cost of importing the package."""
    sim = Simulation(load(WORLD))
    operator = sim.signer("operator")
    outcome = sim.submit("sts:GetCallerIdentity", {}, operator)
    handler = declared_operations("sts")["sts:GetCallerIdentity"].handler
    ctx = CallContext(sim.cloud, outcome.call, outcome.caller, 0)

    def through_the_door() -> None:
        sim.cloud.log.clear()
        sim.submit("sts:GetCallerIdentity", {}, operator)

    door, bare = seconds_per_call(through_the_door), seconds_per_call(lambda: handler(ctx))
    nothing = _run_seconds("pass")
    imported = _run_seconds("import cogsim") - nothing
    version = min(_once([str(Path(sys.executable).with_name("cogsim")), "--version"]) for _ in range(7))
    beside = f"bare interpreter {nothing * 1e3:.0f} ms"
    return [
        (
            "call through the door (GetCallerIdentity)",
            f"{door * 1e6:.1f} µs",
            "≤ 30 µs",
            f"handler alone {bare * 1e6:.1f} µs",
        ),
        ("import cogsim", f"{imported * 1e3:.1f} ms", "≤ 50 ms", beside),
        ("cogsim --version", f"{version * 1e3:.0f} ms", "< 150 ms", beside),
    ]


def _run_seconds(code: str) -> float:
    """Seconds from start to end of `python -c code`, the interpreter included: the least of seven."""
    command = [sys.executable, "-c", code]
    return min(_once(command) for _ in range(7))


def _once(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begin
