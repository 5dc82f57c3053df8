"""Virtual time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.clock import DEFAULT_START, Clock, at, duration, instant, iso
from cogsim.errors import InputError

_SECONDS = st.floats(0, 4e9, allow_nan=False)


def test_a_clock_starts_where_it_is_told_and_ticks_only_when_told() -> None:
    clock = Clock()
    assert clock.now == DEFAULT_START == clock.now


def test_time_does_not_go_backwards() -> None:
    clock = Clock(100.0)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-0.1)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance_to(99.9)
    assert clock.now == 100.0


@given(_SECONDS, _SECONDS)
def test_a_clock_sent_to_an_instant_shows_exactly_that_instant(start: float, target: float) -> None:
    clock = Clock(min(start, target))
    clock.advance_to(max(start, target))
    assert clock.now == max(start, target)


def test_a_copy_goes_its_own_way() -> None:
    clock = Clock(1.0)
    twin = clock.copy()
    twin.advance(1)
    assert (clock.now, twin.now) == (1.0, 2.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("61m", 3660), ("1h30m", 5400), ("90", 90), ("2d", 172800), ("1w", 604800), ("0.5s", 0.5), (12, 12), (1.5, 1.5)],
)
def test_durations_are_read(text: str | float, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "m", "5 m", "-5m", "1h30", "1y", True, "1m2"])
def test_what_is_no_duration_is_refused(text: str | bool) -> None:
    with pytest.raises(InputError, match="not a duration"):
        duration(text)


def test_instants_without_a_zone_are_utc() -> None:
    assert instant("2026-01-01T00:00:00Z") == instant("2026-01-01T00:00:00") == DEFAULT_START
    assert instant("2026-01-01T02:00:00+02:00") == DEFAULT_START
    assert instant(datetime(2026, 1, 1, 1, tzinfo=timezone(timedelta(hours=1)))) == DEFAULT_START
    with pytest.raises(InputError, match="not an instant"):
        instant("yesterday")


@given(st.integers(0, 4_000_000_000))
def test_whole_seconds_survive_being_written(seconds: int) -> None:
    assert instant(iso(seconds)) == seconds
    assert at(seconds) == datetime.fromtimestamp(seconds, tz=UTC)


def test_fractions_are_cut_never_rounded_up() -> None:
    assert iso(DEFAULT_START + 0.999) == "2026-01-01T00:00:00Z"
