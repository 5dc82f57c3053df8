"""SMS_OTP: a code by SMS as the first factor; for an account that nobody has too, and it confirms one that is not
confirmed. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.aws.services.cognito_idp.steps.sent_code import confirm, judge, send
from cogsim.decisions.progress import SMS


def _ask(attempt: Attempt) -> Asked:
    return send(attempt, "phone_number")


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    return follow(confirm(judge(attempt, step, responses["SMS_OTP_CODE"])).having(SMS))


CHALLENGE = Challenge("SMS_OTP", _ask, _answer, ("USERNAME", "SMS_OTP_CODE"), ("DEVICE_KEY",))
