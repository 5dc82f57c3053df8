"""Lists in pages: at most MaxItems of them, and a Marker to go on from. # iam:api §paging"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from cogsim.aws.context import CallContext
from cogsim.decisions.iam_entities import unseen

T = TypeVar("T")

_DEFAULT = 100


def page(
    ctx: CallContext,
    items: Iterable[T],
    key: Callable[[T], str],
    marker: str | None,
    max_items: int | None,
) -> tuple[list[T], dict[str, Any]]:
    """The page that follows `marker`, sorted by `key`, and the members that say whether there are more.

    A marker names the last item of its page, so that what is made or deleted meanwhile moves nothing else. Keys are at
    most 200 characters of ASCII. Raises ValidationError for a marker that none of ours is.
    """
    last = _last(ctx, marker)
    rest = sorted((item for item in items if last is None or key(item) > last), key=key)
    most = max_items or _DEFAULT
    shown = rest[:most]
    if len(rest) <= most:
        return shown, {"IsTruncated": False}
    return shown, {"IsTruncated": True, "Marker": base64.urlsafe_b64encode(key(shown[-1]).encode()).decode()}


def in_order(items: Iterable[T]) -> list[tuple[str, T]]:
    """Items whose order is their own, each with a key that keeps it."""
    return [(f"{number:06}", item) for number, item in enumerate(items)]


def by_place(entry: tuple[str, Any]) -> str:
    """The key of an item of `in_order`."""
    return entry[0]


def _last(ctx: CallContext, marker: str | None) -> str | None:
    if marker is None:
        return None
    try:
        return base64.b64decode(marker.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        none: None = ctx.require(unseen("ValidationError", "Invalid marker", "is it a marker?", marker))
        return none
