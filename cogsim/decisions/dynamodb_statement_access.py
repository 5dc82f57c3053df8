"""Whether one statement of a batch is done: each stands before the policies alone, and is refused alone."""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, principal_of
from cogsim.policy.layers import Result
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.request import Request


def statement_allowed(may: Decision[Result], caller: Caller, action: str, resource: str) -> Decision[Refusal | None]:
    """Nothing, or the refusal in the words of the door. # ddb:BatchExecuteStatement"""
    question = f"may the statement be done ({action})?"
    if may.value.allowed:
        return decided(None, Step(question, "yes", resource, "ddb:partiql-iam"), after=may.steps)
    request = Request(principal_of(caller), action, resource, Arn.parse(resource).account)
    step = Step(question, "no", resource, "ddb:partiql-iam", decides=True)
    return decided(Refusal("AccessDeniedException", access_denied_message(may, request)), step, after=may.steps)
