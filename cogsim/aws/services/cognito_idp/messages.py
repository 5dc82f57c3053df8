"""Codes and invitations on their way to people."""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.mailbox import Message, deliver
from cogsim.aws.services.cognito_idp.message_triggers import reworded, taken_over
from cogsim.aws.services.cognito_idp.records import CODES
from cogsim.decisions.codes import INVITATION, VERIFY_ATTRIBUTE, Delivery, PendingCode
from cogsim.decisions.message_texts import by_link, compose, confirmation_link, link_host, wording
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


def code_key(pool: UserPool, user: PoolUser, purpose: str, attribute: str) -> tuple[str, str, str, str]:
    """Where the code of a purpose is kept: one for each attribute that is verified, else one."""
    return (pool.id, user.sub, purpose, attribute if purpose == VERIFY_ATTRIBUTE else "")


def send_code(
    ctx: CallContext,
    pool: UserPool,
    user: PoolUser,
    purpose: str,
    to: Delivery,
    *,
    client: UserPoolClient | None = None,
    waits: bool = False,
) -> dict[str, str]:
    """Send a new code, which replaces the one before, and say where it went; `waits` where the address waits for it.

    `client` is the app that a link leads back to, where the message may hold one.
    """
    code = ctx.draw("cognito-idp/code", pool.id, user.username, purpose).digits(6)
    pending = PendingCode(purpose, to.attribute, to.address, code, ctx.now, waits)
    key = code_key(pool, user, purpose, to.attribute)
    ctx.update_state(lambda state: CODES.put(state, key, pending))
    link = None
    if client is not None and by_link(pool, purpose, to.medium):
        link = confirmation_link(ctx.require(link_host(ctx.world, pool)), client.id, user.username, code)
    send(ctx, pool, user, purpose, to, code, link, client_id=client.id if client else None)
    return to.details()


def send_invitation(ctx: CallContext, pool: UserPool, user: PoolUser, to: Delivery, password: str) -> None:
    """Send the temporary password, empty where there is none, to a user whom an operator made."""
    send(ctx, pool, user, INVITATION, to, password)


def send(
    ctx: CallContext,
    pool: UserPool,
    user: PoolUser,
    purpose: str,
    to: Delivery,
    code: str,
    link: str | None = None,
    *,
    client_id: str | None = None,
) -> None:
    """Send a message in the pool's words, or those that its trigger chooses; one without a place for its code is not
    delivered, and nobody is told. A custom sender takes the delivery over."""
    if taken_over(ctx, pool, user, to.medium, code, client_id=client_id):
        return
    words = wording(pool, purpose, to.medium)
    words = reworded(ctx, pool, user, words, to.medium, client_id=client_id, link=link is not None)
    text = ctx.take(compose(words, user.username, code, link=link, place=pool.origin.at("VerificationMessageTemplate")))
    if text is None:
        return
    message = Message(
        to.address, to.medium, purpose, pool.id, user.username, code, ctx.now, text.subject, text.body, link
    )
    deliver(ctx, message)
