"""JSON Web Tokens in compact form: read one, verify one, sign one.

`read` believes nothing. `verify` takes these steps in order, and each stops an attack:

1. The token is three parts of strict base64url, header and payload each one JSON object without duplicate members:
   stops one token that two parsers understand differently, and padding that changes bytes without changing meaning.
2. No `crit`: a header extension we do not implement must not be skipped (RFC 7515 §4.1.11).
3. `kid` names a key of the issuer's own set: keys brought along in `jwk`, `jku`, `x5c` or `x5u` are never looked at.
4. `alg` is the algorithm of that key, and one the caller allows: stops `none`, and an HMAC made with the public key.
5. The signature holds over the exact bytes received.

Not checked here: `exp`, `nbf`, `iss`, `aud` and whatever else the claims mean: the caller has the clock and knows.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NewType

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.tokens.keys import RsaKey, SigningKey

#: The payload of a token whose signature was verified; only `verify` makes one.
SignedClaims = NewType("SignedClaims", Mapping[str, Any])

#: Longer than any token an issuer here makes: Cognito bounds what triggers may add to a token well below it.
_LONGEST = 64 * 1024
_SEGMENT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """A token that was read and nothing more: its members are whatever its sender wrote."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signing_input: bytes = field(repr=False)
    signature: bytes = field(repr=False)


class _MalformedError(ValueError):
    """What is wrong with the text of a token."""


def read(token: str) -> UnverifiedToken | Refusal:
    """The parts of a compact JWS, or the refusal that says which rule its text breaks. # rfc:7515 §7.1"""
    try:
        if len(token) > _LONGEST:
            raise _MalformedError(f"longer than {_LONGEST} characters")
        parts = token.split(".")
        if len(parts) != 3:
            raise _MalformedError(f"{len(parts)} parts instead of three")
        header, claims = _json_object(parts[0], "header"), _json_object(parts[1], "payload")
        return UnverifiedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), _decode(parts[2], "signature"))
    except _MalformedError as error:
        return Refusal("MalformedToken", str(error))


def verify(
    token: str, keys: Mapping[str, SigningKey], *, algorithms: tuple[str, ...] = ("RS256",)
) -> Decision[SignedClaims | Refusal]:
    """The claims under one of `keys` (by key id), or the first step that fails. # rfc:7515 §5.2"""
    parsed = read(token)
    if isinstance(parsed, Refusal):
        return _refused(parsed, "is it a well-formed token?", "rfc:7515§7.1", ())
    steps = [Step("is it a well-formed token?", "yes", "three parts, JSON objects", "rfc:7515§7.1")]

    question = "does it ask for extensions?"
    if "crit" in parsed.header:
        return _refused(Refusal("InvalidToken", "crit names an extension"), question, "rfc:7515§4.1.11", steps)
    steps.append(Step(question, "no", "no crit", "rfc:7515§4.1.11"))

    question = "is its key one of the issuer's?"
    kid = parsed.header.get("kid")
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        return _refused(Refusal("InvalidToken", f"unknown key id {kid!r}"), question, "rfc:7515§4.1.4", steps)
    steps.append(Step(question, "yes", f"kid {kid}", "rfc:7515§4.1.4"))

    question = "is the algorithm the key's own?"
    algorithm = parsed.header.get("alg")
    if algorithm != key.algorithm or algorithm not in algorithms:
        return _refused(Refusal("InvalidToken", f"alg {algorithm!r} refused"), question, "rfc:8725§3.1", steps)
    steps.append(Step(question, "yes", str(algorithm), "rfc:8725§3.1"))

    question = "does the signature hold?"
    if not _holds(parsed, key):
        return _refused(Refusal("InvalidToken", "the signature does not hold"), question, "rfc:7515§5.2", steps)
    return decided(
        SignedClaims(parsed.claims), Step(question, "yes", f"under {kid}", "rfc:7515§5.2", decides=True), after=steps
    )


def sign(
    claims: Mapping[str, Any],
    key: SigningKey,
    *,
    algorithm: str = "RS256",
    headers: Mapping[str, Any] | None = None,
) -> str:
    """A compact token over `claims`; its header is `kid`, `alg`, then `headers`. Signatures are deterministic.

    Raises ValueError where `algorithm` is not the key's own.
    """
    if algorithm != key.algorithm:
        raise ValueError(f"{key.kid} signs with {key.algorithm}, not {algorithm}")
    head = {"kid": key.kid, "alg": algorithm, **(headers or {})}
    signing_input = f"{_segment(head)}.{_segment(claims)}"
    return f"{signing_input}.{encode(_signature(signing_input.encode(), key))}"


def encode(data: bytes) -> str:
    """Base64url without padding. # rfc:7515 §2"""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _segment(members: Mapping[str, Any]) -> str:
    return encode(json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode())


def _signature(signing_input: bytes, key: SigningKey) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256
    from jwt.algorithms import RSAAlgorithm
    from jwt.utils import der_to_raw_signature

    if isinstance(key, RsaKey):
        return RSAAlgorithm(_rsa_hash(key)).sign(signing_input, key.private_key)
    # The library's own ES256 draws a random nonce; RFC 6979 derives it from key and message.
    der = key.private_key.sign(signing_input, ec.ECDSA(SHA256(), deterministic_signing=True))
    return der_to_raw_signature(der, key.private_key.curve)


def _rsa_hash(key: RsaKey) -> Any:
    """The hash of the key's own algorithm: RS256, or RS512 as identity pools sign. # rfc:7518 §3.3"""
    from jwt.algorithms import RSAAlgorithm

    return {"RS256": RSAAlgorithm.SHA256, "RS512": RSAAlgorithm.SHA512}[key.algorithm]


def _holds(token: UnverifiedToken, key: SigningKey) -> bool:
    from jwt.algorithms import ECAlgorithm, RSAAlgorithm

    if isinstance(key, RsaKey):
        rsa = RSAAlgorithm(_rsa_hash(key))
        return rsa.verify(token.signing_input, key.private_key.public_key(), token.signature)
    ec = ECAlgorithm(ECAlgorithm.SHA256)
    return ec.verify(token.signing_input, key.private_key.public_key(), token.signature)


def _refused(
    refusal: Refusal, question: str, source: str, after: list[Step] | tuple[Step, ...]
) -> Decision[SignedClaims | Refusal]:
    return decided(refusal, Step(question, "no", refusal.message, source, decides=True), after=after)


def _decode(segment: str, what: str) -> bytes:
    """Strict base64url: its own alphabet, no padding, and no bits set that the bytes do not hold."""
    if not _SEGMENT.fullmatch(segment) or len(segment) % 4 == 1:
        raise _MalformedError(f"the {what} is not base64url")
    decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if encode(decoded) != segment:
        raise _MalformedError(f"the {what} is not canonical base64url")
    return decoded


def _json_object(segment: str, what: str) -> Mapping[str, Any]:
    try:
        text = _decode(segment, what).decode()
        value = json.loads(text, object_pairs_hook=_members, parse_constant=_constant, parse_float=_finite)
    except _MalformedError:
        raise
    except (ValueError, RecursionError):
        raise _MalformedError(f"the {what} is not JSON") from None
    if not isinstance(value, dict):
        raise _MalformedError(f"the {what} is not a JSON object")
    return value


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _MalformedError("a member stands twice")
    return members


def _constant(name: str) -> Any:
    raise _MalformedError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """A number past the range of doubles would compare greater than every instant."""
    value = float(text)
    if not math.isfinite(value):
        raise _MalformedError(f"{text} is out of range")
    return value
