"""The errors that users see."""

from __future__ import annotations

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.errors import AwsError, CogsimError, InputError, InvalidValue, Location, NotModelled, suggest


def test_a_location_says_as_much_as_it_knows() -> None:
    assert str(Location("a.yaml")) == "a.yaml"
    assert str(Location("a.yaml", 3)) == "a.yaml:3"
    assert str(Location("a.yaml", 3, 7)) == "a.yaml:3:7"


def test_locations_sort_by_file_line_and_column() -> None:
    places = [Location("b", 1, 1), Location("a", 2, 9), Location("a", 2, 1), Location("a", 10)]
    assert sorted(places) == [Location("a", 2, 1), Location("a", 2, 9), Location("a", 10), Location("b", 1, 1)]


def test_an_aws_error_reads_as_code_and_message() -> None:
    assert str(AwsError("NoSuchBucket", "The specified bucket does not exist")) == (
        "NoSuchBucket: The specified bucket does not exist"
    )
    assert str(AwsError("NoSuchBucket")) == "NoSuchBucket"


def test_an_aws_error_survives_pickling_with_its_members() -> None:
    again = pickle.loads(pickle.dumps(AwsError("Code", "text", BucketName="data")))
    assert (again.code, again.message, again.members) == ("Code", "text", {"BucketName": "data"})


def test_not_modelled_names_the_operation_the_parameter_and_the_reason() -> None:
    assert str(NotModelled("s3:GetObject")) == "s3:GetObject is not modelled"
    assert str(NotModelled("s3:GetObject", "Range")) == "s3:GetObject with Range is not modelled"
    assert str(NotModelled("s3:GetObject", hint="yet")) == "s3:GetObject is not modelled: yet"


def test_an_invalid_value_names_its_member_where_it_has_one() -> None:
    assert str(InvalidValue("Path", "must end with a slash")) == "Path: must end with a slash"
    assert str(InvalidValue("", "must not be empty")) == "must not be empty"


def test_an_input_error_says_where_and_what_may_have_been_meant() -> None:
    error = InputError("unknown property 'Polcy'", Location("a.yaml", 2, 3), "Policy")
    assert str(error) == "a.yaml:2:3: unknown property 'Polcy' (did you mean 'Policy'?)"


@pytest.mark.parametrize("kind", [AwsError, InputError, NotModelled])
def test_every_error_of_a_user_is_a_cogsim_error(kind: type[CogsimError]) -> None:
    assert issubclass(kind, CogsimError)


def test_a_suggestion_is_near_and_compared_without_case() -> None:
    assert suggest("getobjct", ["GetObject", "PutObject"]) == "GetObject"
    assert suggest("zzz", ["GetObject"]) is None


@given(st.lists(st.text(min_size=1), min_size=1), st.randoms(use_true_random=False))
def test_a_suggestion_does_not_depend_on_the_order_of_the_choices(choices: list[str], order: st.DataObject) -> None:
    shuffled = list(choices)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    assert suggest(choices[0], choices) == suggest(choices[0], shuffled)
