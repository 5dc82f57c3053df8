"""What a condition operator is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cogsim.policy.reference.match import Pattern, shown

Compare = Callable[[str, Pattern], bool | None]


@dataclass(frozen=True, slots=True)
class ConditionOperator:
    """One operator: `compare(request_value, policy_value)` is its positive form, None where a value cannot be read.

    `negated` turns the answer round; `takes_variables` and `wildcards` say how the policy's value is read.
    """

    name: str
    compare: Compare
    negated: bool = False
    takes_variables: bool = False
    wildcards: bool = False


def on_text(compare: Callable[[str, str], bool | None]) -> Compare:
    """`compare` for operators that take the policy's value as plain text."""
    return lambda request_value, policy_value: compare(request_value, shown(policy_value))
