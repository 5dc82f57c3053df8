"""Responses of a gateway in parts, as its clients see them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cogsim.decisions.gateway_refusals import GatewayRefusal

Response = Mapping[str, Any]


def refused(refusal: GatewayRefusal, request_id: str, *, rest: bool) -> Response:
    """A refusal as a client sees it. # apigw:gateway-responses"""
    headers = {"content-type": "application/json", **_ids(request_id, rest=rest)}
    if rest:
        headers["x-amzn-errortype"] = refusal.code
    if refusal.challenge:
        headers["www-authenticate"] = refusal.challenge
    return {"statusCode": refusal.status, "headers": headers, "body": refusal.body}


def answered(
    status: int, headers: Mapping[str, str], body: str, backend: Mapping[str, Any], request_id: str, *, rest: bool
) -> Response:
    """What a backend answered, and the event that reached it."""
    lowered = {name.lower(): headers[name] for name in sorted(headers)}
    made = {"content-type": "application/json", **lowered, **_ids(request_id, rest=rest)}
    return {"statusCode": status, "headers": made, "body": body, "backend": dict(backend)}


def json_text(value: Any) -> str:
    """JSON without spaces, as functions write it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def _ids(request_id: str, *, rest: bool) -> dict[str, str]:
    return {"x-amzn-requestid": request_id} if rest else {"apigw-requestid": request_id}
