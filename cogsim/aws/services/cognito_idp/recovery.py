"""ForgotPassword, ConfirmForgotPassword, AdminResetUserPassword: a code in place of a password that is lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import sign_in_triggers, threat_protection
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_user, user_called
from cogsim.aws.services.cognito_idp.messages import code_key, send_code
from cogsim.aws.services.cognito_idp.records import CODES, count
from cogsim.aws.services.cognito_idp.user_migration import migrate
from cogsim.aws.services.cognito_idp.users import change_user, set_password
from cogsim.decisions import codes, password, recovery
from cogsim.decisions.app_client import check_secret_hash
from cogsim.decisions.password_history import check_unused
from cogsim.entropy import named
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import UserPool

_CLIENTS_OWN = ("AnalyticsMetadata", "UserContextData")
_FOR_TRIGGERS = ("ClientMetadata",)


@operation("cognito-idp:ForgotPassword", ignores=_CLIENTS_OWN, forwards=_FOR_TRIGGERS)
def forgot_password(
    ctx: CallContext, /, *, ClientId: str, Username: str, SecretHash: str | None = None
) -> Mapping[str, Any]:
    """Send a code to a verified address; a stranger sees no difference where the client hides its users.
    # idp:recovery"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret_hash(client, Username, SecretHash))
    user = user_called(ctx, pool, Username) or migrate(ctx, pool, client, Username, None, {})
    if user is None:
        ctx.require(recovery.unknown(client))
    counted = user.sub if user else f"nobody/{pool.compared(Username)}"
    count(ctx, (pool.id, counted, codes.RECOVERY), codes.check_recovery_limit)
    to = ctx.require(recovery.begin(pool, client, user)) if user else None
    if user is None or to is None:
        return {"CodeDeliveryDetails": _simulated(pool, Username)}
    threat_protection.remember_event(ctx, pool, user, "ForgotPassword", "Pass")
    return {"CodeDeliveryDetails": send_code(ctx, pool, user, codes.RESET_PASSWORD, to, client=client)}


def _simulated(pool: UserPool, name: str) -> dict[str, str]:
    """The delivery that never happens: the same for the same name, every time."""
    draw = named("cognito-idp/simulated-delivery", pool.id, pool.compared(name))
    return codes.simulated_delivery(pool, draw, recovery.simulated_attribute(pool)).details()


@operation("cognito-idp:ConfirmForgotPassword", ignores=_CLIENTS_OWN, forwards=_FOR_TRIGGERS)
def confirm_forgot_password(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    Username: str,
    ConfirmationCode: str,
    Password: str,
    SecretHash: str | None = None,
) -> Mapping[str, Any]:
    """Set a new password by the code; sign-ins that stand go on. # idp:recovery"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret_hash(client, Username, SecretHash))
    user = user_called(ctx, pool, Username)
    if user is None:
        ctx.require(recovery.unknown(client))
    counted = user.sub if user else f"nobody/{pool.compared(Username)}"
    count(ctx, (pool.id, counted, codes.RECOVERY), codes.check_confirmation_limit)
    ctx.require(recovery.confirm(client, user))
    assert user is not None
    key = code_key(pool, user, codes.RESET_PASSWORD, "")
    pending = CODES.get(ctx.state, key)
    ctx.require(codes.check_code(pending, user.attributes, ConfirmationCode, ctx.now))
    assert pending is not None
    ctx.require(password.conforms(pool, Password))
    threat_protection.check_new_password(ctx, pool, client.id, user, "PASSWORD_CHANGE", Password)
    ctx.require(check_unused(pool, user, Password))
    ctx.update_state(lambda state: CODES.drop(state, key))
    verified = ctx.take(recovery.verified_by_reset(pending.attribute))
    if verified is not None:
        user = change_user(ctx, user, attributes=user.attributes.set(f"{verified}_verified", "true"))
    changed = set_password(ctx, pool, user, Password, UserStatus.CONFIRMED)
    sign_in_triggers.confirmed(ctx, pool, changed, "ConfirmForgotPassword")
    return {}


@operation("cognito-idp:AdminResetUserPassword", requires=on_pool("AdminResetUserPassword"), forwards=_FOR_TRIGGERS)
def admin_reset_user_password(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """The password is dead at once, and a code for another one on its way. # idp:manage-users"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(recovery.check_resettable(user))
    to = ctx.require(recovery.operators_channel(pool, user))
    changed = change_user(ctx, user, status=UserStatus.RESET_REQUIRED, temporary_password_set_at=None)
    send_code(ctx, pool, changed, codes.RESET_PASSWORD, to)
    return {}
