"""How a refusal of a REST API looks once the API has answers of its own: status, headers, body.

1. The API's answer to that very kind of refusal comes first, then the one for all of 4xx or 5xx.
2. A status, a header and a template each replace what the gateway would say; what is not stated stays.
3. Nothing of it decides: whoever was refused is refused, even where the status says 200. # apigw:gateway-responses
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.gateway_refusals import GatewayRefusal
from cogsim.errors import NotModelled
from cogsim.world.rest_api import GatewayAnswer, RestApi

_SOURCE = "apigw:gateway-responses"
_JSON = "application/json"
_REFERENCE = re.compile(r"\$\{?([A-Za-z][A-Za-z0-9.]*)\}?")


@dataclass(frozen=True, slots=True)
class Shown:
    """A refusal as a client sees it; `headers` are those that the API adds or changes."""

    status: int
    body: str
    headers: Mapping[str, str] = field(default_factory=dict)


def shown(api: RestApi, refusal: GatewayRefusal, request: ApiRequest, request_id: str) -> Decision[Shown]:
    """The refusal in the API's own words, where it has some; NotModelled for a template with logic in it."""
    question, kind = "does the API answer the refusal in words of its own?", refusal.response_type
    answer = _answer(api, refusal)
    if answer is None:
        told = Shown(refusal.status, refusal.body)
        return decided(told, Step(question, "no", kind or refusal.code, _SOURCE))
    known = _known(api, refusal, request, request_id)
    template = answer.templates.get(_JSON)
    body = refusal.body if template is None else _filled(template, known)
    headers = {name: _header(value, known, request) for name, value in answer.headers.items()}
    told = Shown(answer.status or refusal.status, body, headers)
    step = Step(question, "yes", f"{kind}: {told.status}", _SOURCE, location=answer.origin.location)
    return decided(told, step)


def _answer(api: RestApi, refusal: GatewayRefusal) -> GatewayAnswer | None:
    """Argument 1."""
    if not refusal.response_type:
        return None
    whole = "DEFAULT_5XX" if refusal.status >= 500 else "DEFAULT_4XX"
    return api.responses.get(refusal.response_type) or api.responses.get(whole)


def _known(api: RestApi, refusal: GatewayRefusal, request: ApiRequest, request_id: str) -> dict[str, str]:
    """What templates and headers may name."""
    message = "" if refusal.silent else refusal.message
    return {
        "context.error.message": message,
        "context.error.messageString": json.dumps(None if refusal.silent else message),
        "context.error.responseType": refusal.response_type,
        "context.requestId": request_id,
        "context.extendedRequestId": request_id,
        "context.apiId": api.id,
        "context.stage": request.stage,
        "context.httpMethod": request.method,
        "context.path": f"/{request.stage}{request.path}",
        "context.identity.sourceIp": request.origin.source_ip,
    }


def _filled(template: str, known: Mapping[str, str]) -> str:
    """A template with its references replaced; one with directives or calls is a program, and not run."""
    names = _REFERENCE.findall(template)
    unknown = next((name for name in names if name.rstrip(".") not in known), None)
    if unknown is not None or re.search(r"(?m)^[^\S\n]*#|#\w+\s*\(|\$\w+\.\w+\(", template):
        raise NotModelled(f"execute-api:Invoke with the response template {template[:80]!r}")
    return _REFERENCE.sub(
        lambda found: known[found[1].rstrip(".")] + "." * (len(found[1]) - len(found[1].rstrip("."))), template
    )


def _header(stated: str, known: Mapping[str, str], request: ApiRequest) -> str:
    """The value of a header: a text in quotation marks, or what it names of the request or the context."""
    if len(stated) > 1 and stated[0] == stated[-1] == "'":
        return stated[1:-1]
    place, _, name = stated.removeprefix("method.").removeprefix("request.").partition(".")
    if place == "header":
        return request.header(name) or ""
    if place == "querystring":
        return request.query.get(name, "")
    if stated in known:
        return known[stated]
    raise NotModelled(f"execute-api:Invoke with the response header {stated[:80]!r}")
