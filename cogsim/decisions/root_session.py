"""AssumeRoot: a root session of a member account, for one task.

1. The root user asks for none: the call is there so that nobody signs in as root.
2. The account is a member of an organization whose root access is centralized, and the caller's account is that
   organization's management account, or the one it delegated IAM to.
3. The session does one of five tasks: its policy is one of AWS's own, and narrows what the root user may.

# sts:AssumeRoot; ug:root-access
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.authorization import managed_policy
from cogsim.decisions.caller import Caller, RoleSession, Root, caller_account
from cogsim.decisions.refusals import Check, passed
from cogsim.decisions.session_policies import unseen
from cogsim.policy.layers import NamedPolicy
from cogsim.world.world import World

#: The tasks that AWS has policies for, under the path `root-task/`. # sts:AssumeRoot §taskpolicyarn
TASKS = (
    *("IAMAuditRootUserCredentials", "IAMCreateRootUserPassword", "IAMDeleteRootUserCredentials"),
    *("S3UnlockBucketPolicy", "SQSUnlockQueuePolicy"),
)
DEFAULT_DURATION = 900

_ACCOUNT = re.compile(r"[0-9]{12}")
_SOURCE = "sts:AssumeRoot"


@dataclass(frozen=True, slots=True)
class RootTask:
    """The account whose root is assumed, and the policy that the session is held to."""

    account: str
    policy: NamedPolicy


def target_account(principal: str) -> str | None:
    """The account that TargetPrincipal names, by its id or its root user's ARN; None for anything else."""
    if _ACCOUNT.fullmatch(principal):
        return principal
    arn = Arn.try_parse(principal)
    sound = arn is not None and arn.service == "iam" and arn.resource == "root" and _ACCOUNT.fullmatch(arn.account)
    return arn.account if arn is not None and sound else None


def root_arn(principal: str, partition: str) -> str:
    """The ARN on which sts:AssumeRoot is asked; what names no root user is asked about as it stands."""
    account = target_account(principal)
    return principal if account is None else f"arn:{partition}:iam::{account}:root"


def root_task(
    world: World, caller: Caller, principal: str, task_arn: str | None, partition: str
) -> Decision[RootTask | Refusal]:
    """The task that the caller may have a root session for, or STS's refusal."""
    account = target_account(principal)
    question = "is it a root user?"
    if account is None:
        return unseen("ValidationError", f"{principal} is not a valid target principal", question, principal, _SOURCE)
    steps: tuple[Step, ...] = (Step(question, "yes", account, _SOURCE),)
    for check in (_no_root(caller), _centralized(world, caller_account(caller) or "", account)):
        steps += check.steps
        if check.value is not None:
            return Decision(check.value, steps)
    task = _task(world, task_arn, partition)
    if isinstance(task.value, Refusal):
        return Decision(task.value, steps + task.steps)
    return Decision(RootTask(account, task.value), steps + task.steps)


def _no_root(caller: Caller) -> Check:
    question = "is the caller a root user?"
    if not isinstance(caller, Root):
        return passed(question, "", _SOURCE, answer="no")
    text = "Root sessions may not be assumed by root accounts."
    return unseen("AccessDenied", text, question, caller.account, _SOURCE)


def _centralized(world: World, own: str, target: str) -> Check:
    question = "does the caller's account manage the root users of that account?"
    for management, access in world.root_access.items():
        if target in access.members and own in (management, access.delegated_administrator):
            return passed(question, f"{own} manages {target}", "ug:root-access", location=access.origin.location)
    text = f"Account {own} is not authorized to perform: sts:AssumeRoot on account {target}"
    return unseen("AccessDenied", text, question, f"{own}, {target}", "ug:root-access")


def _task(world: World, arn: str | None, partition: str) -> Decision[NamedPolicy | Refusal]:
    question = "is it the policy of a task?"
    prefix = f"arn:{partition}:iam::aws:policy/root-task/"
    known = managed_policy(world, arn) if arn is not None and arn in {prefix + task for task in TASKS} else None
    if known is not None:
        return decided(known, Step(question, "yes", known.name, _SOURCE))
    text = "The task policy ARN is not one of the managed policies for root tasks"
    return unseen("ValidationError", text, question, arn or "none", _SOURCE)


def root_session(caller: Caller, task: RootTask, partition: str, *, now: float) -> Root:
    """The session; a source identity of the caller's own session goes with it. # ug:source-identity"""
    identity = caller.source_identity if isinstance(caller, RoleSession) else None
    return Root(
        task.account,
        partition,
        issued_at=now,
        assumed=True,
        session_policies=(task.policy,),
        source_identity=identity,
    )
