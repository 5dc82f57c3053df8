"""What PreSignUp and UserMigration answers make of an account. # idp:triggers

1. PreSignUp confirms an account that signs itself up; one that an operator makes it cannot confirm.
2. It verifies addresses that are there; to verify one that is not is an error.
3. A migrated user is one whom the function describes: without attributes there is none. The password that was given
   stands as it is, whatever the policy; unless the function says CONFIRMED it must be reset. # idp:migration
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.trigger_events import UNRECOGNIZABLE
from cogsim.world.pool_user import UserStatus

_VERIFIES = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}
#: Attributes that the service alone sets, and the one that names the new account.
_NAMING = "username"


@dataclass(frozen=True, slots=True)
class Registered:
    """What PreSignUp grants: confirmed at once, and the attributes with what it verified."""

    confirmed: bool
    attributes: Mapping[str, str]
    proved: Mapping[str, str]


def registered(
    response: Mapping[str, Any], attributes: Mapping[str, str], *, by_operator: bool
) -> Decision[Registered | Refusal]:
    """The account that begins with `attributes`, after PreSignUp's response (arguments 1 and 2)."""
    question = "what does PreSignUp grant?"
    wanted = [name for field, name in _VERIFIES.items() if response.get(field)]
    missing = [name for name in wanted if not attributes.get(name)]
    if missing:
        found = f"{', '.join(missing)} to be verified, and not given"
        return decided(UNRECOGNIZABLE, Step(question, "refused", found, "idp:triggers", decides=True))
    confirmed = bool(response.get("autoConfirmUser")) and not by_operator
    flags = {f"{name}_verified": "true" for name in wanted}
    answer = ", ".join([*(["confirmed"] if confirmed else []), *(f"{name} verified" for name in wanted)]) or "nothing"
    granted = Registered(confirmed, {**attributes, **flags}, {name: attributes[name] for name in wanted})
    return decided(granted, Step(question, answer, "its response", "idp:triggers"))


@dataclass(frozen=True, slots=True)
class Migrated:
    """A user as UserMigration describes one: the name, the attributes, the status, and how the account is made."""

    name: str
    attributes: Mapping[str, str]
    status: UserStatus
    force_alias: bool
    sms_factor: bool
    welcome: tuple[str, ...]


def migrated(response: Mapping[str, Any], name: str) -> Decision[Migrated | Refusal | None]:
    """The user whom the response describes under the `name` that was signed in with, or None (argument 3)."""
    question, source = "does the function know the user?", "idp:migration"
    given = {key: value for key, value in (response.get("userAttributes") or {}).items() if value}
    if not given:
        return decided(None, Step(question, "no", "no userAttributes", source))
    status = response.get("finalUserStatus")
    action = response.get("messageAction")
    mediums = tuple(response.get("desiredDeliveryMediums") or ("SMS",))
    wrong = [
        *([f"finalUserStatus {status}"] if status not in (None, "CONFIRMED", "RESET_REQUIRED") else []),
        *([f"messageAction {action}"] if action not in (None, "SUPPRESS", "RESEND") else []),
        *(f"desiredDeliveryMediums {medium}" for medium in mediums if medium not in ("EMAIL", "SMS")),
    ]
    if wrong:
        return decided(UNRECOGNIZABLE, Step(question, "refused", ", ".join(wrong), source, decides=True))
    found = Migrated(
        given.pop(_NAMING, name),
        given,
        UserStatus.CONFIRMED if status == "CONFIRMED" else UserStatus.RESET_REQUIRED,
        response.get("forceAliasCreation") is True,
        response.get("enableSMSMFA") is True,
        () if action == "SUPPRESS" else mediums,
    )
    return decided(found, Step(question, "yes", f"finalUserStatus {found.status}", source))
