"""AdminCreateUser: an operator makes an account and invites its owner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import attribute_map, on_pool, operators_pool, operators_user
from cogsim.aws.services.cognito_idp.messages import send_invitation
from cogsim.aws.services.cognito_idp.sign_up_triggers import before_sign_up
from cogsim.aws.services.cognito_idp.users import described, new_user, release_aliases, set_password
from cogsim.decisions import password, refusals, registration, usernames
from cogsim.decisions.codes import Delivery, delivery
from cogsim.world.pool_user import UserStatus
from cogsim.world.user_pool import UserPool

_CONTACT_OF = {"EMAIL": "email", "SMS": "phone_number"}


@operation(
    "cognito-idp:AdminCreateUser",
    requires=on_pool("AdminCreateUser"),
    forwards=("ValidationData", "ClientMetadata"),
)
def admin_create_user(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Username: str,
    UserAttributes: list[Mapping[str, str]] | None = None,
    TemporaryPassword: str | None = None,
    ForceAliasCreation: bool | None = None,
    MessageAction: str | None = None,
    DesiredDeliveryMediums: Sequence[str] | None = None,
) -> Mapping[str, Any]:
    """A user who must change the temporary password, one who has none, or a new invitation.
    # idp:user-accounts §admin-create"""
    mediums = () if MessageAction == "SUPPRESS" else tuple(DesiredDeliveryMediums or ("SMS",))
    if MessageAction == "RESEND":
        return _invite_again(ctx, UserPoolId, Username, TemporaryPassword, mediums)
    pool = operators_pool(ctx, UserPoolId)
    given = {name: value for name, value in attribute_map(UserAttributes).items() if value}
    sub = ctx.draw("cognito-idp/sub", pool.id, Username).uuid()
    name = ctx.require(usernames.name_user(pool, Username, given, sub))
    ctx.require(registration.check_operators_attributes(pool, name.attributes))
    without = TemporaryPassword is None and ctx.take(registration.passwordless_by_default(pool))
    if without:
        ctx.require(registration.check_passwordless(pool, name.attributes))
    chosen = None if without else _temporary_password(ctx, pool, name.username, TemporaryPassword)
    _, name = before_sign_up(ctx, pool, name, by_operator=True)
    ctx.require(usernames.check_free(ctx.world, pool, name, refusals.ACCOUNT_EXISTS))
    force = bool(ForceAliasCreation)
    ctx.require(registration.check_operators_names(ctx.world, pool, name.username, name.attributes, force))
    deliveries = _deliveries(pool, name.attributes, mediums)
    release_aliases(ctx, pool, name.username, registration.verified_addresses(name.attributes))
    status = ctx.take(registration.passwordless_status()) if without else UserStatus.FORCE_CHANGE_PASSWORD
    user = new_user(ctx, pool, name, sub, status, chosen, flagged=False)
    for to in deliveries:
        send_invitation(ctx, pool, user, to, chosen or "")
    return {"User": described(pool, user, "Attributes")}


def _invite_again(
    ctx: CallContext, pool_id: str, name: str, temporary: str | None, mediums: tuple[str, ...]
) -> Mapping[str, Any]:
    """MessageAction RESEND: a new temporary password with a new term. # idp:user-accounts §admin-create"""
    pool, user = operators_user(ctx, pool_id, name)
    ctx.require(registration.check_invitable(user, name))
    chosen = _temporary_password(ctx, pool, user.username, temporary)
    deliveries = _deliveries(pool, user.attributes, mediums)
    user = set_password(ctx, pool, user, chosen, UserStatus.FORCE_CHANGE_PASSWORD)
    for to in deliveries:
        send_invitation(ctx, pool, user, to, chosen)
    return {"User": described(pool, user, "Attributes")}


def _temporary_password(ctx: CallContext, pool: UserPool, username: str, given: str | None) -> str:
    """The password the operator chose, which must keep the policy, or one made to keep it."""
    if given is None:
        return password.generated(pool, ctx.draw("cognito-idp/temporary-password", pool.id, username))
    ctx.require(password.conforms(pool, given, password.ADMIN_CREATE_POLICY))
    return given


def _deliveries(pool: UserPool, attributes: Mapping[str, str], mediums: tuple[str, ...]) -> tuple[Delivery, ...]:
    """Where the invitation goes: by each medium for which the user has an address."""
    contacts = (_CONTACT_OF[medium] for medium in mediums)
    return tuple(delivery(contact, attributes[contact]) for contact in contacts if attributes.get(contact))
