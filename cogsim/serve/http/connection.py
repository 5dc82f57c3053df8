"""HTTP/1.1 off a socket: llhttp reads it, what it is too kind about is refused here, and nobody is waited for forever.

1. A head ends within its size, and framing around a body is in proportion to the body: what goes on is cut off before
   memory is.
2. A target is a path: no address of its own, no star, no fragment. HTTP/1.1 names its host.
3. A body has a length or comes in chunks, and no other coding. Fields behind the chunks are passed over: they would
   join the head, which was judged without them.
4. Asking for another protocol changes nothing: the request is answered, and the next one is read.
5. Who sends half a head, or reads its answer too slowly, is cut off. A request's body is timed where it is read
   (`reading`).
"""

from __future__ import annotations

import asyncio
import urllib.parse
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import service_unavailable
from uvicorn.protocols.http.httptools_impl import HEADER_RE, STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from cogsim.serve.http.limits import Limits

#: How long (seconds) a closing TLS connection may take over it.
_GOOD_BYE = 0.5
#: How many bytes of framing a byte of a body may bring: chunks of one byte have five.
_FRAMING = 8


def impatient(limits: Limits) -> type[HttpToolsProtocol]:
    """The protocol with these limits."""
    return type("Connection", (Connection,), {"limits": limits})


class _RefusedError(ValueError):
    """A head that is read and not taken."""


class Connection(HttpToolsProtocol):
    """One connection, with the requests that come over it."""

    limits = Limits()
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    #: Whether a head is being read, and how many bytes of this request were read: all but its body's, and its body's.
    _in_head, _around, _within = False, 0, 0
    _method = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > 2 * self.limits.connections:
            transport.abort()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle_head()
        if self._write_timer is not None:
            self._write_timer.cancel()
        super().connection_lost(exc)

    # What is read

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        while data and not self.transport.is_closing():
            data = self._read(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._settle_head()
        elif self._head_timer is None and not self.transport.is_closing():
            self._expect_head()

    def _read(self, data: bytes) -> bytes:
        """Read on; what is to be read next where a head asks for another protocol, at which llhttp stops."""
        self._around += len(data)
        rest = b""
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as asked:
            self.parser = httptools.HttpRequestParser(self)
            rest = self._head_without_offer() + data[asked.args[0] :]
            self._around = 0
        except httptools.HttpParserError:
            self.send_400_response("This is no request that the server takes.")
            return b""
        if self._around > self.limits.head_size + _FRAMING * self._within:
            self.send_400_response("The head of the request is too long.")
        return rest

    def _head_without_offer(self) -> bytes:
        """The head that was read, as if its sender had not asked for another protocol."""
        lines = [self._method + b" " + self.url + b" HTTP/1.1"]
        lines += [name + b": " + value for name, value in self.headers if name not in (b"upgrade", b"connection")]
        if any(name == b"connection" and b"close" in value.lower() for name, value in self.headers):
            lines.append(b"connection: close")
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head = True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._around -= len(body)
        self._within += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._around = self._within = 0
        if not self.parser.should_upgrade():
            super().on_message_complete()

    def on_headers_complete(self) -> None:
        version, self._method = self.parser.get_http_version(), self.parser.get_method()
        self._in_head = False
        self._check_head(version)
        if self.parser.should_upgrade():
            return
        path, _, query = self.url.partition(b"?")
        self.scope["method"], self.scope["http_version"] = self._method.decode("ascii"), version
        self.scope["path"] = urllib.parse.unquote(path.decode("ascii"))
        self.scope["raw_path"], self.scope["query_string"] = path, query
        before = self.cycle
        self.cycle = _Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue,
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        self.scope["extensions"] = {WHOLE: {"answer": self.cycle.answer}}
        most = self.limits.connections
        app = service_unavailable if max(len(self.connections), len(self.tasks)) >= most else self.app
        if before is None or before.response_complete:
            self._start_asgi_task(self.cycle, app)
        else:
            self.flow.pause_reading()
            self.pipeline.appendleft((self.cycle, app))

    def _check_head(self, version: str) -> None:
        """Arguments 1 to 3, as far as the head goes. What is raised ends the connection with a 400."""
        if version not in ("1.0", "1.1") or self._method == b"CONNECT":
            raise _RefusedError("another version, or a way to somewhere else")
        if not self.url.startswith(b"/") or b"#" in self.url:
            raise _RefusedError("the target is no path")
        size, hosts = len(self.url), 0
        for name, value in self.headers:
            size += len(name) + len(value) + 4
            hosts += name == b"host"
            if name == b"transfer-encoding" and value.lower() != b"chunked":
                raise _RefusedError("another coding")
        if size > self.limits.head_size:
            raise _RefusedError("too long a head")
        if hosts == 0 and version == "1.1":
            raise _RefusedError("no host")

    # When it ends

    def shutdown(self) -> None:
        super().shutdown()
        if self.cycle is None or self.cycle.response_complete:
            self._part()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._part()

    def _part(self) -> None:
        """Over TLS both sides say good-bye; a client that does not is not waited for."""
        if self.scheme == "https":
            self.loop.call_later(_GOOD_BYE, self.transport.abort)

    def pause_writing(self) -> None:
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.limits.head_seconds, self.transport.abort)

    def _settle_head(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None


#: The extension of ASGI by which an application hands over an answer whole: head and body are then one write.
WHOLE = "cogsim.whole"


class _Cycle(RequestResponseCycle):
    """One request with its answer."""

    async def answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Send a whole answer whose headers say how long `body` is, where there is to be one."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        self.response_started, self.waiting_for_100_continue = True, False
        parts: list[Any] = [STATUS_LINE[status]]
        for name, value in headers:
            if HEADER_RE.search(name):
                raise RuntimeError("Invalid HTTP header name.")
            if name == b"connection" and value == b"close":
                self.keep_alive = False
            else:
                parts += (name, b": ", value, b"\r\n")
        parts += () if self.keep_alive else (b"connection: close\r\n",)
        parts += (b"\r\n", b"" if self.scope["method"] == "HEAD" else body)
        self.transport.write(b"".join(parts))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
