"""Codes that prove control of an address: to whom they go, how long they are good, how often one may try.

1. A code is good once, for its time, and only the latest: a new one replaces it.
2. It proves the address it went to and no other: once the user's address is another, the code proves nothing. Else a
   code for an address of one's own would verify a stranger's.
3. Six digits can be guessed, so the tries in an hour are bounded, right or wrong.
4. Where the code went is told with most of the address hidden.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.entropy import Draw
from cogsim.world.user_pool import UserPool

CONFIRM_SIGN_UP = "confirm sign-up"
VERIFY_ATTRIBUTE = "verify attribute"
RESET_PASSWORD = "reset password"
#: Messages whose code is kept elsewhere: a temporary password, and a code that a sign-in asks for.
INVITATION, SIGN_IN = "invitation", "sign-in"

_DAY, _HOUR = 86400.0, 3600.0
#: Seconds that a code of a purpose is good for. # idp:quotas §codes
_LIFETIMES = {CONFIRM_SIGN_UP: _DAY, VERIFY_ATTRIBUTE: _DAY, RESET_PASSWORD: _HOUR}

#: Requests of one user in an hour. # idp:quotas §codes
HOURLY = {
    "ConfirmSignUp": 15,
    "ResendConfirmationCode": 5,
    "GetUserAttributeVerificationCode": 5,
    "VerifyUserAttribute": 15,
    "ChangePassword": 5,
}

#: What beginning and confirming a recovery are counted as together. # idp:quotas §codes
RECOVERY = "ForgotPassword"

_RECOVERY_LIMIT = "cognito.recoveryLimit"
_TOO_MANY = "cognito.tooManyWrongCodes"


@dataclass(frozen=True, slots=True)
class PendingCode:
    """A code on its way: what for, which attribute it proves, the address it went to, and whether that address waits
    for the code (else it is the user's already)."""

    purpose: str
    attribute: str
    address: str
    code: str = field(repr=False)
    issued_at: float = 0.0
    waits: bool = False

    @property
    def waiting(self) -> str | None:
        """The address that waits for this code, or None."""
        return self.address if self.waits else None


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a code goes: the attribute, the medium (EMAIL or SMS) and the address."""

    attribute: str
    medium: str
    address: str

    def details(self) -> dict[str, str]:
        """CodeDeliveryDetails, the address masked."""
        return {
            "Destination": masked(self.attribute, self.address),
            "DeliveryMedium": self.medium,
            "AttributeName": self.attribute,
        }


def masked(attribute: str, address: str) -> str:
    """`j***@e***` or `+*******1234`. # idp:signing-up"""
    if attribute == "email":
        local, _, domain = address.partition("@")
        return f"{local[:1]}***@{domain[:1]}***"
    return "+" + "*" * max(len(address) - 5, 0) + address[-4:]


def delivery(attribute: str, address: str) -> Delivery:
    """The delivery to an address that stands in `attribute`."""
    return Delivery(attribute, "EMAIL" if attribute == "email" else "SMS", address)


def confirmation_contact(pool: UserPool, attributes: Mapping[str, str]) -> Decision[Delivery | None]:
    """Where the code of a sign-up goes: one address only, the phone before the e-mail. # idp:signing-up"""
    question, place = "which address is verified at sign-up?", pool.origin.at("AutoVerifiedAttributes")
    for attribute in ("phone_number", "email"):
        if attribute in pool.auto_verified_attributes and attributes.get(attribute):
            step = Step(question, attribute, "AutoVerifiedAttributes", "idp:signing-up", location=place)
            return decided(delivery(attribute, attributes[attribute]), step)
    found = ", ".join(pool.auto_verified_attributes) or "AutoVerifiedAttributes is empty"
    return decided(None, Step(question, "none", found, "idp:signing-up", location=place))


def simulated_delivery(pool: UserPool, draw: Draw, attribute: str | None = None) -> Delivery:
    """A delivery that never happens, for a name nobody has: to `attribute`, else by the medium the pool verifies.
    # idp:existence"""
    phone_only = "phone_number" in pool.auto_verified_attributes and "email" not in pool.auto_verified_attributes
    if attribute == "phone_number" or (attribute is None and phone_only):
        return Delivery("phone_number", "SMS", "+1" + draw.digits(10))
    return Delivery("email", "EMAIL", f"{draw.lower_alnum(8)}@{draw.lower_alnum(12)[8:]}.example")


def check_code(pending: PendingCode | None, held: Mapping[str, str], given: str, now: float) -> Check:
    """Whether `given` is the code that is out, in its time, for an address the user still has; `held` are the user's
    attributes. # idp:signing-up"""
    question = "is it the code that was sent?"
    if pending is None:
        return refused(refusals.CODE_EXPIRED, question, "none is out", "idp:signing-up")
    if not pending.waits and held.get(pending.attribute) != pending.address:
        found = f"sent to another {pending.attribute} than the user's"
        return refused(refusals.CODE_EXPIRED, question, found, "idp:signing-up")
    if now >= pending.issued_at + _LIFETIMES[pending.purpose]:
        found = f"sent more than {_LIFETIMES[pending.purpose]:g} s ago"
        return refused(refusals.CODE_EXPIRED, question, found, "idp:quotas§codes")
    if not hmac.compare_digest(pending.code.encode(), given.encode()):
        return refused(refusals.CODE_MISMATCH, question, "another code", "idp:signing-up")
    return passed(question, pending.purpose, "idp:quotas§codes")


def check_limit(
    tries: tuple[float, ...], limit: int, now: float, full: Refusal = refusals.LIMIT_EXCEEDED, rests: str | None = None
) -> Check:
    """Whether one more request fits into the last hour, or it is `full`; `tries` are the instants of the earlier ones,
    `rests` the assumption that the limit or the refusal rests on."""
    question = "how many requests of this kind in the last hour?"
    recent = [instant for instant in tries if now - instant < _HOUR]
    found = f"{len(recent)} of {limit}"
    if len(recent) >= limit:
        return refused(full, question, found, "idp:quotas§codes", answer="too many", assumption=rests)
    return passed(question, found, "idp:quotas§codes", answer="few enough", assumption=rests)


def check_recovery_limit(tries: tuple[float, ...], now: float) -> Check:
    """Whether one request more to begin a recovery fits into the hour; beginning and confirming count together, from
    5 to 20 depending on a risk that no document explains."""
    return check_limit(tries, int(choice(_RECOVERY_LIMIT)), now, rests=_RECOVERY_LIMIT)


def check_confirmation_limit(tries: tuple[float, ...], now: float) -> Check:
    """Whether one try more to confirm a recovery fits into the same hour; two errors are documented for the end."""
    full = Refusal(choice(_TOO_MANY), refusals.LIMIT_EXCEEDED.message)
    return check_limit(tries, int(choice(_RECOVERY_LIMIT)), now, full, _TOO_MANY)
