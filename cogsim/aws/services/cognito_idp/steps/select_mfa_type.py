"""SELECT_MFA_TYPE: the user chooses among several second factors. # idp:mfa"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import ask, spend
from cogsim.decisions.mfa_factors import accept_choice, candidates
from cogsim.persistent import Map

_CHOICES = "choices"


def _ask(attempt: Attempt) -> Asked:
    factors = attempt.ctx.require(candidates(attempt.pool, attempt.user, demanded=attempt.progress.factor_demanded))
    shown = {"MFAS_CAN_CHOOSE": json.dumps(factors, separators=(",", ":")), "USER_ID_FOR_SRP": attempt.user.username}
    return Asked(shown, Map({_CHOICES: ",".join(factors)}))


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    choices = tuple(step.session.private[_CHOICES].split(","))
    chosen = attempt.ctx.require(accept_choice(choices, responses["ANSWER"]))
    spend(attempt, step)
    return ask(attempt, chosen)


CHALLENGE = Challenge("SELECT_MFA_TYPE", _ask, _answer, ("USERNAME", "ANSWER"))
