"""Persistent maps whose order is the order of their keys, whatever the hash seed."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Generic, TypeVar, overload

import immutables

K = TypeVar("K", bound=Any)
V = TypeVar("V")
U = TypeVar("U")

_LARGEST_CHUNK = 512
#: A map of more keys remembers their order once somebody asked: a pool's users are listed page by page.
_SMALL = 64


class Map(Mapping[K, V], Generic[K, V]):
    """An immutable map over `immutables.Map` (whose own order follows the hash seed); iteration is sorted by key."""

    __slots__ = ("_map", "_order")

    def __init__(self, entries: Mapping[K, V] | Iterable[tuple[K, V]] = ()) -> None:
        self._map: immutables.Map[K, V] = entries._map if isinstance(entries, Map) else immutables.Map(entries)
        self._order: tuple[K, ...] | None = None

    @classmethod
    def _wrap(cls, inner: immutables.Map[K, V]) -> Map[K, V]:
        wrapped = cls.__new__(cls)
        wrapped._map = inner
        wrapped._order = None
        return wrapped

    def __getitem__(self, key: K) -> V:
        return self._map[key]

    def __contains__(self, key: object) -> bool:
        return key in self._map

    @overload
    def get(self, key: K, /) -> V | None: ...
    @overload
    def get(self, key: K, /, default: V | U) -> V | U: ...
    def get(self, key: K, /, default: Any = None) -> Any:
        return self._map.get(key, default)

    def __len__(self) -> int:
        return len(self._map)

    def __iter__(self) -> Iterator[K]:
        if len(self._map) <= _SMALL:
            return iter(sorted(self._map.keys()))
        if self._order is None:
            self._order = tuple(sorted(self._map.keys()))
        return iter(self._order)

    def __eq__(self, other: object) -> bool:
        return self._map == other._map if isinstance(other, Map) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._map)

    def __repr__(self) -> str:
        return f"Map({ {key: self._map[key] for key in self} })"

    def set(self, key: K, value: V) -> Map[K, V]:
        """This map with `key` at `value`."""
        return self._wrap(self._map.set(key, value))

    def update(self, entries: Mapping[K, V]) -> Map[K, V]:
        """This map with all of `entries`: much faster than setting them one by one."""
        return self._wrap(self._map.update(dict(entries)))

    def delete(self, key: K) -> Map[K, V]:
        """This map without `key`; KeyError where it is not there."""
        return self._wrap(self._map.delete(key))

    def discard(self, key: K) -> Map[K, V]:
        """This map without `key`, there or not."""
        return self.delete(key) if key in self._map else self


class SortedMap(Mapping[str, V], Generic[V]):
    """An immutable map with text keys and ordered range scans.

    The keys stand sorted in chunks of at most 512, so a write copies one chunk and the list of chunks, and a scan
    begins by two bisections: a bucket of a million keys costs microseconds either way. A chunk is made anew by every
    write to one of its keys, so two maps differ in chunks that are not the same object, and nowhere else.
    """

    __slots__ = ("_chunks", "_heads", "_values")

    def __init__(self, entries: Mapping[str, V] | None = None) -> None:
        keys = sorted(entries or ())
        half = _LARGEST_CHUNK // 2
        self._chunks: tuple[tuple[str, ...], ...] = tuple(
            tuple(keys[start : start + half]) for start in range(0, len(keys), half)
        )
        self._heads: tuple[str, ...] = tuple(chunk[0] for chunk in self._chunks)
        self._values: immutables.Map[str, V] = immutables.Map(entries or {})

    def _with(self, at: int, pieces: tuple[tuple[str, ...], ...], values: immutables.Map[str, V]) -> SortedMap[V]:
        """This map with `pieces` where its chunk `at` was."""
        made: SortedMap[V] = SortedMap.__new__(SortedMap)
        made._chunks = self._chunks[:at] + pieces + self._chunks[at + 1 :]
        made._heads = self._heads[:at] + tuple(piece[0] for piece in pieces) + self._heads[at + 1 :]
        made._values = values
        return made

    def _chunk_of(self, key: str) -> int:
        position = bisect_left(self._heads, key)
        at_head = position < len(self._heads) and self._heads[position] == key
        return position if at_head else max(position - 1, 0)

    def set(self, key: str, value: V) -> SortedMap[V]:
        """This map with `key` at `value`."""
        values = self._values.set(key, value)
        if not self._chunks:
            return self._with(0, ((key,),), values)
        at = self._chunk_of(key)
        chunk = list(self._chunks[at])
        if key not in self._values:
            insort(chunk, key)
        cut = len(chunk) // 2 if len(chunk) > _LARGEST_CHUNK else len(chunk)
        pieces = tuple(tuple(piece) for piece in (chunk[:cut], chunk[cut:]) if piece)
        return self._with(at, pieces, values)

    def discard(self, key: str) -> SortedMap[V]:
        """This map without `key`, there or not."""
        if key not in self._values:
            return self
        at = self._chunk_of(key)
        rest = tuple(other for other in self._chunks[at] if other != key)
        pieces = (rest,) if rest else ()
        return self._with(at, pieces, self._values.delete(key))

    def differing(self, other: SortedMap[V]) -> list[str]:
        """The keys at which this map and `other` hold different values, or one of them none, in order. What it costs
        goes by the chunks written since one was made of the other, not by the keys."""
        one, beside = self._chunks, other._chunks
        shorter = min(len(one), len(beside))
        first = next((at for at in range(shorter) if one[at] is not beside[at]), shorter)
        left = shorter - first
        last = next((at for at in range(left) if one[-1 - at] is not beside[-1 - at]), left)
        mine, theirs = one[first : len(one) - last], beside[first : len(beside) - last]
        shared = {id(chunk) for chunk in mine} & {id(chunk) for chunk in theirs}
        written = {key for chunk in (*mine, *theirs) if id(chunk) not in shared for key in chunk}
        old, new = self._values, other._values
        return sorted(key for key in written if not _alike(old.get(key), new.get(key)))

    def scan(self, start: str = "", *, after: bool = False) -> Iterator[tuple[str, V]]:
        """Entries in key order from `start` on, or beyond it with `after`."""
        if not self._chunks:
            return
        first = self._chunk_of(start)
        for chunk in self._chunks[first:]:
            for key in chunk[bisect_left(chunk, start) :]:
                if not (after and key == start):
                    yield key, self._values[key]

    def scan_back(self, end: str) -> Iterator[tuple[str, V]]:
        """Entries in falling key order, from the last that is less than `end`."""
        if not self._chunks:
            return
        for number in range(self._chunk_of(end), -1, -1):
            chunk = self._chunks[number]
            for key in reversed(chunk[: bisect_left(chunk, end)]):
                yield key, self._values[key]

    def __getitem__(self, key: str) -> V:
        return self._values[key]

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __len__(self) -> int:
        return len(self._values)

    def __iter__(self) -> Iterator[str]:
        return (key for chunk in self._chunks for key in chunk)

    def __eq__(self, other: object) -> bool:
        return self._values == other._values if isinstance(other, SortedMap) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"SortedMap({ {key: self._values[key] for key in self} })"


def _alike(one: Any, other: Any) -> bool:
    return one is other or bool(one == other)
