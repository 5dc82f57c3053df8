"""Statements about tagged resources whose actions never carry the tags. # ug:condition-keys §resourcetag"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, StatementDraft, Test
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.load import service_data

_RESOURCE_TAG = "aws:resourcetag/${tagkey}"


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Where a positive test of aws:ResourceTag meets services that have no such key, the statement does not apply."""
    for statement in draft.statements:
        test = next((each for each in statement.tested("aws:ResourceTag/") if each.positive), None)
        if test is None or statement.actions is None or not statement.effect:
            continue
        if statement.actions.negated:
            yield _not_action(statement, test)
            continue
        services = sorted({text.partition(":")[0].casefold() for text in statement.actions.texts if ":" in text})
        lacking = [service for service in services if _lacks(statement, service)]
        if lacking:
            yield _listed(statement, test, ", ".join(lacking))


def _lacks(statement: StatementDraft, service: str) -> bool:
    """Whether none of the service's actions in the statement carries the tags of a resource."""
    assert statement.actions is not None
    texts = [text for text in statement.actions.texts if text.casefold().startswith(f"{service}:")]
    found = [each for text in texts for each in service_data.matching(text)]
    return bool(found) and not any(each.carries(_RESOURCE_TAG) for each in found)


def _listed(statement: StatementDraft, test: Test, services: str) -> PolicyFinding:
    fix = "move their actions to a statement without it"
    if statement.allows:
        message = f"Requests for these actions of {services} have no {test.key.text}, so they are not allowed here."
        return test.key.finding("ALLOW_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", message, fix)
    message = f"Requests for these actions of {services} have no {test.key.text}, so they are not denied here."
    return test.key.finding("DENY_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE", message, fix)


def _not_action(statement: StatementDraft, test: Test) -> PolicyFinding:
    if statement.allows:
        message = f"Of all other actions only those are allowed whose requests have {test.key.text}."
        code = "ALLOW_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
        return test.key.finding(code, message, "list the actions in Action")
    message = f"Of all other actions only those are denied whose requests have {test.key.text}."
    code = "DENY_NOTACTION_WITH_UNSUPPORTED_TAG_CONDITION_KEY_FOR_SERVICE"
    return test.key.finding(code, message, "list the actions in Action")
