"""Load balancers of the world over HTTP, whatever stands behind them, and the keys that they sign with.

1. A request goes on as it came: any method, any header, any body; what could be read in two ways the load balancer
   refuses itself. The world's addresses are https, so its HTTPS listeners are what is reached here.
2. Cookies are set for the host that set them; `Lax` is enough for a browser that comes back from a provider.
3. What a target answers is shown as a page to browsers, and as JSON to everybody else, with the headers that reached
   it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from cogsim.aws.cloud import Cloud
from cogsim.aws.load_balancer_model import LOAD_BALANCER_SERVICE
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.load_balancer_rules import find_balancer, hosts_of
from cogsim.decisions.load_balancer_token import key_host
from cogsim.errors import InputError, NotModelled
from cogsim.serve.address import Arrival, Served, ServedAt
from cogsim.serve.web.answers import json_answer, not_found, page, redirect, set_cookie, text_answer
from cogsim.serve.web.html import Screen
from cogsim.serve.web.page_request import PageRequest, cookies_of
from cogsim.serve.wire.message import WireRequest, WireResponse
from cogsim.world.world import World

#: Headers that end at the server, and those that the door takes apart.
_KEPT_BACK = frozenset(
    ("connection", "content-length", "cookie", "host", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)
_KEYS = "public-keys.auth.elb."


def stands_at(world: World, host: str) -> bool:
    """Whether a load balancer or the keys of a Region stand at a host."""
    return _region_of(world, host) is not None or find_balancer(world, host) is not None


def hosts(world: World) -> set[str]:
    """The hosts of every load balancer of the world, and of the keys that they sign with."""
    balancers = [each for each in world.load_balancers.values() if each.type == "application"]
    return {host for each in balancers for host in (*hosts_of(world, each), key_host(each.region))}


def answer(
    cloud: Cloud, request: WireRequest, origin: CallOrigin, address: ServedAt, arrival: Arrival, served: Served
) -> WireResponse:
    """The answer of the load balancer, of what stands behind it, or the key."""
    asked = PageRequest(cloud, origin, address, arrival, served, request.method, request.headers, {})
    region = _region_of(cloud.world, arrival.host or "")
    try:
        return _key(asked, region) if region is not None else _response(asked, _asked(cloud, asked))
    except NotModelled as problem:
        return page(Screen("Not modelled", error=str(problem)), 501)
    except InputError as problem:
        return page(Screen("Bad request", error=problem.message), 400)


def _region_of(world: World, host: str) -> str | None:
    """The Region whose keys stand at a host."""
    regions = {each.region for each in world.load_balancers.values()}
    return next((region for region in sorted(regions) if host == key_host(region)), None)


def _key(request: PageRequest, region: str) -> WireResponse:
    kid = request.path.removeprefix("/")
    found = request.submit(f"{LOAD_BALANCER_SERVICE}:PublicKey", {"Region": region, "Kid": kid}) if kid else None
    said = found.response if found is not None else None
    return text_answer(said["Body"]["Text"], "text/plain") if said and said["Status"] == 200 else not_found()


def _asked(cloud: Cloud, request: PageRequest) -> Mapping[str, Any]:
    """What the door answers."""
    balancer = find_balancer(cloud.world, request.arrival.host or "")
    headers = {name: request.headers[name] for name in sorted(request.headers) if name not in _KEPT_BACK}
    params = {
        "Url": request.url,
        "Method": request.method,
        "Headers": headers,
        "Cookies": dict(cookies_of(request.headers.get("cookie", ""))),
    }
    outcome = request.submit(f"{LOAD_BALANCER_SERVICE}:Request", params, balancer.region if balancer else None)
    if outcome.error is not None:
        return {"Status": 400, "Body": {"Error": outcome.error.message or outcome.error.code}}
    return outcome.response or {}


def _response(request: PageRequest, said: Mapping[str, Any]) -> WireResponse:
    held: Mapping[str, Mapping[str, Any]] = said.get("Cookies", {})
    cookies = tuple(
        set_cookie(request, name, str(held[name]["Value"]), held[name].get("MaxAge"), "Lax") for name in held
    )
    if "Location" in said:
        return replace(redirect(request.reach(said["Location"]), cookies), status=said["Status"])
    body: Mapping[str, Any] = said.get("Body", {})
    if "Text" in body:
        kind = said.get("Headers", {}).get("Content-Type", "text/plain; charset=utf-8")
        return replace(text_answer(body["Text"], kind), status=said["Status"], cookies=cookies)
    if "text/html" in request.headers.get("accept", ""):
        return page(_screen(request, body), said["Status"], cookies)
    shown = {name: body[name] for name in body if name != "Page"}
    return replace(json_answer({**shown, **_seen(said)}, said["Status"]), cookies=cookies)


def _seen(said: Mapping[str, Any]) -> dict[str, Any]:
    return {name: said[name] for name in ("Target", "ErrorReason") if name in said}


def _screen(request: PageRequest, body: Mapping[str, Any]) -> Screen:
    """What a browser shows of a target's answer, or of the load balancer's own."""
    site = urlsplit(request.url).netloc
    if "Error" in body:
        return Screen("Error", site, str(body["Error"]))
    told = [f"{name}: {value}" for name, value in sorted(body.get("Claims", {}).items())]
    groups = body.get("Groups", [])
    told += [f"Groups: {', '.join(groups)}"] if groups else []
    user = body.get("User")
    return Screen(f"Signed in as {user}" if user else "Welcome, guest", site, told=tuple(told))
