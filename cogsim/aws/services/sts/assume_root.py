"""AssumeRoot: a root session of a member account for one task. # sts:AssumeRoot"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.sts.credentials import credentials
from cogsim.decisions.caller import caller_account
from cogsim.decisions.root_session import DEFAULT_DURATION, root_arn, root_session, root_task


def _required(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The caller's own policies decide: a root user has none that could admit anybody."""
    task = params["TaskPolicyArn"].get("arn")
    keys = {} if task is None else {"sts:TaskPolicyArn": task}
    arn = root_arn(params["TargetPrincipal"], ctx.partition)
    return (Requirement("sts:AssumeRoot", arn, keys, caller_account(ctx.caller)),)


@operation("sts:AssumeRoot", requires=_required)
def assume_root(
    ctx: CallContext,
    *,
    TargetPrincipal: str,
    TaskPolicyArn: Mapping[str, str],
    DurationSeconds: int | None = None,
) -> dict[str, Any]:
    """Keys of the account's root user that do the task, for a quarter of an hour at most."""
    task = ctx.require(root_task(ctx.world, ctx.caller, TargetPrincipal, TaskPolicyArn.get("arn"), ctx.partition))
    session = root_session(ctx.caller, task, ctx.partition, now=ctx.now)
    seconds = DEFAULT_DURATION if DurationSeconds is None else DurationSeconds
    made: dict[str, Any] = {"Credentials": credentials(ctx, session, ctx.now + seconds)}
    return made if session.source_identity is None else {**made, "SourceIdentity": session.source_identity}
