"""The attempt at a password, judged and counted."""

from __future__ import annotations

from collections.abc import Callable

from cogsim.aws.services.cognito_idp import threat_protection
from cogsim.aws.services.cognito_idp.access import refuse
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.records import FAILURES
from cogsim.decision import Refusal
from cogsim.decisions import refusals, sign_in


def admit(attempt: Attempt, proven: Callable[[], bool]) -> None:
    """Let the attempt go on where the password is `proven` and the account allows it; a refusal is raised, and a wrong
    password is counted first."""
    refusal = judge(attempt, proven)
    if refusal is not None:
        refuse(refusal)


def judge(attempt: Attempt, proven: Callable[[], bool]) -> Refusal | None:
    """The refusal of an attempt, or None; a wrong password is counted."""
    ctx, user = attempt.ctx, attempt.user
    key = (attempt.pool.id, user.sub)
    judged = ctx.take(
        sign_in.attempt(attempt.pool, attempt.client, user, proven, FAILURES.get(ctx.state, key), ctx.now)
    )
    failures = judged.failures
    ctx.update_state(lambda state: FAILURES.put(state, key, failures) if failures else FAILURES.drop(state, key))
    refusal = judged.outcome if isinstance(judged.outcome, Refusal) else None
    threat_protection.answered(attempt, "Password", right=refusal != refusals.INCORRECT)
    if refusal is not None:
        threat_protection.fail(attempt)
    return refusal
