"""The triggers of a message: CustomMessage chooses its words, a custom sender takes its delivery over.

With a sender there is no message of the pool's, and so no CustomMessage either. # idp:custom-sender
"""

from __future__ import annotations

from cogsim.aws.context import CallContext
from cogsim.aws.services.cognito_idp import triggers
from cogsim.decisions.message_texts import Wording
from cogsim.decisions.trigger_events import user_attributes
from cogsim.decisions.trigger_messages import SENT_BY, message_request, replaced, sender_request
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool

_SENDERS = {"EMAIL": "CustomEmailSender", "SMS": "CustomSMSSender"}


def reworded(
    ctx: CallContext,
    pool: UserPool,
    user: PoolUser,
    words: Wording,
    medium: str,
    *,
    client_id: str | None = None,
    link: bool = False,
) -> Wording:
    """The words that the CustomMessage trigger chooses, where the pool has one; else `words`. `link` says that the
    message leads to a link in place of a code."""
    if not triggers.has_trigger(pool, "CustomMessage"):
        return words
    source = SENT_BY[ctx.call.name]
    response = triggers.fire(
        ctx,
        pool,
        "CustomMessage",
        f"CustomMessage_{source}",
        username=user.username,
        client_id=client_id or triggers.client_of(ctx),
        attributes=user_attributes(pool, user),
        request={**message_request(source, link=link), **triggers.metadata(ctx)},
    )
    return ctx.require(replaced(pool, words, response, medium))


def taken_over(
    ctx: CallContext,
    pool: UserPool,
    user: PoolUser,
    medium: str,
    code: str | None,
    *,
    client_id: str | None = None,
    source: str | None = None,
) -> bool:
    """Whether a custom sender delivers the message in the pool's place: it was handed the code then. `source` is the
    end of the trigger source where the operation does not say it (AccountTakeOverNotification)."""
    trigger = _SENDERS[medium]
    if not triggers.has_trigger(pool, trigger):
        return False
    triggers.fire(
        ctx,
        pool,
        trigger,
        f"{trigger}_{source or SENT_BY[ctx.call.name]}",
        username=user.username,
        client_id=client_id or triggers.client_of(ctx),
        attributes=user_attributes(pool, user),
        request={**sender_request(trigger, code), **triggers.metadata(ctx)},
    )
    return True
