"""The challenges by name. # idp:authentication-flows"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.steps import (
    custom_challenge,
    device_password_verifier,
    device_srp_auth,
    email_otp,
    mfa_setup,
    new_password,
    password,
    password_srp,
    password_verifier,
    select_challenge,
    select_mfa_type,
    sms_mfa,
    sms_otp,
    software_token_mfa,
    web_authn,
)
from cogsim.aws.services.cognito_idp.steps.challenge import Challenge
from cogsim.decisions.challenge_session import never_asked

_MODULES = (
    custom_challenge,
    new_password,
    password_verifier,
    select_challenge,
    password,
    password_srp,
    sms_mfa,
    sms_otp,
    email_otp,
    web_authn,
    software_token_mfa,
    select_mfa_type,
    mfa_setup,
    device_srp_auth,
    device_password_verifier,
)
_CHALLENGES: dict[str, Challenge] = {each.CHALLENGE.name: each.CHALLENGE for each in _MODULES}


def challenge_named(ctx: CallContext, name: str) -> Challenge:
    """The challenge of that name; refused where no sign-in ever puts it, for then no session of it can be open."""
    if name not in _CHALLENGES:
        ctx.require(never_asked(name))
    return _CHALLENGES[name]
