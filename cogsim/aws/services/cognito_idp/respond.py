"""RespondToAuthChallenge and AdminRespondToAuthChallenge: the further steps of a sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool, user_called
from cogsim.aws.services.cognito_idp.attempt import Attempt, sent_along
from cogsim.aws.services.cognito_idp.mfa_records import KNOWN_STEPS
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.services.cognito_idp.steps import password_verifier
from cogsim.aws.services.cognito_idp.steps.challenge import Open
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.aws.services.cognito_idp.steps.table import challenge_named
from cogsim.aws.services.cognito_idp.unmodelled import look_over_keys
from cogsim.aws.token_families import digest
from cogsim.decisions import challenge_session, sign_in
from cogsim.decisions.app_client import check_secret_hash
from cogsim.decisions.auth_parameters import require_keys, require_session
from cogsim.decisions.managed_login import answered_in_place
from cogsim.decisions.progress import Progress


@operation("cognito-idp:RespondToAuthChallenge", ignores=("AnalyticsMetadata",))
def respond_to_auth_challenge(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    ChallengeName: str,
    Session: str | None = None,
    ChallengeResponses: Mapping[str, str] | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
    UserContextData: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Answer a challenge from an app. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId)
    believed = client.propagate_user_context and client.secret is not None
    sent = sent_along(ClientMetadata, UserContextData, believed=believed, origin=ctx.call.origin.source_ip)
    attempt = Attempt(ctx, pool, client, "", None, Progress(""), sent)
    return answer_step(attempt, ChallengeName, Session, ChallengeResponses or {})


@operation(
    "cognito-idp:AdminRespondToAuthChallenge",
    requires=on_pool("AdminRespondToAuthChallenge"),
    ignores=("AnalyticsMetadata",),
)
def admin_respond_to_auth_challenge(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    ChallengeName: str,
    Session: str | None = None,
    ChallengeResponses: Mapping[str, str] | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
    ContextData: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Answer a challenge from a server that signs its calls. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId, operators_pool(ctx, UserPoolId).id)
    sent = sent_along(ClientMetadata, ContextData, believed=True, origin=None)
    attempt = Attempt(ctx, pool, client, "", None, Progress(""), sent, by_operator=True)
    return answer_step(attempt, ChallengeName, Session, ChallengeResponses or {})


def answer_step(attempt: Attempt, name: str, session: str | None, responses: Mapping[str, str]) -> Mapping[str, Any]:
    """What follows an answer: the next challenge, tokens, or what a page of the pool's domain ends in."""
    ctx, client = attempt.ctx, attempt.client
    challenge = challenge_named(ctx, name)
    ctx.require(require_keys(responses, challenge.needs))
    known = (*challenge.needs, *challenge.may, "SECRET_HASH", "DEVICE_KEY")
    look_over_keys(ctx, "ChallengeResponses", responses, known)
    username = responses["USERNAME"]
    ctx.require(check_secret_hash(client, username, responses.get("SECRET_HASH")))
    attempt = replace(attempt, name=username, account=user_called(ctx, attempt.pool, username))
    if challenge is password_verifier.CHALLENGE and session is None:
        return follow(password_verifier.prove(attempt, responses))
    ctx.require(require_session(session, challenge.finds is None))
    if session is None and challenge.finds is not None:
        key = KNOWN_STEPS.get(ctx.state, challenge.finds(attempt, responses)) or ""
    else:
        key = digest(session or "")
    held = SESSIONS.get(ctx.state, key)
    ctx.require(challenge_session.accept_session(held, client, attempt.account, name, ctx.now))
    assert held is not None
    ctx.require(answered_in_place(held.progress, on_page=attempt.conclude is not None))
    if attempt.account is not None:
        ctx.require(sign_in.check_enabled(client, attempt.account))
    progress = held.progress.from_device(responses.get("DEVICE_KEY"))
    return challenge.answer(replace(attempt, progress=progress), Open(key, held), responses)
