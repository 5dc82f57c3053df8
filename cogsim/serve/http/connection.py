"""HTTP/1.1 off a socket: llhttp reads it, what it is too kind about is refused here, and nobody is waited for forever.

1. A head ends within its size, and framing around a body is in proportion to the body: what goes on is cut off before
   memory is.
2. A target is a path: no address of its own, no star, no fragment. HTTP/1.1 names its host.
3. A body has a length or comes in chunks, and no other coding. Fields behind the chunks are passed over: they would
   join the head, which was judged without them.
4. Asking for another protocol changes nothing: the request is answered, and the next one is read.
5. Who sends half a head, or reads its answer too slowly, is cut off, also behind an answer and at the end. A request's
   body is timed where it is read (`reading`).
6. Requests that come before their turn are read in small portions and no further than they must be, since each takes a
   hundred times its size. What is wrong with one is said when those before it have been answered.
"""

from __future__ import annotations

import asyncio
import urllib.parse
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl, service_unavailable
from uvicorn.protocols.http.httptools_impl import HEADER_RE, STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from cogsim.serve.http.limits import Limits

#: How long (seconds) a closing TLS connection may take over it, behind an answer of up to so many bytes.
_GOOD_BYE, _SMALL = 0.5, 1 << 16
#: How many bytes of framing a byte of a body may bring: chunks of one byte have five.
_FRAMING = 8
#: How many bytes are read at once.
_PORTION = 4096


def impatient(limits: Limits) -> type[HttpToolsProtocol]:
    """The protocol with these limits."""
    return type("Connection", (Connection,), {"limits": limits})


class _RefusedError(ValueError):
    """A head that is read and not taken."""


