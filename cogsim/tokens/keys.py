"""Signing keys derived from a name: the same name gives the same key, in every run and on every machine."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from functools import lru_cache

import gmpy2
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cogsim.entropy import named

_RSA_EXPONENT = 65537
_PRIME_BYTES = 128

#: The order of the group of P-256. # rfc:7518 §6.2
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


@dataclass(frozen=True, slots=True)
class RsaKey:
    """An RSA-2048 key pair for RS256 or RS512; `kid` is base64 text as user pools publish it."""

    kid: str
    private_key: rsa.RSAPrivateKey = field(repr=False, compare=False)
    algorithm: str = "RS256"

    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key, members in the order of a user pool's key set. # rfc:7517"""
        public = self.private_key.public_key().public_numbers()
        return {
            "alg": self.algorithm,
            "e": _number(public.e, (public.e.bit_length() + 7) // 8),
            "kid": self.kid,
            "kty": "RSA",
            "n": _number(public.n, 256),
            "use": "sig",
        }


@dataclass(frozen=True, slots=True)
class EcKey:
    """A P-256 key pair for ES256."""

    kid: str
    private_key: ec.EllipticCurvePrivateKey = field(repr=False, compare=False)
    algorithm: str = "ES256"

    def jwk(self) -> dict[str, str]:
        """The public half as a JSON Web Key. # rfc:7517"""
        public = self.private_key.public_key().public_numbers()
        return {
            "alg": self.algorithm,
            "crv": "P-256",
            "kid": self.kid,
            "kty": "EC",
            "use": "sig",
            "x": _number(public.x, 32),
            "y": _number(public.y, 32),
        }


SigningKey = RsaKey | EcKey


@lru_cache(maxsize=4096)
def rsa_key(*name: str) -> RsaKey:
    """The RSA-2048 key of that name: two 1024-bit primes with both top bits set, so the modulus has 2048 bits."""
    p, q = (_prime(*name, which) for which in ("p", "q"))
    d = int(gmpy2.invert(_RSA_EXPONENT, (p - 1) * (q - 1)))
    numbers = rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=int(gmpy2.invert(q, p)),
        public_numbers=rsa.RSAPublicNumbers(_RSA_EXPONENT, p * q),
    )
    # The primes are our own, so the library's proof of primality would only repeat ours.
    private_key = numbers.private_key(unsafe_skip_rsa_key_validation=True)
    return RsaKey(_kid("rsa", *name), private_key)


@lru_cache(maxsize=4096)
def ec_key(*name: str) -> EcKey:
    """The P-256 key of that name."""
    secret = named("tokens/ec-key", *name).integer(320) % (_P256_ORDER - 1) + 1
    return EcKey(_kid("ec", *name), ec.derive_private_key(secret, ec.SECP256R1()))


def _prime(*name: str) -> int:
    """The first prime after the named draw that suits the public exponent."""
    top_bits = 0b11 << (8 * _PRIME_BYTES - 2)
    candidate = gmpy2.next_prime(int.from_bytes(named("tokens/rsa-prime", *name).bytes(_PRIME_BYTES), "big") | top_bits)
    while candidate % _RSA_EXPONENT == 1:
        candidate = gmpy2.next_prime(candidate)
    return int(candidate)


def _kid(*name: str) -> str:
    return base64.b64encode(named("tokens/kid", *name).bytes(32)).decode()


def _number(value: int, size: int) -> str:
    """A number as base64url of `size` big-endian bytes. # rfc:7518 §2"""
    return base64.urlsafe_b64encode(value.to_bytes(size, "big")).rstrip(b"=").decode()
