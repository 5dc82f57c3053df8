"""The routes of REST and HTTP APIs that a token opens: user-pool, JWT and declared Lambda authorizers.

A Lambda authorizer is asked as at the first request, with nothing kept; one whose function nobody declared leaves its
answers open. Routes that IAM guards take signatures, and those that nothing guards take anybody: they have no row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any
from urllib.parse import quote

from cogsim.analysis.naming import called
from cogsim.analysis.passage import default_origin
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_makes import make as make_token
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Target, everybody_at, target_of, with_issuer
from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step
from cogsim.decisions.api_function_rules import answer_of, find_function
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.api_route import HttpTarget, RestTarget, find_http_route, find_rest_route, find_socket_route
from cogsim.decisions.authorizer_events import http_authorizer_event, rest_authorizer_event, socket_authorizer_event
from cogsim.decisions.http_authorizer import accepts_http_route, value_at_source
from cogsim.decisions.iam_route import api_policy_allows, denied_before_lambda
from cogsim.decisions.lambda_authorizer import Authorizer, grants, identity_values, read_output
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.rest_authorizer import accepts_rest_route, token_of
from cogsim.errors import NotModelled
from cogsim.world import http_api, rest_api
from cogsim.world.api_function import invoked_function
from cogsim.world.http_api import HttpApi, HttpAuthorizer
from cogsim.world.pool_user import PoolUser
from cogsim.world.rest_api import RestApi, RestAuthorizer
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: What stands in a path for a parameter, and what a route for any method is asked by.
_PARAMETER, _METHOD = "1", "GET"
#: Whose tokens a function is tried with.
_MOST_POOLS = 8
_USES: tuple[Use, ...] = ("id", "access")
_NOBODY = "00000000-0000-4000-8000-000000000000"

_AskRequest = Callable[[ApiRequest, Offer], Decision[Any]]


def rest_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every method of a REST API that user pools or a function guard, at the API's first stage."""
    for api in world.rest_apis.values():
        stage = next(iter(api.stages), None)
        for (resource_id, _), method in api.methods.items():
            authorizer = api.authorizers.get(method.authorizer_id)
            if method.authorization not in (rest_api.COGNITO, rest_api.CUSTOM) or stage is None or authorizer is None:
                continue
            verb = _METHOD if method.http_method == rest_api.ANY else method.http_method
            pattern = api.path_of(resource_id)
            key = f"rest:{called(world, api)}/{method.http_method} {pattern}"
            shown = f"REST API {called(world, api)}, {method.http_method} {pattern}"
            target = target_of(world, _pool_of(world, authorizer), who=who, scopes=method.scopes)
            expects: Use = "scoped" if method.scopes else "id"
            asked = _request(world, api, verb, _path(pattern, _PARAMETER), stage)
            ask = partial(_ask_rest, api, authorizer)
            if method.authorization == rest_api.CUSTOM:
                target, asked = _taken_by_function(target, who, asked, pattern, ask)
            yield Door(key, shown, method.origin.location, target, partial(ask, asked), expects)


def http_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every route of an HTTP API that a JWT authorizer or a function guards, at the API's first stage."""
    for api in world.http_apis.values():
        stage = next(iter(api.stages), None)
        for route in api.routes.values():
            authorizer = api.authorizers.get(route.authorizer_id)
            if route.authorization not in (http_api.JWT, http_api.CUSTOM) or stage is None or authorizer is None:
                continue
            is_socket = api.protocol == http_api.WEBSOCKET
            if is_socket and route.key != http_api.CONNECT:
                continue
            key = f"http:{called(world, api)}/{route.key}"
            shown = f"{'WebSocket' if is_socket else 'HTTP'} API {called(world, api)}, {route.key}"
            target = _of_authorizer(world, authorizer, route.scopes, who)
            expects: Use = "outside" if target.issuer is not None else "scoped" if route.scopes else "id"
            verb = _METHOD if route.method == "ANY" or is_socket else route.method
            first = "" if stage == http_api.DEFAULT else stage
            asked = _request(world, api, verb, _path(route.path, _PARAMETER), first)
            ask = partial(_ask_http, api, authorizer)
            if route.authorization == http_api.CUSTOM:
                target, asked = _taken_by_function(target, who, asked, route.path, ask)
            yield Door(key, shown, route.origin.location, target, partial(ask, asked), expects)


