"""What an operator does to a user: look, set a password, change attributes, disable, enable, delete."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.assumptions import choice
from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import attribute_map, on_pool, operators_user
from cogsim.aws.services.cognito_idp.users import (
    change_user,
    described,
    factor_settings,
    remove_user,
    set_password,
)
from cogsim.aws.services.cognito_idp.verify_attribute import apply_update
from cogsim.decisions import password
from cogsim.decisions.attribute_update import plan_update
from cogsim.decisions.password_history import check_unused
from cogsim.world.pool_user import UserStatus


@operation("cognito-idp:AdminGetUser", requires=on_pool("AdminGetUser"), reads_only=True)
def admin_get_user(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """The user as stored; no client's read permission counts."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    return described(pool, user, "UserAttributes") | factor_settings(user)


@operation("cognito-idp:AdminSetUserPassword", requires=on_pool("AdminSetUserPassword"))
def admin_set_user_password(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, Password: str, Permanent: bool | None = None
) -> Mapping[str, Any]:
    """A permanent password confirms the user whatever it was; a temporary one must be changed. Tokens that are out
    stay good unless assumed otherwise. # idp:user-accounts §status"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(password.conforms(pool, Password))
    ctx.require(check_unused(pool, user, Password))
    set_password(ctx, pool, user, Password, UserStatus.CONFIRMED if Permanent else UserStatus.FORCE_CHANGE_PASSWORD)
    if choice("cognito.operatorsPasswordRevokes") == "yes":
        by = "AdminSetUserPassword"
        ctx.update_state(lambda state: token_families.revoke_all(state, pool.id, user.sub, by, ctx.now))
    return {}


@operation(
    "cognito-idp:AdminUpdateUserAttributes",
    requires=on_pool("AdminUpdateUserAttributes"),
    forwards=("ClientMetadata",),
)
def admin_update_user_attributes(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, UserAttributes: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Change attributes on the operator's word, verified flags included. # idp:verification"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    sends = choice("cognito.adminUpdateSendsCode") == "yes"
    changes = attribute_map(UserAttributes)
    apply_update(ctx, pool, user, plan_update(ctx.world, pool, user, changes, holds_back=True, sends=sends))
    return {}


@operation("cognito-idp:AdminDisableUser", requires=on_pool("AdminDisableUser"))
def admin_disable_user(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Refuse the user from now on, and end every sign-in. # idp:user-accounts §disable"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    change_user(ctx, user, enabled=False)
    ctx.update_state(lambda state: token_families.revoke_all(state, pool.id, user.sub, "AdminDisableUser", ctx.now))
    return {}


@operation("cognito-idp:AdminEnableUser", requires=on_pool("AdminEnableUser"))
def admin_enable_user(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Let the user sign in again; sign-ins that were ended stay so."""
    _, user = operators_user(ctx, UserPoolId, Username)
    change_user(ctx, user, enabled=True)
    return {}


@operation("cognito-idp:AdminDeleteUser", requires=on_pool("AdminDeleteUser"))
def admin_delete_user(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Delete the user; the name is free again, and whoever takes it is somebody else. # idp:user-accounts"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    remove_user(ctx, pool, user)
    return {}


@operation("cognito-idp:AdminDeleteUserAttributes", requires=on_pool("AdminDeleteUserAttributes"))
def admin_delete_user_attributes(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, UserAttributeNames: list[str]
) -> Mapping[str, Any]:
    """Delete attributes on the operator's word; one that is required, or that people sign in by, stays."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    plan = plan_update(ctx.world, pool, user, dict.fromkeys(UserAttributeNames, ""), holds_back=False, sends=False)
    apply_update(ctx, pool, user, plan)
    return {}
