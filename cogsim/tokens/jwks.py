"""Key sets: what an issuer publishes, and how a reader finds the key of a token in them.

1. A key says by its kind which algorithms it verifies, and by `alg` which one: the token has no say in it.
2. Symmetric keys, keys for encryption, keys of kinds unknown here and RSA keys under 2048 bits are left out.
3. `kid` is an opaque name, compared exactly: no path, no pattern, no other type than text. Two different keys of one
   name are as good as none; a token that names none is only taken where there is one key.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from cogsim.tokens.keys import SigningKey
from cogsim.tokens.strict_text import MalformedError, decode

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_RSA = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512")
_CURVES = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512"}
#: The general name and the one for this curve alone. # rfc:9864 §2.2
_EDWARDS = ("EdDSA", "Ed25519")
_LEAST_RSA_BITS, _MOST_RSA_BITS = 2048, 16384

#: As many keys of each kind as STS takes. # ug:oidc-provider
_MOST_KEYS = 200


@dataclass(frozen=True, slots=True)
class VerificationKey:
    """The public half of a key: its name, None where it has none, and the algorithms it verifies."""

    kid: str | None
    algorithms: tuple[str, ...]
    public: PublicKey = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class KeySet:
    """The keys of an issuer as a reader has them; `left_out` says of the others why each is none."""

    keys: tuple[VerificationKey, ...]
    left_out: tuple[str, ...] = ()

    def find(self, kid: object) -> VerificationKey | str:
        """The key that a header's `kid` names (None where it has none), or why there is none. # rfc:7515 §4.1.4"""
        if kid is None:
            every = _distinct(self.keys)
            return every[0] if len(every) == 1 else f"unknown key id None, among {len(every)} keys"
        named = _distinct(key for key in self.keys if key.kid == kid) if isinstance(kid, str) else []
        if len(named) > 1:
            return f"{len(named)} keys have the id {kid!r}"
        return named[0] if named else f"unknown key id {repr(kid)[:80]}"


def _distinct(keys: Iterable[VerificationKey]) -> list[VerificationKey]:
    """The keys without those that were there before: of a key that is listed twice the first entry counts."""
    found: list[VerificationKey] = []
    for key in keys:
        if all(key.public != other.public for other in found):
            found.append(key)
    return found


def jwks(keys: Iterable[SigningKey]) -> dict[str, list[dict[str, str]]]:
    """The JSON Web Key Set of `keys`, in their order; private halves never enter it. # rfc:7517 §5"""
    return {"keys": [key.jwk() for key in keys]}


def verification_key(key: SigningKey) -> VerificationKey:
    """The public half of a key that signs with one algorithm."""
    return VerificationKey(key.kid, (key.algorithm,), key.private_key.public_key())


def key_set(keys: Iterable[SigningKey]) -> KeySet:
    """The key set of `keys`, as reading their publication would give it."""
    return KeySet(tuple(verification_key(key) for key in keys))


def read_key_set(document: Mapping[str, Any]) -> KeySet:
    """The keys of a JSON Web Key Set; those that verify nothing are left out. # rfc:7517 §5"""
    entries = document.get("keys")
    if not isinstance(entries, list) or len(entries) > _MOST_KEYS:
        return KeySet((), ("it holds no list of keys",))
    keys: list[VerificationKey] = []
    left_out: list[str] = []
    for number, entry in enumerate(entries):
        read = read_key(entry)
        if isinstance(read, str):
            left_out.append(f"key {number}: {read}")
        else:
            keys.append(read)
    return KeySet(tuple(keys), tuple(left_out))


def read_key(entry: object) -> VerificationKey | str:
    """One JSON Web Key, or why it verifies no signature. # rfc:7517 §4"""
    if not isinstance(entry, Mapping):
        return "not a JSON object"
    kid, purpose, operations = entry.get("kid"), entry.get("use", "sig"), entry.get("key_ops", ["verify"])
    if not isinstance(kid, str | None):
        return "its kid is no text"
    if purpose != "sig" or not isinstance(operations, list) or "verify" not in operations:
        return "it is not for signatures"
    try:
        public, able = _public(entry)
    except MalformedError as error:
        return str(error)
    except (ValueError, TypeError, KeyError):
        return "its numbers are no key"
    stated = entry.get("alg")
    if stated is not None and stated not in able:
        return f"its alg {str(stated)[:20]!r} is none of its kind"
    return VerificationKey(kid, able if stated is None else (stated,), public)


def public_pem_key(kid: str, pem: bytes) -> VerificationKey | str:
    """A public key in PEM, as load balancers publish theirs, or why it verifies no signature."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(pem)
    except (ValueError, UnsupportedAlgorithm):
        return "not a public key in PEM"
    if isinstance(public, rsa.RSAPublicKey) and public.key_size >= _LEAST_RSA_BITS:
        return VerificationKey(kid, _RSA, public)
    if isinstance(public, ec.EllipticCurvePublicKey):
        by_name = {"secp256r1": "ES256", "secp384r1": "ES384", "secp521r1": "ES512"}
        if public.curve.name in by_name:
            return VerificationKey(kid, (by_name[public.curve.name],), public)
    return "a key of a kind that verifies nothing here"


def _public(entry: Mapping[str, Any]) -> tuple[PublicKey, tuple[str, ...]]:
    """The numbers of a key as a key, and every algorithm of its kind. # rfc:7518 §6"""
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

    match entry.get("kty"):
        case "RSA":
            modulus, exponent = _number(entry["n"]), _number(entry["e"])
            if not _LEAST_RSA_BITS <= modulus.bit_length() <= _MOST_RSA_BITS or exponent < 3:
                raise MalformedError(f"an RSA key of {modulus.bit_length()} bits")
            return rsa.RSAPublicNumbers(exponent, modulus).public_key(), _RSA
        case "EC" if entry.get("crv") in _CURVES:
            curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
            numbers = ec.EllipticCurvePublicNumbers(_number(entry["x"]), _number(entry["y"]), curves[entry["crv"]])
            return numbers.public_key(), (_CURVES[entry["crv"]],)
        case "OKP" if entry.get("crv") == "Ed25519" and isinstance(entry["x"], str):
            return ed25519.Ed25519PublicKey.from_public_bytes(decode(entry["x"], "number")), _EDWARDS
    raise MalformedError("a key of a kind that verifies nothing here")


def _number(text: object) -> int:
    if not isinstance(text, str) or len(text) > _MOST_RSA_BITS // 4:
        raise MalformedError("its numbers are no key")
    return int.from_bytes(decode(text, "number"), "big")
