"""How sessions of a pool and of its app clients are configured. # idp:sessions"""

from __future__ import annotations

from cogsim.decision import Refusal
from cogsim.decisions.feature_plans import check_plan
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, Check, passed, refused
from cogsim.decisions.user_sessions import tracking
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: The kind of document that holds SetUserPoolClientSessionConfiguration, by client id.
CLIENT_SESSION_CONFIGURATION = "UserPoolClientSessionConfiguration"
#: Minutes that a client reuses a session of managed login where it states none. # idp:client-sessions
DEFAULT_VALIDITY = 60


def check_sessions_available(pool: UserPool) -> Check:
    """Whether the pool's plan has session tracking."""
    return check_plan(pool, iter([("Session Tracking", "ESSENTIALS")]))


def check_tracking_on(world: World, pool: UserPool) -> Check:
    """Whether an app client's sessions can be configured: only where the pool tracks them."""
    question = "does the pool track sessions?"
    if tracking(world, pool).enabled:
        return passed(question, "ENABLED", "idp:client-sessions")
    refusal = Refusal(INVALID_PARAMETER, "User session tracking is not enabled for this user pool.")
    return refused(refusal, question, "DISABLED", "idp:client-sessions", assumption=UNSEEN_TEXTS)


def reuse_validity(world: World, pool_id: str, client_id: str) -> int:
    """Minutes since the last real sign-in that the client takes an open session of managed login for."""
    document = world.pool_documents.get((pool_id, CLIENT_SESSION_CONFIGURATION, client_id))
    return DEFAULT_VALIDITY if document is None else int(document.content["SSOSession"]["MaxValidityMinutes"])
