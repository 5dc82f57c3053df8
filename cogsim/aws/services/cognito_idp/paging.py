"""Lists of user pools in pages: a token names the last item of its page, so what comes and goes meanwhile moves
nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cogsim.aws.context import CallContext
from cogsim.decision import Refusal
from cogsim.decisions.refusals import INVALID_PARAMETER, UNSEEN_TEXTS, refused

T = TypeVar("T")

_INVALID_TOKEN = Refusal(INVALID_PARAMETER, "Invalid pagination token.")


def page(
    ctx: CallContext,
    items: Iterable[T],
    key: Callable[[T], Any],
    token: str | None,
    limit: int | None,
    most: int = 60,
    member: str = "NextToken",
) -> tuple[list[T], dict[str, str]]:
    """The page of `items`, sorted by `key`, that follows `token`, and the member that names the next one, if any.

    `key` gives a text, a number or a list of them, different for each item. A `limit` of 0 or None is `most`. Raises
    InvalidParameterException for a token that this operation never gave.
    """
    ordered = sorted(items, key=key)
    if token is not None:
        last = _last(ctx, token)
        try:
            ordered = [item for item in ordered if _plain(key(item)) > last]
        except TypeError:
            _refuse(ctx)
    size = min(limit or most, most)
    if len(ordered) <= size:
        return ordered, {}
    return ordered[:size], {member: _token(ctx, _plain(key(ordered[size - 1])))}


def _plain(key: Any) -> Any:
    return list(key) if isinstance(key, tuple) else key


def _token(ctx: CallContext, last: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([ctx.call.operation, last]).encode()).decode()


def _last(ctx: CallContext, token: str) -> Any:
    try:
        operation, last = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        operation, last = "", None
    if operation != ctx.call.operation:
        _refuse(ctx)
    return last


def _refuse(ctx: CallContext) -> None:
    ctx.require(refused(_INVALID_TOKEN, "is the token one of ours?", "", "idp:api", assumption=UNSEEN_TEXTS))
