"""Structures in JSON bodies, both ways."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cogsim.serve.wire.values import blob, instant, malformed

if TYPE_CHECKING:
    from botocore.model import Shape


def read_body(body: bytes) -> Any:
    """The JSON value of a body; an empty body is an empty structure."""
    if not body.strip():
        return {}
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise malformed("the body is not JSON") from None


def from_json(shape: Shape | None, value: Any) -> Any:
    """A JSON value as the shape means it; members nobody knows are kept, and the door names them."""
    if shape is None or value is None or shape.metadata.get("document"):
        return value
    match shape.type_name:
        case "structure" if isinstance(value, dict):
            names = {member.serialization.get("name", name): name for name, member in shape.members.items()}
            return {
                names.get(key, key): from_json(shape.members.get(names.get(key, key)), each)
                for key, each in value.items()
                if each is not None
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
