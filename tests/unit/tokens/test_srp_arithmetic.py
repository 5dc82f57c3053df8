"""The arithmetic of SRP: the group, a vector worked out step by step, and agreement of both sides."""

from __future__ import annotations

import base64
import hashlib
import hmac

import gmpy2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.clock import instant
from cogsim.tokens import srp

POOL, USER, PASSWORD = "AbCdEfGhI", "alice", "Correct-horse-9"
SALT = "8a0f3c5577d1e2b49c6a7f1023456789"
BLOCK = b"a block that only the server understands"
SECRET_A, SECRET_B = 2**255 + 12345, 2**254 + 98765


def test_the_prime_is_the_one_of_group_15_by_its_formula() -> None:
    with gmpy2.context(precision=4000):
        pi_part = int(gmpy2.floor(gmpy2.mul(2**2942, gmpy2.const_pi())))
    assert 2**3072 - 2**3008 - 1 + 2**64 * (pi_part + 1690314) == srp.N
    assert gmpy2.is_prime(srp.N)
    assert gmpy2.is_prime((srp.N - 1) // 2)


@pytest.mark.parametrize(
    ("number", "octets"), [(0, "00"), (1, "01"), (0x7F, "7f"), (0x80, "0080"), (0xFF, "00ff"), (0x100, "0100")]
)
def test_a_number_whose_top_bit_is_set_gets_a_zero_byte(number: int, octets: str) -> None:
    assert srp.padded(number).hex() == octets


def _vector() -> tuple[str, str]:
    """SRP_B and the signature, worked out with hashlib and pow alone, hexadecimal text by hexadecimal text."""

    def pad(text: str) -> str:
        text = "0" + text if len(text) % 2 else text
        return "00" + text if text[0] in "89abcdef" else text

    def digest(text: str) -> int:
        return int(hashlib.sha256(bytes.fromhex(text)).hexdigest(), 16)

    n = f"{srp.N:x}"
    k = digest(pad(n) + pad("2"))
    inner = hashlib.sha256(f"{POOL}{USER}:{PASSWORD}".encode()).hexdigest()
    x = digest(pad(SALT) + inner)
    v = pow(2, x, srp.N)
    a_public = f"{pow(2, SECRET_A, srp.N):x}"
    b_public = f"{(k * v + pow(2, SECRET_B, srp.N)) % srp.N:x}"
    u = digest(pad(a_public) + pad(b_public))
    shared = pow((int(b_public, 16) - k * v) % srp.N, SECRET_A + u * x, srp.N)
    prk = hmac.new(bytes.fromhex(pad(f"{u:x}")), bytes.fromhex(pad(f"{shared:x}")), hashlib.sha256).digest()
    key = hmac.new(prk, b"Caldera Derived Key" + b"\x01", hashlib.sha256).digest()[:16]
    message = POOL.encode() + USER.encode() + BLOCK + b"Tue Sep 5 07:03:09 UTC 2026"
    return b_public, base64.b64encode(hmac.new(key, message, hashlib.sha256).digest()).decode()


def test_a_vector_worked_out_by_hand_agrees() -> None:
    b_public, signature = _vector()
    stored = srp.verifier(POOL, USER, PASSWORD, SALT)
    client = srp.Client(POOL, SECRET_A)
    assert srp.challenge(stored, SECRET_B) == b_public
    stamp = "Tue Sep 5 07:03:09 UTC 2026"
    assert client.claim_signature(USER, PASSWORD, SALT, b_public, BLOCK, stamp) == signature
    assert signature == "TZ7pbp6Xdl3ZHxX/6kZZnimm3XfC02mqfDAoxSJ9ygU="


def _agree(typed: str, stored_password: str, a: int, b: int, salt: str = SALT, *, block: bytes = BLOCK) -> bool:
    stored = srp.verifier(POOL, USER, stored_password, salt)
    client = srp.Client(POOL, a)
    signature = client.claim_signature(USER, typed, salt, srp.challenge(stored, b), BLOCK, "now")
    return srp.check(
        pool_name=POOL,
        username=USER,
        verifier_hex=stored,
        b=b,
        srp_a=client.public,
        secret_block=block,
        timestamp="now",
        signature=signature,
    )


secrets_of_a_side = st.integers(min_value=1, max_value=2**256)
passwords = st.text(min_size=1, max_size=30)
salts = st.integers(min_value=0, max_value=2**128 - 1).map(lambda number: f"{number:x}")


@settings(max_examples=40, deadline=None)
@given(passwords, secrets_of_a_side, secrets_of_a_side, salts)
def test_client_and_server_agree_on_one_password(password: str, a: int, b: int, salt: str) -> None:
    assert _agree(password, password, a, b, salt)


@settings(max_examples=40, deadline=None)
@given(passwords, passwords, secrets_of_a_side, secrets_of_a_side)
def test_they_differ_on_two_passwords(typed: str, stored: str, a: int, b: int) -> None:
    if typed != stored:
        assert not _agree(typed, stored, a, b)


def test_an_answer_fits_no_other_secret_block() -> None:
    assert _agree(PASSWORD, PASSWORD, SECRET_A, SECRET_B)
    assert not _agree(PASSWORD, PASSWORD, SECRET_A, SECRET_B, block=b"another")


@pytest.mark.parametrize("value", ["0", f"{srp.N:x}", f"{2 * srp.N:x}", "", "not a number"])
def test_a_public_value_that_is_zero_modulo_n_or_no_number_is_refused(value: str) -> None:
    assert not srp.acceptable(value)
    stored = srp.verifier(POOL, USER, PASSWORD, SALT)
    # With A = 0 the shared secret is 0 for everyone: an attacker could sign without knowing the password.
    u = int(hashlib.sha256(srp.padded(0) + srp.padded(int(srp.challenge(stored, 5), 16))).hexdigest(), 16)
    prk = hmac.digest(srp.padded(u), srp.padded(0), "sha256")
    key = hmac.digest(prk, b"Caldera Derived Key\x01", "sha256")[:16]
    message = f"{POOL}{USER}".encode() + BLOCK + b"now"
    forged = base64.b64encode(hmac.digest(key, message, "sha256")).decode()
    assert not srp.check(
        pool_name=POOL,
        username=USER,
        verifier_hex=stored,
        b=5,
        srp_a=value,
        secret_block=BLOCK,
        timestamp="now",
        signature=forged,
    )


def test_a_client_refuses_a_server_value_that_is_zero() -> None:
    with pytest.raises(ValueError, match="unsafe"):
        srp.Client(POOL, SECRET_A).claim_signature(USER, PASSWORD, SALT, "0", BLOCK, "now")


def test_the_timestamp_is_english_and_its_day_has_no_zero() -> None:
    assert srp.timestamp(instant("2026-09-05T07:03:09Z")) == "Sat Sep 5 07:03:09 UTC 2026"
    assert srp.timestamp(instant("2026-11-22T23:00:00Z")) == "Sun Nov 22 23:00:00 UTC 2026"


@given(st.integers(min_value=0, max_value=2**1100))
def test_the_table_of_powers_gives_what_a_general_power_gives(exponent: int) -> None:
    assert srp._power_of_g(exponent) == pow(srp.G, exponent, srp.N)
