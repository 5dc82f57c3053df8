"""Structures in JSON bodies, both ways."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cogsim.serve.wire.values import blob, instant, malformed

if TYPE_CHECKING:
    from botocore.model import Shape


#: How deep a body may nest, and up to how many brackets nobody need look.
_DEEPEST, _FEW = 100, 100


def read_body(body: bytes) -> Any:
    """The JSON value of a body; an empty body is an empty structure. Numbers beyond every measure, half characters and
    structures without end are no JSON of AWS's."""
    if not body.strip():
        return {}
    try:
        value = json.loads(body, parse_constant=_refuse, parse_float=_finite)
        if b"\\u" in body:
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None
    if body.count(b"[") + body.count(b"{") > _FEW:
        _check_depth(value)
    return value


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _finite(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _refuse(text)


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        inside = (each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list))
        level = [each for held in inside for each in held]
        if not level:
            return
    raise malformed("the body nests too deep")


def from_json(shape: Shape | None, value: Any) -> Any:
    """A JSON value as the shape means it; members nobody knows are passed over, as AWS's readers do."""
    if shape is None or value is None or shape.metadata.get("document"):
        return value
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
            return {
                names[key]: from_json(shape.members[names[key]], each)
                for key, each in value.items()
                if each is not None and key in names
            }
        case "list" if isinstance(value, list):
            return [from_json(shape.member, each) for each in value]
        case "map" if isinstance(value, dict):
            return {key: from_json(shape.value, each) for key, each in value.items() if each is not None}
        case "timestamp":
            return instant(value)
        case "blob" if isinstance(value, str):
            return blob(value)
        case _:
            return value


def to_json(shape: Shape | None, value: Any) -> Any:
    """A value of an answer as JSON has it: timestamps as seconds, blobs in Base64."""
    if shape is None or value is None or shape.metadata.get("document"):
        return value
    match shape.type_name:
        case "structure":
            return {
                shape.members[name].serialization.get("name", name) if name in shape.members else name: to_json(
                    shape.members.get(name), each
                )
                for name, each in value.items()
                if each is not None
            }
        case "list":
            return [to_json(shape.member, each) for each in value]
        case "map":
            return {key: to_json(shape.value, each) for key, each in value.items()}
        case "timestamp":
            return _seconds(value)
        case "blob":
            return base64.b64encode(value if isinstance(value, bytes) else str(value).encode()).decode()
        case _:
            return value


def _seconds(value: Any) -> Any:
    moment = instant(value)
    if not isinstance(moment, datetime):
        return value
    seconds = moment.timestamp()
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)


def written(value: Mapping[str, Any]) -> bytes:
    """JSON as a body."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()
