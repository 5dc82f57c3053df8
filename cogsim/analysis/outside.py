"""People and workloads whom somebody outside AWS vouches for: how questions name them, and where they come from.

A person of an AD FS, somebody with an account at a provider of OpenID Connect, a job of a repository, and a user whom
a server of one's own names to an identity pool. The forms are listed in `who`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.analysis.naming import called, called_by, logical_ids
from cogsim.decisions.workload_token import Job
from cogsim.errors import InputError
from cogsim.world.external_oidc import OidcIssuer, OidcUser, Repository
from cogsim.world.external_saml import AdFs, DirectoryUser
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.names import find_identity_pool
from cogsim.world.world import World

#: The ref of a job of which a question says nothing else.
_MAIN = "refs/heads/main"
#: The ref of a job that a pull request made run.
_PULL = "refs/pull/1/merge"
_CONTEXTS = "ref:<ref>, environment:<name> or pull_request"


@dataclass(frozen=True, slots=True)
class DirectoryPerson:
    """A person of an AD FS."""

    provider: AdFs
    user: DirectoryUser


@dataclass(frozen=True, slots=True)
class AccountHolder:
    """Somebody with an account at a provider of OpenID Connect."""

    issuer: OidcIssuer
    user: OidcUser


@dataclass(frozen=True, slots=True)
class Workload:
    """A job of a repository; `context` is what of it the standard subject says: ref:…, environment:…, pull_request."""

    issuer: OidcIssuer
    repository: Repository
    context: str

    @property
    def job(self) -> Job:
        """The job that asks for a token, all that the context does not say as usual."""
        kind, _, value = self.context.partition(":")
        match kind:
            case "environment":
                return Job(self.repository.name, environment=value)
            case "pull_request":
                return Job(self.repository.name, ref=_PULL, event="pull_request")
            case _:
                return Job(self.repository.name, ref=value)


@dataclass(frozen=True, slots=True)
class DeveloperUser:
    """A user whom a server names to an identity pool under the developer's provider, with the session tags it gives."""

    identity_pool: IdentityPool
    provider: str
    user_id: str
    tags: tuple[tuple[str, str], ...] = ()


Outside = DirectoryPerson | AccountHolder | Workload | DeveloperUser


def outside_label(world: World, who: Outside) -> str:
    """A name that is read back as the same one."""
    match who:
        case DirectoryPerson():
            return f"{who.user.upn}@{called_by(world, who.provider.origin, who.provider.entity_id)}"
        case AccountHolder():
            return f"{who.user.username}@{issuer_name(world, who.issuer)}"
        case Workload():
            return f"{who.repository.name}:{who.context}@{issuer_name(world, who.issuer)}"
        case DeveloperUser():
            tags = ",".join(f"{name}={value}" for name, value in who.tags)
            named = f"developer({called(world, who.identity_pool)}, {who.provider}, {who.user_id})"
            return f"{named}[{tags}]" if tags else named


def issuer_name(world: World, issuer: OidcIssuer) -> str:
    """What tables call the provider."""
    return called_by(world, issuer.origin, issuer.url)


def outsiders(world: World, name: str) -> Iterator[Outside]:
    """Everybody outside AWS whom `name` may mean, with or without `@` and the provider behind it."""
    for provider in world.ad_fs.values():
        names = (provider.entity_id, provider.base_url, *logical_ids(provider.origin))
        for bare in _bare(name, names):
            yield from (DirectoryPerson(provider, user) for user in _people(provider, bare))
    for issuer in world.oidc_issuers.values():
        bares = _bare(name, (issuer.url, issuer.url.removeprefix("https://"), *logical_ids(issuer.origin)))
        yield from (AccountHolder(issuer, issuer.users[bare]) for bare in bares if bare in issuer.users)
        yield from _jobs(issuer, bares[-1])


def _bare(name: str, providers: tuple[str, ...]) -> tuple[str, ...]:
    """The name as it is, and without the provider where it ends in one of these."""
    endings = (f"@{provider}" for provider in providers)
    return (name, *dict.fromkeys(name.removesuffix(ending) for ending in endings if name.endswith(ending)))


def _people(provider: AdFs, name: str) -> Iterator[DirectoryUser]:
    """The one of that name, else those whose name begins with it before its @."""
    exact = provider.users.get(name.lower())
    if exact is not None:
        yield exact
    elif name and "@" not in name:
        yield from (user for user in provider.users.values() if user.upn.lower().partition("@")[0] == name.lower())


def _jobs(issuer: OidcIssuer, name: str) -> Iterator[Workload]:
    repository, _, context = name.partition(":")
    if repository not in issuer.repositories:
        return
    kind, _, value = context.partition(":")
    known = not context or context == "pull_request" or (kind in ("ref", "environment") and value)
    if not known:
        raise InputError(f"a job is written {repository}:{_CONTEXTS}, not {name!r}")
    yield Workload(issuer, issuer.repositories[repository], context or f"ref:{_MAIN}")


def developer_user(world: World, text: str, inner: str, tags: str | None) -> DeveloperUser:
    """The user that `developer(pool, provider, id)[tag=value,…]` names; the provider is the pool's where it is left
    out."""
    parts = [part.strip() for part in inner.split(",")]
    if len(parts) not in (2, 3) or not all(parts):
        raise InputError(f"a developer's user is written developer(pool, provider, id), not {text!r}")
    pool = world.identity_pools[find_identity_pool(world, parts[0])]
    own = pool.developer_provider_name
    if own is None:
        raise InputError(f"the identity pool {parts[0]!r} has no developer provider")
    if len(parts) == 3 and parts[1] != own:
        raise InputError(f"{parts[1]!r} is not the developer provider of {parts[0]!r}", suggestion=own)
    pairs = [entry.partition("=") for entry in (tags or "").split(",") if entry.strip()]
    if any(not sign or not key.strip() for key, sign, _ in pairs):
        raise InputError(f"tags are written [name=value,…], not {text!r}")
    found = tuple(sorted((key.strip(), value.strip()) for key, _, value in pairs))
    return DeveloperUser(pool, own, parts[-1], found)


def outside_names(world: World, most: int) -> list[str]:
    """Names to suggest, none where there would be more than `most`."""
    names = [user.upn for provider in world.ad_fs.values() for user in provider.users.values()]
    for issuer in world.oidc_issuers.values():
        names += [*issuer.users, *issuer.repositories]
    pools = (pool for pool in world.identity_pools.values() if pool.developer_provider_name)
    names += [f"developer({called(world, pool)}, {pool.developer_provider_name}, user)" for pool in pools]
    return names if len(names) < most else []
