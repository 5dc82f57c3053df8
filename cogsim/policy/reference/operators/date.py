"""Date operators over instants: the W3C profile of ISO 8601, or seconds since 1970.

# ug:condition-operators §date
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache

from cogsim.policy.reference.operators.operator import Compare, ConditionOperator, on_text

_W3C = re.compile(
    r"(?P<year>[0-9]{4})(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2})(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})"
    r"(:(?P<second>[0-9]{2}(\.[0-9]{1,9})?))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2}))?)?)?"
)
_EPOCH = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")
_FIRST_DAY = date(1970, 1, 1).toordinal()


@lru_cache(maxsize=4096)
def instant(text: str) -> Decimal | None:
    """Seconds since 1970 of the instant written as `text`, or None; four digits are a year, a time names its zone."""
    form = _W3C.fullmatch(text)
    if form is None:
        return Decimal(text) if _EPOCH.fullmatch(text) else None
    try:
        day = date(int(form["year"]), int(form["month"] or 1), int(form["day"] or 1)).toordinal() - _FIRST_DAY
    except ValueError:
        return None
    hour, minute, second = int(form["hour"] or 0), int(form["minute"] or 0), Decimal(form["second"] or 0)
    if hour > 23 or minute > 59 or second >= 60:
        return None
    offset = _offset(form["zone"])
    return None if offset is None else day * 86400 + hour * 3600 + minute * 60 + second - offset


def _offset(zone: str | None) -> int | None:
    """Seconds a zone is ahead of UTC; None where it names no real one."""
    if zone in (None, "Z"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def _comparing(relation: Callable[[Decimal, Decimal], bool]) -> Compare:
    def compare(request_value: str, policy_value: str) -> bool | None:
        left, right = instant(request_value), instant(policy_value)
        return None if left is None or right is None else relation(left, right)

    return on_text(compare)


OPERATORS = (
    ConditionOperator("DateEquals", _comparing(operator.eq)),
    ConditionOperator("DateNotEquals", _comparing(operator.eq), negated=True),
    ConditionOperator("DateLessThan", _comparing(operator.lt)),
    ConditionOperator("DateLessThanEquals", _comparing(operator.le)),
    ConditionOperator("DateGreaterThan", _comparing(operator.gt)),
    ConditionOperator("DateGreaterThanEquals", _comparing(operator.ge)),
)
