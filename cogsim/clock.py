"""Virtual time: one clock in seconds since the epoch, which only goes forward."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from functools import lru_cache

from cogsim.errors import InputError

#: Where a scenario or a simulation starts when nothing says otherwise: an instant of no importance, always the same.
DEFAULT_START = datetime(2026, 1, 1, tzinfo=UTC).timestamp()

_UNITS = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0, "w": 604800.0}


class Clock:
    """The one source of time of a simulation. `now` is in seconds, never decreases, and ticks only when told."""

    __slots__ = ("_now",)

    def __init__(self, start: float = DEFAULT_START) -> None:
        self._now = float(start)

    @property
    def now(self) -> float:
        return self._now

    def advance(self, seconds: float) -> None:
        """Go forward; a negative span raises ValueError: time can't go backwards."""
        if seconds < 0:
            raise ValueError(f"time can't go backwards: {seconds}")
        self._now += seconds

    def advance_to(self, instant: float) -> None:
        """Go forward to `instant` exactly; an instant already past raises ValueError."""
        if instant < self._now:
            raise ValueError(f"time can't go backwards: from {self._now} to {instant}")
        self._now = float(instant)

    def copy(self) -> Clock:
        return Clock(self._now)


def duration(text: str | int | float) -> float:
    """Seconds in `61m`, `1h30m`, `90`, `2d`; raises InputError for anything else."""
    if isinstance(text, bool):
        raise InputError(f"not a duration: {text!r}")
    if isinstance(text, int | float):
        return float(text)
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if not re.fullmatch(r"(\d+(\.\d+)?[smhdw])+", text):
        raise InputError(f"not a duration: {text!r}; write it like 90s, 61m, 1h30m, 2d")
    return sum(float(n) * _UNITS[unit] for n, _, unit in re.findall(r"(\d+(\.\d+)?)([smhdw])", text))


def instant(text: str | datetime) -> float:
    """Seconds since the epoch of an ISO 8601 instant; one without a zone is UTC."""
    if isinstance(text, str):
        try:
            text = datetime.fromisoformat(text)
        except ValueError:
            raise InputError(f"not an instant: {text!r}; write it like 2026-01-01T00:00:00Z") from None
    if text.tzinfo is None:
        text = text.replace(tzinfo=UTC)
    return text.timestamp()


def iso(seconds: float) -> str:
    """`2026-01-01T00:00:00Z`: the form AWS writes instants in, whole seconds."""
    return _iso(int(seconds))


@lru_cache(maxsize=1024)  # what happens in one second is written down many times
def _iso(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(seconds: float) -> datetime:
    """The instant as an aware datetime, as botocore's timestamp shapes want it."""
    return datetime.fromtimestamp(seconds, tz=UTC)
