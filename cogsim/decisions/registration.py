"""Who may make an account, what it must hold, and how it is confirmed.

1. Where only operators make accounts, nobody makes one for herself.
2. Who signs herself up writes only what the app client may write, and everything the pool requires.
3. A code proves the address it was sent to. Confirming makes that address a sign-in name; if someone else signs in by
   it already, confirming fails unless the caller asks to take the name over. # idp:signing-up
4. An account without a password must be reachable by a one-time password, or nobody could ever sign in to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.attribute_permissions import may_write
from cogsim.decisions.attribute_values import (
    SERVICE_MANAGED,
    check_flags,
    check_mutable,
    check_names,
    check_required,
    check_values,
)
from cogsim.decisions.refusals import (
    INVALID_PARAMETER,
    NOT_AUTHORIZED,
    UNSEEN_TEXTS,
    Check,
    after,
    all_of,
    passed,
    refused,
)
from cogsim.decisions.sign_in import unknown_user
from cogsim.decisions.usernames import check_alias_at_sign_up, check_alias_free
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_MASKED_CONFIRM = "cognito.confirmMaskedUnknown"
_WITHOUT_STATUS = "cognito.passwordlessStatus"

_FIRST_FACTORS = "Policies.SignInPolicy.AllowedFirstAuthFactors"
#: The first factors that need no password, and the address that each goes to. # idp:passwordless
_ONE_TIME = {"EMAIL_OTP": "email", "SMS_OTP": "phone_number"}
_PASSWORD_MISSING = Refusal(
    INVALID_PARAMETER,
    "1 validation error detected: Value at 'password' failed to satisfy constraint: Member must not be null",
)
_NO_LINK = Refusal(INVALID_PARAMETER, "The confirmation link is not valid.")
_ADDRESS_MISSING = Refusal(
    INVALID_PARAMETER, "A user without a password needs an email or phone_number for one-time passwords."
)


def permit_sign_up(pool: UserPool) -> Check:
    """Whether people may make accounts for themselves (argument 1)."""
    question, place = "may people sign themselves up?", pool.origin.at("AdminCreateUserConfig.AllowAdminCreateUserOnly")
    if pool.admin_create_user_only:
        found = "AllowAdminCreateUserOnly is true"
        return refused(refusals.SIGN_UP_NOT_PERMITTED, question, found, "idp:signing-up", location=place)
    return passed(question, "AllowAdminCreateUserOnly is false", "idp:signing-up", location=place)


def check_own_attributes(
    pool: UserPool, client: UserPoolClient, given: Mapping[str, str], attributes: Mapping[str, str]
) -> Check:
    """Whether a person may begin with these attributes (argument 2): `given` by her, `attributes` with her name's."""
    return all_of(
        may_write(pool, client, sorted(given)),
        check_names(pool, sorted(given)),
        check_alias_at_sign_up(pool, given),
        check_required(pool, attributes),
        check_values(pool, attributes),
    )


def check_operators_attributes(pool: UserPool, given: Mapping[str, str]) -> Check:
    """Whether an operator may make a user with these: no client's permission counts, nothing is required."""
    own = sorted(SERVICE_MANAGED & set(given))
    return all_of(
        check_names(pool, sorted(given)),
        check_mutable(pool, own),
        check_values(pool, given),
        check_flags(given, given),
    )


def passwordless_by_default(pool: UserPool) -> Decision[bool]:
    """Whether an account for which no password is given has none: where one-time passwords are a first factor."""
    question, place = "do people sign in without a password here?", pool.origin.at(_FIRST_FACTORS)
    found = [factor for factor in pool.first_factors if factor in _ONE_TIME]
    answer = "yes" if found else "no"
    step = Step(question, answer, ", ".join(pool.first_factors), "idp:passwordless", location=place)
    return decided(bool(found), step)


