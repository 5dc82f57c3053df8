"""Null compares `true` for an absent key and `false` for a present one.

# ug:condition-operators §null
"""

from __future__ import annotations

from cogsim.policy.reference.operators.boolean import same_truth
from cogsim.policy.reference.operators.operator import ConditionOperator, on_text

OPERATORS = (ConditionOperator("Null", on_text(same_truth)),)
