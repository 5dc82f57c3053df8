"""Randomness that is a function of names and numbers."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid

from hypothesis import given
from hypothesis import strategies as st

from cogsim.entropy import Draw, named

_NAMES = st.lists(st.text(max_size=6), min_size=1, max_size=4).map(tuple)


@given(st.text(max_size=8), _NAMES, st.integers(0, 1000), st.integers(0, 64), st.integers(0, 64))
def test_a_longer_draw_begins_with_the_shorter_one(
    seed: str, stream: tuple[str, ...], number: int, one: int, two: int
) -> None:
    draw = Draw(seed, stream, number)
    assert draw.bytes(max(one, two))[: min(one, two)] == draw.bytes(min(one, two))


@given(_NAMES, _NAMES)
def test_different_streams_give_different_bytes(one: tuple[str, ...], two: tuple[str, ...]) -> None:
    assert (named(*one).bytes(32) == named(*two).bytes(32)) == (one == two)


def test_a_separator_inside_a_name_does_not_join_streams() -> None:
    assert named("a", "b").bytes(16) != named("a\x1fb").bytes(16)
    assert named("a\x1f", "b").bytes(16) != named("a", "\x1fb").bytes(16)


def test_seed_and_number_tell_draws_apart() -> None:
    texts = {Draw(seed, ("s",), number).alnum(20) for seed in ("a", "b") for number in range(50)}
    assert len(texts) == 100


@given(st.integers(1, 300), st.integers(0, 50))
def test_an_integer_has_at_most_its_bits(bits: int, number: int) -> None:
    assert 0 <= Draw("s", ("i",), number).integer(bits) < 2**bits


def test_a_uuid_is_of_version_four() -> None:
    for number in range(20):
        text = Draw("s", ("u",), number).uuid()
        assert str(uuid.UUID(text)) == text
        assert uuid.UUID(text).version == 4


def test_alphabets_are_kept() -> None:
    draw = Draw("s", ("t",))
    assert re.fullmatch(r"[a-z0-9]{40}", draw.lower_alnum(40))
    assert re.fullmatch(r"[A-Z2-7]{40}", draw.base32(40))
    assert re.fullmatch(r"[A-Za-z0-9+/]{40}", draw.base64(40))
    assert re.fullmatch(r"[0-9]{6}", draw.digits(6))


def test_every_character_of_an_alphabet_is_drawn() -> None:
    assert set(Draw("s", ("all",)).digits(500)) == set("0123456789")


def test_draws_do_not_depend_on_the_hash_seed() -> None:
    program = "from cogsim.entropy import Draw; print(Draw('s', ('a', 'b'), 3).uuid())"
    printed = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True, text=True
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert printed == {Draw("s", ("a", "b"), 3).uuid() + "\n"}
