"""The ASGI application: a request is read within its limits, becomes a job of the live cloud, and is answered.

Paths under /_cogsim are the server's own. Everything else belongs to the world: pages first, AWS's APIs then.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from email.header import Header
from typing import TYPE_CHECKING

from cogsim.errors import AwsError
from cogsim.serve.http.answering import Answering, refused, without_body
from cogsim.serve.http.connection import WHOLE
from cogsim.serve.http.limits import Limits
from cogsim.serve.http.own import own_application
from cogsim.serve.http.reading import (
    Receive,
    Scope,
    Send,
    Unreadable,
    drain,
    read_body,
    read_head,
    stated_size,
)
from cogsim.serve.live import Busy, RecorderFailed
from cogsim.serve.wire.destination import seeming_protocol
from cogsim.serve.wire.message import WireRequest, WireResponse

if TYPE_CHECKING:
    from cogsim.serve.http.guard import Guard
    from cogsim.serve.wire.exchange import Answered

#: Requests that never reached the door, by id: the newest of them, for `/_cogsim/decisions`.
Refusals = OrderedDict[str, tuple[str, AwsError]]

_OWN = "/_cogsim"
_KEPT_REFUSALS = 1000
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BUSY = "The request has failed due to a temporary failure of the server."


class App:
    """The application over one live cloud."""

    def __init__(self, answering: Answering, guard: Guard, limits: Limits) -> None:
        self.answering = answering
        self.limits = limits
        self.refusals: Refusals = OrderedDict()
        self._own = own_application(answering.live, guard, self.refusals, limits.body_seconds)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI's one call."""
        if scope["type"] != "http":
            return
        try:
            request = read_head(scope, self.limits)
        except Unreadable as bad:
            await send_response(scope, send, _plain(bad))
            return
        if request.path == _OWN or request.path.startswith(f"{_OWN}/"):
            await self._own(scope, receive, send)
            return
        try:
            answered = await self._answer(request, scope, receive)
        except Unreadable as bad:
            if bad.gone:
                return
            answered = _closing(refused(request, AwsError(_CODES.get(bad.status, "InvalidRequest"), bad.reason), "-"))
        await send_response(scope, send, (without_body(answered) if request.method == "HEAD" else answered).response)

    async def _answer(self, request: WireRequest, scope: Scope, receive: Receive) -> Answered:
        most = self.limits.object_size if seeming_protocol(request) == "rest-xml" else self.limits.body_size
        size = stated_size(request)
        if size is not None and size > most:
            if "expect" not in request.headers:
                await drain(receive, self.limits.drained, self.limits.body_seconds)
            raise Unreadable(413, f"the body has more than {most} bytes")
        body = await read_body(receive, most, self.limits.body_seconds)
        whole = WireRequest(request.method, request.url, request.headers, body) if body else request
        source_ip, tls = (scope.get("client") or ("127.0.0.1", 0))[0], scope["scheme"] == "https"
        try:
            answered = await self.answering.live.ask(lambda cloud: self.answering.answer(cloud, whole, source_ip, tls))
        except Busy:
            code = "SlowDown" if seeming_protocol(request) == "rest-xml" else "ServiceUnavailable"
            return refused(request, AwsError(code, _BUSY), "-")
        except RecorderFailed:
            return _closing(refused(request, AwsError("InternalFailure", "the journal cannot be written"), "-"))
        if answered.outcome is None and answered.error is not None:
            self._keep(answered)
        return answered

    def _keep(self, answered: Answered) -> None:
        assert answered.error is not None
        self.refusals[answered.request_id] = (answered.operation, answered.error)
        if len(self.refusals) > _KEPT_REFUSALS:
            self.refusals.popitem(last=False)


_CODES = {408: "RequestTimeout", 413: "EntityTooLarge", 431: "RequestHeaderSectionTooLarge"}


async def send_response(scope: Scope, send: Send, response: WireResponse) -> None:
    """Put a response on the wire, at once where the server takes it whole."""
    raw = [(name.encode("latin-1"), _value(value)) for name, value in response.headers.items()]
    raw += [(b"set-cookie", _value(cookie)) for cookie in response.cookies]
    if "content-length" not in response.headers and response.status not in (204, 304):
        raw.append((b"content-length", str(len(response.body)).encode()))
    whole = scope.get("extensions", {}).get(WHOLE)
    if whole is not None:
        await whole["answer"](response.status, raw, response.body)
        return
    await send({"type": "http.response.start", "status": response.status, "headers": raw})
    await send({"type": "http.response.body", "body": response.body})


def _value(text: str) -> bytes:
    """A header's value: what would end the line becomes a space, what is not ASCII is written as mail does it."""
    clean = _CONTROL.sub(" ", text).strip()
    return clean.encode() if clean.isascii() else Header(clean, "utf-8", maxlinelen=10**6).encode().encode("ascii")


def _plain(bad: Unreadable) -> WireResponse:
    headers = {"content-type": "text/plain; charset=utf-8", "connection": "close"}
    return WireResponse(bad.status, headers, f"{bad.reason}\n".encode())


def _closing(answered: Answered) -> Answered:
    from dataclasses import replace

    response = answered.response
    return replace(answered, response=replace(response, headers={**response.headers, "connection": "close"}))
