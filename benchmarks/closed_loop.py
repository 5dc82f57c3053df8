"""A closed loop of clients over kept connections: each sends its next bytes when it has its last answer."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Load:
    """What a server did under load."""

    a_second: float
    p50: float
    p99: float
    calls: int
    wrong: int = 0

    def __str__(self) -> str:
        told = f"{self.a_second:,.0f} a second, p50 {self.p50 * 1e3:.1f} ms, p99 {self.p99 * 1e3:.1f} ms"
        return told if not self.wrong else f"{told}, {self.wrong} WRONG"


class Connection:
    """A kept connection that takes bytes and gives the body of the answer."""

    def __init__(self, base: str) -> None:
        self._parts = urlsplit(base)
        self._socket = self._opened()
        self._left, self._over = b"", False

    def _opened(self) -> socket.socket:
        made = socket.create_connection((self._parts.hostname or "", self._parts.port or 80), timeout=5)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body; where the server keeps no connections, each call opens one."""
        if self._over:
            self._socket.close()
            self._socket, self._left = self._opened(), b""
        self._socket.sendall(request)
        data = self._left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._read()
        head, rest = data[:end].decode("latin-1"), data[end + 4 :]
        fields = dict(line.lower().split(":", 1) for line in head.split("\r\n")[1:])
        if "chunked" in fields.get("transfer-encoding", ""):
            while not rest.endswith(b"0\r\n\r\n"):
                rest += self._read()
            body, self._left = _joined(rest), b""
        else:
            size = int(fields.get("content-length", "0"))
            while len(rest) < size:
                rest += self._read()
            body, self._left = rest[:size], rest[size:]
        self._over = "close" in fields.get("connection", "")
        return int(head.split(" ", 2)[1]), body

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> bytes:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server closed")
        return data


def _joined(chunks: bytes) -> bytes:
    body = b""
    while chunks:
        size, _, rest = chunks.partition(b"\r\n")
        body, chunks = body + rest[: int(size, 16)], rest[int(size, 16) + 2 :]
    return body


#: One call of client and number: it asks by the connection, and says whether the answer was right.
Call = Callable[[Connection, int, int], bool]


def drive(base: str, call: Call, clients: int = 8, calls: int = 150, most: float = 2.0) -> Load:
    """Let `clients` make `calls` calls each, for `most` seconds at most; two go before and are not counted."""
    taken: list[float] = []
    wrong: list[int] = []
    ready, gate = threading.Barrier(clients + 1), threading.Event()

    def work(client: int) -> None:
        connection = Connection(base)
        for number in range(2):
            call(connection, client, -1 - number)
        ready.wait()
        gate.wait()
        mine, failed, end = [], 0, time.perf_counter() + most
        for number in range(calls):
            begin = time.perf_counter()
            if begin > end:
                break
            try:
                failed += not call(connection, client, number)
            except (OSError, ValueError, LookupError):
                failed += 1
            mine.append(time.perf_counter() - begin)
        connection.close()
        taken.extend(mine)
        wrong.append(failed)

    threads = [threading.Thread(target=work, args=(client,), daemon=True) for client in range(clients)]
    for thread in threads:
        thread.start()
    ready.wait(20)
    begin = time.perf_counter()
    gate.set()
    for thread in threads:
        thread.join(20)
    seconds = time.perf_counter() - begin
    taken.sort()
    return Load(len(taken) / seconds, taken[len(taken) // 2], taken[len(taken) * 99 // 100], len(taken), sum(wrong))
