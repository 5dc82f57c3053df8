"""Authenticator apps: given a secret, proved by a code, taken away. # idp:totp

Who does it is named by an access token, or by the session of a sign-in that waits for a factor to be set up. With a
token of scope aws.cognito.signin.user.admin alone an app can be replaced: that is AWS's rule, and what makes such a
token worth stealing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_user, refuse, token_bearer
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.mfa_records import ASSOCIATED, USED_CODES, Associated, mark_used, owner
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.services.cognito_idp.steps import mfa_setup
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Open
from cogsim.aws.services.cognito_idp.steps.flow import put, spend
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import challenge_session, mfa_codes, mfa_preferences, mfa_totp, refusals
from cogsim.decisions.mfa_set_up import PROVED, SECRET
from cogsim.decisions.progress import Sent
from cogsim.decisions.sign_in import check_enabled
from cogsim.persistent import Map
from cogsim.tokens.totp import encoded
from cogsim.world.pool_user import PoolUser, SoftwareToken
from cogsim.world.user_pool import UserPool

#: Bytes of a secret: 52 characters in base32.
_SECRET_BYTES = 32


@operation("cognito-idp:AssociateSoftwareToken")
def associate_software_token(
    ctx: CallContext, /, *, AccessToken: str | None = None, Session: str | None = None
) -> Mapping[str, Any]:
    """A secret for a new app; the app before stays good until this one is proved."""
    ctx.require(mfa_totp.check_one_proof(AccessToken, Session))
    if Session is None:
        bearer = token_bearer(ctx, AccessToken or "")
        ctx.require(mfa_totp.check_offered(bearer.pool))
        secret = _new_secret(ctx, bearer.user)
        key = owner(bearer.user)
        ctx.update_state(lambda state: ASSOCIATED.put(state, key, Associated(secret)))
        return {"SecretCode": secret}
    attempt, step = _setting_up(ctx, Session)
    ctx.require(mfa_totp.check_offered(attempt.pool))
    secret = _new_secret(ctx, attempt.user)
    spend(attempt, step)
    return {"SecretCode": secret, "Session": _next_session(attempt, {SECRET: secret})}


@operation("cognito-idp:VerifySoftwareToken")
def verify_software_token(
    ctx: CallContext,
    /,
    *,
    UserCode: str,
    AccessToken: str | None = None,
    Session: str | None = None,
    FriendlyDeviceName: str | None = None,
) -> Mapping[str, Any]:
    """Prove the new app by a code of its own."""
    ctx.require(mfa_totp.check_one_proof(AccessToken, Session))
    name = FriendlyDeviceName or ""
    if Session is None:
        bearer = token_bearer(ctx, AccessToken or "")
        ctx.require(mfa_totp.check_offered(bearer.pool))
        key = owner(bearer.user)
        waiting = ASSOCIATED.get(ctx.state, key)
        secret = waiting.secret if waiting else None
        step = ctx.require(mfa_totp.judge_new_app(secret, UserCode, ctx.now, by_session=False))
        ctx.update_state(lambda state: ASSOCIATED.drop(state, key))
        _register(ctx, bearer.pool, bearer.user, SoftwareToken(secret or "", name), step, by_session=False)
        return {"Status": "SUCCESS"}
    attempt, open_step = _setting_up(ctx, Session)
    ctx.require(mfa_totp.check_offered(attempt.pool))
    secret = open_step.session.private.get(SECRET)
    judged = ctx.take(mfa_totp.judge_new_app(secret, UserCode, ctx.now, by_session=True))
    if isinstance(judged, Refusal):
        if not ctx.take(mfa_codes.session_survives()):
            spend(attempt, open_step)
        refuse(judged)
    spend(attempt, open_step)
    user = _register(ctx, attempt.pool, attempt.user, SoftwareToken(secret or "", name), judged, by_session=True)
    return {"Status": "SUCCESS", "Session": _next_session(attempt.changed(user), {PROVED: "yes"})}


@operation("cognito-idp:AdminDeleteSoftwareToken", requires=on_pool("AdminDeleteSoftwareToken"))
def admin_delete_software_token(ctx: CallContext, /, *, UserPoolId: str, Username: str) -> Mapping[str, Any]:
    """Take away the user's app: for who has lost it."""
    _, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(mfa_preferences.check_has_app(user))
    kept = ctx.take(mfa_preferences.without_app(user))
    change_user(ctx, user, software_token=None, factors=kept.factors, preferred_factor=kept.preferred)
    ctx.update_state(lambda state: USED_CODES.drop(ASSOCIATED.drop(state, owner(user)), owner(user)))
    return {}


def _new_secret(ctx: CallContext, user: PoolUser) -> str:
    return encoded(ctx.draw("cognito-idp/software-token", user.pool_id, user.username).bytes(_SECRET_BYTES))


def _register(
    ctx: CallContext, pool: UserPool, user: PoolUser, token: SoftwareToken, step: int, *, by_session: bool
) -> PoolUser:
    mark_used(ctx, user, ctx.take(mfa_totp.used_at_start(step)))
    factors = ctx.take(mfa_preferences.with_app(pool, user, by_session=by_session))
    return change_user(ctx, user, software_token=token, factors=factors)


def _setting_up(ctx: CallContext, session: str) -> tuple[Attempt, Open]:
    """The sign-in that waits for a factor to be set up, by its session."""
    key = digest(session)
    held = SESSIONS.get(ctx.state, key)
    client = ctx.world.clients.get(held.client_id) if held else None
    if held is None or client is None:
        ctx.take(refusals.refused(refusals.INVALID_SESSION, "whose session is it?", "nobody's", "idp:totp"))
        refuse(refusals.INVALID_SESSION)
    username = ctx.world.subs.get((held.pool_id, held.sub))
    user = ctx.world.pool_users.get((held.pool_id, username)) if username else None
    ctx.require(challenge_session.accept_session(held, client, user, mfa_setup.NAME, ctx.now))
    assert user is not None
    ctx.require(check_enabled(client, user))
    pool = ctx.world.user_pools[held.pool_id]
    return Attempt(ctx, pool, client, held.name, user, held.progress, Sent()), Open(key, held)


def _next_session(attempt: Attempt, private: Mapping[str, str]) -> str:
    return str(put(attempt, mfa_setup.NAME, Asked(private=Map(private)))["Session"])
