"""What a user pool remembers that expires or counts: codes, tries, wrong passwords, open steps of sign-ins."""

from __future__ import annotations

from collections.abc import Callable

from cogsim.aws.context import CallContext
from cogsim.aws.state import State, Table
from cogsim.decisions.challenge_session import ChallengeSession
from cogsim.decisions.codes import (
    CONFIRM_SIGN_UP,
    HOURLY,
    RECOVERY,
    RESET_PASSWORD,
    VERIFY_ATTRIBUTE,
    PendingCode,
    check_limit,
)
from cogsim.decisions.refusals import Check
from cogsim.decisions.sign_in import Failures
from cogsim.decisions.srp_exchange import SrpChallenge
from cogsim.decisions.user_import import ImportJob

#: (pool id, sub, purpose, attribute) to the code that is out; the attribute is empty where the purpose has one code.
CODES: Table[tuple[str, str, str, str], PendingCode] = Table("cognito-idp/codes")

#: (pool id, sub) to the wrong passwords in a row.
FAILURES: Table[tuple[str, str], Failures] = Table("cognito-idp/failures")

#: SHA-256 of a Session to the open step.
SESSIONS: Table[str, ChallengeSession] = Table("cognito-idp/sessions")

#: SHA-256 of a secret block to its challenge.
SRP_CHALLENGES: Table[str, SrpChallenge] = Table("cognito-idp/srp-challenges")

#: (pool id, job id) to the job to import users.
IMPORT_JOBS: Table[tuple[str, str], ImportJob] = Table("cognito-idp/import-jobs")

#: (pool id, sub, operation) to the instants of its requests.
_TRIES: Table[tuple[str, str, str], tuple[float, ...]] = Table("cognito-idp/tries")


def count_try(ctx: CallContext, pool_id: str, sub: str, operation: str, limit: int) -> None:
    """Count one request of this kind, or refuse it where the hour is full. # idp:quotas §codes"""
    count(ctx, (pool_id, sub, operation), lambda tries, now: check_limit(tries, limit, now))


def count(ctx: CallContext, key: tuple[str, str, str], judge: Callable[[tuple[float, ...], float], Check]) -> None:
    """Count one request under `key` (pool id, sub, what is counted), or refuse it where `judge` refuses."""
    tries = _TRIES.get(ctx.state, key) or ()
    ctx.require(judge(tries, ctx.now))
    recent = (*(instant for instant in tries if ctx.now - instant < 3600.0), ctx.now)
    ctx.update_state(lambda state: _TRIES.put(state, key, recent))


def forget(state: State, pool_id: str, sub: str) -> State:
    """The state without what was kept of a user who is no more; open steps of sign-ins find nobody by themselves."""
    for purpose, attribute in (
        (CONFIRM_SIGN_UP, ""),
        (RESET_PASSWORD, ""),
        (VERIFY_ATTRIBUTE, "email"),
        (VERIFY_ATTRIBUTE, "phone_number"),
    ):
        state = CODES.drop(state, (pool_id, sub, purpose, attribute))
    for counted in (*HOURLY, RECOVERY):
        state = _TRIES.drop(state, (pool_id, sub, counted))
    return FAILURES.drop(state, (pool_id, sub))
