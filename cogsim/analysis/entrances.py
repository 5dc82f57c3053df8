"""From an accepted external login on: through an identity pool, or into a user pool's profile and then through one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial

from cogsim.analysis.federated_profiles import PageErrand, come_in, page_errand
from cogsim.analysis.naming import called
from cogsim.analysis.passage import Hop, Outcome, Passage, Place, answer_of
from cogsim.analysis.pool_sessions import pool_sessions
from cogsim.analysis.user_tokens import shaped_claims
from cogsim.analysis.walk import Walk, walked_through
from cogsim.analysis.who import Way, ways
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.federated_identity import ExternalSignIn
from cogsim.decisions.login import AcceptedLogin, accept_claims
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

#: What a person's provider says to a user pool on an errand.
Spoken = Callable[[Walk, PageErrand], ExternalSignIn]


@dataclass(frozen=True, slots=True)
class Coming:
    """Who comes, under the name of tables, and from which provider as the graph draws it."""

    name: str
    source: Place


def through_identity_pool(
    world: World, pool: IdentityPool, login: Decision[AcceptedLogin | Refusal], coming: Coming, via: str
) -> Iterator[Passage]:
    """The sessions that the pool gives for a login of a provider outside AWS, or the refusal."""
    target = Place(pool.id, "identity-pool", called(world, pool), pool.origin.location)
    through = f"{via} via {called(world, pool)}"
    if isinstance(login.value, Refusal):
        outcome: Outcome = decided(login.value, *login.steps)
        refused = answer_of(outcome)
        hop = Hop(coming.source, target, f"login: {login.value.code}", refused, login.deciding)
        yield Passage(coming.name, through, outcome, identity_pool=pool, hops=(hop,))
        return
    listed = Step("is the provider listed by the identity pool?", "yes", via, location=pool.origin.location)
    hop = Hop(coming.source, target, "login accepted", steps=(listed, *login.deciding))
    for text, made in pool_sessions(world, pool, login.value):
        outcome = decided(made.value, *made.steps, after=login.steps)
        named = f"{through}, {text}" if text else through
        yield Passage(coming.name, named, outcome, identity_pool=pool, hops=(hop,))


@dataclass(frozen=True, slots=True)
class _SignedIn:
    """A user whom the pages signed in, in the world that the sign-in leaves."""

    errand: PageErrand
    world: World
    user: PoolUser


def into_user_pool(
    world: World, provider: UserPoolIdentityProvider, spoken: Spoken, coming: Coming
) -> Iterator[Passage]:
    """The sessions that lead through a sign-in at the provider on the pool's pages, by every client that offers it."""
    open_ways = ways(world, provider.pool_id)
    for client in world.clients.values():
        if client.pool_id != provider.pool_id or provider.name not in client.supported_identity_providers:
            continue
        signed_in = walked_through(partial(_sign_in, world=world, client=client, provider=provider, spoken=spoken))
        via = f"{called(world, client)} from {provider.name}"
        hop = _entrance(world, client, signed_in, coming)
        own = [way for way in open_ways if way.client.id == client.id]
        for passage in _onward(world, client, signed_in, own, coming.name, via):
            yield replace(passage, hops=(hop,))


def _sign_in(
    walk: Walk, *, world: World, client: UserPoolClient, provider: UserPoolIdentityProvider, spoken: Spoken
) -> _SignedIn:
    errand = page_errand(walk, world, client, provider)
    left, user = come_in(walk, world, errand, spoken(walk, errand))
    return _SignedIn(errand, left, user)


def _entrance(world: World, client: UserPoolClient, signed_in: Decision[_SignedIn | Refusal], coming: Coming) -> Hop:
    target = Place(client.id, "client", called(world, client), client.origin.location)
    if isinstance(signed_in.value, Refusal):
        unknown = signed_in.value.code == "NotModelled"
        answer, label = ("unknown", "not modelled") if unknown else ("refused", f"signs in: {signed_in.value.code}")
        return Hop(coming.source, target, label, answer, signed_in.deciding)
    return Hop(coming.source, target, "signs in", steps=signed_in.deciding)


def _onward(
    world: World,
    client: UserPoolClient,
    signed_in: Decision[_SignedIn | Refusal],
    own: list[Way],
    name: str,
    via: str,
) -> Iterator[Passage]:
    """The sessions that the client's tokens open, by every identity pool that takes them."""
    if isinstance(signed_in.value, Refusal):
        yield Passage(name, via, decided(signed_in.value, *signed_in.steps))
        return
    if not own:
        step = Step(
            "does an identity pool take the tokens?",
            "no: none lists the app client",
            client.id,
            "ci:external-providers",
            location=client.origin.location,
            decides=True,
        )
        text = "Token is not from a supported provider of any identity pool."
        yield Passage(name, via, decided(Refusal("NotAuthorizedException", text), step, after=signed_in.steps))
    for way in own:
        yield from _by_way(signed_in.value, signed_in.steps, way, name, f"{via} via {called(world, way.identity_pool)}")


def _by_way(signed_in: _SignedIn, before: tuple[Step, ...], way: Way, name: str, via: str) -> Iterator[Passage]:
    world, errand, user = signed_in.world, signed_in.errand, signed_in.user
    claims = shaped_claims(world, errand.pool, errand.client, user, errand.grant)
    steps = (*before, *claims.steps)
    if isinstance(claims.value, Refusal):
        yield Passage(name, via, decided(claims.value, *steps), way)
        return
    login = accept_claims(world, way.identity_pool, errand.pool.provider_name, claims.value)
    steps += login.steps
    if isinstance(login.value, Refusal):
        yield Passage(name, via, decided(login.value, *steps), way)
        return
    for text, made in pool_sessions(world, way.identity_pool, login.value):
        outcome = decided(made.value, *made.steps, after=steps)
        yield Passage(name, f"{via}, {text}" if text else via, outcome, way)
