"""A server that really runs, on a thread and a free port, and clients that know nothing of it."""

from __future__ import annotations

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3.session
import pytest
from botocore.config import Config

from cogsim.serve.launch import Launched, Wishes, launch

ADMIN = "arn:aws:iam::123456789012:user/admin"
SESSION = boto3.session.Session()
KEY, SECRET = "AKIASERVEDFORTESTS00", "a secret of the tests"


@dataclass(frozen=True)
class Served:
    """A running server as its clients see it."""

    base: str
    launched: Launched

    @property
    def port(self) -> int:
        return self.launched.server.address.port

    @property
    def live(self) -> Any:
        return self.launched.server.live

    def client(self, service: str, region: str = "us-east-1", key: str = KEY, secret: str = SECRET, **more: Any) -> Any:
        config = Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}).merge(
            more.pop("config", Config())
        )
        return SESSION.client(
            service,
            region_name=region,
            endpoint_url=self.base,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            config=config,
            **more,
        )

    def own(self, path: str, body: Any = None, method: str | None = None, **headers: str) -> tuple[int, Any]:
        """Status and answer of an endpoint under /_cogsim."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        asked = urllib.request.Request(
            f"{self.base}/_cogsim/{path}",
            data=data,
            method=method,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )
        try:
            with urllib.request.urlopen(asked) as response:
                status, text = response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def reset(self) -> None:
        assert self.own("reset", b"", "POST")[0] == 200

    def raw(self, *pieces: bytes, close: bool = False) -> bytes:
        """What comes back for these bytes until the server closes; `close` ends our half first."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as plain:
            for piece in pieces:
                plain.sendall(piece)
            if close:
                plain.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := plain.recv(65536):
                answer += piece
            return answer


@pytest.fixture(scope="module")
def running() -> Iterator[Served]:
    launched = launch(Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET))
    with launched.server.running() as base:
        yield Served(base, launched)


@pytest.fixture
def served(running: Served) -> Served:
    """The server, as new."""
    running.reset()
    return running
