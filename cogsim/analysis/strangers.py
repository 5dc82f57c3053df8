"""Strangers: those whom the world does not declare and some provider may vouch for tomorrow, each kind one passage.

1. A role's trust policy may admit them straight away (`trust_strangers`).
2. An identity pool that lists a provider outside AWS takes whomever the provider has. Of a public provider, and of one
   that the world does not declare, there is always somebody; of a declared one they are asked about where they would be
   given a role that nobody of the world is given.
3. A user pool takes whomever a provider of its own has, where the world does not declare who stands behind it.
4. A server names whom it likes to an identity pool with a developer provider.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from cogsim.analysis.developers import developer_passages
from cogsim.analysis.directory_people import entity_of, pool_metadata
from cogsim.analysis.entrances import Coming, through_identity_pool
from cogsim.analysis.federated_profiles import page_errand
from cogsim.analysis.gaps import not_modelled
from cogsim.analysis.naming import called
from cogsim.analysis.newcomers import NOBODY_YET, chosen
from cogsim.analysis.outside import DeveloperUser
from cogsim.analysis.outside_places import developer_place, issuer_place, stranger_place, vouches
from cogsim.analysis.passage import Hop, Outcome, Passage, Place
from cogsim.analysis.probes import PROBE
from cogsim.analysis.role_chains import with_chains
from cogsim.analysis.sessions import imagined
from cogsim.analysis.trust_strangers import trust_strangers
from cogsim.analysis.walk import walked_through
from cogsim.analysis.who import ways
from cogsim.decision import Refusal, Step, decided
from cogsim.decisions.federated_oidc import issuer_of
from cogsim.decisions.identity_federated import LEGACY_PROVIDERS
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.oidc_token import find_issuer, issuing_pool
from cogsim.decisions.role_selection import mapping_key
from cogsim.errors import NotModelled
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_members import UserPoolIdentityProvider, group_of_provider
from cogsim.world.user_pool_client import UserPoolClient
from cogsim.world.world import World

_SOMEBODY = "somebody"


def strangers(world: World, known: Iterable[Passage], asked: str | None = None) -> tuple[Passage, ...]:
    """The passages of strangers, and on from their sessions; `known` are those of everybody in the world, `asked` is
    the resource of the one question that is meant."""
    vended = {
        (passage.identity_pool.id, choice[1])
        for passage in known
        if passage.identity_pool is not None and (choice := chosen(passage)) is not None
    }
    found = [*trust_strangers(world, asked)]
    for pool in world.identity_pools.values():
        found += _of_identity_pool(world, pool, vended)
    for provider in world.pool_providers.values():
        if provider.pool_id in world.user_pools and not _is_declared(world, provider):
            found += _of_user_pool(world, provider)
    return with_chains(world, found)


@dataclass(frozen=True, slots=True)
class _Listed:
    """A provider outside AWS that an identity pool lists: how logins name it, and whether all its people are known."""

    kind: str
    name: str
    arn: str
    place: Place
    closed: bool


def _of_identity_pool(world: World, pool: IdentityPool, vended: set[tuple[str, str]]) -> Iterator[Passage]:
    for listed in _listed(world, pool):
        login = AcceptedLogin(listed.name, "", _SOMEBODY, Map({"sub": _SOMEBODY}), listed.kind, listed.arn)
        if listed.name in LEGACY_PROVIDERS:
            yield _not_modelled(pool, listed)
            continue
        if not listed.closed:
            yield from _imagined(world, pool, login, listed, "")
        mapping = pool.role_mappings.get(mapping_key(pool, login))
        for rule in mapping.rules if mapping is not None else ():
            if (pool.id, rule.role_arn) not in vended:
                value = PROBE if rule.match == "NotEqual" else rule.value
                claimed = replace(login, claims=login.claims.set(rule.claim, value))
                yield from _imagined(world, pool, claimed, listed, f"{rule.claim} {rule.match} {rule.value}")
        if listed.kind == "saml" and mapping is None and not listed.closed:
            for arn in (each for each in world.roles if (pool.id, each) not in vended):
                told = f"the role {called(world, world.roles[arn])}"
                yield from _granted(_imagined(world, pool, replace(login, roles=(arn,)), listed, told))
    yield from _of_developer(world, pool)


def _granted(found: Iterable[Passage]) -> Iterator[Passage]:
    """Those that end in a session: a provider may name any role, and most do not trust the pool."""
    yield from (passage for passage in found if passage.caller is not None)


def _not_modelled(pool: IdentityPool, listed: _Listed) -> Passage:
    gap = NotModelled(f"a login through {listed.name}", hint="its token and secret are no OpenID Connect")
    outcome: Outcome = decided(Refusal("NotModelled", str(gap)), not_modelled(gap))
    return Passage(f"anybody whom {listed.name} vouches for", "", outcome, identity_pool=pool)


def _listed(world: World, pool: IdentityPool) -> Iterator[_Listed]:
    for name in pool.supported_login_providers:
        issuer = find_issuer(world, name)
        place = issuer_place(world, issuer) if issuer is not None else Place(f"provider {name}", "provider", name)
        yield _Listed("social", name, "", place, closed=False)
    for arn in pool.open_id_connect_provider_arns:
        name = arn.partition(":oidc-provider/")[2]
        issuer = find_issuer(world, name)
        if issuing_pool(world, name) is None:
            place = issuer_place(world, issuer) if issuer is not None else Place(f"provider {name}", "provider", name)
            yield _Listed("oidc", name, arn, place, closed=issuer is not None and not issuer.quirks.opaque_name)
    for arn in pool.saml_provider_arns:
        registered = world.saml_providers.get(arn)
        entity = entity_of(registered) if registered is not None else None
        place = Place(f"provider {arn}", "provider", arn.rpartition("/")[2])
        yield _Listed("saml", arn, arn, place, closed=entity in world.ad_fs)


def _imagined(world: World, pool: IdentityPool, login: AcceptedLogin, listed: _Listed, told: str) -> Iterator[Passage]:
    """The sessions of somebody of whom the provider says what is `told`."""
    name = f"anybody whom {listed.name} vouches for" + (f" with {told}" if told else "")
    name = NOBODY_YET if listed.closed else name
    found = ", ".join(f"{claim}={login.claims[claim]}" for claim in sorted(login.claims) if claim != "sub")
    where = pool.origin.location
    question, answer = "who asks?", "somebody who is not in the world"
    step = Step(question, answer, found or told or "no claims", "ci:external-providers", location=where)
    somebody = stranger_place(f"{name} at {listed.name}", f"anybody with {told}" if told else "anybody")
    hop = vouches(listed.place, somebody)
    for passage in through_identity_pool(world, pool, decided(login, step), Coming(name, somebody), listed.name):
        yield replace(passage, hops=(hop, *passage.hops))


def _of_developer(world: World, pool: IdentityPool) -> Iterator[Passage]:
    """Whom a server that is no declared broker names to the pool."""
    name = pool.developer_provider_name
    own = {rule.provider_name for broker in world.brokers.values() for rule in broker.rules}
    if name is not None and name not in own:
        provider = developer_place(pool)
        shown = f"anybody whom {provider.label} vouches for"
        somebody = stranger_place(f"{shown} at {pool.id}", "anybody")
        for passage in developer_passages(world, DeveloperUser(pool, name, _SOMEBODY), shown):
            hops = tuple(replace(hop, source=somebody) for hop in passage.hops)
            yield replace(passage, hops=(vouches(provider, somebody), *hops))


def _is_declared(world: World, provider: UserPoolIdentityProvider) -> bool:
    """Whether the world declares who stands behind a user pool's provider."""
    if provider.type == "SAML":
        metadata = pool_metadata(world, provider)
        return metadata is not None and metadata.entity_id in world.ad_fs
    try:
        issuer_of(world, provider)
    except NotModelled:
        return False
    return provider.type == "OIDC"


