"""`cogsim tokens` and `cogsim lifetimes`: kept output, JSON, CSV, single answers, charts, exit codes."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cogsim.cli.__main__ import main

HERE = Path(__file__).parent
ROOT = Path(__file__).parents[3]
SAAS = "scenarios/worlds/saas.yaml"


@pytest.fixture(autouse=True)
def _from_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert main([*arguments]) == code
    return capsys.readouterr().out


@pytest.mark.parametrize("command", ["tokens", "lifetimes"])
def test_the_tables_of_one_world_are_as_they_were_kept(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    kept = (HERE / f"{command}-saas.txt").read_text(encoding="utf-8")
    assert told(capsys, command, SAAS) == kept, f"cogsim {command} {SAAS} > tests/unit/cli/{command}-saas.txt"


def test_the_matrix_is_json_and_csv_with_the_same_cells(capsys: pytest.CaptureFixture[str]) -> None:
    as_json = json.loads(told(capsys, "tokens", SAAS, "--json"))
    rows = list(csv.DictReader(io.StringIO(told(capsys, "tokens", SAAS, "--csv"))))
    assert rows == as_json["cells"]
    disabled = next(row for row in rows if (row["component"], row["kind"]) == ("api:Users", "disabled"))
    assert (disabled["answer"], disabled["because"]) == ("refused", "was its sign-in revoked? yes")
    assert disabled["where"] == f"{SAAS}:10:3"


def test_one_answer_is_explained_with_every_step(capsys: pytest.CaptureFixture[str]) -> None:
    text = told(capsys, "tokens", SAAS, "--explain", "Identities/Spa", "signed-out")
    assert "does the user pool still stand by the token? no [the sign-in was revoked]" in text
    answer = json.loads(told(capsys, "tokens", SAAS, "--explain", "api", "access", "--json"))
    assert (answer["answer"], answer["steps"][-1]["answer"]) == ("accepted", "yes")


def test_lifetimes_are_json_with_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(told(capsys, "lifetimes", SAAS, "--who", "alice", "--event", "disable", "--json"))
    by_access = {row["access"]: row for row in found["lifetimes"]}
    assert (by_access["api"]["seconds"], by_access["id-token"]["seconds"]) == (0, 3599)
    assert by_access["id-token"]["ends at"] == "2026-01-01T01:00:00Z"


@pytest.mark.parametrize(("ending", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_a_chart_is_written(tmp_path: Path, ending: str, begins: bytes, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / f"chart.{ending}"
    assert told(capsys, "lifetimes", SAAS, "--event", "disable", "-o", str(target)).strip() == str(target)
    assert target.read_bytes().startswith(begins)


@pytest.mark.parametrize(
    "arguments",
    [
        ("tokens", SAAS, "--json", "--csv"),
        ("tokens", SAAS, "--explain", "nowhere", "id"),
        ("tokens", SAAS, "--explain", "api:Users", "nothing"),
        ("tokens", SAAS, "--who", "nobody"),
        ("tokens", "nowhere.yaml"),
        ("lifetimes", SAAS, "-o", "chart.pdf"),
        ("lifetimes", SAAS, "--event", "nothing-of-the-kind"),
        ("lifetimes", SAAS, "--after", "soon"),
        ("lifetimes", SAAS, "--who", "operator"),
    ],
)
def test_bad_input_ends_with_two_and_one_line(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*arguments]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "Traceback" not in err
    assert err.strip()


def test_nothing_is_said_of_progress_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lifetimes", SAAS, "--event", "disable"]) == 0
    assert capsys.readouterr().err == ""
