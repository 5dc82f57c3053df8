"""Threat protection in the course of calls: what is looked at, written down and done. It decides nothing by itself."""

from __future__ import annotations

from dataclasses import replace

from cogsim.aws.context import CallContext
from cogsim.aws.mailbox import Message, deliver
from cogsim.aws.services.cognito_idp.access import refuse
from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.auth_history import EVENTS, feedback_token, remember
from cogsim.aws.services.cognito_idp.message_triggers import taken_over
from cogsim.aws.services.cognito_idp.records import FAILURES
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.decisions import threats
from cogsim.decisions.auth_events import AuthEvent
from cogsim.decisions.progress import DEVICE
from cogsim.decisions.risk import Looks, level
from cogsim.decisions.threats import SECURITY_REASONS, Demand
from cogsim.world.pool_members import RiskConfiguration
from cogsim.world.pool_user import PoolUser, UserStatus
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


def begin(attempt: Attempt) -> Attempt:
    """Look at the address before anything else, and open the event of this sign-in in the user's history."""
    ctx, pool = attempt.ctx, attempt.pool
    if not threats.watches(pool):
        return attempt
    risk = threats.risk_configuration(ctx.world, pool, attempt.client.id)
    blocked = ctx.take(threats.check_address(pool, risk, attempt.sent.ip_address))
    if attempt.account is None:
        if blocked is not None:
            refuse(blocked)
        return attempt
    event_id = ctx.draw("cognito-idp/event-id", pool.id, attempt.account.username).uuid()
    attempt = replace(attempt, progress=replace(attempt.progress, event_id=event_id))
    _write(attempt, AuthEvent(event_id, "SignIn", ctx.now))
    if blocked is not None:
        fail(attempt, decision="Block")
        refuse(blocked)
    return attempt


def check_shown_password(attempt: Attempt, password: str) -> None:
    """Compare a password that the flow shows, once it was right; a breached one must be reset."""
    ctx, pool, user = attempt.ctx, attempt.pool, attempt.user
    if not threats.watches(pool) or not ctx.take(threats.password_shown(attempt.progress.flow)):
        return
    risk = threats.risk_configuration(ctx.world, pool, attempt.client.id)
    if not ctx.take(threats.exposed(ctx.world, pool, risk, "SIGN_IN", password)):
        return
    refusal = ctx.take(threats.act_on_exposed(pool, risk, "SIGN_IN"))
    if refusal is None:
        _change(attempt, compromised=True)
        return
    fail(attempt, decision="Block", compromised=True)
    change_user(ctx, user, status=UserStatus.RESET_REQUIRED)
    _tell_of_block(attempt, risk)
    refuse(refusal)


def check_new_password(
    ctx: CallContext, pool: UserPool, client_id: str | None, user: PoolUser | None, event: str, password: str
) -> None:
    """Compare a password that somebody chooses: at sign-up (SIGN_UP) or later (PASSWORD_CHANGE)."""
    if not threats.watches(pool):
        return
    risk = threats.risk_configuration(ctx.world, pool, client_id)
    if ctx.take(threats.exposed(ctx.world, pool, risk, event, password)):
        refusal = ctx.take(threats.act_on_exposed(pool, risk, event))
        if user is not None:
            name = "SignUp" if event == "SIGN_UP" else "PasswordChange"
            response = "Fail" if refusal else "Pass"
            remember_event(ctx, pool, user, name, response, compromised=True)
        if refusal is not None:
            refuse(refusal)


def check_sign_up_address(ctx: CallContext, pool: UserPool, client: UserPoolClient, address: str | None) -> None:
    """Refuse a sign-up from a blocked address."""
    if threats.watches(pool):
        risk = threats.risk_configuration(ctx.world, pool, client.id)
        ctx.require(threats.check_address(pool, risk, address))


