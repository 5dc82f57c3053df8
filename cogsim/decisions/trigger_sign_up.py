"""What PreSignUp and UserMigration answers make of an account. # idp:triggers

1. PreSignUp confirms an account that signs itself up; one that an operator makes it cannot confirm.
2. It verifies addresses that are there; to verify one that is not is an error.
3. A migrated user is one whom the function describes: without attributes there is none. The password that was given
   stands as it is, whatever the policy; unless the function says CONFIRMED it must be reset. # idp:migration
4. Neither takes a sign-in name from whoever has it, unless a migration says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals, usernames
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, all_of
from cogsim.decisions.registration import check_operators_attributes, check_operators_names, check_proved_names
from cogsim.decisions.sign_in import hides_users
from cogsim.decisions.trigger_events import UNRECOGNIZABLE
from cogsim.decisions.usernames import NewName, check_alias_free
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

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


def check_proved(world: World, pool: UserPool, username: str, granted: Registered) -> Check:
    """Whether the addresses that PreSignUp verifies are free to sign in by (argument 4)."""
    checked = check_proved_names(world, pool, username, granted.proved, False)
    if checked.value is None:
        return checked
    taken = next(
        name
        for name in sorted(granted.proved)
        if check_alias_free(world, pool, username, name, granted.proved[name]).value
    )
    text = f"An account with the given {taken} already exists."
    return decided(Refusal(refusals.USERNAME_EXISTS.code, text), *checked.steps)


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


def name_migrated(
    world: World, pool: UserPool, client: UserPoolClient, found: Migrated, sub: str
) -> Decision[NewName | Refusal]:
    """What the migrated user is called; one whom the pool cannot take as the function describes her is not migrated,
    and to a client that hides its users that looks like a wrong password (argument 4)."""
    named = usernames.name_user(pool, found.name, found.attributes, sub)
    if isinstance(named.value, Refusal):
        return _not_migrated(client, named)
    name = named.value
    checked = all_of(
        check_operators_attributes(pool, name.attributes),
        usernames.check_free(world, pool, name, refusals.USERNAME_EXISTS),
        check_operators_names(world, pool, name.username, name.attributes, found.force_alias),
    )
    if checked.value is not None:
        return _not_migrated(client, checked)
    return decided(name, *named.steps, *checked.steps)


def _not_migrated(client: UserPoolClient, checked: Decision[Any]) -> Decision[Any]:
    openly = Refusal("UserNotFoundException", f"Exception migrating user in app client {client.id}")
    refusal = refusals.INCORRECT if hides_users(client) else openly
    found, place = str(checked.value), client.origin.at("PreventUserExistenceErrors")
    said = refusals.refused(
        refusal, "can the pool take the user?", found, "idp:migration", location=place, assumption=UNSEEN_TEXTS
    )
    return decided(said.value, *said.steps, after=checked.steps)
