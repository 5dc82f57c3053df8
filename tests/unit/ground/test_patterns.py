"""Regular expressions of a world are matched in bounded time."""

from __future__ import annotations

import pytest

from cogsim.errors import InputError
from cogsim.patterns import fullmatch, search, substitute


def test_an_expression_is_found_matched_and_replaced() -> None:
    assert search("b+", "abbc") is not None
    assert fullmatch("b+", "abbc") is None
    assert fullmatch("a.c", "a\nc") is None
    assert fullmatch("a.c", "a\nc", across_lines=True) is not None
    assert substitute(r"^AWS-(\w+)$", r"role/\g<1>", "AWS-Admins") == "role/Admins"


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(a|aa)+$"])
def test_an_expression_that_never_ends_is_an_error_that_names_it(pattern: str) -> None:
    text = "a" * 60 + "!"
    for attempt in (lambda: search(pattern, text), lambda: fullmatch(pattern, text + "b")):
        try:
            assert attempt() is None  # the library saw through it
        except InputError as error:
            assert pattern in str(error)
