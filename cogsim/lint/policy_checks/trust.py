"""A role's trust policy: who may assume it, by which action, and what federated callers must prove.

The argument: a token or assertion of a provider says that its bearer is somebody there, not that he is meant for this
role. (1) The action must be the one that the provider's proof is made for. (2) A statement for a public issuer must
test a claim that only the intended application or repository has. # ug:oidc-provider # ug:session-tags
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, StatementDraft, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.policy.document import PolicyKind
from cogsim.policy.reference.match import glob, pattern

_SAML, _WEB = "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"
_OIDC_ARN = re.compile(r"arn:[^:]+:iam::\d{12}:oidc-provider/(?P<issuer>.+)")
_SAML_ARN = re.compile(r"arn:[^:]+:iam::\d{12}:saml-provider/.+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+(/[^\s]*)?")
GITHUB = "token.actions.githubusercontent.com"
# The keys that a statement about another action cannot test. # ug:session-tags # ug:source-identity
_NEEDED = (
    (("aws:RequestTag/", "aws:TagKeys", "sts:TransitiveTagKeys"), "sts:TagSession"),
    (("sts:SourceIdentity",), "sts:SetSourceIdentity"),
)
_ROLES_ANYWHERE = ("sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession")


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Every finding that only trust policies have."""
    if draft.kind is not PolicyKind.TRUST:
        return
    for statement in draft.statements:
        principals = statement.principals
        if principals is None:
            continue
        if principals.bare is not None and principals.bare.text == "*" and not principals.negated:
            message = "A trust policy has no bare *: it names whom it trusts."
            yield principals.bare.finding("ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL", message)
        for word in principals.of("Federated"):
            if not word.open and provider_kind(word.text) is None and not set("*?") & set(word.text):
                message = f"{word.text!r} is neither a domain name nor the ARN of a SAML or OIDC provider."
                yield word.finding("INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY", message)
        yield from _mismatched(statement)
        yield from _redundant(list(principals.of("AWS")))
        if statement.allows:
            yield from _needed(statement)
            yield from _conditions(statement)
    yield from _roles_anywhere(draft)


def provider_kind(federated: str) -> str | None:
    """`saml` or `oidc`, by the form of the name; None for neither."""
    if _SAML_ARN.fullmatch(federated):
        return "saml"
    return "oidc" if _OIDC_ARN.fullmatch(federated) or _DOMAIN.fullmatch(federated) else None


def issuer_of(federated: str) -> str:
    """The prefix of the condition keys of an OIDC provider: its host and path."""
    found = _OIDC_ARN.fullmatch(federated)
    return found["issuer"] if found else federated


def allows_action(statement: StatementDraft, action: str) -> bool:
    """Whether the statement's actions include `action`, by a wildcard or by NotAction too."""
    if statement.actions is None:
        return False
    fits = any(glob(pattern(text.casefold()), action.casefold()) for text in statement.actions.texts)
    return fits != statement.actions.negated


def _mismatched(statement: StatementDraft) -> Iterator[PolicyFinding]:
    if statement.actions is None or statement.actions.negated or statement.principals is None:
        return
    kinds = {
        "aws" if kind != "Federated" else provider_kind(word.text) or "" for kind, word in statement.principals.entries
    }
    if not kinds or any(word.open for _, word in statement.principals.entries):
        return
    wanted = {"sts:assumerole": "aws", _SAML.casefold(): "saml", _WEB.casefold(): "oidc"}
    right = {"aws": "sts:AssumeRole", "saml": _SAML, "oidc": _WEB}
    for action in statement.actions.values:
        kind = wanted.get(action.text.casefold())
        if kind is not None and kind not in kinds and "" not in kinds:
            named = ", ".join(word.text for _, word in statement.principals.entries)
            message = f"{named} cannot use {action.text}."
            fix = right[min(kinds)] if len(kinds) == 1 else ""
            yield action.finding("MISMATCHED_ACTION_FOR_PRINCIPAL", message, fix)


def _redundant(words: list[Word]) -> Iterator[PolicyFinding]:
    roles = {(found[1], found[2]) for word in words if (found := re.fullmatch(r"(.*):role/(?:.*/)?([^/]+)", word.text))}
    for word in words:
        found = re.fullmatch(r"(.*):assumed-role/([^/]+)/.*", word.text)
        if found and (found[1].replace(":sts:", ":iam:"), found[2]) in roles:
            message = f"The role {found[2]} is trusted with every session already."
            yield word.finding("REDUNDANT_PRINCIPAL_IN_ROLE_TRUST_POLICY", message, "remove it")


def _needed(statement: StatementDraft) -> Iterator[PolicyFinding]:
    for keys, action in _NEEDED:
        test = next(statement.tested(*keys), None)
        if test is not None and not allows_action(statement, action):
            message = f"A request has {test.key.text} only where the statement also allows {action}."
            yield test.key.finding("MISSING_ACTION_FOR_CONDITION_KEY", message, f"add {action}")


def _conditions(statement: StatementDraft) -> Iterator[PolicyFinding]:
    assert statement.principals is not None
    if not allows_action(statement, _WEB):
        return
    for word in statement.principals.of("Federated"):
        if word.open or provider_kind(word.text) != "oidc":
            continue
        issuer = issuer_of(word.text)
        prefix = f"{issuer.casefold()}:"
        tests = [test for test in statement.tests if test.folded.startswith(prefix)]
        if not tests:
            message = f"Whoever has any token of {issuer} may assume the role: no claim of it is tested."
            fix = f'"StringEquals": {{"{issuer}:aud": …}}'
            yield word.finding("MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL", message, fix)
        elif issuer.casefold() == GITHUB:
            yield from _github(word, statement)


def _github(word: Word, statement: StatementDraft) -> Iterator[PolicyFinding]:
    subjects = [test for test in statement.tested(f"{GITHUB}:sub") if test.positive or test.name == "StringLike"]
    if not subjects:
        message = "Every repository on GitHub has tokens of this issuer: the subject is not tested."
        fix = f'"StringEquals": {{"{GITHUB}:sub": "repo:<owner>/<repository>:ref:refs/heads/<branch>"}}'
        yield word.finding("MISSING_GITHUB_REPO_CONDITION_KEY", message, fix)
    has_ref = any(statement.tested(f"{GITHUB}:ref"))
    for value in (value for test in subjects for value in test.values):
        owner, _, rest = value.text.removeprefix("repo:").partition("/")
        repository, _, place = rest.partition(":")
        if set("*?") & set(owner + repository) or (set("*?") & set(place) and not has_ref):
            message = f"{value.text!r} also fits repositories or branches that were not meant."
            yield value.finding("SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED", message)


def _roles_anywhere(draft: Draft) -> Iterator[PolicyFinding]:
    trusting = [
        (statement, word)
        for statement in draft.statements
        if statement.allows and statement.principals is not None
        for word in statement.principals.of("Service")
        if word.text == "rolesanywhere.amazonaws.com"
    ]
    missing = [action for action in _ROLES_ANYWHERE if not any(allows_action(each, action) for each, _ in trusting)]
    if trusting and missing:
        message = f"IAM Roles Anywhere also needs {' and '.join(missing)} to assume the role."
        yield trusting[0][1].finding(
            "MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY", message, f"add {', '.join(missing)}"
        )
