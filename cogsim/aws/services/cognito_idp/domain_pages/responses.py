"""Answers of a pool's domain: redirects, pages, JSON, in the parts that `domain_model` names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.decision import Refusal
from cogsim.decisions.authorize import with_query

Response = dict[str, Any]

#: The cookies of the pages. # idp:managed-login
SESSION, XSRF, BOUND = "cognito", "XSRF-TOKEN", "csrf-state"


def redirect(address: str, cookies: Mapping[str, Any] | None = None) -> Response:
    """Send the browser to `address`."""
    return {"Status": 302, "Location": address, **_cookies(cookies)}


def page(name: str, cookies: Mapping[str, Any] | None = None, *, status: int = 200, **held: Any) -> Response:
    """A page of that name; `held` is what stands on it."""
    shown = {key: value for key, value in held.items() if value is not None}
    return {"Status": status, "Body": {"Page": name, **shown}, **_cookies(cookies)}


def form(action: str, fields: tuple[str, ...], **hidden: str) -> dict[str, Any]:
    """A form on a page."""
    return {"Action": action, "Fields": list(fields), "Hidden": hidden}


def json_answer(body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An endpoint's answer, which apps on any site may read."""
    return {"Status": status, "Headers": {"Access-Control-Allow-Origin": "*", **(headers or {})}, "Body": dict(body)}


def oauth_error(refusal: Refusal, status: int = 400) -> Response:
    """The refusal of an OAuth endpoint."""
    said = {"error_description": refusal.message} if refusal.message else {}
    return json_answer({"error": refusal.code, **said}, status)


def error_page(host: str, refusal: Refusal, client_id: str | None) -> Response:
    """Send the browser to the domain's own error page, and nowhere else. # idp:authorize-endpoint"""
    said = {"error_description": refusal.message} if refusal.message else {}
    named = {"client_id": client_id} if client_id else {}
    return redirect(with_query(f"https://{host}/error", {"error": refusal.code, **said, **named}))


def cookie(value: str, max_age: int | None = None) -> dict[str, Any]:
    """A cookie to set; without an age it goes with the browser."""
    return {"Value": value} if max_age is None else {"Value": value, "MaxAge": max_age}


def gone() -> dict[str, Any]:
    """A cookie to take away."""
    return {"Value": "", "MaxAge": 0}


def _cookies(cookies: Mapping[str, Any] | None) -> dict[str, Any]:
    return {"Cookies": dict(cookies)} if cookies else {}
