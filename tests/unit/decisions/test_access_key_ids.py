"""The account stands in an access key's id."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.decision import Refusal
from cogsim.decisions.access_key_ids import account_of_key
from cogsim.entropy import named
from cogsim.errors import NotModelled
from cogsim.world.access_key_ids import access_key_id

ACCOUNTS = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012}")


@settings(deadline=None)
@given(ACCOUNTS, st.sampled_from(("AKIA", "ASIA")), st.text(max_size=8))
def test_an_id_tells_its_account_and_nothing_else(account: str, prefix: str, stream: str) -> None:
    key_id = access_key_id(prefix, account, named("test", stream))
    assert re.fullmatch(prefix + "[A-Z2-7]{16}", key_id)
    assert account_of_key(key_id, None).value == account


def test_a_key_that_is_there_is_told_by_whose_it_is() -> None:
    assert account_of_key("AKIABOB", "111111111111").value == "111111111111"


def test_a_placeholder_of_an_account_stands_in_no_id() -> None:
    assert len(access_key_id("AKIA", "«Account»", named("x"))) == 20


def test_an_id_of_old_tells_nothing() -> None:
    for key_id in ("AKIAIOSFODNN7EXAMPLE", "ASIA1111111111111111", "AKIABOB", "AKIA7777777777777777"):
        with pytest.raises(NotModelled, match="AccessKeyId"):
            account_of_key(key_id, None)


def test_what_is_no_id_is_refused() -> None:
    refused = account_of_key("AROAEXAMPLEEXAMPLE12", None).value
    assert isinstance(refused, Refusal)
    assert refused.code == "ValidationError"
