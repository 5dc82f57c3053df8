"""The Session of a challenge: bound to client, user and step, good once, and only for AuthSessionValidity.

A session is what someone holds who has proved a password and nothing more: were it not bound to its step, a temporary
password would be as good as a chosen one.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cogsim.decision import Refusal
from cogsim.decisions import refusals
from cogsim.decisions.progress import Progress
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.persistent import Map
from cogsim.world.pool_user import PasswordVerifier, PoolUser, UserStatus
from cogsim.world.user_pool_client import UserPoolClient


@dataclass(frozen=True, slots=True)
class ChallengeSession:
    """An open step of a sign-in.

    `sub` makes sure that the user is still the same (empty where the challenge stands in for nobody), `status` and
    `password` that what was proved still holds; `private` is what the step must know to judge its answer;
    `issued_at` in seconds.
    """

    pool_id: str
    client_id: str
    name: str
    sub: str
    challenge: str
    issued_at: float
    progress: Progress
    status: UserStatus | None = None
    password: PasswordVerifier | None = field(default=None, repr=False)
    private: Map[str, str] = field(default_factory=Map, repr=False)
    used: bool = False

    def spent(self) -> ChallengeSession:
        return replace(self, used=True)


def never_asked(challenge: str) -> Check:
    """The refusal of an answer to a challenge that no flow leads to, such as ADMIN_NO_SRP_AUTH: the flow of that name
    asks for nothing after the password. # idp:authentication-flows"""
    question = "can a session be open for the step?"
    return refused(refusals.INVALID_SESSION, question, f"nobody is asked for {challenge}", "idp:authentication-flows")


def accept_session(
    session: ChallengeSession | None, client: UserPoolClient, user: PoolUser | None, challenge: str, now: float
) -> Check:
    """Whether `session` stands for this step of this user at this client, at `now`. Whose status or password has
    changed since then (an operator set it) has no open step. # idp:authentication-flows"""
    place = client.origin.at("AuthSessionValidity")

    def no(refusal: Refusal, found: str) -> Check:
        return refused(refusal, question, found, "idp:authentication-flows", location=place)

    question = "is this session open for the step?"
    if session is None:
        return no(refusals.INVALID_SESSION, "unknown")
    if (session.client_id, session.sub, session.challenge) != (client.id, user.sub if user else "", challenge):
        return no(refusals.INVALID_SESSION, "of another client, user or step")
    if session.used:
        return no(refusals.SESSION_USED, "used before")
    if now >= session.issued_at + client.auth_session_validity:
        return no(refusals.SESSION_EXPIRED, f"older than {client.auth_session_validity} s")
    if user is not None and user.status != session.status:
        return no(refusals.INVALID_SESSION, f"the user is {user.status}")
    if user is not None and user.password != session.password:
        return no(refusals.INVALID_SESSION, "the password is another one now")
    return passed(question, session.challenge, "idp:authentication-flows", location=place)


def within_session(progress: Progress, session: ChallengeSession | None, secret_block: str) -> Check:
    """Whether a secret block (its digest) is answered where it was set: the plain SRP flow has no session, every other
    flow has one, and the block belongs to it. # idp:srp"""
    question = "is the secret block answered in its own session?"
    if session is None:
        if progress.flow == "USER_SRP_AUTH":
            return passed(question, "the plain flow has none", "idp:srp")
        return refused(refusals.INVALID_SESSION, question, f"{progress.flow}, and no session", "idp:srp")
    if session.private.get("secret_block") != secret_block:
        return refused(refusals.INVALID_SESSION, question, "of another challenge", "idp:srp")
    return passed(question, progress.flow, "idp:srp")
