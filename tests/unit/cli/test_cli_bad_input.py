"""Bad input is refused with its place, a message and a suggestion: exit code 2, nothing on standard output."""

from __future__ import annotations

from pathlib import Path

import pytest

from cogsim.cli.__main__ import main

WORLD = """\
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: papers-of-acme}}
  Operator: {Type: AWS::IAM::User, Properties: {UserName: operator}}
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Operator}}
"""


def case(name: str, story: str, *expected: str):  # type: ignore[no-untyped-def]
    return pytest.param(story, expected, id=name)


STORIES = [
    case("malformed YAML", "world: world.yaml\nsteps:\n  - {call: s3:GetObject\n", "story.yaml:4:1: not valid YAML"),
    case("an empty file", "", "story.yaml: the file is empty"),
    case("a list", "- 1\n", "story.yaml:1:1: a scenario is a mapping, not a list"),
    case("no world", "name: x\n", "story.yaml:1:1: a scenario needs a field 'world'"),
    case("a template", WORLD, "story.yaml:1:1: a template, not a scenario"),
    case("an absent world", "world: wrold.yaml\n", "story.yaml:1:8: there is no world at wrold.yaml"),
    case(
        "an unknown field",
        "world: world.yaml\nstpes: []\n",
        "story.yaml:2:1: a scenario has no field 'stpes' (did you mean 'steps'?)",
    ),
    case(
        "an unknown kind of step",
        "world: world.yaml\nsteps:\n  - sing_in: {as: alice}\n",
        "story.yaml:3:5: a step is one of",
        "not 'sing_in' (did you mean 'sign_in'?)",
    ),
    case(
        "two things in one step",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    advance: 1m\n",
        "story.yaml:4:5: one step does one thing: call or advance",
    ),
    case(
        "an unknown field of a step",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    wiht: {}\n",
        "story.yaml:4:5: a call step has no field 'wiht' (did you mean 'with'?)",
    ),
    case(
        "an unknown service",
        "world: world.yaml\nsteps:\n  - call: cognitoidp:SignUp\n",
        "story.yaml:3:11: unknown service 'cognitoidp' (did you mean 'cognito-idp'?)",
    ),
    case(
        "an unknown operation",
        "world: world.yaml\nsteps:\n  - call: s3:GetObjct\n",
        "story.yaml:3:11: s3 has no operation 'GetObjct' (did you mean 's3:GetObject'?)",
    ),
    case(
        "an operation that is not modelled",
        "world: world.yaml\nsteps:\n  - call: s3:PutBucketLogging\n",
        "story.yaml:3:11: s3:PutBucketLogging is not modelled",
    ),
    case(
        "a misspelt parameter",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Buket: a}\n",
        "story.yaml:4:12: s3:GetObject has no parameter 'Buket' (did you mean 'Bucket'?)",
    ),
    case(
        "a mapping where text is wanted",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: {a: b}}\n",
        "story.yaml:4:20: a mapping, where text is wanted",
    ),
    case(
        "text where a number is wanted",
        "world: world.yaml\nsteps:\n  - call: s3:ListObjectsV2\n    with: {Bucket: a, MaxKeys: many}\n",
        "story.yaml:4:32: 'many' is not a whole number",
    ),
    case(
        "a reference to something never saved",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: $Dta, Key: a}\n",
        "story.yaml:4:20: $Dta: no step saved that name, and nothing in the world has that logical id",
        "(did you mean '$Data'?)",
    ),
    case(
        "a reference to something saved later",
        "world: world.yaml\nsteps:\n"
        "  - call: s3:GetObject\n    as: $creds\n    with: {Bucket: $Data, Key: a}\n"
        "  - call: s3:GetObject\n    with: {Bucket: $Data, Key: a}\n    save: creds\n",
        "story.yaml:4:9: $creds is used before it is saved, at story.yaml:6:5",
    ),
    case(
        "an attribute that the resource has not",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: $Data.Anr, Key: a}\n",
        "story.yaml:4:20: AWS::S3::Bucket Data has no attribute 'Anr' (did you mean '$Data.Arn'?)",
    ),
    case(
        "a member that the response has not",
        "world: world.yaml\nsteps:\n"
        "  - call: s3:GetObject\n    with: {Bucket: $Data, Key: a}\n    save: got\n"
        "  - call: s3:GetObject\n    with: {Bucket: $Data, Key: $got.Etag}\n",
        "story.yaml:7:32: $got holds no 'Etag': s3:GetObject does not answer it (did you mean '$got.ETag'?)",
    ),
    case(
        "a lone dollar",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: a, Key: a$b}\n",
        "story.yaml:4:28: a lone dollar in 'a$b'",
    ),
    case(
        "a saved name that shadows a logical id",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: $Data, Key: a}\n    save: Data\n",
        "story.yaml:3:5: cannot save as 'Data': the world has AWS::S3::Bucket of that logical id",
    ),
    case(
        "a span that is none",
        "world: world.yaml\nsteps:\n  - advance: soon\n",
        "story.yaml:3:14: not a duration: 'soon'",
    ),
    case(
        "a span beyond all calendars",
        "world: world.yaml\nsteps:\n  - advance: 1h\n  - advance: 9999999w\n",
        "story.yaml:4:5: the story leaves the year 8999",
    ),
    case("an instant before time", "world: world.yaml\nstart: 0001-01-01\n", "story.yaml:2:8: a story starts between"),
    case("an instant that is none", "world: world.yaml\nstart: noon\n", "story.yaml:2:8: not an instant: 'noon'"),
    case(
        "an unknown assumption",
        "world: world.yaml\nassume: {sts.cognito: x}\n",
        "story.yaml:2:10: unknown assumption 'sts.cognito'",
    ),
    case(
        "an unknown field of from",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    from: {source-ip: 10.0.0.1}\n",
        "story.yaml:4:12: from has no field 'source-ip' (did you mean 'source_ip'?)",
    ),
    case(
        "an unknown expectation",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    expect: {eror: AccessDenied}\n",
        "story.yaml:4:14: expect has no field 'eror' (did you mean 'error'?)",
    ),
    case(
        "a row of access without an answer",
        "world: world.yaml\naccess:\n  - {who: operator, action: s3:GetObject, resource: '*'}\n",
        "story.yaml:3:5: a row of access needs a field 'allowed'",
    ),
    case(
        "a wildcard that nothing fits",
        "world: world.yaml\naccess:\n"
        "  - {who: operator, action: s3:GetObject, resource: 'arn:aws:s3:::papers-of-acme/*', allowed: false}\n",
        "story.yaml:3:5: nothing to check: no resource of the world fits arn:aws:s3:::papers-of-acme/*",
    ),
    case(
        "somebody who cannot sign",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    as: $Data\n    with: {Bucket: a, Key: b}\n",
        "story.yaml:4:9: $Data is an AWS::S3::Bucket, and cannot sign",
    ),
    case(
        "an IAM user who is not there",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    as: oprator\n    with: {Bucket: a, Key: b}\n",
        "story.yaml:3:5: no IAM user 'oprator' has an access key",
        "(did you mean 'operator'?)",
    ),
    case(
        "a slash after a name",
        "world: world.yaml\nsteps:\n  - call: s3:GetObject\n    with: {Bucket: a, Key: $Data/x}\n",
        "story.yaml:4:28: $Data/x: nothing in a stack called 'Data' has the logical id 'x'",
        "(did you mean '$(Data)/x'?)",
    ),
    case("deep nesting", "world: " + "[" * 100_000, "story.yaml:1:", "nested deeper than 100 levels"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "world.yaml").write_text(WORLD)
    return tmp_path


