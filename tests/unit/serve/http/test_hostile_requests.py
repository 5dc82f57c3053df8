"""Bytes that no good client sends: refused, nothing written, and the server goes on."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cogsim.serve.http.limits import Limits
from cogsim.serve.launch import Wishes, launch
from tests.unit.serve.http.conftest import ADMIN, KEY, SECRET, Served

IDP = "AWSCognitoIdentityProviderService"


def written(served: Any) -> Any:
    """What a request could have changed."""
    cloud = served.live.cloud
    return cloud.world, cloud.state


def post(served: Any, body: bytes, *headers: str, path: str = "/") -> tuple[int, bytes]:
    """Status and body of the answer to a POST with these headers."""
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{served.port}", "Connection: close", *headers]
    return parsed(served.raw("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("latin-1") + body))


def parsed(answer: bytes) -> tuple[int, bytes]:
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ")[1]), body


@pytest.fixture(autouse=True)
def nothing_is_written(served: Any) -> Iterator[None]:
    before = written(served)
    yield
    assert served.own("health")[0] == 200
    assert written(served) == before


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b'"text"',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 500 + b"1" + b"}" * 500,
        b'{"UserPoolId": NaN}',
        b'{"MaxResults": 1e999}',
        b'{"MaxResults": ' + b"9" * 5000 + b"}",
        b'{"UserPoolId": "\\ud800"}',
        b'{"ClientId": {"a": 1}, "Username": []}',
    ],
)
def test_json_that_is_none_is_refused_in_the_services_words(served: Any, body: bytes) -> None:
    kind = "Content-Type: application/x-amz-json-1.1"
    status, answer = post(served, body, kind, f"X-Amz-Target: {IDP}.SignUp")
    assert status == 400
    assert json.loads(answer)["__type"] in ("SerializationException", "InvalidParameterException")


@pytest.mark.parametrize("target", ["Nobody.Knows", f"{IDP}.NoSuchOperation", f"{IDP}.", IDP, "."])
def test_a_target_that_nobody_knows_is_an_unknown_operation(served: Any, target: str) -> None:
    status, answer = post(served, b"{}", "Content-Type: application/x-amz-json-1.1", f"X-Amz-Target: {target}")
    assert (status, json.loads(answer)["__type"]) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"Action=NoSuchThing&Version=2011-06-15", "InvalidAction"),
        (b"Version=2011-06-15&Action=", "MissingAction"),
        (b"Action=GetCallerIdentity&Version=2011-06-15&x=%ff", "MalformedQueryString"),
        (b"Action=GetCallerIdentity&Version=2011-06-15&\xff=1", "MalformedQueryString"),
        (b"Action=GetCallerIdentity&Version=2011-06-15" + b"&a=1" * 3000, "MalformedQueryString"),
        (b"Action=GetCallerIdentity&Version=2011-06-15", "MissingAuthenticationToken"),
    ],
)
def test_a_form_that_means_nothing_is_refused_in_the_query_protocol(served: Any, body: bytes, code: str) -> None:
    status, answer = post(served, body, "Content-Type: application/x-www-form-urlencoded")
    assert 400 <= status < 500
    assert f"<Code>{code}</Code>".encode() in answer


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("/bucket/%zz", b"InvalidURI"),
        ("/bucket/%ff%fe", b"InvalidURI"),
        ("/bucket/%", b"InvalidURI"),
        ("/bucket/key?uploadId=%zz", b"InvalidURI"),
        ("/bucket/../../../etc/passwd", b"NoSuchBucket"),
        ("/bucket/%2e%2e%2f%00", b"NoSuchBucket"),
    ],
)
def test_an_address_that_is_no_text_is_refused_and_a_path_is_only_text(served: Any, target: str, code: bytes) -> None:
    asked = f"GET {target} HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\nConnection: close\r\n\r\n"
    status, answer = parsed(served.raw(asked.encode()))
    assert 400 <= status < 500
    assert code in answer


@pytest.mark.parametrize(
    "body",
    [
        b"<",
        b"<a><b></a>",
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><Tagging>&e;</Tagging>',
        b"\x00",
        b"<a>" * 1000,
    ],
)
def test_xml_that_is_none_is_refused(served: Any, body: bytes) -> None:
    lines = f"PUT /bucket?tagging HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {len(body)}"
    status, answer = parsed(served.raw(lines.encode() + b"\r\n\r\n" + body))
    assert 400 <= status < 500
    assert b"root:" not in answer


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",
        b"GET http://x/ HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n",
        b"CONNECT /x HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /# HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\x00c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c: injected\r\n \x01\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9" + b"9" * 30 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"GET / HTTP/1.1\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 200 + b"\r\n",
    ],
)
def test_what_is_no_http_is_refused_or_dropped(served: Any, sent: bytes) -> None:
    answer = served.raw(sent, close=True)
    assert not answer or 400 <= parsed(answer)[0] < 500


def test_a_body_of_a_hundred_megabytes_is_refused_without_being_kept(served: Any) -> None:
    size = 100 << 20
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {IDP}.SignUp\r\nContent-Length: {size}\r\n\r\n"
    status, answer = parsed(served.raw(head.encode(), *([b"x" * (1 << 20)] * 100)))
    assert (status, json.loads(answer)["__type"]) == (413, "EntityTooLarge")


def test_a_body_that_does_not_say_how_large_it_is_is_counted(served: Any) -> None:
    chunk = b"100000\r\n" + b"x" * (1 << 20) + b"\r\n"
    head = f"POST / HTTP/1.1\r\nHost: localhost\r\nX-Amz-Target: {IDP}.SignUp\r\nTransfer-Encoding: chunked\r\n\r\n"
    try:
        answer = served.raw(head.encode(), *([chunk] * 24))
    except ConnectionError:
        return  # the answer was lost since we were still sending
    assert not answer or parsed(answer)[0] == 413


TAKEN = b"POST / HTTP/1.1\r\nHost: localhost\r\n"


def test_fields_behind_a_chunked_body_join_no_head(served: Any) -> None:
    """Else somebody could name an operation after the head was judged."""
    target = f"X-Amz-Target: {IDP}.SignUp\r\nContent-Type: application/x-amz-json-1.1\r\n".encode()
    framing = b"Transfer-Encoding: chunked\r\nConnection: close\r\n"
    behind = served.raw(TAKEN + framing + b"\r\n2\r\n{}\r\n0\r\n" + target + b"\r\n")
    without = served.raw(TAKEN + framing + b"\r\n2\r\n{}\r\n0\r\n\r\n")
    ahead = served.raw(TAKEN + target + framing + b"\r\n2\r\n{}\r\n0\r\n\r\n")
    assert parsed(behind)[0] == parsed(without)[0]
    assert b"SignUp" not in behind
    assert b"__type" in ahead
    assert b"__type" not in behind


@pytest.mark.parametrize(
    "sent",
    [
        TAKEN + b"Transfer-Encoding: chunked\r\n\r\n5;" + b"x" * 200_000,
        TAKEN + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX: " + b"y" * 200_000,
        b"GET /" + b"x" * 200_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 200_000,
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(30_000)),
    ],
)
def test_what_goes_on_around_a_body_is_cut_off_before_its_end(served: Any, sent: bytes) -> None:
    try:
        answer = served.raw(sent)
    except ConnectionError:
        return  # cut off while we were still sending
    assert not answer or parsed(answer)[0] in (400, 413, 431)


def test_chunks_of_one_byte_are_a_body_all_the_same(served: Any) -> None:
    head = TAKEN + f"X-Amz-Target: {IDP}.NoSuch\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n".encode()
    status, answer = parsed(served.raw(head + b"1\r\n \r\n" * 60_000 + b"2\r\n{}\r\n0\r\n\r\n"))
    assert (status, json.loads(answer)["__type"]) == (400, "UnknownOperationException")


def test_requests_that_come_together_are_answered_in_their_order(served: Any) -> None:
    asked = [f"{IDP}.First", f"{IDP}.Second", f"{IDP}.Third"]
    sent = b"".join(TAKEN + f"X-Amz-Target: {name}\r\nContent-Length: 2\r\n\r\n{{}}".encode() for name in asked)
    answer = served.raw(sent + b"GET /_cogsim/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    places = [answer.index(name) for name in (b"First", b"Second", b"Third", b"HTTP/1.1 200")]
    assert places == sorted(places)


def test_who_asks_for_another_protocol_is_answered_in_this_one(served: Any) -> None:
    """Some clients of HTTP offer the next version with every request; the connection goes on all the same."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
    named = f"X-Amz-Target: {IDP}.NoSuch\r\nContent-Length: 2\r\n".encode()
    answer = served.raw(TAKEN + named + offer + b"\r\n{}", TAKEN + named + b"Connection: close\r\n\r\n{}")
    assert answer.count(b"HTTP/1.1 400") == answer.count(b"UnknownOperationException") // 2 == 2


