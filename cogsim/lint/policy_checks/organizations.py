"""What only the control policies of an organization must keep to. # org:scps # org:rcp-syntax"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.assumptions import choice
from cogsim.lint.policy_checks.principals import SOURCES
from cogsim.lint.policy_draft import Draft, StatementDraft
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data
from cogsim.policy.document import PolicyKind

_PRINCIPAL_KEYS = (
    *("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalAccount", "aws:PrincipalArn"),
    "aws:PrincipalTag/",
)
_IS_SERVICE = "aws:PrincipalIsAWSService"


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Elements and wildcards that a control policy cannot have, and conditions that hit AWS's own services."""
    for statement in draft.statements:
        if draft.kind is PolicyKind.SCP:
            yield from _service_control(statement)
        elif draft.kind is PolicyKind.RCP:
            yield from _resource_control(statement)
            yield from _actions(statement)
            if statement.effect == "Deny":
                yield from _conditions(statement)


def _service_control(statement: StatementDraft) -> Iterator[PolicyFinding]:
    if choice("lint.scpActionWildcards") == "anywhere":
        return
    for word in statement.actions.values if statement.actions else ():
        name = word.text.partition(":")[2]
        if not word.open and set("*?") & set(name[:-1]):
            message = f"{word.text!r}: an SCP has wildcards only at the end of an action."
            yield word.finding("SCP_SYNTAX_ERROR_ACTION_WILDCARD", message)


def _resource_control(statement: StatementDraft) -> Iterator[PolicyFinding]:
    principals = statement.principals
    if principals is not None:
        bare = principals.bare is not None and (principals.bare.text == "*" or principals.bare.open)
        everybody = bare or [word.text for _, word in principals.entries] == ["*"]
        if principals.negated or not everybody:
            message = "The principal of a resource control policy is *; whom it spares, its conditions say."
            yield principals.name.finding("RCP_SYNTAX_ERROR_PRINCIPAL", message, '"Principal": "*"')
    if statement.allows:
        message = "A resource control policy only denies: what it may allow, RCPFullAWSAccess allows."
        yield statement.name.finding("RCP_SYNTAX_ERROR_ALLOW", message, '"Effect": "Deny"')
    if statement.actions is not None and statement.actions.negated:
        message = "A resource control policy has no NotAction."
        yield statement.actions.name.finding("RCP_SYNTAX_ERROR_NOTACTION", message, "use Action")


def _actions(statement: StatementDraft) -> Iterator[PolicyFinding]:
    if statement.actions is None or statement.allows:
        return
    for word in statement.actions.values:
        service = word.text.partition(":")[0].casefold()
        known = service in service_data.services() or set("*?") & set(service)
        if not word.open and known and service not in service_data.rcp_services():
            what = "every service" if "*" in service else service
            message = f"{word.text!r}: resource control policies do not govern {what}."
            yield word.finding("RCP_SYNTAX_ERROR_ACTION", message)


def _conditions(statement: StatementDraft) -> Iterator[PolicyFinding]:
    if not any(statement.tested(_IS_SERVICE)):
        test = next(statement.tested(*_PRINCIPAL_KEYS), None)
        if test is not None and (test.negated or (test.operator and test.operator.if_exists)):
            message = f"AWS's own services have no {test.key.text} and are denied as well."
            fix = f'"BoolIfExists": {{"{_IS_SERVICE}": "false"}}'
            yield test.key.finding("RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY", message, fix)
        test = next(statement.tested(*SOURCES), None)
        if test is not None and test.name != "Null":
            message = f"Only calls of AWS's services have {test.key.text}; your own principals are denied as well."
            fix = f'"Bool": {{"{_IS_SERVICE}": "true"}}'
            yield test.key.finding("RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY", message, fix)
    null_checked = any(test.name == "Null" for test in statement.tested("aws:SourceAccount", "aws:SourceArn"))
    test = next((each for each in statement.tested(*SOURCES) if each.name != "Null"), None)
    if test is not None and test.negated and not null_checked:
        message = f"Some integrations of services send no {test.key.text} and are denied as well."
        fix = '"Null": {"aws:SourceAccount": "false"}'
        yield test.key.finding("RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK", message, fix)
