"""What DynamoDB takes for a table's name: 3 to 255 of some characters, or the table's whole ARN. # ddb:constraints"""

from __future__ import annotations

import re

from cogsim.errors import InvalidValue, NotModelled

_PATTERN = "[a-zA-Z0-9_.-]+"
_NAME = re.compile(_PATTERN)
_ARN = re.compile(r"arn:[^:/]+:dynamodb:[^:/]+:[^:/]+:table/([^/]+)")
_OF_STREAM = re.compile(rf"{_ARN.pattern}/stream/[^/]+")
_SHORTEST, _LONGEST = 3, 255


def check_table_name(stated: str, *, as_arn: bool = False) -> None:
    """Refuse what names no table; `as_arn` where the request takes nothing but an ARN."""
    if not as_arn and not stated.startswith("arn:"):
        _check_name(stated)
        return
    if _OF_STREAM.fullmatch(stated):
        raise NotModelled("a stream of DynamoDB")
    found = _ARN.fullmatch(stated)
    if found is None:
        raise InvalidValue("", f"Invalid TableArn: Invalid ResourceArn provided as input {stated}")
    _check_name(found[1])


def _check_name(name: str) -> None:
    if len(name) < _SHORTEST:
        rule = f"Member must have length greater than or equal to {_SHORTEST}"
    elif len(name) > _LONGEST:
        rule = f"Member must have length less than or equal to {_LONGEST}"
    elif not _NAME.fullmatch(name):
        rule = f"Member must satisfy regular expression pattern: {_PATTERN}"
    else:
        return
    raise InvalidValue(
        "", f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy constraint: {rule}"
    )
