"""How much one decision may hold: far above what AWS accepts, so that no input takes long or much memory."""

from __future__ import annotations

from collections.abc import Mapping

from cogsim.errors import InputError

MOST_TEXT = 8_192
"""Characters of one text of a request: an ARN has 2,048 at most, the values of condition keys fewer. # iam:api"""
MOST_DOCUMENTS = 500_000
"""Characters of all policies together; every layer at its limit has fewer. # ug:quotas"""
MOST_COMPARED = 500_000_000
"""Values of a request times characters of policies: of a request with a thousand values all policies may be long."""


def check_bounds(obj: Mapping[str, object]) -> None:
    """InputError where the request or the policies of the case `obj` are beyond the bounds."""
    request = obj.get("request")
    texts, lists = _measured(request)
    if max(texts, default=0) > MOST_TEXT:
        raise InputError(f"the request has a text of more than {MOST_TEXT} characters")
    texts, _ = _measured([value for key, value in obj.items() if key != "request"])
    if sum(texts) > MOST_DOCUMENTS:
        raise InputError(f"the policies have more than {MOST_DOCUMENTS} characters together")
    if lists * sum(texts) > MOST_COMPARED:
        raise InputError(f"{lists} values in the request are too many for policies of {sum(texts)} characters")


def _measured(value: object) -> tuple[list[int], int]:
    """The lengths of all texts inside `value`, keys included, and how many items its lists have together."""
    texts: list[int] = []
    items = 0
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, str):
            texts.append(len(found))
        elif isinstance(found, Mapping):
            texts += [len(key) for key in found if isinstance(key, str)]
            waiting += found.values()
        elif isinstance(found, list | tuple):
            items += len(found)
            waiting += found
    return texts, items
