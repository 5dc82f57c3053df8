"""A request for a page as it arrived: its place in the world, its parameters, each once, and its way to the door.

1. A parameter that comes twice is refused, whichever of the two a reader would have taken.
2. Names and values are UTF-8, percent-encoded; what is not, and forms of another type, are refused.
3. Addresses that go back in parameters are read as the world's own before anybody compares them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cogsim.aws.call import Call, Outcome
from cogsim.aws.cloud import Cloud
from cogsim.decisions.call_origin import CallOrigin
from cogsim.serve.address import Arrival, Served, ServedAt
from cogsim.serve.wire.message import WireRequest
from cogsim.world.world import World

_MOST_PARAMETERS = 200
_FORM = "application/x-www-form-urlencoded"
#: Parameters that hold an address of the app's, which may stand on a host of the world.
_ADDRESSES = ("redirect_uri", "logout_uri")


class BadRequest(Exception):
    """What a server refuses before any operation is asked."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.text, self.status = text, status


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request. `url` is the address in the world, `query` and `form` are its parameters by name."""

    cloud: Cloud
    origin: CallOrigin
    address: ServedAt
    arrival: Arrival
    served: Served
    method: str
    headers: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    form: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def world(self) -> World:
        return self.cloud.world

    @property
    def url(self) -> str:
        return self.arrival.url

    @property
    def path(self) -> str:
        return urlsplit(self.url).path

    def reach(self, url: str) -> str:
        """How this client reaches an address of the world; a path is one of the host that it asked."""
        whole = f"https://{self.arrival.host}{url}" if url.startswith("/") and self.arrival.host else url
        return self.address.reach(whole, self.arrival.style, self.served)

    def submit(self, operation: str, params: Mapping[str, Any], region: str | None = None) -> Outcome:
        """Ask the door, as whoever sent the request and without credentials."""
        origin = replace(self.origin, region=region) if region else self.origin
        return self.cloud.submit(Call(operation, params, None, origin))


def read_request(
    cloud: Cloud, request: WireRequest, origin: CallOrigin, address: ServedAt, arrival: Arrival, served: Served
) -> PageRequest:
    """The request taken apart; BadRequest where it cannot be read in one way only."""
    made = PageRequest(cloud, origin, address, arrival, served, request.method, request.headers, {})
    form = _form(request) if request.method == "POST" else {}
    return replace(
        made,
        query=_translated(made, _once(_pairs(urlsplit(request.url).query))),
        form=_translated(made, form),
        cookies=cookies_of(request.headers.get("cookie", "")),
    )


def _form(request: WireRequest) -> Mapping[str, str]:
    if not request.body:
        return {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _FORM:
        raise BadRequest(f"A form is sent as {_FORM}.", 415)
    try:
        text = request.body.decode("ascii")
    except UnicodeDecodeError:
        raise BadRequest("The form is not percent-encoded.") from None
    return _once(_pairs(text))


def _pairs(text: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS)
    except UnicodeDecodeError:
        raise BadRequest("The parameters are not UTF-8.") from None
    except ValueError:
        raise BadRequest("There are too many parameters.") from None


def _once(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for name, value in pairs:
        if name in found:
            raise BadRequest("A parameter is sent twice.")
        if name:
            found[name] = value
    return found


def _translated(request: PageRequest, parameters: Mapping[str, str]) -> Mapping[str, str]:
    read = {
        name: request.address.read_back(parameters[name], request.served) for name in _ADDRESSES if name in parameters
    }
    return {**parameters, **read}


def cookies_of(header: str) -> Mapping[str, str]:
    """The cookies by name; of two with one name the first, which is the one for the longer path. # rfc:6265 §5.4"""
    found: dict[str, str] = {}
    for part in header.split(";"):
        name, equals, value = part.strip().partition("=")
        if equals and name:
            found.setdefault(name, value.strip('"'))
    return found
