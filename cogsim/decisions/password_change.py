"""Whether a person may change her own password: she must know the one it takes the place of.

1. A token that was stolen opens the session it is of, and must not become the account: the previous password is asked
   for, and a wrong one counts like one at a sign-in. Else it could be guessed here without end.
2. Who has none (she signs in by codes and passkeys) has none to give; a first password may be set without.
3. A password that must be reset is not changed: its code is. # idp:ChangePassword
"""

from __future__ import annotations

from collections.abc import Callable

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import sign_in
from cogsim.decisions.refusals import INVALID_PARAMETER, RESET_REQUIRED, UNSEEN_TEXTS, refused
from cogsim.decisions.sign_in import Failures
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

_SOURCE = "idp:ChangePassword"
_MISSING = Refusal(INVALID_PARAMETER, "Missing required parameter PreviousPassword")


def judge(
    pool: UserPool,
    client: UserPoolClient,
    user: PoolUser,
    proven: Callable[[], bool] | None,
    failures: Failures | None,
    now: float,
) -> Decision[sign_in.Attempt]:
    """Whether the change may go on, and the count of wrong passwords after it; `proven` says whether the previous
    password was right, and is None where none was given."""
    question = "does the user know the previous password?"
    if user.status is UserStatus.RESET_REQUIRED:
        return _ended(refused(RESET_REQUIRED, question, user.status, "idp:user-accounts"), failures)
    if proven is not None:
        return sign_in.attempt(pool, client, user, proven, failures, now)
    if user.password is not None:
        return _ended(refused(_MISSING, question, "not given", _SOURCE, assumption=UNSEEN_TEXTS), failures)
    state = sign_in.account(pool, client, user, now)
    step = Step(question, "there is none", "a user without a password", _SOURCE)
    return decided(sign_in.Attempt(state.value, failures), *state.steps, after=(step,))


def _ended(refusal: Decision[Refusal], failures: Failures | None) -> Decision[sign_in.Attempt]:
    return Decision(sign_in.Attempt(refusal.value, failures), refusal.steps)
