"""ConfirmSignUp, ResendConfirmationCode, AdminConfirmSignUp: an unconfirmed user becomes a confirmed one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import sign_in_triggers, sign_up_session
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_user, user_called
from cogsim.aws.services.cognito_idp.messages import code_key, send_code
from cogsim.aws.services.cognito_idp.records import CODES, count_try
from cogsim.aws.services.cognito_idp.users import change_user, release_aliases
from cogsim.decisions import codes, recovery, registration
from cogsim.decisions.app_client import check_secret_hash
from cogsim.entropy import named
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

_CLIENTS_OWN = ("AnalyticsMetadata", "UserContextData")
_FOR_TRIGGERS = ("ClientMetadata",)


@operation("cognito-idp:ConfirmSignUp", ignores=_CLIENTS_OWN, forwards=_FOR_TRIGGERS)
def confirm_sign_up(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    Username: str,
    ConfirmationCode: str,
    SecretHash: str | None = None,
    ForceAliasCreation: bool | None = None,
    Session: str | None = None,
) -> Mapping[str, Any]:
    """Confirm the account by its code, and with it the address the code went to; by SignUp's Session a sign-in may
    follow at once. # idp:signing-up"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret_hash(client, Username, SecretHash))
    user = user_called(ctx, pool, Username)
    if user is None:
        _stranger(ctx, pool, client, Username, "ConfirmSignUp")
        ctx.require(registration.unknown_at_confirmation(client))
        return {}
    if Session is not None:
        sign_up_session.check(ctx, client, user, Session)
    confirmed = prove(ctx, pool, user, ConfirmationCode, force=bool(ForceAliasCreation))
    if Session is None:
        return {}
    sign_up_session.spend(ctx, Session)
    return sign_up_session.begin(ctx, pool, client, confirmed, Username, sign_up_session.SIGN_IN)


def _stranger(ctx: CallContext, pool: UserPool, client: UserPoolClient, name: str, operation: str) -> None:
    """A name nobody has is refused, or meets the limits of a user where the client hides its users: else the limit
    would tell them apart."""
    ctx.require(recovery.unknown(client))
    count_try(ctx, pool.id, f"nobody/{pool.compared(name)}", operation, codes.HOURLY[operation])


def prove(
    ctx: CallContext, pool: UserPool, user: PoolUser, code: str, *, force: bool, client_id: str | None = None
) -> PoolUser:
    """The user confirmed by the code of her sign-up, however it came back; the refusal raised where it is not.
    `client_id` names the app where the call does not."""
    count_try(ctx, pool.id, user.sub, "ConfirmSignUp", codes.HOURLY["ConfirmSignUp"])
    ctx.require(registration.check_confirmable(user))
    key = code_key(pool, user, codes.CONFIRM_SIGN_UP, "")
    pending = CODES.get(ctx.state, key)
    ctx.require(codes.check_code(pending, user.attributes, code, ctx.now))
    assert pending is not None
    proved = {pending.attribute: pending.address}
    ctx.require(registration.check_proved_names(ctx.world, pool, user.username, proved, force))
    ctx.update_state(lambda state: CODES.drop(state, key))
    release_aliases(ctx, pool, user.username, proved)
    attributes = user.attributes
    for attribute in proved:
        attributes = attributes.set(f"{attribute}_verified", "true")
    confirmed = change_user(ctx, user, status=UserStatus.CONFIRMED, attributes=attributes)
    sign_in_triggers.confirmed(ctx, pool, confirmed, client_id=client_id)
    return confirmed


@operation("cognito-idp:ResendConfirmationCode", ignores=_CLIENTS_OWN, forwards=_FOR_TRIGGERS)
def resend_confirmation_code(
    ctx: CallContext, /, *, ClientId: str, Username: str, SecretHash: str | None = None
) -> Mapping[str, Any]:
    """A new code to the same address; where the client hides its users, a name nobody has gets the same answer."""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret_hash(client, Username, SecretHash))
    user = user_called(ctx, pool, Username)
    if user is None:
        _stranger(ctx, pool, client, Username, "ResendConfirmationCode")
        draw = named("cognito-idp/simulated-delivery", pool.id, pool.compared(Username))
        return {"CodeDeliveryDetails": codes.simulated_delivery(pool, draw).details()}
    count_try(ctx, pool.id, user.sub, "ResendConfirmationCode", codes.HOURLY["ResendConfirmationCode"])
    ctx.require(registration.check_resendable(pool, user))
    contact = ctx.take(codes.confirmation_contact(pool, user.attributes))
    if contact is None:
        return {}
    return {"CodeDeliveryDetails": send_code(ctx, pool, user, codes.CONFIRM_SIGN_UP, contact, client=client)}


@operation("cognito-idp:AdminConfirmSignUp", requires=on_pool("AdminConfirmSignUp"), forwards=_FOR_TRIGGERS)
def admin_confirm_sign_up(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Confirm an account on the operator's word; no address becomes verified by it. # idp:user-accounts"""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(registration.check_confirmable(user))
    sign_in_triggers.confirmed(ctx, pool, change_user(ctx, user, status=UserStatus.CONFIRMED))
    return {}
