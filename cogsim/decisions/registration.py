"""Who may make an account, what it must hold, and how it is confirmed.

1. Where only operators make accounts, nobody makes one for herself.
2. Who signs herself up writes only what the app client may write, and everything the pool requires.
3. A code proves the address it was sent to. Confirming makes that address a sign-in name; if someone else signs in by
   it already, confirming fails unless the caller asks to take the name over. # idp:signing-up
"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions import refusals
from cogsim.decisions.attribute_permissions import may_write
from cogsim.decisions.attribute_values import SERVICE_MANAGED, check_mutable, check_names, check_required, check_values
from cogsim.decisions.refusals import NOT_AUTHORIZED, Check, all_of, passed, refused
from cogsim.decisions.sign_in import unknown_user
from cogsim.decisions.usernames import check_alias_at_sign_up, check_alias_free
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_MASKED_CONFIRM = "cognito.confirmMaskedUnknown"


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
    return all_of(check_names(pool, sorted(given)), check_mutable(pool, own), check_values(pool, given))


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


def unknown_at_confirmation(client: UserPoolClient) -> Check:
    """The refusal of a confirmation for a name that nobody has. # idp:existence"""
    code = choice(_MASKED_CONFIRM)
    masked = refusals.CODE_EXPIRED if code == refusals.CODE_EXPIRED.code else refusals.CODE_MISMATCH
    return unknown_user(client, refusals.NO_SUCH_USER_OF_CLIENT, masked, _MASKED_CONFIRM)


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
