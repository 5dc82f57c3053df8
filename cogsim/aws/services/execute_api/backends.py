"""What answers behind a route: a declared function, one given in code, or an echo of what reached it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.services.execute_api.functions import ask, is_known
from cogsim.aws.services.execute_api.responses import Response, answered, json_text
from cogsim.decisions.api_function_rules import Thrown
from cogsim.world.api_function import invoked_function, is_function
from cogsim.world.rest_api import Backend


def respond(ctx: CallContext, backend: Backend, event: Mapping[str, Any], request_id: str, *, rest: bool) -> Response:
    """The backend's response to the event. What is no Lambda function, or none that anything is known of, answers 200
    and the event itself, so that a story sees what reached it."""
    function = invoked_function(backend.uri)
    if not (backend.uri and is_function(backend.uri) and is_known(ctx, function)):
        return answered(200, {}, json_text(event), event, request_id, rest=rest)
    output = ctx.take(ask(ctx, function, event, "the backend"))
    return _of_function(output, event, request_id, rest=rest)


def _of_function(output: Any, event: Mapping[str, Any], request_id: str, *, rest: bool) -> Response:
    """A proxy integration's answer; what is none is the backend's fault. # apigw:lambda-proxy"""
    text = "Internal server error" if rest else "Internal Server Error"
    failed = answered(502 if rest else 500, {}, json_text({"message": text}), event, request_id, rest=rest)
    if isinstance(output, Thrown):
        return failed
    if not rest and not (isinstance(output, Mapping) and "statusCode" in output):
        return answered(200, {}, output if isinstance(output, str) else json_text(output), event, request_id, rest=rest)
    if not isinstance(output, Mapping):
        return failed
    status, headers, body = _status(output.get("statusCode")), output.get("headers") or {}, output.get("body")
    if status is None or not isinstance(headers, Mapping) or not isinstance(body, str | None):
        return failed
    texts = {str(name): str(headers[name]) for name in sorted(headers)}
    return answered(status, texts, body or "", event, request_id, rest=rest)


def _status(stated: Any) -> int | None:
    """A status as functions state it, as a number or as digits."""
    if isinstance(stated, str) and stated.isascii() and stated.isdigit() and len(stated) == 3:
        stated = int(stated)
    return stated if isinstance(stated, int) and not isinstance(stated, bool) and 100 <= stated <= 599 else None
