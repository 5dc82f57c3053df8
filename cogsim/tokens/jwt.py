"""JSON Web Tokens in compact form: read one, verify one, sign one.

`read` believes nothing. `verify` takes these steps in order, and each stops an attack:

1. The token is three parts of strict base64url, header and payload each one JSON object without duplicate members:
   stops one token that two parsers understand differently, and padding that changes bytes without changing meaning.
2. It asks for nothing that is not done here: no `crit` (RFC 7515 §4.1.11), no `b64` (RFC 7797), no `zip` and no `enc`
   of encrypted tokens. Stops a token whose meaning depends on an extension that was skipped.
3. `typ`, where it is stated, is one that the caller expects: stops an access token or a logout token as an ID token.
4. `kid` names a key of the issuer's own set: keys brought along in `jwk`, `jku`, `x5c` or `x5u` are never looked at.
5. `alg` is one of that key's, and one the caller allows: stops `none`, and an HMAC made with the public key.
6. The signature holds over the exact bytes received.

Not checked here: `exp`, `nbf`, `iss`, `aud` and whatever else the claims mean: `oidc_claims` has the rules, the caller
has the clock.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NewType

from cogsim.decision import Decision, Refusal, decided
from cogsim.tokens.jwks import KeySet, VerificationKey, verification_key
from cogsim.tokens.keys import RsaKey, SigningKey
from cogsim.tokens.rule import FailedError, Rule
from cogsim.tokens.strict_text import MalformedError, decode, encode, json_object

if TYPE_CHECKING:
    from jwt.algorithms import Algorithm

__all__ = ["RULES", "SignedClaims", "UnverifiedToken", "encode", "read", "sign", "verify"]

#: The payload of a token whose signature was verified; only `verify` makes one.
SignedClaims = NewType("SignedClaims", Mapping[str, Any])

#: Longer than any token an issuer here makes: Cognito bounds what triggers may add to a token well below it.
_LONGEST = 64 * 1024


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token that was read and nothing more: its members are whatever its sender wrote."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Presented:
    """A token with what its reader holds it against: `key` is the one that its header names, or why there is none."""

    token: UnverifiedToken
    key: VerificationKey | str
    algorithms: tuple[str, ...]
    types: tuple[str, ...]


def read(token: str, *, padded: bool = False) -> UnverifiedToken | Refusal:
    """The parts of a compact JWS, or the refusal that says which rule its text breaks. # rfc:7515 §7.1

    `padded` reads as load balancers write, against the standard: every part filled up with `=`. Header and claims are
    the caller's own.
    """
    if len(token) > _LONGEST:
        return Refusal("MalformedToken", f"longer than {_LONGEST} characters")
    found = _read(token, padded)
    if isinstance(found, Refusal):
        return found
    return UnverifiedToken(_own(found.header), _own(found.claims), found.signing_input, found.signature)


def _own(value: Any) -> Any:
    """A copy of what JSON holds."""
    if isinstance(value, dict):
        return {name: _own(each) if isinstance(each, dict | list) else each for name, each in value.items()}
    return [_own(each) for each in value] if isinstance(value, list) else value


@lru_cache(maxsize=64)  # a call reads its token for the Region, for the issuer, and to verify it
def _read(token: str, padded: bool) -> UnverifiedToken | Refusal:
    try:
        parts = token.split(".", 5)
        if len(parts) != 3:
            raise MalformedError(f"{len(parts)} parts instead of three")
        header, claims = (
            json_object(decode(part, what, padded), what)
            for part, what in zip(parts, ("header", "payload"), strict=False)
        )
        signature = decode(parts[2], "signature", padded)
        return UnverifiedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), signature)
    except MalformedError as error:
        return Refusal("MalformedToken", str(error))


def verify(
    token: str,
    keys: Mapping[str, SigningKey] | KeySet,
    *,
    algorithms: tuple[str, ...] = ("RS256",),
    types: tuple[str, ...] = ("JWT",),
    padded: bool = False,
) -> Decision[SignedClaims | Refusal]:
    """The claims under one of `keys`, or the first rule that the token breaks. # rfc:7515 §5.2

    Of keys by id, the header must name one; a key set may hold a lone key for tokens that name none. `types` are the
    values of `typ` that the caller expects; a header without it is taken. `padded` is `read`'s.
    """
    parsed = read(token, padded=padded)
    if isinstance(parsed, Refusal):
        return decided(parsed, _TEXT.failed(parsed.message))
    presented = _Presented(parsed, _key_of(parsed.header, keys), algorithms, types)
    steps = [_TEXT.passed("three parts, JSON objects")]
    for rule, test in RULES:
        try:
            found = test(presented)
        except FailedError as error:
            return decided(Refusal(error.code, str(error)), rule.failed(str(error)), after=steps)
        steps.append(rule.passed(found, decides=test is _holds))
    return Decision(SignedClaims(parsed.claims), tuple(steps))


# The rules


def _nothing_asked(presented: _Presented) -> str:
    for member, why in _EXTENSIONS.items():
        if member in presented.token.header:
            raise FailedError(f"{member} {why}")
    return f"no {', '.join(_EXTENSIONS)}"


def _expected_type(presented: _Presented) -> str:
    stated = presented.token.header.get("typ")
    if stated is None and "typ" not in presented.token.header:
        return "typ is not stated"
    if not isinstance(stated, str) or _media_type(stated) not in map(_media_type, presented.types):
        raise FailedError(f"typ {str(stated)[:40]!r} is not {' or '.join(presented.types)}")
    return f"typ {stated}"


def _media_type(name: str) -> str:
    """Media types compare without case, and without the prefix that may be left out. # rfc:7515 §4.1.9"""
    return name.casefold().removeprefix("application/")


