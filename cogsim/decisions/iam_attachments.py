"""Whether a managed policy can be attached, detached, or be the boundary of a user or role. # iam:api §AttachRolePolicy

A policy of AWS's own can be attached though the world does not hold its document: it then grants nothing here, and
every decision that it could change names it.
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Refusal
from cogsim.decisions.iam_entities import INVALID_INPUT, NO_SUCH_ENTITY, Owner, held, is_policy_arn
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.refusals import Check, all_of, passed, refused
from cogsim.world.iam import Group, Role, User
from cogsim.world.world import World

Entity = User | Role | Group

_KINDS: dict[type, str] = {User: "user", Role: "role", Group: "group"}
_QUOTAS = {"user": "PoliciesPerUser", "role": "PoliciesPerRole", "group": "PoliciesPerGroup"}


def kind_of(entity: Entity) -> str:
    """The word for it: user, role or group."""
    return _KINDS[type(entity)]


def is_aws_managed(arn: str) -> bool:
    """Whether `arn` is that of a policy of AWS's own."""
    parsed = Arn.try_parse(arn)
    return parsed is not None and is_policy_arn(arn) and parsed.account == "aws"


def attachable(world: World, owner: Owner, entity: Entity, arn: str) -> Check:
    """Whether the policy may be attached to `entity`; attaching it once more changes nothing."""
    exists = _there(world, owner, arn, f"Policy {arn} does not exist or is not attachable.")
    linked = _not_service_linked(arn)
    if arn in entity.managed:
        return all_of(exists, linked)
    return all_of(exists, linked, room_for(_QUOTAS[kind_of(entity)], len(entity.managed)))


def attached(entity: Entity, arn: str) -> Check:
    """Whether the policy is attached to `entity`."""
    question = "is the policy attached?"
    if arn in entity.managed:
        return passed(question, arn, "iam:api")
    if not is_policy_arn(arn):
        return refused(Refusal(INVALID_INPUT, f"ARN {arn} is not valid."), question, arn, "iam:api")
    return refused(Refusal(NO_SUCH_ENTITY, f"Policy {arn} was not found."), question, arn, "iam:api")


def may_bound(world: World, owner: Owner, arn: str) -> Check:
    """Whether the policy may be a permissions boundary: any managed policy of the account, or of AWS's own.
    # ug:boundaries"""
    text = f"Scope ARN: {arn} does not exist or is not attachable."
    return all_of(_there(world, owner, arn, text), _not_service_linked(arn))


def boundary_there(kind: str, name: str, boundary: str | None) -> Check:
    """Whether there is a boundary to remove; what AWS answers where there is none is a switch."""
    question = "is there a permissions boundary?"
    if boundary is not None:
        return passed(question, boundary, "ug:boundaries")
    if choice("iam.absentBoundary") == "success":
        return passed(question, name, "iam:api", answer="no", assumption="iam.absentBoundary")
    refusal = Refusal(NO_SUCH_ENTITY, f"The {kind} with name {name} has no permissions boundary.")
    return refused(refusal, question, name, "iam:api", assumption="iam.absentBoundary")


def holders(world: World, owner: Owner, arn: str) -> Iterator[Entity]:
    """The users, roles and groups of the account that the policy is attached to."""
    yield from (user for user in held(world.users, owner) if arn in user.managed)
    yield from (role for role in held(world.roles, owner) if arn in role.managed)
    yield from (group for group in held(world.groups, owner) if arn in group.managed)


def bounded(world: World, owner: Owner, arn: str) -> Iterator[User | Role]:
    """The users and roles of the account that the policy is the boundary of."""
    yield from (user for user in held(world.users, owner) if user.boundary == arn)
    yield from (role for role in held(world.roles, owner) if role.boundary == arn)


def _there(world: World, owner: Owner, arn: str, message: str) -> Check:
    question = "is there such a policy?"
    if not is_policy_arn(arn):
        return refused(Refusal(INVALID_INPUT, f"ARN {arn} is not valid."), question, arn, "iam:api")
    if is_aws_managed(arn):
        return passed(question, "one of AWS's own, taken to exist", "aws:managed-policies")
    if owner.has(arn) and arn in world.managed_policies:
        return passed(question, arn, "iam:api")
    return refused(Refusal(NO_SUCH_ENTITY, message), question, arn, "iam:api")


def _not_service_linked(arn: str) -> Check:
    """Policies under /aws-service-role/ are for service-linked roles, which AWS makes. # ug:service-linked-roles"""
    question = "is the policy reserved to service-linked roles?"
    if is_aws_managed(arn) and arn.split(":", 5)[5].startswith("policy/aws-service-role/"):
        refusal = Refusal("PolicyNotAttachable", "Cannot attach a Service Role Policy to a Customer Role.")
        return refused(refusal, question, arn, "ug:service-linked-roles", answer="yes")
    return passed(question, arn, "ug:service-linked-roles", answer="no")
