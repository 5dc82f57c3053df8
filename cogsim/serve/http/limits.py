"""How much a client may send, and how long it may take."""

from __future__ import annotations

from dataclasses import dataclass

_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Sizes in bytes, times in seconds. Bodies are held in memory, so an object may be no larger than `object_size`.

    `drained` is how much of a refused body is read and forgotten before the connection is closed; `waiting` how many
    requests may wait for the cloud; `log` how many calls are remembered where none is recorded; `drain_seconds` how
    long those under way have when the server is told to stop.
    """

    body_size: int = 16 * _MEGABYTE
    object_size: int = 64 * _MEGABYTE
    drained: int = 256 * _MEGABYTE
    head_size: int = 64 * 1024
    headers: int = 100
    connections: int = 512
    waiting: int = 1024
    log: int = 50_000
    head_seconds: float = 10.0
    body_seconds: float = 30.0
    write_seconds: float = 30.0
    idle_seconds: int = 75
    drain_seconds: int = 20
