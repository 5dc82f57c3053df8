"""The challenges that follow a right password, and how they are asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.issue import begin_sign_in
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions.attribute_permissions import readable
from cogsim.decisions.attribute_values import missing_required
from cogsim.decisions.challenge_session import ChallengeSession
from cogsim.decisions.refusals import INVALID_PARAMETER, Check, passed, refused
from cogsim.decisions.sign_in import Next
from cogsim.world.user_pool import PoolUser, UserPool, UserPoolClient


def require_keys(given: Mapping[str, str], needed: tuple[str, ...]) -> Check:
    """Whether every key of `needed` is among the parameters."""
    question = "are the parameters complete?"
    for key in needed:
        if not given.get(key):
            refusal = Refusal(INVALID_PARAMETER, f"Missing required parameter {key}")
            return refused(refusal, question, f"no {key}", "idp:authentication-flows")
    return passed(question, ", ".join(needed), "idp:authentication-flows")


def follow(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser, following: Next
) -> Mapping[str, Any]:
    """The response to a right password: tokens, or the challenge to choose a new password."""
    if following is Next.TOKENS:
        return begin_sign_in(ctx, pool, client, user)
    return _new_password_required(ctx, pool, client, user)


def _new_password_required(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser
) -> Mapping[str, Any]:
    """NEW_PASSWORD_REQUIRED, with the attributes as they stand and the required ones that are missing."""
    name = str(Next.NEW_PASSWORD)
    may_read = ctx.take(readable(pool, client))
    shown = {key: value for key, value in user.attributes.items() if key in may_read}
    missing = [f"userAttributes.{key}" for key in missing_required(pool, user.attributes)]
    secret = ctx.draw("cognito-idp/session", pool.id, user.username).base64(600)
    session = ChallengeSession(pool.id, client.id, user.username, user.sub, name, ctx.now, user.password)
    ctx.update_state(lambda state: SESSIONS.put(state, digest(secret), session))
    return {
        "ChallengeName": name,
        "Session": secret,
        "ChallengeParameters": {
            "USER_ID_FOR_SRP": user.username,
            "requiredAttributes": json.dumps(missing, separators=(",", ":")),
            "userAttributes": json.dumps(shown, separators=(",", ":"), ensure_ascii=False),
        },
    }
