"""USER_AUTH: a sign-in whose user chooses the first factor, and the one that follows a sign-up. # idp:passwordless"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.services.cognito_idp.access import token_bearer
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.records import SESSIONS
from cogsim.aws.services.cognito_idp.steps.challenge import Open
from cogsim.aws.services.cognito_idp.steps.flow import follow, spend
from cogsim.aws.services.cognito_idp.steps.select_challenge import challenges_of, offer, take_up
from cogsim.aws.token_families import digest
from cogsim.decisions import challenge_session, first_factors, refusals, sign_in, step_up
from cogsim.decisions.codes import confirmation_contact
from cogsim.decisions.progress import EMAIL, SMS
from cogsim.errors import NotModelled
from cogsim.world.user_pool import UserPool

#: The flow, and the step that the session of ConfirmSignUp is open for.
USER_AUTH = "USER_AUTH"
#: AuthParameters beside USERNAME and SECRET_HASH.
MAY = ("PREFERRED_CHALLENGE", "PASSWORD", "SRP_A", step_up.TARGET, step_up.MAX_AGE, step_up.TOKEN, "DEVICE_KEY")

#: What the code of a sign-up proved, by the attribute it went to.
_PROOF_OF = {"email": EMAIL, "phone_number": SMS}


def begin(attempt: Attempt, parameters: Mapping[str, str]) -> Mapping[str, Any]:
    """The preferred challenge where the user can take it, else the choice; a step-up goes on from its token."""
    ctx, client = attempt.ctx, attempt.client
    ctx.require(first_factors.check_plan(attempt.pool))
    wanted = {key: parameters[key] for key in (step_up.TARGET, step_up.TOKEN, step_up.MAX_AGE) if key in parameters}
    ctx.require(step_up.check_wishes(wanted))
    if attempt.account is None and not sign_in.hides_users(client):
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    if step_up.TARGET in wanted:
        attempt = _stepping_up(attempt, wanted)
    if step_up.first_factor_stands(attempt.progress):
        ctx.require(first_factors.may_go_on(client, attempt.user))
        return follow(attempt)
    challenges = challenges_of(attempt)
    name = ctx.require(first_factors.begin(challenges, parameters.get("PREFERRED_CHALLENGE")))
    if name == first_factors.SELECT:
        return offer(attempt, challenges)
    return take_up(attempt, name, parameters, None)


def begins_with_password(pool: UserPool, parameters: Mapping[str, str]) -> bool:
    """Whether the parameters hold the password that the sign-in begins with, so that somebody unknown could be asked
    of the pool's migration. A code or a passkey never is. # idp:migration"""
    preferred = parameters.get("PREFERRED_CHALLENGE") == "PASSWORD"
    return preferred and "PASSWORD" in parameters and "PASSWORD" in pool.first_factors


def _stepping_up(attempt: Attempt, wanted: Mapping[str, str]) -> Attempt:
    """The attempt with the level it goes for, and what the access token counts for it."""
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.account
    levels = ctx.require(step_up.wanted_levels(pool, wanted[step_up.TARGET]))
    proved = _credit(attempt, wanted) if step_up.TOKEN in wanted else ()
    if user is None:
        return attempt
    credited = replace(attempt, progress=replace(attempt.progress, proved=proved))
    level = ctx.require(step_up.choose_level(pool, user, challenges_of(credited), levels, credited.progress))
    return replace(attempt, progress=ctx.take(step_up.aim(credited.progress, level, wanted[step_up.TARGET])))


def _credit(attempt: Attempt, wanted: Mapping[str, str]) -> tuple[str, ...]:
    ctx = attempt.ctx
    bearer = token_bearer(ctx, wanted[step_up.TOKEN])
    families = token_families.of_user(ctx.state, bearer.pool.id, bearer.user.sub)
    amr = next((each.amr for each in families if each.event_id == bearer.claims["event_id"]), ())
    auth_time, max_age = float(bearer.claims["auth_time"]), wanted.get(step_up.MAX_AGE)
    return ctx.require(step_up.credit(bearer.user, attempt.account, amr, auth_time, max_age, ctx.now))


def refuse_session_elsewhere(operation: str, flow: str, session: str | None) -> None:
    """Refuse a Session beside another flow: what it would do there is not known."""
    if session is not None and flow != USER_AUTH:
        raise NotModelled(operation, "Session", f"it is for {USER_AUTH}, not {flow}")


def resume(attempt: Attempt, session: str) -> Mapping[str, Any]:
    """The first sign-in after a sign-up: the session of ConfirmSignUp stands for the code that was given there.
    # idp:signing-up §auto-sign-in"""
    ctx, pool = attempt.ctx, attempt.pool
    ctx.require(first_factors.check_plan(pool))
    key = digest(session)
    held = SESSIONS.get(ctx.state, key)
    ctx.require(challenge_session.accept_session(held, attempt.client, attempt.account, USER_AUTH, ctx.now))
    assert held is not None
    ctx.require(first_factors.may_go_on(attempt.client, attempt.user))
    spend(attempt, Open(key, held))
    progress = replace(attempt.progress, fresh=True, proved=held.progress.proved)
    contact = ctx.take(confirmation_contact(pool, attempt.user.attributes))
    proofs = (_PROOF_OF[contact.attribute],) if contact else ()
    return follow(replace(attempt, progress=progress).having(*proofs))
