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


def test_an_expression_that_takes_too_long_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match=r"\(a\|aa\)\+"):
        search(r"^(a|aa)+$", "a" * 60 + "!")


def test_one_that_only_looks_so_has_its_answer() -> None:
    assert search(r"^(a+)+$", "a" * 60 + "!") is None
