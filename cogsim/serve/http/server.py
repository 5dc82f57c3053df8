"""Sockets, time limits and the end: the application under uvicorn.

1. Who sends half a head, or reads its answer too slowly, is cut off; bodies are timed where they are read.
2. Told to stop, the server takes no more connections, answers what is under way, lets the engine finish and record,
   and ends with 0. A second signal does not wait.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import uvicorn

from cogsim.errors import InputError
from cogsim.serve.address import ServedAt
from cogsim.serve.http.answering import Answering
from cogsim.serve.http.app import App
from cogsim.serve.http.connection import impatient
from cogsim.serve.http.garbage import keep_searches_short
from cogsim.serve.http.guard import Guard, is_loopback
from cogsim.serve.http.limits import Limits
from cogsim.serve.machine import wall_clock

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    from cogsim.serve.live import Live


@dataclass(frozen=True, slots=True)
class Listener:
    """A socket that is bound, and where it is reached."""

    socket: socket.socket
    address: ServedAt
    loopback: bool


def listen(host: str = "127.0.0.1", port: int = 0, *, tls: bool = False) -> Listener:
    """Bind `host` and `port`, 0 for any free one; InputError where that cannot be."""
    bound = _bound(host, port)
    address = ServedAt("https" if tls else "http", _reached(host), bound.getsockname()[1])
    return Listener(bound, address, is_loopback(host))


@dataclass(frozen=True, slots=True)
class Settings:
    """How a cloud is served: under which further names, guarded by which token, over TLS with which context."""

    names: frozenset[str] = frozenset()
    token: str | None = field(default=None, repr=False)
    tls: ssl.SSLContext | None = None
    limits: Limits = field(default_factory=Limits)
    elsewhere: Mapping[tuple[str, str], str] = field(default_factory=dict)
    wall: Callable[[], float] = wall_clock


class HttpServer:
    """One live cloud at one listener."""

    def __init__(self, live: Live, listener: Listener, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        if not listener.loopback and settings.token is None:
            raise InputError("bound to more than loopback, the server's own endpoints need a token")
        self.live = live
        self.address = listener.address
        self._socket = listener.socket
        self.app = App(
            Answering(live, self.address, settings.wall, settings.elsewhere),
            Guard(None if listener.loopback else settings.token, settings.names),
            settings.limits,
        )
        self._server = _Uvicorn(_config(self.app, settings))
        live.on_failure = self.stop

    def run(self, ready: Callable[[], None]) -> None:
        """Serve until SIGTERM or SIGINT; `ready` is called when connections are taken."""
        self.live.start()
        keep_searches_short()
        logging.getLogger("asyncio").setLevel(logging.ERROR)  # it warns of clients that went away
        self._server.ready = ready
        try:
            _run(self._serve_until_told())
        finally:
            self.live.stop()

    def stop(self) -> None:
        """Ask the server to end, from any thread."""
        self._server.should_exit = True

    def close(self) -> None:
        """Let go of the socket and the journal of a server that never ran."""
        self._socket.close()
        self.live.stop()

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve on a thread inside a `with` block; gives the base address."""
        begun = threading.Event()
        self.live.start()
        self._server.ready = begun.set
        thread = threading.Thread(target=lambda: _run(self._server.take(self._socket)), daemon=True)
        thread.start()
        begun.wait()
        try:
            yield self.address.base
        finally:
            self.stop()
            thread.join()
            self.live.stop()

    async def _serve_until_told(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._told_to_stop)
        await self._server.take(self._socket)

    def _told_to_stop(self) -> None:
        self._server.force_exit = self._server.should_exit
        self._server.should_exit = True


def _run(main: Coroutine[Any, Any, None]) -> None:
    """Run on the faster event loop, where the system has it."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        asyncio.run(main)
        return
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


class _Uvicorn(uvicorn.Server):
    """Says when it is ready, and leaves signals to us: uvicorn would raise them once more at the end."""

    ready: Callable[[], None]

    async def take(self, bound: socket.socket) -> None:
        await self._serve([bound])

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready()


def _config(app: App, settings: Settings) -> uvicorn.Config:
    limits, context = settings.limits, settings.tls
    return uvicorn.Config(
        app,
        http=impatient(limits),
        ws="none",
        lifespan="off",
        loop="asyncio",
        interface="asgi3",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=limits.connections,
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=limits.drain_seconds,
        ssl_context_factory=None if context is None else lambda *_: context,
    )


def _bound(host: str, port: int) -> socket.socket:
    """A listening address; InputError where it is taken or none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        made = socket.socket(*found[:3])  # with its protocol: asyncio sends at once (TCP_NODELAY) where it knows it
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(found[4])
    except OSError as error:
        raise InputError(f"cannot listen at {host}:{port}: {error.strerror or error}") from None
    return made


def _reached(host: str) -> str:
    """The name that a client on this machine reaches the bound address by."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)