def test_a_header_in_an_answer_ends_no_line(served: Any) -> None:
    target = "/bucket/key?response-content-type=a%0d%0aSet-Cookie:%20x=1"
    asked = f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    head = served.raw(asked.encode()).partition(b"\r\n\r\n")[0]
    assert b"set-cookie" not in head.lower()


def test_a_head_request_is_answered_without_a_body(served: Any) -> None:
    asked = b"HEAD /bucket/key HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    status, body = parsed(served.raw(asked))
    assert (400 <= status < 500, body) == (True, b"")


@pytest.fixture(scope="module")
def hurried() -> Iterator[Served]:
    """A server with little patience."""
    limits = Limits(head_seconds=0.3, body_seconds=0.3, idle_seconds=1, connections=4)
    launched = launch(Wishes(principal=ADMIN, access_key=KEY, secret_key=SECRET, limits=limits))
    with launched.server.running() as base:
        yield Served(base, launched)


def test_half_a_head_is_waited_for_only_so_long(hurried: Served) -> None:
    assert hurried.raw(b"GET / HTTP/1.1\r\nHost: a\r\n") == b""
    assert hurried.raw(b"") == b""


def test_half_a_body_is_waited_for_only_so_long(hurried: Served) -> None:
    head = f"POST / HTTP/1.1\r\nHost: a\r\nX-Amz-Target: {IDP}.SignUp\r\nContent-Length: 10\r\n\r\n12345"
    status, answer = parsed(hurried.raw(head.encode()))
    assert (status, json.loads(answer)["__type"]) == (400, "RequestTimeout")


