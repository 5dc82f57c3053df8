"""The devices of a user: which one a sign-in gets, how one is confirmed, remembered, forgotten, and refreshed from.

1. A sign-in without a device gets a new key; it is nothing until the app has confirmed it with a verifier of its own
   secret. Only a key that this user was given can be confirmed, and once.
2. A verifier that is 0 modulo N would let anybody in.
3. Where the user is to be asked, a confirmed device is remembered only when the app says so.
# idp:device-tracking
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import replace

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_AUTHORIZED, UNSEEN_TEXTS, Check, passed, refused
from cogsim.tokens import srp
from cogsim.world.pool_user import Device, PasswordVerifier, PoolUser
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:device-tracking"
_REVOKES = "cognito.forgetDeviceRevokes"
REMEMBERED, NOT_REMEMBERED = "remembered", "not_remembered"


def needs_new_device(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[bool]:
    """Whether a sign-in that is complete gets a new device (argument 1)."""
    question, place = "does the sign-in get a new device?", pool.origin.at("DeviceConfiguration")
    if pool.devices is None:
        return decided(False, Step(question, "no", "the pool tracks none", _SOURCE, location=place))
    known = progress.device_key in user.devices if progress.device_key is not None else False
    found = "it comes from one that is known" if known else "no DEVICE_KEY"
    return decided(not known, Step(question, "no" if known else "yes", found, _SOURCE, location=place))


def check_tracking(pool: UserPool) -> Check:
    """Whether the pool tracks devices."""
    question, place = "does the pool track devices?", pool.origin.at("DeviceConfiguration")
    if pool.devices is not None:
        return passed(question, "DeviceConfiguration", _SOURCE, location=place)
    refusal = Refusal("InvalidUserPoolConfigurationException", "Device tracking is not configured for the user pool")
    return refused(refusal, question, "no DeviceConfiguration", _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def confirm_device(
    pool: UserPool,
    user: PoolUser,
    key: str,
    group_key: str | None,
    config: Mapping[str, str] | None,
    name: str | None,
    now: float,
) -> Decision[Device | Refusal]:
    """The device as it is stored, or the refusal; `group_key` is what was given out with `key`, None where nothing was,
    `config` DeviceSecretVerifierConfig."""
    question = "was this device given to the user?"
    if key in user.devices:
        refusal = Refusal("DeviceKeyExistsException", "Device already exists.")
        found = "it is confirmed already"
        return refused(refusal, question, found, _SOURCE, answer="yes", assumption=UNSEEN_TEXTS)
    if group_key is None:
        refusal = Refusal(INVALID_PARAMETER, "Invalid device key given.")
        return refused(refusal, question, "no such key", _SOURCE, assumption=UNSEEN_TEXTS)
    salt, verifier = (_number((config or {}).get(member)) for member in ("Salt", "PasswordVerifier"))
    if salt is None or verifier is None or verifier % srp.N == 0:
        refusal = Refusal(INVALID_PARAMETER, "Invalid device secret verifier config")
        found = "salt or verifier is not base64 of a number"
        return refused(refusal, "can the device be proved?", found, _SOURCE, assumption=UNSEEN_TEXTS)
    asks = pool.devices is not None and pool.devices.remembered_on_user_prompt
    kept = PasswordVerifier(f"{salt:x}", f"{verifier:x}")
    device = Device(key, group_key, kept, name or "", not asks, now, now, now)
    place = pool.origin.at("DeviceConfiguration.DeviceOnlyRememberedOnUserPrompt")
    step = Step("is the device remembered at once?", "no" if asks else "yes", key, _SOURCE, location=place)
    return decided(device, step)


def _number(text: str | None) -> int | None:
    """A number in base64, big-endian; None where it is none."""
    try:
        raw = base64.b64decode(text or "", validate=True)
    except (binascii.Error, ValueError):
        return None
    return int.from_bytes(raw, "big") if raw else None


def find_device(user: PoolUser, key: str) -> Decision[Device | Refusal]:
    """The user's device of that key."""
    device = user.devices.get(key)
    question = "has the user this device?"
    if device is None:
        return refused(refusals.NO_SUCH_DEVICE, question, key, _SOURCE)
    return decided(device, Step(question, "yes", key, _SOURCE))


def with_status(device: Device, status: str | None, now: float) -> Decision[Device]:
    """The device with DeviceRememberedStatus; without one nothing changes."""
    remembered = device.remembered if status is None else status == REMEMBERED
    step = Step("is the device remembered?", "yes" if remembered else "no", status or "as before", _SOURCE)
    return decided(replace(device, remembered=remembered, modified=now), step)


def forgetting_revokes() -> Decision[bool]:
    """Whether the sign-ins from a device end when it is forgotten."""
    answer = choice(_REVOKES)
    question = "do the sign-ins from the device end with it?"
    return decided(answer == "yes", Step(question, answer, "", _SOURCE, Basis.ASSUMED, assumption=_REVOKES))


def attributes(pool: UserPool, user: PoolUser, device: Device) -> dict[str, str]:
    """DeviceAttributes by name. # idp:device-tracking §attributes"""
    own = Arn.parse(pool.arn)
    told = {
        "device_status": "valid",
        "device_name": device.name,
        "dev:device_arn": str(replace(own, resource=f"owner/{user.sub}/device/{device.key}")),
        "dev:device_owner": user.sub,
        "last_ip_used": device.last_ip,
        "dev:device_remembered_status": REMEMBERED if device.remembered else NOT_REMEMBERED,
    }
    return {name: value for name, value in told.items() if value}


def check_named(access_token: str | None) -> Check:
    """Whether the call says by a token whose device it is about."""
    question = "whose device is it?"
    if access_token is not None:
        return passed(question, "the token's user's", _SOURCE)
    refusal = Refusal(NOT_AUTHORIZED, refusals.INVALID_ACCESS_TOKEN.message)
    return refused(refusal, question, "no AccessToken", _SOURCE, answer="unsaid")


def known_user(found: Decision[str | Refusal]) -> Decision[str | Refusal]:
    """The username that was found; the reading operations of an operator call a missing one a missing resource."""
    if not isinstance(found.value, Refusal) or found.value.code != refusals.NO_SUCH_USER.code:
        return found
    refusal = Refusal(refusals.NOT_FOUND, found.value.message)
    missing: Decision[str | Refusal] = refused(
        refusal,
        "is there such a user?",
        "UserNotFoundException is none of its errors",
        "idp:api",
        assumption=UNSEEN_TEXTS,
    )
    return refusals.after(found, missing)
