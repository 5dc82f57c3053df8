"""PASSWORD_SRP: the first half of SRP, within a choice-based sign-in; PASSWORD_VERIFIER follows. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.steps import password_verifier
from cogsim.aws.services.cognito_idp.steps.challenge import Asked, Challenge, Open
from cogsim.aws.services.cognito_idp.steps.flow import put, spend


def give(attempt: Attempt, srp_a: str) -> Mapping[str, Any]:
    """PASSWORD_VERIFIER, with a session, for this public value."""
    return put(attempt, password_verifier.CHALLENGE.name, password_verifier.set_challenge(attempt, srp_a))


def _ask(attempt: Attempt) -> Asked:
    return Asked()


def _answer(attempt: Attempt, step: Open, responses: Mapping[str, str]) -> Mapping[str, Any]:
    response = give(attempt, responses["SRP_A"])
    spend(attempt, step)
    return response


CHALLENGE = Challenge("PASSWORD_SRP", _ask, _answer, ("USERNAME", "SRP_A"), ("DEVICE_KEY",))