class _Flow(FlowControl):
    """Whether bytes are taken off the socket; not while requests wait for their turn."""

    held = False

    def resume_reading(self) -> None:
        if not self.held:
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """One connection, with the requests that come over it."""

    limits = Limits()
    flow: _Flow
    _head_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None
    _end_timer: asyncio.TimerHandle | None = None
    #: Whether a request was begun and has not ended, whether its fields are being read, and whether its head was taken.
    _midway, _in_head, _taken = False, False, False
    #: How many bytes of this request were read: all but its body's, its body's, and those since the body's last.
    _around, _within, _since = 0, 0, 0
    _method = b""
    #: The request that is being answered, or was last.
    _answering: _Cycle | None = None
    #: Why what came behind the requests under way is not taken.
    _objection = ""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.flow = _Flow(transport)
        self._ahead = bytearray()
        if len(self.connections) > 2 * self.limits.connections:
            transport.abort()
            return
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset_keepalive_if_required()
        for timer in (self._head_timer, self._write_timer, self._end_timer):
            if timer is not None:
                timer.cancel()
        self.pipeline.clear()
        self._ahead.clear()
        if self._answering is not None and not self._answering.response_complete:
            self._answering.leave()
        super().connection_lost(exc)

    # What is read

    def data_received(self, data: bytes) -> None:
        self._ahead += data
        self._go_on()

    def _go_on(self) -> None:
        """Read what came, up to a request that has to wait for the one before it."""
        while self._ahead and not self.pipeline and not self._objection and not self.transport.is_closing():
            portion = bytes(self._ahead[:_PORTION])
            del self._ahead[:_PORTION]
            self._read(portion)
        if self.transport.is_closing():
            return
        self.flow.held = bool(self.pipeline or self._objection)
        if self.flow.held:
            self.flow.pause_reading()
        elif self.cycle is None or len(self.cycle.body) <= HIGH_WATER_LIMIT:
            self.flow.resume_reading()
        self._watch()

    def _watch(self) -> None:
        """Set the clock that runs against the client: for its next head, or for saying anything at all."""
        if self._under_way():
            self._unset_keepalive_if_required()
            self._settle_head()
        elif self._midway:
            self._unset_keepalive_if_required()
            if self._head_timer is None:
                self._expect_head()
        elif self._answering is not None:
            self._settle_head()
            if self.timeout_keep_alive_task is None:
                wait = self.timeout_keep_alive
                self.timeout_keep_alive_task = self.loop.call_later(wait, self.timeout_keep_alive_handler)

    def _under_way(self) -> bool:
        return self._answering is not None and not self._answering.response_complete

    def _read(self, portion: bytes) -> None:
        """Read a portion. Where a head asks for another protocol, llhttp stops: it is read again without that."""
        self._around += len(portion)
        self._since += len(portion)
        try:
            self.parser.feed_data(portion)
        except httptools.HttpParserUpgrade as asked:
            self._ahead[:0] = self._head_without_offer() + portion[asked.args[0] :]
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            self._around = self._since = 0
        except httptools.HttpParserError:
            self._refuse("This is no request that the server takes.")
        else:
            most = self.limits.head_size
            if self._around > most + _FRAMING * self._within or self._since > most + _PORTION:
                self._refuse("The head of the request is too long.")

    def _refuse(self, why: str) -> None:
        """Take nothing more, and say so in place of the answer to the request that is being read."""
        answering = self._answering
        if self._midway and self._taken and self.cycle is answering and answering is not None:
            if answering.response_started:
                self.transport.close()
                self._part()
            else:
                self.send_400_response(why)
            answering.leave()
            return
        if self._midway and self._taken and self.pipeline:
            self.pipeline.popleft()
            self.cycle = self.pipeline[0][0] if self.pipeline else answering  # type: ignore[assignment]
        if self._under_way():
            self._objection = why
        else:
            self.send_400_response(why)

    def _head_without_offer(self) -> bytes:
        """The head that was read, as if its sender had not asked for another protocol."""
        version = self.parser.get_http_version().encode("ascii")
        lines = [self._method + b" " + self.url + b" HTTP/" + version]
        lines += [name + b": " + value for name, value in self.headers if name not in (b"upgrade", b"connection")]
        asked = b",".join(value.lower() for name, value in self.headers if name == b"connection")
        if b"close" in (token.strip() for token in asked.split(b",")):
            lines.append(b"connection: close")
        return b"\r\n".join([*lines, b"", b""])

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._midway, self._in_head, self._taken = True, True, False

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head and len(self.headers) <= self.limits.headers:  # one more than may be says that it is too many
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        self._around -= len(body)
        self._within += len(body)
        self._since = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._around = self._within = self._since = 0
        self._midway = False
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
        cycle = self.cycle = _Cycle(
            scope=self.scope,
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=self.access_log,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=self.expect_100_continue and version != "1.0",
            keep_alive=version != "1.0" and self.parser.should_keep_alive(),
            on_response=self.on_response_complete,
        )
        self.scope["extensions"] = {WHOLE: {"answer": cycle.answer}}
        self._taken = True
        most = self.limits.connections
        app = service_unavailable if max(len(self.connections), len(self.tasks)) >= most else self.app
        if self._under_way():
            self.pipeline.appendleft((cycle, app))
        else:
            self._start_asgi_task(cycle, app)

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        assert isinstance(cycle, _Cycle)
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

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
        if self.transport.is_closing():
            self._part()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._part()
        elif self._objection and not self._under_way():
            self.send_400_response(self._objection)
        else:
            self._go_on()

    def send_400_response(self, msg: str) -> None:
        super().send_400_response(msg)
        self._part()

    def timeout_keep_alive_handler(self) -> None:
        super().timeout_keep_alive_handler()
        self._part()

    def _part(self) -> None:
        """What was written is waited for as ever. Over TLS both sides say good-bye; a client that does not is not
        waited for."""
        small = self._answering is None or self._answering.sent <= _SMALL
        if self._end_timer is None and (self.scheme == "https" or self.transport.get_write_buffer_size()):
            wait = _GOOD_BYE if small and self.scheme == "https" else self.limits.write_seconds
            self._end_timer = self.loop.call_later(wait, self.transport.abort)

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
    """One request with its answer. `sent` is how many bytes its body has."""

    sent = 0

    async def run_asgi(self, app: Any) -> None:
        try:
            await super().run_asgi(app)
        finally:
            self.scope.pop("extensions", None)  # it refers to this very object: garbage that only a search would find

    async def send(self, message: Any) -> None:
        self.sent += len(message.get("body", b""))
        await super().send(message)

    def leave(self) -> None:
        """Nobody is there any more to be answered."""
        self.disconnected = True
        self.message_event.set()

    async def answer(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
        """Send a whole answer whose headers say how long `body` is, where there is to be one."""
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        self.response_started, self.waiting_for_100_continue = True, False
        parts: list[Any] = [STATUS_LINE[status]]
        for name, value in (*self.default_headers, *headers):
            if HEADER_RE.search(name):
                raise RuntimeError("Invalid HTTP header name.")
            if name == b"connection" and value == b"close":
                self.keep_alive = False
            else:
                parts += (name, b": ", value, b"\r\n")
        parts += () if self.keep_alive else (b"connection: close\r\n",)
        parts += (b"\r\n", b"" if self.scope["method"] == "HEAD" else body)
        self.sent = len(body)
        self.transport.write(b"".join(parts))
        self.response_complete = True
        self.message_event.set()
        if not self.keep_alive:
            self.transport.close()
        self.on_response()
