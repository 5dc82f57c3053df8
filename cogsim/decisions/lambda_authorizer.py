"""A Lambda authorizer: what it is asked, when it is not asked at all, and what its answer is worth.

1. Every identity source must be in the request and not empty; else the function is not called, and nobody passes. A
   TOKEN authorizer's token must match its validation expression too.
2. An answer is kept for as long as the authorizer says, under the values of the identity sources and nothing else. So
   one policy is held against every route that the same token asks for while it is kept: a policy with a wildcard
   allows what its function was never asked about, and one that names a single route refuses the others.
3. The answer is a policy with a principal, or of HTTP APIs that ask for it a truth value. What is neither is a fault
   of the authorizer (500), not of the caller.
4. A kept truth value speaks for every route of its authorizer.
# apigw:lambda-authorizer, apigw:http-lambda
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cogsim.assumptions import choice
from cogsim.decision import Basis, Decision, Step, decided
from cogsim.decisions.api_function_rules import UNAUTHORIZED as THROWN_UNAUTHORIZED
from cogsim.decisions.api_function_rules import Thrown
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import HttpTarget, RestTarget
from cogsim.decisions.gateway_refusals import (
    AUTHORIZER_FAILED,
    AUTHORIZER_MISCONFIGURED,
    FORBIDDEN,
    HTTP_FAILED,
    UNAUTHORIZED,
    GatewayRefusal,
    refuse,
)
from cogsim.decisions.iam_route import authorizer_policy_allows
from cogsim.frozen import freeze
from cogsim.patterns import fullmatch
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.policy.parse import MalformedPolicy, parse
from cogsim.world.http_api import HttpAuthorizer
from cogsim.world.rest_api import TOKEN, RestAuthorizer
from cogsim.world.world import World

_SOURCE = "apigw:lambda-authorizer"
_HTTP_TTL = "api.httpAuthorizerTtl"

Target = RestTarget | HttpTarget
Authorizer = RestAuthorizer | HttpAuthorizer


@dataclass(frozen=True, slots=True)
class Granted:
    """What an authorizer answered, as it is kept: a policy for a principal, or a truth value; `context` goes to the
    backend."""

    principal_id: str = ""
    policy: Policy | None = None
    authorized: bool | None = None
    context: Map[str, Any] = field(default_factory=Map)
    #: The API key that the function says is to be counted.
    usage_key: str = ""


def identity_values(
    authorizer: Authorizer, target: Target, request: ApiRequest
) -> Decision[tuple[str, ...] | GatewayRefusal]:
    """The values of the identity sources, by which the answer is kept; a refusal where one is missing."""
    sources = _sources(authorizer)
    place = authorizer.origin.at("IdentitySource")
    question = "is every identity source in the request?"
    values = []
    for source in sources:
        value = source_value(source, target, request)
        if not value:
            return refuse(UNAUTHORIZED, question, source, _SOURCE, location=place)
        values.append(value)
    steps: tuple[Step, ...] = (Step(question, "yes", ", ".join(sources) or "it has none", _SOURCE, location=place),)
    if isinstance(authorizer, RestAuthorizer) and authorizer.kind == TOKEN and authorizer.validation:
        matched = fullmatch(authorizer.validation, values[0]) is not None
        question, place = (
            "does the token match the validation expression?",
            authorizer.origin.at("IdentityValidationExpression"),
        )
        if not matched:
            return refuse(UNAUTHORIZED, question, authorizer.validation, _SOURCE, location=place, before=steps)
        steps = (*steps, Step(question, "yes", authorizer.validation, _SOURCE, location=place))
    return decided(tuple(values), *steps)


def _sources(authorizer: Authorizer) -> tuple[str, ...]:
    if isinstance(authorizer, RestAuthorizer) and authorizer.kind == TOKEN:
        return (authorizer.source,)
    return authorizer.sources


def source_value(source: str, target: Target, request: ApiRequest) -> str | None:
    """What an identity source names: of a header or parameter of the request, of the stage, or of the context."""
    text = source.removeprefix("$").removeprefix("method.").removeprefix("route.")
    place, _, name = text.rpartition(".")
    match place:
        case "request.header":
            return request.header(name)
        case "request.querystring":
            return request.query.get(name)
        case "stageVariables":
            return target.stage.variables.get(name)
    return context_values(target, request).get(text.removeprefix("context."))


def context_values(target: Target, request: ApiRequest) -> dict[str, str]:
    """`$context` as far as identity sources can name it. # apigw:context"""
    if isinstance(target, RestTarget):
        own = {"resourcePath": target.pattern, "path": f"/{target.stage.name}{request.path}"}
    else:
        own = {"routeKey": target.route.key, "path": request.path}
    return {
        "httpMethod": request.method,
        "stage": target.stage.name,
        "apiId": target.api.id,
        "identity.sourceIp": request.origin.source_ip,
        "identity.userAgent": request.origin.user_agent,
        **own,
    }


def kept_for(authorizer: Authorizer, *, socket: bool = False) -> Decision[int]:
    """How long an answer is kept (seconds); 0: not at all."""
    question, place = "how long is an answer kept?", authorizer.origin.at("AuthorizerResultTtlInSeconds")
    ttl = authorizer.ttl
    if socket:
        return decided(0, Step(question, "not at all", "a handshake is asked about each time", "apigw:websocket"))
    if ttl is None:
        ttl = int(choice(_HTTP_TTL))
        step = Step(question, f"{ttl} s", "not stated", "apigw:http-lambda", Basis.ASSUMED, place, _HTTP_TTL)
        return decided(ttl if authorizer.sources else 0, step)
    kept = ttl if _sources(authorizer) else 0
    return decided(kept, Step(question, f"{kept} s", ", ".join(_sources(authorizer)), _SOURCE, location=place))


