"""GetCallerIdentity: who am I; no policy can forbid the question."""

from __future__ import annotations

from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.decisions.caller import caller_account, caller_arn, caller_id
from cogsim.decisions.caller_identity import may_ask_who_they_are


@operation("sts:GetCallerIdentity", authorise=lambda _ctx, _params: may_ask_who_they_are(), reads_only=True)
def get_caller_identity(ctx: CallContext) -> dict[str, Any]:
    """The caller's unique id, account and ARN. # sts:GetCallerIdentity"""
    return {"UserId": caller_id(ctx.caller), "Account": caller_account(ctx.caller), "Arn": caller_arn(ctx.caller)}
