"""Every condition operator by its canonical name."""

from __future__ import annotations

from cogsim.policy.reference.operators import arn, binary, boolean, date, ip, null, numeric, string
from cogsim.policy.reference.operators.operator import ConditionOperator

OPERATORS: dict[str, ConditionOperator] = {
    found.name: found
    for family in (string, numeric, date, boolean, binary, ip, arn, null)
    for found in family.OPERATORS
}
