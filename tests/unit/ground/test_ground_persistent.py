"""Persistent maps against a plain dict."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from cogsim.persistent import Map, SortedMap

_KEYS = st.text("ab/é\U0001f600", max_size=4)


class MapBesideDict(RuleBasedStateMachine):
    """Every version that was ever made keeps its own content."""

    versions: Bundle[tuple[Map[str, int], SortedMap[int], dict[str, int]]] = Bundle("versions")

    def __init__(self) -> None:
        super().__init__()
        self.made: list[tuple[Map[str, int], SortedMap[int], dict[str, int]]] = []

    def _keep(
        self, made: tuple[Map[str, int], SortedMap[int], dict[str, int]]
    ) -> tuple[Map[str, int], SortedMap[int], dict[str, int]]:
        self.made.append(made)
        return made

    @rule(target=versions, entries=st.dictionaries(_KEYS, st.integers(), max_size=6))
    def start(self, entries: dict[str, int]) -> object:
        return self._keep((Map(entries), SortedMap(entries), dict(entries)))

    @rule(target=versions, version=versions, key=_KEYS, value=st.integers())
    def put(self, version: tuple[Map[str, int], SortedMap[int], dict[str, int]], key: str, value: int) -> object:
        small, ordered, plain = version
        return self._keep((small.set(key, value), ordered.set(key, value), {**plain, key: value}))

    @rule(target=versions, version=consumes(versions), key=_KEYS)
    def drop(self, version: tuple[Map[str, int], SortedMap[int], dict[str, int]], key: str) -> object:
        small, ordered, plain = version
        rest = {other: value for other, value in plain.items() if other != key}
        return self._keep((small.discard(key), ordered.discard(key), rest))

    @invariant()
    def all_versions_hold_what_they_were_made_with(self) -> None:
        for small, ordered, plain in self.made[-8:]:
            assert dict(small) == dict(ordered) == plain
            assert list(small) == list(ordered) == sorted(plain)
            assert len(small) == len(ordered) == len(plain)
            assert small == Map(plain)
            assert ordered == SortedMap(plain)

    @invariant()
    def two_versions_differ_at_the_keys_whose_values_do(self) -> None:
        for _, ordered, plain in self.made[-4:]:
            for _, other, beside in self.made[-4:]:
                expected = sorted(key for key in {*plain, *beside} if plain.get(key) != beside.get(key))
                assert ordered.differing(other) == expected


MapBesideDict.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestMapBesideDict = MapBesideDict.TestCase


@given(st.sets(_KEYS), _KEYS, st.booleans())
def test_a_scan_gives_the_keys_from_its_start_in_order(keys: set[str], start: str, after: bool) -> None:
    entries = dict.fromkeys(keys, 0)
    expected = [key for key in sorted(keys) if key > start or (key == start and not after)]
    assert [key for key, _ in SortedMap(entries).scan(start, after=after)] == expected


@given(st.lists(st.integers(0, 5000), min_size=600, max_size=1500), st.integers(0, 5000))
@settings(max_examples=15, deadline=None)
def test_a_map_that_was_split_into_chunks_scans_and_shrinks_as_a_small_one(numbers: list[int], start: int) -> None:
    grown: SortedMap[int] = SortedMap()
    for number in numbers:
        grown = grown.set(f"{number:05}", number)
    kept = set(numbers)
    for number in numbers[::3]:
        grown = grown.discard(f"{number:05}")
        kept.discard(number)
    assert list(grown.values()) == sorted(kept)
    assert [value for _, value in grown.scan(f"{start:05}")] == sorted(number for number in kept if number >= start)


def test_deleting_what_is_not_there_is_a_key_error_and_discarding_it_is_not() -> None:
    with pytest.raises(KeyError):
        Map({"a": 1}).delete("b")
    assert Map({"a": 1}).discard("b") == Map({"a": 1})


def test_equal_maps_have_equal_hashes_whatever_their_history() -> None:
    assert hash(Map({"a": 1, "b": 2})) == hash(Map().set("b", 2).set("a", 1))
    assert hash(SortedMap({"a": 1, "b": 2})) == hash(SortedMap({"b": 2}).set("a", 1))


def test_a_map_made_of_a_map_is_that_map() -> None:
    assert Map(Map({"a": 1})) == Map([("a", 1)])


def test_iteration_does_not_depend_on_the_hash_seed() -> None:
    program = "from cogsim.persistent import Map; print(Map({str(n): n for n in range(50)}))"
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(printed) == 1


def test_a_large_map_remembers_its_order_and_what_is_made_of_it_has_its_own() -> None:
    large = Map((number, str(number)) for number in reversed(range(200)))
    assert list(large) == list(large) == list(range(200))
    assert list(large.set(-1, "first"))[:2] == [-1, 0]
    assert next(iter(large.delete(0))) == 1
    assert (large == Map(large), hash(large) == hash(Map(large))) == (True, True)


def test_what_was_written_is_found_without_looking_at_every_key() -> None:
    class Counted:
        compared = 0

        def __eq__(self, other: object) -> bool:
            Counted.compared += 1
            return self is other

        __hash__ = None  # type: ignore[assignment]

    held = SortedMap({f"{number:05}": Counted() for number in range(20_000)})
    written = held.set("00007", Counted()).discard("12345").set("12345x", Counted())
    assert held.differing(written) == ["00007", "12345", "12345x"]
    assert Counted.compared <= 3
    assert len(set(map(id, held._chunks)) ^ set(map(id, written._chunks))) <= 6
