"""Answers of load balancers and targets, in the parts that `load_balancer_model` names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.decision import Refusal

Response = dict[str, Any]

#: The words of the statuses that load balancers answer with.
_WORDS = {
    "400": "400 Bad Request",
    "401": "401 Authorization Required",
    "405": "405 Method Not Allowed",
    "463": "463",
    "500": "500 Internal Server Error",
    "501": "501 Not Implemented",
    "503": "503 Service Temporarily Unavailable",
    "561": "561 Unauthorized",
}


def redirect(address: str, cookies: Mapping[str, Any] | None = None, status: int = 302) -> Response:
    """Send the browser to `address`."""
    return {"Status": status, "Location": address, **({"Cookies": dict(cookies)} if cookies else {})}


def refused(refusal: Refusal) -> Response:
    """A page of the load balancer's own; the reason stands in its access log."""
    shown = {"Page": "load-balancer", "Error": _WORDS.get(refusal.code, refusal.code)}
    told = {"ErrorReason": refusal.message} if refusal.message else {}
    return {"Status": int(refusal.code), "Body": shown, **told}


def cookie(value: str, max_age: int) -> dict[str, Any]:
    """A cookie to set for so many seconds."""
    return {"Value": value, "MaxAge": max_age}


def with_cookies(response: Response, cookies: Mapping[str, Any]) -> Response:
    """The response with further cookies set; what it says of one itself goes before."""
    return {**response, "Cookies": {**cookies, **response.get("Cookies", {})}} if cookies else response
