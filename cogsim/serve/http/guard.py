"""Who may use the server's own endpoints, which read codes, move time and forget everything.

1. Bound to anything but loopback, they take a token, compared in constant time.
2. On loopback whoever can open a socket there is trusted, and that includes every web page in the user's browser. So
   a request must name the machine itself as its host: a page that had its own name resolve to loopback names another.
   That holds for hosts of the world too, since whoever has the name in reality may write pages there.
3. A request that a browser sends for a page of another origin is refused, by its Origin, which browsers put on
   everything that is no plain GET, and by Sec-Fetch-Site. A GET changes nothing here.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit


@dataclass(frozen=True, slots=True)
class Guard:
    """`token` is None on loopback; `names` are further host names that the server is reached by."""

    token: str | None = field(default=None, repr=False)
    names: frozenset[str] = frozenset()

    def objection(self, headers: Mapping[str, str], token: str | None) -> str | None:
        """Why the request is refused; None where it is not. `token` is what came in the query."""
        given = headers.get("x-cogsim-token", token or "")
        if self.token is not None and not hmac.compare_digest(given.encode(), self.token.encode()):
            return "the token is missing or wrong: send it as X-Cogsim-Token, or as ?token="
        host = headers.get("host", "")
        if self.token is None and not self._own_name(host):
            return "the Host header does not name this machine: ask at localhost"
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "the request comes from a page of another origin"
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            return "the request comes from a page of another site"
        return None

    def _own_name(self, host: str) -> bool:
        name = host_name(host)
        return is_loopback(name) or name in self.names


def host_name(host: str) -> str:
    """A Host header without its port, in lower case."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].rstrip(".").lower()


def is_loopback(name: str) -> bool:
    """Whether a host name or address is the machine itself."""
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
