"""People outside AWS and those who vouch for them, as the graph draws them."""

from __future__ import annotations

from cogsim.analysis.issuer_tokens import admit_account
from cogsim.analysis.naming import called_by
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, issuer_name
from cogsim.analysis.passage import Hop, Place
from cogsim.decision import Decision, Refusal
from cogsim.decisions.adfs_sign_in import admit_person
from cogsim.world.external_oidc import OidcIssuer
from cogsim.world.external_saml import AdFs
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


def provider_place(world: World, provider: AdFs) -> Place:
    """An AD FS."""
    name = called_by(world, provider.origin, provider.entity_id)
    return Place(f"adfs {provider.entity_id}", "provider", name, provider.origin.location)


def issuer_place(world: World, issuer: OidcIssuer) -> Place:
    """A provider of OpenID Connect."""
    return Place(f"issuer {issuer.url}", "provider", issuer_name(world, issuer), issuer.origin.location)


def developer_place(pool: IdentityPool) -> Place:
    """A developer's own provider."""
    name = str(pool.developer_provider_name)
    return Place(f"developer {pool.id}/{name}", "provider", name, pool.origin.at("DeveloperProviderName"))


def vouching_place(world: World, who: Outside) -> Place:
    """Who vouches for the person."""
    match who:
        case DirectoryPerson():
            return provider_place(world, who.provider)
        case DeveloperUser():
            return developer_place(who.identity_pool)
        case _:
            return issuer_place(world, who.issuer)


def person_place(who: Outside) -> Place:
    """The person, or the job."""
    match who:
        case DirectoryPerson():
            name = f"person {who.provider.entity_id}/{who.user.upn}"
            return Place(name, "user", who.user.upn, who.user.origin.location)
        case AccountHolder():
            name = f"person {who.issuer.url}/{who.user.username}"
            return Place(name, "user", who.user.username, who.issuer.origin.at("Users"))
        case DeveloperUser():
            name = f"person {who.identity_pool.id}/{who.provider}/{who.user_id}"
            return Place(name, "user", who.user_id, who.identity_pool.origin.at("DeveloperProviderName"))
        case _:
            shown = f"{who.repository.name}:{who.context}"
            return Place(f"job {who.issuer.url}/{shown}", "job", shown, who.issuer.origin.at("Repositories"))


def admission(who: Outside) -> Decision[Refusal | None] | None:
    """Whether the provider lets the person in; None for jobs and developers' users, who sign in nowhere."""
    match who:
        case DirectoryPerson():
            return admit_person(who.user)
        case AccountHolder():
            return admit_account(who.issuer, who.user)
        case _:
            return None


def stranger_place(who: str, told: str) -> Place:
    """Those whom the world does not declare, by the words of tables; `told` is what the picture says of them."""
    return Place(f"stranger {who}", "stranger", told)


def vouches(provider: Place, stranger: Place) -> Hop:
    """The edge from a provider to those whom it may vouch for."""
    return Hop(provider, stranger, "vouches for")
