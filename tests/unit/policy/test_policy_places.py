"""The place of a fault in the JSON text of a policy."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cogsim.load.json_document import parse_json
from cogsim.load.nodes import find
from cogsim.policy.document import PolicyKind
from cogsim.policy.malformed import Path
from cogsim.policy.parse import MalformedPolicy, parse
from cogsim.policy.places import place_of


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"Statement": {"Effect": "Allow",\n  "Action": ["s3:a", "b"],\n "Resource": "*"}}', 2, 22),
        ('{"Statement": [],\n "Statement": {}}', 2, 2),
        ('{"Statement": {"Effect": "Allow", "effect": 1}}', 1, 35),
        ('{"Statement": [{"Effect": "Allow", "Action": "s3:a",\n "Resource": ["*", "b"]}]}', 2, 20),
        ('{"Statement": {"Effect": "Allow", "Action": "s3:a", "Resource": "*", "Condition": {"Bol": {}}}}', 1, 84),
        ('{"Version": "2012-10-18", "Statement": []}', 1, 2),
    ],
)  # fmt: skip
def test_a_refusal_of_text_names_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse(text, PolicyKind.IDENTITY)
    place = caught.value.location
    assert place is not None
    assert (place.line, place.column) == (line, column), str(caught.value)
    assert str(caught.value).startswith(f"policy document:{line}:{column}: MalformedPolicyDocument: ")


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text('ab"\\{}[],:\n', max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"\\{}:', max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(value=_values, indent=st.sampled_from([None, 0, 2]))
def test_every_path_is_found_where_the_file_reader_finds_it(value: object, indent: int | None) -> None:
    text = json.dumps(value, indent=indent)
    root = parse_json(text, "f")
    for path in _paths(value, ()):
        ours, theirs = place_of(text, path), find(root, path)
        assert (ours.line, ours.column) == (theirs.line, theirs.column), path


def _paths(value: object, path: Path) -> list[Path]:
    found = [path]
    if isinstance(value, dict):
        for key, inner in value.items():
            found += _paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            found += _paths(inner, (*path, number))
    return found
