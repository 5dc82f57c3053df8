"""Whether a table may have a policy that somebody wants to attach to it.

1. It is a policy of the language, no larger than DynamoDB keeps. # ddb:rbac
2. It grants nothing to everybody: such a policy is refused when it is saved. # ddb:rbac-bpa
3. It leaves whoever attaches it the right to change it, unless they say that they mean to lose it.
"""

from __future__ import annotations

from dataclasses import replace

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.decisions.dynamodb_public import public_table_statement
from cogsim.errors import AwsError
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import parse
from cogsim.world.table import Table
from cogsim.world.world import World

_LARGEST = 20 * 1024


def new_policy(text: str) -> Decision[Policy | Refusal]:
    """The policy that the text is, where DynamoDB would save it for this caller's account."""
    size = len(text.encode())
    if size > _LARGEST:
        told = f"Resource policy size exceeded: {size} bytes, of at most {_LARGEST}"
        step = Step("is the policy small enough?", "no", f"{size} bytes", "ddb:rbac", decides=True)
        return decided(Refusal("LimitExceededException", told), step)
    try:
        policy = parse(text, PolicyKind.RESOURCE)
    except AwsError as error:
        step = Step("is it a policy?", "no", str(error), "ddb:rbac", decides=True)
        return decided(Refusal("ValidationException", f"Invalid policy document: {error.message}"), step)
    question = "does the policy grant something to everybody?"
    statement = public_table_statement(policy)
    if statement is not None:
        step = Step(question, "yes", statement.sid or "a statement without Sid", "ddb:rbac-bpa", decides=True)
        return decided(
            Refusal("ValidationException", "Resource-based policies that grant public access are not allowed"), step
        )
    return decided(policy, Step(question, "no", "", "ddb:rbac-bpa"))


def keeps_access(
    world: World, caller: Caller, table: Table, policy: Policy, *, origin: CallOrigin, now: float
) -> Decision[Refusal | None]:
    """Whether the caller could still change the policy once it is attached. # ddb:PutResourcePolicy"""
    after = world.with_table(replace(table, policy=policy))
    may = authorise(after, caller, "dynamodb:PutResourcePolicy", table.arn, origin=origin, now=now)
    question = "may the caller still change the policy once it is attached?"
    if may.value.allowed:
        return decided(None, Step(question, "yes", "", "ddb:PutResourcePolicy"), after=may.steps)
    told = "The policy would remove your permission to change it: confirm with ConfirmRemoveSelfResourceAccess"
    step = Step(question, "no", "", "ddb:PutResourcePolicy", decides=True)
    return decided(Refusal("ValidationException", told), step, after=may.steps)
