"""The history of a user's sign-ins where threat protection keeps one, and what people say of it. # idp:adaptive"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, operators_user, user_called
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.state import Table
from cogsim.aws.token_families import digest
from cogsim.clock import at
from cogsim.decisions.auth_events import AuthEvent
from cogsim.decisions.auth_feedback import check_history_kept, find_event, find_feedback
from cogsim.decisions.usernames import find_user
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

#: (pool id, sub) to the user's events, the oldest first.
EVENTS: Table[tuple[str, str], tuple[AuthEvent, ...]] = Table("cognito-idp/auth-events")
#: SHA-256 of a FeedbackToken to (pool id, sub, event id).
_FEEDBACK_TOKENS: Table[str, tuple[str, str, str]] = Table("cognito-idp/feedback-tokens")

#: Events are kept for two years (seconds).
_KEPT = 2 * 365 * 86400.0


def remember(ctx: CallContext, pool: UserPool, user: PoolUser, event: AuthEvent) -> None:
    """Write the event down, in the place of the one with its id where there is one."""
    key = (pool.id, user.sub)
    held = [each for each in EVENTS.get(ctx.state, key) or () if ctx.now - each.at < _KEPT]
    ids = [each.id for each in held]
    if event.id in ids:
        held[ids.index(event.id)] = event
    else:
        held.append(event)
    ctx.update_state(lambda state: EVENTS.put(state, key, tuple(held)))


def feedback_token(ctx: CallContext, pool: UserPool, user: PoolUser, event_id: str) -> str:
    """The token of the links in a notification: whoever holds it says whether the event was theirs."""
    token = ctx.draw("cognito-idp/feedback-token", pool.id, user.username).alnum(64)
    ctx.update_state(lambda state: _FEEDBACK_TOKENS.put(state, digest(token), (pool.id, user.sub, event_id)))
    return token


@operation("cognito-idp:AdminListUserAuthEvents", requires=on_pool("AdminListUserAuthEvents"), reads_only=True)
def admin_list_user_auth_events(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Username: str,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> Mapping[str, Any]:
    """A user's events, the latest first."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(check_history_kept(pool))
    events = EVENTS.get(ctx.state, (pool.id, user.sub)) or ()
    numbered = list(enumerate(reversed(events)))
    shown, following = page(ctx, numbered, lambda each: each[0], NextToken, MaxResults, 60)
    return {"AuthEvents": [_described(event) for _, event in shown]} | following


@operation("cognito-idp:AdminUpdateAuthEventFeedback", requires=on_pool("AdminUpdateAuthEventFeedback"))
def admin_update_auth_event_feedback(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, EventId: str, FeedbackValue: str
) -> Mapping[str, Any]:
    """An operator says whether an event was the user's; it counts at the next sign-in."""
    pool, user = operators_user(ctx, UserPoolId, Username)
    ctx.require(check_history_kept(pool))
    _take(ctx, pool, user, EventId, FeedbackValue, "Admin")
    return {}


@operation("cognito-idp:UpdateAuthEventFeedback")
def update_auth_event_feedback(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, EventId: str, FeedbackToken: str, FeedbackValue: str
) -> Mapping[str, Any]:
    """The user says so, by the link in the notification."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(check_history_kept(pool))
    user = user_called(ctx, pool, Username)
    if user is None:
        ctx.require(find_user(ctx.world, pool, Username))
        return {}
    held = _FEEDBACK_TOKENS.get(ctx.state, digest(FeedbackToken))
    ctx.require(find_feedback(held, (pool.id, user.sub, EventId)))
    _take(ctx, pool, user, EventId, FeedbackValue, "User")
    return {}


def _take(ctx: CallContext, pool: UserPool, user: PoolUser, event_id: str, value: str, by: str) -> None:
    event = ctx.require(find_event(EVENTS.get(ctx.state, (pool.id, user.sub)) or (), event_id))
    remember(ctx, pool, user, replace(event, feedback=(value, by, ctx.now)))


def _described(event: AuthEvent) -> dict[str, Any]:
    risk = {
        "RiskDecision": event.decision,
        "RiskLevel": event.risk,
        "CompromisedCredentialsDetected": event.compromised,
    }
    place = event.place
    context = {
        "IpAddress": event.ip_address,
        "DeviceName": event.device,
        "City": place.city or None if place else None,
        "Country": place.country if place else None,
    }
    told: dict[str, Any] = {
        "EventId": event.id,
        "EventType": event.type,
        "CreationDate": at(event.at),
        "EventResponse": event.response,
        "EventRisk": _present(risk),
        "ChallengeResponses": [
            {"ChallengeName": name, "ChallengeResponse": result} for name, result in event.challenges
        ],
        "EventContextData": _present(context),
    }
    if event.feedback is not None:
        value, by, when = event.feedback
        told["EventFeedback"] = {"FeedbackValue": value, "Provider": by, "FeedbackDate": at(when)}
    return told


def _present(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
