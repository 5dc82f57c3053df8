"""Every policy of a world that grants or refuses something, and on whom it hangs; trust policies are not among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cogsim.policy.document import Policy
from cogsim.world.origin import Origin
from cogsim.world.world import World


@dataclass(frozen=True, slots=True)
class Hanging:
    """A policy and its holder, as tables show them."""

    holder: str
    name: str
    policy: Policy


def hanging(world: World) -> Iterator[Hanging]:
    """Inline policies of roles, IAM users and groups, managed policies, and the policies of buckets and tables."""
    for holders in (world.roles, world.users, world.groups):
        for holder in holders.values():
            for name, policy in holder.inline.items():
                yield Hanging(_shown(holder.origin, holder.name), name, policy)
    for managed in world.managed_policies.values():
        yield Hanging(_shown(managed.origin, managed.name), "managed policy", managed.policy)
    for resources in (world.buckets, world.tables):
        for resource in resources.values():
            if resource.policy is not None:
                yield Hanging(_shown(resource.origin, resource.name), "resource policy", resource.policy)


def _shown(origin: Origin, name: str) -> str:
    return origin.logical_id or name
