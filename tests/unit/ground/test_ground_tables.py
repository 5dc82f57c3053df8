"""The cited documents and the named assumptions."""

from __future__ import annotations

import re

import pytest

from cogsim.assumptions import all_assumptions, assuming, choice
from cogsim.errors import InputError
from cogsim.sources import all_sources, source


def test_every_source_has_a_title_an_address_and_a_day() -> None:
    assert all_sources()
    for name, entry in all_sources().items():
        assert entry.title, name
        assert entry.url.startswith("https://"), name
        assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry.read), name


def test_a_citation_may_carry_an_anchor() -> None:
    assert source("ug:eval-logic§explicit-deny") is source("ug:eval-logic")
    with pytest.raises(KeyError):
        source("ug:no-such-page")


def test_the_default_of_an_assumption_is_one_of_its_choices() -> None:
    for name, entry in all_assumptions().items():
        assert entry.default in entry.choices, name
        assert len(set(entry.choices)) == len(entry.choices), name
        assert entry.question.endswith("?"), name


def test_an_assumption_is_its_default_until_someone_assumes_otherwise() -> None:
    name = "policy.variablesInBool"
    assert choice(name) == "no"
    with assuming({name: "yes"}):
        assert choice(name) == "yes"
        with assuming({name: "no"}):
            assert choice(name) == "no"
        assert choice(name) == "yes"
    assert choice(name) == "no"


def test_an_assumption_falls_back_when_its_block_fails() -> None:
    with pytest.raises(RuntimeError), assuming({"policy.variablesInBool": "yes"}):
        raise RuntimeError
    assert choice("policy.variablesInBool") == "no"


def test_an_unknown_assumption_or_answer_is_refused() -> None:
    with (
        pytest.raises(InputError, match=r"did you mean 'policy\.variablesInBool'"),
        assuming({"policy.variableInBool": "yes"}),
    ):
        pass
    with pytest.raises(InputError, match="is one of no, yes"), assuming({"policy.variablesInBool": "maybe"}):
        pass
