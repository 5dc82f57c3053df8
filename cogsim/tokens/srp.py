"""Secure Remote Password as user pools speak it: the arithmetic of both sides.

It is SRP-6a over the 3072-bit group 15 of RFC 3526 with generator 2, SHA-256, and a key derived by HKDF over the shared
secret. Hashes are taken over numbers written as two's complement, so a leading byte `00` stands where the top bit is
set. What makes it safe, and is checked here or by the caller:

1. A public value that is 0 modulo N is refused: it would fix the shared secret whatever the password.
2. The scrambling parameter u must not be 0, or the verifier would drop out of the secret.
3. The signature covers pool, user, the server's secret block and the time: no answer fits another challenge.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache

import gmpy2

#: The prime of group 15. # rfc:3526 §4
N = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7"
    "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C"
    "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF",
    16,
)
#: Bits of a secret number: RFC 5054 wants at least 256. # rfc:5054 §3.1
SECRET_BITS = 256
#: The generator; RFC 5054 would pair this prime with 5, user pools do not.
G = 2

_HEX = re.compile("[0-9A-Fa-f]+")
_INFO = b"Caldera Derived Key\x01"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def padded(number: int) -> bytes:
    """A non-negative number as big-endian two's complement: a byte `00` first where the top bit would be set."""
    return number.to_bytes(number.bit_length() // 8 + 1, "big")


def _hash(*parts: bytes) -> int:
    return int.from_bytes(hashlib.sha256(b"".join(parts)).digest(), "big")


#: The multiplier k, the same in every exchange.
K = _hash(padded(N), padded(G))


def _power(base: int, exponent: int) -> int:
    return int(gmpy2.powmod(base, exponent, N))


_WINDOW = 6


@cache
def _row(window: int) -> tuple[gmpy2.mpz, ...]:
    """g^(d·64^window) for every digit d of base 64: what `_power_of_g` multiplies instead of squaring."""
    base = gmpy2.mpz(G) if window == 0 else _row(window - 1)[-1] * _row(window - 1)[1] % N
    row = [gmpy2.mpz(1)]
    for _ in range((1 << _WINDOW) - 1):
        row.append(row[-1] * base % N)
    return tuple(row)


def _power_of_g(exponent: int) -> int:
    """g^exponent, five times as fast as a general power: the base is always the same."""
    product, window = gmpy2.mpz(1), 0
    while exponent:
        product = product * _row(window)[exponent & ((1 << _WINDOW) - 1)] % N
        exponent >>= _WINDOW
        window += 1
    return int(product)


def _secret_exponent(pool_name: str, username: str, password: str, salt_hex: str) -> int:
    """x: what the password comes to, with the salt."""
    inner = hashlib.sha256(f"{pool_name}{username}:{password}".encode()).digest()
    return _hash(padded(int(salt_hex, 16)), inner)


@lru_cache(maxsize=1024)
def verifier(pool_name: str, username: str, password: str, salt_hex: str) -> str:
    """v = g^x in hexadecimal: what a pool keeps instead of the password. `pool_name` is the pool id after its `_`."""
    return f"{_power_of_g(_secret_exponent(pool_name, username, password, salt_hex)):x}"


def acceptable(public_hex: str) -> bool:
    """Whether a public value is hexadecimal digits, and not 0 modulo N (argument 1): a sign or a prefix is no number
    here, though `int` would read it."""
    return _HEX.fullmatch(public_hex) is not None and int(public_hex, 16) % N != 0


def challenge(verifier_hex: str, b: int) -> str:
    """The server's public value B = k·v + g^b in hexadecimal, as SRP_B is sent."""
    return f"{(K * int(verifier_hex, 16) + _power_of_g(b)) % N:x}"


def _scrambling(a_public: int, b_public: int) -> int:
    return _hash(padded(a_public), padded(b_public))


def _derived(shared: int, u: int) -> bytes:
    """HKDF of the shared secret with u as salt, its first 16 bytes. # rfc:5869"""
    extracted = hmac.digest(padded(u), padded(shared), "sha256")
    return hmac.digest(extracted, _INFO, "sha256")[:16]


def _signature(key: bytes, pool_name: str, username: str, secret_block: bytes, timestamp: str) -> str:
    message = f"{pool_name}{username}".encode() + secret_block + timestamp.encode()
    return base64.b64encode(hmac.digest(key, message, "sha256")).decode()


def check(
    *,
    pool_name: str,
    username: str,
    verifier_hex: str,
    b: int,
    srp_a: str,
    secret_block: bytes,
    timestamp: str,
    signature: str,
) -> bool:
    """Whether `signature` (PASSWORD_CLAIM_SIGNATURE) proves the password behind the verifier."""
    if not acceptable(srp_a):
        return False
    a_public, v = int(srp_a, 16), int(verifier_hex, 16)
    u = _scrambling(a_public, int(challenge(verifier_hex, b), 16))
    if u == 0:
        return False
    shared = _power(a_public * _power(v, u), b)
    expected = _signature(_derived(shared, u), pool_name, username, secret_block, timestamp)
    return hmac.compare_digest(expected.encode(), signature.encode())


def timestamp(now: float) -> str:
    """`Tue Sep 5 07:03:09 UTC 2026`: English, UTC, and the day without a zero."""
    at = datetime.fromtimestamp(int(now), tz=UTC)
    return f"{_DAYS[at.weekday()]} {_MONTHS[at.month - 1]} {at.day} {at:%H:%M:%S} UTC {at.year}"


@dataclass(frozen=True, slots=True)
class Client:
    """The client's side of one exchange: its secret number `a`, never 0 modulo N."""

    pool_name: str
    a: int = field(repr=False)

    @property
    def public(self) -> str:
        """A = g^a in hexadecimal, lower case and without padding: the value of SRP_A."""
        return f"{_power_of_g(self.a):x}"

    def claim_signature(
        self, user_id: str, password: str, salt: str, srp_b: str, secret_block: bytes, timestamp: str
    ) -> str:
        """PASSWORD_CLAIM_SIGNATURE; `user_id` is USER_ID_FOR_SRP. ValueError where the server's value is unsafe."""
        b_public = int(srp_b, 16)
        u = _scrambling(int(self.public, 16), b_public)
        if b_public % N == 0 or u == 0:
            raise ValueError("the server's public value is unsafe")
        x = _secret_exponent(self.pool_name, user_id, password, salt)
        shared = _power(b_public - K * _power_of_g(x), self.a + u * x)
        return _signature(_derived(shared, u), self.pool_name, user_id, secret_block, timestamp)
