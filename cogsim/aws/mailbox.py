"""The messages that services send to people, kept so that a scenario can read them as the recipient would."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cogsim.aws.state import State, Table

if TYPE_CHECKING:
    from cogsim.aws.context import CallContext


@dataclass(frozen=True, slots=True)
class Message:
    """One message: to whom (an e-mail address or phone number), by EMAIL or SMS, about which user, with which code.

    `subject` is empty in a text message; `link` is the address to open where the message holds one in place of the
    code; `at` in seconds.
    """

    to: str
    medium: str
    purpose: str
    pool_id: str
    username: str
    code: str = field(repr=False)
    at: float = 0.0
    subject: str = ""
    body: str = field(default="", repr=False)
    link: str | None = field(default=None, repr=False)


_MESSAGES: Table[int, Message] = Table("messages")


def deliver(ctx: CallContext, message: Message) -> None:
    """Put `message` into the recipient's mailbox or phone."""
    ctx.update_state(lambda state: _MESSAGES.put(state, len(_MESSAGES.rows(state)), message))


def messages(state: State, pool_id: str | None = None, username: str | None = None) -> tuple[Message, ...]:
    """The messages delivered so far, oldest first, of one pool and user where named."""
    return tuple(
        message
        for message in _MESSAGES.rows(state).values()
        if pool_id in (None, message.pool_id) and username in (None, message.username)
    )


def delivered(state: State) -> int:
    """How many messages were delivered so far."""
    return len(_MESSAGES.rows(state))


def message(state: State, number: int) -> Message:
    """The message delivered as number `number`, from 0; KeyError where none was."""
    return _MESSAGES.rows(state)[number]
