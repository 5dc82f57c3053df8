"""Documents that nobody means well: every one ends in findings or one clear error, soon, whatever its size."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cogsim.cli.__main__ import main
from cogsim.errors import InputError
from cogsim.lint.policy_codes import CODES
from cogsim.lint.policy_finding import MOST_FINDINGS, FindingType
from cogsim.lint.validate import validate_file, validate_text
from cogsim.policy import grammar
from cogsim.policy.document import PolicyKind
from cogsim.policy.grammar import Presence
from cogsim.policy.parse import MalformedPolicy, parse
from cogsim.policy.text import MAX_DEPTH

SOUND = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}'


def codes(text: str) -> list[str]:
    return [finding.code for document in validate_text(text).documents for finding in document.findings]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ('{"Version": "2012-10-17",\n "Statement": [}', 2, 16),
        (SOUND + "\n trailing", 2, 2),
        ('{"Version": "\\ud800"}', 1, 13),
        ('{"Version": "a\\u0000b"}', 1, 13),
        ("[" * 200, 1, 101),
        ('{"a":' * 200, 1, 501),
        ('{"Version": NaN}', 1, 13),
        ('{"Version": "2012-10-17"', 1, 25),
        ("Statement: [\n  - {", 2, 3),
    ],
)
def test_a_text_that_is_no_document_is_one_error_with_its_place(text: str, line: int, column: int) -> None:
    result = validate_text(text, "policy.json" if text.startswith(("{", "[")) else "policy.yaml")
    assert not result.readable
    (finding,) = result.documents[0].findings
    assert finding.code == "JSON_SYNTAX_ERROR"
    assert (finding.location.line, finding.location.column) == (line, column), str(finding)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b'{"Version": "2012-10-17\x00"}', ":1:24: a NUL character"),
        (b'{"Version": "\xff"}', ":1:14: not UTF-8: byte 0xff"),
        (b"", ": the file is empty"),
        (b" " * 10_000_001, ": 10000001 bytes, and at most 10000000 are read"),
    ],
)
def test_a_file_that_is_no_text_is_refused_with_its_place(tmp_path: Path, raw: bytes, message: str) -> None:
    file = tmp_path / "policy.json"
    file.write_bytes(raw)
    with pytest.raises(InputError) as caught:
        validate_file(file)
    assert str(caught.value).endswith(message)


def test_a_byte_order_mark_is_no_part_of_the_policy(tmp_path: Path) -> None:
    file = tmp_path / "policy.json"
    file.write_text("\ufeff" + SOUND, encoding="utf-8")
    assert validate_file(file).ok


def test_keys_that_stand_twice_are_found_with_the_rest() -> None:
    text = SOUND.replace('"Effect": "Allow"', '"Effect": "Allow", "Effect": "Deny", "effect": 1')
    assert codes(text) == ["JSON_SYNTAX_ERROR", "INVALID_POLICY_ELEMENT"]


def test_all_faults_of_a_document_are_found_where_parse_stops_at_the_first() -> None:
    text = SOUND.replace("Allow", "allow").replace("s3:Get*", "s3:Gett*").replace("2012", "2013")
    assert codes(text) == ["INVALID_VERSION", "INVALID_EFFECT", "INVALID_ACTION"]
    with pytest.raises(MalformedPolicy, match="2013"):
        parse(text, PolicyKind.IDENTITY)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(SOUND.replace('"s3:Get*"', json.dumps([f"ec2:Descrbe{n}" for n in range(9_000)])), id="actions"),
        pytest.param(SOUND.replace('"s3:Get*"', json.dumps([f"s3:*{n}*" for n in range(12_000)])), id="patterns"),
        pytest.param(SOUND.replace('"*"', json.dumps(["arn:aws:s3:::" + "*a" * 20_000])), id="stars"),
        pytest.param(SOUND.replace('"*"', '"arn:aws:iam::' + "${" * 50_000 + '"'), id="variables"),
        pytest.param('{"Statement": {' + ",".join(f'"a{n}": 1' for n in range(14_000)) + "}}", id="elements"),
        pytest.param('{"Statement": [' + "{}," * 60_000 + "{}]}", id="statements"),
        pytest.param('{"Statement": [' + "{}," * 1_000_000 + "{}]}", id="nodes"),
    ],
)
def test_a_hostile_document_takes_bounded_time(text: str) -> None:
    before = process_time()
    try:
        documents = validate_text(text).documents
    except InputError:
        documents = ()
    assert process_time() - before < 6
    assert all(len(document.findings) <= MOST_FINDINGS for document in documents)


def test_a_bomb_of_aliases_is_never_written_out() -> None:
    levels = "".join(f"a{n + 1}: &a{n + 1} [{','.join([f'*a{n}'] * 10)}]\n" for n in range(20))
    tracemalloc.start()
    result = validate_text(f"a0: &a0 [x]\n{levels}")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not result.readable
    assert "aliases" in result.documents[0].findings[0].message
    assert peak < 20_000_000


def test_a_policy_far_longer_than_anything_kept_is_not_read() -> None:
    text = SOUND.replace('"s3:Get*"', json.dumps(["nothing:AtAll"] * 20_000))
    with pytest.raises(InputError, match=f"policy: {len(text)} characters, and no policy that AWS keeps is near"):
        validate_text(text)
    template = (
        f'{{"Resources": {{"A": {{"Type": "AWS::IAM::ManagedPolicy", "Properties": {{"PolicyDocument": {text}}}}}}}}}'
    )
    with pytest.raises(InputError, match=r"policy:1:90: \d+ characters, and no policy"):
        validate_text(template)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name: a story\nsteps: []\n", "no policy, and not a template: this is a cogsim scenario"),
        ('{"dependencies": {}, "name": "x"}', "no policy, and not a template: this is a package.json"),
    ],
)
def test_another_kind_of_file_is_named(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        validate_text(text)


@pytest.mark.parametrize(
    "text", ["[" * (MAX_DEPTH + 1), "{" * 20_000, SOUND + "}", "\ufeff" + SOUND, '{"a": "\x00"}', ""]
)
def test_parse_keeps_awss_code_and_the_place(text: str) -> None:
    with pytest.raises(MalformedPolicy) as caught:
        parse(text, PolicyKind.IDENTITY)
    assert caught.value.code == "MalformedPolicyDocument"
    assert caught.value.location is not None
    assert caught.value.location.line == 1


_scalars = st.one_of(st.none(), st.booleans(), st.integers(-9, 9), st.text("ab*${}:", max_size=6), st.just("Allow"))
_names = st.sampled_from(
    (
        *("Version", "Statement", "Effect", "Action", "Resource", "Principal", "NotPrincipal", "Condition", "Sid"),
        *("AWS", "StringLike", "ForAllValues:StringEquals", "aws:SourceIp", "aws:ResourceTag/x", "IpAddress", "x"),
    )
)
_documents = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=4), max_leaves=25
)


@settings(max_examples=100, deadline=None)
@given(document=st.dictionaries(_names, _documents, max_size=4), kind=st.sampled_from(list(PolicyKind)))
def test_whatever_stands_in_a_document_only_known_codes_come_out(document: dict[str, object], kind: PolicyKind) -> None:
    for each in validate_text(json.dumps({"Statement": [], **document}), kind=kind).documents:
        for finding in each.findings:
            assert finding.code in CODES
            assert finding.location.line == 1


@settings(max_examples=100, deadline=None)
@given(document=st.dictionaries(_names, _documents, max_size=4), kind=st.sampled_from(list(PolicyKind)))
def test_what_parse_refuses_validation_finds_an_error_in(document: dict[str, object], kind: PolicyKind) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", **document}
    statement |= {"Resource": "*"} if kind is not PolicyKind.TRUST else {}
    statement |= {"Principal": {"AWS": "*"}} if grammar.RULES[kind].principal is Presence.REQUIRED else {}
    text = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    if refused(text, kind):
        (result,) = validate_text(text, "p.json", kind).documents
        assert any(finding.type is FindingType.ERROR or "EMPTY" in finding.code for finding in result.findings)


def refused(text: str, kind: PolicyKind) -> bool:
    try:
        parse(text, kind)
    except MalformedPolicy:
        return True
    return False


def test_the_command_reads_on_after_a_file_that_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(SOUND)
    bad.write_text(SOUND[:-1])
    assert main(["validate", str(tmp_path / "none.json"), str(bad), str(good)]) == 2
    said = capsys.readouterr()
    assert "none.json: cannot be read" in said.err
    assert f"{bad}:1:{len(SOUND)}: ERROR JSON_SYNTAX_ERROR" in said.out
    assert f"{good} (identity): nothing found" in said.out
