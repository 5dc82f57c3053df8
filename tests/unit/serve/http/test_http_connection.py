"""One connection with several requests: their order, how much is held of what comes too early, and when it ends."""

from __future__ import annotations

import gc
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from cogsim.aws.cloud import Cloud
from cogsim.serve.http.connection import Connection, _Cycle
from cogsim.serve.http.limits import Limits
from cogsim.serve.launch import Wishes, launch
from tests.unit.serve.http.conftest import ADMIN, KEY, SECRET, Served

HEALTH = b"GET /_cogsim/health HTTP/1.1\r\nHost: localhost\r\n"
CALL = b"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: AWSCognitoIdentityProviderService.NoSuch\r\n"
CLOSE = b"Connection: close\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"
#: The most bytes of an answer that nobody reads are held by the kernel.
LARGE = 24 << 20


def statuses(answer: bytes) -> list[int]:
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d+)", answer)]


def connections(served: Served) -> set[Any]:
    return served.launched.server._server.server_state.connections


@contextmanager
def serving(limits: Limits, *, tls: bool = False) -> Iterator[Served]:
    launched = launch(Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET, limits=limits, tls=tls))
    with launched.server.running() as base:
        yield Served(base, launched)


def connected(served: Served, *, tls: bool = False) -> socket.socket:
    """A connection that takes few bytes at a time."""
    plain = socket.socket()
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    plain.settimeout(20)
    plain.connect(("127.0.0.1", served.port))
    if not tls:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def received(connection: socket.socket) -> bytes:
    answer = bytearray()
    while piece := connection.recv(1 << 16):
        answer += piece
    return bytes(answer)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (CALL + EMPTY + b"\x00\r\n\r\n", [400, 400]),
        (HEALTH + b"\r\n" + b"\x00\r\n\r\n", [200, 400]),
        (HEALTH + b"\r\n" + b"GET / HTTP/7.1\r\n\r\n", [200, 400]),
        (HEALTH + b"\r\n" + CALL + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", [200, 400]),
        (
            HEALTH + b"\r\n" + HEALTH + b"\r\n" + CALL + b"Transfer-Encoding: chunked\r\n\r\n1\r\nxx\r\n",
            [200, 200, 400],
        ),
        (CALL + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", [400]),
        (HEALTH + b"\r\n" + HEALTH + b"X: " + b"y" * 100_000, [200, 400]),
    ],
)
def test_what_is_wrong_with_a_request_is_said_after_the_answers_before_it(
    served: Served, sent: bytes, expected: list[int]
) -> None:
    try:
        answer = served.raw(sent, close=False)
    except ConnectionError:
        pytest.skip("the answer was lost since not all was read")
    assert statuses(answer) == expected
    assert answer.count(b"This is no request") + answer.count(b"is too long") == 1


def test_every_answer_says_when_it_was_given(served: Served) -> None:
    """SDKs set their clocks by it."""
    answer = served.raw(CALL + EMPTY + HEALTH + CLOSE + b"\r\n")
    assert len(re.findall(rb"\r\ndate: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n", answer)) == 2


def test_bytes_may_come_in_any_pieces(served: Served) -> None:
    framing = b"Transfer-Encoding: chunked\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"
    sent = CALL + framing + b"1;x=y\r\n{\r\n1\r\n}\r\n0\r\nT: u\r\n\r\n" + HEALTH + CLOSE + b"\r\n"
    for at in range(1, len(sent)):
        with connected(served) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.sendall(sent[:at])
            connection.sendall(sent[at:])
            assert statuses(received(connection)) == [400, 200]


def test_an_older_client_needs_no_host_to_offer_another_protocol_and_is_told_nothing_between(served: Served) -> None:
    offer = b"Connection: upgrade\r\nUpgrade: h2c\r\n"
    assert statuses(served.raw(b"GET /zz HTTP/1.0\r\n\r\n")) == statuses(
        served.raw(b"GET /zz HTTP/1.0\r\n" + offer + b"\r\n")
    )
    asked = b"POST /_cogsim/clock HTTP/1.0\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}"
    assert statuses(served.raw(asked)) == [400]


def test_only_the_word_close_closes(served: Served) -> None:
    offer = HEALTH + b"Upgrade: h2c\r\nConnection: upgrade, enclosed\r\n\r\n"
    assert statuses(served.raw(offer + HEALTH + b"Connection: foo , CLOSE\r\n\r\n" + HEALTH + b"\r\n")) == [200, 200]


def test_requests_that_come_too_early_wait_where_they_take_no_memory(served: Served) -> None:
    gate = threading.Event()
    blocked = threading.Thread(target=lambda: served.live.ask_and_wait(lambda _: gate.wait()))
    blocked.start()
    try:
        with connected(served) as connection:
            connection.settimeout(1)
            with pytest.raises(TimeoutError):
                connection.sendall((HEALTH + b"\r\n") * 300_000)
            most = max(len(each.pipeline) for each in connections(served))
            assert 0 < most < 200
    finally:
        gate.set()
        blocked.join()


def test_answered_requests_let_no_more_in_than_is_answered(served: Served) -> None:
    most = 0
    with connected(served) as connection:
        sending = threading.Thread(
            target=lambda: connection.sendall((HEALTH + b"\r\n") * 3000 + HEALTH + CLOSE + b"\r\n")
        )
        sending.start()
        answer = bytearray()
        while piece := connection.recv(1 << 16):
            answer += piece
            most = max([most, *(len(each.pipeline) for each in set(connections(served)))])
        sending.join()
    assert statuses(bytes(answer)) == [200] * 3001
    assert most < 200


