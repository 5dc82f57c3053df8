"""Sessions where a pool tracks them: which are open, which gives way when there are too many, which may be ended.
# idp:sessions"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refresh_token import Family
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: The kind of document that holds SetUserPoolSessionConfiguration.
SESSION_CONFIGURATION = "UserPoolSessionConfiguration"
#: Sessions of one user where the pool states no number.
DEFAULT_SESSIONS = 20

_SOURCE = "idp:sessions"


@dataclass(frozen=True, slots=True)
class Tracking:
    """Whether a pool tracks sessions, and how many a user can have at a time."""

    enabled: bool
    most: int


def tracking(world: World, pool: UserPool) -> Tracking:
    """The pool's own setting, or AWS's default: off."""
    document = world.pool_documents.get((pool.id, SESSION_CONFIGURATION, ""))
    if document is None:
        return Tracking(False, DEFAULT_SESSIONS)
    tokens = document.content.get("TokenSession") or {}
    enabled = document.content.get("UserSessionTracking") == "ENABLED"
    return Tracking(enabled, int(tokens.get("MaxPerUser", DEFAULT_SESSIONS)))


def check_tracked(world: World, pool: UserPool) -> Check:
    """Whether the pool tracks sessions at all."""
    question = "does the pool track sessions?"
    if tracking(world, pool).enabled:
        return passed(question, "UserSessionTracking is ENABLED", _SOURCE)
    refusal = Refusal("OperationNotEnabledException", "User session tracking is not enabled for this user pool.")
    return refused(refusal, question, "UserSessionTracking is DISABLED", _SOURCE, assumption=UNSEEN_TEXTS)


def open_sessions(families: Sequence[Family], now: float) -> tuple[Family, ...]:
    """The sign-ins that are sessions and stand at `now` (seconds), the oldest first."""
    return tuple(f for f in families if f.session_id and f.revoked_at is None and now < f.expires_at)


def giving_way(families: Sequence[Family], most: int, now: float) -> Decision[tuple[Family, ...]]:
    """The sessions that end when one more begins: those longest unused."""
    open_now = sorted(open_sessions(families, now), key=lambda family: (family.active_at, family.origin_jti))
    ending = tuple(open_now[: max(len(open_now) + 1 - most, 0)])
    found = f"{len(open_now)} open, {most} at most"
    question = "which session gives way to the new one?"
    return decided(ending, Step(question, ", ".join(f.session_id or "" for f in ending) or "none", found, _SOURCE))


def find_session(
    families: Sequence[Family], session_id: str, current: str | None, now: float
) -> Decision[Family | Refusal]:
    """The open session of that id; the one that the caller's own token belongs to (`current`) can't be ended."""
    question = "is there such a session?"
    for family in open_sessions(families, now):
        if family.session_id == session_id and family.origin_jti == current:
            refusal = Refusal(INVALID_PARAMETER, "The current session cannot be revoked.")
            return refused(refusal, question, "the caller's own", _SOURCE, assumption=UNSEEN_TEXTS)
        if family.session_id == session_id:
            return decided(family, Step(question, "yes", session_id, _SOURCE, decides=True))
    refusal = Refusal(NOT_FOUND, "Session not found.")
    return refused(refusal, question, session_id, _SOURCE, assumption=UNSEEN_TEXTS)
