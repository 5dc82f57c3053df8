"""A platform authenticator, with the browser in front of it: passkeys that answer no page but their own.

1. A key belongs to a relying party and a user; its private half never leaves this module.
2. The browser, not the page, writes the origin into what is signed, and refuses a page whose host is not the relying
   party's id or below it. So a page elsewhere gets nothing to relay. `relay` leaves that browser out, to show what the
   relying party's own check is worth.
3. Signatures are deterministic (RFC 6979): the same world and steps give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cogsim.entropy import named
from cogsim.errors import CogsimError
from cogsim.tokens.keys import EcKey, ec_key
from cogsim.tokens.webauthn import ES256, origin_allowed
from cogsim.tokens.webauthn_parts import encode

#: Flags of the authenticator data: present, verified, may be copied, is copied, holds a credential.
_UP, _UV, _BE, _BS, _AT = 0x01, 0x04, 0x08, 0x10, 0x40


class BrowserRefusal(CogsimError):
    """What a browser says to a page that asks for a passkey it cannot have."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A passkey in the authenticator: ids in unpadded base64url, `count` the signatures it made."""

    relying_party_id: str
    credential_id: str
    user_handle: str
    count: int = 0


class Authenticator:
    """One person's device. `verifies_user` says whether it looks at a finger, a face or a PIN before it signs;
    `counts` whether it keeps a signature counter (synced passkeys keep none); `device_bound` whether its keys stay on
    it. Two authenticators of the same name hold the same keys."""

    def __init__(
        self,
        name: str = "phone",
        *,
        verifies_user: bool = True,
        counts: bool = True,
        device_bound: bool = False,
        attachment: str = "platform",
    ) -> None:
        self.name = name
        self.verifies_user = verifies_user
        self.counts = counts
        self.device_bound = device_bound
        self.attachment = attachment
        self._held: dict[str, _Held] = {}

    def __repr__(self) -> str:
        return f"Authenticator({self.name!r}, {len(self._held)} passkeys)"

    def copy(self) -> Authenticator:
        """A copy of the device as it is now, counters included: what a thief has who read its memory."""
        twin = Authenticator(
            self.name,
            verifies_user=self.verifies_user,
            counts=self.counts,
            device_bound=self.device_bound,
            attachment=self.attachment,
        )
        twin._held = dict(self._held)
        return twin

    def create(self, options: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """A new passkey for a page of `origin`: RegistrationResponseJSON for PublicKeyCredentialCreationOptionsJSON."""
        relying_party = options["rp"]["id"]
        self._check_page(origin, relying_party)
        self._check_verification(options.get("authenticatorSelection", {}).get("userVerification"))
        if ES256 not in [entry["alg"] for entry in options["pubKeyCredParams"]]:
            raise BrowserRefusal(f"{self.name} has no key of an algorithm that {relying_party} takes")
        if any(entry["id"] in self._held for entry in options.get("excludeCredentials", [])):
            raise BrowserRefusal(f"{self.name} holds a passkey for this user of {relying_party} already")
        handle = options["user"]["id"]
        credential_id = named("authenticator/id", self.name, relying_party, handle, options["challenge"]).bytes(32)
        held = _Held(relying_party, encode(credential_id), handle)
        data = self._data(held, _AT, struct.pack(">H", 32) + credential_id + self._cose(held))
        self._held[held.credential_id] = held
        client = client_data("webauthn.create", options["challenge"], origin)
        return self._envelope(
            held,
            {
                "clientDataJSON": encode(client),
                "attestationObject": encode(_attestation(data)),
                "authenticatorData": encode(data),
                "publicKeyAlgorithm": ES256,
                "transports": ["internal", "hybrid"] if self.attachment == "platform" else ["usb", "nfc"],
            },
        )

    def get(self, options: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """An assertion for a page of `origin`: AuthenticationResponseJSON for PublicKeyCredentialRequestOptionsJSON."""
        self._check_page(origin, options["rpId"])
        self._check_verification(options.get("userVerification"))
        return self.relay(options, origin)

    def relay(self, options: Mapping[str, Any], origin: str) -> dict[str, Any]:
        """An assertion as a browser would give it that does not look at the page's origin, but states it."""
        held = self._chosen(options)
        if self.counts:
            held = replace(held, count=held.count + 1)
            self._held[held.credential_id] = held
        data, client = self._data(held), client_data("webauthn.get", options["challenge"], origin)
        signature = _sign(self._key(held), data + hashlib.sha256(client).digest())
        return self._envelope(
            held,
            {
                "clientDataJSON": encode(client),
                "authenticatorData": encode(data),
                "signature": encode(signature),
                "userHandle": held.user_handle,
            },
        )

    def passkeys(self) -> tuple[str, ...]:
        """The ids of the passkeys it holds, in the order they were made."""
        return tuple(self._held)

    def _chosen(self, options: Mapping[str, Any]) -> _Held:
        allowed = [entry["id"] for entry in options.get("allowCredentials", [])]
        for held in self._held.values():
            if held.relying_party_id == options["rpId"] and (not allowed or held.credential_id in allowed):
                return held
        raise BrowserRefusal(f"{self.name} holds no passkey that {options['rpId']} asks for")

    def _check_page(self, origin: str, relying_party_id: str) -> None:
        if not origin_allowed(origin, relying_party_id):
            raise BrowserRefusal(f"a page of {origin} has no part in the passkeys of {relying_party_id}")

    def _check_verification(self, wanted: str | None) -> None:
        if wanted == "required" and not self.verifies_user:
            raise BrowserRefusal(f"{self.name} cannot verify its user, which is required")

    def _data(self, held: _Held, flags: int = 0, credential: bytes = b"") -> bytes:
        """Authenticator data; the credential, where there is one, with the id of no particular model before it."""
        flags |= _UP | (_UV if self.verifies_user else 0) | (0 if self.device_bound else _BE | _BS)
        head = hashlib.sha256(held.relying_party_id.encode()).digest() + struct.pack(">BI", flags, held.count)
        return head + bytes(16) + credential if credential else head

    def _key(self, held: _Held) -> EcKey:
        return ec_key("authenticator", self.name, held.relying_party_id, held.credential_id)

    def _cose(self, held: _Held) -> bytes:
        from fido2 import cbor

        point = self._key(held).private_key.public_key().public_numbers()
        return cbor.encode({1: 2, 3: ES256, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")})

    def _envelope(self, held: _Held, response: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": held.credential_id,
            "rawId": held.credential_id,
            "type": "public-key",
            "authenticatorAttachment": self.attachment,
            "clientExtensionResults": {},
            "response": response,
        }


def client_data(kind: str, challenge: str, origin: str) -> bytes:
    """CollectedClientData as a browser writes it. # w3c:webauthn §clientdatajson"""
    members = {"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": False}
    return json.dumps(members, separators=(",", ":"), ensure_ascii=False).encode()


def _attestation(data: bytes) -> bytes:
    from fido2 import cbor

    return cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})


def _sign(key: EcKey, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.hashes import SHA256

    return key.private_key.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
