"""The items of a table, in the order of their keys, with an index beside them for each secondary index.

1. An item stands at a text made of its partition's hash, its partition key, its sort key and, in an index, the table's
   key. Texts sort as the keys do: S by its UTF-8 bytes, N by size, B by its bytes. So a query is a range of texts.
2. Partitions follow one another by the MD5 of their key: an order that has nothing to do with the keys' own, is the
   same in every run, and cuts into as many segments as a parallel scan asks for.
3. Every write keeps the indexes; what an index lacks a key for is not in it. # ddb:gsi §sparse
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from cogsim.persistent import Map, SortedMap
from cogsim.world.attribute_number import number_order
from cogsim.world.attribute_value import Attributes, Value, attributes_size
from cogsim.world.table import KeyLayout, Table

#: What ends a key inside a place, and what stands for the same character inside a key.
_END, _ESCAPED = "\0\0", "\0\1"
_HASH_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Item:
    """An item with its size in bytes."""

    attributes: Attributes
    size: int = field(compare=False)

    @classmethod
    def of(cls, attributes: Attributes) -> Item:
        return cls(attributes, attributes_size(attributes))


@dataclass(frozen=True, slots=True)
class TableItems:
    """The items of one table by place, and those of each index by theirs; `size` is the sum of the items' bytes."""

    primary: SortedMap[Item] = field(default_factory=SortedMap)
    indexes: Map[str, SortedMap[Item]] = field(default_factory=Map, compare=False, repr=False)
    size: int = field(default=0, compare=False)

    def __len__(self) -> int:
        return len(self.primary)

    def get(self, table: Table, key: Attributes) -> Item | None:
        """The item with that primary key."""
        return self.primary.get(place(table.layout, key) or "")

    def held_by(self, index: str | None) -> SortedMap[Item]:
        """The items of the table, or of its index, by place."""
        return self.primary if index is None else self.indexes[index]

    def put(self, table: Table, item: Item) -> TableItems:
        """With `item` in the place of the one of the same key."""
        at = place(table.layout, item.attributes)
        assert at is not None
        old = self.primary.get(at)
        indexes = self.indexes
        for name in table.indexes:
            changed = _moved(indexes[name], table.layout_of(name), old, item)
            indexes = indexes.set(name, changed)
        size = self.size + item.size - (old.size if old is not None else 0)
        return TableItems(self.primary.set(at, item), indexes, size)

    def discard(self, table: Table, key: Attributes) -> TableItems:
        """Without the item of that key, there or not."""
        at = place(table.layout, key) or ""
        old = self.primary.get(at)
        if old is None:
            return self
        indexes = self.indexes
        for name in table.indexes:
            indexes = indexes.set(name, _moved(indexes[name], table.layout_of(name), old, None))
        return TableItems(self.primary.discard(at), indexes, self.size - old.size)

    def indexed(self, table: Table) -> TableItems:
        """The same items with the indexes that `table` has now: those it has already stay as they are."""
        held = {name: self.indexes[name] for name in table.indexes if name in self.indexes}
        made = {name: _index(table, name, self) for name in table.indexes if name not in self.indexes}
        return replace(self, indexes=Map({**held, **made}))


def table_items(table: Table, items: Iterable[Item]) -> TableItems:
    """Many items at once, the later of two with one key; much faster than putting them one by one."""
    placed: dict[str, Item] = {}
    for item in items:
        at = place(table.layout, item.attributes)
        assert at is not None
        placed[at] = item
    held = TableItems(SortedMap(placed), Map(), sum(item.size for item in placed.values()))
    return held.indexed(table)


def _index(table: Table, name: str, items: TableItems) -> SortedMap[Item]:
    """The entries of an index that is made of items: those whose key has another type, or is empty, are left out.
    # ddb:gsi §backfilling"""
    layout, keys = table.layout_of(name), [key for key, _ in table.indexes[name].key_schema]
    fitting = (item for item in items.primary.values() if all(_fits(table, key, item) for key in keys))
    found = ((place(layout, item.attributes), item) for item in fitting)
    return SortedMap({at: item for at, item in found if at is not None})


def _fits(table: Table, key: str, item: Item) -> bool:
    value = item.attributes.get(key)
    return value is not None and value.kind == table.type_of(key) and bool(value.held)


def _moved(held: SortedMap[Item], layout: KeyLayout, old: Item | None, new: Item | None) -> SortedMap[Item]:
    """The index without `old` and with `new`."""
    before = place(layout, old.attributes) if old is not None else None
    after = place(layout, new.attributes) if new is not None else None
    if before is not None and before != after:
        held = held.discard(before)
    return held.set(after, new) if after is not None and new is not None else held


def place(layout: KeyLayout, attributes: Attributes) -> str | None:
    """The text an item stands at, or None where it has no such key."""
    keys = [attributes.get(name) for name in (*layout.partition, *layout.sort, *layout.suffix)]
    if any(value is None or value.kind not in ("S", "N", "B") for value in keys):
        return None
    count = len(layout.partition)
    rest = "".join([key_text(value) + _END for value in keys[count:] if value is not None])
    return partition_text([value for value in keys[:count] if value is not None]) + rest


def partition_text(keys: Iterable[Value]) -> str:
    """What the places of all items of a partition begin with."""
    text = "".join([key_text(value) + _END for value in keys])
    digest = hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()
    return digest[:_HASH_DIGITS] + text


def key_text(value: Value) -> str:
    """A key as text that sorts as the keys do, without its end."""
    if value.kind == "N":
        return number_order(value.held)
    text: str = value.held.decode("latin-1") if value.kind == "B" else value.held
    return text.replace("\0", _ESCAPED) if "\0" in text else text


def ended(text: str) -> str:
    """The beginning of every place that has exactly this key."""
    return text + _END


def beyond(prefix: str) -> str:
    """The least text that sorts behind everything that begins with `prefix`."""
    kept = prefix.rstrip("\U0010ffff")
    return kept[:-1] + chr(ord(kept[-1]) + 1) if kept else "\U0010ffff" * (len(prefix) + 1)


def segment_bounds(segment: int, total: int) -> tuple[str, str]:
    """Where the places of one segment of a scan begin, and where those of the next do."""
    ends = (-(-(number << 4 * _HASH_DIGITS) // total) for number in (segment, segment + 1))
    low, high = (f"{end:0{_HASH_DIGITS}x}" if end >> 4 * _HASH_DIGITS == 0 else "g" for end in ends)
    return low, high


def between(held: SortedMap[Item], low: str, high: str, *, forward: bool = True) -> Iterator[tuple[str, Item]]:
    """The items with places from `low` up to, and without, `high`; the last first where not `forward`."""
    if forward:
        for at, item in held.scan(low):
            if at >= high:
                return
            yield at, item
    else:
        for at, item in held.scan_back(high):
            if at < low:
                return
            yield at, item
