"""The challenges by name. # idp:authentication-flows"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.steps import (
    custom_challenge,
    email_otp,
    mfa_setup,
    new_password,
    password_verifier,
    select_mfa_type,
    sms_mfa,
    software_token_mfa,
)
from cogsim.aws.services.cognito_idp.steps.challenge import Challenge
from cogsim.errors import NotModelled

_MODULES = (
    custom_challenge,
    new_password,
    password_verifier,
    sms_mfa,
    email_otp,
    software_token_mfa,
    select_mfa_type,
    mfa_setup,
)
_CHALLENGES: dict[str, Challenge] = {each.CHALLENGE.name: each.CHALLENGE for each in _MODULES}


def challenge_named(ctx: CallContext, name: str) -> Challenge:
    """The challenge of that name; NotModelled where there is none here."""
    if name not in _CHALLENGES:
        raise NotModelled(ctx.call.operation, f"ChallengeName {name}")
    return _CHALLENGES[name]
