"""`cogsim serve --journal`, killed while clients write: what was answered is there after the restart."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.journal import read
from cogsim.entropy import Draw
from cogsim.load import load

pytest.importorskip("uvicorn", reason="the extra `serve` is not installed")

_WORLD = """\
Resources:
  Data: {Type: AWS::S3::Bucket, Properties: {BucketName: papers-of-acme}}
  Writer:
    Type: AWS::IAM::User
    Properties:
      UserName: writer
      Policies: [{PolicyName: all, PolicyDocument: {Statement: [{Effect: Allow, Action: "s3:*", Resource: "*"}]}}]
  Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Writer}}
"""
_WRITERS = 4


class Served:
    """A server's process, ready for requests."""

    def __init__(self, folder: Path) -> None:
        world, journal = str(folder / "world.yaml"), str(folder / "run.journal")
        command = [sys.executable, "-m", "cogsim.cli", "serve", world, "--port", "0", "--journal", journal]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.url: str = json.loads(line)["url"]

    def end(self) -> str:
        """Stop it gracefully; what it said on standard error."""
        self.process.terminate()
        said = self.process.communicate(timeout=60)[1]
        assert self.process.returncode == 0, said
        return said

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate()

    def own(self, path: str) -> bytes:
        with urllib.request.urlopen(f"{self.url}/_cogsim/{path}", timeout=120) as answer:
            read_whole: bytes = answer.read()
        return read_whole


def client_of(url: str, folder: Path) -> Any:
    import boto3
    from botocore.config import Config

    (key,) = load(folder / "world.yaml").access_keys.values()
    config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=5)
    return boto3.client("s3", "us-east-1", None, True, None, url, key.id, key.secret, config=config)


def write_until_killed(served: Served, folder: Path, round_: int, stop_at: int) -> tuple[set[str], set[str]]:
    """Four writers put objects until the server is killed, about when `stop_at` were answered: the keys whose PUT was
    answered, and those whose was not."""
    from botocore.exceptions import BotoCoreError, ClientError

    client = client_of(served.url, folder)
    answered: set[str] = set()
    asked: set[str] = set()
    enough = threading.Event()

    def put(writer: int) -> None:
        for number in range(10_000):
            key = f"{round_:03}/{writer}/{number:05}"
            asked.add(key)
            try:
                client.put_object(Bucket="papers-of-acme", Key=key, Body=key.encode())
            except (BotoCoreError, ClientError):
                return
            answered.add(key)
            if len(answered) >= stop_at:
                enough.set()

    threads = [threading.Thread(target=put, args=(writer,)) for writer in range(_WRITERS)]
    for thread in threads:
        thread.start()
    assert enough.wait(60)
    served.kill()
    for thread in threads:
        thread.join()
    return answered, asked - answered


def keys_there(client: Any) -> set[str]:
    pages = client.get_paginator("list_objects_v2").paginate(Bucket="papers-of-acme")
    return {each["Key"] for page in pages for each in page.get("Contents", ())}


@pytest.mark.parametrize("kills", [2, pytest.param(25, marks=pytest.mark.slow)])
def test_what_was_answered_is_there_after_every_kill(tmp_path: Path, kills: int) -> None:
    (tmp_path / "world.yaml").write_text(_WORLD)
    there: set[str] = set()
    for round_ in range(kills):
        served = Served(tmp_path)
        client = client_of(served.url, tmp_path)
        assert keys_there(client) == there
        at = Draw("served", ("kill",), round_).integer(16) % 60 + 1
        answered, open_ = write_until_killed(served, tmp_path, round_, at)
        assert len(open_) <= _WRITERS
        after = Served(tmp_path)
        found = keys_there(client_of(after.url, tmp_path))
        assert there | answered <= found <= there | answered | open_
        there = found
        after.end()


def test_a_graceful_stop_and_a_restart_give_the_same_trail_messages_and_world(tmp_path: Path) -> None:
    (tmp_path / "world.yaml").write_text(_WORLD)
    served = Served(tmp_path)
    client = client_of(served.url, tmp_path)
    for number in range(3):
        client.put_object(Bucket="papers-of-acme", Key=f"k{number}", Body=b"x")
    before = [served.own(path) for path in ("trail", "messages", "world")]
    assert b"PutObject" in before[0]
    served.end()
    again = Served(tmp_path)
    assert [again.own(path) for path in ("trail", "messages", "world")] == before
    again.end()
    assert len(read(tmp_path / "run.journal").entries) == 3
    assert os.stat(tmp_path / "run.journal").st_mode & 0o777 == 0o600
