"""Is it the code of a second factor, and what follows from a wrong one.

1. A wrong code counts like a wrong password, and five lock: six digits would be guessed otherwise. Under the lock the
   right code is refused too.
2. The count is forgotten when a sign-in is complete, not at its password: else who knows the password could begin
   anew after every fourth guess.
3. A code proves the address it went to. Where the user has another by now, it proves nothing.
4. A right code verifies its address, unless somebody else signs in by that address already.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.refusals import Check, after, passed, refused
from cogsim.decisions.registration import check_proved_names
from cogsim.decisions.sign_in import Failures, failed, remembered
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

_MFA = "idp:mfa"
_LOCKOUT = "idp:authentication§lockout"
_SESSION = "cognito.sessionAfterWrongCode"
_EMAIL_DIGITS = "cognito.emailOtpDigits"


@dataclass(frozen=True, slots=True)
class FactorAttempt:
    """How a try at a factor ended, and what the count of failures is after it (None: nothing to remember)."""

    refusal: Refusal | None
    failures: Failures | None


def attempt_factor(proven: Callable[[], Check], failures: Failures | None, now: float) -> Decision[FactorAttempt]:
    """Judge a try at `now` (seconds): `proven` judges the code, and is asked only where there is no lock."""
    before = replace(remembered(failures, now), last_attempt=now)
    question = "is the user locked after wrong tries?"
    if now < before.locked_until:
        locked = refused(refusals.ATTEMPTS_EXCEEDED, question, f"{before.count} failures", _LOCKOUT, answer="yes")
        return Decision(FactorAttempt(locked.value, before), locked.steps)
    free = passed(question, f"{before.count} failures", _LOCKOUT, answer="no")
    judged = after(free, proven())
    if judged.value is not None:
        return Decision(FactorAttempt(judged.value, failed(before, now)), judged.steps)
    return Decision(FactorAttempt(None, before if before.count else None), judged.steps)


def check_sent_code(kept: Mapping[str, str], held: Mapping[str, str], given: str) -> Check:
    """Whether `given` is the code that a step sent; `kept` is what the step knows (attribute, address, code, and `new`
    where the address is not the user's yet), `held` the user's attributes."""
    question = "is it the code that was sent?"
    if not kept.get("code"):
        return refused(refusals.FACTOR_MISMATCH, question, "none was sent", _MFA)
    attribute, address = kept["attribute"], kept["address"]
    if not kept.get("new") and held.get(attribute) != address:
        found = f"sent to another {attribute} than the user's"
        return refused(refusals.STALE_STATE, question, found, _MFA)
    if not hmac.compare_digest(kept["code"].encode(), given.encode()):
        return refused(refusals.FACTOR_MISMATCH, question, "another code", _MFA)
    return passed(question, attribute, _MFA)


def session_survives() -> Decision[bool]:
    """Whether the session of a step stays open after a wrong code."""
    kept = choice(_SESSION)
    question = "may another code be tried in this session?"
    answer = "yes" if kept == "stays" else "no"
    return decided(kept == "stays", Step(question, answer, kept, _MFA, Basis.ASSUMED, assumption=_SESSION))


def verifies(world: World, pool: UserPool, user: PoolUser, attribute: str, address: str) -> Decision[bool]:
    """Whether a right code makes `address` a verified one: it does, if nobody else signs in by it (argument 4)."""
    free = check_proved_names(world, pool, user.username, {attribute: address}, False)
    question = f"is {attribute} verified by it?"
    answer = "yes" if free.value is None else "no"
    found = "the code went to it" if free.value is None else "somebody else signs in by it"
    return decided(free.value is None, Step(question, answer, found, _MFA), after=free.steps)


def email_digits(*, first_factor: bool) -> Decision[int]:
    """How many digits a code by e-mail has."""
    question = "how many digits has the code?"
    if not first_factor:
        return decided(6, Step(question, "6", "a second factor", _MFA))
    digits = int(choice(_EMAIL_DIGITS))
    step = Step(question, str(digits), "a first factor", "idp:passwordless", Basis.ASSUMED, assumption=_EMAIL_DIGITS)
    return decided(digits, step)
