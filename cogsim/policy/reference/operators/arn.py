"""ARN operators over six fields; Equals and Like behave alike.

# ug:condition-operators §arn
"""

from __future__ import annotations

from cogsim.policy.reference.match import Pattern, characters, fields, glob
from cogsim.policy.reference.operators.operator import ConditionOperator


def arn_like(request_value: str, policy_value: Pattern) -> bool:
    """Whether all six fields fit; a `*` does not leave its field, and what is no ARN fits nothing."""
    wanted = _six(policy_value)
    found = fields(request_value)
    if len(wanted) != 6 or len(found) != 6 or found[0] != "arn":
        return False
    return all(glob(field, text) for field, text in zip(wanted, found, strict=True))


def _six(written: Pattern) -> list[Pattern]:
    """A pattern split on its first five colons, those of a variable's value included."""
    found: list[Pattern] = []
    start = depth = 0
    written = characters(written)
    for place, piece in enumerate(written):
        depth += {"«": 1, "»": -1}.get(piece, 0) if isinstance(piece, str) else 0
        if piece == ":" and depth <= 0 and len(found) < 5:
            found.append(written[start:place])
            start = place + 1
    return [*found, written[start:]]


OPERATORS = tuple(
    ConditionOperator(name, arn_like, negated="Not" in name, takes_variables=True, wildcards=True)
    for name in ("ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike")
)
