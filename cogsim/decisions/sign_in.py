"""May this person sign in: the password, the lock after wrong ones, and the state of the account.

1. Nobody by that name: said openly, or as a wrong password where the client hides whether users exist.
2. A lock after failures holds for the right password too, or guessing could go on under it. An attempt under the lock
   neither counts nor lengthens it.
3. A reset that is due comes before the password, which is dead.
4. The wrong password counts; the fifth failure locks for a second, and each further one for twice as long.
5. Only who knows the password learns that the account is disabled or not confirmed.
6. A temporary password opens nothing but the choice of a new one, and only in its time.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from cogsim.assumptions import choice
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import refusals
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

#: Failures from which on there is a lock, its longest span, and the rest after which all is forgotten (seconds).
LOCKING_FAILURES = 5
LONGEST_LOCK = 900.0
FORGOTTEN_AFTER = 900.0

_DISABLED = "cognito.disabledUnderMasking"
_RESET = "cognito.resetRequiredCheck"


@dataclass(frozen=True, slots=True)
class Failures:
    """The wrong passwords of a user in a row; instants in seconds."""

    count: int = 0
    last_attempt: float = 0.0
    locked_until: float = 0.0


class Next(StrEnum):
    """What follows a right password."""

    TOKENS = "tokens"
    NEW_PASSWORD = "NEW_PASSWORD_REQUIRED"


@dataclass(frozen=True, slots=True)
class Attempt:
    """How an attempt ended, and what the count of failures is after it (None: nothing to remember). A right password
    forgets nothing yet: the sign-in may still want a code, whose wrong tries count on."""

    outcome: Next | Refusal
    failures: Failures | None


def hides_users(client: UserPoolClient) -> bool:
    """Whether the client keeps secret who is a user. # idp:existence"""
    return client.prevent_user_existence_errors == "ENABLED"


def unknown_user(client: UserPoolClient, openly: Refusal, masked: Refusal, assumption: str | None = None) -> Check:
    """The refusal for a name that nobody has: said `openly`, or `masked` where the client hides its users."""
    question, place = "is there such a user?", client.origin.at("PreventUserExistenceErrors")
    found = f"PreventUserExistenceErrors is {client.prevent_user_existence_errors}"
    refusal = masked if hides_users(client) else openly
    resting = assumption if hides_users(client) else None
    return refused(refusal, question, found, "idp:existence", location=place, assumption=resting)


def reset_due(client: UserPoolClient, user: PoolUser) -> Check:
    """Whether a reset of the password stands before everything else (argument 3)."""
    question = "must the password be reset first?"
    if user.status is not UserStatus.RESET_REQUIRED:
        return passed(question, user.status, "idp:user-accounts", answer="no")
    imported = user.password is None
    refusal = refusals.INCORRECT if imported and hides_users(client) else refusals.RESET_REQUIRED
    return refused(refusal, question, user.status, "idp:user-accounts", answer="yes", assumption=_RESET)


def attempt(
    pool: UserPool,
    client: UserPoolClient,
    user: PoolUser,
    proven: Callable[[], bool],
    failures: Failures | None,
    now: float,
) -> Decision[Attempt]:
    """Judge an attempt at `now`: `proven` says whether the password was proved, and is asked only if it counts."""
    before = remembered(failures, now)
    question = "is the user locked after wrong passwords?"
    before = replace(before, last_attempt=now)
    if now < before.locked_until:
        step = Step(question, "yes", f"{before.count} failures", "idp:authentication§lockout", decides=True)
        return decided(Attempt(refusals.ATTEMPTS_EXCEEDED, before), step)
    steps = [Step(question, "no", f"{before.count} failures", "idp:authentication§lockout")]
    if choice(_RESET) == "before-password":
        due = reset_due(client, user)
        steps += due.steps
        if due.value is not None:
            return decided(Attempt(due.value, before), *due.steps)
    if not proven():
        counted = failed(before, now)
        step = Step("is the password right?", "no", f"failure {counted.count}", "idp:authentication", decides=True)
        return decided(Attempt(refusals.INCORRECT, counted), step, after=steps)
    steps.append(Step("is the password right?", "yes", "", "idp:authentication"))
    judged = account(pool, client, user, now)
    outcome = judged.value
    if isinstance(outcome, Refusal):
        return decided(Attempt(outcome, before), *judged.steps, after=steps)
    return decided(Attempt(outcome, before if before.count else None), *judged.steps, after=steps)