def permit_passwordless(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    """Whether a person may sign herself up without a password (argument 4)."""
    possible = passwordless_by_default(pool)
    if not possible.value:
        question, place = "may the password be left out?", pool.origin.at(_FIRST_FACTORS)
        found = ", ".join(pool.first_factors)
        refusal = refused(
            _PASSWORD_MISSING, question, found, "idp:passwordless", location=place, assumption=UNSEEN_TEXTS
        )
        return after(possible, refusal)
    return after(possible, _reachable(pool, attributes))


def check_passwordless(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    """Whether an operator may make a user without a password of these attributes (argument 4): nobody will be asked
    later for what is required."""
    return all_of(_reachable(pool, attributes), check_required(pool, attributes))


def _reachable(pool: UserPool, attributes: Mapping[str, str]) -> Check:
    question, place = "is there an address for a one-time password?", pool.origin.at(_FIRST_FACTORS)
    wanted = [_ONE_TIME[factor] for factor in pool.first_factors if factor in _ONE_TIME]
    found = [attribute for attribute in wanted if attributes.get(attribute)]
    if not found:
        return refused(
            _ADDRESS_MISSING,
            question,
            f"no {' or '.join(wanted)}",
            "idp:passwordless",
            location=place,
            assumption=UNSEEN_TEXTS,
        )
    return passed(question, ", ".join(found), "idp:passwordless", location=place)


def passwordless_status() -> Decision[UserStatus]:
    """The status of a user whom an operator makes without a password."""
    status = UserStatus(choice(_WITHOUT_STATUS))
    question = "which status has a user without a password?"
    return decided(status, Step(question, status, "", "idp:passwordless", Basis.ASSUMED, assumption=_WITHOUT_STATUS))


def leads_to_sign_in(client: UserPoolClient) -> Decision[bool]:
    """Whether a sign-up at `client` may go over into a sign-in: where it admits the choice-based flow."""
    question, place = "does a sign-in follow the sign-up by its session?", client.origin.at("ExplicitAuthFlows")
    yes = "ALLOW_USER_AUTH" in client.explicit_auth_flows
    found = ", ".join(client.explicit_auth_flows)
    return decided(yes, Step(question, "yes" if yes else "no", found, "idp:passwordless", location=place))


def check_confirmable(user: PoolUser) -> Check:
    """Whether the user is still to be confirmed. # idp:user-accounts §status"""
    question = "is the user still to be confirmed?"
    if user.status is UserStatus.UNCONFIRMED:
        return passed(question, user.status, "idp:user-accounts§status")
    text = f"User cannot be confirmed. Current status is {user.status}"
    return refused(Refusal(NOT_AUTHORIZED, text), question, user.status, "idp:user-accounts§status")


def check_resendable(pool: UserPool, user: PoolUser) -> Check:
    """Whether there is anything to send again: a user to confirm, in a pool that verifies."""
    question, source = "is there a code to send again?", "idp:signing-up"
    if user.status is not UserStatus.UNCONFIRMED:
        return refused(refusals.ALREADY_CONFIRMED, question, user.status, source)
    if not pool.auto_verified_attributes:
        place = pool.origin.at("AutoVerifiedAttributes")
        return refused(refusals.NOTHING_TO_RESEND, question, "no address is verified", source, location=place)
    return passed(question, user.status, source)


def unknown_at_confirmation(client: UserPoolClient) -> Decision[Any]:
    """The refusal of a confirmation for a name that nobody has. # idp:existence"""
    code = choice(_MASKED_CONFIRM)
    masked = refusals.CODE_EXPIRED if code == refusals.CODE_EXPIRED.code else refusals.CODE_MISMATCH
    return unknown_user(client, refusals.NO_SUCH_USER_OF_CLIENT, masked, _MASKED_CONFIRM)


@dataclass(frozen=True, slots=True)
class LinkedConfirmation:
    """What a confirmation link stands for: whose sign-up, at which app client, and its code."""

    pool_id: str
    client_id: str
    username: str
    code: str = field(repr=False)


def read_confirmation(world: World, link: tuple[str, str, str, str] | None) -> Decision[LinkedConfirmation | Refusal]:
    """The sign-up that a link (host, client id, username, code) confirms: the host must be the domain of the client's
    own pool, or a link to one pool would confirm a namesake in another."""
    question, source = "which sign-up does the link confirm?", "idp:verification§links"
    if link is None:
        return refused(_NO_LINK, question, "it is no confirmation link", source, assumption=UNSEEN_TEXTS)
    host, client_id, name, code = link
    client = world.clients.get(client_id)
    own = [domain for domain in world.domains.values() if client and domain.pool_id == client.pool_id]
    if client is None or host not in [domain.host() for domain in own]:
        return refused(_NO_LINK, question, f"{host} leads to no client {client_id}", source, assumption=UNSEEN_TEXTS)
    username = world.resolve_username(world.user_pools[client.pool_id], name)
    if username is None:
        return unknown_at_confirmation(client)
    found = LinkedConfirmation(client.pool_id, client.id, username, code)
    return decided(found, Step(question, username, f"{host}, {client_id}", source))


def verified_addresses(attributes: Mapping[str, str]) -> dict[str, str]:
    """The addresses that an operator vouches for: attribute to value."""
    contacts = ("email", "phone_number")
    return {name: attributes[name] for name in contacts if name in attributes and _vouched(attributes, name)}


def _vouched(attributes: Mapping[str, str], name: str) -> bool:
    return attributes.get(f"{name}_verified") == "true"


def check_proved_names(world: World, pool: UserPool, username: str, proved: Mapping[str, str], force: bool) -> Check:
    """Whether the addresses that become verified are free to sign in by (argument 3): attribute to value."""
    question, source = "which addresses become sign-in names?", "idp:attributes§aliases"
    names = (check_alias_free(world, pool, username, name, proved[name], force=force) for name in sorted(proved))
    return all_of(passed(question, ", ".join(sorted(proved)) or "none", source), *names)


def check_operators_names(
    world: World, pool: UserPool, username: str, attributes: Mapping[str, str], force: bool
) -> Check:
    """Whether the sign-in names that an operator gives a new user are free: the addresses vouched for, which `force`
    takes over, and a preferred username, which stays with whoever has it."""
    proved = check_proved_names(world, pool, username, verified_addresses(attributes), force)
    preferred = attributes.get("preferred_username")
    if preferred is None:
        return proved
    return all_of(proved, check_alias_free(world, pool, username, "preferred_username", preferred))


def check_invitable(user: PoolUser, name: str) -> Check:
    """Whether an invitation may be sent again: only to who has not accepted the first. # idp:user-accounts"""
    question = "has the user still to change the temporary password?"
    if user.status is UserStatus.FORCE_CHANGE_PASSWORD:
        return passed(question, user.status, "idp:user-accounts")
    text = f"Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD"
    return refused(Refusal("UnsupportedUserStateException", text), question, user.status, "idp:user-accounts")
