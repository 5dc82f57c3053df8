"""Users as they are stored and as they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.records import FAILURES, forget
from cogsim.clock import at
from cogsim.decisions.password import keep
from cogsim.decisions.password_history import remembered
from cogsim.decisions.usernames import NewName, holder
from cogsim.persistent import Map
from cogsim.world.pool_user import PasswordVerifier, PoolUser, UserStatus
from cogsim.world.user_pool import MFA_FACTORS, UserPool
from cogsim.world.world import World

_CONTACTS = ("email", "phone_number")


def new_user(
    ctx: CallContext,
    pool: UserPool,
    name: NewName,
    sub: str,
    status: UserStatus,
    password: str | None,
    *,
    flagged: bool = True,
) -> PoolUser:
    """Store a new user, without a password where there is none; an address that comes without a flag is unverified,
    which the attributes say where `flagged`. They do not of users whom operators make. # idp:user-accounts"""
    attributes = {key: value for key, value in name.attributes.items() if value}
    for contact in _CONTACTS:
        if flagged and contact in attributes:
            attributes.setdefault(f"{contact}_verified", "false")
    verifier = None if password is None else kept_password(ctx, pool, name.username, password)
    temporary = ctx.now if status is UserStatus.FORCE_CHANGE_PASSWORD else None
    user = PoolUser(
        pool.id,
        name.username,
        sub,
        Map(attributes),
        status,
        password=verifier,
        temporary_password_set_at=temporary,
        created=ctx.now,
        modified=ctx.now,
    )
    ctx.update_world(lambda world: world.with_pool_user(user))
    return user


def kept_password(ctx: CallContext, pool: UserPool, username: str, password: str) -> PasswordVerifier:
    """What is kept of a new password, under new salt."""
    return keep(pool, username, password, ctx.draw("cognito-idp/salt", pool.id, username))


def change_user(ctx: CallContext, user: PoolUser, **changes: Any) -> PoolUser:
    """Store `user` with `changes`, modified now."""
    changed = replace(user, **changes, modified=ctx.now)
    ctx.update_world(lambda world: world.with_pool_user(changed))
    return changed


def set_password(ctx: CallContext, pool: UserPool, user: PoolUser, password: str, status: UserStatus) -> PoolUser:
    """Store a new password and the status it leaves the user in; wrong ones before it are forgotten, and the one that
    it follows goes to the history."""
    temporary = ctx.now if status is UserStatus.FORCE_CHANGE_PASSWORD else None
    verifier = kept_password(ctx, pool, user.username, password)
    ctx.update_state(lambda state: FAILURES.drop(state, (pool.id, user.sub)))
    return change_user(
        ctx,
        user,
        password=verifier,
        password_history=remembered(pool, user),
        status=status,
        temporary_password_set_at=temporary,
    )


def remove_user(ctx: CallContext, pool: UserPool, user: PoolUser) -> None:
    """Delete a user with everything that was kept for him; the name is free again. # idp:user-accounts"""
    ctx.update_world(lambda world: world.without_pool_user(pool.id, user.username))
    ctx.update_state(lambda state: forget(state, pool.id, user.sub))


def release_aliases(ctx: CallContext, pool: UserPool, username: str, values: Mapping[str, str]) -> None:
    """Take the aliases in `values` (attribute to value) from whoever else holds them: theirs are unverified again.
    # idp:attributes §aliases"""

    def change(world: World) -> World:
        for attribute in sorted(values):
            held_by = holder(world, pool, attribute, values[attribute])
            if attribute in pool.alias_attributes and held_by not in (None, username):
                other = world.pool_users[pool.id, str(held_by)]
                attributes = other.attributes.set(f"{attribute}_verified", "false")
                world = world.with_pool_user(replace(other, attributes=attributes, modified=ctx.now))
        return world

    ctx.update_world(change)


def attribute_list(pool: UserPool, user: PoolUser, readable: frozenset[str] | None = None) -> list[dict[str, str]]:
    """The user's attributes as Name and Value, `sub` first; only those in `readable` where it is given."""
    values = {"sub": user.sub, **user.attributes}
    return [
        {"Name": name, "Value": values[name]}
        for name in pool.attribute_names
        if name in values and (readable is None or name == "sub" or name in readable)
    ]


def described(pool: UserPool, user: PoolUser, attributes_member: str) -> dict[str, Any]:
    """The members that AdminGetUser, AdminCreateUser and ListUsers share; they name the attributes differently."""
    return {
        "Username": user.username,
        attributes_member: attribute_list(pool, user),
        "UserCreateDate": at(user.created),
        "UserLastModifiedDate": at(user.modified),
        "Enabled": user.enabled,
        "UserStatus": str(user.status),
        **mfa_options(user),
    }


def mfa_options(user: PoolUser) -> dict[str, Any]:
    """MFAOptions, which tells of text messages only, where the user has them as a factor. # idp:mfa"""
    if "SMS_MFA" not in user.factors:
        return {}
    return {"MFAOptions": [{"DeliveryMedium": "SMS", "AttributeName": "phone_number"}]}


def factor_settings(user: PoolUser) -> dict[str, Any]:
    """UserMFASettingList and PreferredMfaSetting, where the user has second factors. # idp:mfa"""
    listed = [factor for factor in user.factors if factor in MFA_FACTORS]
    settings: dict[str, Any] = {"UserMFASettingList": listed} if listed else {}
    return settings | ({"PreferredMfaSetting": user.preferred_factor} if user.preferred_factor else {})
