"""The triggers around a sign-in: migration and PreAuthentication before it, PostAuthentication after it.

ClientMetadata of InitiateAuth reaches the first two as validationData and nothing else; what comes with a later answer
reaches the later ones. # idp:triggers §metadata
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp import triggers
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.decisions import sign_in
from cogsim.decisions.trigger_events import user_attributes
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool


def before(attempt: Attempt) -> Attempt:
    """The attempt after PreAuthentication; its ClientMetadata goes no further. A name that nobody has is told to the
    function where the client hides that; else the flow says so openly. # idp:existence §triggers"""
    user = attempt.account
    told = user is not None or sign_in.hides_users(attempt.client)
    if told and triggers.has_trigger(attempt.pool, "PreAuthentication"):
        triggers.fire(
            attempt.ctx,
            attempt.pool,
            "PreAuthentication",
            "PreAuthentication_Authentication",
            username=user.username if user else attempt.name,
            client_id=attempt.client.id,
            attributes=user_attributes(attempt.pool, user) if user else {},
            request={"validationData": dict(attempt.sent.metadata) or None, "userNotFound": user is None},
        )
    return without_metadata(attempt)


def without_metadata(attempt: Attempt) -> Attempt:
    """The attempt with the ClientMetadata of InitiateAuth left behind."""
    return replace(attempt, sent=replace(attempt.sent, metadata={}))


def after(attempt: Attempt) -> None:
    """Fire PostAuthentication: everything is proved, and the tokens come next."""
    if not triggers.has_trigger(attempt.pool, "PostAuthentication"):
        return
    known = attempt.progress.device_key in attempt.user.devices
    new_device = attempt.pool.devices is not None and not known
    triggers.fire(
        attempt.ctx,
        attempt.pool,
        "PostAuthentication",
        "PostAuthentication_Authentication",
        username=attempt.user.username,
        client_id=attempt.client.id,
        attributes=user_attributes(attempt.pool, attempt.user),
        request={"newDeviceUsed": new_device, **triggers.metadata(attempt.ctx)},
    )


def confirmed(
    ctx: CallContext, pool: UserPool, user: PoolUser, source: str = "ConfirmSignUp", client_id: str | None = None
) -> None:
    """Fire PostConfirmation for an account that was confirmed (`ConfirmSignUp`), or whose password was reset
    (`ConfirmForgotPassword`); `client_id` where the call itself names no app client."""
    if not triggers.has_trigger(pool, "PostConfirmation"):
        return
    request: Mapping[str, Mapping[str, str]] = triggers.metadata(ctx)
    triggers.fire(
        ctx,
        pool,
        "PostConfirmation",
        f"PostConfirmation_{source}",
        username=user.username,
        client_id=client_id or triggers.client_of(ctx),
        attributes=user_attributes(pool, user),
        request=request,
    )
