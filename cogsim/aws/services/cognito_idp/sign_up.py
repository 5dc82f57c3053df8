"""SignUp: a person makes an account for herself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import sign_in_triggers, sign_up_session, threat_protection
from cogsim.aws.services.cognito_idp.access import attribute_map, client_and_pool
from cogsim.aws.services.cognito_idp.messages import send_code
from cogsim.aws.services.cognito_idp.sign_up_triggers import before_sign_up
from cogsim.aws.services.cognito_idp.users import new_user
from cogsim.decisions import codes, password, refusals, registration, usernames
from cogsim.decisions.app_client import check_secret_hash
from cogsim.world.pool_user import UserStatus


@operation(
    "cognito-idp:SignUp",
    ignores=("AnalyticsMetadata", "UserContextData"),
    forwards=("ValidationData", "ClientMetadata"),
)
def sign_up(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    Username: str,
    Password: str | None = None,
    SecretHash: str | None = None,
    UserAttributes: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A new unconfirmed user, and a code to the address that the pool verifies; a password may be left out where
    people sign in without. # idp:signing-up"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret_hash(client, Username, SecretHash))
    ctx.require(registration.permit_sign_up(pool))
    threat_protection.check_sign_up_address(ctx, pool, client, ctx.call.origin.source_ip)
    given = {name: value for name, value in attribute_map(UserAttributes).items() if value}
    sub = ctx.draw("cognito-idp/sub", pool.id, Username).uuid()
    name = ctx.require(usernames.name_user(pool, Username, given, sub))
    ctx.require(registration.check_own_attributes(pool, client, given, name.attributes))
    if Password is None:
        ctx.require(registration.permit_passwordless(pool, name.attributes))
    else:
        ctx.require(password.conforms(pool, Password))
        threat_protection.check_new_password(ctx, pool, client.id, None, "SIGN_UP", Password)
    confirmed, name = before_sign_up(ctx, pool, name, by_operator=False)
    ctx.require(usernames.check_free(ctx.world, pool, name, refusals.USERNAME_EXISTS))
    contact = None if confirmed else ctx.take(codes.confirmation_contact(pool, name.attributes))
    status = UserStatus.CONFIRMED if confirmed else UserStatus.UNCONFIRMED
    user = new_user(ctx, pool, name, sub, status, Password)
    threat_protection.remember_event(ctx, pool, user, "SignUp", "Pass")
    response: dict[str, Any] = {"UserConfirmed": confirmed, "UserSub": user.sub}
    if confirmed:
        sign_in_triggers.confirmed(ctx, pool, user)
    if contact is not None:
        response["CodeDeliveryDetails"] = send_code(ctx, pool, user, codes.CONFIRM_SIGN_UP, contact, client=client)
    return response | sign_up_session.begin(ctx, pool, client, user, Username)
