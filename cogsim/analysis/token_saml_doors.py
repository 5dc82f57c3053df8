"""The components that take SAML responses: STS for a role, identity pools, user pools at their domain's address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from cogsim.analysis.directory_letters import REQUEST
from cogsim.analysis.directory_people import accepted_response, entity_of, external_of, for_aws, pool_metadata
from cogsim.analysis.federated_profiles import PageErrand, come_in, page_errand
from cogsim.analysis.naming import called
from cogsim.analysis.straight_sessions import BY_SAML, lets_in, with_assertion
from cogsim.analysis.token_door import Door
from cogsim.analysis.token_letters import letter_offer, letters
from cogsim.analysis.token_offers import Offer
from cogsim.analysis.token_targets import Letter, Target, target_of
from cogsim.analysis.walk import Walk, walked_through
from cogsim.decision import Decision, Refusal
from cogsim.decisions.federated_saml import acs_url, entity_id
from cogsim.decisions.identity import admit_guest
from cogsim.decisions.identity_federated import accept_saml
from cogsim.decisions.saml_session import accept_assertion
from cogsim.tokens.saml_metadata import IdpMetadata
from cogsim.world.iam import Role, SamlProvider
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.pool_members import UserPoolIdentityProvider
from cogsim.world.pool_user import PoolUser
from cogsim.world.world import World


def saml_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """AssumeRoleWithSAML for every role that trusts a SAML provider, then the identity pools that list one."""
    for registered in world.saml_providers.values():
        target = _target(world, registered, who)
        for role in _roles(world, registered):
            ask = partial(_ask_sts, registered, role)
            key = f"sts-saml:{called(world, role)}/{called(world, registered)}"
            shown = f"STS, role {called(world, role)} by {called(world, registered)} (SAML)"
            where = role.origin.at("AssumeRolePolicyDocument")
            yield Door(key, shown, where, _admitted(world, registered, target, ask), ask, "saml")
        for pool in world.identity_pools.values():
            if registered.arn in pool.saml_provider_arns:
                pool_ask = partial(_ask_identity_pool, pool, registered)
                name = f"{called(world, pool)}/{called(world, registered)}"
                shown = f"identity pool {called(world, pool)}, {called(world, registered)} (SAML)"
                held = replace(_admitted(world, registered, target, pool_ask), identity_pool=pool)
                where = pool.origin.at("SamlProviderARNs")
                yield Door(f"identity-pool-saml:{name}", shown, where, held, pool_ask, "saml")


def _roles(world: World, registered: SamlProvider) -> Iterator[Role]:
    account = registered.arn.split(":")[4]
    for role in world.roles.values():
        trusts = any(lets_in(statement, (registered.arn,), BY_SAML) for statement in role.trust.statements)
        if trusts and role.arn.split(":")[4] == account:
            yield role


def _target(world: World, registered: SamlProvider, who: PoolUser | None) -> Target:
    """Somebody who brings a response of the provider's AD FS to AWS."""
    found = next(_letters(world, registered), None)
    target = target_of(world, None, who=who)
    if found is None:
        return replace(target, missing=f"no AD FS of the world writes to AWS as {entity_of(registered)}")
    return replace(target, letter=found)


def _letters(world: World, registered: SamlProvider) -> Iterator[Letter]:
    provider = world.ad_fs.get(entity_of(registered) or "")
    if provider is None:
        return
    for party in provider.parties.values():
        if for_aws(registered, party):
            yield from letters(provider, party)


def _admitted(world: World, registered: SamlProvider, target: Target, ask: Any) -> Target:
    """The target as the first person whom the component takes; as it is where it takes nobody."""
    for letter in _letters(world, registered):
        tried = replace(target, letter=letter)
        offer = letter_offer(tried)
        if offer.text is not None and not isinstance(ask(offer).value, Refusal):
            return tried
    return target


