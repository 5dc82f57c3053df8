"""Answers on the wire: pages, redirects, JSON, cookies; each with the headers that keep it where it belongs.

1. No header can be opened by what somebody sent: characters that are no part of an address are escaped.
2. Pages load nothing, run nothing and stand in nobody's frame. `form-action` is left out: browsers hold it against the
   redirect that follows a form, which leads to the app.
3. Cookies stay with the host that set them, and with its path where hosts share an address; they are out of scripts'
   reach, and go over https alone where the server has it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from cogsim.serve.address import PREFIX, Style
from cogsim.serve.web.html import Screen, render, style_hash
from cogsim.serve.web.page_request import BadRequest, PageRequest
from cogsim.serve.wire.message import WireResponse

_URL_CHARACTERS = "%/:=&?~#+!$,;'@()*[]"
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]*", re.ASCII)
_NEVER_KEPT = {"cache-control": "no-cache, no-store, max-age=0, must-revalidate", "pragma": "no-cache", "expires": "0"}
_GUARDED = {"x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "no-referrer"}


def page(screen: Screen, status: int = 200, cookies: tuple[str, ...] = ()) -> WireResponse:
    """A page of HTML."""
    policy = f"default-src 'none'; style-src '{style_hash()}'; img-src data:; base-uri 'none'; frame-ancestors 'none'"
    headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": policy}
    return WireResponse(status, {**headers, **_GUARDED, **_NEVER_KEPT}, render(screen).encode(), cookies)


def redirect(url: str, cookies: tuple[str, ...] = ()) -> WireResponse:
    """Send the browser to `url`, as the client reaches it."""
    return WireResponse(302, {"location": quote(url, safe=_URL_CHARACTERS), **_GUARDED, **_NEVER_KEPT}, b"", cookies)


def json_answer(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None, kept: str | None = None
) -> WireResponse:
    """JSON that apps on any site may read; `kept` is for how long, never unless said."""
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
    keeping = _NEVER_KEPT if kept is None else {"cache-control": kept}
    own = {"content-type": "application/json;charset=UTF-8", "access-control-allow-origin": "*", **keeping}
    return WireResponse(status, {**own, **_GUARDED, **lowered(headers or {})}, text)


def text_answer(text: str, kind: str) -> WireResponse:
    """A document of another type."""
    return WireResponse(200, {"content-type": kind, **_GUARDED}, text.encode())


def not_found(text: str = "There is no such page.") -> WireResponse:
    """What is nowhere."""
    return page(Screen("Not found", told=(text,)), 404)


def refuse_unread(problem: BadRequest, *, in_json: bool) -> WireResponse:
    """The answer to a request that could not be read, for an app or for a person."""
    if in_json:
        return json_answer({"error": "invalid_request", "error_description": problem.text}, problem.status)
    return page(Screen("Bad request", error=problem.text), problem.status)


def wrong_method(allowed: str) -> WireResponse:
    """A page that is there, asked in another way."""
    found = page(Screen("Method not allowed", told=(f"This address takes {allowed}.",)), 405)
    return WireResponse(405, {**found.headers, "allow": allowed}, found.body)


def lowered(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers by their names in lower case, values kept to what a header may hold."""
    return {name.lower(): "".join(c if " " <= c <= "~" else "?" for c in headers[name]) for name in sorted(headers)}


def set_cookie(request: PageRequest, name: str, value: str, max_age: int | None, same_site: str | None) -> str:
    """The value of Set-Cookie. `max_age` in seconds, None goes with the browser. SameSite=None is for secure cookies
    alone: such a one is secure over http too, where browsers take it from the machine itself."""
    if not _TOKEN.fullmatch(value):
        raise ValueError(f"the cookie {name} holds characters that cookies cannot")
    host, style = request.arrival.host, request.arrival.style
    parts = [f"{name}={value}", f"Path={PREFIX}{host}/" if style is Style.PATH and host else "Path=/"]
    if max_age is not None:
        parts.append(f"Max-Age={max_age}")
    if request.address.secure or same_site == "None":
        parts.append("Secure")
    parts.append("HttpOnly")
    return "; ".join([*parts, f"SameSite={same_site}"] if same_site else parts)
