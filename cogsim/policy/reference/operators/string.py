"""String operators: exact, without case, and with wildcards.

# ug:condition-operators §string
"""

from __future__ import annotations

from cogsim.policy.reference.match import glob
from cogsim.policy.reference.operators.operator import ConditionOperator, on_text


def _equal(request_value: str, policy_value: str) -> bool:
    return request_value == policy_value


def _equal_ignoring_case(request_value: str, policy_value: str) -> bool:
    return request_value.lower() == policy_value.lower()


OPERATORS = (
    ConditionOperator("StringEquals", on_text(_equal), takes_variables=True),
    ConditionOperator("StringNotEquals", on_text(_equal), negated=True, takes_variables=True),
    ConditionOperator("StringEqualsIgnoreCase", on_text(_equal_ignoring_case), takes_variables=True),
    ConditionOperator("StringNotEqualsIgnoreCase", on_text(_equal_ignoring_case), negated=True, takes_variables=True),
    ConditionOperator("StringLike", lambda value, like: glob(like, value), takes_variables=True, wildcards=True),
    ConditionOperator(
        "StringNotLike", lambda value, like: glob(like, value), negated=True, takes_variables=True, wildcards=True
    ),
)