def is_kept(authorizer: Authorizer, expires_at: float | None, *, now: float) -> Decision[bool]:
    """Whether an answer to the same identity sources is still good at `now`; `expires_at` in seconds, None where there
    is none. Argument 2."""
    question, place = (
        "is an answer kept for these identity sources?",
        authorizer.origin.at("AuthorizerResultTtlInSeconds"),
    )
    if expires_at is None or now >= expires_at:
        found = "none" if expires_at is None else f"since {int(now - expires_at)} s no longer"
        return decided(False, Step(question, "no", found, _SOURCE, location=place))
    left = f"for another {int(expires_at - now)} s: the function is not asked"
    return decided(True, Step(question, "yes", left, _SOURCE, location=place))


def read_output(
    authorizer: Authorizer, output: Mapping[str, Any] | Thrown | None
) -> Decision[Granted | GatewayRefusal]:
    """What the function returned, as a grant; or the refusal that its error or its malformed answer stands for."""
    rest = isinstance(authorizer, RestAuthorizer)
    failed, misconfigured = (AUTHORIZER_FAILED, AUTHORIZER_MISCONFIGURED) if rest else (HTTP_FAILED, HTTP_FAILED)
    question, place = "is its answer one?", authorizer.origin.location
    if isinstance(output, Thrown):
        told = UNAUTHORIZED if output.message == THROWN_UNAUTHORIZED else failed
        return refuse(told, question, f"it throws {output.message[:80]!r}", _SOURCE, location=place)
    if not isinstance(output, Mapping):
        return refuse(misconfigured, question, "no object", _SOURCE, location=place)
    if isinstance(authorizer, HttpAuthorizer) and authorizer.simple:
        return _simple(output, authorizer)
    fault = _fault(output)
    if fault:
        return refuse(misconfigured, question, fault, _SOURCE, location=place)
    try:
        policy = parse(output["policyDocument"], PolicyKind.IDENTITY, saved=True)
    except MalformedPolicy as error:
        return refuse(misconfigured, question, str(error)[:200], _SOURCE, location=place)
    usage_key = output.get("usageIdentifierKey")
    granted = Granted(
        output["principalId"], policy, None, _context(output), usage_key if isinstance(usage_key, str) else ""
    )
    return decided(
        granted, Step(question, "yes, a policy", f"for {granted.principal_id[:80]}", _SOURCE, location=place)
    )


def _fault(output: Mapping[str, Any]) -> str:
    """Why an answer with a policy is none. # apigw:lambda-authorizer §output"""
    if not isinstance(output.get("principalId"), str) or not output["principalId"]:
        return "principalId is missing"
    if not isinstance(output.get("policyDocument"), Mapping):
        return "policyDocument is no object"
    context = output.get("context") or {}
    if not isinstance(context, Mapping):
        return "context is no object"
    for name in sorted(context):
        if not isinstance(context[name], str | int | float | bool):
            return f"context.{name} is neither text, number nor truth value"
    return ""


def _simple(output: Mapping[str, Any], authorizer: HttpAuthorizer) -> Decision[Granted | GatewayRefusal]:
    question, place = "is its answer one?", authorizer.origin.at("EnableSimpleResponses")
    authorized = output.get("isAuthorized")
    context = output.get("context") or {}
    if not isinstance(authorized, bool) or not isinstance(context, Mapping):
        return refuse(HTTP_FAILED, question, "isAuthorized is no truth value", "apigw:http-lambda", location=place)
    said = f"isAuthorized {str(authorized).lower()}"
    step = Step(question, "yes, a truth value", said, "apigw:http-lambda", location=place)
    return decided(Granted(authorized=authorized, context=_context(output)), step)


def _context(output: Mapping[str, Any]) -> Map[str, Any]:
    found: Map[str, Any] = freeze(output.get("context") or {})
    return found


def grants(
    world: World, granted: Granted, target: Target, request: ApiRequest, *, now: float
) -> Decision[GatewayRefusal | None]:
    """Whether an answer, fresh or kept, allows this request. # apigw:lambda-authorizer §output"""
    if granted.policy is None:
        question, said = "does the authorizer's answer allow it?", str(bool(granted.authorized)).lower()
        step = Step(
            question, "yes" if granted.authorized else "no", f"isAuthorized {said}", "apigw:http-lambda", decides=True
        )
        return decided(None if granted.authorized else FORBIDDEN, step)
    api = target.api if isinstance(target, RestTarget) else None
    place = {"origin": request.origin, "now": now}
    answer = authorizer_policy_allows(
        world,
        granted.policy,
        granted.principal_id,
        api,
        target.arn,
        target.api.account,
        **place,  # type: ignore[arg-type]
    )
    if answer.value is not None and api is None:
        return Decision(FORBIDDEN, answer.steps)
    return answer


def shown_context(granted: Granted, *, rest: bool) -> dict[str, Any]:
    """What the backend sees of the answer: of a REST API every value as a text. # apigw:lambda-authorizer §output"""
    held = {name: granted.context[name] for name in sorted(granted.context)}
    if not rest:
        return {"lambda": held} if held else {}
    texts = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in held.items()}
    return {"principalId": granted.principal_id, **texts}
