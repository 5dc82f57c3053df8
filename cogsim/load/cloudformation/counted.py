"""Patterns of what is made by counting: `${n}` is the number, from 1; `${n%10}` what is left of it by 10."""

from __future__ import annotations

import re

MOST_COUNTED = 1_000_000
COUNTED = re.compile(r"\$\{n(?:%([1-9]\d{0,8}))?\}")


def filled(text: str, number: int) -> str:
    """`text` with the number filled in."""
    if "${n" not in text:
        return text
    return COUNTED.sub(lambda found: str(number % int(found[1]) if found[1] else number), text)
