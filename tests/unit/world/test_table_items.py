"""Values and places: numbers in one form and in their order, items where queries find them, indexes kept by writes."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.errors import InvalidValue
from cogsim.persistent import Map, SortedMap
from cogsim.world.attribute_number import _normal_before, added, normal_number, number_order, number_size, subtracted
from cogsim.world.attribute_value import Value, read_attributes, read_value, value_size, write_value
from cogsim.world.table import SecondaryIndex, Table
from cogsim.world.table_items import (
    Item,
    TableItems,
    between,
    beyond,
    partition_text,
    place,
    segment_bounds,
    table_items,
)
from tests.generators.tables import items, tables, values

_NUMBERS = st.decimals(
    allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9
) | st.builds(
    lambda digits, exponent: Decimal(digits).scaleb(exponent), st.integers(-(10**37), 10**37), st.integers(-90, 80)
)


@given(_NUMBERS)
def test_a_number_has_one_normal_form_that_means_the_same(number: Decimal) -> None:
    text = normal_number(str(number))
    assert Decimal(text) == number
    assert normal_number(text) == text
    assert "E" not in text.upper()
    assert not text.startswith("+")


@given(_NUMBERS, _NUMBERS)
def test_numbers_sort_as_their_order_texts_do(one: Decimal, other: Decimal) -> None:
    left, right = number_order(normal_number(str(one))), number_order(normal_number(str(other)))
    assert (left < right) == (one < other)
    assert (left == right) == (one == other)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("-0", "0"),
        ("00042", "42"),
        ("1.0", "1"),
        ("3.1400", "3.14"),
        ("1.5E2", "150"),
        (".5", "0.5"),
        ("0e999999999", "0"),
    ],
)
def test_numbers_are_written_without_what_says_nothing(text: str, normal: str) -> None:
    assert normal_number(text) == normal


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 1),
        ("1", 2),
        ("123456", 4),
        ("3.14159", 5),
        ("1E125", 2),
        ("-1", 3),
        ("0.001", 2),
        ("100.5", 4),
        ("-12.5", 4),
    ],
)
def test_a_number_costs_a_byte_for_two_digits_on_either_side_of_the_point(text: str, size: int) -> None:
    assert number_size(normal_number(text)) == size


def test_sums_are_exact_or_refused() -> None:
    assert added("0.1", "0.2") == "0.3"
    assert subtracted("1", "1") == "0"
    with pytest.raises(InvalidValue, match="Number overflow"):
        added("1" + "0" * 50, "1")


@given(values())
def test_a_value_is_written_as_it_was_read(raw: Any) -> None:
    value = read_value(raw)
    assert read_value(write_value(value)) == value
    assert value_size(value) >= 0


@given(st.lists(st.binary(max_size=3) | st.text(max_size=3), max_size=2).map(tuple), st.text(max_size=3))
def test_no_place_lies_inside_another_key(keys: tuple[Any, ...], more: str) -> None:
    found = [Value("B" if isinstance(held, bytes) else "S", held) for held in keys]
    text = partition_text(found)
    assert text < beyond(text)
    assert not (text <= text + more + "\0\0" >= beyond(text))


@st.composite
def _held(draw: st.DrawFn) -> tuple[Table, TableItems]:
    table = draw(tables("t", "arn:aws:dynamodb:us-east-1:123456789012:table/t", Map()))
    return table, draw(items(table))


@given(_held())
@settings(max_examples=60, deadline=None)
def test_items_written_one_by_one_are_those_loaded_at_once(held: tuple[Table, TableItems]) -> None:
    table, loaded = held
    written = TableItems().indexed(table)
    for item in reversed(list(loaded.primary.values())):
        written = written.put(table, Item(item.attributes.set("note", Value("NULL", True)), 0)).put(table, item)
    assert written == loaded
    assert dict(written.indexes.items()) == dict(loaded.indexes.items())
    assert written.size == loaded.size
    for item in list(loaded.primary.values()):
        written = written.discard(table, item.attributes)
    assert len(written) == 0
    assert all(not len(index) for index in written.indexes.values())


@given(_held(), st.integers(1, 5))
@settings(max_examples=40, deadline=None)
def test_segments_cover_every_place_once(held: tuple[Table, TableItems], total: int) -> None:
    _, loaded = held
    parts = [list(between(loaded.primary, *segment_bounds(each, total))) for each in range(total)]
    assert [at for part in parts for at, _ in part] == list(loaded.primary)


@given(_held())
@settings(max_examples=40, deadline=None)
def test_a_range_backwards_is_the_range_turned_round(held: tuple[Table, TableItems]) -> None:
    table, loaded = held
    for item in loaded.primary.values():
        prefix = partition_text([item.attributes["pk"]])
        forth = list(between(loaded.primary, prefix, beyond(prefix)))
        back = list(between(loaded.primary, prefix, beyond(prefix), forward=False))
        assert forth == back[::-1]
        assert item in [each for _, each in forth]
        keys = [each.attributes["sk"] for _, each in forth] if len(table.key_names) == 2 else []
        order = [Decimal(key.held) if key.kind == "N" else key.held for key in keys]
        assert order == sorted(order)


def test_a_sparse_index_leaves_out_what_has_no_such_key() -> None:
    index = SecondaryIndex("byOwner", (("owner", "HASH"),))
    table = Table("t", "arn", (("pk", "HASH"),), Map({"pk": "S", "owner": "S"}), Map({"byOwner": index}))
    made = [read_attributes({"pk": {"S": name}, **more}) for name, more in (("a", {}), ("b", {"owner": {"S": "x"}}))]
    held = table_items(table, map(Item.of, made))
    assert [item.attributes["pk"].held for item in held.indexes["byOwner"].values()] == ["b"]
    assert place(table.layout_of("byOwner"), made[0]) is None


@given(st.sets(st.text("abc", max_size=4), max_size=40), st.text("abc", max_size=4))
def test_a_sorted_map_is_scanned_backwards_from_below_an_end(keys: set[str], end: str) -> None:
    held: SortedMap[int] = SortedMap()
    for key in sorted(keys):
        held = held.set(key, 1)
    assert [key for key, _ in held.scan_back(end)] == sorted((key for key in keys if key < end), reverse=True)


def test_no_long_number_stays_in_memory() -> None:
    held = _normal_before.cache_info().currsize
    assert normal_number("0" * 50_000 + "1") == "1"
    assert _normal_before.cache_info().currsize == held
