"""Steps written as a scenario file read as the same steps."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from cogsim.load.files import parse_document
from cogsim.load.nodes import Node, Record, Scalar, Series
from cogsim.scenario.write import write

TEXTS = st.one_of(
    st.sampled_from(("yes", "null", "1", "-", "a: b", "$alice", "s3:GetObject", "${n}", "*", "", "é", "#", "a b", "~")),
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=8),
)
VALUES = st.recursive(
    st.one_of(TEXTS, st.booleans(), st.integers(-5, 5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=6,
)


def read(node: Node) -> Any:
    match node:
        case Record():
            return {name: read(value) for name, value in node}
        case Series():
            return [read(value) for value in node.items]
        case Scalar() if node.plain and node.text in ("true", "false"):
            return node.text == "true"
        case Scalar() if node.plain and node.text.lstrip("-").isdigit():
            return int(node.text)
        case Scalar():
            return node.text
    raise AssertionError(node)


@settings(max_examples=100)
@example({"yes": "\ufffe\uffff"})
@given(st.dictionaries(TEXTS, VALUES, min_size=1, max_size=3))
def test_what_is_written_reads_as_it_was(step: dict[str, Any]) -> None:
    written = read(parse_document(write("a story", ["world.yaml"], [step], start=0, leaks=["a/b"]), "story.yaml"))
    assert written["steps"] == [step]
    assert written["leaks"] == ["a/b"]
    assert written["start"] == "1970-01-01T00:00:00Z"
