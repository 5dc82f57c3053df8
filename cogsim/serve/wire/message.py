"""A request and a response as they stand on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit


@dataclass(frozen=True, slots=True)
class WireRequest:
    """An HTTP request: `url` whole, header names in lower case, the body as sent."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def path(self) -> str:
        """The path as sent, percent-encoding kept."""
        return urlsplit(self.url).path or "/"

    @property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The parameters of the query string, decoded, in their order."""
        return tuple(parse_qsl(urlsplit(self.url).query, keep_blank_values=True)) if "?" in self.url else ()

    def parameter(self, name: str) -> str | None:
        """The first query parameter of that name."""
        return next((value for key, value in self.query if key == name), None)


@dataclass(frozen=True, slots=True)
class WireResponse:
    """An HTTP response. `cookies` are the values of Set-Cookie, each for a header of its own."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = field(default=b"", repr=False)
    cookies: tuple[str, ...] = field(default=(), repr=False)


def decoded(path: str) -> str:
    """A path with its percent-encoding undone."""
    return unquote(path)
