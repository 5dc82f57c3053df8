"""Whether a new password was used before, and which passwords a pool remembers. # idp:policies §history

PasswordHistorySize counts the password that the user has now and those before it: with 3, neither it nor the two
before it can be chosen. What a pool does not remember (the size was smaller then) cannot be held against anybody.
"""

from __future__ import annotations

from dataclasses import replace

from cogsim.decision import Refusal
from cogsim.decisions.password import proves
from cogsim.decisions.refusals import UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_user import PasswordVerifier, PoolUser
from cogsim.world.user_pool import UserPool

USED_BEFORE = Refusal(
    "PasswordHistoryPolicyViolationException",
    "Password has already been used. Please choose a different password.",
)


def check_unused(pool: UserPool, user: PoolUser, password: str) -> Check:
    """Whether `password` is none of those that the pool's history holds against the user."""
    size = pool.password_policy.history_size
    question, place = "was the password used before?", pool.origin.at("Policies.PasswordPolicy.PasswordHistorySize")
    known = _remembered(user)[:size]
    for number, verifier in enumerate(known):
        if proves(pool, replace(user, password=verifier), password):
            found = f"{number} before the present one" if number else "it is the present one"
            return refused(
                USED_BEFORE, question, found, "idp:policies", answer="yes", location=place, assumption=UNSEEN_TEXTS
            )
    return passed(question, f"{len(known)} of {size} looked at", "idp:policies", answer="no", location=place)


def remembered(pool: UserPool, user: PoolUser) -> tuple[PasswordVerifier, ...]:
    """The passwords before the new one that the user's history keeps, the latest first."""
    return _remembered(user)[: max(pool.password_policy.history_size - 1, 0)]


def _remembered(user: PoolUser) -> tuple[PasswordVerifier, ...]:
    return ((user.password,) if user.password else ()) + user.password_history
