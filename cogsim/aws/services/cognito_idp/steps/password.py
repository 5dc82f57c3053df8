"""PASSWORD: the password itself, within a choice-based sign-in. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import spend


def give(attempt: Attempt, password: str) -> Mapping[str, Any]:
    """What follows the password, which is judged as in the flow that is nothing else."""
    from cogsim.aws.services.cognito_idp.flows import flow_named

    return flow_named(attempt.ctx, "USER_PASSWORD_AUTH").begin(attempt, {"PASSWORD": password})


def _ask(attempt: Attempt) -> Asked:
    return Asked()


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    response = give(attempt, responses["PASSWORD"])
    spend(attempt, step)
    return response


CHALLENGE = Challenge("PASSWORD", _ask, _answer, ("USERNAME", "PASSWORD"), ("DEVICE_KEY",))