def _own_key(presented: _Presented) -> str:
    header, found = presented.token.header, presented.key
    if isinstance(found, str):
        raise FailedError(found)
    brought = [member for member in ("jwk", "jku", "x5c", "x5u", "x5t", "x5t#S256") if member in header]
    unread = f"; the header's {', '.join(brought)} not looked at" if brought else ""
    return f"kid {found.kid}{unread}" if "kid" in header else f"the only key there is{unread}"


def _key_of(header: Mapping[str, Any], keys: Mapping[str, SigningKey] | KeySet) -> VerificationKey | str:
    kid = header.get("kid")
    if isinstance(keys, KeySet):
        return "kid is null" if kid is None and "kid" in header else keys.find(kid)
    key = keys.get(kid) if isinstance(kid, str) else None
    return verification_key(key) if key is not None else f"unknown key id {repr(kid)[:80]}"


def _own_algorithm(presented: _Presented) -> str:
    algorithm, key = presented.token.header.get("alg"), presented.key
    able = key.algorithms if isinstance(key, VerificationKey) else ()
    if not isinstance(algorithm, str) or algorithm not in able or algorithm not in presented.algorithms:
        raise FailedError(f"alg {str(algorithm)[:40]!r} refused")
    return algorithm


def _holds(presented: _Presented) -> str:
    token, key = presented.token, presented.key
    algorithm = str(token.header.get("alg"))
    if not isinstance(key, VerificationKey) or not _verifies(algorithm, token, key):
        raise FailedError("the signature does not hold")
    return f"under {key.kid}"


def _verifies(algorithm: str, token: UnverifiedToken, key: VerificationKey) -> bool:
    """Whether the signature is the key's; the algorithm was found to be one of the key's kind. # rfc:7518 §3"""
    verifier = _verifier(algorithm)
    return bool(verifier.verify(token.signing_input, key.public, token.signature))


@cache
def _verifier(algorithm: str) -> Algorithm:
    """What checks signatures of an algorithm that keys have."""
    from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm, RSAPSSAlgorithm

    if algorithm in ("EdDSA", "Ed25519"):
        return OKPAlgorithm()
    bits = int(algorithm[2:])
    if algorithm.startswith("ES"):
        return ECAlgorithm({256: ECAlgorithm.SHA256, 384: ECAlgorithm.SHA384, 512: ECAlgorithm.SHA512}[bits])
    family = RSAPSSAlgorithm if algorithm.startswith("PS") else RSAAlgorithm
    return family({256: RSAAlgorithm.SHA256, 384: RSAAlgorithm.SHA384, 512: RSAAlgorithm.SHA512}[bits])


_EXTENSIONS = {
    "crit": "names an extension",
    "b64": "asks for a payload that is not encoded",
    "zip": "asks for a compressed payload",
    "enc": "belongs to an encrypted token",
}

_TEXT = Rule(1, "is it a well-formed token?", "rfc:7515§7.1", "one token that two readers understand differently")

#: The rules after the first, each with its test, which says what it found or raises FailedError.
RULES: tuple[tuple[Rule, Callable[[_Presented], str]], ...] = (
    (Rule(2, "does it ask for nothing unknown?", "rfc:7515§4.1.11", "an extension that is skipped"), _nothing_asked),
    (Rule(3, "is it of the expected type?", "rfc:8725§3.11", "a token of another kind"), _expected_type),
    (Rule(4, "is its key one of the issuer's?", "rfc:7515§4.1.4", "a key that the token brings along"), _own_key),
    (Rule(5, "is the algorithm the key's own?", "rfc:8725§3.1", "alg none, HMAC by a public key"), _own_algorithm),
    (Rule(6, "does the signature hold?", "rfc:7515§5.2", "a changed or forged token"), _holds),
)


# Signing


def sign(
    claims: Mapping[str, Any],
    key: SigningKey,
    *,
    algorithm: str = "RS256",
    headers: Mapping[str, Any] | None = None,
    padded: bool = False,
) -> str:
    """A compact token over `claims`; its header is `kid`, `alg`, then `headers`. Signatures are deterministic.

    `padded` writes as load balancers do, against the standard: every part filled up with `=`. Raises ValueError where
    `algorithm` is not the key's own.
    """
    if algorithm != key.algorithm:
        raise ValueError(f"{key.kid} signs with {key.algorithm}, not {algorithm}")
    head = {"kid": key.kid, "alg": algorithm, **(headers or {})}
    signing_input = f"{_segment(head, padded)}.{_segment(claims, padded)}"
    return f"{signing_input}.{_filled(encode(_signature(signing_input.encode(), key)), padded)}"


def _segment(members: Mapping[str, Any], padded: bool) -> str:
    return _filled(encode(_WRITER.encode(members).encode()), padded)


_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def _filled(segment: str, padded: bool) -> str:
    return segment + "=" * (-len(segment) % 4) if padded else segment


def _signature(signing_input: bytes, key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256, SHA512
    from jwt.utils import der_to_raw_signature

    if isinstance(key, RsaKey):
        # RS256, or RS512 as identity pools sign. # rfc:7518 §3.3
        hashed = {"RS256": SHA256, "RS512": SHA512}[key.algorithm]
        return key.private_key.sign(signing_input, PKCS1v15(), hashed())
    # The library's own ES256 draws a random nonce; RFC 6979 derives it from key and message.
    der = key.private_key.sign(signing_input, ec.ECDSA(SHA256(), deterministic_signing=True))
    return der_to_raw_signature(der, key.private_key.curve)
