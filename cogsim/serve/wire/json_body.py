"""Structures in JSON bodies, both ways."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cogsim.serve.wire.values import blob, instant, malformed

if TYPE_CHECKING:
    from botocore.model import Shape

Writer = Callable[[Any], Any]

#: How deep a body may nest, and up to how many brackets nobody need look.
_DEEPEST, _FEW = 100, 100


def read_body(body: bytes) -> Any:
    """The JSON value of a body; an empty body is an empty structure. Numbers beyond every measure, half characters and
    structures without end are no JSON of AWS's."""
    if not body.strip():
        return {}
    try:
        value = _READER.decode(body.decode(json.detect_encoding(body), "surrogatepass"))
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


_READER = json.JSONDecoder(parse_constant=_refuse, parse_float=_finite)
_WRITER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


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
            known = _written_names(shape)
            return {
                known[key][0]: from_json(known[key][1], each)
                for key, each in value.items()
                if each is not None and key in known
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


@cache
def _written_names(shape: Shape) -> dict[str, tuple[str, Shape]]:
    """The members of a structure by the names that they are written under."""
    return {member.serialization.get("name", name): (name, member) for name, member in shape.members.items()}


def to_json(shape: Shape | None, value: Any) -> Any:
    """A value of an answer as JSON has it: timestamps as seconds, blobs in Base64."""
    writer = _writer(shape) if shape is not None else None
    return value if writer is None or value is None else writer(value)


@cache
def _writer(shape: Shape) -> Writer | None:
    """What writes values of a shape; None where they are JSON already. A shape is asked for its members' writers when
    the first value comes, since some stand inside themselves."""
    if shape.metadata.get("document"):
        return None
    match shape.type_name:
        case "structure":
            return _structure_writer(shape)
        case "list":
            return lambda value: _list(_writer(shape.member), value)
        case "map":
            return lambda value: {key: to_json(shape.value, each) for key, each in value.items()}
        case "timestamp":
            return _seconds
        case "blob":
            return lambda value: base64.b64encode(value if isinstance(value, bytes) else str(value).encode()).decode()
        case _:
            return None


def _list(writer: Writer | None, values: Iterable[Any]) -> list[Any]:
    if writer is None:
        return list(values)
    return [None if each is None else writer(each) for each in values]


def _structure_writer(shape: Shape) -> Writer:
    found: dict[str, tuple[str, Writer | None]] = {}

    def write(value: Mapping[str, Any]) -> dict[str, Any]:
        made = {}
        for name, each in value.items():
            if each is not None:
                entry = found.get(name) or found.setdefault(name, _member(shape, name))
                made[entry[0]] = each if entry[1] is None else entry[1](each)
        return made

    return write


def _member(shape: Shape, name: str) -> tuple[str, Writer | None]:
    """The name that a member is written under, and its writer."""
    member = shape.members.get(name)
    return (name, None) if member is None else (member.serialization.get("name", name), _writer(member))


def _seconds(value: Any) -> Any:
    moment = instant(value)
    if not isinstance(moment, datetime):
        return value
    seconds = moment.timestamp()
    return int(seconds) if seconds == int(seconds) else round(seconds, 3)


def written(value: Mapping[str, Any]) -> bytes:
    """JSON as a body."""
    return _WRITER.encode(value).encode()
