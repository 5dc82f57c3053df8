"""How the command line behaves whatever the command: what it imports, where it prints, how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from cogsim.cli.__main__ import main
from cogsim.cli.output import write_directory, write_file
from cogsim.errors import CogsimError, InputError

WORLD = """\
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: papers-of-acme}}
  Elsewhere: {Type: AWS::S3::Bucket, Properties: {BucketName: !ImportValue Missing}}
  Operator:
    Type: AWS::IAM::User
    Properties:
      UserName: operator
      Policies:
        - PolicyName: read
          PolicyDocument:
            Statement: [{Effect: Allow, Action: [s3:GetObject, s3:ListBucket], Resource: "arn:aws:s3:::papers-of-*"}]
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""

UNRESOLVED = "1 reference could not be resolved; `cogsim load` lists them\n"

STORY = """\
world: world.yaml
steps:
  - call: s3:GetObject
    as: operator
    with: {Bucket: $Data, Key: plan.txt}
    expect: {error: NoSuchKey}
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    (tmp_path / "story.yaml").write_text(STORY)
    return tmp_path


def cogsim(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cogsim.cli", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_the_version_is_printed_without_importing_anything_heavy() -> None:
    program = (
        "import sys; from cogsim.cli.__main__ import main; code = main(['--version']);"
        "heavy = {'botocore', 'pandas', 'matplotlib', 'networkx', 'yaml', 'numpy', 'cryptography', 'cogsim.world'};"
        "print(sorted(heavy & set(sys.modules)), code)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "cogsim 0.1.0\n[] 0\n"


def test_every_command_has_help_in_plain_english_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    from cogsim.cli.__main__ import cli

    for name in cli.list_commands(None):  # type: ignore[arg-type]
        assert main([name, "--help"]) == 0
        text = capsys.readouterr().out
        assert f"  Example:\n    cogsim {name} " in text, name


def test_data_goes_to_standard_output_and_remarks_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["can", "operator", "s3:GetObject", "arn:aws:s3:::papers-of-acme/x", "-w", "world.yaml", "--json"]
    assert main(arguments) == 0
    printed = capsys.readouterr()
    answer = json.loads(printed.out)
    assert answer["allowed"] is True
    assert any(step["where"] == "world.yaml:11:25" for step in answer["steps"] if step["decides"])
    assert printed.err == UNRESOLVED


def test_an_answer_other_than_expected_is_a_finding(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["can", "operator", "s3:PutObject", "arn:aws:s3:::papers-of-acme/x", "-w", "world.yaml"]
    assert main(arguments) == 0
    assert main([*arguments, "--expect", "denied"]) == 0
    assert main([*arguments, "--expect", "allowed"]) == 1


def test_what_stays_unresolved_is_exit_code_3_under_strict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["load", "world.yaml"]) == 0
    assert main(["load", "world.yaml", "--strict"]) == 3
    assert "ImportValue" in capsys.readouterr().out
    arguments = ["can", "operator", "s3:GetObject", "arn:aws:s3:::papers-of-acme/x", "-w", "world.yaml", "--strict"]
    assert main(arguments) == 0, "the open reference does not bear on this answer"


def test_a_context_key_given_twice_has_two_values() -> None:
    from cogsim.cli.commands.can import context_of

    assert context_of(("a=1", "b=x=y", "a=2")) == {"a": ["1", "2"], "b": "x=y"}


def test_a_run_that_goes_as_expected_is_clean_and_one_that_does_not_is_a_finding(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "story.yaml"]) == 0
    assert "1 step: as expected" in capsys.readouterr().out
    (folder / "other.yaml").write_text(STORY.replace("NoSuchKey", "AccessDenied"))
    assert main(["run", "other.yaml"]) == 1
    printed = capsys.readouterr()
    assert "other.yaml:3:5: expected the error AccessDenied, and got NoSuchKey" in printed.out
    assert printed.err == UNRESOLVED


def test_one_bad_scenario_does_not_keep_the_others_from_being_played(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", "nowhere.yaml", "story.yaml", "--json"]) == 2
    printed = capsys.readouterr()
    told = json.loads(printed.out)
    assert told["ok"] is False
    assert [run["ok"] for run in told["runs"]] == [True]
    assert printed.err.startswith("nowhere.yaml: cannot be read")


def test_colours_are_for_terminals() -> None:
    assert "\x1b" not in cogsim("run", "story.yaml").stdout
    assert "\x1b" not in cogsim("run", "story.yaml", NO_COLOR="1", FORCE_COLOR="1").stdout


def test_a_reader_who_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -m cogsim.cli operations --json; echo $? >&2"
    done = subprocess.run(
        ["bash", "-c", f"({command}) | head -c 1"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout == "["
    assert done.stderr == "0\n"


def test_a_bug_of_ours_says_so_and_asks_to_be_reported(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("no")

    monkeypatch.setattr(import_module("cogsim.load.detect"), "load", broken)
    assert main(["load", "world.yaml"]) == 101
    printed = capsys.readouterr()
    assert "has a bug: ZeroDivisionError: no" in printed.err
    assert "Please report it" in printed.err
    assert "Traceback" not in printed.err
    assert main(["--debug", "load", "world.yaml"]) == 101
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_can_be_taught_to_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert "_COGSIM_COMPLETE" in capsys.readouterr().out


def test_completion_knows_the_commands() -> None:
    done = cogsim(COMP_WORDS="cogsim who", COMP_CWORD="1", _COGSIM_COMPLETE="bash_complete")
    assert done.stdout.split() == ["plain,who-can"]


def test_a_file_is_whole_or_not_there(folder: Path) -> None:
    def breaks(path: Path) -> None:
        path.write_text("half")
        raise CogsimError("in the middle")

    with pytest.raises(CogsimError):
        write_file(folder / "out" / "graph.svg", breaks)
    assert list((folder / "out").iterdir()) == []


def test_a_directory_is_filled_when_all_is_whole_and_keeps_other_files(folder: Path) -> None:
    target = folder / "reports"

    def breaks(path: Path) -> None:
        (path / "audit.md").write_text("half")
        raise CogsimError("in the middle")

    with pytest.raises(CogsimError):
        write_directory(target, breaks)
    assert not target.exists()
    assert write_directory(target, lambda path: (path / "audit.md").write_text("one")) == [target / "audit.md"]
    (target / "notes.txt").write_text("mine")
    write_directory(target, lambda path: (path / "audit.md").write_text("two"))
    assert (target / "audit.md").read_text() == "two"
    assert sorted(path.name for path in folder.iterdir() if "part" in path.name) == []
    assert (target / "notes.txt").read_text() == "mine"
    with pytest.raises(InputError, match="a directory is wanted"):
        write_directory(target / "audit.md", breaks)


def test_no_name_steers_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    steering = ("\x1b", "\x07", "\x9b", "\u202e")
    name = '"a\\e]0;b\\a\\x9b\\u202Ec"'
    people = "  P: {Type: AWS::Cognito::UserPool}\n  U:\n    Type: AWS::Cognito::UserPoolUser\n"
    people += f"    Properties: {{UserPoolId: !Ref P, Username: {name}}}\n"
    Path("world.yaml").write_text(WORLD + people)
    for command in (
        ["who-can", "s3:GetObject", "arn:aws:s3:::papers-of-acme/x", "--all", "-w", "world.yaml"],
        ["who-can", "s3:GetObject", "arn:aws:s3:::papers-of-acme/x", "--all", "--json", "-w", "world.yaml"],
        ["can", "a\x1bnobody", "s3:GetObject", "arn:aws:s3:::papers-of-acme/x", "-w", "world.yaml"],
        ["graph", "world.yaml"],
        ["load", "world.yaml"],
    ):
        main(command)
        said = capsys.readouterr()
        assert not [each for each in steering if each in said.out + said.err], command
        if "--json" in command:
            assert any(all(each in row["who"] for each in steering) for row in json.loads(said.out))
