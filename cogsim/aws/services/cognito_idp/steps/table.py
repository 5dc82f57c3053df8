"""The challenges by name. # idp:authentication-flows"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.steps import new_password, password_verifier
from cogsim.aws.services.cognito_idp.steps.challenge import Challenge
from cogsim.errors import NotModelled

_CHALLENGES = {each.name: each for each in (new_password.CHALLENGE, password_verifier.CHALLENGE)}


def challenge_named(ctx: CallContext, name: str) -> Challenge:
    """The challenge of that name; NotModelled where there is none here."""
    if name not in _CHALLENGES:
        raise NotModelled(ctx.call.operation, f"ChallengeName {name}")
    return _CHALLENGES[name]
