"""The claims of a token as a backend behind API Gateway sees them: every one a text.

REST APIs join a list by commas and write the three instants as dates; HTTP APIs print values as the language Go does.
What was a list of groups is then a text in which other names are found too: `admin` is in `nonadmins`. # apigw:cognito
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from cogsim.assumptions import choice
from cogsim.frozen import thaw

_LISTS = "api.restListClaims"
_DATES = frozenset(("exp", "iat", "nbf"))
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def rest_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """`$context.authorizer.claims` of a REST API."""
    return {name: _date(claims[name]) if name in _DATES else _rest(claims[name]) for name in sorted(claims)}


def http_claims(claims: Mapping[str, Any]) -> dict[str, str]:
    """`requestContext.authorizer.jwt.claims` of an HTTP API."""
    return {name: _go(claims[name]) for name in sorted(claims)}


def _date(value: Any) -> str:
    """An instant as Java's Date prints it."""
    at = datetime.fromtimestamp(float(value), UTC)
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day} {month} {at.day:02} {at.hour:02}:{at.minute:02}:{at.second:02} UTC {at.year}"


def _rest(value: Any) -> str:
    if isinstance(value, list | tuple):
        joined = ",".join(map(_rest, value))
        return joined if choice(_LISTS) == "commas" else f"[{joined.replace(',', ', ')}]"
    return (
        json.dumps(thaw(value), separators=(",", ":"), ensure_ascii=False)
        if isinstance(value, Mapping)
        else _plain(value)
    )


def _go(value: Any) -> str:
    if isinstance(value, list | tuple):
        return f"[{' '.join(map(_go, value))}]"
    if isinstance(value, Mapping):
        return f"map[{' '.join(f'{name}:{_go(value[name])}' for name in sorted(value))}]"
    return "<nil>" if value is None else _plain(value)


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "null" if value is None else str(value)
