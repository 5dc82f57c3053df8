"""The condition keys that policies read, in conditions and as variables. # iam:api §GetContextKeysForCustomPolicy"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cogsim.policy.document import Policy

#: What stands in braces, which hold no others: `${key}` and `${key, 'default'}`.
_VARIABLE = re.compile(r"\$\{([^{}$]*)\}")
#: What is put in for itself: a letter, and no key.
_LETTERS = ("", "*", "?", "$")


def context_keys(policies: Iterable[Policy]) -> list[str]:
    """The keys, sorted, each once; two that differ in case only are one, as first written."""
    found: dict[str, str] = {}
    for policy in policies:
        for key in _read(policy):
            found.setdefault(key.casefold(), key)
    return sorted(found.values())


def _read(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        for condition in statement.conditions:
            yield condition.key
            for value in condition.values:
                yield from _variables(str(value))
        for pattern in statement.resources.values if statement.resources else ():
            yield from _variables(pattern)


def _variables(text: str) -> Iterator[str]:
    """The keys of the variables in a text."""
    keys = (found.partition(",")[0].strip() for found in _VARIABLE.findall(text))
    return (key for key in keys if key not in _LETTERS)
