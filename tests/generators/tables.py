"""Random tables with their items, as worlds hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

from cogsim.persistent import Map
from cogsim.world.attribute_value import Value, read_value
from cogsim.world.table import Projection, SecondaryIndex, Table
from cogsim.world.table_items import TableItems, table_items
from cogsim.world.table_keys import item_of

_NAMES = st.sampled_from(("a", "b", "data", "owner", "x y"))
_TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=4)
NUMBERS = st.one_of(st.integers(-99, 99), st.decimals(-9, 9, places=2)).map(str)


def values(depth: int = 2) -> st.SearchStrategy[Any]:
    """A value as the wire writes it."""
    scalars: st.SearchStrategy[Any] = st.one_of(
        _TEXT.map(lambda held: {"S": held}),
        NUMBERS.map(lambda held: {"N": held}),
        st.binary(max_size=3).map(lambda held: {"B": held}),
        st.booleans().map(lambda held: {"BOOL": held}),
        st.just({"NULL": True}),
        st.sets(_TEXT, min_size=1, max_size=3).map(lambda held: {"SS": sorted(held)}),
        st.sets(st.integers(-9, 9), min_size=1, max_size=3).map(lambda held: {"NS": sorted(map(str, held))}),
        st.sets(st.binary(max_size=2), min_size=1, max_size=3).map(lambda held: {"BS": sorted(held)}),
    )
    if depth == 0:
        return scalars
    inner = values(depth - 1)
    return st.one_of(
        scalars,
        st.lists(inner, max_size=3).map(lambda held: {"L": held}),
        st.dictionaries(_NAMES, inner, max_size=3).map(lambda held: {"M": held}),
    )


@st.composite
def tables(draw: st.DrawFn, name: str, arn: str, tags: Map[str, str], **more: Any) -> Table:
    """A table with a partition key `pk`, perhaps a sort key `sk`, and perhaps an index of each kind."""
    keyed = (("pk", "HASH"), ("sk", "RANGE"))[: draw(st.integers(1, 2))]
    indexes = [SecondaryIndex("byOwner", (("owner", "HASH"),), True, draw(_projections()), (5, 6))]
    if len(keyed) == 2:
        indexes.append(SecondaryIndex("byData", (("pk", "HASH"), ("data", "RANGE")), False, draw(_projections())))
    chosen = draw(st.lists(st.sampled_from(indexes), unique_by=lambda index: index.name))
    return Table(
        name,
        arn,
        keyed,
        Map({"pk": "S", "sk": draw(st.sampled_from(("S", "N", "B"))), "owner": "S", "data": "N"}),
        Map({index.name: index for index in chosen}),
        draw(st.sampled_from((None, (1, 2)))),
        draw(st.sampled_from((None, "STANDARD"))),
        draw(st.booleans()),
        draw(st.sampled_from((None, ("expires", True)))),
        tags=tags,
        **more,
    )


def _projections() -> st.SearchStrategy[Projection]:
    return st.sampled_from((Projection(), Projection("KEYS_ONLY"), Projection("INCLUDE", ("a", "b"))))


@st.composite
def items(draw: st.DrawFn, table: Table) -> TableItems:
    """What the table may hold."""
    return table_items(table, (item_of(table, each) for each in draw(_items(table))))


@st.composite
def _items(draw: st.DrawFn, table: Table) -> Iterable[Map[str, Value]]:
    made = []
    for _ in range(draw(st.integers(0, 4))):
        held = draw(st.dictionaries(st.sampled_from(("a", "b", "note")), values(), max_size=3))
        keys = {name: draw(key_values(table.type_of(name))) for name in table.key_names}
        indexed = {name: draw(key_values(table.type_of(name))) for name in ("owner", "data") if draw(st.booleans())}
        made.append(Map({name: read_value(each) for name, each in (held | indexed | keys).items()}))
    return made


def key_values(kind: str) -> st.SearchStrategy[Any]:
    """A value that may be a key of that type, as the wire writes it."""
    held: dict[str, st.SearchStrategy[Any]] = {
        "S": st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=3),
        "N": NUMBERS,
        "B": st.binary(min_size=1, max_size=3),
    }
    return held[kind].map(lambda value: {kind: value})
