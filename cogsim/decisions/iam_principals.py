"""Who a saved policy names: principals must exist, and a name that is given anew does not restore trust.

1. AWS stores a user or role of a Principal element as its unique id and shows its ARN as long as it lives. Here the
   ARN stays in the document while the entity lives, and gives way to the unique id when it is deleted: whoever asks
   sees the same, and whoever takes the name later is not trusted. # ug:principal §unique-ids
2. So a document may name by ARN only who is there. Of accounts that the world does not describe nothing is known, and
   their principals are taken as written. Conditions are never rewritten.
"""

from __future__ import annotations

from dataclasses import replace

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import refused
from cogsim.policy.document import Policy, Principals
from cogsim.world.world import World

MALFORMED = "MalformedPolicyDocument"


def known_accounts(world: World) -> frozenset[str]:
    """The accounts that the world describes: its home, and every account something of IAM stands in."""
    arns = (*world.roles, *world.users, *world.groups, *world.managed_policies)
    return frozenset({world.home.account, *(Arn.parse(arn).account for arn in arns)})


def principals_as_saved(world: World, policy: Policy) -> Decision[Policy | Refusal]:
    """The policy with its principals as they are kept, or the refusal of one that does not exist."""
    question = "do the principals exist?"
    known = known_accounts(world)
    by_id = {role.unique_id: role.arn for role in world.roles.values()}
    by_id.update((user.unique_id, user.arn) for user in world.users.values())
    checked: list[str] = []
    statements = []
    for number, statement in enumerate(policy.statements):
        entries = []
        for kind, value in statement.principals.entries if statement.principals else ():
            found = _entity(world, known, by_id, value) if kind == "AWS" else value
            if found is None:
                refusal = Refusal(MALFORMED, f'Invalid principal in policy: "{kind}":"{value}"')
                place = statement.location
                return refused(refusal, question, f"{value} in Statement[{number}]", "ug:principal", location=place)
            entries.append((kind, found))
            checked.append(found)
        principals = replace(statement.principals, entries=tuple(entries)) if statement.principals else None
        statements.append(replace(statement, principals=principals))
    step = Step(question, "yes, as far as the world knows their accounts", ", ".join(checked), "ug:principal")
    return decided(replace(policy, statements=tuple(statements)), step)


def _entity(world: World, known: frozenset[str], by_id: dict[str, str], value: str) -> str | None:
    """The principal as it is kept; None for a user, role or unique id that is not there."""
    if value.startswith(("AIDA", "AROA")):
        return by_id.get(value)
    arn = Arn.try_parse(value)
    if arn is None or arn.service != "iam" or arn.account not in known:
        return value
    if arn.resource.startswith("role/"):
        return value if value in world.roles else None
    if arn.resource.startswith("user/"):
        return value if value in world.users else None
    return value


def with_principal(world: World, written: str, now: str) -> World:
    """The world with the principal `written` called `now` in every stored policy: trust policies and resources' own."""
    for role in world.roles.values():
        trust = _renamed(role.trust, written, now)
        if trust is not role.trust:
            world = world.with_role(replace(role, trust=trust))
    for bucket in world.buckets.values():
        policy = _renamed(bucket.policy, written, now) if bucket.policy else None
        if policy is not bucket.policy:
            world = world.with_bucket(replace(bucket, policy=policy))
    for table in world.tables.values():
        policy = _renamed(table.policy, written, now) if table.policy else None
        if policy is not table.policy:
            world = world.with_table(replace(table, policy=policy))
    return world


def _renamed(policy: Policy, written: str, now: str) -> Policy:
    if not any(("AWS", written) in each.principals.entries for each in policy.statements if each.principals):
        return policy
    statements = (
        replace(each, principals=_principals(each.principals, written, now)) if each.principals else each
        for each in policy.statements
    )
    return replace(policy, statements=tuple(statements))


def _principals(principals: Principals, written: str, now: str) -> Principals:
    entries = tuple((kind, now if (kind, value) == ("AWS", written) else value) for kind, value in principals.entries)
    return replace(principals, entries=entries)
