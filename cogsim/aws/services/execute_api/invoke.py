"""A client's request to a REST or HTTP API: find the route, ask its guard, let the backend answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.execute_api.backends import respond
from cogsim.aws.services.execute_api.guards import guard_http, guard_rest, guard_socket
from cogsim.aws.services.execute_api.responses import Response, refused
from cogsim.decisions.api_domain import find_mapping
from cogsim.decisions.api_key import accepts_key
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import find_http_route, find_rest_route, find_socket_route, stage_and_path
from cogsim.decisions.authorizer_events import http_event, rest_event, socket_event
from cogsim.decisions.gateway_refusals import FORBIDDEN, GatewayRefusal, refuse
from cogsim.decisions.gateway_responses import shown
from cogsim.errors import InputError
from cogsim.world.http_api import WEBSOCKET, HttpApi
from cogsim.world.rest_api import RestApi
from cogsim.world.world import World

Api = RestApi | HttpApi


@dataclass(frozen=True, slots=True)
class _Address:
    """Which API is asked, and what of it."""

    api: Api | None
    stage: str = ""
    path: str = "/"
    query: tuple[tuple[str, str], ...] = ()
    domain: str = ""


@operation("execute-api:Invoke")
def invoke(
    ctx: CallContext,
    *,
    Url: str | None = None,
    ApiId: str | None = None,
    Stage: str | None = None,
    Path: str | None = None,
    Method: str = "GET",
    Headers: Mapping[str, str] | None = None,
    QueryStringParameters: Mapping[str, str] | None = None,
    Body: str = "",
) -> Response:
    """The response to one request; InputError where `Url` and `ApiId` are both there or both missing."""
    if (Url is None) == (ApiId is None) or (Url is not None and (Stage is not None or Path is not None)):
        raise InputError("a request has a Url, or ApiId with Stage and Path")
    address = _by_url(ctx, Url) if Url is not None else _by_parts(ctx.world, ApiId or "", Stage, Path)
    query = {**dict(address.query), **(QueryStringParameters or {})}
    request = ApiRequest(
        Method, address.path, dict(Headers or {}), query, Body, address.stage, address.domain, ctx.call.origin
    )
    request_id = ctx.draw("execute-api/request").uuid()
    match address.api:
        case None:
            told = ctx.take(refuse(FORBIDDEN, "is there such an API?", Url or ApiId or "", "apigw:arns"))
            return refused(told, request_id, rest=True)
        case RestApi():
            return _rest(ctx, address.api, request, request_id)
        case HttpApi():
            if address.api.protocol == WEBSOCKET:
                return _connect(ctx, address.api, request, request_id)
            return _http(ctx, address.api, request, request_id)


def _rest(ctx: CallContext, api: RestApi, request: ApiRequest, request_id: str) -> Response:
    target = ctx.take(find_rest_route(api, request))
    if isinstance(target, GatewayRefusal):
        return _refused(ctx, api, target, request, request_id)
    passed = guard_rest(ctx, target, request, request_id)
    if isinstance(passed, GatewayRefusal):
        return _refused(ctx, api, passed, request, request_id)
    key = ctx.take(accepts_key(ctx.world, target, request, passed.usage_key))
    if isinstance(key, GatewayRefusal):
        return _refused(ctx, api, key, request, request_id)
    counted = {"apiKey": key.value, "apiKeyId": key.id} if key is not None else {}
    event = rest_event(target, request, passed.authorizer, {**passed.identity, **counted}, ctx.now, request_id)
    return respond(ctx, target.method.backend, event, request_id, rest=True)


def _refused(ctx: CallContext, api: RestApi, refusal: GatewayRefusal, request: ApiRequest, request_id: str) -> Response:
    """The refusal in the API's own words where it has some."""
    told = ctx.take(shown(api, refusal, request, request_id))
    usual = refused(refusal, request_id, rest=True)
    return {**usual, "statusCode": told.status, "headers": {**usual["headers"], **told.headers}, "body": told.body}


def _connect(ctx: CallContext, api: HttpApi, request: ApiRequest, request_id: str) -> Response:
    """The handshake with a WebSocket API; what is sent over the connection afterwards is not modelled."""
    target = ctx.take(find_socket_route(api, request))
    if isinstance(target, GatewayRefusal):
        return refused(target, request_id, rest=True)
    passed = guard_socket(ctx, target, request, request_id)
    if isinstance(passed, GatewayRefusal):
        return refused(passed, request_id, rest=True)
    event = socket_event(target, request, passed.authorizer, passed.identity, ctx.now, request_id)
    answer = respond(ctx, api.backend_of(target.route), event, request_id, rest=True)
    if answer["statusCode"] // 100 != 2:
        return answer
    upgraded = {**answer["headers"], "connection": "upgrade", "upgrade": "websocket"}
    upgraded.pop("content-type", None)
    return {**answer, "statusCode": 101, "headers": upgraded, "body": ""}


def _http(ctx: CallContext, api: HttpApi, request: ApiRequest, request_id: str) -> Response:
    target = ctx.take(find_http_route(api, request))
    if isinstance(target, GatewayRefusal):
        return refused(target, request_id, rest=False)
    passed = guard_http(ctx, target, request, request_id)
    if isinstance(passed, GatewayRefusal):
        return refused(passed, request_id, rest=False)
    event = http_event(target, request, passed.authorizer, ctx.now, request_id)
    return respond(ctx, api.backend_of(target.route), event, request_id, rest=False)


def find_api(world: World, api_id: str) -> Api | None:
    """The REST or HTTP API of that id."""
    return world.rest_apis.get(api_id) or world.http_apis.get(api_id)


def _by_parts(world: World, api_id: str, stage: str | None, path: str | None) -> _Address:
    return _Address(find_api(world, api_id), stage or "", path or "/")


def _by_url(ctx: CallContext, url: str) -> _Address:
    """The API that a URL names by its host."""
    try:
        parts = urlsplit(url)
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
    except ValueError:
        return _Address(None)
    domain = ctx.world.api_domains.get(parts.hostname or "")
    if domain is not None:
        led = ctx.take(find_mapping(domain, parts.path))
        if isinstance(led, GatewayRefusal):
            return _Address(None)
        return _Address(find_api(ctx.world, led.api_id), led.stage, led.path, query, domain.name)
    api = find_api(ctx.world, (parts.hostname or "").partition(".")[0])
    if api is None or parts.hostname != api.host:
        return _Address(None)
    stage, path = stage_and_path(api, parts.path)
    return _Address(api, stage, path, query)
