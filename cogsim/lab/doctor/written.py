"""A change as somebody would write it into a template: a few lines of YAML under the resource's logical id."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.world.origin import Origin

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_./+-]*(?::[A-Za-z0-9_./+-]+)*")
_WORDS = frozenset({"true", "false", "yes", "no", "on", "off", "null", "y", "n"})
#: Longest text of a value that stands on one line.
_LINE = 90


def in_resource(origin: Origin, name: str, properties: Mapping[str, Any]) -> str:
    """`properties` of the resource that a noun came from; of one made at run time, of the noun's name."""
    return yaml({origin.logical_id or name: {"Properties": properties}})


def in_trust(origin: Origin, name: str, elements: Mapping[str, Any]) -> str:
    """Elements of one statement of a role's trust policy."""
    return in_resource(origin, name, {"AssumeRolePolicyDocument": {"Statement": [elements]}})


def in_call(members: Mapping[str, Any]) -> str:
    """Members of the call."""
    return yaml(members)


def yaml(value: Any, depth: int = 0) -> str:
    """A value as YAML: mappings and long lists in blocks, short ones on one line."""
    flow = _flow(value)
    if not isinstance(value, Mapping | list | tuple) or not value or (depth and len(flow) <= _LINE and _flat(value)):
        return flow
    lines: list[str] = []
    if isinstance(value, Mapping):
        for key, each in value.items():
            below = yaml(each, depth + 1)
            joint = "\n" + _indented(below) if "\n" in below or _is_block(each, below) else f" {below}"
            lines.append(f"{_key(key)}:{joint}")
        return "\n".join(lines)
    for each in value:
        first, *rest = yaml(each, depth + 1).splitlines()
        lines += [f"- {first}", *(f"  {line}" for line in rest)]
    return "\n".join(lines)


def _is_block(value: Any, text: str) -> bool:
    return isinstance(value, Mapping | list | tuple) and bool(value) and not text.startswith(("{", "["))


def _flat(value: Any) -> bool:
    """Whether a collection holds plain values, or collections of plain values in a list."""
    entries: Sequence[Any] = list(value.values()) if isinstance(value, Mapping) else list(value)
    return not any(isinstance(each, Mapping | list | tuple) for each in entries)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {_flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _key(text: str) -> str:
    return json.dumps(text, ensure_ascii=False) if ":" in text else _scalar(text)


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) is not None and text.lower() not in _WORDS
    return text if plain or text == "…" else json.dumps(text, ensure_ascii=False)