def _ask_sts(registered: SamlProvider, role: Role, offer: Offer) -> Decision[Any]:
    login = accept_assertion(offer.world, registered.arn, role.arn, offer.text or "", now=offer.now)
    if isinstance(login.value, Refusal):
        return login
    made = with_assertion(offer.world, role, login.value, now=offer.now)
    return Decision(made.value, (*login.steps, *made.steps))


def _ask_identity_pool(pool: IdentityPool, registered: SamlProvider, offer: Offer) -> Decision[Any]:
    if offer.text is None:
        return admit_guest(pool)
    return accept_saml(offer.world, pool, registered.arn, offer.text, now=offer.now)


@dataclass(frozen=True, slots=True)
class AtPages:
    """A user pool's address for SAML responses: the app's request that one answers, and the metadata that the pool
    has."""

    errand: PageErrand
    metadata: IdpMetadata

    def ask(self, offer: Offer) -> Decision[Any]:
        """Whether the pool believes the response, and whom it signs in by it."""

        def go(walk: Walk) -> PoolUser:
            errand = self.errand
            assertion = walk.take(accepted_response(errand, self.metadata, offer.text, REQUEST, now=offer.now))
            _, user = come_in(walk, offer.world, errand, external_of(errand.provider, assertion))
            return user

        return walked_through(go)


def page_doors(world: World, who: PoolUser | None) -> Iterator[Door]:
    """/saml2/idpresponse of the user pools that people come to from a SAML provider, by the first client that offers
    it."""
    for provider in world.pool_providers.values():
        pool, metadata = world.user_pools.get(provider.pool_id), pool_metadata(world, provider)
        at = _at_pages(world, provider, metadata) if provider.type == "SAML" and metadata is not None else None
        if at is None or pool is None or metadata is None:
            continue
        target = target_of(world, pool, at.errand.client, who=who)
        server = world.ad_fs.get(metadata.entity_id)
        party = server.parties.get(entity_id(pool)) if server is not None else None
        if server is None or party is None:
            target = replace(target, missing=f"no AD FS of the world writes to {entity_id(pool)}")
        else:
            written = (
                replace(each, address=acs_url(at.errand.host), request_id=REQUEST) for each in letters(server, party)
            )
            tried = [replace(target, letter=each) for each in written]
            target = next((each for each in tried if _comes_in(at, each)), next(iter(tried), target))
        key = f"saml-response:{called(world, pool)}/{provider.name}"
        shown = f"user pool {called(world, pool)}, responses of {provider.name} (SAML)"
        yield Door(key, shown, provider.origin.location, target, at.ask, "saml")


def _comes_in(at: AtPages, target: Target) -> bool:
    offer = letter_offer(target)
    return offer.text is not None and not isinstance(at.ask(offer).value, Refusal)


def _at_pages(world: World, provider: UserPoolIdentityProvider, metadata: IdpMetadata | None) -> AtPages | None:
    for client in world.clients.values():
        if client.pool_id != provider.pool_id or provider.name not in client.supported_identity_providers:
            continue
        errand = walked_through(partial(page_errand, world=world, client=client, provider=provider))
        if not isinstance(errand.value, Refusal) and metadata is not None:
            return AtPages(errand.value, metadata)
    return None


def without_responses(world: World) -> Iterator[str]:
    """The providers of user pools that have no row, in words."""
    for provider in world.pool_providers.values():
        pool = world.user_pools.get(provider.pool_id)
        named = f"{called(world, pool) if pool is not None else provider.pool_id} from {provider.name}"
        if provider.type != "SAML":
            yield f"user pool {named}: the pool fetches the token itself, for a code: nobody offers it one"
        elif pool_metadata(world, provider) is None:
            yield f"user pool {named}: its metadata are not in the world"
        elif _at_pages(world, provider, pool_metadata(world, provider)) is None:
            yield f"user pool {named}: no app client leads there by the pages of a domain"
