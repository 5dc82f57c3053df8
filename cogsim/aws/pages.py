"""Lists in pages: a token names the operation and the last item of its page, so what comes and goes meanwhile moves
nothing else."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What a page shows, and the token of the next one, None at the end."""

    shown: tuple[T, ...]
    following: str | None = None


def page_of(operation: str, items: Iterable[tuple[str, T]], token: str | None, limit: int | None) -> Page[T] | None:
    """The page that follows `token` of `items`, which are (name, item), each name once; None where `operation` never
    gave that token. Without a limit it is one page."""
    last = _last(operation, token) if token is not None else ""
    if last is None:
        return None
    ordered = sorted((item for item in items if token is None or item[0] > last), key=lambda item: item[0])
    size = len(ordered) if limit is None else limit
    shown = tuple(item for _, item in ordered[:size])
    if len(ordered) <= size:
        return Page(shown)
    encoded = base64.urlsafe_b64encode(json.dumps([operation, ordered[size - 1][0]]).encode())
    return Page(shown, encoded.decode())


def _last(operation: str, token: str) -> str | None:
    try:
        made_by, last = json.loads(base64.b64decode(token.encode("ascii"), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, TypeError):
        return None
    return last if made_by == operation and isinstance(last, str) else None
