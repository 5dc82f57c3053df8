"""A request to an API as the gateway takes it: method, path, headers and parameters, and what an identity source names.

1. Names of headers compare without case. Of a header that is sent twice the last counts, and the list keeps both.
2. The path is taken apart as it was sent and decoded part by part, so that an encoded slash opens no other route.
3. What is not percent-encoded UTF-8, or no method, or holds a control character, is refused before any authorizer
   is asked.
# apigw:lambda-authorizer
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from cogsim.assumptions import choice
from cogsim.decision import Decision, Step, decided
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.gateway_refusals import BAD_REQUEST, FORBIDDEN, GatewayRefusal, refuse
from cogsim.world.rest_api import METHODS

_MALFORMED = "api.malformedPath"
_SPARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
#: What stands in no path as it is sent: it would end it, or the line that it stands in.
_NO_PATH = re.compile(r"[\x00-\x20\x7f?#]")
#: Headers together, and the path with its parameters (bytes). # apigw:limits
_LONGEST_HEADERS, _LONGEST_PATH = 10_240, 8_192


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """One request. `path` begins with a slash and is as sent, behind the stage; `headers` keep the case they came in,
    `query` is decoded."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, str] = field(default_factory=dict)
    body: str = field(default="", repr=False)
    stage: str = ""
    #: The domain name of an account's own that it came to, empty at the API's own host.
    domain: str = ""
    origin: CallOrigin = field(default_factory=CallOrigin)

    def header(self, name: str) -> str | None:
        """The header, of several the last."""
        return self.folded().get(name.casefold())

    def sent_twice(self, name: str) -> bool:
        """Whether the header came under two spellings of its name."""
        return sum(each.casefold() == name.casefold() for each in self.headers) > 1

    def folded(self) -> dict[str, str]:
        """The headers by name in lower case."""
        return {name.casefold(): value for name, value in self.headers.items()}

    @property
    def segments(self) -> tuple[str, ...] | None:
        """The parts of the path, decoded each by itself; None where one cannot be."""
        found = []
        for part in self.path.removeprefix("/").split("/"):
            text = decoded(part)
            if text is None:
                return None
            found.append(text)
        return tuple(found)

    @property
    def raw_query(self) -> str:
        """The parameters as a query string, in the order of their names."""
        return "&".join(f"{quote(name, safe='')}={quote(self.query[name], safe='')}" for name in sorted(self.query))


def decoded(part: str) -> str | None:
    """A part of a path with its percent-encoding undone; None where it is none, unless such parts count as text."""
    if _SPARE_PERCENT.search(part):
        return part if choice(_MALFORMED) == "text" else None
    try:
        return unquote_to_bytes(part).decode("utf-8")
    except UnicodeDecodeError:
        return part if choice(_MALFORMED) == "text" else None
    except UnicodeEncodeError:
        return None


def check_request(request: ApiRequest) -> Decision[GatewayRefusal | None]:
    """Whether a gateway reads the request at all."""
    question, source = "can the request be read?", "apigw:limits"
    if request.method not in METHODS:
        return refuse(FORBIDDEN, question, f"method {request.method[:20]!r}", source)
    if not request.path.startswith("/") or len(request.path) > _LONGEST_PATH or _NO_PATH.search(request.path):
        return refuse(BAD_REQUEST, question, f"path {request.path[:40]!r}", source)
    if any(_CONTROL.search(part) for part in request.segments or ()):
        return refuse(BAD_REQUEST, question, f"path {request.path[:40]!r}", source)
    if request.segments is None:
        return refuse(BAD_REQUEST, question, f"path {request.path[:40]!r}", source, assumption=_MALFORMED)
    size = sum(len(name) + len(value) for name, value in request.headers.items())
    if size > _LONGEST_HEADERS:
        return refuse(BAD_REQUEST, question, f"headers of {size} characters", source)
    for name in sorted(request.headers):
        if not _HEADER_NAME.fullmatch(name) or _CONTROL.search(request.headers[name]):
            return refuse(BAD_REQUEST, question, f"header {name[:40]!r}", source)
    return decided(None, Step(question, "yes", f"{request.method} {request.path[:200]}", source))
