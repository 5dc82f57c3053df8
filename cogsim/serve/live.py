"""A cloud that is live: one thread answers every job in one total order, and nothing is answered that is not recorded.

1. Jobs come from any thread into a bounded queue; a full queue refuses at once, so that nobody waits without end.
2. Who holds the engine alone touches the cloud. The engine's thread takes what is queued as a batch, moves the clock
   before each job, does the jobs in order, hands what is new in the log to the recorder, once, and only then lets the
   answers go. Where nothing is recorded there is nothing to do together: an asker whom nobody is ahead of takes the
   engine itself, which saves waking a thread and being woken by it.
3. Virtual time is the machine's time, scaled and shifted; it never goes back, whatever the machine's clock does.
4. A job that fails fails alone: the door has left world and state as they were. A recorder that fails ends the server,
   since the cloud is then ahead of what is safe; nobody of that batch is told that anything was done.
5. Memory is bounded: where nothing is recorded the log keeps its newest entries; a journal has them all.
"""

from __future__ import annotations

import asyncio
import threading
from bisect import bisect_right
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cogsim.aws.cloud import Cloud
from cogsim.clock import Clock
from cogsim.errors import InputError
from cogsim.serve.machine import wall_clock
from cogsim.serve.newest_log import NewestLog
from cogsim.serve.recorder import NoRecorder, Recorder

if TYPE_CHECKING:
    from collections.abc import Iterable

R = TypeVar("R")
Job = Callable[[Cloud], R]

#: How many jobs may wait, and how many are done before they are recorded together.
CAPACITY, BATCH = 1024, 64

#: How many entries the log of a cloud keeps that is not recorded: some 300 megabytes.
KEPT = 50_000

_SECOND = 0.999


class Busy(Exception):
    """The queue is full, or the server is on its way out: the caller may try again later."""


class RecorderFailed(Exception):
    """What happened could not be kept; the server ends."""


@dataclass(slots=True, eq=False)
class _Asked:
    """A job with whom to tell: a future of the event loop `loop`, or one of threads where that is None."""

    job: Job[Any]
    future: Any
    loop: asyncio.AbstractEventLoop | None
    value: Any = None
    error: BaseException | None = None


