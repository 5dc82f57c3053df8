"""What expires or counts: a frozen map of tables, so that a fork costs nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from cogsim.entropy import Draw, Stream
from cogsim.persistent import Map

K = TypeVar("K", bound=Any)
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class State:
    """Sessions, codes, counters, issued families, and how many draws were taken of each stream of entropy."""

    tables: Map[str, Map[Any, Any]] = field(default_factory=Map)
    draws: Map[Stream, int] = field(default_factory=Map)

    def drawn(self, seed: str, stream: Stream) -> tuple[Draw, State]:
        """The next draw of `stream`, and the state that remembers it."""
        number = self.draws.get(stream, 0)
        return Draw(seed, stream, number), State(self.tables, self.draws.set(stream, number + 1))


@dataclass(frozen=True, slots=True)
class Table(Generic[K, V]):
    """A typed handle on one table of the state; the service that owns the records owns the handle."""

    name: str

    def get(self, state: State, key: K) -> V | None:
        rows: Map[K, V] | None = state.tables.get(self.name)
        return rows.get(key) if rows is not None else None

    def rows(self, state: State) -> Map[K, V]:
        """Every record, by key."""
        return state.tables.get(self.name) or Map()

    def put(self, state: State, key: K, value: V) -> State:
        return State(state.tables.set(self.name, self.rows(state).set(key, value)), state.draws)

    def drop(self, state: State, key: K) -> State:
        return State(state.tables.set(self.name, self.rows(state).discard(key)), state.draws)
