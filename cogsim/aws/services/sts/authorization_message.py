"""DecodeAuthorizationMessage: what is behind the encoded message of a refusal. # sts:DecodeAuthorizationMessage"""

from __future__ import annotations

from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.authorization_message import decoded_message


def _required(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("sts:DecodeAuthorizationMessage", wildcard_only=True),)


@operation("sts:DecodeAuthorizationMessage", requires=_required, reads_only=True)
def decode_authorization_message(ctx: CallContext, *, EncodedMessage: str) -> dict[str, Any]:
    """The decision as JSON; a text that is no such message is refused."""
    return {"DecodedMessage": ctx.require(decoded_message(EncodedMessage))}
