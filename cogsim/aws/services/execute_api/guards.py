"""Who guards a route, asked: each guard's decision is its own, and the answers of Lambda authorizers are kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.aws.authenticate import authenticate
from cogsim.aws.context import CallContext
from cogsim.aws.services.execute_api.functions import ask
from cogsim.aws.state import Table
from cogsim.decision import Decision
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import HttpTarget, RestTarget
from cogsim.decisions.api_signature import signed_by
from cogsim.decisions.authorizer_events import http_authorizer_event, rest_authorizer_event, socket_authorizer_event
from cogsim.decisions.caller import Caller
from cogsim.decisions.gateway_refusals import UNAUTHORIZED, GatewayRefusal, refuse
from cogsim.decisions.http_authorizer import accepts_http_route, value_at_source
from cogsim.decisions.iam_route import (
    api_policy_allows,
    denied_before_lambda,
    identity_shown,
    may_invoke_http,
    may_invoke_rest,
    nobody_asks,
)
from cogsim.decisions.lambda_authorizer import (
    Authorizer,
    Granted,
    grants,
    identity_values,
    is_kept,
    kept_for,
    read_output,
    shown_context,
)
from cogsim.decisions.rest_authorizer import accepts_rest_route, token_of
from cogsim.errors import AwsError, NotModelled
from cogsim.world import http_api, rest_api
from cogsim.world.api_function import invoked_function
from cogsim.world.rest_api import RestAuthorizer


@dataclass(frozen=True, slots=True)
class Passed:
    """A request that was let through, with what the backend learns of who sent it."""

    authorizer: Mapping[str, Any] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    #: The API key that a Lambda authorizer says is to be counted.
    usage_key: str = ""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An authorizer's answer that is kept until `expires_at` (seconds)."""

    granted: Granted
    expires_at: float


#: By API, stage, authorizer and the digest of the identity sources' values.
KEPT_ANSWERS: Table[tuple[str, str, str, str], KeptAnswer] = Table("execute-api/authorizer-answers")

Guarded = Passed | GatewayRefusal


def guard_rest(ctx: CallContext, target: RestTarget, request: ApiRequest, request_id: str) -> Guarded:
    """Whether a method of a REST API lets the request through."""
    api, method, place = target.api, target.method, {"origin": request.origin, "now": ctx.now}
    match method.authorization:
        case rest_api.IAM:
            caller = ctx.take(signer(ctx, request))
            if isinstance(caller, GatewayRefusal):
                return caller
            refusal = ctx.take(may_invoke_rest(ctx.world, api, caller, target.arn, **place))  # type: ignore[arg-type]
            return refusal or Passed(identity=identity_shown(caller))
        case rest_api.COGNITO:
            return _by_user_pool(ctx, target, request)
        case rest_api.CUSTOM:
            refusal = ctx.take(denied_before_lambda(ctx.world, api, target.arn, **place))  # type: ignore[arg-type]
            authorizer = api.authorizers.get(method.authorizer_id)
            return refusal or _by_function(ctx, authorizer, target, request, request_id)
    ctx.take(nobody_asks(method.origin))
    refusal = ctx.take(api_policy_allows(ctx.world, api, target.arn, **place))  # type: ignore[arg-type]
    return refusal or Passed()


def guard_http(ctx: CallContext, target: HttpTarget, request: ApiRequest, request_id: str) -> Guarded:
    """Whether a route of an HTTP API lets the request through."""
    api, route = target.api, target.route
    authorizer = api.authorizers.get(route.authorizer_id)
    match route.authorization:
        case http_api.IAM:
            caller = ctx.take(signer(ctx, request, rest=False))
            if isinstance(caller, GatewayRefusal):
                return caller
            place = {"origin": request.origin, "now": ctx.now}
            refusal = ctx.take(may_invoke_http(ctx.world, caller, target.arn, api.account, **place))  # type: ignore[arg-type]
            return refusal or Passed({"iam": dict(identity_shown(caller))})
        case http_api.JWT:
            token = value_at_source(request, authorizer.source) if authorizer is not None else None
            taken = ctx.take(accepts_http_route(ctx.world, api, route, token, now=ctx.now))
            if isinstance(taken, GatewayRefusal):
                return taken
            return Passed({"jwt": {"claims": dict(taken.context), "scopes": list(taken.scopes) or None}})
        case http_api.CUSTOM:
            return _by_function(ctx, authorizer, target, request, request_id)
    ctx.take(nobody_asks(route.origin))
    return Passed()


