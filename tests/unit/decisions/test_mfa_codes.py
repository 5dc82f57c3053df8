"""Codes of second factors as decisions: their length, the count of wrong ones, and what a right one verifies."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.assumptions import assuming
from cogsim.decisions import refusals
from cogsim.decisions.mfa_codes import attempt_factor, check_sent_code, email_digits
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.decisions.sign_in import Failures

SENT = {"attribute": "email", "address": "a@example.com", "code": "123456"}
HELD = {"email": "a@example.com"}


def right() -> Check:
    return passed("is it right?", "", "idp:mfa")


def wrong() -> Check:
    return refused(refusals.FACTOR_MISMATCH, "is it right?", "", "idp:mfa")


@pytest.mark.parametrize(("answer", "digits"), [("8", 8), ("6", 6)])
def test_a_code_by_email_has_its_own_length_as_the_first_factor(answer: str, digits: int) -> None:
    with assuming({"cognito.emailOtpDigits": answer}):
        assert email_digits(first_factor=True).value == digits
        assert email_digits(first_factor=False).value == 6


@pytest.mark.parametrize(
    ("kept", "held", "given_code", "refusal"),
    [
        (SENT, HELD, "123456", None),
        (SENT, HELD, "123457", refusals.FACTOR_MISMATCH),
        (SENT, HELD, "", refusals.FACTOR_MISMATCH),
        (SENT, {"email": "b@example.com"}, "123456", refusals.STALE_STATE),
        (SENT, {}, "123456", refusals.STALE_STATE),
        ({**SENT, "new": "yes"}, {}, "123456", None),
        ({}, HELD, "", refusals.FACTOR_MISMATCH),
        ({**SENT, "code": ""}, HELD, "", refusals.FACTOR_MISMATCH),
    ],
)
def test_a_code_proves_the_address_it_went_to(
    kept: dict[str, str], held: dict[str, str], given_code: str, refusal: object
) -> None:
    assert check_sent_code(kept, held, given_code).value == refusal


def test_a_right_code_keeps_the_count_and_a_wrong_one_adds_to_it() -> None:
    before = Failures(3, 100.0)
    assert attempt_factor(right, before, 110.0).value.failures == Failures(3, 110.0)
    assert attempt_factor(right, None, 110.0).value.failures is None
    assert attempt_factor(wrong, before, 110.0).value.failures == Failures(4, 110.0, 110.0)
    fifth = attempt_factor(wrong, Failures(4, 100.0), 110.0).value
    assert (fifth.refusal, fifth.failures) == (refusals.FACTOR_MISMATCH, Failures(5, 110.0, 111.0))


@settings(max_examples=80)
@given(count=st.integers(5, 20), elapsed=st.floats(0, 2000))
def test_under_the_lock_the_code_is_not_even_looked_at(count: int, elapsed: float) -> None:
    span = min(2.0 ** (count - 5), 900.0)
    locked = Failures(count, 0.0, span)

    def never() -> Check:
        raise AssertionError("asked under the lock")

    if elapsed < span:
        judged = attempt_factor(never, locked, elapsed).value
        assert judged.refusal == refusals.ATTEMPTS_EXCEEDED
        assert judged.failures is not None
        assert (judged.failures.count, judged.failures.locked_until) == (count, span)
    else:
        assert attempt_factor(right, locked, elapsed).value.refusal is None
