"""A file → its nodes: the limits first, then the encoding, then JSON or YAML."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cogsim.errors import InputError, Location
from cogsim.load.json_document import parse_json
from cogsim.load.nodes import MAX_BYTES, Node, Scalar
from cogsim.load.yaml_document import parse_yaml

#: A brace and a quoted key: meant as JSON, whatever follows.
_JSON_BEGINS = re.compile(r"\s*(?:\{\s*\"|\[)")


def read_document(path: Path) -> Node:
    """The one value in the file; InputError where there is no file, no text, no value, or more than the limits."""
    file = str(path)
    return parse_document(_read_text(path, file), file)


def text_of(path: Path) -> str:
    """The text of the file; InputError where it is none or beyond the limits."""
    return _read_text(path, str(path))


def parse_document(text: str, file: str, repeated: list[Scalar] | None = None) -> Node:
    """The one value in `text`: JSON where the name says so or the text begins and reads like it, else YAML. Keys that
    stand twice are an InputError, or collected in `repeated` where it is given."""
    with _uncollected():
        return _parsed(text, file, repeated)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Nodes have no cycles, and a large file makes a million: looking through them for garbage takes half the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _parsed(text: str, file: str, repeated: list[Scalar] | None) -> Node:
    looks_like_json = text[:4000].lstrip()[:1] in ("{", "[")
    if file.endswith(".json") and text.strip():
        return parse_json(text, file, repeated=repeated)
    node = _json_or_yaml(text, file, repeated) if looks_like_json else parse_yaml(text, file, repeated)
    if node is None or (isinstance(node, Scalar) and node.is_null):
        raise InputError("the file is empty", Location(file))
    return node


def _json_or_yaml(text: str, file: str, repeated: list[Scalar] | None) -> Node | None:
    """The value of a text that may be either; where it is neither, the error of the notation that it begins in."""
    try:
        return parse_json(text, file, repeated=repeated)
    except InputError as error:
        as_json = error
    if not as_json.message.startswith("not valid JSON"):
        raise as_json
    try:
        return parse_yaml(text, file, repeated)
    except InputError as error:
        raise as_json if _JSON_BEGINS.match(text) else error from None


def _read_text(path: Path, file: str) -> str:
    place = Location(file)
    try:
        if path.is_dir():
            raise InputError("a directory, where a file is wanted", place)
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise InputError(f"{size} bytes, and at most {MAX_BYTES} are read", place)
        with path.open("rb") as stream:
            raw = stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(f"cannot be read: {reason}", place) from None
    if len(raw) > MAX_BYTES:  # a pipe or device has no size
        raise InputError(f"more than {MAX_BYTES} bytes", place)
    return _decode(raw, file)


def _decode(raw: bytes, file: str) -> str:
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        line = before.count(b"\n") + 1
        column = error.start - (before.rfind(b"\n") + 1) + 1
        raise InputError(f"not UTF-8: byte 0x{raw[error.start]:02x}", Location(file, line, column)) from None
    at = text.find("\0")
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise InputError("a NUL character", Location(file, line, at - (text.rfind("\n", 0, at) + 1) + 1))
    return text
