"""SOFTWARE_TOKEN_MFA: the code of an authenticator app as a second factor. # idp:totp"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.mfa_records import USED_CODES, mark_used, owner
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.aws.services.cognito_idp.steps.sent_code import weigh
from cogsim.decision import Decision, Refusal
from cogsim.decisions.mfa_totp import judge_code, still_used
from cogsim.decisions.progress import TOTP
from cogsim.decisions.refusals import Check


def _ask(attempt: Attempt) -> Asked:
    token, user = attempt.user.software_token, attempt.user
    return Asked({"FRIENDLY_DEVICE_NAME": token.name if token else "", "USER_ID_FOR_SRP": user.username})


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    user, code = attempt.user, responses["SOFTWARE_TOKEN_MFA_CODE"]
    used = USED_CODES.get(attempt.ctx.state, owner(user)) or ()
    taken: list[int] = []

    def proven() -> Check:
        judged = judge_code(user.software_token, code, used, attempt.ctx.now)
        if isinstance(judged.value, Refusal):
            return Decision(judged.value, judged.steps)
        taken.append(judged.value)
        return Decision(None, judged.steps)

    weigh(attempt, step, proven)
    mark_used(attempt.ctx, user, still_used(used, taken[0]))
    return follow(attempt.having(TOTP))


CHALLENGE = Challenge("SOFTWARE_TOKEN_MFA", _ask, _answer, ("USERNAME", "SOFTWARE_TOKEN_MFA_CODE"))
