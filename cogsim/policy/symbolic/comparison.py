"""One value of a request against one of a policy, for every operator; None where a value cannot be read.

# ug:condition-operators
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from cogsim.assumptions import choice
from cogsim.policy.symbolic.wildcards import Pieces, fields, fits, piece_fields, shown

_NUMBER = re.compile(r"[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})(?:[eE][+-]?\d{1,3})?", re.ASCII)
_SECONDS = re.compile(r"-?\d{1,20}(?:\.\d{1,20})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,9})?)?(Z|([+-])(\d\d):(\d\d)))?)?)?", re.ASCII
)
_ADDRESS = re.compile(r"[0-9A-Fa-f:.]+(/\d{1,3})?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Reader = Callable[[str], object]


def number(text: str) -> Fraction | None:
    """The number written as `text`."""
    return Fraction(text) if _NUMBER.fullmatch(text) else None


def instant(text: str) -> Fraction | None:
    """Seconds since 1970; four digits are a year, and a time of day names its zone."""
    form = _DATE.fullmatch(text)
    if form is None:
        return Fraction(text) if _SECONDS.fullmatch(text) else None
    year, month, day, hour, minute, second, part, _, sign, ahead, ahead_minutes = form.groups()
    try:
        zone = timezone(
            timedelta(hours=_below(ahead, 24), minutes=_below(ahead_minutes, 60)) * (-1 if sign == "-" else 1)
        )
        at = datetime(
            int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=UTC
        )
    except ValueError:
        return None
    offset = zone.utcoffset(None)
    passed = at - _EPOCH
    return Fraction(passed.days * 86400 + passed.seconds - int(offset.total_seconds())) + Fraction(part or 0)


def _below(digits: str | None, bound: int) -> int:
    found = int(digits or 0)
    if found >= bound:
        raise ValueError(digits)
    return found


def block(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The block that a policy's value is; a bare address is a block of one, host bits do not count."""
    try:
        return ipaddress.ip_network(text, strict=False) if _ADDRESS.fullmatch(text) else None
    except ValueError:
        return None


def address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a request's value is."""
    found = None if "/" in text else block(text)
    return None if found is None else found.network_address


def _bytes(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def truth(text: str) -> bool | None:
    """What `text` says, without case."""
    return {"true": True, "false": False}.get(text.casefold())


#: How a request's value is read under a family of operators that not every text can be read by. Bool and Binary have
#: no negated form, so that nothing depends on what they cannot read.
READERS: dict[str, Reader] = {"Numeric": number, "Date": instant, "IpAddress": address}
TYPES = {"Numeric": "Numeric", "Date": "Date", "IpAddress": "IPAddress"}


def family(operator: str) -> str | None:
    """The family of `operator`, where it is one that cannot read every text."""
    return next((name for name in READERS if operator.removeprefix("Not").startswith(name)), None)


def positive(operator: str) -> str:
    """The operator that `operator` is the negation of; itself where it is none."""
    return operator.replace("Not", "")


def is_negated(operator: str) -> bool:
    """Whether the operator is the negation of another."""
    return "Not" in operator


def takes_variables(operator: str) -> bool:
    """Whether variables are put into the policy's values. # ug:variables"""
    return operator.startswith(("String", "Arn")) or (operator == "Bool" and choice("policy.variablesInBool") == "yes")


def has_wildcards(operator: str) -> bool:
    """Whether `*` and `?` in the policy's values stand for others."""
    return operator.endswith("Like") or operator.startswith("Arn")


def holds(operator: str, value: str, wanted: tuple[Pieces, ...]) -> bool:
    """Whether one `value` of the request passes the operator against all of the policy's: OR, or NOR if negated."""
    answers = [_compared(positive(operator), value, one) for one in wanted]
    if not is_negated(operator):
        return True in answers
    if True in answers:
        return False
    return None not in answers or choice("policy.negatedJunk") == "true"


def readable(operator: str, wanted: Pieces) -> bool:
    """Whether a policy's value can be read under `operator`."""
    kind = family(operator)
    if kind is None:
        return True
    read = block if kind == "IpAddress" else READERS[kind]
    return read(shown(wanted)) is not None


def _compared(operator: str, value: str, wanted: Pieces) -> bool | None:
    kind = family(operator)
    if kind is None:
        return _texts(operator, value, wanted)
    if kind == "IpAddress":
        at, within = address(value), block(shown(wanted))
        return None if at is None or within is None else at.version == within.version and at in within
    left, right = READERS[kind](value), READERS[kind](shown(wanted))
    if not isinstance(left, Fraction) or not isinstance(right, Fraction):
        return None
    relation = operator.removeprefix(kind)
    return {
        "Equals": left == right, "LessThan": left < right, "LessThanEquals": left <= right,
        "GreaterThan": left > right, "GreaterThanEquals": left >= right,
    }[relation]  # fmt: skip


def _texts(operator: str, value: str, wanted: Pieces) -> bool:
    if operator == "StringLike":
        return fits(wanted, value)
    if operator.startswith("Arn"):
        own, asked = fields(value), piece_fields(wanted)
        six = len(own) == len(asked) == 6 and own[0] == "arn"
        return six and all(fits(one, text) for one, text in zip(asked, own, strict=True))
    text = shown(wanted)
    if operator == "Bool":
        return truth(text) is not None and value.casefold() == text.casefold()
    if operator == "BinaryEquals":
        return _bytes(value) is not None and _bytes(value) == _bytes(text)
    return value.lower() == text.lower() if operator == "StringEqualsIgnoreCase" else value == text
