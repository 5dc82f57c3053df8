"""GetAccessKeyInfo: which account an access key belongs to, whoever's it is. # sts:GetAccessKeyInfo"""

from __future__ import annotations

from typing import Any

from cogsim.arn import Arn
from cogsim.aws.authenticate import ISSUED_SESSIONS
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.access_key_ids import account_of_key
from cogsim.decisions.caller import caller_account


def _required(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("sts:GetAccessKeyInfo", wildcard_only=True),)


@operation("sts:GetAccessKeyInfo", requires=_required, reads_only=True)
def get_access_key_info(ctx: CallContext, *, AccessKeyId: str) -> dict[str, Any]:
    """The account; whether the key is active, or there at all, is not told."""
    key, issued = ctx.world.access_keys.get(AccessKeyId), ISSUED_SESSIONS.get(ctx.state, AccessKeyId)
    known = Arn.parse(key.user_arn).account if key is not None else None
    if issued is not None:
        known = caller_account(issued.caller)
    return {"Account": ctx.require(account_of_key(AccessKeyId, known))}
