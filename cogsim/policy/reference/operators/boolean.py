"""Bool: true or false, without case; it has no negated form.

# ug:condition-operators §boolean
"""

from __future__ import annotations

from cogsim.policy.reference.operators.operator import ConditionOperator, on_text


def same_truth(request_value: str, policy_value: str) -> bool:
    """Whether both say true or both say false; any other text says neither."""
    said = policy_value.casefold()
    return said in ("true", "false") and request_value.casefold() == said


OPERATORS = (ConditionOperator("Bool", on_text(same_truth)),)
