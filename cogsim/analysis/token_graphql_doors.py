"""GraphQL APIs of AppSync that take tokens of user pools or of providers: who comes in; fields ask for more."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from cogsim.analysis.naming import called
from cogsim.analysis.passage import default_origin
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_makes import make
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import MOST, Target, everybody_at, target_of, with_issuer
from cogsim.decision import Decision, Refusal
from cogsim.decisions.api_function_rules import answer_of, find_function
from cogsim.decisions.api_request import ApiRequest
from cogsim.decisions.graphql_authorization import accepts_graphql_token, mode_of, no_way_in
from cogsim.decisions.graphql_entry import BY_FUNCTION, token_way
from cogsim.decisions.graphql_lambda import accepted_by_function, lambda_event, takes_token
from cogsim.decisions.oidc_token import find_issuer
from cogsim.errors import NotModelled
from cogsim.world.graphql_api import LAMBDA, OIDC, USER_POOLS, AuthMode, GraphqlApi
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World


def graphql_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """A row for each mode of user pools, OpenID Connect or a function of each API."""
    for api in world.graphql_apis.values():
        for mode in api.modes:
            if mode.kind == LAMBDA:
                yield _by_lambda(world, api, who)
            if mode.kind not in (USER_POOLS, OIDC):
                continue
            pool = world.user_pools.get(mode.pool_id)
            issuer = find_issuer(world, mode.issuer) if mode.kind == OIDC else None
            target = target_of(world, pool, who=who)
            expects: Use = "id"
            if issuer is not None:
                target, expects = with_issuer(target, issuer), "outside"
            by = called(world, pool) if pool is not None else mode.issuer or mode.pool_id
            shown = f"GraphQL API {called(world, api)}, {by}"
            key = f"graphql:{called(world, api)}/{by}"
            yield Door(key, shown, api.origin.at("AuthenticationType"), target, partial(_ask, api), expects)


def _by_lambda(world: World, api: GraphqlApi, who: PoolUser | None) -> Door:
    """The API's function, with the first user of the world's pools whom it lets in."""
    first = target_of(world, None, who=who)
    pools = [world.user_pools[who.pool_id]] if who is not None else list(world.user_pools.values())[:MOST]
    firsts = [target_of(world, pool, who=who) for pool in pools]
    tried = [place for own in firsts for place in (own, *(everybody_at(own) if who is None else ()))]
    makes: tuple[Use, ...] = ("access", "id")
    let_in = ((place, use) for place in tried for use in makes if _lets_in(api, place, use))
    target, expects = next(let_in, (first, makes[0]))
    shown = f"GraphQL API {called(world, api)}, its function"
    where = api.origin.at("AuthenticationType")
    return Door(f"graphql:{called(world, api)}/function", shown, where, target, partial(_ask, api), expects)


def _lets_in(api: GraphqlApi, target: Target, use: Use) -> bool:
    offer = make(target, use)
    try:
        return offer.text is not None and not isinstance(_ask(api, offer).value, Refusal)
    except NotModelled:
        return False


def _ask(api: GraphqlApi, offer: Offer) -> Decision[Any]:
    if offer.text is None:
        return no_way_in(api, "neither key, signature nor token")
    way, function = token_way(offer.world, api, offer.text), mode_of(api, LAMBDA)
    if function is not None and way.value == BY_FUNCTION:
        asked = _by_function(api, function, offer.text, offer)
    else:
        asked = accepts_graphql_token(offer.world, api, offer.text, now=offer.now)
    return Decision(asked.value, (*way.steps, *asked.steps))


def _by_function(api: GraphqlApi, mode: AuthMode, token: str, offer: Offer) -> Decision[Any]:
    """What the API's function answers, as at the first request: it gets every token of nobody else's."""
    fitting = takes_token(mode, token)
    if fitting.value is not None:
        return fitting
    declared = find_function(offer.world, mode.uri)
    if declared is None:
        hint = "declare it as a Cogsim::ApiFunction with this Function"
        raise NotModelled(f"the authorizer {mode.uri}", hint=hint)
    request = ApiRequest("POST", "/graphql", {"Authorization": token}, origin=default_origin(offer.world))
    event = lambda_event(api, token, request, "{ __typename }", "", {})
    answered = answer_of(offer.world, declared, event, now=offer.now)
    found = accepted_by_function(mode, answered.value)
    return Decision(found.value, (*fitting.steps, *answered.steps, *found.steps))
