"""The Session that leads from SignUp over ConfirmSignUp to a sign-in without another proof. # idp:passwordless

SignUp's is good for ConfirmSignUp only, and ConfirmSignUp's for one InitiateAuth by USER_AUTH: who holds it has made
the account and proved its address just now.
"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.token_families import digest
from cogsim.decisions import challenge_session, registration
from cogsim.decisions.challenge_session import ChallengeSession
from cogsim.decisions.progress import Progress
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

#: What the session of SignUp is open for; ConfirmSignUp's is for the flow itself.
SIGN_UP, SIGN_IN = "SIGN_UP", "USER_AUTH"


def begin(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser, name: str, step: str = SIGN_UP
) -> dict[str, str]:
    """Session, where the client signs people in by USER_AUTH; else no member at all. `name` is the Username as sent."""
    if not ctx.take(registration.leads_to_sign_in(client)):
        return {}
    secret = ctx.draw("cognito-idp/session", pool.id, user.username).base64(600)
    progress = Progress(SIGN_IN, fresh=step == SIGN_IN)
    session = ChallengeSession(pool.id, client.id, name, user.sub, step, ctx.now, progress, user.status, user.password)
    ctx.update_state(lambda state: SESSIONS.put(state, digest(secret), session))
    return {"Session": secret}


def check(ctx: CallContext, client: UserPoolClient, user: PoolUser, session: str) -> None:
    """Whether `session` is what this user's SignUp gave; a refusal is raised."""
    ctx.require(challenge_session.accept_session(_held(ctx, session), client, user, SIGN_UP, ctx.now))


def spend(ctx: CallContext, session: str) -> None:
    """The session is good for nothing more."""
    held = _held(ctx, session)
    assert held is not None
    ctx.update_state(lambda state: SESSIONS.put(state, digest(session), held.spent()))


def _held(ctx: CallContext, session: str) -> ChallengeSession | None:
    return SESSIONS.get(ctx.state, digest(session))
