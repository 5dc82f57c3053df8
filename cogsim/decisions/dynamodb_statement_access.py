"""What a PartiQL statement requires, and whether one of a batch is done: each stands before the policies alone."""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Refusal, Step, decided
from cogsim.decisions.caller import Caller, principal_of
from cogsim.policy.layers import Result
from cogsim.policy.reference.denial import access_denied_message
from cogsim.policy.request import Request

#: The assumption about what EXISTS requires.
EXISTS = "dynamodb.existsAction"


def statement_action(kind: str) -> Decision[str]:
    """The action of a statement of that kind. # ddb:partiql-iam"""
    question = "which action does the statement require?"
    if kind != "Exists":
        return decided(f"PartiQL{kind}", Step(question, f"PartiQL{kind}", "", "ddb:partiql-iam"))
    action = choice(EXISTS)
    step = Step(question, action, "EXISTS", "ddb:partiql-exists", Basis.ASSUMED, assumption=EXISTS)
    return decided(action, step)


def statement_allowed(may: Decision[Result], caller: Caller, action: str, resource: str) -> Decision[Refusal | None]:
    """Nothing, or the refusal in the words of the door. # ddb:BatchExecuteStatement"""
    question = f"may the statement be done ({action})?"
    if may.value.allowed:
        return decided(None, Step(question, "yes", resource, "ddb:partiql-iam"), after=may.steps)
    request = Request(principal_of(caller), action, resource, Arn.parse(resource).account)
    step = Step(question, "no", resource, "ddb:partiql-iam", decides=True)
    return decided(Refusal("AccessDeniedException", access_denied_message(may, request)), step, after=may.steps)