def unreachable_apis(world: World) -> Iterator[str]:
    """The APIs that have no stage, in words."""
    apis: list[RestApi | HttpApi] = [*world.rest_apis.values(), *world.http_apis.values()]
    for api in apis:
        if not api.stages:
            yield f"API {called(world, api)} has no stage: nobody reaches its routes"


def _request(world: World, api: RestApi | HttpApi, verb: str, path: str, stage: str) -> ApiRequest:
    """A request that the API answers: where its own host is switched off, at a domain name that leads to it."""
    led = (
        name for name, domain in world.api_domains.items() for each in domain.mappings.values() if each.api_id == api.id
    )
    domain = "" if api.default_endpoint else next(led, "")
    return ApiRequest(verb, path, stage=stage, domain=domain, origin=default_origin(world))


def _path(pattern: str, value: str) -> str:
    """A path that comes to the pattern's route, `value` in the place of parameters."""
    parts = (quote(value, safe="") if part.startswith("{") else part for part in pattern.split("/"))
    return "/".join(parts) or "/"


def _taken_by_function(
    target: Target, who: PoolUser | None, asked: ApiRequest, pattern: str, ask: _AskRequest
) -> tuple[Target, ApiRequest]:
    """Somebody whom a function lets in, at a path of his own: of which pool, and what stands in the path for him, is
    the function's to say. The first target where it lets nobody in that is tried."""
    pools = [target.world.user_pools[who.pool_id]] if who is not None else list(target.world.user_pools.values())
    for somebody in _people(target, pools[:_MOST_POOLS], who):
        user = somebody.user
        values = (_PARAMETER, *user.attributes.values(), user.username, user.sub) if "{" in pattern else (_PARAMETER,)
        for value, use in product(dict.fromkeys(values), _USES):
            request = replace(asked, path=_path(pattern, value))
            if _lets_in(ask, request, make_token(somebody, use)):
                return somebody, request
    return target, asked


def _people(target: Target, pools: list[UserPool], who: PoolUser | None) -> Iterator[Target]:
    """Those whose tokens a function is tried with: `who`, or the first of each pool and then the others."""
    for pool in pools:
        first = target_of(target.world, pool, who=who, scopes=target.scopes)
        yield first
        if who is None:
            yield from everybody_at(first)


def _lets_in(ask: _AskRequest, request: ApiRequest, offer: Offer) -> bool:
    try:
        return offer.text is not None and not isinstance(ask(request, offer).value, Refusal)
    except NotModelled:
        return False


def _pool_of(world: World, authorizer: RestAuthorizer) -> UserPool | None:
    """The first of the authorizer's pools that is in the world."""
    for provider in authorizer.providers:
        arn = Arn.try_parse(provider)
        pool = world.user_pools.get(arn.resource.removeprefix("userpool/")) if arn is not None else None
        if pool is not None:
            return pool
    return None


def _of_authorizer(world: World, authorizer: HttpAuthorizer, scopes: tuple[str, ...], who: PoolUser | None) -> Target:
    """Somebody of the issuer that a JWT authorizer trusts, through a client of its audience."""
    pool, issuer = issuing_pool(world, authorizer.issuer), find_issuer(world, authorizer.issuer)
    clients = (world.clients[each] for each in authorizer.audience if each in world.clients)
    client = next((each for each in clients if pool is not None and each.pool_id == pool.id), None)
    target = target_of(world, pool, client, who=who, scopes=scopes)
    return target if pool is not None or issuer is None else with_issuer(target, issuer, authorizer.audience)


