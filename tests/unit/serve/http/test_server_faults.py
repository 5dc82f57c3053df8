"""What clients see when the fault is the server's: a bug, a full queue, a journal that cannot be written, the end."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from cogsim.aws.cloud import Cloud
from cogsim.serve.http.limits import Limits
from cogsim.serve.http.server import HttpServer, Settings, listen
from cogsim.serve.launch import Launched
from cogsim.serve.live import Live
from cogsim.serve.machine import wall_clock
from cogsim.serve.opening import KeyPair, empty_world, open_to
from tests.unit.serve.http.conftest import ADMIN, KEY, SECRET, Served


def refusal(call: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        call()
    told = error.value.response
    return told["ResponseMetadata"]["HTTPStatusCode"], told["Error"]["Code"], told["ResponseMetadata"]["RequestId"]


def test_a_bug_of_ours_is_a_500_with_its_id_and_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """What fails is the clock that signatures are held against, in the midst of a request."""
    broken = threading.Event()

    def wall() -> float:
        return wall_clock() / (0 if broken.is_set() else 1)

    opened = open_to(empty_world("123456789012", ADMIN), ADMIN, KeyPair(KEY, SECRET), make=True)
    server = HttpServer(Live(Cloud(opened.world)), listen(), Settings(wall=wall))
    with server.running() as base:
        iam = Served(base, Launched(server, opened, "us-east-1")).client("iam")
        iam.create_user(UserName="before")
        cloud = server.live.cloud
        before = (cloud.world, cloud.state, len(cloud.log))
        broken.set()
        status, code, request = refusal(lambda: iam.create_user(UserName="after"))
        broken.clear()
        assert (status, code) == (500, "InternalFailure")
        said = capsys.readouterr().err
        assert f"request {request}" in said
        assert "ZeroDivisionError" in said
        assert (cloud.world, cloud.state, len(cloud.log)) == before
        assert {user["UserName"] for user in iam.list_users()["Users"]} == {"admin", "before"}


class Waiting:
    """A recorder that waits until it is let go on, or fails."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.inside = threading.Event()
        self.error: Exception | None = None
        self.notices: tuple[str, ...] = ()

    def record(self, cloud: Cloud, entries: Sequence[Any]) -> None:
        self.inside.set()
        self.gate.wait()
        if self.error is not None:
            raise self.error

    def reset(self, cloud: Cloud) -> None:
        return

    def close(self) -> None:
        return


def recorded(recorder: Waiting, capacity: int = 1) -> tuple[HttpServer, Any]:
    opened = open_to(empty_world("123456789012", ADMIN), ADMIN, KeyPair(KEY, SECRET), make=True)
    live = Live(Cloud(opened.world), recorder, capacity=capacity)
    server = HttpServer(live, listen(), Settings(limits=Limits(), elsewhere=opened.elsewhere))
    return server, Launched(server, opened, "us-east-1")


def test_a_full_queue_is_said_in_the_words_of_each_protocol() -> None:
    recorder = Waiting()
    server, launched = recorded(recorder)
    with server.running() as base:
        served = Served(base, launched)
        first = threading.Thread(target=served.client("sts").get_caller_identity)
        first.start()
        recorder.inside.wait()
        assert refusal(served.client("sts").get_caller_identity)[:2] == (503, "ServiceUnavailable")
        assert refusal(lambda: served.client("cognito-idp").list_user_pools(MaxResults=1))[0] == 503
        assert refusal(served.client("s3").list_buckets)[:2] == (503, "SlowDown")
        assert served.own("health")[0] == 503
        recorder.gate.set()
        first.join()


def test_what_cannot_be_recorded_is_not_acknowledged_and_the_server_ends() -> None:
    recorder = Waiting()
    recorder.gate.set()
    recorder.error = OSError("no space left on device")
    server, launched = recorded(recorder, 10)
    with server.running() as base:
        served = Served(base, launched)
        assert refusal(lambda: served.client("iam").create_user(UserName="u"))[:2] == (500, "InternalFailure")
        with pytest.raises((ClientError, EndpointConnectionError)):
            served.client("iam").create_user(UserName="v")
    assert server.live.failure is not None


def test_what_is_under_way_is_answered_before_the_end() -> None:
    recorder = Waiting()
    server, launched = recorded(recorder, 10)
    answers: list[Any] = []
    with server.running() as base:
        client = Served(base, launched).client("sts")
        first = threading.Thread(target=lambda: answers.append(client.get_caller_identity()["Arn"]))
        first.start()
        recorder.inside.wait()
        threading.Timer(0.2, recorder.gate.set).start()
    first.join()
    assert answers == [ADMIN]
