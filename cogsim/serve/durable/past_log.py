"""The log of a cloud that was resumed: what happened before is played again when somebody asks for it.

A checkpoint holds no outcomes. The trail and the decisions of calls before it are functions of the journal, so the
first question about them replays the journal up to the checkpoint, once, and the answers are those of the run to the
byte. Appending, counting and reading what came since cost what they cost in a list.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, MutableSequence, Sequence
from typing import overload

from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Advance

LogEntry = Outcome | Advance


class Past:
    """The `length` entries before a checkpoint, made by `replay` when they are first asked for, in any thread."""

    def __init__(self, length: int, replay: Callable[[], Sequence[LogEntry]]) -> None:
        self.length = length
        self._replay = replay
        self._entries: Sequence[LogEntry] | None = None
        self._making = threading.Lock()

    @property
    def entries(self) -> Sequence[LogEntry]:
        """All of them; the first time this takes as long as a replay."""
        with self._making:
            if self._entries is None:
                self._entries = self._replay()
            return self._entries

    @property
    def known(self) -> bool:
        """Whether asking for the entries costs nothing any more."""
        return self._entries is not None


class PastLog(MutableSequence[LogEntry]):
    """A log that begins with a past. The past cannot be changed."""

    def __init__(self, past: Past, since: Iterable[LogEntry] = ()) -> None:
        self.past = past
        self._since = list(since)

    def __len__(self) -> int:
        return self.past.length + len(self._since)

    def __copy__(self) -> PastLog:
        return PastLog(self.past, self._since)

    @overload
    def __getitem__(self, place: int) -> LogEntry: ...
    @overload
    def __getitem__(self, place: slice) -> list[LogEntry]: ...
    def __getitem__(self, place: int | slice) -> LogEntry | list[LogEntry]:
        if isinstance(place, slice):
            places = range(*place.indices(len(self)))
            if not places or min(places) >= self.past.length:
                return [self._since[each - self.past.length] for each in places]
            everything = [*self.past.entries, *self._since]
            return everything[place]
        if not -len(self) <= place < len(self):
            raise IndexError("the log is not that long")
        at = place % len(self)
        return self.past.entries[at] if at < self.past.length else self._since[at - self.past.length]

    def insert(self, index: int, value: LogEntry) -> None:
        """Only the end takes anything: what happened has happened."""
        if index < len(self):
            raise TypeError("what happened before cannot be changed")
        self._since.append(value)

    def __setitem__(self, place: object, value: object) -> None:
        raise TypeError("what happened before cannot be changed")

    def __delitem__(self, place: object) -> None:
        raise TypeError("what happened before cannot be changed")
