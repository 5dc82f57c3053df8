"""The refusals of AssumeRoleWithWebIdentity, in its own words where they are known. # sts:errors"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.oidc_token import UNREACHABLE
from cogsim.decisions.session_policies import unseen

INVALID = "InvalidIdentityToken"
NO_KEY = (
    "Couldn't retrieve verification key from your identity provider,  please reference "
    "AssumeRoleWithWebIdentity documentation for requirements"
)
_SOURCE = "sts:AssumeRoleWithWebIdentity"
_UNREACHABLE, _LIFETIME = "sts.providerUnreachable", "sts.webIdentityLifetime"
_LONGEST = 24 * 3600


def refused_by_sts(refusal: Refusal, step: Step, now: float, issuer: str) -> Decision[Refusal]:
    """What STS answers where a token was refused by `step`, which stays the reason."""
    match refusal.code:
        case "MissingClaim":
            return decided(Refusal(INVALID, f"Missing a required claim: {refusal.message}"), step)
        case "WrongAudience":
            return decided(Refusal(INVALID, "Incorrect token audience"), step)
        case "WrongIssuer":
            return decided(Refusal(INVALID, f"No OpenIDConnect provider found in your account for {issuer}"), step)
        case "TokenExpired":
            expires = refusal.message.removeprefix("exp ").partition(",")[0]
            text = f"Token expired: current date/time {int(now)} must be before the expiration date/time {expires}"
            return decided(Refusal("ExpiredTokenException", text), step)
        case "AccountDisabled":
            return decided(
                Refusal("IDPRejectedClaim", f"The identity provider rejected the token: {refusal.message}"), step
            )
        case "InvalidToken" | "MalformedToken":
            return decided(Refusal(INVALID, NO_KEY), step)
        case code if code == UNREACHABLE:
            return _unreachable(refusal, step)
    told = unseen(INVALID, f"The ID Token provided is not valid: {refusal.message}", step.question, step.found, _SOURCE)
    return Decision(told.value, (replace(told.steps[-1], facts=step.facts),))


def _unreachable(refusal: Refusal, step: Step) -> Decision[Refusal]:
    """Two errors are documented for a provider that cannot be asked for its keys."""
    code = choice(_UNREACHABLE)
    text = NO_KEY if code == INVALID else f"The identity provider could not be reached: {refusal.message}"
    return decided(Refusal(code, text), replace(step, basis=Basis.ASSUMED, assumption=_UNREACHABLE))


def lifetime(claims: Mapping[str, Any]) -> Decision[Refusal | None]:
    """Whether the token lasts no longer than STS takes tokens for; its instants were found to be numbers."""
    question, lasts = "does it last no longer than STS takes?", claims["exp"] - claims["iat"]
    step = Step(question, "yes", f"{int(lasts)} s", _SOURCE, Basis.ASSUMED, assumption=_LIFETIME)
    if lasts <= _LONGEST or choice(_LIFETIME) == "any-time":
        return decided(None, step)
    text = "The ID Token provided is not valid: it lasts longer than 24 hours"
    return decided(Refusal(INVALID, text), replace(step, answer="no", decides=True))
