"""Service-linked roles: made as the service defines them, deleted as a task. # iam:api §CreateServiceLinkedRole"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import on, owner, save, the_role
from cogsim.aws.services.iam.answers import role_shown
from cogsim.aws.state import Table
from cogsim.decisions.iam_entities import held
from cogsim.decisions.iam_principals import with_principal
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_service_linked import (
    PATH,
    deletion_known,
    is_linked,
    linked,
    linked_role_name,
    service_named,
)
from cogsim.errors import NotModelled
from cogsim.policy.document import PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.iam import Role

#: The deletions that were done, by partition, account and task id.
_DELETIONS: Table[tuple[str, str, str], bool] = Table("iam/service-linked-deletions")


def _creates(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    service = params["AWSServiceName"]
    arn = owner(ctx).arn("role", f"{PATH[1:]}{service}/*")
    return (Requirement("iam:CreateServiceLinkedRole", arn, {"iam:AWSServiceName": service}),)


@operation("iam:CreateServiceLinkedRole", requires=_creates)
def create_service_linked_role(
    ctx: CallContext, /, *, AWSServiceName: str, Description: str | None = None, CustomSuffix: str | None = None
) -> Mapping[str, Any]:
    """The role that the service acts by in this account; NotModelled for a service whose role is not known here."""
    ctx.require(service_named(AWSServiceName))
    account, known = owner(ctx), linked(AWSServiceName)
    if known is None:
        raise NotModelled(f"the service-linked role of {AWSServiceName}", hint="what the service calls it is not held")
    name = ctx.require(linked_role_name(ctx.world, account, AWSServiceName, known, CustomSuffix))
    ctx.require(room_for("RolesPerAccount", len(held(ctx.world.roles, account))))
    path = f"{PATH}{AWSServiceName}/"
    arn = account.arn("role", f"{path[1:]}{name}")
    statement = {"Effect": "Allow", "Principal": {"Service": [AWSServiceName]}, "Action": ["sts:AssumeRole"]}
    role = Role(
        arn=arn,
        name=name,
        trust=parse({"Version": "2012-10-17", "Statement": [statement]}, PolicyKind.TRUST),
        path=path,
        unique_id="AROA" + ctx.draw("iam/unique-id", arn).base32(17),
        managed=(f"arn:{account.partition}:iam::aws:policy{PATH}{known.policy}",),
        description=Description or "",
        created=ctx.now,
    )
    save(ctx, role)
    return {"Role": role_shown(role)}


@operation("iam:DeleteServiceLinkedRole", requires=on("role", "DeleteServiceLinkedRole"))
def delete_service_linked_role(ctx: CallContext, /, *, RoleName: str) -> Mapping[str, Any]:
    """The role is gone at once: no resource of a service that would hold it is modelled."""
    role = the_role(ctx, RoleName)
    ctx.require(is_linked(role))
    ctx.update_world(lambda world: with_principal(world.without_role(role.arn), role.arn, role.unique_id))
    account, number = owner(ctx), ctx.draw("iam/deletion-task", role.arn).uuid()
    task = f"task{role.path}{role.name}/{number}"
    ctx.update_state(lambda state: _DELETIONS.put(state, (account.partition, account.account, task), value=True))
    return {"DeletionTaskId": task}


def _asks(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    place = params["DeletionTaskId"].removeprefix("task/").rpartition("/")[0]
    return (Requirement("iam:GetServiceLinkedRoleDeletionStatus", owner(ctx).arn("role", place)),)


@operation("iam:GetServiceLinkedRoleDeletionStatus", requires=_asks, reads_only=True)
def get_service_linked_role_deletion_status(ctx: CallContext, /, *, DeletionTaskId: str) -> Mapping[str, Any]:
    """How the deletion went: it went well."""
    account = owner(ctx)
    done = _DELETIONS.get(ctx.state, (account.partition, account.account, DeletionTaskId)) or False
    ctx.require(deletion_known(DeletionTaskId, done=done))
    return {"Status": "SUCCEEDED"}