def weigh(attempt: Attempt) -> Attempt:
    """Weigh the sign-in once, when its first factor is proved: it may be blocked, or have to prove a second one."""
    ctx, pool, user, sent = attempt.ctx, attempt.pool, attempt.user, attempt.sent
    if attempt.progress.weighed or not threats.watches(pool):
        return attempt
    attempt = replace(attempt, progress=replace(attempt.progress, weighed=True))
    risk = threats.risk_configuration(ctx.world, pool, attempt.client.id)
    if threats.skips(risk, sent.ip_address):
        return attempt
    looks = Looks(ctx.now, sent.ip_address, sent.fingerprint, ctx.world.address_table.place_of(sent.ip_address))
    history = EVENTS.get(ctx.state, (pool.id, user.sub)) or ()
    failures = FAILURES.get(ctx.state, (pool.id, user.sub))
    found = ctx.take(level(looks, history, failures.count if failures else 0))
    demand = _demand(attempt, risk, found)
    if found is not None:
        decision = "Block" if demand.blocked else "AccountTakeover"
        _change(attempt, risk=found, decision=decision)
    if demand.notify:
        _tell(attempt, risk, demand)
    if demand.blocked:
        fail(attempt, decision="Block")
        refuse(SECURITY_REASONS)
    demanded = attempt.progress.factor_demanded or demand.factor
    return replace(attempt, progress=replace(attempt.progress, factor_demanded=demanded))


def _demand(attempt: Attempt, risk: RiskConfiguration, found: str | None) -> Demand:
    custom = attempt.progress.flow == "CUSTOM_AUTH"
    device = attempt.user.devices.get(attempt.progress.device_key or "")
    remembered = device is not None and device.remembered and DEVICE in attempt.progress.proved
    decided = threats.demand(attempt.pool, risk, attempt.user, found, custom=custom, remembered=remembered)
    return attempt.ctx.take(decided)


def passed(attempt: Attempt) -> None:
    """The sign-in came through."""
    _change(attempt, response="Pass")


def fail(attempt: Attempt, **changes: object) -> None:
    """The sign-in ended."""
    _change(attempt, response="Fail", **changes)


def answered(attempt: Attempt, challenge: str, *, right: bool) -> None:
    """A challenge was answered: `Password` or `Mfa`."""
    event = _event(attempt)
    if event is not None:
        told = (*event.challenges, (challenge, "Success" if right else "Failure"))
        _change(attempt, challenges=told)


def remember_event(
    ctx: CallContext, pool: UserPool, user: PoolUser, name: str, response: str, *, compromised: bool = False
) -> None:
    """Write down an event that is no sign-in: SignUp, ForgotPassword, PasswordChange, ResendCode."""
    if threats.watches(pool):
        event_id = ctx.draw("cognito-idp/event-id", pool.id, user.username).uuid()
        address = ctx.call.origin.source_ip
        place = ctx.world.address_table.place_of(address)
        event = AuthEvent(event_id, name, ctx.now, response, compromised=compromised, ip_address=address, place=place)
        remember(ctx, pool, user, event)


def _event(attempt: Attempt) -> AuthEvent | None:
    if attempt.account is None or not attempt.progress.event_id:
        return None
    history = EVENTS.get(attempt.ctx.state, (attempt.pool.id, attempt.user.sub)) or ()
    return next((event for event in history if event.id == attempt.progress.event_id), None)


def _change(attempt: Attempt, **changes: object) -> None:
    event = _event(attempt)
    if event is not None:
        remember(attempt.ctx, attempt.pool, attempt.user, replace(event, **changes))  # type: ignore[arg-type]


def _write(attempt: Attempt, event: AuthEvent) -> None:
    sent, origin = attempt.sent, attempt.ctx.call.origin
    place = attempt.ctx.world.address_table.place_of(sent.ip_address)
    known = replace(
        event, ip_address=sent.ip_address, device=origin.user_agent, fingerprint=sent.fingerprint, place=place
    )
    remember(attempt.ctx, attempt.pool, attempt.user, known)


def _tell_of_block(attempt: Attempt, risk: RiskConfiguration) -> None:
    """A blocked password is told where any level that blocks is told."""
    if any(action.notify for action in risk.takeover.values()):
        _tell(attempt, risk, Demand(blocked=True, notify=True, action="BLOCK"))


def _tell(attempt: Attempt, risk: RiskConfiguration, demand: Demand) -> None:
    """Write to the user's e-mail address, verified or not; without one there is nobody to tell. # idp:adaptive"""
    ctx, user = attempt.ctx, attempt.user
    address = user.attributes.get("email")
    if not address:
        return
    kind = "block" if demand.blocked else "mfa" if demand.factor else "no-action"
    source, client_id = "AccountTakeOverNotification", attempt.client.id
    if taken_over(ctx, attempt.pool, user, "EMAIL", None, client_id=client_id, source=source):
        return
    token = feedback_token(ctx, attempt.pool, user, attempt.progress.event_id)
    purpose = f"account takeover notification: {kind}"
    deliver(ctx, Message(address, "EMAIL", purpose, attempt.pool.id, user.username, token, ctx.now))