@pytest.mark.parametrize(("story", "expected"), STORIES)
def test_a_bad_scenario_is_refused_with_its_place(
    story: str, expected: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "story.yaml").write_text(story)
    assert main(["run", "story.yaml"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(expected[0])
    for text in expected:
        assert text in printed.err


BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
)

WORLDS = [
    case("malformed YAML", "Resources:\n  A: {\n", "bad.yaml:3:1: not valid YAML"),
    case("a file that is no template", "hello: world\n", "bad.yaml:1:1: "),
    case("an alias bomb", BOMB, "bad.yaml:", "once its aliases are written out"),
    case("deep nesting", '{"a": ' * 100_000, "bad.yaml:1:", "nested deeper than 100 levels"),
    case("50 MB", "#" * 50_000_000, "bad.yaml: 50000000 bytes, and at most"),
    case(
        "an unknown property",
        "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    Properties: {BucketNam: abc}\n",
        "bad.yaml:4:18: ",
        "(did you mean 'BucketName'?)",
    ),
]


@pytest.mark.parametrize("command", [["load"], ["report", "-o", "out"], ["graph", "-o", "out.svg"]], ids=lambda c: c[0])
@pytest.mark.parametrize(("world", "expected"), WORLDS)
def test_a_bad_world_is_refused_by_every_command_and_nothing_is_written(
    world: str, expected: tuple[str, ...], command: list[str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.yaml").write_text(world)
    assert main([command[0], "bad.yaml", *command[1:]]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    for text in expected:
        assert text in printed.err
    assert sorted(path.name for path in folder.iterdir()) == ["bad.yaml", "world.yaml"]


USAGE = [
    (["rnu"], "no command is called 'rnu' (did you mean 'run'?)"),
    (["run"], "Missing argument 'SCENARIO...'"),
    (["run", "nowhere.yaml"], "nowhere.yaml: cannot be read: No such file or directory"),
    (["graph", "world.yaml", "-o", "picture.gif"], "-o names a .png, .svg or .mmd file, not 'picture.gif'"),
    (["can", "operator", "s3:GetObject", "arn:aws:s3:::a/b"], "Missing option '-w' / '--world'"),
    (
        ["can", "operator", "s3:GetObject", "arn:aws:s3:::a/b", "-w", "world.yaml", "--context", "x"],
        "--context is written KEY=VALUE, not 'x'",
    ),
    (["can", "oprator", "s3:GetObject", "arn:aws:s3:::a/b", "-w", "world.yaml"], "(did you mean 'operator'?)"),
    (["operations", "cognito"], "no operation of 'cognito' is modelled"),
    (["attack", "a-attr-self"], "(did you mean 'a-attr-self-escalation'?)"),
    (["completion", "csh"], "'csh' is not one of 'bash', 'zsh', 'fish'"),
]


@pytest.mark.parametrize(("arguments", "expected"), USAGE, ids=lambda value: " ".join(value)[:40])
def test_bad_usage_is_refused_with_a_hint(
    arguments: list[str], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert expected in printed.err
