"""`cogsim serve` as a process: the ready line, what it prints, the journal, the end, and bad usage."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3.session
import pytest

from cogsim.cli.__main__ import main

ADMIN = "arn:aws:iam::123456789012:user/admin"
EMPTY = ("--empty", "--account", "123456789012", "--open", ADMIN, "--access-key", "KEY", "--secret-key", "SECRET")


@contextmanager
def serving(*arguments: str, told: list[str] | None = None) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """A server's process with its ready line; stopped by SIGTERM, and its exit is 0."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cogsim.cli", "serve", *arguments, "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "random"},
    )
    assert process.stdout is not None
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=30)
        if told is not None:
            told.append(said)
    assert process.returncode == 0, said


def client(service: str, ready: dict[str, Any], region: str = "us-east-1") -> Any:
    return boto3.session.Session().client(
        service,
        region_name=region,
        endpoint_url=ready["url"],
        aws_access_key_id="KEY",
        aws_secret_access_key="SECRET",
    )


def test_an_empty_cloud_is_served_to_whoever_was_named_and_says_how_it_is_used() -> None:
    told: list[str] = []
    with serving(*EMPTY, told=told) as (_, ready):
        assert (ready["ready"], ready["access_key_id"]) == (True, "KEY")
        assert client("sts", ready).get_caller_identity()["Arn"] == ADMIN
        idp = client("cognito-idp", ready, "ap-southeast-2")
        pool = idp.create_user_pool(PoolName="people")["UserPool"]["Id"]
        with urllib.request.urlopen(f"{ready['url']}/{pool}/.well-known/jwks.json") as answer:
            assert len(json.load(answer)["keys"]) == 2
        reset = urllib.request.Request(f"{ready['url']}/_cogsim/reset", data=b"", method="POST")
        with urllib.request.urlopen(reset) as answer:
            assert answer.status == 200
        assert idp.list_user_pools(MaxResults=10)["UserPools"] == []
    assert f"aws --endpoint-url {ready['url']}" in told[0]
    assert "AWS_ACCESS_KEY_ID=KEY" in told[0]


def test_what_was_acknowledged_is_there_after_a_restart(tmp_path: Path) -> None:
    journal = ("--journal", str(tmp_path / "journal"))
    with serving(*EMPTY, *journal) as (_, ready):
        pool = client("cognito-idp", ready).create_user_pool(PoolName="people")["UserPool"]["Id"]
        asked = urllib.request.Request(f"{ready['url']}/_cogsim/clock", data=b'{"advance": "10h"}', method="POST")
        with urllib.request.urlopen(asked) as answer:
            then = json.load(answer)["seconds"]
    with serving(*EMPTY, *journal) as (_, ready):
        assert [p["Id"] for p in client("cognito-idp", ready).list_user_pools(MaxResults=1)["UserPools"]] == [pool]
        with urllib.request.urlopen(f"{ready['url']}/_cogsim/clock") as answer:
            assert json.load(answer)["seconds"] >= then


def test_time_begins_where_it_is_told_to() -> None:
    with serving(*EMPTY, "--start", "2030-01-01T00:00:00Z", "--scale-time", "0.001") as (_, ready):
        with urllib.request.urlopen(f"{ready['url']}/_cogsim/clock") as answer:
            assert json.load(answer)["now"].startswith("2030-01-01T00:00:0")
        assert client("sts", ready).get_caller_identity()


def test_an_issuer_can_be_the_endpoint() -> None:
    with serving(*EMPTY, "--issuer", "endpoint") as (_, ready):
        pool = client("cognito-idp", ready).create_user_pool(PoolName="people")["UserPool"]["Id"]
        with urllib.request.urlopen(f"{ready['url']}/{pool}/.well-known/openid-configuration") as answer:
            assert json.load(answer)["issuer"] == f"{ready['url']}/{pool}"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "name world files, or --empty"),
        (["--empty", "world.yaml"], "not both"),
        (["--empty", "--access-key", "KEY"], "go together"),
        (["--empty", "--access-key", "KEY", "--secret-key", "S"], "--open"),
        (["--empty", "--account", "1"], "twelve digits"),
        (["--empty", "--open", "arn:aws:iam::123456789012:role/r"], "the world has no"),
        (["--empty", "--ca-file", "x"], "--tls"),
        (["--empty", "--start", "noon", "--port", "0"], "not an instant"),
        (["--empty", "--scale-time", "0", "--port", "0"], "scaled"),
        (["--empty", "--host", "256.1.1.1", "--port", "0"], "cannot listen"),
        (["world.yaml", "--account", "123456789012"], "empty world"),
        (["no-such-file.yaml", "--port", "0"], "no-such-file.yaml"),
    ],
)
def test_usage_that_makes_no_sense_ends_with_two(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_an_extra_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [each for each in sys.modules if each.startswith(("uvicorn", "cogsim.serve.http"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["serve", "--empty", "--port", "0"]) == 2
    assert "pip install 'cogsim[serve]'" in capsys.readouterr().err


def test_operations_tells_status_and_sums_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["operations", "sts", "--contains", "getcaller"]) == 0
    said = capsys.readouterr()
    assert "sts:GetCallerIdentity  implemented" in said.out
    assert said.err == "sts: 1 implemented, 0 partly, 0 not\n"
    assert main(["operations", "sts", "--status", "partly", "--json"]) == 0
    told = {each["operation"]: each["missing"] for each in json.loads(capsys.readouterr().out)}
    assert "ProvidedContexts" in told["sts:AssumeRole"]
