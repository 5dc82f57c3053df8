"""What a sign-in must prove next: a chosen password first, then a second factor, then tokens. # idp:mfa"""

from __future__ import annotations

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions import progress as proofs
from cogsim.decisions.progress import Progress
from cogsim.decisions.sign_in import second_factor
from cogsim.errors import NotModelled
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool

#: In place of a challenge's name: nothing more is asked.
TOKENS = "tokens"


def next_challenge(pool: UserPool, user: PoolUser, progress: Progress) -> Decision[str | Refusal]:
    """The name of the challenge that follows, or TOKENS; a refusal where what is demanded cannot be asked."""
    question = "what does the sign-in prove next?"
    if user.status is UserStatus.FORCE_CHANGE_PASSWORD and proofs.NEW_PASSWORD not in progress.proved:
        return decided("NEW_PASSWORD_REQUIRED", Step(question, "a new password", user.status, "idp:user-accounts"))
    factor = second_factor(pool)
    if factor.value:
        raise NotModelled(f"a sign-in to user pool {pool.id}", f"MfaConfiguration {pool.mfa}")
    return decided(TOKENS, Step(question, "nothing", ", ".join(progress.proved), "idp:mfa"), after=factor.steps)
