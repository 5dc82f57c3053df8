"""UserMigration: somebody whom the pool does not know is asked of a function, and becomes a user. # idp:migration"""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp import triggers
from cogsim.aws.services.cognito_idp.users import change_user, new_user, release_aliases
from cogsim.decisions import registration
from cogsim.decisions.trigger_sign_up import Migrated, migrated, name_migrated
from cogsim.errors import NotModelled
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


def migrate(
    ctx: CallContext,
    pool: UserPool,
    client: UserPoolClient,
    name: str,
    password: str | None,
    sent: Mapping[str, str],
) -> PoolUser | None:
    """The user whom the function knows under `name`, stored; None where the pool has no such function or it knows
    nobody. With a `password` it is a sign-in, without one a forgotten password; `sent` is the ClientMetadata."""
    if not triggers.has_trigger(pool, "UserMigration"):
        return None
    if password is not None:
        source, request = "UserMigration_Authentication", {"password": password, "validationData": dict(sent) or None}
    else:
        source, request = "UserMigration_ForgotPassword", {"validationData": None, **triggers.metadata(ctx)}
    response = triggers.fire(ctx, pool, "UserMigration", source, username=name, client_id=client.id, request=request)
    found = ctx.require(migrated(response, name))
    return None if found is None else _stored(ctx, pool, client, found, password)


def _stored(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, found: Migrated, password: str | None
) -> PoolUser:
    """The new account; its names must be free as for one that an operator makes, its password need keep no policy."""
    sub = ctx.draw("cognito-idp/sub", pool.id, found.name).uuid()
    name = ctx.require(name_migrated(ctx.world, pool, client, found, sub))
    contacts = {"EMAIL": "email", "SMS": "phone_number"}
    if any(name.attributes.get(contacts[medium]) for medium in found.welcome):
        raise NotModelled(f"the welcome message of a user migrated to {pool.id}", hint="answer messageAction SUPPRESS")
    release_aliases(ctx, pool, name.username, registration.verified_addresses(name.attributes))
    user = new_user(ctx, pool, name, sub, found.status, password)
    return change_user(ctx, user, factors=("SMS_MFA",)) if found.sms_factor else user
