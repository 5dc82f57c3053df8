"""MFA_SETUP: whoever must give a second factor and has none sets one up before any token. # idp:mfa

An authenticator app is set up by AssociateSoftwareToken and VerifySoftwareToken with the session of this step; an
e-mail address is given in the answer, and a code goes to it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, put, spend
from cogsim.aws.services.cognito_idp.steps.sent_code import send
from cogsim.decisions.mfa_factors import EMAIL_OTP, offered
from cogsim.decisions.mfa_set_up import SET_UP, accept_set_up, check_new_email
from cogsim.decisions.progress import FACTOR_SET_UP, TOTP

NAME = "MFA_SETUP"


def _ask(attempt: Attempt) -> Asked:
    return Asked({"MFAS_CAN_SETUP": json.dumps(offered(attempt.pool), separators=(",", ":"))})


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    ctx, pool, email = attempt.ctx, attempt.pool, responses.get("EMAIL")
    if ctx.require(accept_set_up(pool, step.session.private, email)) == SET_UP:
        spend(attempt, step)
        return follow(attempt.having(TOTP, FACTOR_SET_UP))
    assert email is not None
    ctx.require(check_new_email(ctx.world, pool, attempt.client, attempt.user, email))
    spend(attempt, step)
    return put(attempt, EMAIL_OTP, send(attempt, "email", new_address=email))


CHALLENGE = Challenge(NAME, _ask, _answer, ("USERNAME",), ("EMAIL",))