def sent_with(authorizer: Authorizer, request: ApiRequest, offer: Offer) -> ApiRequest:
    """The request with the token at every identity source of the authorizer that a client fills in."""
    if offer.text is None:
        return request
    sources = authorizer.sources or (authorizer.source,)
    headers, query = dict(request.headers), dict(request.query)
    for source in sources:
        place, _, name = source.removeprefix("$").removeprefix("method.").removeprefix("route.").rpartition(".")
        if place == "request.header":
            headers[name] = f"Bearer {offer.text}"
        elif place == "request.querystring":
            query[name] = offer.text
    return replace(request, headers=headers, query=query)


def _ask_rest(api: RestApi, authorizer: RestAuthorizer, request: ApiRequest, offer: Offer) -> Decision[Any]:
    """What the gateway asks of a request with the token, in its order."""
    sent = sent_with(authorizer, request, offer)
    found = find_rest_route(api, sent)
    target = found.value
    if not isinstance(target, RestTarget):
        return found
    if target.method.authorization == rest_api.CUSTOM:
        denied = denied_before_lambda(offer.world, api, target.arn, origin=sent.origin, now=offer.now)
        return denied if denied.value is not None else _by_function(authorizer, target, sent, offer)
    value = token_of(sent, authorizer.source)
    if isinstance(value.value, Refusal):
        return value
    taken = accepts_rest_route(offer.world, api, target.method, value.value, now=offer.now)
    if isinstance(taken.value, Refusal):
        return taken
    admitted = api_policy_allows(offer.world, api, target.arn, origin=sent.origin, now=offer.now)
    if admitted.value is not None:
        return Decision(admitted.value, (*taken.steps, *admitted.steps))
    return Decision(taken.value, (*admitted.steps, *taken.steps))


def _ask_http(api: HttpApi, authorizer: HttpAuthorizer, request: ApiRequest, offer: Offer) -> Decision[Any]:
    sent = sent_with(authorizer, request, offer)
    is_socket = api.protocol == http_api.WEBSOCKET
    found = find_socket_route(api, sent) if is_socket else find_http_route(api, sent)
    target = found.value
    if not isinstance(target, HttpTarget):
        return found
    if target.route.authorization == http_api.CUSTOM:
        return _by_function(authorizer, target, sent, offer)
    value = value_at_source(sent, authorizer.source)
    return accepts_http_route(offer.world, api, target.route, value, now=offer.now)


def _by_function(
    authorizer: Authorizer, target: RestTarget | HttpTarget, request: ApiRequest, offer: Offer
) -> Decision[Any]:
    """What a declared function's answer grants the request."""
    values = identity_values(authorizer, target, request)
    if isinstance(values.value, Refusal):
        return values
    arn = invoked_function(authorizer.uri)
    declared = find_function(offer.world, arn)
    if declared is None:
        raise NotModelled(f"the authorizer {arn}", hint="declare it as a Cogsim::ApiFunction with this Function")
    answered = answer_of(offer.world, declared, _event(authorizer, target, request, offer.now), now=offer.now)
    granted = read_output(authorizer, answered.value)
    steps: tuple[Step, ...] = (*values.steps, *answered.steps, *granted.steps)
    if isinstance(granted.value, Refusal):
        return Decision(granted.value, steps)
    allowed = grants(offer.world, granted.value, target, request, now=offer.now)
    return Decision(allowed.value, (*steps, *allowed.steps))


def _event(authorizer: Authorizer, target: RestTarget | HttpTarget, request: ApiRequest, now: float) -> dict[str, Any]:
    if isinstance(target, RestTarget):
        assert isinstance(authorizer, RestAuthorizer)
        return dict(rest_authorizer_event(authorizer, target, request, now, _NOBODY))
    assert isinstance(authorizer, HttpAuthorizer)
    is_socket = target.api.protocol == http_api.WEBSOCKET
    make = socket_authorizer_event if is_socket else http_authorizer_event
    return dict(make(authorizer, target, request, now, _NOBODY))
