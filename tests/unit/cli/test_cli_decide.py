"""`cogsim decide`: a line in, a line out, and no line stops another."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from cogsim.cli.__main__ import main
from cogsim.cli.commands.decide import MAX_LINE

GUIDE = Path(__file__).parents[2] / "cases" / "iam_guide_cases.jsonl"
CASE: dict[str, Any] = {
    "id": "a",
    "request": {
        "principal": "arn:aws:iam::111122223333:user/u", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
    },
    "identityPolicies": [{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}],
}  # fmt: skip
LINE = json.dumps(CASE).encode()


def answers(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    *lines: bytes,
    code: int,
    more: tuple[str, ...] = (),
) -> list[dict[str, Any]]:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines))))
    assert main(["decide", "-", *more]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_case_of_the_guide_is_decided_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", str(GUIDE)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    wanted = [json.loads(line) for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    assert found == [{"id": row["id"], "result": row["expected"]["result"]} for row in wanted]


def test_the_steps_are_plain_objects(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (found,) = answers(capsys, monkeypatch, LINE, code=0, more=("--explain",))
    assert found["result"] == "Allowed"
    (deciding,) = (step for step in found["steps"] if step["decides"])
    assert deciding["facts"]["layer"] == "identity"
    assert {"where", "source", "basis", "assumption"} <= set(deciding)
    assert found["nearest"] is None
    assert found["message"] is None


def test_a_refusal_is_explained_with_the_nearest_change(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = json.dumps({key: value for key, value in CASE.items() if key != "identityPolicies"}).encode()
    (found,) = answers(capsys, monkeypatch, refused, code=0, more=("--explain",))
    text = "with a statement in the identity-based policies that allows s3:GetObject on arn:aws:s3:::b/k"
    assert found["nearest"] == {"kind": "statement", "change": text}
    who = "arn:aws:iam::111122223333:user/u"
    assert found["message"] == (
        f"User: {who} is not authorized to perform: s3:GetObject on resource: arn:aws:s3:::b/k "
        "because no identity-based policy allows the s3:GetObject action"
    )


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        (b"{", "no JSON"),
        (b"[]", "the case is an object"),
        (b"{}", "request"),
        (b'{"id": 7, "request": {"action": "s3:x", "resource": "*", "context": {"a": [NaN]}}}', "NaN"),
        (b'{"id": "b", "id": "b", "request": {}}', "twice"),
        (b'{"request": {"action": "s3:x", "resource": "*", "context": {"a:b": ["x"], "A:B": ["y"]}}}', "twice"),
        (b"[" * 200_000, "nested too deeply"),
        (b'{"id": "\xff"}', "utf-8"),
        (b'{"id": "x", "request": {"action": "s3:x", "resource": "*"}, "identityPolicys": []}', "identityPolicies"),
        (LINE.replace(b'"Allow"', b'"allow"'), "Effect"),
        (LINE.replace(b'"Resource"', b'"Condition": {"StringEqual": {"a": "b"}}, "Resource"'), "StringEquals"),
        (b'{"id": "' + b"x" * MAX_LINE + b'"}', "longer than"),
    ],
)  # fmt: skip
def test_a_malformed_line_is_named_and_stops_no_other(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, broken: bytes, says: str
) -> None:
    before, found, after = answers(capsys, monkeypatch, LINE, broken, LINE, code=2)
    assert before == after == {"id": "a", "result": "Allowed"}
    assert says in found["error"]
    assert "standard input:2: " in found["error"]
    assert "result" not in found


@pytest.mark.parametrize("identity", [7, "é", "\ud800", None, True, 1.5])
def test_an_id_comes_back_as_it_was(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, identity: Any
) -> None:
    (found,) = answers(capsys, monkeypatch, json.dumps(CASE | {"id": identity}).encode(), code=0)
    assert found["id"] == identity


def test_a_long_line_is_decided_and_a_blank_one_is_none(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    context = {"context": {"aws:TagKeys": ["x" * 1000] * 9000}, "contextMultivalued": ["aws:TagKeys"]}
    long = json.dumps(CASE | {"request": CASE["request"] | context}).encode()
    found = answers(capsys, monkeypatch, b"\xef\xbb\xbf" + long, b"", b"  \r", LINE + b"\r", code=0)
    assert [row["result"] for row in found] == ["Allowed", "Allowed"]


def test_what_a_case_leaves_out_may_also_be_null(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    null = dict.fromkeys(
        ("resourcePolicy", "boundaryPolicies", "sessionPolicy", "scps", "rcps", "scpLevels", "rcpLevels", "settings",
         "vpcEndpointPolicies", "tags", "name", "basis")
    )  # fmt: skip
    asked = dict.fromkeys(("resourceAccount", "context", "contextMultivalued", "wildcardOnlyAction"))
    line = json.dumps(CASE | null | {"request": CASE["request"] | asked}).encode()
    (found,) = answers(capsys, monkeypatch, line, code=0)
    assert found == {"id": "a", "result": "Allowed"}


def test_a_missing_file_is_bad_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["decide", "no-such-file.jsonl"]) == 2
    assert "no-such-file.jsonl" in capsys.readouterr().err


def test_an_open_key_gives_the_condition_for_every_result(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded = LINE.replace(b'"Resource"', b'"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, "Resource"')
    found, sure = answers(capsys, monkeypatch, guarded, LINE, code=0, more=("--unknown", "aws:SourceIp"))
    assert found["result"] is None
    assert found["cases"][0] == {"result": "Allowed", "if": "aws:SourceIp in 10.0.0.0/8"}
    assert [case["result"] for case in found["cases"]] == ["Allowed", "ImplicitlyDenied"]
    assert sure == {"id": "a", "result": "Allowed", "cases": [{"result": "Allowed", "if": "always"}]}


WORLD = """\
Resources:
  Reader:
    Type: AWS::IAM::User
    Properties:
      UserName: reader
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement:
              - {Effect: Allow, Action: s3:GetObject, Resource: "*", Condition: {IpAddress: {aws:SourceIp: 10.0.0.0/8}}}
"""
QUESTION = ("can", "reader", "s3:GetObject", "arn:aws:s3:::b/k", "-w", "world.yaml", "--unknown", "aws:SourceIp")


@pytest.mark.parametrize(("more", "code"), [((), 0), (("--expect", "allowed"), 1), (("--expect", "denied"), 1)])
def test_can_with_an_open_key_says_when(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: tuple[str, ...],
    code: int,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    assert main([*QUESTION, *more]) == code
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "Allowed if aws:SourceIp in 10.0.0.0/8"
    assert second == "ImplicitlyDenied if aws:SourceIp not in 10.0.0.0/8 or absent"


def test_can_with_an_open_key_answers_as_json(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    assert main([*QUESTION, "--json"]) == 0
    (way,) = json.loads(capsys.readouterr().out)["ways"]
    assert way["cases"][0] == {"result": "Allowed", "if": "aws:SourceIp in 10.0.0.0/8"}


def test_can_closes_a_refusal_with_the_nearest_change(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    assert main(QUESTION[:6]) == 0
    *_, denial, last = capsys.readouterr().out.splitlines()
    assert denial.startswith("  AWS answers: User: arn:aws:")
    assert denial.endswith(" because no identity-based policy allows the s3:GetObject action")
    assert last.startswith("  nearest change: if aws:SourceIp were 10.0.0.0 (it is ")
    assert " at world.yaml:10:" in last
