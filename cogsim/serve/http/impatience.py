"""HTTP/1.1 that has no patience with half a head, nor with a client that does not read what it asked for.

uvicorn has a time limit for a connection that is idle, and none for one that has begun to speak. A request's body is
timed where it is read (`reading`).
"""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

from cogsim.serve.http.limits import Limits

#: How long (seconds) a closing TLS connection may take over it.
_GOOD_BYE = 0.5


def impatient(limits: Limits) -> type[H11Protocol]:
    """The protocol with these limits."""
    return type("Impatient", (Impatient,), {"limits": limits})


class Impatient(H11Protocol):
    """A connection that is cut off where its client takes too long."""

    limits = Limits()
    _head: asyncio.TimerHandle | None = None
    _write: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) > 2 * self.limits.connections:
            transport.abort()
            return
        self._expect_head()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._settle_head()
        elif self._head is None:
            self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._settle_head()
        if self._write is not None:
            self._write.cancel()
        super().connection_lost(exc)

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
        self._write = self.loop.call_later(self.limits.write_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._write is not None:
            self._write.cancel()
            self._write = None

    def _expect_head(self) -> None:
        self._head = self.loop.call_later(self.limits.head_seconds, self.transport.abort)

    def _settle_head(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None
