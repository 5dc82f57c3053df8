"""ChangePassword: a person who is signed in takes another password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp import threat_protection
from cogsim.aws.services.cognito_idp.access import refuse, token_bearer
from cogsim.aws.services.cognito_idp.records import FAILURES, count_try
from cogsim.aws.services.cognito_idp.users import set_password
from cogsim.decision import Refusal
from cogsim.decisions import codes, password
from cogsim.decisions.password_change import judge
from cogsim.decisions.password_history import check_unused


@operation("cognito-idp:ChangePassword")
def change_password(
    ctx: CallContext, /, *, AccessToken: str, ProposedPassword: str, PreviousPassword: str | None = None
) -> Mapping[str, Any]:
    """Another password for who knows the one she has; her sign-ins go on. # idp:ChangePassword"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    count_try(ctx, pool.id, user.sub, "ChangePassword", codes.HOURLY["ChangePassword"])
    key = (pool.id, user.sub)
    proven = None if PreviousPassword is None else lambda: password.proves(pool, user, PreviousPassword)
    judged = ctx.take(judge(pool, bearer.client, user, proven, FAILURES.get(ctx.state, key), ctx.now))
    failures = judged.failures
    ctx.update_state(lambda state: FAILURES.put(state, key, failures) if failures else FAILURES.drop(state, key))
    if isinstance(judged.outcome, Refusal):
        refuse(judged.outcome)
    ctx.require(password.conforms(pool, ProposedPassword))
    threat_protection.check_new_password(ctx, pool, bearer.client.id, user, "PASSWORD_CHANGE", ProposedPassword)
    ctx.require(check_unused(pool, user, ProposedPassword))
    set_password(ctx, pool, user, ProposedPassword, user.status)
    threat_protection.remember_event(ctx, pool, user, "PasswordChange", "Pass")
    return {}
