"""Whose policies a simulation reads, and as whom it calls. # iam:SimulateCustomPolicy §SimulatePrincipalPolicy

A policy whose document is not in the world makes the simulation unanswerable: it raises NotModelled, for the answer has
no place to say that something is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.authorization import managed_policy
from cogsim.decisions.caller import Caller, IamUser, RoleSession, principal_of
from cogsim.decisions.iam_attachments import Entity, is_aws_managed, kind_of
from cogsim.decisions.iam_entities import INVALID_INPUT, NO_SUCH_ENTITY, Owner, held, unseen
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.decisions.request_context import principal_keys
from cogsim.errors import NotModelled
from cogsim.policy.layers import NamedPolicy
from cogsim.policy.request import Context, Principal, PrincipalKind
from cogsim.world.iam import Group, User
from cogsim.world.world import World

_CONTEXT = "iam.simulatorContext"


@dataclass(frozen=True, slots=True)
class Held:
    """A policy that an entity has: under the name an explanation calls it by, its own name, and what it comes from
    (user, group, role, aws-managed, user-managed)."""

    named: NamedPolicy
    title: str
    source_type: str


def source_entity(world: World, arn: str) -> Entity | None:
    """The user, role or group behind `arn`."""
    return world.users.get(arn) or world.roles.get(arn) or world.groups.get(arn)


def source_there(world: World, owner: Owner, arn: str) -> Check:
    """Whether `arn` is that of a user, role or group of the account."""
    question = "whose policies are simulated?"
    kind = arn.split(":", 5)[-1].partition("/")[0]
    if owner.has(arn) and source_entity(world, arn) is not None:
        return passed(question, arn, "iam:SimulateCustomPolicy", answer=f"those of a {kind}")
    if kind not in ("user", "role", "group"):
        text = f"Invalid PolicySourceArn {arn}: it must be the ARN of a user, group or role"
        return unseen(INVALID_INPUT, text, question, arn, "iam:SimulateCustomPolicy")
    name = arn.rpartition("/")[2]
    refusal = Refusal(NO_SUCH_ENTITY, f"The {kind} with name {name} cannot be found.")
    return refused(refusal, question, arn, "iam:SimulateCustomPolicy")


def policies_of(world: World, owner: Owner, entity: Entity) -> Iterator[Held]:
    """The entity's policies, those of a user's groups among them."""
    yield from _own(world, entity)
    if isinstance(entity, User):
        for group in held(world.groups, owner):
            if group.name in entity.groups:
                yield from _own(world, group)


def _own(world: World, entity: Entity) -> Iterator[Held]:
    kind = kind_of(entity)
    for name, policy in entity.inline.items():
        yield Held(NamedPolicy(f"{kind}/{entity.name} inline {name}", policy), name, kind)
    for arn in entity.managed:
        found = _known(world, arn)
        source_type = "aws-managed" if is_aws_managed(arn) else "user-managed"
        yield Held(found, arn.rpartition("/")[2], source_type)


def attached_boundary(world: World, entity: Entity) -> NamedPolicy | None:
    """The boundary that the entity has; a group has none."""
    if isinstance(entity, Group) or entity.boundary is None:
        return None
    return _known(world, entity.boundary)


def _known(world: World, arn: str) -> NamedPolicy:
    found = managed_policy(world, arn)
    if found is None:
        raise NotModelled(f"a simulation of {arn}", hint="its document is not in the world")
    return found


def simulated_caller(world: World, arn: str | None, account: str) -> tuple[Caller | None, Principal, str]:
    """Who calls in the simulation: as callers are made (None for a group or nobody), as the policy language sees it,
    and its account."""
    if arn is None:
        return None, Principal(PrincipalKind.USER, "", account), account
    parsed = Arn.parse(arn)
    if parsed.resource.startswith("role/"):
        role = world.roles.get(arn)
        session = RoleSession(arn, role.unique_id if role else "", "simulation")
        return session, principal_of(session), parsed.account
    if parsed.resource.startswith("user/"):
        user = world.users.get(arn)
        caller = IamUser(arn, user.unique_id if user else "")
        return caller, principal_of(caller), parsed.account
    return None, Principal(PrincipalKind.USER, arn, parsed.account), parsed.account


def caller_keys(world: World, caller: Caller | None, now: float, given: Context) -> Decision[Context]:
    """The context of the simulation: the entries given, and under the switch what they leave out about the caller."""
    question = "which condition keys does the simulator know?"
    if choice(_CONTEXT) == "entries" or caller is None:
        context, answer = given, "the entries given"
    else:
        context = Context(dict(principal_keys(world, caller, now))).with_({key: given[key] for key in given})
        answer = "the entries given and the caller's"
    found = ", ".join(context) or "none"
    step = Step(question, answer, found, "iam:SimulateCustomPolicy", Basis.ASSUMED, assumption=_CONTEXT)
    return decided(context, step)
