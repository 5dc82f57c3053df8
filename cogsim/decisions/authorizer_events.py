"""The events that a gateway calls Lambda functions with: authorizers in their three formats, and backends.
# apigw:lambda-authorizer §input, apigw:http-lambda §payload, apigw:lambda-proxy
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.clock import iso
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import HttpTarget, RestTarget
from cogsim.decisions.lambda_authorizer import source_value
from cogsim.world.http_api import DEFAULT, HttpAuthorizer
from cogsim.world.rest_api import TOKEN, RestAuthorizer


def rest_authorizer_event(
    authorizer: RestAuthorizer, target: RestTarget, request: ApiRequest, now: float, request_id: str
) -> dict[str, Any]:
    """What a REST API's authorizer is asked."""
    if authorizer.kind == TOKEN:
        token = source_value(authorizer.source, target, request)
        return {"type": "TOKEN", "methodArn": target.arn, "authorizationToken": token}
    return {"type": "REQUEST", "methodArn": target.arn, **rest_event(target, request, {}, {}, now, request_id)}


def rest_event(
    target: RestTarget,
    request: ApiRequest,
    authorizer: Mapping[str, Any],
    identity: Mapping[str, Any],
    now: float,
    request_id: str,
) -> dict[str, Any]:
    """What a REST API sends to a backend that is a Lambda function."""
    stage = target.stage.name
    context: dict[str, Any] = {
        "accountId": target.api.account,
        "apiId": target.api.id,
        "domainName": request.domain or target.api.host,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.origin.source_ip, "userAgent": request.origin.user_agent, **identity},
        "path": f"/{stage}{request.path}",
        "requestId": request_id,
        "requestTimeEpoch": int(now * 1000),
        "resourcePath": target.pattern,
        "stage": stage,
    }
    if authorizer:
        context["authorizer"] = dict(authorizer)
    return {
        "resource": target.pattern,
        "path": request.path,
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": dict(request.query) or None,
        "pathParameters": dict(target.parameters.items()) or None,
        "stageVariables": dict(target.stage.variables.items()) or None,
        "requestContext": context,
        "body": request.body or None,
        "isBase64Encoded": False,
    }


def http_authorizer_event(
    authorizer: HttpAuthorizer, target: HttpTarget, request: ApiRequest, now: float, request_id: str
) -> dict[str, Any]:
    """What an HTTP API's authorizer is asked, in the format that it states."""
    event = http_event(target, request, {}, now, request_id, authorizer.payload)
    event.pop("body", None)
    event.pop("isBase64Encoded", None)
    values = [source_value(source, target, request) for source in authorizer.sources]
    if authorizer.payload == "1.0":
        token = values[0] if values else None
        own = {"identitySource": ",".join(map(str, values)), "authorizationToken": token, "methodArn": target.arn}
    else:
        own = {"identitySource": values or None, "routeArn": target.arn}  # type: ignore[dict-item]
    return {**event, "type": "REQUEST", **own}


def socket_authorizer_event(
    authorizer: HttpAuthorizer, target: HttpTarget, request: ApiRequest, now: float, request_id: str
) -> dict[str, Any]:
    """What a WebSocket API's authorizer is asked at the handshake. # apigw:websocket"""
    event = socket_event(target, request, {}, {}, now, request_id)
    event.pop("isBase64Encoded")
    return {"type": "REQUEST", "methodArn": target.arn, **event}


def socket_event(
    target: HttpTarget,
    request: ApiRequest,
    authorizer: Mapping[str, Any],
    identity: Mapping[str, Any],
    now: float,
    request_id: str,
) -> dict[str, Any]:
    """What a WebSocket API sends to the backend of `$connect`. # apigw:websocket"""
    context: dict[str, Any] = {
        "routeKey": target.route.key,
        "eventType": "CONNECT",
        "messageDirection": "IN",
        "apiId": target.api.id,
        "domainName": request.domain or target.api.host,
        "stage": target.stage.name,
        "connectionId": request_id.replace("-", "")[:16],
        "requestId": request_id,
        "requestTimeEpoch": int(now * 1000),
        "identity": {"sourceIp": request.origin.source_ip, "userAgent": request.origin.user_agent, **identity},
    }
    if authorizer:
        context["authorizer"] = dict(authorizer)
    return {
        "headers": dict(request.headers),
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": dict(request.query) or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in request.query.items()} or None,
        "stageVariables": dict(target.stage.variables.items()) or None,
        "requestContext": context,
        "isBase64Encoded": False,
    }


def http_event(
    target: HttpTarget,
    request: ApiRequest,
    authorizer: Mapping[str, Any],
    now: float,
    request_id: str,
    version: str = "2.0",
) -> dict[str, Any]:
    """What an HTTP API sends to a backend that is a Lambda function."""
    if version == "1.0":
        return {"version": "1.0", **_first_format(target, request, authorizer, request_id)}
    stage = target.stage.name
    context: dict[str, Any] = {
        "accountId": target.api.account,
        "apiId": target.api.id,
        "domainName": request.domain or target.api.host,
        "http": {
            "method": request.method,
            "path": _whole_path(target, request),
            "protocol": "HTTP/1.1",
            "sourceIp": request.origin.source_ip,
            "userAgent": request.origin.user_agent,
        },
        "requestId": request_id,
        "routeKey": target.route.key,
        "stage": stage,
        "time": iso(now),
        "timeEpoch": int(now * 1000),
    }
    if authorizer:
        context["authorizer"] = dict(authorizer)
    return {
        "version": "2.0",
        "routeKey": target.route.key,
        "rawPath": _whole_path(target, request),
        "rawQueryString": request.raw_query,
        "headers": request.folded(),
        "queryStringParameters": dict(request.query) or None,
        "pathParameters": dict(target.parameters.items()) or None,
        "stageVariables": dict(target.stage.variables.items()) or None,
        "requestContext": context,
        "body": request.body or None,
        "isBase64Encoded": False,
    }


def _first_format(
    target: HttpTarget, request: ApiRequest, authorizer: Mapping[str, Any], request_id: str
) -> dict[str, Any]:
    context: dict[str, Any] = {
        "accountId": target.api.account,
        "apiId": target.api.id,
        "httpMethod": request.method,
        "identity": {"sourceIp": request.origin.source_ip, "userAgent": request.origin.user_agent},
        "path": _whole_path(target, request),
        "requestId": request_id,
        "resourcePath": target.route.path or DEFAULT,
        "stage": target.stage.name,
    }
    if authorizer:
        context["authorizer"] = dict(authorizer)
    return {
        "resource": target.route.path or DEFAULT,
        "path": _whole_path(target, request),
        "httpMethod": request.method,
        "headers": dict(request.headers),
        "queryStringParameters": dict(request.query) or None,
        "pathParameters": dict(target.parameters.items()) or None,
        "stageVariables": dict(target.stage.variables.items()) or None,
        "requestContext": context,
        "body": request.body or None,
        "isBase64Encoded": False,
    }


def _whole_path(target: HttpTarget, request: ApiRequest) -> str:
    """The path with the stage before it, where the stage stands in the address."""
    return request.path if target.stage.name == DEFAULT else f"/{target.stage.name}{request.path}"
