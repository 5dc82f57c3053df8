"""GetCallerIdentity: who am I; no policy can forbid the question."""

from __future__ import annotations

from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decisions.caller import caller_account, caller_arn, caller_id


def _requires(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("sts:GetCallerIdentity", wildcard_only=True),)


@operation("sts:GetCallerIdentity", requires=_requires, reads_only=True)
def get_caller_identity(ctx: CallContext) -> dict[str, Any]:
    """The caller's unique id, account and ARN. # sts:GetCallerIdentity"""
    return {"UserId": caller_id(ctx.caller), "Account": caller_account(ctx.caller), "Arn": caller_arn(ctx.caller)}
