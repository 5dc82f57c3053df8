"""Load balancers' rules that ask people to sign in, and the applications behind them.

A rule takes its own session cookie and nothing else: a token stands in the cookie's place. A target is asked straight,
as by somebody who reaches it past the load balancer: the token stands in x-amzn-oidc-data, and the headers beside it
say what the sender likes. One that its load balancer alone reaches has a second row, for the checks of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from cogsim.analysis.naming import called, called_by
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_kinds import Use
from cogsim.analysis.token_makes import make
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_sealed import claims_of
from cogsim.analysis.token_targets import Cookie, Sealed, Target, everybody_at, target_of, with_issuer
from cogsim.decision import Decision, Refusal, decided
from cogsim.decisions.load_balancer_jwt import AUTHORIZATION
from cogsim.decisions.load_balancer_provider import issuer_of
from cogsim.decisions.load_balancer_rules import rules_of
from cogsim.decisions.load_balancer_session import Standing, accept_session, without_session
from cogsim.decisions.load_balancer_token import ACCESS_TOKEN, DATA, IDENTITY
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.target_trust import DIRECT, target_accepts
from cogsim.world import load_balancer_target as application
from cogsim.world.load_balancer import Listener, LoadBalancer, authentication
from cogsim.world.load_balancer_actions import Action, Authenticate, AuthenticateCognito
from cogsim.world.origin import Origin
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World


def rule_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every rule of an Application Load Balancer that authenticates, the listeners' own among them."""
    for balancer, listener, name, actions, origin in ruled(world):
        action = authentication(actions)
        if action is not None:
            yield _of_rule(world, balancer, listener, action, name, origin, who)


def ruled(world: World) -> Iterator[tuple[LoadBalancer, Listener, str, tuple[Action, ...], Origin]]:
    """The actions of every rule of an Application Load Balancer, with what it is called, and where it stands; of each
    listener its own last."""
    for listener in world.listeners.values():
        balancer = world.load_balancers.get(listener.load_balancer_arn)
        if balancer is None or balancer.type != "application":
            continue
        for rule in rules_of(world, listener):
            yield balancer, listener, f"rule {rule.priority}", rule.actions, rule.origin
        yield balancer, listener, f"port {listener.port}", listener.actions, listener.origin


def _of_rule(
    world: World,
    balancer: LoadBalancer,
    listener: Listener,
    action: Authenticate,
    name: str,
    origin: Origin,
    who: PoolUser | None,
) -> Door:
    pool = None
    if isinstance(action, AuthenticateCognito):
        pool = world.user_pools.get(action.user_pool_arn.rpartition("/")[2])
    client = world.clients.get(action.client_id)
    own = client if pool is not None and client is not None and client.pool_id == pool.id else None
    cookie = Cookie(balancer.arn, listener.arn, action)
    sealed = Sealed(balancer.arn, balancer.region, issuer_of(world, action), action.client_id, cookie)
    target = replace(target_of(world, pool, own, who=who), sealed=sealed)
    ask = partial(_ask_rule, balancer, listener, action)
    named, shown_by = called(world, balancer), called_by(world, origin, name)
    key, shown = f"load-balancer:{named}/{shown_by}", f"load balancer {named}, {name} ({shown_by})"
    return Door(key, shown, origin.location, target, ask, "balancer")


def _ask_rule(balancer: LoadBalancer, listener: Listener, action: Authenticate, offer: Offer) -> Decision[Any]:
    sent = offer.text is not None
    standing = accept_session(offer.session, balancer, listener, action, sent=sent, now=offer.now)
    if standing.value is not Standing.NOBODY:
        return standing
    way = without_session(action)
    if way.value == "allow" and not sent:
        return Decision(way.value, (*standing.steps, *way.steps))
    said = way.value if isinstance(way.value, Refusal) else Refusal("302", str(way.value))
    return decided(said, *way.steps, *standing.steps)


def target_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """Every application behind a load balancer, as whoever reaches it meets it."""
    for target in world.targets.values():
        place = target_place(world, target, who)
        everybody = (place, *(everybody_at(place) if who is None else ()))
        chosen = next((each for each in everybody if _lets_in(target, each)), place)
        shown, where = called_by(world, target.origin, target.host), target.origin.location
        words = f"target {shown}, asked past the load balancer"
        expects: Use = _use(target)
        yield Door(f"target:{shown}", words, where, chosen, partial(_ask_target, target, chosen, DIRECT), expects)
        if target.reachable_from != "anywhere":
            words, via = f"target {shown}, its own checks", place.sealed.signer if place.sealed is not None else ""
            ask = partial(_ask_target, target, chosen, via)
            yield Door(f"target-checks:{shown}", words, where, chosen, ask, expects)


def target_place(world: World, target: application.Target, who: PoolUser | None) -> Target:
    """Somebody of the issuer that the target expects, for its client, said by the load balancer that it expects."""
    pool, issuer = issuing_pool(world, target.issuer or ""), find_issuer(world, target.issuer or "")
    client = world.clients.get(target.client_id or "")
    own = client if pool is not None and client is not None and client.pool_id == pool.id else None
    somebody = target_of(world, pool, own, who=who)
    if pool is None and issuer is not None and issuer.quirks.people:
        somebody = with_issuer(somebody, issuer, (target.client_id,) if target.client_id else ())
    signer = target.signer or next(iter(world.load_balancers), "")
    spoken_for = target.issuer or somebody.pool.issuer
    return replace(somebody, sealed=Sealed(signer, target.region, spoken_for, target.client_id or somebody.client.id))


def _use(target: application.Target) -> Use:
    """What it reads: a client's own token, or what a load balancer makes of a sign-in."""
    return "access" if target.believes == AUTHORIZATION else "balancer"


def _lets_in(target: application.Target, somebody: Target) -> bool:
    offer, via = make(somebody, _use(target)), somebody.sealed.signer if somebody.sealed is not None else ""
    return offer.text is not None and not isinstance(_ask_target(target, somebody, via, offer).value, Refusal)


def _ask_target(target: application.Target, somebody: Target, via: str, offer: Offer) -> Decision[Any]:
    return target_accepts(offer.world, target, headers_of(target, somebody, offer), via, offer.now)


def headers_of(target: application.Target, somebody: Target, offer: Offer) -> dict[str, str]:
    """What the sender writes: the token, the user's id, an access token of the user's, and a group for the asking."""
    if offer.text is None:
        return {}
    if target.believes == AUTHORIZATION:
        return {AUTHORIZATION: f"Bearer {offer.text}"}
    headers = {DATA: offer.text, IDENTITY: str(claims_of(somebody)["sub"])}
    access = make(somebody, "access")
    if access.text is not None:
        headers[ACCESS_TOKEN] = access.text
    if target.required_group is not None:
        headers[target.groups_header] = target.required_group
    return headers
