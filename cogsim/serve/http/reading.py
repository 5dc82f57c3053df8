"""A request taken off the wire: read whole, within its limits, or refused before anything else looks at it.

1. What is no plain HTTP request is refused: a target that is no path, a host that is no name, too many headers.
2. The size that a request states is judged before its body is read, and what comes is counted all the same.
3. A body that comes too slowly is given up.
Nothing here knows who is asking, and nothing of a refused request reaches the cloud.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from cogsim.serve.http.limits import Limits
from cogsim.serve.wire.message import WireRequest

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_HOST = re.compile(r"(?:[A-Za-z0-9._~«»-]{1,255}|\[[0-9A-Fa-f:.]{2,45}\])(?::\d{1,5})?")


class Unreadable(Exception):
    """A request that is refused as it is read: the status, and why. `gone` where there is nobody left to tell."""

    def __init__(self, status: int, reason: str, *, gone: bool = False) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.gone = gone


def read_head(scope: Scope, limits: Limits) -> WireRequest:
    """The request as far as it stands in `scope`, without its body; Unreadable where it is malformed."""
    if len(scope["headers"]) > limits.headers:
        raise Unreadable(431, f"more than {limits.headers} headers")
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if name in headers and name in ("host", "content-length", "authorization"):
            raise Unreadable(400, f"the header {name} stands twice")
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    host = headers.setdefault("host", _server(scope))
    if not _HOST.fullmatch(host):
        raise Unreadable(400, "the Host header is no host")
    path = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    if not path.startswith("/") or "#" in path or "#" in query:
        raise Unreadable(400, "the request's target is no path")
    url = f"{scope['scheme']}://{host}{path}{'?' + query if query else ''}"
    return WireRequest(scope["method"], url, headers)


def _server(scope: Scope) -> str:
    """The address itself, for a client of HTTP/1.0 that names no host."""
    host, port = scope.get("server") or ("localhost", 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def stated_size(request: WireRequest) -> int | None:
    """The size that the request says its body has; None where it does not say."""
    text = request.headers.get("content-length")
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Unreadable(400, "Content-Length is no number")
    return int(text)


async def read_body(receive: Receive, most: int, seconds: float) -> bytes:
    """The whole body; Unreadable where it has more than `most` bytes, takes longer than `seconds`, or breaks off."""
    first = await _next(receive, seconds)
    if not first.get("more_body", False):
        only = bytes(first.get("body", b""))
        _check_size(len(only), most)
        return only
    body = bytearray(first.get("body", b""))
    try:
        async with asyncio.timeout(seconds):
            more = True
            while more:
                _check_size(len(body), most)
                message = await receive()
                _check_there(message)
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError:
        raise Unreadable(408, "the body came too slowly") from None
    _check_size(len(body), most)
    return bytes(body)


async def drain(receive: Receive, most: int, seconds: float) -> None:
    """Read and forget a body that was refused, so that its sender gets to read why: up to `most` bytes."""
    try:
        async with asyncio.timeout(seconds):
            size, more = 0, True
            while more and size < most:
                message = await receive()
                _check_there(message)
                size += len(message.get("body", b""))
                more = message.get("more_body", False)
    except TimeoutError:
        return


async def _next(receive: Receive, seconds: float) -> Message:
    try:
        async with asyncio.timeout(seconds):
            message = await receive()
    except TimeoutError:
        raise Unreadable(408, "the body came too slowly") from None
    _check_there(message)
    return message


def _check_there(message: Message) -> None:
    if message["type"] == "http.disconnect":
        raise Unreadable(400, "the client went away", gone=True)


def _check_size(size: int, most: int) -> None:
    if size > most:
        raise Unreadable(413, f"the body has more than {most} bytes")
