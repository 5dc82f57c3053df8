"""Each command does what its help says, on a small world."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogsim.cli.__main__ import main

WORLD = """\
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: papers-of-acme}}
  Reader:
    Type: AWS::IAM::User
    Properties:
      UserName: reader
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: s3:GetObject, Resource: !Sub "${Data.Arn}/*"}]
  Idler: {Type: AWS::IAM::User, Properties: {UserName: idler}}
"""
OBJECT = "arn:aws:s3:::papers-of-acme/x"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(arguments) == code
    return capsys.readouterr().out


def test_can_prints_the_answer_and_the_line_that_decided(capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "can", "reader", "s3:GetObject", OBJECT, "-w", "world.yaml").splitlines()
    assert lines[0] == "Allowed"
    assert any("world.yaml:10:25" in line for line in lines[1:])
    explained = said(capsys, "can", "reader", "s3:GetObject", OBJECT, "-w", "world.yaml", "--explain").splitlines()
    assert len(explained) > len(lines)


def test_can_counts_conditions_given_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    condition = 'Condition: {IpAddress: {"aws:SourceIp": 10.0.0.0/8}}'
    text = WORLD.replace('"${Data.Arn}/*"}]', '"${Data.Arn}/*", ' + condition + "}]")
    (folder / "world.yaml").write_text(text)
    asked = ("can", "reader", "s3:GetObject", OBJECT, "-w", "world.yaml")
    assert said(capsys, *asked, "--context", "aws:SourceIp=10.1.1.1").startswith("Allowed")
    assert said(capsys, *asked, "--context", "aws:SourceIp=192.0.2.1").startswith("ImplicitlyDenied")


def test_who_can_lists_those_who_may_and_on_request_those_who_may_not(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("who-can", "s3:GetObject", OBJECT, "-w", "world.yaml")
    allowed = json.loads(said(capsys, *asked, "--json"))
    assert [row["principal"] for row in allowed] == ["arn:aws:iam::123456789012:user/reader"]
    everybody = json.loads(said(capsys, *asked, "--all", "--json"))
    assert [row["principal"].rpartition("/")[2] for row in everybody] == ["idler", "reader", "anonymous"]
    assert said(capsys, "who-can", "s3:PutObject", OBJECT, "-w", "world.yaml") == "nobody\n"


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("a.png", b"\x89PNG"), ("a.mmd", b"flowchart")])
def test_graph_writes_the_form_that_the_name_says(
    name: str, begins: bytes, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert said(capsys, "graph", "world.yaml", "-o", f"out/{name}") == f"out/{name}\n"
    assert (folder / "out" / name).read_bytes().startswith(begins)
    assert [path.name for path in (folder / "out").iterdir()] == [name]


def test_graph_prints_mermaid_where_no_file_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "graph", "world.yaml").startswith("flowchart")


def test_report_writes_a_directory_and_prints_its_files(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = said(capsys, "report", "world.yaml", "-o", "out").split()
    assert sorted(printed) == sorted(str(path.relative_to(folder)) for path in (folder / "out").rglob("*"))
    assert "out/audit.html" in printed
    facts = json.loads((folder / "out" / "audit.json").read_text())
    assert "world.yaml" in json.dumps(facts)


def test_load_prints_the_completeness_statement(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "load", "world.yaml", "--json"))
    assert told["read"] == {"AWS::IAM::User": 2, "AWS::S3::Bucket": 1}
    assert told["unresolved"] == []


def test_operations_lists_what_is_modelled_with_parameters(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(said(capsys, "operations", "s3", "--json"))
    (listing,) = (each for each in told if each["operation"] == "s3:ListObjectsV2")
    assert "Prefix" in listing["takes"]


def test_attack_lists_the_library_and_finds_no_opening_in_a_world_without_people(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "a-attr-self-escalation" in said(capsys, "attack")
    assert said(capsys, "attack", "--world", "world.yaml") == "no opening for any attack\n"


def test_attack_shows_what_an_attack_achieves_with_its_trace_and_the_fix(capsys: pytest.CaptureFixture[str]) -> None:
    attacked = Path(__file__).resolve().parents[3] / "scenarios" / "attacks" / "a-attr-self-escalation" / "world"
    open_world = [f"--world={attacked / name}" for name in ("application.yaml", "client-vulnerable.yaml")]
    told = said(capsys, "attack", "a-attr-self-escalation", *open_world, code=1)
    assert "succeeds (critical, proved)" in told
    assert "client-vulnerable.yaml:" in told
    assert "fix: " in told
    fixed_world = [f"--world={attacked / name}" for name in ("application.yaml", "client-fixed.yaml")]
    assert "refused" in said(capsys, "attack", *fixed_world)
    found = json.loads(said(capsys, "attack", *open_world, "--json", code=1))
    assert found[0]["succeeds"] is True
    assert found[0]["finding"]["trace"][-1]["operation"].startswith("s3:GetObject")


def test_can_refuses_a_misspelt_condition_key_and_says_that_no_policy_reads_another(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    condition = 'Condition: {Bool: {"aws:SecureTransport": "true"}}'
    (folder / "world.yaml").write_text(WORLD.replace('"${Data.Arn}/*"}]', '"${Data.Arn}/*", ' + condition + "}]"))
    asked = ["can", "reader", "s3:GetObject", OBJECT, "-w", "world.yaml", "--context"]
    assert main([*asked, "aws:SecureTranport=false"]) == 2
    text = "AWS has no condition key 'aws:SecureTranport' (did you mean 'aws:SecureTransport'?)\n"
    assert capsys.readouterr().err == text
    assert main([*asked, "aws:SourceIp=203.0.113.7"]) == 0
    assert capsys.readouterr().err.startswith("no policy reads the condition key 'aws:SourceIp'")
    assert main([*asked, "AWS:securetransport=false"]) == 0
    assert capsys.readouterr().err == ""


def test_what_an_answer_turns_on_and_nobody_knows_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "world.yaml").write_text(WORLD.replace("${Data.Arn}/*", "arn:aws:s3:::${Elsewhere}/*"))
    assert main(["who-can", "s3:GetObject", OBJECT, "-w", "world.yaml"]) == 0
    said = capsys.readouterr()
    assert said.out == "nobody\n"
    assert said.err.splitlines()[-1] == "the answer may be another for Reader: it turns on «Elsewhere»"
    assert main(["can", "reader", "s3:GetObject", OBJECT, "-w", "world.yaml"]) == 0
    assert "what is «Elsewhere»?" in capsys.readouterr().out
