"""ARNs: six fields, and nothing lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.arn import Arn, _read_before, role_arn, session_arn

_FIELD = st.text(st.characters(exclude_characters=":"), max_size=12)


@given(_FIELD, _FIELD, _FIELD, _FIELD, st.text(max_size=30))
def test_an_arn_written_and_read_is_the_same(a: str, b: str, c: str, d: str, resource: str) -> None:
    arn = Arn(a, b, c, d, resource)
    assert Arn.parse(str(arn)) == arn


def test_colons_of_the_resource_stay_in_the_resource() -> None:
    assert Arn.parse("arn:aws:logs:us-east-1:123456789012:log-group:a:b").resource == "log-group:a:b"


@pytest.mark.parametrize("text", ["", "arn", "arn:aws:s3", "arn:aws:s3:::", "xrn:aws:s3:::b", "*"])
def test_what_is_no_arn_is_refused_or_none(text: str) -> None:
    if text == "arn:aws:s3:::":
        assert Arn.parse(text).resource == ""
        return
    assert Arn.try_parse(text) is None
    with pytest.raises(ValueError, match="not an ARN"):
        Arn.parse(text)


def test_the_name_of_a_role_is_without_its_path() -> None:
    assert Arn.parse(role_arn("aws", "123456789012", "/team/", "Reader")).name == "Reader"


def test_a_session_drops_the_path_of_its_role() -> None:
    role = role_arn("aws-cn", "123456789012", "/a/b/", "Reader")
    assert session_arn(role, "alice") == "arn:aws-cn:sts::123456789012:assumed-role/Reader/alice"


def test_no_long_text_stays_in_memory() -> None:
    held = _read_before.cache_info().currsize
    assert Arn.parse("arn:aws:s3:::" + "x" * 5000) == Arn("aws", "s3", "", "", "x" * 5000)
    assert Arn.try_parse("x" * 5000) is None
    assert _read_before.cache_info().currsize == held
