"""Which action a role's trust policy was refused for, who asked, and which statement was meant for them.

The reference reading of the policies is in the steps: a step for each statement that speaks of the action, with the
element that failed. A statement that does not speak of it leaves none, so its principal is compared here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cogsim.arn import Arn
from cogsim.decision import Step
from cogsim.decisions.caller import RoleSession, caller_arn
from cogsim.lab.doctor.symptom import Symptom
from cogsim.policy.document import Effect, Statement
from cogsim.world.iam import Role
from cogsim.world.world import World

Assumer = tuple[str, str]
"""A party as a Principal element names it: the kind and the value."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The action that was refused, what the trust policy's statements answered to it, and to the action before it."""

    action: str
    readings: tuple[Step, ...] = ()
    granted: tuple[Step, ...] = ()


def asked(symptom: Symptom) -> Asked | None:
    """What STS asked last of the role's trust policy; None where it did not come to that."""
    steps = symptom.steps
    start = max((at for at, step in enumerate(steps) if step.question == "does the role exist?"), default=None)
    if start is None:
        return None
    actions = [value for name, value in steps[start].facts if name == "asks"]
    rounds = list(_rounds(steps[start + 1 :]))
    if not rounds or len(rounds) > len(actions):
        return None
    before = rounds[-2] if len(rounds) > 1 else ()
    return Asked(actions[len(rounds) - 1], rounds[-1], before)


def _rounds(steps: tuple[Step, ...]) -> Iterator[tuple[Step, ...]]:
    """The trust policy's readings, action by action: each round ends with the policy's own answer."""
    found: list[Step] = []
    for step in steps:
        facts = dict(step.facts)
        if facts.get("layer") != "trust":
            continue
        if "statement" in facts:
            found.append(step)
        else:
            yield tuple(found)
            found = []


def assumer(symptom: Symptom) -> Assumer:
    """Who wants to assume the role."""
    call, caller = symptom.sts.call, symptom.sts.caller
    if call.name == "AssumeRoleWithSAML":
        return "Federated", str(call.params.get("PrincipalArn"))
    if call.name == "AssumeRoleWithWebIdentity":
        known = symptom.step("does the role's account know the issuer?") or symptom.step(
            "is it a provider of access tokens?"
        )
        found = known.found if known is not None else ""
        return "Federated", found.removeprefix("https://")
    return "AWS", caller.role_arn if isinstance(caller, RoleSession) else caller_arn(caller)


def statement_at(role: Role, step: Step) -> int:
    """The index of the statement that a step read; STS leaves some out before it reads, so the place counts first."""
    for at, statement in enumerate(role.trust.statements):
        if step.location is not None and statement.location == step.location:
            return at
    return min(int(dict(step.facts)["statement"]), len(role.trust.statements)) - 1


def meant(role: Role, found: Asked, party: Assumer) -> int | None:
    """The index of the Allow that was most likely meant for the party: it names it, speaks of the action, tests keys of
    its provider; of two as near, the one written first."""
    read = {statement_at(role, step): dict(step.facts) for step in found.readings}
    before = {statement_at(role, step) for step in found.granted if dict(step.facts).get("applies") == "yes"}

    def nearness(at: int) -> tuple[bool, bool, bool, bool]:
        statement = role.trust.statements[at]
        speaks = at in read
        named = read[at].get("element") != "Principal" if speaks else names(statement, party)
        own = any(one.key.casefold().startswith(f"{prefix(party).casefold()}:") for one in statement.conditions)
        return at in before, speaks and named, named, speaks or own

    allows = [at for at, each in enumerate(role.trust.statements) if each.effect is Effect.ALLOW]
    return max(allows, key=lambda at: (nearness(at), -at), default=None)


def names(statement: Statement, party: Assumer) -> bool:
    """Whether the Principal element has the party, itself or by its account."""
    principals = statement.principals
    if principals is None or principals.negated:
        return False
    kind, value = party
    arn = Arn.try_parse(value)
    accounts = (
        () if arn is None or kind != "AWS" else (arn.account, f"arn:{arn.partition}:iam::{arn.account}:root", "*")
    )
    wanted = {(kind, each) for each in (value, *accounts)}
    return principals.everyone or any(entry in wanted for entry in principals.entries)


def prefix(party: Assumer) -> str:
    """What the condition keys of a provider begin with."""
    kind, value = party
    if kind != "Federated":
        return "aws"
    if ":saml-provider/" in value:
        return "saml"
    return value.partition(":oidc-provider/")[2] or value


def with_statement(world: World, role_arn: str, at: int, statement: Statement | None) -> World:
    """The world with another statement at that place of the role's trust policy, or with none."""
    role = world.roles[role_arn]
    statements = list(role.trust.statements)
    statements[at : at + 1] = [] if statement is None else [statement]
    return world.with_role(replace(role, trust=replace(role.trust, statements=tuple(statements))))
