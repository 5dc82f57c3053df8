"""Virtual MFA devices of IAM: whether a code proves its holder, and whose device it is.

1. The device belongs to the caller: somebody else's proves nothing about them.
2. The code is that of the present period, or of a neighbour as far as clocks may differ.
3. A code is good once: who reads it over a shoulder comes too late. The codes that enabled the device count as used.
4. A device is enabled by two codes in a row: one could be a guess.

# ug:mfa-api; ug:mfa-devices
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, IamUser, Root, caller_arn
from cogsim.decisions.iam_entities import EXISTS, NO_SUCH_ENTITY, Owner, unseen
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.tokens.totp import decoded, hotp, matching_steps, step_at
from cogsim.world.iam import MfaDevice, User
from cogsim.world.world import World

_DRIFT, _REUSE = "iam.mfaDrift", "iam.mfaCodeReuse"
_DIGITS = re.compile(r"[0-9]{6}")

_BOTH = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
_UNKNOWN = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
_WRONG = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


@dataclass(frozen=True, slots=True)
class MfaProof:
    """A second factor that was given with a call: the device, and the period whose code it was."""

    serial_number: str
    period: int


def prove(
    world: World, caller: Caller, serial: str | None, code: str | None, used: tuple[int, ...], now: float
) -> Decision[MfaProof | Refusal | None]:
    """What SerialNumber and TokenCode of an STS call prove at `now` (seconds): None where neither is given. `used` are
    the periods whose codes the device's holder has given before."""
    question = "is a second factor given with the call?"
    if serial is None and code is None:
        return decided(None, Step(question, "no", "", "ug:mfa-api"))
    if serial is None or code is None:
        found = "no serial number" if serial is None else "no code"
        return refused(Refusal("AccessDenied", _BOTH), question, found, "ug:mfa-api", answer="half of one")
    device = world.mfa_devices.get(serial)
    own = isinstance(caller, IamUser | Root) and device is not None and device.user_arn == caller_arn(caller)
    if device is None or not own:
        return refused(Refusal("AccessDenied", _UNKNOWN), "is it a device of the caller?", serial, "ug:mfa-api")
    owned = Step("is it a device of the caller?", "yes", serial, "ug:mfa-api", location=device.origin.location)
    judged = _judge(device, code, used, now)
    return Decision(judged.value, (owned, *judged.steps))


def _judge(device: MfaDevice, code: str, used: tuple[int, ...], now: float) -> Decision[MfaProof | Refusal]:
    question = "is it the device's code?"
    drift = int(choice(_DRIFT))
    periods = matching_steps(device.seed, code, now, drift) if _DIGITS.fullmatch(code) else ()
    refusal = Refusal("AccessDenied", _WRONG)
    if not periods:
        found = f"not of these {2 * drift + 1} periods"
        return refused(refusal, question, found, "rfc:6238§5.2", assumption=_DRIFT)
    fresh = [period for period in periods if period not in used]
    taken = fresh or (periods if choice(_REUSE) == "taken" else ())
    if not taken:
        return refused(refusal, question, "used before", "rfc:6238§5.2", answer="it was", assumption=_REUSE)
    basis, assumption = (Basis.DOCUMENTED, None) if fresh else (Basis.ASSUMED, _REUSE)
    found = "not used before" if fresh else "used before"
    step = Step(question, "yes", found, "rfc:6238§5.2", basis, assumption=assumption)
    return decided(MfaProof(device.serial_number, taken[0]), step)


def still_used(used: tuple[int, ...], *periods: int) -> tuple[int, ...]:
    """The periods to remember once codes of `periods` were taken: those that a later try could still name."""
    oldest = max(periods) - 2 * int(choice(_DRIFT)) - 1
    return tuple(sorted({*(old for old in used if old >= oldest), *periods}))


