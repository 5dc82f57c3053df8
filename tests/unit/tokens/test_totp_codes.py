"""Time-based codes: the vectors of the RFCs, and the window that a verifier looks at."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.tokens import totp

SECRET = b"12345678901234567890"
HOTP = ("755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489")
#: rfc:6238 appendix B, the rows of SHA-1.
TOTP = {
    59: "94287082",
    1111111109: "07081804",
    1111111111: "14050471",
    1234567890: "89005924",
    2000000000: "69279037",
    20000000000: "65353130",
}


@pytest.mark.parametrize(("counter", "code"), list(enumerate(HOTP)))
def test_the_vectors_of_rfc_4226_hold(counter: int, code: str) -> None:
    assert totp.hotp(SECRET, counter) == code


@pytest.mark.parametrize(("now", "code"), TOTP.items())
def test_the_vectors_of_rfc_6238_hold(now: int, code: str) -> None:
    assert totp.hotp(SECRET, totp.step_at(now), digits=8) == code
    assert totp.code_at(totp.encoded(SECRET), now) == code[-6:]


def test_a_secret_is_read_padded_or_not_in_any_case_and_with_spaces() -> None:
    text = totp.encoded(b"\x01\x02\x03")
    assert text == "AEBAG"
    for written in ("AEBAG", "aebag===", "AE BAG"):
        assert totp.decoded(written) == b"\x01\x02\x03"
    with pytest.raises(ValueError, match="base32"):
        totp.decoded("1!")


def test_a_code_matches_in_its_period_and_the_two_beside_it() -> None:
    secret = totp.encoded(SECRET)
    code = totp.code_at(secret, 3000.0)
    assert [totp.matching_steps(secret, code, now) for now in (2969.9, 2970.0, 3000.0, 3059.9, 3060.0)] == [
        (),
        (100,),
        (100,),
        (100,),
        (),
    ]
    assert totp.matching_steps(secret, code, 3030.0, drift=0) == ()


@settings(max_examples=60)
@given(secret=st.binary(min_size=10, max_size=40), now=st.floats(0, 4e9))
def test_the_code_that_an_app_shows_is_always_taken(secret: bytes, now: float) -> None:
    text = totp.encoded(secret)
    assert totp.decoded(text) == secret
    assert totp.step_at(now) in totp.matching_steps(text, totp.code_at(text, now), now)
