"""SMS_MFA: a code to the user's phone as a second factor. # idp:mfa"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.aws.services.cognito_idp.steps.sent_code import judge, send
from cogsim.decisions.progress import SMS


def _ask(attempt: Attempt) -> Asked:
    asked = send(attempt, "phone_number")
    return replace(asked, parameters={**asked.parameters, "USER_ID_FOR_SRP": attempt.user.username})


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    return follow(judge(attempt, step, responses["SMS_MFA_CODE"]).having(SMS))


CHALLENGE = Challenge("SMS_MFA", _ask, _answer, ("USERNAME", "SMS_MFA_CODE"))
