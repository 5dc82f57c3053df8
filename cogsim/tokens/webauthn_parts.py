"""The parts of a passkey's messages: base64url, JSON, CBOR and authenticator data, or what is malformed in them.

1. Every text is bounded before it is read, and every reader's own errors become one: nothing here raises anything but
   `MalformedError`.
2. What has two spellings is refused: base64url that is not canonical, a JSON member that stands twice, bytes behind
   the end. Else two readers could see two things in one message.
# w3c:webauthn
"""

from __future__ import annotations

import base64
import binascii
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fido2.webauthn import AuthenticatorData

_LONGEST_TEXT = 65536
#: What the reader of CBOR raises on bytes that are none, or of another form.
_UNREADABLE = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, struct.error)


class MalformedError(ValueError):
    """A part is not what it claims to be; the text says which."""


@dataclass(frozen=True, slots=True)
class ClientData:
    """CollectedClientData: its bytes as they were signed, and what a relying party reads in them."""

    raw: bytes
    type: str
    challenge: str
    origin: str
    cross_origin: bool


def encode(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def envelope(credential: Any) -> tuple[bytes, Mapping[str, Any]]:
    """The credential id and the response of a PublicKeyCredential in JSON."""
    if not isinstance(credential, Mapping):
        raise MalformedError("it is no object")
    if credential.get("type") != "public-key" or not isinstance(credential.get("response"), Mapping):
        raise MalformedError("it is no public-key credential with a response")
    identity = member_bytes(credential, "id")
    if "rawId" in credential and member_bytes(credential, "rawId") != identity:
        raise MalformedError("id and rawId differ")
    return identity, credential["response"]


def client_data(response: Mapping[str, Any]) -> ClientData:
    """What the browser wrote about the ceremony."""
    raw = member_bytes(response, "clientDataJSON")
    try:
        value = json.loads(raw.decode(), object_pairs_hook=_members)
    except (ValueError, RecursionError):
        raise MalformedError("clientDataJSON is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedError("clientDataJSON is no object")
    kind, challenge, origin = (text(value.get(name), name) for name in ("type", "challenge", "origin"))
    cross = value.get("crossOrigin", False)
    if not isinstance(cross, bool):
        raise MalformedError("crossOrigin is neither true nor false")
    return ClientData(raw, kind, challenge, origin, cross)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member stands twice")
    return members


def attested(raw: bytes) -> tuple[AuthenticatorData, bytes, dict[Any, Any]]:
    """Authenticator data, credential id and COSE key of an attestation object."""
    from fido2 import cbor

    try:
        value, rest = cbor.decode_from(raw)
    except _UNREADABLE:
        raise MalformedError("attestationObject is not CBOR") from None
    if rest or not isinstance(value, dict) or not isinstance(value.get("authData"), bytes):
        raise MalformedError("attestationObject holds no authenticator data, or more than itself")
    if not isinstance(value.get("fmt"), str) or not isinstance(value.get("attStmt"), dict):
        raise MalformedError("attestationObject holds no statement")
    data = authenticator_data(value["authData"])
    if data.credential_data is None:
        raise MalformedError("the authenticator data hold no credential")
    return data, data.credential_data.credential_id, dict(data.credential_data.public_key)


def authenticator_data(raw: bytes) -> AuthenticatorData:
    """What the authenticator wrote, with nothing behind it."""
    from fido2.webauthn import AuthenticatorData

    try:
        return AuthenticatorData(raw)
    except _UNREADABLE:
        raise MalformedError("the authenticator data are of another form") from None


def member_bytes(members: Mapping[str, Any], name: str) -> bytes:
    """The bytes of a member in base64url."""
    return decoded(members.get(name), name)


def decoded(value: Any, name: str) -> bytes:
    """The bytes behind canonical, unpadded base64url; `name` is for the error."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise MalformedError(f"{name} is no text of base64url")
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError(f"{name} is not base64url") from None
    if encode(raw) != value:
        raise MalformedError(f"{name} is not canonical base64url")
    return raw


def texts(value: Any, name: str) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list | tuple):
        raise MalformedError(f"{name} is no list")
    return tuple(text(item, name) for item in value)


def text(value: Any, name: str) -> str:
    """A text of characters: half a surrogate pair, which JSON can write, is none."""
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise MalformedError(f"{name} is no text")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MalformedError(f"{name} is no text") from None
    return value