class Live:
    """One cloud with its engine thread. `scale` is how many virtual seconds a second of the machine lasts; virtual time
    begins at the cloud's own instant, or at the machine's where `follow` is true and that is later."""

    def __init__(
        self,
        cloud: Cloud,
        recorder: Recorder | None = None,
        *,
        scale: float = 1.0,
        follow: bool = True,
        wall: Callable[[], float] = wall_clock,
        capacity: int = CAPACITY,
        kept: int = KEPT,
    ) -> None:
        if not 0 < scale <= 1e6:
            raise InputError(f"time is scaled by a number above 0, up to a million, not {scale:g}")
        self.cloud = cloud
        self.scale = scale
        self.on_failure: Callable[[], None] = lambda: None
        self.on_notice: Callable[[str], None] = lambda notice: None
        self._recorder: Recorder = recorder or NoRecorder()
        self._follow, self._wall, self._capacity, self._kept = follow, wall, capacity, kept
        self._told = 0
        self._shifts = [self._shift(self._first(cloud.clock.now))]
        self._recorded = len(cloud.log)
        self._queue: SimpleQueue[_Asked | None] = SimpleQueue()
        self._gate, self._engine = threading.Lock(), threading.Lock()
        self._alone = isinstance(self._recorder, NoRecorder)
        self._bound(cloud)
        self._waiting, self._open, self._closed = 0, False, False
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name="cogsim-engine", daemon=True)

    def start(self) -> Live:
        """Begin to work."""
        self._open = True
        self._thread.start()
        return self

    def stop(self) -> None:
        """Take no more jobs, do those that wait, and close the recorder; returns when all is done."""
        with self._gate:
            was_open, self._open = self._open, False
        if was_open:
            self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()
        with self._engine:
            if not self._closed:
                self._closed = True
                self._recorder.close()
                self._pass_on_notices()

    async def ask(self, job: Job[R]) -> R:
        """What `job` answers; raises Busy, RecorderFailed or what the job raised. A job whose asker has gone is done
        all the same: its place in the order was taken."""
        if self._alone and self._step_in():
            return self._done_here(job)
        loop = asyncio.get_running_loop()
        asked = _Asked(job, loop.create_future(), loop)
        self._put(asked)
        return cast(R, await asked.future)

    def ask_and_wait(self, job: Job[R]) -> R:
        """Like `ask`, for a thread that may wait."""
        asked = _Asked(job, Future(), None)
        self._put(asked)
        return cast(R, asked.future.result())

    def virtual(self, wall: float) -> float:
        """The virtual instant that it was, or will be, when the machine's clock shows `wall`. What clients write is
        whole seconds, so time that was moved within the second had been moved already."""
        shifts = self._shifts
        place = max(0, bisect_right(shifts, wall + _SECOND, key=lambda shift: shift[0]) - 1)
        return wall * self.scale + shifts[place][1]

    def until_next_second(self) -> float:
        """Seconds until the machine's clock shows another second."""
        return 1.0 - self._wall() % 1.0

    def advance(self, cloud: Cloud, seconds: float) -> float:
        """In a job: let `seconds` of virtual time pass at once; the new instant. It stands in the log."""
        if not 0 <= seconds <= 1e10:
            raise InputError("time can't go backwards" if seconds < 0 else "that is too far")
        cloud.advance(seconds)
        self._shifts.append(self._shift(cloud.clock.now))
        return cloud.clock.now

    def begin_anew(self, cloud: Cloud) -> Cloud:
        """In a job: back to the world that the run began with, and to the time it would be had nobody moved it."""
        self._record()
        begun = self._first(0.0 if self._follow else cloud.start)
        fresh = Cloud(cloud.initial, cloud.seed, Clock(begun), cloud.functions)
        self._bound(fresh)
        try:
            self._recorder.reset(fresh)
        except BaseException as failure:
            raise RecorderFailed from failure
        self.cloud, self._shifts, self._recorded = fresh, [self._shift(begun)], 0
        return fresh

    def _bound(self, cloud: Cloud) -> None:
        if self._alone:
            cloud.log = NewestLog(self._kept, cloud.log)

    def _first(self, instant: float) -> float:
        """Where virtual time begins that could begin at `instant`."""
        return max(instant, self._wall()) if self._follow else instant

    def _shift(self, instant: float) -> tuple[float, float]:
        """From which instant of the machine's on it is `instant`, and what is added to scaled time from there."""
        wall = self._wall()
        return wall, instant - wall * self.scale

    def _step_in(self) -> bool:
        """Whether nobody is ahead; then nobody gets ahead until it is done here."""
        with self._gate:
            free = self._open and self._waiting == 0 and self._engine.acquire(blocking=False)
            self._waiting += free
        return free

    def _done_here(self, job: Job[R]) -> R:
        asked = _Asked(job, None, None)
        try:
            self._do(asked)
            self._record()
        finally:
            with self._gate:
                self._waiting -= 1
            self._engine.release()
        if asked.error is not None:
            raise asked.error
        return cast(R, asked.value)

    def _put(self, asked: _Asked) -> None:
        with self._gate:
            if not self._open or self._waiting >= self._capacity:
                raise Busy
            self._waiting += 1
        self._queue.put(asked)

    def _work(self) -> None:
        working = True
        while working:
            taken = self._take()
            batch = [asked for asked in taken if asked is not None]
            working = len(batch) == len(taken)
            try:
                with self._engine:
                    for asked in batch:
                        self._do(asked)
                    self._record()
            except BaseException as failure:  # the recorder's: whatever it is, the batch is not safe
                self._fail(failure, batch)
            with self._gate:
                self._waiting -= len(batch)
            _tell(batch)

    def _take(self) -> list[_Asked | None]:
        """The first job that comes, and those that have come meanwhile; None is last where work ends."""
        taken: list[_Asked | None] = [self._queue.get()]
        while taken[-1] is not None and len(taken) < BATCH:
            try:
                taken.append(self._queue.get_nowait())
            except Empty:
                break
        return taken

    def _do(self, asked: _Asked) -> None:
        if self._failure is not None:
            asked.error = RecorderFailed()
            return
        now = self._wall() * self.scale + self._shifts[-1][1]
        if now > self.cloud.clock.now:
            self.cloud.clock.advance_to(now)
        try:
            asked.value = asked.job(self.cloud)
        except RecorderFailed:
            raise
        except Exception as error:
            asked.error = error

    def _record(self) -> None:
        if self._alone:
            return
        fresh = self.cloud.log[self._recorded :]
        if fresh and self._failure is None:
            try:
                self._recorder.record(self.cloud, fresh)
            except BaseException as failure:
                raise RecorderFailed from failure
        self._recorded = len(self.cloud.log)
        self._pass_on_notices()

    def _pass_on_notices(self) -> None:
        """Tell what the recorder noticed since: a checkpoint that could not be written, say."""
        notices = self._recorder.notices
        while self._told < len(notices):
            self._told += 1
            self.on_notice(notices[self._told - 1])

    def _fail(self, failure: BaseException, batch: Iterable[_Asked]) -> None:
        self._failure = failure
        with self._gate:
            was_open, self._open = self._open, False
        if was_open:
            self._queue.put(None)
        for asked in batch:
            asked.value, asked.error = None, failure
        self.on_failure()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the recorder noticed that endangers nothing."""
        return tuple(self._recorder.notices)

    @property
    def failure(self) -> BaseException | None:
        """What the recorder raised, where it did."""
        return self._failure


def _tell(batch: Iterable[_Asked]) -> None:
    """Let the answers go; those of one event loop together, since waking it is what costs."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Asked]] = {}
    for asked in batch:
        if asked.loop is None:
            _resolve([asked])
        else:
            by_loop.setdefault(asked.loop, []).append(asked)
    for loop, mine in by_loop.items():
        if not loop.is_closed():
            loop.call_soon_threadsafe(_resolve, mine)


def _resolve(batch: Iterable[_Asked]) -> None:
    for asked in batch:
        if asked.future.done():
            continue
        if asked.error is not None:
            asked.future.set_exception(asked.error)
        else:
            asked.future.set_result(asked.value)
