"""Everybody outside AWS whom a world knows: people of directories and providers, jobs, developers' users.

The jobs of a repository are one for each environment, one for a pull request, one for the branch main, and one for
each ref that a condition of some trust policy speaks of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from cogsim.analysis.alike import Readings, directory_classes, issuer_classes, readings
from cogsim.analysis.outside import AccountHolder, DeveloperUser, DirectoryPerson, Outside, Workload
from cogsim.analysis.probes import PROBE
from cogsim.world.external_oidc import Repository
from cogsim.world.world import World

_REF = re.compile(r"refs/(heads|tags)/[^:\s]+")


def outside_crowds(world: World, most: int, asked: str | None) -> Iterator[tuple[Outside, int]]:
    """Each of them with the number of others who are alike; classes where a provider has more than `most` people."""

    @cache
    def read() -> Readings:
        return readings(world, asked)

    for provider in world.ad_fs.values():
        for person, alike in directory_classes(world, provider, most, read):
            yield DirectoryPerson(provider, person), alike
    for issuer in world.oidc_issuers.values():
        for account, alike in issuer_classes(world, issuer, most, read):
            yield AccountHolder(issuer, account), alike
        for repository in issuer.repositories.values():
            for context in contexts(world, repository):
                yield Workload(issuer, repository, context), 0
    yield from ((user, 0) for user in developer_users(world))


def contexts(world: World, repository: Repository) -> tuple[str, ...]:
    """What the jobs of a repository can be told apart by, as far as the world speaks of it."""
    environments = (f"environment:{name}" for name in repository.environments)
    return tuple(dict.fromkeys(("ref:refs/heads/main", "pull_request", *environments, *_refs(world))))


def _refs(world: World) -> list[str]:
    values = (
        value
        for role in world.roles.values()
        for statement in role.trust.statements
        for condition in statement.conditions
        for value in condition.values
    )
    found = {match[0] for value in values for match in _REF.finditer(value)}
    return [f"ref:{ref.replace('*', PROBE).replace('?', 'x')}" for ref in sorted(found)]


def developer_users(world: World) -> Iterator[DeveloperUser]:
    """The developers' users who have an identity."""
    for identity in world.identities.values():
        pool = world.identity_pools.get(identity.pool_id)
        if pool is None or pool.developer_provider_name is None or not identity.enabled:
            continue
        for user in identity.developer_users:
            yield DeveloperUser(pool, pool.developer_provider_name, user)
