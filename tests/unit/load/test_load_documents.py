"""Files before they mean anything: limits, encodings, places, and the two notations."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.errors import InputError
from cogsim.load.files import parse_document, read_document
from cogsim.load.nodes import MAX_BYTES, Record, Scalar, Series, plain

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 10)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("a: [1\nb: 2", "f.yml:2:2", "not valid YAML"),
        ("a: b\n\tc: d", "f.yml:2:1", "tab character"),
        ("a: 1\nb: 2\na: 3", "f.yml:3:1", "the key 'a' stands twice in one mapping, first at f.yml:1:1"),
        ("a: 1\n---\nb: 2", "f.yml:2:1", "a second document"),
        ("a: &x [*x]", "f.yml:1:8", "inside what it names"),
        ("a: &anchor 1\nb: *ancor", "f.yml:2:4", "no anchor &ancor before this alias (did you mean 'anchor'?)"),
        ("a: !Reff b", "f.yml:1:4", "unknown tag !Reff (did you mean '!Ref'?)"),
        ("a: !!python/object:os.system x", "f.yml:1:4", "unknown tag"),
        ("? [a]\n: b", "f.yml:1:3", "a key is a scalar"),
        ("a: \x00", "f.yml:1:4", "U+0000"),
        ('a: "\\0"', "f.yml:1:4", "NUL"),
        ('{"a": "\\ud83d"}', "f.yml:1:7", "half of a surrogate pair"),
        ('{"a": 1 "b": 2}', "f.yml:1:9", "expected a comma or the end, found"),
        ('{"a": 1} x', "f.yml:1:10", "text after the end"),
        ('{"a": 1,\n "a": 2}', "f.yml:2:2", "stands twice"),
        ("", "f.yml", "the file is empty"),
        ("# only a comment", "f.yml", "the file is empty"),
        (BOMB, "f.yml:5:4", "once its aliases are written out"),
        ("- " * 100_000, "f.yml:1:201", "nested deeper than 100 levels"),
        ("[" * 100_000, "f.yml:1:101", "nested deeper than 100 levels"),
        ('{"a":' * 100_000, "f.yml:1:501", "nested deeper than 100 levels"),
        ("a: " + "[" * 100_000, "f.yml:1:103", "nested deeper than 100 levels"),
    ],
)
def test_a_malformed_or_excessive_file_is_refused_quickly_with_its_place(text: str, place: str, says: str) -> None:
    began = time.perf_counter()
    with pytest.raises(InputError) as caught:
        parse_document(text, "f.yml")
    assert str(caught.value.location) == place
    assert says in str(caught.value)
    assert time.perf_counter() - began < 5


def test_an_alias_cannot_smuggle_in_what_is_too_deep() -> None:
    deep = "a: &a " + "[" * 60 + "]" * 60 + "\nb: " + "[" * 60 + "*a" + "]" * 60
    with pytest.raises(InputError, match="deeper"):
        parse_document(deep, "f.yml")


def test_a_file_beyond_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    huge = tmp_path / "huge.yaml"
    with huge.open("wb") as stream:
        stream.truncate(50_000_000)
    with pytest.raises(InputError, match=f"50000000 bytes, and at most {MAX_BYTES} are read"):
        read_document(huge)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"a: b\nc: \xff", r"f.yaml:2:4: not UTF-8: byte 0xff"),
        (b"a: b\nc: x\0", r"f.yaml:2:5: a NUL character"),
        (b"", r"f.yaml: the file is empty"),
    ],
)
def test_bytes_that_are_no_text_are_refused_with_their_place(tmp_path: Path, raw: bytes, says: str) -> None:
    file = tmp_path / "f.yaml"
    file.write_bytes(raw)
    with pytest.raises(InputError, match=says):
        read_document(file)


def test_a_file_that_is_not_there_and_a_directory_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_document(tmp_path / "absent.yaml")
    with pytest.raises(InputError, match="a directory"):
        read_document(tmp_path)


def test_scalars_stay_raw_and_keep_their_places() -> None:
    node = parse_document("v: 2012-10-17\nn: 012\non: off\nq: 'on'\nt: !Ref X\n", "f.yml")
    assert isinstance(node, Record)
    version, on = node.get("v"), node.get("on")
    assert isinstance(version, Scalar)
    assert (version.text, version.plain, str(version.location)) == ("2012-10-17", True, "f.yml:1:4")
    assert isinstance(on, Scalar)
    assert on.truth is False
    assert plain(node) == {"v": "2012-10-17", "n": "012", "on": False, "q": "on", "t": {"Ref": "X"}}


def test_merge_keys_give_what_the_mapping_does_not_say_itself() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nmade: {<<: [*b, *m], x: 9}"
    node = parse_document(text, "f.yml")
    assert isinstance(node, Record)
    made = node.get("made")
    assert made is not None
    assert plain(made) == {"x": "9", "y": "2", "z": "4"}


def test_json_indented_with_tabs_and_with_surrogate_pairs_is_read_from_any_file_name() -> None:
    text = '{\n\t"a"\t:\n\t[ "\\ud83d\\ude00", "\\/", 1.50, true, null, {} ]\n}'
    for name in ("f.json", "f.yaml", "f.template"):
        node = parse_document(text, name)
        assert plain(node) == {"a": ["😀", "/", "1.50", True, None, {}]}
    assert isinstance(node, Record)
    assert str(node.key("a").location) == "f.template:2:2"


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner),
    max_leaves=20,
)


def _as_text(value: object) -> object:
    """A JSON value as `plain` shows it: numbers stay text."""
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    return value if value is None or isinstance(value, bool | str) else json.dumps(value)


@settings(max_examples=100, deadline=None)
@given(value=values, indent=st.sampled_from((None, 1, "\t")), ascii_only=st.booleans())
def test_whatever_json_writes_is_read_back(value: object, indent: str | int | None, ascii_only: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert plain(parse_document(text, "f.json")) == _as_text(value)


@settings(max_examples=100, deadline=None)
@given(
    text=st.text(st.sampled_from("{}[]\":,a1\\ \n-&*!#?|>'%@`\t~<"), max_size=40), name=st.sampled_from(("f.json", "f"))
)
def test_any_text_gives_a_node_or_an_input_error(text: str, name: str) -> None:
    place = None
    try:
        node = parse_document(text, name)
    except InputError as error:
        place = error.location
    assert place is not None or isinstance(node, Scalar | Series | Record)
