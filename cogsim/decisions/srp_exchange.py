"""The server's side of a sign-in by SRP: the challenge it sets, and whether an answer fits.

1. SRP_A must not be 0 modulo N: it would make every password right.
2. Where there is no such user, and the client hides that, or the user has no password, the challenge looks like any
   other: salt and user id are a function of pool and name, so asking twice tells nothing. No answer fits it.
3. The secret block names one challenge: it fits one answer, soon, of the same client and user.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions import refusals
from cogsim.decisions.password import pool_name
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.entropy import named
from cogsim.tokens import srp
from cogsim.world.pool_user import PasswordVerifier, PoolUser
from cogsim.world.user_pool import UserPool

_SECONDS = "cognito.srpAnswerSeconds"


@dataclass(frozen=True, slots=True)
class SrpChallenge:
    """A challenge that was set: for whom, with which numbers, and when. `username` is None where there is nobody."""

    pool_id: str
    client_id: str
    username: str | None
    user_id: str
    salt: str = field(repr=False)
    verifier: str = field(repr=False)
    b: int = field(repr=False)
    srp_a: str = field(repr=False)
    issued_at: float = 0.0
    progress: Progress = field(default_factory=lambda: Progress("USER_SRP_AUTH"))
    used: bool = False

    @property
    def srp_b(self) -> str:
        return srp.challenge(self.verifier, self.b)

    def spent(self) -> SrpChallenge:
        return replace(self, used=True)


def check_public_value(srp_a: str) -> Check:
    """Whether SRP_A is a number that is not 0 modulo N (argument 1)."""
    question = "is SRP_A a safe public value?"
    if srp.acceptable(srp_a):
        return passed(question, "not 0 modulo N", "idp:srp")
    refusal = Refusal(INVALID_PARAMETER, "Invalid SRP_A")
    return refused(refusal, question, "0 modulo N, or no number", "idp:srp", assumption=UNSEEN_TEXTS)


def set_challenge(
    pool: UserPool, client_id: str, user: PoolUser | None, name: str, srp_a: str, b: int, progress: Progress, now: float
) -> SrpChallenge:
    """The challenge for `user`, or the one that stands in where nobody called `name` can answer (argument 2)."""
    username, name = user.username if user else None, pool.compared(name)
    user_id = username or named("cognito-idp/srp-nobody", pool.id, name).uuid()
    kept = (user.password if user else None) or _pretended(pool, name)
    return SrpChallenge(pool.id, client_id, username, user_id, kept.salt, kept.verifier, b, srp_a, now, progress)


def _pretended(pool: UserPool, name: str) -> PasswordVerifier:
    draw = named("cognito-idp/srp-pretence", pool.id, name)
    salt = draw.bytes(16).hex()
    return PasswordVerifier(salt, srp.verifier(pool_name(pool), name, draw.bytes(32).hex(), salt))


def accept_answer(challenge: SrpChallenge | None, client_id: str, user_id: str | None, now: float) -> Check:
    """Whether a secret block still stands for a challenge of this client and user (argument 3)."""
    question, source = "does the secret block name an open challenge of this user?", "idp:srp"
    if challenge is None or challenge.client_id != client_id or user_id not in (challenge.user_id, challenge.username):
        return refused(refusals.INCORRECT, question, "none", source)
    if challenge.used:
        return refused(refusals.SESSION_USED, question, "answered before", source)
    seconds = float(choice(_SECONDS))
    if now - challenge.issued_at > seconds:
        found = f"set more than {seconds:g} s ago"
        return refused(refusals.SESSION_EXPIRED, question, found, source, assumption=_SECONDS)
    return passed(question, "set just now", source, assumption=_SECONDS)


def answers(
    pool: UserPool, challenge: SrpChallenge, user: PoolUser, secret_block: bytes, timestamp: str, signature: str
) -> bool:
    """Whether the signature proves the password that `user` has now; never where the user has none."""
    if user.password is None or user.password.verifier != challenge.verifier:
        return False
    return srp.check(
        pool_name=pool_name(pool),
        username=challenge.user_id,
        verifier_hex=challenge.verifier,
        b=challenge.b,
        srp_a=challenge.srp_a,
        secret_block=secret_block,
        timestamp=timestamp,
        signature=signature,
    )
