"""Policy variables: whether `${…}` is written whole, and stands where it is replaced. # ug:variables"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, StatementDraft, Test, Word
from cogsim.lint.policy_finding import PolicyFinding

_VARIABLE = re.compile(r"\$\{([^{}]*)(\}?)")
_DEFAULT = re.compile(r", ?'[^']*'")


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """Variables that are malformed, or stay the letters that they are."""
    for statement in draft.statements:
        for word in _elsewhere(statement):
            if "${" in word.text and not word.open:
                message = f"{word.text!r}: variables are replaced in resources and in values of conditions only."
                yield word.finding("VARIABLE_UNSUPPORTED_IN_ELEMENT", message)
        for word in statement.resources.values if statement.resources else ():
            yield from _placed(word, draft, None)
        for test in statement.tests:
            for word in test.values:
                yield from _placed(word, draft, test)


def _elsewhere(statement: StatementDraft) -> Iterator[Word]:
    if statement.sid is not None:
        yield statement.sid
    if statement.actions is not None:
        yield from statement.actions.values
    if statement.principals is not None:
        yield from (word for _, word in statement.principals.entries)
    yield from (test.key for test in statement.tests)


def _placed(word: Word, draft: Draft, test: Test | None) -> Iterator[PolicyFinding]:
    if "${" not in word.text or word.open:
        return
    faults = (finding for match in _VARIABLE.finditer(word.text) for finding in _form(word, match))
    first = next(faults, None)
    if first is not None:
        yield first
        yield from faults
    elif not draft.has_variables:
        message = f"{word.text!r} is taken by the letter: variables came with version 2012-10-17."
        yield word.finding("VARIABLE_UNSUPPORTED_IN_VERSION", message, '"Version": "2012-10-17"')
    elif test is not None and test.operator is not None and not test.name.startswith(("String", "Arn")):
        message = f"{test.name} replaces no variables: String and Arn operators do."
        yield word.finding("INVALID_VARIABLE_FOR_OPERATOR", message)


def _form(word: Word, match: re.Match[str]) -> Iterator[PolicyFinding]:
    inside = match[1]
    if inside in ("*", "?", "$") and match[2]:
        return
    if not match[2]:
        yield word.finding("MISSING_BRACE_IN_VARIABLE", f"{match[0]!r} has no closing brace.", f"{match[0]}}}")
        return
    name, comma, _ = inside.partition(",")
    if not name.strip():
        yield word.finding("EMPTY_VARIABLE", f"{match[0]!r} names no key.")
    elif re.search(r"\s", name):
        fixed = "${" + re.sub(r"\s", "", name) + inside[len(name) :] + "}"
        yield word.finding("UNSUPPORTED_SPACE_IN_VARIABLE", f"{match[0]!r} has a space in the name of the key.", fixed)
    elif comma and not _DEFAULT.fullmatch(inside[len(name) :]):
        default = inside[len(name) + 1 :].strip().strip("'\"")
        message = f"The default in {match[0]!r} stands between single quotation marks."
        yield word.finding("MISSING_QUOTE_IN_VARIABLE", message, f"${{{name}, '{default}'}}")
