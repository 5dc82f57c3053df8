"""EMAIL_OTP: a code by e-mail, as a second factor, or as the first where nothing is proved yet.

As the first factor it stands in for an account that nobody has too, and confirms one that is not confirmed.
# idp:mfa, idp:passwordless
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.aws.services.cognito_idp.steps.sent_code import confirm, judge, send
from cogsim.decisions.mfa_codes import email_digits
from cogsim.decisions.progress import EMAIL


def _ask(attempt: Attempt) -> Asked:
    digits = attempt.ctx.take(email_digits(first_factor=not attempt.progress.proved))
    return send(attempt, "email", digits=digits)


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    proved = judge(attempt, step, responses["EMAIL_OTP_CODE"])
    first = not attempt.progress.proved
    return follow((confirm(proved) if first else proved).having(EMAIL))


CHALLENGE = Challenge("EMAIL_OTP", _ask, _answer, ("USERNAME", "EMAIL_OTP_CODE"))