def test_of_very_many_fields_few_are_kept(served: Served) -> None:
    with connected(served) as connection:
        connection.sendall(HEALTH + b"x:\r\n" * 12_000)
        time.sleep(0.3)
        assert [len(each.headers) for each in connections(served) if each.headers and len(each.headers) > 50] == [101]
        connection.sendall(b"\r\n")
        assert statuses(received(connection)) == [431]


def test_a_large_body_gives_no_right_to_long_fields_behind_it(served: Served) -> None:
    head = CALL + b"Transfer-Encoding: chunked\r\n\r\n"
    with connected(served) as connection:
        connection.sendall(head + b"100000\r\n" + b"x" * (1 << 20) + b"\r\n0\r\nX: ")
        with pytest.raises(ConnectionError):
            connection.sendall(b"y" * (1 << 23))


def test_nothing_of_an_answered_request_is_left_for_the_garbage_collector(served: Served) -> None:
    gc.collect()
    gc.disable()
    try:
        for _ in range(20):
            served.raw(CALL + EMPTY + CALL + CLOSE + EMPTY)
            served.raw(HEALTH + b"Upgrade: h2c\r\nConnection: upgrade\r\n\r\n" + CALL + CLOSE + EMPTY)
        left = [each for each in gc.get_objects() if isinstance(each, Connection | _Cycle)]
        assert len(left) < 10
    finally:
        gc.enable()


@pytest.fixture(scope="module")
def hurried() -> Iterator[Served]:
    with serving(Limits(head_seconds=0.4, body_seconds=0.4, write_seconds=0.6, idle_seconds=8)) as served:
        yield served


@pytest.mark.parametrize(
    "pieces",
    [
        (HEALTH + b"\r\n" + HEALTH,),
        (HEALTH + b"\r\n" + b"G",),
        (HEALTH + b"\r\n", HEALTH),
        (HEALTH + b"Upgrade: h2c\r\nConnection: upgrade\r\n\r\n" + HEALTH,),
        (HEALTH + b"Content-Length: 9\r\n\r\n", b"12345"),
    ],
)
def test_half_a_request_behind_an_answer_is_waited_for_as_the_first_is(
    hurried: Served, pieces: tuple[bytes, ...]
) -> None:
    begun = time.monotonic()
    assert statuses(hurried.raw(*pieces)) == [200]
    assert time.monotonic() - begun < 4


def test_a_body_that_nobody_read_leaves_the_connection_as_idle_as_any(hurried: Served) -> None:
    with connected(hurried) as connection:
        connection.sendall(HEALTH + b"Content-Length: 9\r\n\r\n12345")
        time.sleep(0.2)
        connection.sendall(b"6789")
        time.sleep(1.0)
        connection.sendall(HEALTH + CLOSE + b"\r\n")
        assert statuses(received(connection)) == [200, 200]


def test_the_servers_own_endpoints_wait_for_a_body_only_so_long(hurried: Served) -> None:
    asked = b"POST /_cogsim/clock HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{"
    answer = hurried.raw(asked)
    assert statuses(answer) == [400]
    assert b"too slowly" in answer


def object_address(served: Served) -> str:
    """The path of a large object, presigned."""
    s3 = served.client("s3", verify=False)
    s3.create_bucket(Bucket="large")
    s3.put_object(Bucket="large", Key="key", Body=b"x" * LARGE)
    address: str = s3.generate_presigned_url("get_object", Params={"Bucket": "large", "Key": "key"})
    return address.partition(str(served.port))[2]


@pytest.mark.parametrize("tls", [False, True])
def test_the_last_answer_is_waited_for_and_not_for_ever(tls: bool) -> None:
    limits = Limits(write_seconds=2.5)
    with serving(limits, tls=tls) as served:
        asked = f"GET {object_address(served)} HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nConnection: close\r\n\r\n"
        while connections(served):
            time.sleep(0.05)
        with connected(served, tls=tls) as late, connected(served, tls=tls) as never:
            late.sendall(asked.encode())
            never.sendall(asked.encode())
            time.sleep(1.2)
            assert len(received(late)) > LARGE
            until = time.monotonic() + 5
            while connections(served) and time.monotonic() < until:
                time.sleep(0.05)
            assert not connections(served)


def test_who_took_nearly_all_of_the_last_answer_is_not_waited_for_for_ever() -> None:
    """What is left is too little for the transport to say that it holds anything back."""
    with serving(Limits(write_seconds=0.5, idle_seconds=1)) as served, connected(served) as connection:
        while not connections(served):
            time.sleep(0.01)
        (mine,) = connections(served)
        mine.transport.set_write_buffer_limits(high=1 << 30)
        connection.sendall(b"GET /_cogsim/operations HTTP/1.1\r\nHost: localhost\r\n\r\n" * 80)
        until = time.monotonic() + 15
        while connections(served) and time.monotonic() < until:
            time.sleep(0.05)
        assert not connections(served)


def test_told_to_stop_the_server_answers_what_it_took_and_ends() -> None:
    with serving(Limits()) as served:
        inside, gate = threading.Event(), threading.Event()

        def wait(_: Cloud) -> None:
            inside.set()
            gate.wait()

        blocked = threading.Thread(target=lambda: served.live.ask_and_wait(wait))
        blocked.start()
        inside.wait()
        connection = connected(served)
        connection.sendall((CALL + EMPTY) * 3 + HEALTH)
        while not any(each.pipeline for each in set(connections(served))):
            time.sleep(0.01)
        threading.Timer(0.3, gate.set).start()
    blocked.join()
    with connection:
        assert statuses(received(connection)) == [400, 400, 400]