def guard_socket(ctx: CallContext, target: HttpTarget, request: ApiRequest, request_id: str) -> Guarded:
    """Whether a WebSocket API takes the handshake: the one place where it asks who the client is. # apigw:websocket"""
    api, route = target.api, target.route
    match route.authorization:
        case http_api.IAM:
            caller = ctx.take(signer(ctx, request))
            if isinstance(caller, GatewayRefusal):
                return caller
            place = {"origin": request.origin, "now": ctx.now}
            refusal = ctx.take(may_invoke_http(ctx.world, caller, target.arn, api.account, **place))  # type: ignore[arg-type]
            return refusal or Passed(identity=identity_shown(caller))
        case http_api.CUSTOM:
            return _by_function(ctx, api.authorizers.get(route.authorizer_id), target, request, request_id)
        case http_api.JWT:
            raise NotModelled("execute-api:Invoke of a WebSocket API with AuthorizationType JWT")
    ctx.take(nobody_asks(route.origin))
    return Passed()


def _by_user_pool(ctx: CallContext, target: RestTarget, request: ApiRequest) -> Guarded:
    """The token first, then the API's own policy. # apigw:authorization-flow"""
    authorizer = target.api.authorizers.get(target.method.authorizer_id)
    source = authorizer.source if authorizer is not None else rest_api.AUTHORIZATION_HEADER
    sent = ctx.take(token_of(request, source))
    if isinstance(sent, GatewayRefusal):
        return sent
    taken = ctx.take(accepts_rest_route(ctx.world, target.api, target.method, sent, now=ctx.now))
    if isinstance(taken, GatewayRefusal):
        return taken
    place = {"origin": request.origin, "now": ctx.now}
    refusal = ctx.take(api_policy_allows(ctx.world, target.api, target.arn, **place))  # type: ignore[arg-type]
    return refusal or Passed({"claims": dict(taken.context)})


def _by_function(
    ctx: CallContext,
    authorizer: Authorizer | None,
    target: RestTarget | HttpTarget,
    request: ApiRequest,
    request_id: str,
) -> Guarded:
    """A Lambda authorizer, asked or remembered."""
    if authorizer is None:
        question, source = "which authorizer guards it?", "apigw:lambda-authorizer"
        refusal: GatewayRefusal = ctx.take(refuse(UNAUTHORIZED, question, "it is not there", source, answer="none"))
        return refusal
    values = ctx.take(identity_values(authorizer, target, request))
    if isinstance(values, GatewayRefusal):
        return values
    granted = _granted(ctx, authorizer, target, request, request_id, values)
    if isinstance(granted, GatewayRefusal):
        return granted
    refusal_or_none = ctx.take(grants(ctx.world, granted, target, request, now=ctx.now))
    shown = shown_context(granted, rest=not _is_http(target))
    return refusal_or_none or Passed(shown, usage_key=granted.usage_key)


def _is_http(target: RestTarget | HttpTarget) -> bool:
    return isinstance(target, HttpTarget) and target.api.protocol == http_api.HTTP


def _granted(
    ctx: CallContext,
    authorizer: Authorizer,
    target: RestTarget | HttpTarget,
    request: ApiRequest,
    request_id: str,
    values: tuple[str, ...],
) -> Granted | GatewayRefusal:
    """The kept answer, or a new one."""
    key = (target.api.id, target.stage.name, authorizer.id, _digest(values))
    is_socket = isinstance(target, HttpTarget) and not _is_http(target)
    seconds = ctx.take(kept_for(authorizer, socket=is_socket))
    kept = KEPT_ANSWERS.get(ctx.state, key) if seconds else None
    remembered = ctx.take(is_kept(authorizer, kept.expires_at if kept is not None else None, now=ctx.now))
    if kept is not None and remembered:
        return kept.granted
    if isinstance(target, RestTarget):
        assert isinstance(authorizer, RestAuthorizer)
        event = rest_authorizer_event(authorizer, target, request, ctx.now, request_id)
    else:
        assert not isinstance(authorizer, RestAuthorizer)
        make = socket_authorizer_event if is_socket else http_authorizer_event
        event = make(authorizer, target, request, ctx.now, request_id)
    output = ctx.take(ask(ctx, invoked_function(authorizer.uri), event, "the authorizer"))
    granted = ctx.take(read_output(authorizer, output))
    if isinstance(granted, Granted) and seconds:
        answer = KeptAnswer(granted, ctx.now + seconds)
        ctx.update_state(lambda state: KEPT_ANSWERS.put(state, key, answer))
    return granted


def _digest(values: tuple[str, ...]) -> str:
    """The values of the identity sources by their digest: they are tokens mostly."""
    return hashlib.sha256(json.dumps(values).encode("utf-8")).hexdigest()


def signer(ctx: CallContext, request: ApiRequest, *, rest: bool = True) -> Decision[Caller | GatewayRefusal]:
    """Who signed the request. # apigw:iam"""
    try:
        found: Caller | AwsError = authenticate(ctx.world, ctx.state, ctx.call, "json")
    except AwsError as error:
        found = error
    return signed_by(found, request, rest=rest)
