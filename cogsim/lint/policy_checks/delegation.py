"""Rights that hand on other rights: passing roles to services, and creating service-linked roles.

The argument: who may pass any role to any service has, through that service, whatever the strongest role has. So a
statement is looked at that allows iam:PassRole (or iam:CreateServiceLinkedRole) on roles that it does not name, and
what its wildcards and negations add is said in the code. # ug:iam-condition-keys §passedtoservice
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.lint.policy_checks.trust import allows_action
from cogsim.lint.policy_draft import Draft, StatementDraft
from cogsim.lint.policy_finding import PolicyFinding

_PASS, _CREATE = "iam:PassRole", "iam:CreateServiceLinkedRole"


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Statements of policies attached to callers; control policies only narrow."""
    if not draft.is_caller_side:
        return
    for statement in draft.statements:
        if statement.allows and statement.actions is not None and statement.resources is not None:
            limited = any(test.positive for test in statement.tested("iam:PassedToService"))
            yield from _judge(statement, _PASS, "PASS_ROLE", limited)
            named = any(test.positive for test in statement.tested("iam:AWSServiceName"))
            yield from _judge(statement, _CREATE, "CREATE_SLR", named)


def _judge(statement: StatementDraft, action: str, prefix: str, limited: bool) -> Iterator[PolicyFinding]:
    assert statement.actions is not None
    assert statement.resources is not None
    if not allows_action(statement, action):
        return
    wide = statement.resources.negated or any(_any_role(text) for text in statement.resources.texts)
    if not wide or (limited and not statement.resources.negated):
        return
    word = statement.resources.name
    by_name = action.casefold() in {text.casefold() for text in statement.actions.texts}
    code = prefix + _suffix(statement.actions.negated, by_name, statement.resources.negated)
    what = "pass any role but those listed" if statement.resources.negated else "pass every role"
    if action == _CREATE:
        what = "create service-linked roles for any service"
    message = f"The statement allows {action}, so its holder may {what}."
    fix = '"StringEquals": {"iam:PassedToService": "<service>.amazonaws.com"}' if action == _PASS else ""
    yield word.finding(code, message, "" if statement.resources.negated else fix)


def _suffix(not_action: bool, by_name: bool, not_resource: bool) -> str:
    if not_action:
        return "_WITH_NOT_ACTION_AND_NOT_RESOURCE" if not_resource else "_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION"
    if by_name:
        return "_WITH_NOT_RESOURCE" if not_resource else "_WITH_STAR_IN_RESOURCE"
    return "_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE" if not_resource else "_WITH_STAR_IN_ACTION_AND_RESOURCE"


def _any_role(resource: str) -> bool:
    """Whether a pattern fits every role of an account; `role/Service*` names those of one purpose."""
    fields = resource.split(":", 5)
    if len(fields) < 6:
        return resource.endswith("*")
    path = fields[5]
    return fields[2] in ("iam", "*") and (path.startswith("*") or path.removeprefix("role/").startswith("*"))
