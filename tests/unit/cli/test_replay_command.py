"""`cogsim replay`: what is printed, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cogsim.aws.call import Credentials
from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import write
from cogsim.cli.__main__ import main
from cogsim.load import load
from cogsim.serve.opening import KeyPair, open_to
from cogsim.simulation import Simulation

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
            Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Reader}}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    (tmp_path / "tight.yaml").write_text(WORLD.replace('"s3:*"', "s3:PutObject"))
    (tmp_path / "keyless.yaml").write_text(WORLD.rpartition("  Key:")[0])
    sim = Simulation(load("world.yaml"), "monday")
    sim.call("s3:PutObject", {"Bucket": "papers-of-acme", "Key": "a", "Body": b"x"}, "reader")
    sim.call("s3:GetObject", {"Bucket": "papers-of-acme", "Key": "a"}, "reader")
    write(sim.cloud, "run.journal")
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main(["replay", *arguments]) == code
    return capsys.readouterr().out


def test_the_same_world_says_that_all_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "run.journal", "--world", "world.yaml", "--strict") == "2 calls: the same\n"


def test_a_changed_outcome_is_a_row_with_its_reasons_and_the_end_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("run.journal", "-w", "tight.yaml", "--before", "world.yaml")
    lines = said(capsys, *asked, code=1).splitlines()
    assert lines[0].split() == ["line", "who", "operation", "was", "now"]
    assert lines[2].split()[-3:] == ["s3:GetObject", "answered", "AccessDenied"]
    assert any("└ before:" in line and "world.yaml:10" in line for line in lines)
    assert lines[-1] == "2 calls: 1 changed"
    (row,) = json.loads(said(capsys, *asked, "--json", code=1))["rows"]
    assert (row["line"], row["change"], row["was"], row["now"]) == (3, "changed", "answered", "AccessDenied")
    assert row["because"] == "do the identity-based policies allow? no [0 of 1 statements speak of the action]"


def test_what_is_unknown_ends_with_3_only_if_strict(capsys: pytest.CaptureFixture[str]) -> None:
    out = said(capsys, "run.journal", "-w", "keyless.yaml")
    assert out.count("not made: arn:aws:iam::123456789012:user/reader has no such access key") == 2
    assert said(capsys, "run.journal", "-w", "keyless.yaml", "--strict", code=3) == out


@pytest.mark.parametrize("journal", ["none.journal", "world.yaml", "empty"])
def test_a_file_that_is_no_journal_ends_with_2(folder: Path, capsys: pytest.CaptureFixture[str], journal: str) -> None:
    (folder / "empty").touch()
    assert main(["replay", journal, "-w", "world.yaml"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert journal in err


def test_the_table_of_the_python_door_is_a_frame() -> None:
    import cogsim

    table = cogsim.replay("run.journal", load("tight.yaml")).table
    assert list(table["operation"]) == ["s3:GetObject"]


def test_a_run_that_was_served_to_an_open_principal_is_replayed_with_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened = open_to(load("keyless.yaml"), "reader", KeyPair("AKIAIOSFODNN7EXAMPLE", "a-secret"), make=False).world
    cloud = Cloud(opened, "monday")
    asked = {"Bucket": "papers-of-acme", "Key": "a", "Body": b"x"}
    cloud.call("s3:PutObject", asked, Credentials("AKIAIOSFODNN7EXAMPLE", "a-secret"))
    write(cloud, "served.journal")
    pair = ("--open", "reader", "--access-key", "AKIAIOSFODNN7EXAMPLE", "--secret-key", "a-secret")
    worlds = ("served.journal", "-w", "keyless.yaml", "--before", "keyless.yaml")
    assert said(capsys, *worlds, *pair, "--strict") == "1 call: the same\n"
    assert said(capsys, *worlds[:3], *pair[:2], "--strict") == "1 call: the same\n"
    assert "has no such access key" in said(capsys, *worlds[:3], "--strict", code=3)
    for wrong in (pair[2:], pair[:4]):
        assert main(["replay", *worlds, *wrong]) == 2
