"""Whom a statement of a resource's policy is about. # ug:principal # ug:notprincipal"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, PrincipalDraft, StatementDraft, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.policy import grammar
from cogsim.policy.document import PolicyKind

_ROLE_ID, _USER_ID = re.compile("AROA[A-Z0-9]{12,}"), re.compile("AIDA[A-Z0-9]{12,}")
# Services sign as a name in AWS's own domains, in lower case. # ug:principal §services
_SERVICE = re.compile(
    r"[a-z0-9-]+(\.[a-z0-9-]+)*\."
    r"(amazonaws\.com(\.cn)?|amazon\.com|amazonaws\.eu|aws\.internal|c2s\.ic\.gov|sc2s\.sgov\.gov|csp\.hci\.ic\.gov)"
)
#: The keys that say for whom a service calls. # ug:condition-keys
SOURCES = ("aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths")
_WEAK_SOURCES = ("aws:referer", "aws:SourceOwner")
#: What a service's call has not: it is made by no principal of an account.
_OF_PRINCIPALS = (
    *("aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:PrincipalArn", "aws:PrincipalAccount"),
    *("aws:PrincipalTag/", "aws:username", "aws:userid"),
)


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Principals that cannot be, that are wider than they look, and services that may act for anybody."""
    for statement in draft.statements:
        principals = statement.principals
        if principals is None:
            continue
        for kind, word in principals.entries:
            if not word.open:
                yield from _entry(draft, kind, word)
        if statement.allows and principals.negated and draft.kind is not PolicyKind.RCP:
            message = "Allow with NotPrincipal allows everybody else, the anonymous included."
            yield principals.name.finding("ALLOW_WITH_NOT_PRINCIPAL", message, "use Principal")
        if draft.is_resource_side and statement.allows and not principals.negated:
            yield from _services(statement, principals)


def _entry(draft: Draft, kind: str, word: Word) -> Iterator[PolicyFinding]:
    text = word.text
    if set("*?") & set(text):
        if (kind, text) != ("AWS", "*"):
            message = f"{text!r} stands for nobody: a principal has no wildcards but the lone * of AWS."
            fix = ""
            if kind == "AWS" and text.startswith("arn:"):
                fix = f'"Principal": "*" with "ArnLike": {{"aws:PrincipalArn": "{text}"}}'
            yield word.finding("UNSUPPORTED_WILDCARD_IN_PRINCIPAL", message, fix)
        return
    if kind == "AWS":
        yield from _aws(word)
    elif kind == "Service" and not _SERVICE.fullmatch(text):
        fix = text.lower() if _SERVICE.fullmatch(text.lower()) else f"{text}.amazonaws.com" if "." not in text else ""
        message = f"{text!r} is no service principal: those are written service.amazonaws.com, in lower case."
        yield word.finding("INVALID_SERVICE_PRINCIPAL_FORMAT", message, fix)
    elif kind == "Federated" and draft.kind is not PolicyKind.TRUST:
        message = "Only a role's trust policy knows identity providers; elsewhere the session of the role is named."
        yield word.finding("FEDERATED_PRINCIPAL_NOT_SUPPORTED", message)


def _aws(word: Word) -> Iterator[PolicyFinding]:
    text = word.text
    if _ROLE_ID.fullmatch(text):
        message = f"{text} is the id of a role, or of one that was deleted: write its ARN."
        yield word.finding("INVALID_ROLE_REFERENCE", message)
    elif _USER_ID.fullmatch(text):
        message = f"{text} is the id of a user, or of one that was deleted: write its ARN."
        yield word.finding("INVALID_USER_REFERENCE", message)
    elif not grammar.is_principal("AWS", text):
        message = f"{text!r} is no principal of AWS: that is an account, or the ARN of a user, role or session."
        yield word.finding("INVALID_PRINCIPAL_FORMAT", message)


def _services(statement: StatementDraft, principals: PrincipalDraft) -> Iterator[PolicyFinding]:
    services = [word for word in principals.of("Service") if not word.open]
    if not services:
        return
    if len(services) == len(principals.entries):
        for test in statement.tested(*_OF_PRINCIPALS):
            message = f"A call of {services[0].text} belongs to no principal, so it never has {test.key.text}."
            yield test.key.finding("UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", message, SOURCES[1])
    if any(statement.tested(*SOURCES)):
        return
    weak = next(statement.tested(*_WEAK_SOURCES), None)
    if weak is not None:
        message = f"{weak.key.text} does not tell for whom {services[0].text} calls; {', '.join(SOURCES)} do."
        yield weak.key.finding("RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL", message, SOURCES[0])
    else:
        message = f"{services[0].text} may do this for anybody: nothing tests the account that it acts for."
        fix = '"StringEquals": {"aws:SourceAccount": "<your account>"}'
        yield services[0].finding("RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", message, fix)
