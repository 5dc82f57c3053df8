"""Values of a condition key that are worth trying: some that satisfy a condition, some that do not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from datetime import UTC, datetime

from cogsim.policy.document import Condition
from cogsim.policy.reference.match import Pattern, Wild
from cogsim.policy.reference.operators.date import instant
from cogsim.policy.reference.operators.numeric import number
from cogsim.policy.reference.variables import expand
from cogsim.policy.request import Context, Values

_OTHER = "another-value"
_SOMEWHERE = "192.0.2.1"  # an address kept for examples
_YEARS = (0, 4_000_000_000)


def samples(condition: Condition, context: Context, variables: bool) -> Iterator[Values | None]:
    """Values for the key of `condition`, those that the policy writes first; None stands for an absent key."""
    given = context.get(condition.key)
    is_list = condition.operator.qualifier is not None if given is None else given.multivalued
    texts: list[str] = []
    for written in condition.values:
        expanded = expand(written, context, substitute=variables, wildcards=True)
        if expanded.missing is None:
            texts += _around(condition.operator.name, _plain(expanded.pattern), written)
    for text in dict.fromkeys([*texts, *_general(condition.operator.name)]):
        yield Values((text,), multivalued=is_list)
    yield None


def _plain(written: Pattern) -> str:
    """A text that fits the pattern."""
    return "".join("x" if isinstance(piece, Wild) else piece for piece in written)


def _around(operator: str, plain: str, written: str) -> list[str]:
    """The policy's own value, and its neighbours where values have an order."""
    if operator.startswith("Numeric") and (value := number(written)) is not None:
        return [str(value), str(value + 1), str(value - 1)]
    if operator.startswith("Date") and (at := instant(written)) is not None:
        seconds = [int(at) + step for step in (0, 1, -1) if _YEARS[0] < int(at) + step < _YEARS[1]]
        return [f"{datetime.fromtimestamp(one, UTC):%Y-%m-%dT%H:%M:%SZ}" for one in seconds]
    if "IpAddress" in operator:
        return _addresses(written)
    return [plain]


def _addresses(written: str) -> list[str]:
    """An address inside the block, and the one behind it."""
    try:
        block = ipaddress.ip_network(written, strict=False)
        return [str(block.network_address), str(block.broadcast_address + 1)]
    except ValueError:
        return []


def _general(operator: str) -> tuple[str, ...]:
    if operator == "Bool":
        return ("true", "false")
    if "IpAddress" in operator:
        return (_SOMEWHERE,)
    return (_OTHER,)
