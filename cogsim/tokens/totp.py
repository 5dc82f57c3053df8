"""Time-based one-time passwords as user pools take them: SHA-1, six digits, a new code every thirty seconds.

Secrets are base32 without padding. What a verifier makes of a code (drift, replay) is its own to decide.
# rfc:6238, rfc:4226
"""

from __future__ import annotations

import base64
import binascii
import hmac

#: Seconds that a code is shown for, and its digits. # rfc:6238 §4
PERIOD, DIGITS = 30, 6


def hotp(secret: bytes, counter: int, digits: int = DIGITS) -> str:
    """The code of a counter: four bytes of an HMAC-SHA-1, taken where its last nibble says. # rfc:4226 §5.3"""
    mac = hmac.digest(secret, counter.to_bytes(8, "big"), "sha1")
    start = mac[-1] & 0x0F
    number = int.from_bytes(mac[start : start + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_at(now: float) -> int:
    """The number of the period that `now` (seconds since the epoch) lies in."""
    return int(now // PERIOD)


def code_at(secret: str, now: float) -> str:
    """The code that an authenticator app shows at `now` for a secret in base32."""
    return hotp(decoded(secret), step_at(now))


def matching_steps(secret: str, code: str, now: float, drift: int = 1) -> tuple[int, ...]:
    """The periods from `drift` before `now` to `drift` after it whose code this is, the earliest first."""
    key, current = decoded(secret), step_at(now)
    steps = range(max(current - drift, 0), current + drift + 1)
    return tuple(step for step in steps if hmac.compare_digest(hotp(key, step).encode(), code.encode()))


def encoded(secret: bytes) -> str:
    """A secret in base32, without padding."""
    return base64.b32encode(secret).decode().rstrip("=")


def decoded(secret: str) -> bytes:
    """The bytes of a secret in base32, padded or not, in any case. ValueError where it is not base32."""
    bare = secret.replace(" ", "").rstrip("=").upper()
    try:
        return base64.b32decode(bare + "=" * (-len(bare) % 8))
    except binascii.Error:
        raise ValueError("a TOTP secret is base32") from None
