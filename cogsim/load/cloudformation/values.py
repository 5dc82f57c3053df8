"""A node as a JSON value: for properties that are any JSON to AWS."""

from __future__ import annotations

import re
from typing import Any

from cogsim.load.nodes import Node, Record, Scalar, Series

_WHOLE = re.compile(r"-?(0|[1-9]\d{0,30})")
_FRACTION = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?")


def json_value(node: Node) -> Any:
    """The node as dicts, lists, texts, numbers, truth values and None; what stands in quotation marks is text."""
    if isinstance(node, Series):
        return [json_value(item) for item in node.items]
    if isinstance(node, Record):
        return {key: json_value(value) for key, value in node}
    assert isinstance(node, Scalar)
    if not node.plain:
        return node.text
    if node.is_null:
        return None
    if node.truth is not None:
        return node.truth
    if _WHOLE.fullmatch(node.text):
        return int(node.text)
    return float(node.text) if _FRACTION.fullmatch(node.text) else node.text
