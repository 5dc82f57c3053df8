"""What `$`, `$(…)`, `$$` and `${…}` mean."""

from __future__ import annotations

from typing import Any

import pytest

from cogsim.errors import InputError, Location
from cogsim.scenario.references import Embedded, Entries, Items, Reference, evaluate, parse, references

HERE = Location("story.yaml", 3, 7)

VALUES = {"alice.IdToken": "eyJ", "alice.n": 3, "Data": "data", "main/Data.Arn": "arn:aws:s3:::data", "creds": {"a": 1}}


def value_of(reference: Reference) -> Any:
    return VALUES[str(reference)[1:]]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("plain", "plain"),
        ("", ""),
        ("$Data", "data"),
        ("$alice.IdToken", "eyJ"),
        ("$alice.n", 3),
        ("$creds", {"a": 1}),
        ("$main/Data.Arn", "arn:aws:s3:::data"),
        ("$(main/Data.Arn)/acme/*", "arn:aws:s3:::data/acme/*"),
        ("a-$(alice.n)-$(Data)", "a-3-data"),
        ("$(Data)", "data"),
        ("$$Data", "$Data"),
        ("Pa$$word$$", "Pa$word$"),
        ("data/${cognito-identity.amazonaws.com:sub}/*", "data/${cognito-identity.amazonaws.com:sub}/*"),
        ("$(Data)/${aws:username}", "data/${aws:username}"),
        ("$$(Data)", "$(Data)"),
    ],
)
def test_a_text_means(written: str, value: object) -> None:
    assert evaluate(parse(written, HERE), value_of) == value


@pytest.mark.parametrize("written", ["$", "a$", "Pa$word", "$1", "$(Data", "$()", "$(a b)", "$ Data"])
def test_any_other_dollar_is_an_error_with_its_place(written: str) -> None:
    with pytest.raises(InputError) as caught:
        parse(written, HERE)
    assert str(caught.value).startswith("story.yaml:3:7: ")
    assert "$" in caught.value.message


def test_a_set_of_values_cannot_be_embedded() -> None:
    with pytest.raises(InputError) as caught:
        evaluate(parse("x-$(creds)", HERE), value_of)
    assert str(caught.value) == (
        "story.yaml:3:7: $creds is a set of values, where text is wanted (did you mean '$creds.a'?)"
    )


def test_keys_and_items_are_filled_in_too() -> None:
    expression = Entries(((parse("$Data", HERE), Items((parse("$alice.IdToken", HERE), None, True, 4))),))
    assert evaluate(expression, value_of) == {"data": ["eyJ", None, True, 4]}
    assert [str(each) for each in references(expression)] == ["$Data", "$alice.IdToken"]


def test_text_with_references_is_kept_apart_from_a_reference() -> None:
    assert isinstance(parse("$(Data)x", HERE), Embedded)
    assert isinstance(parse("$Data", HERE), Reference)