def test_a_connection_that_says_nothing_more_is_closed(hurried: Served) -> None:
    answer = hurried.raw(b"GET /_cogsim/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert parsed(answer)[0] == 200


def test_too_many_connections_are_told_so(hurried: Served) -> None:
    import socket

    held = [socket.create_connection(("127.0.0.1", hurried.port)) for _ in range(5)]
    try:
        answer = hurried.raw(b"GET /_cogsim/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    finally:
        for each in held:
            each.close()
    assert not answer or parsed(answer)[0] == 503


_NAMES = st.sampled_from(
    ["x-amz-target", "content-type", "authorization", "x-amz-date", "x-amz-content-sha256", "content-encoding", "host"]
)
_VALUES = st.one_of(
    st.sampled_from(
        [
            f"{IDP}.SignUp",
            "application/x-amz-json-1.1",
            "application/x-www-form-urlencoded",
            f"AWS4-HMAC-SHA256 Credential={KEY}/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0",
            "AWS4-HMAC-SHA256 Credential=",
            "20260101T000000Z",
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            "aws-chunked",
            "bucket.s3.us-east-1.amazonaws.com",
        ]
    ),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
)
_PATHS = st.one_of(
    st.sampled_from(["/", "/b/k", "/_cogsim/x", "/_hosts/x/y", "/us-east-1_x/.well-known/jwks.json"]),
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30).map(lambda text: f"/{text}"),
)
_BODIES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from([b"{}", b"<a/>", b"Action=AssumeRoleWithSAML&Version=2011-06-15", b"5;chunk-signature=x\r\nab"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda e: st.dictionaries(st.text(max_size=5), e, max_size=3) | st.lists(e, max_size=3),
        max_leaves=6,
    ).map(lambda v: json.dumps(v).encode()),
)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH"]),
    path=_PATHS,
    query=st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=30),
    headers=st.lists(st.tuples(_NAMES, _VALUES), max_size=4),
    body=_BODIES,
)
@example("POST", "/", "", [("x-amz-target", f"{IDP}.SignUp")], b'{"ClientId":"\\u0000"}')
def test_no_request_brings_about_a_fault_of_the_server(
    served: Any, method: str, path: str, query: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    """In process, so that what reaches the application is exactly this."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers],
        "server": ("127.0.0.1", 1),
        "client": ("127.0.0.1", 2),
    }
    asyncio.run(served.launched.server.app(scope, receive, send))
    assert sent[0]["status"] < 500 or sent[0]["status"] in (501, 503)
    for name, value in sent[0]["headers"]:
        assert not re.search(rb"[\r\n\x00]", name + value)
