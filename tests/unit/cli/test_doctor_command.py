"""`cogsim doctor`: causes with their lines as text and JSON, proofs from files, exit codes that programs can read."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from cogsim.actors.adfs import AdFsServer
from cogsim.cli.__main__ import main
from cogsim.clock import DEFAULT_START
from cogsim.load.detect import load
from cogsim.simulation import Simulation
from tests.generators.clinic import FOLDER, faults, healthy_text

HEALTHY = FOLDER / "clinic.yaml"
ALICE = ["GetCredentialsForIdentity", "--who", "alice", "--identity-pool", "Records"]


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The clinic with a role that lets nobody tag sessions, and an app client that there is not."""
    wanted = ("client-not-in-pool", "trust-tag-session")
    text = healthy_text()
    for cause in wanted:
        text = next(each for each in faults() if each.cause == cause).applied(text)
    path = tmp_path / "broken.yaml"
    path.write_text(text)
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: str | Path, code: int = 0) -> str:
    assert main(["doctor", *map(str, arguments)]) == code
    return capsys.readouterr().out


def test_a_call_that_works_ends_with_zero(capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, *ALICE, "-w", HEALTHY).rstrip().endswith("2026-01-01T00:00:00Z: works")


def test_causes_stand_one_after_another_with_line_fix_and_verification(
    broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = told(capsys, *ALICE, "-w", broken, code=1)
    first, second = text.index("1. "), text.index("2. ")
    assert "(client-not-in-pool)" in text[first:second]
    assert f"at {broken}:57:11" in text[first:second]
    assert "verified: with this change the call gets further" in text[first:second]
    assert "(trust-tag-session)" in text[second:]
    assert "|         - Action: [sts:AssumeRoleWithWebIdentity, sts:TagSession]" in text[second:]
    assert text.rstrip().endswith("verified: with this change the call succeeds")


def test_json_has_the_same_and_the_same_bytes_each_time(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, *ALICE, "-w", broken, "--json", code=1)
    assert text == told(capsys, *ALICE, "-w", broken, "--json", code=1)
    found = json.loads(text)
    assert (found["ending"], found["cured"], found["rest"]) == ("fails, causes found", True, None)
    causes = [(each["cause"], each["changes"], each["error"]) for each in found["findings"]]
    assert causes == [
        ("client-not-in-pool", "the configuration", "NotAuthorizedException"),
        ("trust-tag-session", "the configuration", "InvalidIdentityPoolConfigurationException"),
    ]


def test_a_token_is_read_from_a_file_at_the_instant_of_its_issuance_or_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sim = Simulation(load(str(HEALTHY)), start=DEFAULT_START + 50)
    token = sim.sign_in("alice").id_token
    (tmp_path / "token").write_text(token + "\n")
    asked = [*ALICE[:1], *ALICE[3:], "-w", HEALTHY, "--token"]
    assert main(["doctor", *map(str, asked), str(tmp_path / "token")]) == 0
    printed = capsys.readouterr()
    assert "2026-01-01T00:00:50Z: works" in printed.out
    assert "--at names another instant" in printed.err
    assert "works" in told(capsys, *asked, token)
    assert "(token-expired)" in told(capsys, *asked, tmp_path / "token", "--at", "2026-01-01T09:00:00Z", code=1)


def test_a_response_is_read_as_xml_or_base64(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    server = AdFsServer("http://adfs.corp.example/adfs/services/trust")
    encoded = server.start(
        load(str(HEALTHY)), "urn:amazon:webservices", "bob@corp.example", "Password-of-bob-01!", now=DEFAULT_START
    ).saml_response
    (tmp_path / "response.xml").write_bytes(base64.b64decode(encoded))
    (tmp_path / "response.b64").write_text(encoded)
    for given in (tmp_path / "response.xml", tmp_path / "response.b64", encoded):
        asked = ["AssumeRoleWithSAML", "--role", "Analyst", "--assertion", given, "-w", HEALTHY]
        assert "works" in told(capsys, *asked)


def test_what_nobody_knows_the_cause_of_ends_with_three(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = healthy_text().replace("      Name: corp\n", "      Name: corp\n      AssertionEncryptionMode: Required\n")
    (tmp_path / "world.yaml").write_text(text)
    asked = ["AssumeRoleWithSAML", "--role", "Analyst", "--who", "bob@corp.example", "-w", tmp_path / "world.yaml"]
    assert "still unexplained: sts:AssumeRoleWithSAML answers" in told(capsys, *asked, code=3)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["AssumeRol"], "did you mean 'AssumeRole'?"),
        (["GetId", "--who", "alise"], "did you mean 'alice'?"),
        (["GetId", "--token", "no-such-file"], "there is no such file"),
        (["AssumeRole", "--who", "robin", "--role", "build", "--tag", "team"], "KEY=VALUE"),
        (["GetId", "--who", "alice", "--identity-pool", "Records", "--at", "noon"], "not an instant"),
    ],
)
def test_bad_input_ends_with_two(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", *arguments, "-w", str(HEALTHY)]) == 2
    assert words in capsys.readouterr().err


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "token").write_bytes(b"x" * (1024 * 1024 + 1))
    assert main(["doctor", "GetId", "--token", str(tmp_path / "token"), "-w", str(HEALTHY)]) == 2
    assert "more than 1048576 bytes" in capsys.readouterr().err
