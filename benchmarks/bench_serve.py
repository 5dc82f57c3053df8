"""The HTTP server under load, on loopback: calls a second, waiting times, memory, beside moto's server and ministack.

Every server is a process of its own and gets the same set-up by boto3 and the same bytes over kept connections, from a
closed loop: a client sends its next call when the last is answered. Others run from `make bench-servers`, unread.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.closed_loop import Call, drive
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
    """Each kind of call at each server, by turns; what a server does not answer rightly is said."""
    with contextlib.ExitStack() as stack:
        sites: dict[str, tuple[str, int, float]] = {}
        for number, server in enumerate(SERVERS):
            if server.name == "cogsim" or OTHERS.exists():
                base, process = stack.enter_context(running(server, 5610 + number))
                sites[server.name] = (base, process, resident(process))
        calls = {name: prepared(base, KEY, SECRET) for name, (base, _, _) in sites.items()}
        rows = [
            _row(kind, {name: _load(*sites[name][:2], calls[name][kind]) for name in sites}) for kind in calls["cogsim"]
        ]
        memory = {
            name: f"{resident(process):.0f} MB ({at_first:.0f} at first)"
            for name, (_, process, at_first) in sites.items()
        }
    others = "; ".join(f"{name} {text}" for name, text in memory.items() if name != "cogsim")
    return [*rows, ("server's memory afterwards", memory["cogsim"], "", others)]


def _load(base: str, process: int, call: Call | str) -> str:
    """The better of two rounds, with the processor's time that the server took for a call in it."""
    if isinstance(call, str):
        return call
    found = []
    for _ in range(2):
        before = processor_seconds(process)
        load = drive(base, call, CLIENTS, CALLS)
        found.append((load, (processor_seconds(process) - before) / (load.calls + 2 * CLIENTS)))
    load, each = max(found, key=lambda pair: pair[0].a_second)
    return f"{load}, {each * 1e3:.2f} ms of the processor"


def _row(name: str, loads: dict[str, str]) -> Row:
    beside = "; ".join(f"{other} {load}" for other, load in loads.items() if other != "cogsim")
    return (f"{name}, {CLIENTS} clients over HTTP", loads["cogsim"], "ahead of both", beside or "make bench-servers")


def processor_seconds(process: int) -> float:
    """How long the processor has worked for a process."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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
