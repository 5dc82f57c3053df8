"""What people say of a user's events, and who may. # idp:adaptive"""

from __future__ import annotations

from collections.abc import Sequence

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.auth_events import AuthEvent
from cogsim.decisions.refusals import NOT_AUTHORIZED, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.decisions.threats import watches
from cogsim.world.user_pool import UserPool

_SOURCE = "idp:adaptive"


def check_history_kept(pool: UserPool) -> Check:
    """Whether the pool keeps a history at all."""
    question, place = "does the pool keep a history of sign-ins?", pool.origin.at("UserPoolAddOns")
    if watches(pool):
        return passed(question, f"AdvancedSecurityMode is {pool.advanced_security}", _SOURCE, location=place)
    refusal = Refusal("UserPoolAddOnNotEnabledException", "User pool add-ons are not enabled")
    return refused(refusal, question, "AdvancedSecurityMode is OFF", _SOURCE, location=place, assumption=UNSEEN_TEXTS)


def find_event(events: Sequence[AuthEvent], event_id: str) -> Decision[AuthEvent | Refusal]:
    """The event of that id in a user's history."""
    question = "is there such an event?"
    for event in events:
        if event.id == event_id:
            return decided(event, Step(question, "yes", event_id, _SOURCE))
    refusal = Refusal(NOT_FOUND, "Auth event not found.")
    return refused(refusal, question, event_id, _SOURCE, assumption=UNSEEN_TEXTS)


def find_feedback(held: tuple[str, str, str] | None, event: tuple[str, str, str]) -> Check:
    """Whether the token is the one that was sent about this event of this user."""
    question = "is it the token of this event's notification?"
    if held == event:
        return passed(question, event[2], _SOURCE)
    refusal = Refusal(NOT_AUTHORIZED, "Invalid feedback token")
    return refused(refusal, question, "another or none", _SOURCE, assumption=UNSEEN_TEXTS)
