"""How many capacity units requests consume. # ddb:capacity-units

A read of 4 KB is one unit, half of one where it need not be consistent; a write of 1 KB is one. Transactions count
twice. An index counts what the write changes in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.decisions.dynamodb_writes import Change
from cogsim.world.attribute_value import attributes_size
from cogsim.world.table import Table
from cogsim.world.table_items import Item, place

_READ, _WRITTEN = 4096, 1024


def read_units(size: int, *, consistent: bool = False, transacted: bool = False) -> float:
    """The units of reading `size` bytes at once; what is not there costs the least there is."""
    whole = max(-(-size // _READ), 1)
    return whole * (2.0 if transacted else 1.0 if consistent else 0.5)


def _write_units(size: int) -> float:
    return float(max(-(-size // _WRITTEN), 1))


def written_units(table: Table, change: Change, *, transacted: bool = False) -> tuple[float, Mapping[str, float]]:
    """The units of a write on the table and on each index that it changes."""
    factor = 2.0 if transacted else 1.0
    larger = max(item.size if item is not None else 0 for item in (change.before, change.after))
    indexes = {name: _index_units(table, name, change) * factor for name in table.indexes}
    return _write_units(larger) * factor, {name: units for name, units in indexes.items() if units}


def _index_units(table: Table, name: str, change: Change) -> float:
    """Nothing where the index stays as it is, one write where an entry comes, goes or changes, two where it moves."""
    if not change.passed or change.before == change.after:
        return 0.0
    layout, held = table.layout_of(name), table.projected(name)
    old, new = (
        (place(layout, item.attributes), _size(item, held)) if item is not None else (None, 0)
        for item in (change.before, change.after)
    )
    if old[0] == new[0]:
        same = old[0] is None or _projected(change.before, held) == _projected(change.after, held)
        return 0.0 if same else _write_units(max(old[1], new[1]))
    return sum(_write_units(size) for at, size in (old, new) if at is not None)


def _projected(item: Item | None, held: frozenset[str] | None) -> object:
    if item is None:
        return None
    return [(name, value) for name, value in item.attributes.items() if held is None or name in held]


def _size(item: Item, held: frozenset[str] | None) -> int:
    if held is None:
        return item.size
    dropped = [name for name in item.attributes if name not in held]
    kept = item.attributes
    for name in dropped:
        kept = kept.delete(name)
    return attributes_size(kept)
