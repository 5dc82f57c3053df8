"""Killed at random moments: what was acknowledged is there after a restart, and nothing else is but the call in flight.

The client keeps a cloud of its own that has made exactly the calls that count, without interruption. After each
restart the server stands as that cloud does: world, state, clock, numbers, all by digest; at the end the trails agree.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from cogsim.aws.journal import read
from cogsim.aws.journal_lines import answer_digest
from cogsim.aws.journal_replay import replay
from cogsim.aws.mailbox import messages
from cogsim.clock import Clock
from cogsim.entropy import Draw
from tests.unit.serve.durable.served_by_pipe import SEED, START, standing, submit, the_world, trail

_ROOT = Path(__file__).parents[4]
Asked = dict[str, Any]


class Chance:
    """Randomness that is the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._seed, self._drawn = str(seed), 0

    def below(self, number: int) -> int:
        self._drawn += 1
        return Draw(self._seed, ("crash",), self._drawn).integer(64) % number

    def upto(self, most: float) -> float:
        return most * self.below(10_000) / 10_000

    def of(self, things: Sequence[Any]) -> Any:
        return things[self.below(len(things))]


class Child:
    """The server's process as its client sees it."""

    def __init__(self, path: Path) -> None:
        program = str(Path(__file__).with_name("served_by_pipe.py"))
        environment = {**os.environ, "PYTHONPATH": str(_ROOT)}
        self._process = subprocess.Popen(
            [sys.executable, program, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
        )
        self.restart()

    def restart(self) -> None:
        """Wait for the next server to be started."""
        self.pid = int(self._until(lambda line: line.startswith(b"pid ")).split()[1])

    def ask(self, value: bytes) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(value + b"\n")
        self._process.stdin.flush()

    def answer(self) -> Any:
        return json.loads(self._until(lambda line: line.startswith(b"{") and line.endswith(b"}\n")))

    def kill_after(self, seconds: float) -> None:
        """Kill the server when that time is over, or as soon as it says something."""
        assert self._process.stdout is not None
        select.select([self._process.stdout], [], [], seconds)
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def last_words(self) -> list[bytes]:
        """The whole lines that the killed server still said."""
        said: list[bytes] = []
        self._until(lambda line: said.append(line) or line == b"gone\n")  # type: ignore[func-returns-value]
        return [line for line in said if line.startswith(b"{") and line.endswith(b"}\n")]

    def end(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _until(self, wanted: Callable[[bytes], bool]) -> bytes:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if wanted(line):
                return line
        raise AssertionError("the server's process has ended")


class Client:
    """People that sign up and in, and an operator that changes roles and puts objects, all at random."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.world = the_world()
        (key,) = (key for key in self.world.access_keys.values() if key.user_arn.endswith("/operator"))
        self.operator = [key.id, key.secret]
        self.app = next(client.id for client in self.world.clients.values() if client.secret is None)
        (self.pool,) = self.world.identity_pools
        self.people = 0
        self.tokens: list[str] = []

    def calls(self, cloud: Cloud) -> Iterator[Asked]:
        """One person's way, then some calls of the operator's; `cloud` is where the calls so far were made."""
        self.people += 1
        who, password = f"person{self.people}@example.com", "Correct-Horse-1"
        about = {"ClientId": self.app, "Username": who}
        email = [{"Name": "email", "Value": who}]
        yield self._call("cognito-idp:SignUp", {**about, "Password": password, "UserAttributes": email})
        sent = messages(self.cloud.state)
        if sent:
            yield self._call("cognito-idp:ConfirmSignUp", {**about, "ConfirmationCode": sent[-1].code})
        flow = {"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": self.app}
        yield self._call(
            "cognito-idp:InitiateAuth", {**flow, "AuthParameters": {"USERNAME": who, "PASSWORD": password}}
        )
        for token in self.tokens and [self.tokens[-1], self.chance.of(self.tokens)]:
            yield self._call("cognito-idp:GetUser", {"AccessToken": token})
        role = self.chance.of(sorted(self.world.roles))
        change = {"IdentityPoolId": self.pool, "Roles": {"unauthenticated": role}}
        yield self._call("cognito-identity:SetIdentityPoolRoles", change, self.operator)
        body = {"Bucket": "door-data", "Key": f"k{self.chance.below(9)}", "Body": "x" * self.chance.below(99)}
        yield self._call("s3:PutObject", body, self.operator)
        yield self._call("cognito-identity:GetId", {"IdentityPoolId": self.pool})

    cloud: Cloud

    def _call(self, operation: str, params: dict[str, Any], signer: list[str] | None = None) -> Asked:
        return {"operation": operation, "params": params, "signer": signer, "at": self.cloud.clock.now + 0.25}

    def batch(self) -> list[tuple[Asked, str, Cloud]]:
        """One to four calls: each with the digest of its answer and the cloud after it, were none of them lost."""
        made: list[tuple[Asked, str, Cloud]] = []
        was, size = self.cloud, self.chance.of((1, 1, 2, 4))
        while len(made) < size:
            asked = next(self._going, None)
            if asked is None:
                self._going = self.calls(self.cloud)
                continue
            self.cloud = self.cloud.fork()
            outcome = submit(self.cloud, asked)
            result = (outcome.response or {}).get("AuthenticationResult", {})
            self.tokens += [result["AccessToken"]] if result else []
            made.append((asked, answer_digest(outcome), self.cloud))
        self.cloud = was
        return made

    _going: Iterator[Asked] = iter(())


def go_through(path: Path, kills: int, seed: int) -> tuple[Cloud, int]:
    """Drive a server that is killed that many times; the cloud that was never interrupted, and how many calls there
    were that nobody was told of and that are there nevertheless."""
    chance = Chance(seed)
    client = Client(chance)
    client.cloud = Cloud(client.world, SEED, Clock(START))
    child, killed, kept = Child(path), 0, 0
    flight: list[tuple[Asked, str, Cloud]] = []
    while killed < kills:
        if chance.below(10) == 0:  # in the middle of its recovery, mostly
            child.kill_after(chance.upto(0.05))
            killed += 1
            child.last_words()
            child.restart()
            continue
        ready = child.answer()["ready"]
        there = ready[-1] - len(client.cloud.log)
        assert 0 <= there <= len(flight), "an acknowledged call is lost, or one is there that nobody made"
        if there:
            client.cloud, kept = flight[there - 1][2], kept + there
        assert ready == standing(client.cloud)
        for _ in range(chance.below(12)):
            flight = client.batch()
            child.ask(json.dumps([asked for asked, _, _ in flight]).encode())
            assert child.answer()["answers"] == [answer for _, answer, _ in flight]
            client.cloud = flight[-1][2]
        flight = client.batch()
        child.ask(json.dumps([asked for asked, _, _ in flight]).encode())
        child.kill_after(chance.upto(0.02))
        killed += 1
        if child.last_words():
            client.cloud, flight = flight[-1][2], []
        child.restart()
    ready = child.answer()["ready"]
    there = ready[-1] - len(client.cloud.log)
    assert 0 <= there <= len(flight)
    client.cloud = flight[there - 1][2] if there else client.cloud
    assert ready == standing(client.cloud)
    child.ask(b"trail")
    assert child.answer()["trail"] == trail(client.cloud)
    child.end()
    return client.cloud, kept


@pytest.mark.parametrize(
    ("kills", "seed"), [(6, 1), *(pytest.param(50, seed, marks=pytest.mark.slow) for seed in (2, 3, 4, 5))]
)
def test_every_acknowledged_call_survives_every_kill(tmp_path: Path, kills: int, seed: int) -> None:
    path = tmp_path / "run.journal"
    uninterrupted, _ = go_through(path, kills, seed)
    again = replay(read(path), the_world(), strict=True)
    assert (again.changed, again.unknown) == ((), ())
    assert standing(again.cloud) == standing(uninterrupted)
    assert trail(again.cloud) == trail(uninterrupted)
