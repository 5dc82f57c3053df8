"""The flows a sign-in can begin by: what each needs, and its first step. # idp:authentication-flows"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp import choice, threat_protection
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.first_factor import admit
from cogsim.aws.services.cognito_idp.refresh import refresh
from cogsim.aws.services.cognito_idp.steps import custom_challenge, password_verifier
from cogsim.aws.services.cognito_idp.steps.flow import follow
from cogsim.decisions import refusals, sign_in
from cogsim.decisions.password import proves
from cogsim.decisions.progress import PASSWORD
from cogsim.errors import NotModelled

Begin = Callable[[Attempt, Mapping[str, str]], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: the AuthParameters it needs, those it may have beside SECRET_HASH, its first step, and whether it signs
    anybody in (a refresh does not)."""

    begin: Begin
    needs: tuple[str, ...]
    may: tuple[str, ...] = ()
    signs_in: bool = True


def _by_password(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    if attempt.account is None:
        attempt.ctx.require(sign_in.unknown_user(attempt.client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    admit(attempt, lambda: proves(attempt.pool, attempt.user, parameters["PASSWORD"]))
    threat_protection.check_shown_password(attempt, parameters["PASSWORD"])
    return follow(attempt.having(PASSWORD))


def _by_srp(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """The plain SRP flow: its state is in the secret block, and there is no session."""
    asked = password_verifier.set_challenge(attempt, parameters["SRP_A"])
    return {"ChallengeName": password_verifier.CHALLENGE.name, "ChallengeParameters": dict(asked.parameters)}


_PASSWORD = Flow(_by_password, ("USERNAME", "PASSWORD"))
_REFRESH = Flow(refresh, ("REFRESH_TOKEN",), signs_in=False)
_FLOWS = {
    "USER_PASSWORD_AUTH": _PASSWORD,
    "ADMIN_USER_PASSWORD_AUTH": _PASSWORD,
    "ADMIN_NO_SRP_AUTH": _PASSWORD,
    "USER_SRP_AUTH": Flow(_by_srp, ("USERNAME", "SRP_A")),
    "CUSTOM_AUTH": Flow(custom_challenge.begin, ("USERNAME",), ("CHALLENGE_NAME", "SRP_A", "DEVICE_KEY")),
    "USER_AUTH": Flow(choice.begin, ("USERNAME",), choice.MAY),
    "REFRESH_TOKEN_AUTH": _REFRESH,
    "REFRESH_TOKEN": _REFRESH,
}


def flow_named(ctx: CallContext, name: str) -> Flow:
    """The flow of that name; NotModelled where there is none here."""
    if name not in _FLOWS:
        raise NotModelled(ctx.call.operation, f"AuthFlow {name}")
    return _FLOWS[name]
