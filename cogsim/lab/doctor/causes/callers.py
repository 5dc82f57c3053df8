"""Why the caller's own side refuses: no identity policy allows the call, a boundary filters, a Deny."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.arn import Arn
from cogsim.aws.call import Outcome
from cogsim.decision import Step
from cogsim.decisions.caller import IamUser, RoleSession
from cogsim.lab.doctor.cause import Cause, Changed, Cure, reads
from cogsim.lab.doctor.question import Question
from cogsim.lab.doctor.symptom import Symptom
from cogsim.lab.doctor.trust_reading import asked
from cogsim.lab.doctor.written import in_resource
from cogsim.policy.document import Effect, Patterns, Policy, PolicyKind, Statement
from cogsim.world.iam import Role, User
from cogsim.world.world import World

_NAMES = {"identity": "identity-based policies", "boundary": "permissions boundary"}
_POLICY = "Federation"


@reads("layer:identity", "layer:boundary")
def callers_side(symptom: Symptom) -> Cause | None:
    """A policy of the caller's own."""
    layer, step, holder = symptom.fact("layer"), symptom.refusing, _holder(symptom)
    if step is None or holder is None:
        return None
    action, resource = _wanted(symptom)
    if symptom.fact("effect") == "Deny":
        return _denied(symptom, step, holder, action)
    if layer == "boundary":
        return _boundary(symptom, step, holder, action, resource)
    return _not_allowed(symptom, step, holder, action, resource)


def _holder(symptom: Symptom) -> User | Role | None:
    caller = symptom.outcome.caller
    if isinstance(caller, IamUser):
        return symptom.world.users.get(caller.arn)
    return symptom.world.roles.get(caller.role_arn) if isinstance(caller, RoleSession) else None


def _wanted(symptom: Symptom) -> tuple[str, str]:
    """The action that was refused, and on what."""
    found, outcome = asked(symptom), symptom.outcome
    if found is not None:
        return found.action, symptom.role_arn
    return outcome.call.operation, _pool_arn(symptom, outcome)


def _pool_arn(symptom: Symptom, outcome: Outcome) -> str:
    pool = symptom.world.identity_pools.get(str(outcome.call.params.get("IdentityPoolId")))
    return pool.arn if pool is not None else "*"


def _not_allowed(symptom: Symptom, step: Step, holder: User | Role, action: str, resource: str) -> Cause:
    nearest = step.location
    allows = Statement(Effect.ALLOW, Patterns((action,)), Patterns((resource,)))
    place = "Policies" if nearest is None else ""
    where = nearest or holder.origin.at(place)
    said = (
        f"{step.found}, none of which allows it"
        if nearest is not None
        else "nothing that it carries speaks of the action"
    )

    def apply(world: World, question: Question) -> Changed:
        return _with_allow(world, holder.arn, allows), question

    policy = {"PolicyName": _POLICY, "PolicyDocument": _document(action, resource)}
    kind = "user" if isinstance(holder, User) else "role"
    return Cause(
        "caller-not-allowed",
        f"the caller's own policies do not allow {action}",
        f"the {kind} {holder.name}: {said}; the trust policy alone does not do it where it only names the account, or "
        "where the role is of another account"
        if action.startswith("sts:")
        else f"the {kind} {holder.name}: {said}",
        where,
        Cure(f"allow {action} on {resource}", in_resource(holder.origin, holder.name, {"Policies": [policy]}), apply),
        source="ug:eval-logic",
    )


def _document(action: str, resource: str) -> dict[str, object]:
    return {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": resource}]}


def _with_allow(world: World, arn: str, allows: Statement) -> World:
    """The world where the user or role has one more inline policy, or one more statement in the doctor's."""
    holder = world.users.get(arn) or world.roles[arn]
    held = holder.inline.get(_POLICY)
    policy = Policy((*(held.statements if held is not None else ()), allows), version="2012-10-17")
    inline = holder.inline.set(_POLICY, policy)
    if isinstance(holder, User):
        return world.with_user(replace(holder, inline=inline))
    return world.with_role(replace(holder, inline=inline))


def _boundary(symptom: Symptom, step: Step, holder: User | Role, action: str, resource: str) -> Cause:
    what = f"the caller's permissions boundary does not allow {action}"
    why = f"{holder.name} is bounded by {holder.boundary}: {step.found}; a boundary limits whatever else allows"
    managed = symptom.world.managed_policies.get(holder.boundary or "")
    if managed is None:
        advice = f"allow {action} in the boundary, or take another; not tried: its document is not in the world"
        return Cause(
            "permissions-boundary", what, why, holder.origin.at("PermissionsBoundary"), None, advice, step.source
        )
    allows = Statement(Effect.ALLOW, Patterns((action,)), Patterns((resource,)))
    policy = replace(managed.policy, statements=(*managed.policy.statements, allows))

    def apply(world: World, question: Question) -> Changed:
        return world.with_managed_policy(replace(managed, policy=policy)), question

    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    write = in_resource(managed.origin, managed.name, {"PolicyDocument": {"Statement": [statement]}})
    where = step.location or managed.origin.at("PolicyDocument")
    cure = Cure(f"add a statement to the boundary that allows {action}", write, apply)
    return Cause("permissions-boundary", what, why, where, cure, source=step.source)


def _denied(symptom: Symptom, step: Step, holder: User | Role, action: str) -> Cause:
    facts = dict(step.facts)
    name, number = facts["policy"], int(facts["statement"])
    change = _without(symptom.world, holder, name, number)
    what = f"{_NAMES.get(facts['layer'], 'a policy')} of the caller deny {action} explicitly"
    why = f"statement {number} of {name} applies; a Deny refuses whatever else allows"
    advice = "take the Deny out; not tried: its document is not in the world"
    cure = None
    if change is not None:

        def apply(world: World, question: Question) -> Changed:
            return change(world), question

        say = "take the Deny out, or give it a condition that spares this call"
        cure = Cure(say, f"# without statement {number} of {name}", apply)
    return Cause("caller-denied", what, why, step.location, cure, advice, step.source)


def _without(world: World, holder: User | Role, name: str, number: int) -> Callable[[World], World] | None:
    """The change that takes a statement out of a policy, which steps call by `user/kim inline hops` or by its ARN."""
    managed = world.managed_policies.get(name)
    if managed is not None:
        return lambda held: held.with_managed_policy(replace(managed, policy=_less(managed.policy, number)))
    owner, _, title = name.partition(" inline ")
    if owner == f"user/{holder.name}" and isinstance(holder, User):
        return lambda held: held.with_user(
            replace(holder, inline=holder.inline.set(title, _less(holder.inline[title], number)))
        )
    if owner == f"role/{holder.name}" and isinstance(holder, Role):
        return lambda held: held.with_role(
            replace(holder, inline=holder.inline.set(title, _less(holder.inline[title], number)))
        )
    account = Arn.parse(holder.arn).account
    for group in world.groups.values():
        if owner == f"group/{group.name}" and Arn.parse(group.arn).account == account:
            made = replace(group, inline=group.inline.set(title, _less(group.inline[title], number)))
            return lambda held: held.with_group(made)
    return None


def _less(policy: Policy, number: int) -> Policy:
    assert policy.kind in (PolicyKind.IDENTITY, PolicyKind.BOUNDARY)
    return replace(policy, statements=(*policy.statements[: number - 1], *policy.statements[number:]))
