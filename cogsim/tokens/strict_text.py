"""Strict base64url and strict JSON: a text that two readers could take for two things is none at all.

1. Base64url has its own alphabet, no padding, no blanks, and no bits set that the bytes do not hold: else a changed
   text could stand for the same bytes, and a token would have more than one name.
2. No member stands twice: one reader takes the first, another the last.
3. No NaN and no infinity, written out or as a number past the range of doubles: they compare with no instant.
4. Nesting, digits and length are bounded, and every text can be written as UTF-8: nothing makes a reader fail later.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Mapping
from typing import Any

_SEGMENT = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_SURROGATE = re.compile("[\ud800-\udfff]")
_DEEPEST = 32


class MalformedError(ValueError):
    """What is wrong with a text."""


def encode(data: bytes) -> str:
    """Base64url without padding. # rfc:7515 §2"""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(segment: str, what: str, padded: bool = False) -> bytes:
    """The bytes of a segment of base64url, filled up with `=` where it is `padded`; MalformedError names `what` where
    it is none."""
    if padded:
        bare = segment.rstrip("=")
        if segment != bare + "=" * (-len(bare) % 4):
            raise MalformedError(f"the {what} is not padded base64url")
        segment = bare
    check_alphabet(segment, what)
    decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    check_canonical(segment, decoded, what)
    return decoded


def check_alphabet(segment: str, what: str) -> None:
    """Rule 1, the characters. # rfc:7515 §2"""
    if not _SEGMENT.fullmatch(segment) or len(segment) % 4 == 1:
        raise MalformedError(f"the {what} is not base64url")


def check_canonical(segment: str, decoded: bytes, what: str) -> None:
    """Rule 1, the bits left over. # rfc:7515 §2"""
    if encode(decoded) != segment:
        raise MalformedError(f"the {what} is not canonical base64url")


def json_object(raw: bytes, what: str) -> Mapping[str, Any]:
    """The JSON object that `raw` is, in UTF-8; MalformedError names `what` where it is none."""
    try:
        text = raw.decode()
        value = _READER.decode(text)
    except MalformedError:
        raise
    except (ValueError, RecursionError):
        raise MalformedError(f"the {what} is not JSON") from None
    if not isinstance(value, dict):
        raise MalformedError(f"the {what} is not a JSON object")
    if not _plain(value, _DEEPEST):
        raise MalformedError(f"the {what} is nested more than {_DEEPEST} deep")
    if "\\u" in text and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        raise MalformedError(f"the {what} holds half a character")
    return value


def _plain(value: Any, depth: int) -> bool:
    """Whether nothing in `value` lies deeper than `depth`."""
    if isinstance(value, dict):
        return depth > 0 and all(_plain(each, depth - 1) for each in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_plain(each, depth - 1) for each in value)
    return True


def check_members(pairs: list[tuple[str, Any]], members: dict[str, Any]) -> None:
    """Rule 2. # rfc:7515 §4"""
    if len(members) != len(pairs):
        raise MalformedError("a member stands twice")


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    check_members(pairs, members)
    return members


def _constant(name: str) -> Any:
    raise MalformedError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """A number past the range of doubles would compare greater than every instant."""
    value = float(text)
    if not math.isfinite(value):
        raise MalformedError(f"{text[:40]} is out of range")
    return value


# The checks are looked up as they are asked for: a test takes one away, to see what it stops.
_READER = json.JSONDecoder(
    object_pairs_hook=lambda pairs: _members(pairs),
    parse_constant=lambda name: _constant(name),
    parse_float=lambda text: _finite(text),
)
