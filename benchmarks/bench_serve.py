"""The HTTP server under load, on loopback: calls a second, waiting times, memory, beside moto's server and ministack.

Every server is a process of its own and gets the same set-up by boto3 and the same bytes over kept connections, from a
closed loop: a client sends its next call when the last is answered. Others run from `make bench-servers`, unread.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.closed_loop import Load, drive
from benchmarks.served_calls import prepared

ROOT = Path(__file__).parents[1]
OTHERS = ROOT / "build" / "bench-servers" / "bin"
CLIENTS, CALLS = 8, 150
KEY, SECRET = "AKIABENCHMARKS000000", "a secret of the benchmarks"
Row = tuple[str, str, str, str]


@dataclass(frozen=True)
class Server:
    """How a server is started at a port, and where it says that it is ready."""

    name: str
    command: Callable[[int], list[str]]
    ready: str
    environment: Callable[[int], dict[str, str]] = lambda port: {}


SERVERS = (
    Server(
        "cogsim",
        lambda port: [
            *(sys.executable, "-m", "cogsim.cli", "serve", "--empty", "--port", str(port)),
            *("--open", "arn:aws:iam::123456789012:user/admin", "--access-key", KEY, "--secret-key", SECRET),
        ],
        "/_cogsim/health",
    ),
    Server("moto", lambda port: [str(OTHERS / "moto_server"), "-H", "127.0.0.1", "-p", str(port)], "/moto-api/"),
    Server(
        "ministack",
        lambda port: [str(OTHERS / "ministack")],
        "/_ministack/health",
        lambda port: {"GATEWAY_PORT": str(port)},
    ),
)


def measure() -> list[Row]:
    """Each kind of call at each server, in one run; what a server does not answer rightly is said."""
    found: dict[str, dict[str, Load | str]] = {}
    memory: dict[str, str] = {}
    for number, server in enumerate(SERVERS):
        if server.name != "cogsim" and not OTHERS.exists():
            continue
        with running(server, 5610 + number) as (base, process):
            before = resident(process)
            for name, calls in prepared(base, KEY, SECRET).items():
                found.setdefault(name, {})[server.name] = calls if isinstance(calls, str) else drive(base, calls)
            memory[server.name] = f"{resident(process):.0f} MB ({before:.0f} at first)"
    rows = [_row(name, loads) for name, loads in found.items()]
    calls = CLIENTS * CALLS
    others = ", ".join(f"{name} {text}" for name, text in memory.items() if name != "cogsim")
    return [*rows, (f"server's memory after {len(rows)} times {calls:,} calls", memory["cogsim"], "", others)]


def _row(name: str, loads: dict[str, Load | str]) -> Row:
    ours = loads["cogsim"]
    beside = "; ".join(f"{other} {load}" for other, load in loads.items() if other != "cogsim")
    return (f"{name} over HTTP, {CLIENTS} clients", str(ours), "ahead of both", beside or "make bench-servers")


@contextlib.contextmanager
def running(server: Server, port: int) -> Iterator[tuple[str, int]]:
    """The server's address and process; it is ended at the end."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    process = subprocess.Popen(
        server.command(port),
        cwd=ROOT,
        env={**plain, **server.environment(port)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait(f"{base}{server.ready}", process)
        yield base, process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{url} does not answer")


def resident(process: int) -> float:
    """Megabytes that a process holds in memory."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
