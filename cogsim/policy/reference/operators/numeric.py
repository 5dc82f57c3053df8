"""Numeric operators over integers and decimals.

# ug:condition-operators §numeric
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

from cogsim.policy.reference.operators.operator import Compare, ConditionOperator, on_text

_NUMBER = re.compile(r"[+-]?([0-9]{1,100}(\.[0-9]{0,100})?|\.[0-9]{1,100})([eE][+-]?[0-9]{1,3})?")


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """The number written as `text`, or None; 1 and 1.0 are one number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _comparing(relation: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(request_value: str, policy_value: str) -> bool | None:
        left, right = number(request_value), number(policy_value)
        return None if left is None or right is None else relation(left, right)

    return on_text(compare)


OPERATORS = (
    ConditionOperator("NumericEquals", _comparing(operator.eq)),
    ConditionOperator("NumericNotEquals", _comparing(operator.eq), negated=True),
    ConditionOperator("NumericLessThan", _comparing(operator.lt)),
    ConditionOperator("NumericLessThanEquals", _comparing(operator.le)),
    ConditionOperator("NumericGreaterThan", _comparing(operator.gt)),
    ConditionOperator("NumericGreaterThanEquals", _comparing(operator.ge)),
)