def _of_user_pool(world: World, provider: UserPoolIdentityProvider) -> Iterator[Passage]:
    pool = world.user_pools[provider.pool_id]
    place = Place(f"provider {pool.id}/{provider.name}", "provider", provider.name, provider.origin.location)
    name = f"anybody whom {provider.name} of {called(world, pool)} vouches for"
    for client in world.clients.values():
        if client.pool_id == pool.id and provider.name in client.supported_identity_providers:
            somebody = stranger_place(name, "anybody")
            for passage in _by_client(world, provider, client, Coming(name, somebody)):
                yield replace(passage, hops=(vouches(place, somebody), *passage.hops))


def _by_client(
    world: World, provider: UserPoolIdentityProvider, client: UserPoolClient, coming: Coming
) -> Iterator[Passage]:
    """What the tokens of a new profile open: the pool's default, and each rule on a claim that the provider fills."""
    errand = walked_through(lambda walk: page_errand(walk, world, client, provider))
    target = Place(client.id, "client", called(world, client), client.origin.location)
    if isinstance(errand.value, Refusal):
        via = f"{called(world, client)} from {provider.name}"
        hop = Hop(coming.source, target, f"signs in: {errand.value.code}", "refused", errand.deciding)
        yield Passage(coming.name, via, decided(errand.value, *errand.steps), hops=(hop,))
        return
    hop = Hop(coming.source, target, "signs in", steps=errand.deciding)
    group = world.pool_groups.get((provider.pool_id, group_of_provider(provider).name))
    for way in ways(world, client.pool_id):
        if way.client.id != client.id:
            continue
        mapping = way.identity_pool.role_mappings.get(f"{world.user_pools[provider.pool_id].provider_name}:{client.id}")
        rules = mapping.rules if mapping is not None else ()
        wanted = [{rule.claim: rule.value} for rule in rules if rule.claim in provider.mapping]
        if group is not None and group.role_arn is not None:
            wanted.append({"cognito:preferred_role": group.role_arn})
        for claims in ({}, *wanted):
            made = imagined(world, way, claims)
            told = ", ".join(f"{claim} {value}" for claim, value in claims.items())
            steps = (*errand.steps, *made.outcome.steps)
            outcome = decided(made.outcome.value, *steps)
            via = f"{called(world, client)} from {provider.name} via {called(world, way.identity_pool)}"
            name = f"{coming.name} with {told}" if told else coming.name
            yield replace(made, who=name, via=via, outcome=outcome, hops=(hop,))
