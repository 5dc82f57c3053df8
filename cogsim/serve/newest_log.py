"""The log of a cloud that nothing is recorded of: its newest entries, since an entry keeps some six kilobytes alive.

Its length counts what was forgotten too: ids follow from how much has happened, and places in the log never move.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, MutableSequence
from typing import TYPE_CHECKING, overload

from cogsim.aws.call import Outcome
from cogsim.aws.cloud import Advance

if TYPE_CHECKING:
    from cogsim.world.world import World

LogEntry = Outcome | Advance


class NewestLog(MutableSequence[LogEntry]):
    """At least the newest `most` entries; `forgotten` counts those before, and `before` is the world as the last of
    them left it. Iteration begins with the oldest entry that is kept."""

    def __init__(
        self, most: int, entries: Iterable[LogEntry] = (), forgotten: int = 0, before: World | None = None
    ) -> None:
        self.most = most
        self.forgotten = forgotten
        self.before = before
        self._kept = list(entries)

    def __len__(self) -> int:
        return self.forgotten + len(self._kept)

    def __iter__(self) -> Iterator[LogEntry]:
        return iter(self._kept)

    def __reversed__(self) -> Iterator[LogEntry]:
        return reversed(self._kept)

    def __copy__(self) -> NewestLog:
        return NewestLog(self.most, self._kept, self.forgotten, self.before)

    @overload
    def __getitem__(self, place: int) -> LogEntry: ...
    @overload
    def __getitem__(self, place: slice) -> list[LogEntry]: ...
    def __getitem__(self, place: int | slice) -> LogEntry | list[LogEntry]:
        if isinstance(place, slice):
            places = range(*place.indices(len(self)))
            if places and min(places) < self.forgotten:
                raise LookupError(f"the first {self.forgotten} entries of the log were forgotten")
            return [self._kept[each - self.forgotten] for each in places]
        at = place + len(self) if place < 0 else place
        if not self.forgotten <= at < len(self):
            raise IndexError("the log has no such entry, or has forgotten it")
        return self._kept[at - self.forgotten]

    def insert(self, index: int, value: LogEntry) -> None:
        """Only the end takes anything: what happened has happened."""
        if index < len(self):
            raise TypeError("what happened before cannot be changed")
        self._kept.append(value)
        if len(self._kept) > self.most + self.most // 8:  # some at a time: the rest of the list moves up
            self._forget(len(self._kept) - self.most)

    def _forget(self, count: int) -> None:
        worlds = (entry.world for entry in reversed(self._kept[:count]) if isinstance(entry, Outcome))
        self.before = next((world for world in worlds if world is not None), self.before)
        self.forgotten += count
        del self._kept[:count]

    def __setitem__(self, place: object, value: object) -> None:
        raise TypeError("what happened before cannot be changed")

    def __delitem__(self, place: object) -> None:
        raise TypeError("what happened before cannot be changed")
