"""The condition keys that policies read, in conditions and as variables. # iam:api §GetContextKeysForCustomPolicy"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cogsim.policy.document import Policy

#: `${key}` and `${key, 'default'}`; `${*}`, `${?}` and `${$}` are letters, not keys.
_VARIABLE = re.compile(r"\$\{\s*([^\s,*?${}][^\s,}]*)[^}]*\}")


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
                yield from _VARIABLE.findall(str(value))
        for pattern in statement.resources.values if statement.resources else ():
            yield from _VARIABLE.findall(pattern)
