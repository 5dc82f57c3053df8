"""Codes of an authenticator app: whether one is right, and whether it proves a new app.

1. The code of the period before and of the one after is taken too: clocks differ by half a minute.
2. A code is good once: who reads it over a shoulder comes too late. The code that proved the app counts as used.
3. A new app takes the old one's place only when its own code has come back.
# idp:totp, rfc:6238 §5.2
"""

from __future__ import annotations

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.mfa_factors import SOFTWARE_TOKEN_MFA, offered
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.tokens.totp import matching_steps
from cogsim.world.pool_user import SoftwareToken
from cogsim.world.user_pool import UserPool

#: Periods that a clock may be off by, either way.
DRIFT = 1

_SOURCE = "idp:totp"
_USED = "cognito.totpVerifyUsesCode"
_WRONG = "cognito.totpWrongCodeAtVerify"

_NOT_FOUND = "SoftwareTokenMFANotFoundException"
_NOT_OFFERED = Refusal(_NOT_FOUND, "Software Token MFA has not been enabled by the userPool")
_FAILED = "Code mismatch and fail enable Software Token MFA"


def check_offered(pool: UserPool) -> Check:
    """Whether the pool takes authenticator apps."""
    question, place = "does the pool offer SOFTWARE_TOKEN_MFA?", pool.origin.at("EnabledMfas")
    factors = ", ".join(offered(pool)) or "no factor"
    if SOFTWARE_TOKEN_MFA in offered(pool):
        return passed(question, factors, _SOURCE, location=place)
    return refused(_NOT_OFFERED, question, factors, _SOURCE, location=place)


def check_one_proof(access_token: str | None, session: str | None) -> Check:
    """Whether the call names the user by a token or by a session, and not by both."""
    question = "who is it about?"
    if (access_token is None) != (session is None):
        return passed(question, "a session" if access_token is None else "an access token", _SOURCE)
    found = "neither token nor session" if access_token is None else "token and session"
    refusal = Refusal(INVALID_PARAMETER, "Either AccessToken or Session is required, not both")
    return refused(refusal, question, found, _SOURCE, assumption=UNSEEN_TEXTS)


def judge_code(token: SoftwareToken | None, given: str, used: tuple[int, ...], now: float) -> Decision[int | Refusal]:
    """The period whose code `given` is at `now` (seconds), or the refusal; `used` are the periods whose codes were
    taken before (arguments 1 and 2)."""
    question = "is it the code of the user's app?"
    if token is None:
        return refused(refusals.FACTOR_MISMATCH, question, "the user has none", _SOURCE)
    steps = matching_steps(token.secret, given, now, DRIFT)
    if not steps:
        return refused(refusals.FACTOR_MISMATCH, question, f"not of these {2 * DRIFT + 1} periods", _SOURCE)
    fresh = [step for step in steps if step not in used]
    if not fresh:
        return refused(refusals.TOKEN_REPLAYED, question, "used before", "rfc:6238§5.2", answer="it was")
    return decided(fresh[0], Step(question, "yes", "not used before", _SOURCE))


def judge_new_app(secret: str | None, given: str, now: float, *, by_session: bool) -> Decision[int | Refusal]:
    """The period whose code proves the app that holds `secret`, or the refusal (argument 3)."""
    question = "does the new app show this code?"
    if secret is None:
        refusal = Refusal(_NOT_FOUND, "No software token has been associated")
        return refused(refusal, question, "none was begun", _SOURCE, assumption=UNSEEN_TEXTS)
    steps = matching_steps(secret, given, now, DRIFT)
    if steps:
        return decided(steps[0], Step(question, "yes", "", _SOURCE, decides=True))
    if by_session or choice(_WRONG) == "EnableSoftwareTokenMFAException":
        refusal = Refusal("EnableSoftwareTokenMFAException", _FAILED)
    else:
        refusal = refusals.FACTOR_MISMATCH
    return refused(refusal, question, "another code", _SOURCE, assumption=None if by_session else _WRONG)


def used_at_start(step: int) -> Decision[tuple[int, ...]]:
    """The periods whose codes count as used when a new app has been proved by the code of `step`."""
    answer = choice(_USED)
    question = "is the code used that proved the app?"
    used = (step,) if answer == "yes" else ()
    return decided(used, Step(question, answer, "", _SOURCE, Basis.ASSUMED, assumption=_USED))


def still_used(used: tuple[int, ...], step: int) -> tuple[int, ...]:
    """The periods to remember once the code of `step` was taken: those that a later try could still name."""
    return tuple(sorted({*(old for old in used if old >= step - 2 * DRIFT), step}))