def failed(failures: Failures, now: float) -> Failures:
    """The count after one failure more: from the fifth on, a lock of 2^(n-5) seconds up to the longest."""
    count = failures.count + 1
    beyond = count - LOCKING_FAILURES
    span = min(2.0 ** min(beyond, 10), LONGEST_LOCK) if beyond >= 0 else 0.0
    return Failures(count, now, now + span)


def remembered(failures: Failures | None, now: float) -> Failures:
    """The count as it stands: fifteen minutes without any attempt forget it. # idp:authentication §lockout"""
    if failures is None or (now - failures.last_attempt >= FORGOTTEN_AFTER and now >= failures.locked_until):
        return Failures()
    return failures


def account(pool: UserPool, client: UserPoolClient, user: PoolUser, now: float) -> Decision[Next | Refusal]:
    """What the state of the account allows at `now` (seconds) once the password was right.
    # idp:user-accounts §status"""
    enabled = check_enabled(client, user)
    if enabled.value is not None:
        return Decision(enabled.value, enabled.steps)
    return refusals.after(enabled, _status(pool, user, now))


def _status(pool: UserPool, user: PoolUser, now: float) -> Decision[Next | Refusal]:
    question, source = "what does the user's status allow?", "idp:user-accounts§status"
    match user.status:
        case UserStatus.UNCONFIRMED:
            return refused(refusals.NOT_CONFIRMED, question, user.status, source, answer="nothing")
        case UserStatus.RESET_REQUIRED:
            return refused(refusals.RESET_REQUIRED, question, user.status, source, answer="a reset", assumption=_RESET)
        case UserStatus.EXTERNAL_PROVIDER:
            return refused(refusals.INCORRECT, question, user.status, source, answer="nothing")
        case UserStatus.FORCE_CHANGE_PASSWORD:
            return _temporary(pool, user, now)
        case UserStatus.CONFIRMED:
            return decided(Next.TOKENS, Step(question, "tokens", user.status, source, decides=True))


def check_enabled(client: UserPoolClient, user: PoolUser) -> Check:
    """Whether the account is enabled. # idp:user-accounts"""
    question = "is the user enabled?"
    if user.enabled:
        return passed(question, user.username, "idp:user-accounts")
    hidden = hides_users(client) and choice(_DISABLED) == "masked"
    refusal = refusals.INCORRECT if hidden else refusals.DISABLED
    resting = _DISABLED if hides_users(client) else None
    return refused(refusal, question, user.username, "idp:user-accounts", assumption=resting)


def _temporary(pool: UserPool, user: PoolUser, now: float) -> Decision[Next | Refusal]:
    days = pool.password_policy.temporary_validity_days
    place = pool.origin.at("Policies.PasswordPolicy.TemporaryPasswordValidityDays")
    since = user.temporary_password_set_at
    # An invitation in a template has no date: it is taken for one that was sent just now.
    question, found = (
        "is the temporary password still good?",
        f"{days} days" if since is not None else "no date is known",
    )
    if since is not None and now >= since + days * 86400:
        return refused(refusals.TEMPORARY_PASSWORD_EXPIRED, question, found, "idp:policies", location=place)
    answer = "yes: a new password is asked for"
    return decided(Next.NEW_PASSWORD, Step(question, answer, found, "idp:policies", location=place, decides=True))
