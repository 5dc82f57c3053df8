"""A device that a user pool tracks: its key, its own secret, and the proof of that secret. # idp:device-tracking"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.entropy import named
from cogsim.errors import InputError
from cogsim.tokens import srp

#: Bytes of a device's secret and of its salt.
_SECRET_BYTES, _SALT_BYTES = 40, 16


@dataclass(slots=True)
class Device:
    """A device of one person at one pool; it has no key until a sign-in gave it one.

    `remember` is what the person answers where the pool lets them be asked.
    """

    name: str = "device"
    remember: bool = True
    key: str | None = None
    group_key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)

    def enroll(self, metadata: Mapping[str, str]) -> dict[str, str]:
        """Take the key in NewDeviceMetadata and make a secret; DeviceSecretVerifierConfig for ConfirmDevice."""
        self.key, self.group_key = metadata["DeviceKey"], metadata["DeviceGroupKey"]
        draw = named("actors/device", self.name, self.key)
        raw = draw.bytes(_SECRET_BYTES + _SALT_BYTES)
        self.secret = base64.b64encode(raw[:_SECRET_BYTES]).decode()
        salt = srp.padded(int.from_bytes(raw[_SECRET_BYTES:], "big"))
        verifier = int(srp.verifier(self.group_key, self.key, self.secret, salt.hex()), 16)
        encoded = (base64.b64encode(number).decode() for number in (srp.padded(verifier), salt))
        return dict(zip(("PasswordVerifier", "Salt"), encoded, strict=True))

    def exchange(self, now: float) -> srp.Client:
        """The device's side of a proof that begins at `now` (seconds)."""
        if self.key is None or self.group_key is None:
            raise InputError(f"the device {self.name!r} has no key yet")
        exponent = named("actors/device-srp", self.key, repr(now)).integer(srp.SECRET_BITS)
        return srp.Client(self.group_key, exponent)

    def proof(self, exchange: srp.Client, parameters: Mapping[str, str], now: float) -> dict[str, str]:
        """The answer to DEVICE_PASSWORD_VERIFIER, from its ChallengeParameters."""
        stamp, block = srp.timestamp(now), parameters["SECRET_BLOCK"]
        key, secret, raw = self.key or "", self.secret or "", base64.b64decode(block)
        signature = exchange.claim_signature(key, secret, parameters["SALT"], parameters["SRP_B"], raw, stamp)
        return {
            "DEVICE_KEY": key,
            "PASSWORD_CLAIM_SECRET_BLOCK": block,
            "PASSWORD_CLAIM_SIGNATURE": signature,
            "TIMESTAMP": stamp,
        }
