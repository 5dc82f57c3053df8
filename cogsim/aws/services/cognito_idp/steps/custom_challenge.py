"""CUSTOM_CHALLENGE, and the loop of the custom flow around it: the pool's functions define, create and verify.

Everything that the functions are told stands in the progress; `decisions.custom_flow` says what their answers mean. A
wrong answer is told to DefineAuthChallenge and ends nothing by itself. # idp:custom-challenge
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp import triggers
from cogsim.aws.services.cognito_idp.access import refuse
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.first_factor import judge
from cogsim.aws.services.cognito_idp.steps import password_verifier
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import ask, follow, spend
from cogsim.decisions import custom_flow, refusals, sign_in
from cogsim.decisions.auth_parameters import require_keys
from cogsim.decisions.custom_flow import CUSTOM_CHALLENGE, PASSWORD_VERIFIER, SRP_A, with_round
from cogsim.decisions.next_challenge import TOKENS
from cogsim.decisions.progress import CUSTOM, Progress
from cogsim.decisions.trigger_events import user_attributes
from cogsim.errors import NotModelled
from cogsim.persistent import Map


def begin(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """The flow's first step: DefineAuthChallenge says what is asked; with CHALLENGE_NAME SRP_A it finds that the app
    can prove a password. # idp:custom-challenge"""
    ctx, client = attempt.ctx, attempt.client
    ctx.require(custom_flow.check_configured(attempt.pool, "DefineAuthChallenge"))
    if attempt.account is None and not sign_in.hides_users(client):
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    if attempt.account is not None:
        ctx.require(sign_in.check_enabled(client, attempt.account))
    named = parameters.get("CHALLENGE_NAME")
    if named is None and SRP_A not in parameters:
        return _define(attempt)
    if named != SRP_A:
        raise NotModelled(ctx.call.operation, f"CHALLENGE_NAME {named or 'missing beside SRP_A'}")
    ctx.require(require_keys(parameters, (SRP_A,)))
    wanted = attempt.progress.wanted.set(SRP_A, parameters[SRP_A])
    return _define(_at(attempt, with_round(replace(attempt.progress, wanted=wanted), SRP_A, True)))


def after_password(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    """PASSWORD_VERIFIER answered: right or wrong, DefineAuthChallenge hears of it. A locked account, or one that may
    not sign in, is refused at once."""
    examined, proven = password_verifier.examine(attempt, responses, step)
    refusal = refusals.INCORRECT if examined.account is None else judge(examined, proven)
    if refusal is not None and refusal != refusals.INCORRECT:
        refuse(refusal)
    spend(attempt, step)
    return _define(_at(attempt, with_round(attempt.progress, PASSWORD_VERIFIER, refusal is None)))


def after_built_in(attempt: Attempt) -> Mapping[str, Any]:
    """A code of the service's own answered, whose round was noted as open when it was asked."""
    *before, last = attempt.progress.rounds
    return _define(_at(attempt, replace(attempt.progress, rounds=(*before, replace(last, result=True)))))


def _define(attempt: Attempt) -> Mapping[str, Any]:
    """What DefineAuthChallenge says after the rounds so far: a challenge put, tokens, or the refusal raised."""
    ctx, progress = attempt.ctx, attempt.progress
    response = _fire(attempt, "DefineAuthChallenge", {"session": custom_flow.session_array(progress)})
    name = ctx.require(custom_flow.follow_answer(response, progress, known=attempt.account is not None))
    if name == TOKENS:
        ctx.require(custom_flow.judge_account(attempt.pool, attempt.client, attempt.user, ctx.now))
        return follow(attempt.having(CUSTOM))
    if name in (CUSTOM_CHALLENGE, PASSWORD_VERIFIER):
        return ask(attempt, name)
    return ask(_at(attempt, with_round(progress, name, False)), name)


def _ask(attempt: Attempt) -> Asked:
    """CreateAuthChallenge makes the challenge: the app gets the public part, the answer is judged by the private."""
    attempt.ctx.require(custom_flow.check_configured(attempt.pool, "CreateAuthChallenge"))
    rounds = custom_flow.session_array(attempt.progress)
    made = _fire(attempt, "CreateAuthChallenge", {"challengeName": CUSTOM_CHALLENGE, "session": rounds})
    private = {"parameters": json.dumps(made.get("privateChallengeParameters") or {})}
    if made.get("challengeMetadata") is not None:
        private["metadata"] = made["challengeMetadata"]
    public = {"USERNAME": attempt.account.username if attempt.account else attempt.name}
    return Asked({**public, **(made.get("publicChallengeParameters") or {})}, Map(private))


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    """VerifyAuthChallengeResponse judges the answer, and DefineAuthChallenge hears of it."""
    attempt.ctx.require(custom_flow.check_configured(attempt.pool, "VerifyAuthChallengeResponse"))
    private = step.session.private
    judged = _fire(
        attempt,
        "VerifyAuthChallengeResponse",
        {
            "privateChallengeParameters": json.loads(private["parameters"]),
            "challengeAnswer": responses["ANSWER"],
        },
    )
    spend(attempt, step)
    right = judged.get("answerCorrect") is True
    return _define(_at(attempt, with_round(attempt.progress, CUSTOM_CHALLENGE, right, private.get("metadata"))))


_SOURCES = {
    "DefineAuthChallenge": "DefineAuthChallenge_Authentication",
    "CreateAuthChallenge": "CreateAuthChallenge_Authentication",
    "VerifyAuthChallengeResponse": "VerifyAuthChallengeResponse_Authentication",
}


def _fire(attempt: Attempt, trigger: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
    user = attempt.account
    return triggers.fire(
        attempt.ctx,
        attempt.pool,
        trigger,
        _SOURCES[trigger],
        username=user.username if user else attempt.name,
        client_id=attempt.client.id,
        attributes=user_attributes(attempt.pool, user) if user else {},
        request={**request, **triggers.metadata(attempt.ctx), "userNotFound": user is None},
    )


def _at(attempt: Attempt, progress: Progress) -> Attempt:
    return replace(attempt, progress=progress)


CHALLENGE = Challenge(CUSTOM_CHALLENGE, _ask, _answer, ("USERNAME", "ANSWER"), ("DEVICE_KEY",))
