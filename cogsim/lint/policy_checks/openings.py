"""Wildcards and variables in values of keys that name one tenant: what they let in beside the one meant.

# ug:condition-keys §sensitive
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cogsim.lint.policy_draft import Draft, Test, Word
from cogsim.lint.policy_finding import PolicyFinding
from cogsim.policy.global_keys import TENANT_KEYS

_LIKE = ("StringLike", "StringNotLike", "ArnLike", "ArnEquals", "ArnNotLike", "ArnNotEquals")


#: A variable that is a tenant of the caller's own: nobody chooses its value.
_OWN_TENANT = re.compile(r"\$\{aws:(principalaccount|principalorgid|resourceaccount|resourceorgid)\}", re.IGNORECASE)


def check(draft: Draft) -> Iterator[PolicyFinding]:
    """One finding for each value that is wider than its key can bear."""
    for statement in draft.statements:
        for test in statement.tests:
            if test.name not in _LIKE:
                continue
            for word in test.values:
                if not word.open and word.text != "*":  # a lone * asks for presence, and says so elsewhere
                    yield from _value(test, word, draft)


def _value(test: Test, word: Word, draft: Draft) -> Iterator[PolicyFinding]:
    plain = word.text.replace("${*}", "").replace("${?}", "").replace("${$}", "")
    has_variable = "${" in plain and draft.has_variables
    wild = bool(set("*?") & set(plain.replace("${", "")))
    if not (has_variable or wild) or _OWN_TENANT.fullmatch(plain):
        return
    code = "VARIABLE_USAGE_TOO_PERMISSIVE" if has_variable else "WILDCARD_USAGE_TOO_PERMISSIVE"
    what = "a variable" if has_variable else "a wildcard"
    if test.folded in TENANT_KEYS:
        message = f"{test.key.text} names one tenant, and {what} in {word.text!r} lets others in."
        yield word.finding(code, message)
    elif test.folded == "aws:userid":
        before, colon, _ = plain.partition(":")
        opens = bool(set("*?$") & set(before))
        if opens and not (colon and before == "*"):
            message = f"{word.text!r}: {what} may stand for what follows the colon of a user id, not for the id."
            yield word.finding(code, message)
