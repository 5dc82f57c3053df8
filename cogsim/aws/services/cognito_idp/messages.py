"""Codes and invitations on their way to people."""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.mailbox import Message, deliver
from cogsim.aws.services.cognito_idp.records import CODES
from cogsim.aws.services.cognito_idp.unmodelled import MESSAGE_TRIGGERS, refuse_triggers
from cogsim.decisions.codes import VERIFY_ATTRIBUTE, Delivery, PendingCode
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool


def code_key(pool: UserPool, user: PoolUser, purpose: str, attribute: str) -> tuple[str, str, str, str]:
    """Where the code of a purpose is kept: one for each attribute that is verified, else one."""
    return (pool.id, user.sub, purpose, attribute if purpose == VERIFY_ATTRIBUTE else "")


def send_code(
    ctx: CallContext, pool: UserPool, user: PoolUser, purpose: str, to: Delivery, *, waits: bool = False
) -> dict[str, str]:
    """Send a new code, which replaces the one before, and say where it went; `waits` where the address waits for it."""
    code = ctx.draw("cognito-idp/code", pool.id, user.username, purpose).digits(6)
    pending = PendingCode(purpose, to.attribute, to.address, code, ctx.now, waits)
    key = code_key(pool, user, purpose, to.attribute)
    ctx.update_state(lambda state: CODES.put(state, key, pending))
    _send(ctx, pool, user, purpose, to, code)
    return to.details()


def send_invitation(ctx: CallContext, pool: UserPool, user: PoolUser, to: Delivery, password: str) -> None:
    """Send the temporary password to a user whom an operator made."""
    _send(ctx, pool, user, "invitation", to, password)


def send_step_code(ctx: CallContext, pool: UserPool, user: PoolUser, to: Delivery, digits: int = 6) -> str:
    """Send a new code for a step of a sign-in, which keeps it itself; the code."""
    code = ctx.draw("cognito-idp/code", pool.id, user.username, "sign-in").digits(digits)
    _send(ctx, pool, user, "sign-in", to, code)
    return code


def _send(ctx: CallContext, pool: UserPool, user: PoolUser, purpose: str, to: Delivery, code: str) -> None:
    refuse_triggers(pool, *MESSAGE_TRIGGERS)
    deliver(ctx, Message(to.address, to.medium, purpose, pool.id, user.username, code, ctx.now))
