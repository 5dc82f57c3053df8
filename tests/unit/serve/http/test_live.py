"""The engine: one order, group commit, time that only grows, and what becomes of failures."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.errors import InputError
from cogsim.serve.live import Busy, Live, RecorderFailed
from cogsim.world.world import World

GET_ID = ("cognito-identity:GetId", {"IdentityPoolId": "us-east-1:00000000-0000-4000-8000-000000000000"})


class Hands:
    """A clock on the wall that somebody turns."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Notebook:
    """A recorder that keeps batches, and can be made to wait or to fail."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.resets: list[float] = []
        self.closed = False
        self.gate = threading.Event()
        self.gate.set()
        self.error: Exception | None = None
        self.reset_error: Exception | None = None
        self.notices: list[str] = []

    def record(self, cloud: Cloud, entries: Sequence[Any]) -> None:
        self.gate.wait()
        if self.error is not None:
            raise self.error
        self.batches.append(list(entries))

    def reset(self, cloud: Cloud) -> None:
        if self.reset_error is not None:
            raise self.reset_error
        self.resets.append(cloud.clock.now)

    def close(self) -> None:
        self.closed = True


def live(wall: Hands, notebook: Notebook | None = None, start: float = 0.0, **more: Any) -> Live:
    return Live(Cloud(World(), clock=Clock(start)), notebook, wall=wall, **more).start()


def call(cloud: Cloud) -> Any:
    from cogsim.aws.call import Call

    return cloud.submit(Call(*GET_ID))


def now(cloud: Cloud) -> float:
    return cloud.clock.now


def test_time_follows_the_machine_and_never_goes_back() -> None:
    wall = Hands()
    running = live(wall)
    assert running.ask_and_wait(now) == 1000.0
    wall.now = 1010.0
    assert running.ask_and_wait(now) == 1010.0
    wall.now = 900.0
    assert running.ask_and_wait(now) == 1010.0
    running.stop()


def test_time_that_begins_elsewhere_passes_at_its_own_pace() -> None:
    wall = Hands()
    running = live(wall, start=50.0, follow=False, scale=60.0)
    assert running.ask_and_wait(now) == 50.0
    wall.now += 2
    assert running.ask_and_wait(now) == pytest.approx(170.0)
    assert running.ask_and_wait(lambda cloud: running.advance(cloud, 30.0)) == pytest.approx(200.0)
    wall.now += 1
    assert running.ask_and_wait(now) == pytest.approx(260.0)
    running.ask_and_wait(running.begin_anew)
    assert running.ask_and_wait(now) == 50.0
    running.stop()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1000), st.floats(0, 100)), max_size=6), st.floats(0.5, 100))
def test_the_virtual_instant_of_a_moment_past_is_what_the_clock_showed_then(
    moves: list[tuple[float, float]], scale: float
) -> None:
    wall = Hands()
    running = live(wall, scale=scale)
    shown = []
    for span, jump in moves:
        wall.now += 1 + span
        shown.append((wall.now, running.ask_and_wait(now)))
        wall.now += 1
        running.ask_and_wait(lambda cloud, jump=jump: running.advance(cloud, jump))
    running.stop()
    for moment, instant in shown:
        assert running.virtual(moment) == pytest.approx(instant)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf"), 1e9])
def test_time_cannot_be_scaled_by_what_makes_no_sense(scale: float) -> None:
    with pytest.raises(InputError, match="scaled"):
        Live(Cloud(World()), scale=scale)


@pytest.mark.parametrize("seconds", [-1.0, float("nan"), float("inf"), 1e12])
def test_time_does_not_jump_where_it_cannot(seconds: float) -> None:
    running = live(Hands())
    with pytest.raises(InputError):
        running.ask_and_wait(lambda cloud: running.advance(cloud, seconds))
    assert running.ask_and_wait(now) == 1000.0
    running.stop()


def test_jobs_that_wait_are_recorded_together_and_answered_afterwards() -> None:
    notebook = Notebook()
    running = live(Hands(), notebook)
    notebook.gate.clear()
    answered: list[int] = []

    def ask() -> None:
        answered.append(running.ask_and_wait(call).number)

    workers = [threading.Thread(target=ask) for _ in range(10)]
    for worker in workers:
        worker.start()
    while running.cloud.next_number == 0 or running._waiting < 10:  # one is being recorded, the others have come
        threading.Event().wait(0.001)
    assert answered == []
    notebook.gate.set()
    for worker in workers:
        worker.join()
    running.stop()
    assert sorted(answered) == list(range(10))
    assert [entry.number for batch in notebook.batches for entry in batch] == list(range(10))
    assert len(notebook.batches) < 10
    assert notebook.closed


def test_a_full_queue_refuses_at_once() -> None:
    notebook = Notebook()
    running = live(Hands(), notebook, capacity=2)
    notebook.gate.clear()
    workers = [threading.Thread(target=lambda: running.ask_and_wait(call)) for _ in range(2)]
    for worker in workers:
        worker.start()
    while running._waiting < 2:
        threading.Event().wait(0.001)
    with pytest.raises(Busy):
        running.ask_and_wait(call)
    notebook.gate.set()
    for worker in workers:
        worker.join()
    assert running.ask_and_wait(call).number == 2
    running.stop()
    with pytest.raises(Busy):
        running.ask_and_wait(call)


def test_a_job_that_fails_fails_alone() -> None:
    running = live(Hands())
    running.ask_and_wait(call)
    with pytest.raises(ZeroDivisionError):
        running.ask_and_wait(lambda cloud: 1 / 0)
    assert running.ask_and_wait(call).number == 1
    running.stop()


def test_a_recorder_that_fails_ends_the_server_and_nobody_is_told_of_success() -> None:
    notebook, ended = Notebook(), threading.Event()
    running = live(Hands(), notebook)
    running.on_failure = ended.set
    notebook.error = OSError("no space left on device")
    with pytest.raises(RecorderFailed):
        running.ask_and_wait(call)
    assert ended.is_set()
    assert isinstance(running.failure, RecorderFailed)
    with pytest.raises((Busy, RecorderFailed)):
        running.ask_and_wait(call)
    running.stop()
    assert notebook.batches == []
    assert notebook.closed


def test_a_reset_is_recorded_after_what_came_before_it() -> None:
    notebook = Notebook()
    running = live(Hands(), notebook)

    def twice(cloud: Cloud) -> None:
        call(cloud)
        running.begin_anew(cloud)

    running.ask_and_wait(twice)
    assert (len(notebook.batches), notebook.resets) == (1, [1000.0])
    assert running.ask_and_wait(call).number == 0
    running.stop()
    assert [len(batch) for batch in notebook.batches] == [1, 1]


def test_a_reset_that_cannot_be_recorded_ends_the_server_at_once() -> None:
    notebook, ended = Notebook(), threading.Event()
    running = live(Hands(), notebook)
    running.on_failure = ended.set
    running.ask_and_wait(call)
    notebook.reset_error = OSError("no space left on device")
    with pytest.raises(RecorderFailed):
        running.ask_and_wait(running.begin_anew)
    assert ended.is_set()
    with pytest.raises((Busy, RecorderFailed)):
        running.ask_and_wait(now)
    running.stop()
    assert notebook.closed


def test_a_server_that_never_began_lets_go_of_its_journal() -> None:
    notebook = Notebook()
    Live(Cloud(World()), notebook).stop()
    assert notebook.closed


def test_what_the_recorder_notices_is_told_once() -> None:
    notebook, told = Notebook(), list[str]()
    running = live(Hands(), notebook)
    running.on_notice = told.append
    notebook.notices.append("no checkpoint was written")
    running.ask_and_wait(call)
    running.ask_and_wait(call)
    notebook.notices.append("nor at the end")
    running.stop()
    assert told == ["no checkpoint was written", "nor at the end"] == list(running.notices)


def test_a_log_that_nobody_records_keeps_its_newest_entries_and_counts_all() -> None:
    running = live(Hands(), kept=8)
    made = [running.ask_and_wait(call) for _ in range(30)]
    log = running.ask_and_wait(lambda cloud: cloud.fork()).log
    assert len(log) == 30
    kept = list(log)
    assert 8 <= len(kept) <= 9
    assert kept == made[-len(kept) :] == list(reversed(list(reversed(log)))) == log[-len(kept) :]
    assert log[-1] is made[-1]
    assert log[29] is made[-1]
    with pytest.raises(LookupError):
        log[0]
    with pytest.raises(LookupError):
        log[:30]
    with pytest.raises(TypeError):
        log[29] = made[0]
    running.ask_and_wait(running.begin_anew)
    assert len(running.ask_and_wait(lambda cloud: cloud.log)) == 0
    running.stop()


def test_a_log_that_is_recorded_is_whole() -> None:
    running = live(Hands(), Notebook(), kept=2)
    for _ in range(10):
        running.ask_and_wait(call)
    assert [entry.number for entry in running.ask_and_wait(lambda cloud: list(cloud.log))] == list(range(10))
    running.stop()
