"""Where a cloud is reached, and how the addresses of its world are written for a client that reaches it there.

A world has hosts of its own (`acme.auth.us-east-1.amazoncognito.com`, `adfs.example.com`), and what is decided is
decided over their addresses, always `https://`. A client reaches such a host in one of three ways, and is answered in
the way it came:

- by the host's own name, where it resolves to the server;
- by that name with `.localhost` behind it, which browsers take for the machine itself;
- by a path at the server's own address, `/_hosts/<host>/…`, which needs no name to resolve.

Only hosts that are served are written anew; every other address stays as it is. A client is answered at the name and
port that it used itself (`seen_as`): a server has many, behind a container's port or a name of the network.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

#: Whether the world has that host.
Served = Callable[[str], bool]

#: The path that hosts of the world stand under.
PREFIX = "/_hosts/"
_LOCAL = ".localhost"
_PORTS = {"http": 80, "https": 443}
_HIGHEST_PORT = 65_535
_AUTHORITY = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::(\d{1,5}))?", re.ASCII)


class Style(StrEnum):
    """How a client reaches a host of the world."""

    NAME = "by its own name"
    LOCALHOST = "by its name under localhost"
    PATH = "by a path"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request's address in the world: `host` is the world's host, None at the server's own address, and `url` what
    was asked for there; `style` is how it is answered."""

    url: str
    host: str | None
    style: Style


@dataclass(frozen=True, slots=True)
class ServedAt:
    """Where the server is reached: `scheme` is http or https, `host` a name or an IP address."""

    scheme: str = "http"
    host: str = "localhost"
    port: int = 8000

    @property
    def secure(self) -> bool:
        return self.scheme == "https"

    @property
    def base(self) -> str:
        """The server's own address, without a slash behind it."""
        return f"{self.scheme}://{f'[{self.host}]' if ':' in self.host else self.host}{self._port}"

    def seen_as(self, url: str) -> ServedAt:
        """This server by the name and port of a request to `url`; itself where that names no host."""
        authority, _ = _split(url)
        found = _AUTHORITY.fullmatch(authority)
        if found is None:
            return self
        port = int(found[2]) if found[2] else _PORTS.get(self.scheme, self.port)
        return ServedAt(self.scheme, found[1].strip("[]").lower(), port) if port <= _HIGHEST_PORT else self

    @property
    def _port(self) -> str:
        return "" if self.port == _PORTS.get(self.scheme) else f":{self.port}"

    def arrive(self, url: str, served: Served) -> Arrival:
        """The address in the world that a request to `url` (whole) is for."""
        authority, rest = _split(url)
        name = _name(authority)
        if name.endswith(_LOCAL) and served(name.removesuffix(_LOCAL)):
            return Arrival(f"https://{name.removesuffix(_LOCAL)}{rest}", name.removesuffix(_LOCAL), Style.LOCALHOST)
        if served(name):
            return Arrival(f"https://{name}{rest}", name, Style.NAME)
        if rest.startswith(PREFIX):
            host, path = _split(f"https://{rest.removeprefix(PREFIX)}")
            if served(host.lower()):
                return Arrival(f"https://{host.lower()}{path}", host.lower(), Style.PATH)
        return Arrival(url, None, Style.PATH)

    def reach(self, url: str, style: Style, served: Served) -> str:
        """How a client that came in `style` reaches `url`; an address of no host of the world stays as it is."""
        authority, rest = _split(url)
        if not url.startswith("https://") or not served(authority):
            return url
        match style:
            case Style.NAME:
                return f"{self.scheme}://{authority}{self._port}{rest}"
            case Style.LOCALHOST:
                return f"{self.scheme}://{authority}{_LOCAL}{self._port}{rest}"
            case Style.PATH:
                return f"{self.base}{PREFIX}{authority}{rest}"

    def read_back(self, url: str, served: Served) -> str:
        """The world's own address of what `reach` wrote; every other address stays as it is."""
        found = self.arrive(url, served)
        written = found.host is not None and self.reach(found.url, found.style, served) == url
        return found.url if written else url


def _split(url: str) -> tuple[str, str]:
    """Host (with its port), and path with query and fragment, exactly as they stand; the path is `/` at least."""
    after = url.partition("://")[2]
    end = min((place for place in map(after.find, "/?#") if place >= 0), default=len(after))
    rest = after[end:]
    return after[:end], rest if rest.startswith("/") else f"/{rest}"


def _name(authority: str) -> str:
    """A host without its port and the dot of the root, in lower case."""
    host, colon, port = authority.rpartition(":")
    return (host if colon and port.isdigit() else authority).rstrip(".").lower()
