"""Values of any shape that botocore's models have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from botocore.model import Shape
from hypothesis import strategies as st

#: Text that survives every place of a request: headers trim spaces, XML has no control characters.
TEXT = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x24F, exclude_characters="\x7f\x85\xad"), min_size=1, max_size=12
)
PLAIN = st.text("abcdefghijklmnopqrstuvwxyzABCDEF0123456789-_.", min_size=1, max_size=12)
_TIMES = st.integers(0, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def values(shape: Shape, depth: int = 0) -> st.SearchStrategy[Any]:
    """A value of the shape; what nests too deep is left out where it may be."""
    match shape.type_name:
        case "structure":
            return _structure(shape, depth)
        case "list":
            return st.lists(values(shape.member, depth + 1), min_size=1, max_size=2)
        case "map":
            return st.dictionaries(PLAIN.map(str.lower), values(shape.value, depth + 1), min_size=1, max_size=2)
        case "integer" | "long":
            return st.integers(0, 100_000)
        case "float" | "double":
            return st.integers(0, 1000).map(float)
        case "boolean":
            return st.booleans()
        case "timestamp":
            return _TIMES
        case "blob":
            return st.binary(min_size=1, max_size=12)
        case _:
            return st.sampled_from(shape.enum) if getattr(shape, "enum", None) else _text(shape)


def _text(shape: Shape) -> st.SearchStrategy[str]:
    return PLAIN if shape.serialization.get("location") else TEXT


def _structure(shape: Shape, depth: int) -> st.SearchStrategy[Any]:
    if shape.metadata.get("document"):
        return st.dictionaries(PLAIN, st.integers(0, 9), max_size=2)
    needed = {name: values(shape.members[name], depth + 1) for name in shape.required_members}
    further = {} if depth > 2 else {n: values(m, depth + 1) for n, m in shape.members.items() if n not in needed}
    if shape.metadata.get("union"):
        name = sorted(shape.members)[0]
        return st.fixed_dictionaries({name: values(shape.members[name], depth + 1)})
    return st.fixed_dictionaries(needed, optional=further)
