"""One server a module, on a free port, over one world; clients get its address, keys and ids, and nothing else."""

from __future__ import annotations

import json
import os
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3.session
import pytest
from botocore.config import Config

from cogsim.load import load
from cogsim.serve.launch import Launched, Wishes, launch
from cogsim.world.world import World

ADMIN = "arn:aws:iam::123456789012:user/admin"
KEY, SECRET, REGION = "AKIACLIENTSOFTESTS00", "a secret of the tests", "us-east-1"
PASSWORDS = {"alice": "Correct-horse-9", "bob": "Battery-staple-7"}
BUCKET = "data-123456789012"
SESSION = boto3.session.Session()


@cache
def world() -> World:
    return load(Path(__file__).with_name("world.yaml"))


@dataclass(frozen=True)
class At:
    """A running server as its clients know it: an address, a key pair, and ids that an app is configured with."""

    base: str
    launched: Launched

    @property
    def pool(self) -> str:
        return next(iter(self.world.user_pools))

    @property
    def identities(self) -> str:
        return next(iter(self.world.identity_pools))

    @property
    def world(self) -> World:
        return self.launched.opened.world

    @property
    def issuer(self) -> str:
        return self.world.user_pools[self.pool].issuer

    def app(self, name: str = "app") -> Any:
        return next(each for each in self.world.clients.values() if each.name == name)

    @property
    def environment(self) -> dict[str, str]:
        """What a client's process has: no settings of this machine's user, and the server's address."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return {
            **kept,
            "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ENDPOINT_URL": self.base,
        }

    def client(
        self, service: str, keys: Mapping[str, str] | None = None, verify: str | None = None, **config: Any
    ) -> Any:
        """A boto3 client that signs with `keys` (as STS or an identity pool gives them), or the administrator's."""
        held = keys or {"AccessKeyId": KEY, "SecretAccessKey": SECRET}
        return SESSION.client(
            service,
            region_name=REGION,
            endpoint_url=self.base,
            verify=verify,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held.get("SecretAccessKey") or held.get("SecretKey"),
            aws_session_token=held.get("SessionToken"),
            config=Config(**{"retries": {"max_attempts": 0}, "s3": {"addressing_style": "path"}, **config}),
        )

    def own(self, path: str, method: str = "GET", body: Any = None) -> Any:
        """The answer of an endpoint under /_cogsim."""
        data = None if body is None else json.dumps(body).encode()
        asked = urllib.request.Request(f"{self.base}/_cogsim/{path}", data, method=method)
        with urllib.request.urlopen(asked) as response:
            return json.loads(response.read())

    def mailed(self, user: str) -> str:
        """The code in the newest message to `user`."""
        return str(self.own(f"messages?user={user}")["messages"][-1]["code"])


@contextmanager
def serving(**wishes: Any) -> Iterator[At]:
    """A server on a thread, over the world unless another is wished for."""
    given = {"world": world(), "principal": ADMIN, "access_key": KEY, "secret_key": SECRET, **wishes}
    launched = launch(Wishes(**given))
    with launched.server.running() as base:
        yield At(base, launched)


@pytest.fixture(scope="module")
def running() -> Iterator[At]:
    with serving(issuer="endpoint") as at:
        yield at


@pytest.fixture
def at(running: At) -> At:
    """The module's server, as new."""
    running.own("reset", "POST")
    return running
