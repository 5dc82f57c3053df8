"""The mode of AppSync that asks a Lambda function: what it is asked, and what its answer is worth.

1. A token that the pattern does not match is refused without asking.
2. The answer is a truth value with fields that it denies and a context for resolvers; anything else is no admission.
3. It is kept under the token alone, for as long as the API or the answer says: what the function saw of the query
   counts for the first query only. # appsync:security §aws-lambda-authorization
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.decision import Decision, Step, decided
from cogsim.decisions.api_function_rules import Thrown
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.gateway_refusals import GatewayRefusal, refuse
from cogsim.decisions.graphql_authorization import NOT_AUTHORIZED
from cogsim.patterns import fullmatch
from cogsim.world.graphql_api import AuthMode, GraphqlApi
from cogsim.world.rest_api import LONGEST_TTL

_SOURCE = "appsync:security"

#: The fields that a function denies, and the context that it adds.
Admitted = tuple[tuple[str, ...], Mapping[str, Any]]


def lambda_event(
    api: GraphqlApi, token: str, request: ApiRequest, query: str, name: str, variables: Mapping[str, Any]
) -> dict[str, Any]:
    """What the function is asked."""
    context = {
        "apiId": api.id,
        "accountId": api.account,
        "queryString": query,
        "operationName": name or None,
        "variables": dict(variables),
    }
    return {"authorizationToken": token, "requestContext": context, "requestHeaders": request.folded()}


def is_remembered(mode: AuthMode, expires_at: float | None, *, now: float) -> Decision[bool]:
    """Whether an answer to the same token is still good at `now`; `expires_at` in seconds, None where there is none."""
    question = "is an answer kept for this token?"
    if expires_at is None or now >= expires_at:
        found = "none" if expires_at is None else f"since {int(now - expires_at)} s no longer"
        return decided(False, Step(question, "no", found, _SOURCE))
    left = f"for another {int(expires_at - now)} s: the function is not asked"
    return decided(True, Step(question, "yes", left, _SOURCE))


def takes_token(mode: AuthMode, token: str) -> Decision[GatewayRefusal | None]:
    """Whether the function is asked at all."""
    question, found = "does the token match the pattern?", mode.pattern or "there is none"
    if mode.pattern and fullmatch(mode.pattern, token) is None:
        return refuse(NOT_AUTHORIZED, question, found, _SOURCE)
    return decided(None, Step(question, "yes", found, _SOURCE))


def accepted_by_function(
    mode: AuthMode, output: Mapping[str, Any] | Thrown | None
) -> Decision[Admitted | GatewayRefusal]:
    """What the function's answer admits."""
    question, found = "does the function admit the request?", mode.uri
    if not isinstance(output, Mapping) or output.get("isAuthorized") is not True:
        return refuse(NOT_AUTHORIZED, question, found, _SOURCE)
    denied, context = output.get("deniedFields") or [], output.get("resolverContext") or {}
    if not isinstance(denied, list | tuple) or not isinstance(context, Mapping):
        return refuse(NOT_AUTHORIZED, question, "deniedFields or resolverContext is malformed", _SOURCE)
    texts = tuple(str(each) for each in denied)
    step = Step(question, "yes", f"without {', '.join(texts)}" if texts else found, _SOURCE)
    return decided((texts, {name: context[name] for name in sorted(context)}), step)


def kept_seconds(mode: AuthMode, output: Mapping[str, Any]) -> int:
    """How long the answer is kept: as the answer says, else as the API does."""
    stated = output.get("ttlOverride")
    if isinstance(stated, int) and not isinstance(stated, bool):
        return min(max(stated, 0), LONGEST_TTL)
    return mode.ttl