def existing_device(world: World, owner: Owner, serial: str) -> Decision[MfaDevice | Refusal]:
    """The virtual device of the account with that serial number, or the refusal."""
    question = "is there such a device?"
    device = world.mfa_devices.get(serial)
    if device is not None and owner.has(serial):
        return decided(device, Step(question, "yes", serial, "ug:mfa-devices", location=device.origin.location))
    refusal = Refusal(NO_SUCH_ENTITY, f"VirtualMFADevice with serial number {serial} doesn't exist.")
    return refused(refusal, question, serial, "ug:mfa-devices")


def creatable(world: World, serial: str) -> Check:
    """Whether the name is free under that path."""
    question = "is the name free for a device?"
    if serial not in world.mfa_devices:
        return passed(question, serial, "ug:mfa-devices")
    text = "MFADevice entity at the same path and name already exists."
    return refused(Refusal(EXISTS, text), question, serial, "ug:mfa-devices")


def enabled_by(
    world: World, device: MfaDevice, user: User, codes: tuple[str, str], now: float
) -> Decision[int | Refusal]:
    """The period of the second of two codes in a row that enable the device for the user, or the refusal."""
    question = "is the device free?"
    if device.user_arn is not None:
        text = "MFA Device is already in use."
        return unseen(EXISTS, text, question, device.user_arn, "ug:mfa-devices")
    free = passed(question, device.serial_number, "ug:mfa-devices")
    room = room_for("MFADevicesPerUser", len(devices_of(world, user.arn)))
    before = all_of(free, room)
    if before.value is not None:
        return Decision(before.value, before.steps)
    judged = _in_a_row(device, codes, now)
    return Decision(judged.value, before.steps + judged.steps)


def resynchronised(device: MfaDevice, user: User, codes: tuple[str, str], now: float) -> Decision[int | Refusal]:
    """The period of the second of two codes in a row that a user's device shows, or the refusal. Devices keep time
    here, so nothing is set right: the codes are as good as those that enabled it. # ug:mfa-devices"""
    assigned = assigned_to(device, user)
    if assigned.value is not None:
        return Decision(assigned.value, assigned.steps)
    judged = _in_a_row(device, codes, now)
    return Decision(judged.value, assigned.steps + judged.steps)


def _in_a_row(device: MfaDevice, codes: tuple[str, str], now: float) -> Decision[int | Refusal]:
    question, drift = "does the device show these codes in a row?", int(choice(_DRIFT))
    key, current = decoded(device.seed), step_at(now)
    for period in range(max(current - drift, 1), current + drift + 1):
        if (hotp(key, period - 1), hotp(key, period)) == codes:
            return decided(period, Step(question, "yes", f"period {period}", "rfc:6238§5.2"))
    refusal = Refusal("InvalidAuthenticationCode", "Authentication code for device is not valid.")
    return refused(refusal, question, f"not about period {current}", "rfc:6238§5.2", assumption=_DRIFT)


def devices_of(world: World, user_arn: str) -> list[MfaDevice]:
    """The devices of a user, or of the root user."""
    return [device for device in world.mfa_devices.values() if device.user_arn == user_arn]


def assigned_to(device: MfaDevice, user: User) -> Check:
    """Whether the device is that user's."""
    question = "is the device the user's?"
    if device.user_arn == user.arn:
        return passed(question, user.arn, "ug:mfa-devices")
    text = f"MFA device with serial number {device.serial_number} is not associated with user {user.name}."
    return unseen(NO_SUCH_ENTITY, text, question, device.user_arn or "nobody's", "ug:mfa-devices")


def deletable(device: MfaDevice) -> Check:
    """Whether nobody uses the device any more: it is deactivated first."""
    question = "does anybody use the device?"
    if device.user_arn is None:
        return passed(question, "nobody", "ug:mfa-devices", answer="no")
    text = "Cannot delete the device while it is in use by a user."
    return unseen("DeleteConflict", text, question, device.user_arn, "ug:mfa-devices")
