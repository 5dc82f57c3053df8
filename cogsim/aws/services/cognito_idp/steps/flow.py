"""From one challenge to the next: the response to whoever has proved what was asked so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp import sign_in_triggers, threat_protection
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.issue import begin_sign_in
from cogsim.aws.services.cognito_idp.mfa_records import KNOWN_STEPS
from cogsim.aws.services.cognito_idp.new_device import new_device
from cogsim.aws.services.cognito_idp.records import FAILURES, SESSIONS
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Open
from cogsim.aws.token_families import digest
from cogsim.decisions import step_up
from cogsim.decisions.challenge_session import ChallengeSession
from cogsim.decisions.custom_flow import CUSTOM_AUTH
from cogsim.decisions.next_challenge import TOKENS, next_challenge
from cogsim.decisions.progress import CUSTOM


def follow(attempt: Attempt) -> Mapping[str, Any]:
    """The next challenge, or tokens where nothing more is asked; in a custom flow the pool's functions say."""
    if attempt.progress.flow == CUSTOM_AUTH and CUSTOM not in attempt.progress.proved:
        from cogsim.aws.services.cognito_idp.steps.custom_challenge import after_built_in

        return after_built_in(attempt)
    attempt = threat_protection.weigh(attempt)
    name = attempt.ctx.require(next_challenge(attempt.pool, attempt.user, attempt.progress))
    if step_up.LEVEL in attempt.progress.wanted:
        name = attempt.ctx.require(step_up.lifted(attempt.pool, attempt.user, attempt.progress, name))
    return finish(attempt) if name == TOKENS else ask(attempt, name)


def ask(attempt: Attempt, name: str) -> Mapping[str, Any]:
    """Put the challenge of that name."""
    from cogsim.aws.services.cognito_idp.steps.table import challenge_named

    return put(attempt, name, challenge_named(attempt.ctx, name).ask(attempt))


def put(attempt: Attempt, name: str, asked: Asked) -> Mapping[str, Any]:
    """The response that puts a challenge, with a session of its own for the answer."""
    ctx, user = attempt.ctx, attempt.account
    secret = ctx.draw("cognito-idp/session", attempt.pool.id, user.username if user else attempt.name).base64(600)
    session = ChallengeSession(
        attempt.pool.id,
        attempt.client.id,
        attempt.name,
        user.sub if user else "",
        name,
        ctx.now,
        attempt.progress,
        user.status if user else None,
        user.password if user else None,
        asked.private,
    )
    ctx.update_state(lambda state: SESSIONS.put(state, digest(secret), session))
    known_as = asked.known_as
    if known_as is not None:
        ctx.update_state(lambda state: KNOWN_STEPS.put(state, known_as, digest(secret)))
    response = {"ChallengeName": name, "Session": secret, "ChallengeParameters": dict(asked.parameters)}
    return response if asked.available is None else response | {"AvailableChallenges": list(asked.available)}


def spend(attempt: Attempt, step: Open) -> None:
    """Close the step: its session is good for nothing more."""
    attempt.ctx.update_state(lambda state: SESSIONS.put(state, step.key, step.session.spent()))


def finish(attempt: Attempt) -> Mapping[str, Any]:
    """Tokens: everything that was asked is proved. Only now are wrong passwords and codes forgotten."""
    key = (attempt.pool.id, attempt.user.sub)
    attempt.ctx.update_state(lambda state: FAILURES.drop(state, key))
    sign_in_triggers.after(attempt)
    threat_protection.passed(attempt)
    if attempt.conclude is not None:
        return attempt.conclude(attempt)
    attempt, offered = new_device(attempt)
    response = begin_sign_in(attempt)
    if offered is None:
        return response
    return {**response, "AuthenticationResult": {**response["AuthenticationResult"], "NewDeviceMetadata": offered}}
