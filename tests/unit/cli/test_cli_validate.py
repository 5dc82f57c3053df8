"""`cogsim validate` as its users meet it: what it prints, and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogsim.cli.__main__ import main

STATEMENT = '{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "%s", "Resource": "arn:aws:s3:::b/*"}'


def policy(folder: Path, action: str, version: str = '"Version": "2012-10-17", ') -> str:
    file = folder / f"{action.replace(':', '-')}.json"
    file.write_text(f'{{{version}"Statement": {STATEMENT % action}}}')
    return str(file)


def test_findings_are_lines_that_an_editor_can_jump_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = policy(tmp_path, "s3:GetObjct")
    assert main(["validate", file]) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"{file}:1:97: ERROR INVALID_ACTION: s3 has no action 'GetObjct'.",
        "    fix: s3:GetObject",
        f"{file} (resource): 1 error",
    ]


def test_warnings_and_suggestions_alone_are_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = policy(tmp_path, "s3:GetObject", version="")
    assert main(["validate", file]) == 0
    assert f"{file}:1:1: WARNING MISSING_VERSION: " in capsys.readouterr().out


def test_security_warnings_are_a_failure(tmp_path: Path) -> None:
    file = tmp_path / "pass.yaml"
    file.write_text('Version: 2012-10-17\nStatement: {Effect: Allow, Action: "iam:PassRole", Resource: "*"}\n')
    assert main(["validate", str(file)]) == 1


def test_the_type_decides_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = policy(tmp_path, "s3:GetObject")
    assert main(["validate", file, "--type", "identity"]) == 1
    assert "UNSUPPORTED_PRINCIPAL" in capsys.readouterr().out
    assert main(["validate", file, "--resource-type", "AWS::S3::Bucket"]) == 0
    assert main(["validate", file, "--resource-type", "AWS::SQS::Queue"]) == 1
    assert "UNSUPPORTED_ACTION_IN_POLICY" in capsys.readouterr().out
    assert main(["validate", file, "--resource-type", "AWS::S3::Buckt"]) == 2
    assert "did you mean AWS::S3::Bucket?" in capsys.readouterr().err
    assert main(["validate", file, "--resource-type", "AWS::S3::Bucket", "--type", "scp"]) == 2


def test_json_has_awss_names_and_the_same_bytes_every_time(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = policy(tmp_path, "s3:GetObjct")
    printed = []
    for _ in range(2):
        assert main(["validate", file, "--json"]) == 1
        printed.append(capsys.readouterr().out)
    assert printed[0] == printed[1]
    told = json.loads(printed[0])
    (finding,) = told["files"][0]["policies"][0]["findings"]
    assert told["ok"] is False
    assert finding == {
        "findingType": "ERROR",
        "issueCode": "INVALID_ACTION",
        "findingDetails": "s3 has no action 'GetObjct'.",
        "path": "Statement.Action",
        "file": file,
        "line": 1,
        "column": 97,
        "fix": "s3:GetObject",
    }


def test_the_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["validate", "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Exits with 1 where one is an error or a security warning" in said
    assert "2 where a file cannot be read" in said


def test_a_template_with_more_policies_than_a_template_can_hold_is_not_read(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}
    properties = {"PolicyDocument": {"Version": "2012-10-17", "Statement": [statement] * 1000}}
    policy = {"Type": "AWS::IAM::ManagedPolicy", "Properties": properties}
    file = tmp_path / "template.json"
    file.write_text(json.dumps({"Resources": {f"P{number}": policy for number in range(60)}}))
    assert main(["validate", str(file)]) == 2
    assert "the policies up to P37.PolicyDocument hold more than 150000 values" in capsys.readouterr().err
