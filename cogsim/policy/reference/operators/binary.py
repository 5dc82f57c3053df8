"""BinaryEquals: the bytes behind two base64 texts.

# ug:condition-operators §binary
"""

from __future__ import annotations

import base64
import binascii
from functools import lru_cache

from cogsim.policy.reference.operators.operator import ConditionOperator, on_text


@lru_cache(maxsize=4096)
def _decoded(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _same_bytes(request_value: str, policy_value: str) -> bool:
    left = _decoded(request_value)
    return left is not None and left == _decoded(policy_value)


OPERATORS = (ConditionOperator("BinaryEquals", on_text(_same_bytes)),)
