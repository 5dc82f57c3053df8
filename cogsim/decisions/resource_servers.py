"""Resource servers of a pool and their scopes. # idp:resource-servers"""

from __future__ import annotations

from collections.abc import Sequence

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.refusals import INVALID_PARAMETER, NOT_FOUND, UNSEEN_TEXTS, Check, passed, refused
from cogsim.world.pool_members import ResourceServer
from cogsim.world.user_pool import UserPool
from cogsim.world.world import World

#: Resource servers of a pool. # idp:quotas §objects
MOST_SERVERS = 25
_SOURCE = "idp:resource-servers"


def check_server_free(world: World, pool: UserPool, identifier: str) -> Check:
    """Whether the pool has no resource server of that identifier, and room for one more."""
    question = "is the identifier free?"
    if (pool.id, identifier) in world.resource_servers:
        refusal = Refusal(INVALID_PARAMETER, f"{identifier} already exists in user pool {pool.id}.")
        return refused(refusal, question, identifier, _SOURCE)
    held = sum(1 for pool_id, _ in world.resource_servers if pool_id == pool.id)
    if held >= MOST_SERVERS:
        question = "may the pool have one more resource server?"
        refusal = Refusal("LimitExceededException", f"Maximum number of resource servers ({MOST_SERVERS}) reached.")
        return refused(refusal, question, f"{held}", "idp:quotas§objects", assumption=UNSEEN_TEXTS)
    return passed(question, identifier, _SOURCE)


def check_scopes(names: Sequence[str]) -> Check:
    """Whether each scope has a name of its own."""
    question = "does each scope have a name of its own?"
    twice = next((name for number, name in enumerate(names) if name in names[:number]), None)
    if twice is None:
        return passed(question, ", ".join(names), _SOURCE)
    refusal = Refusal(INVALID_PARAMETER, f"Duplicate scope name: {twice}.")
    return refused(refusal, question, twice, _SOURCE, assumption=UNSEEN_TEXTS)


def pool_server(world: World, pool: UserPool, identifier: str) -> Decision[ResourceServer | Refusal]:
    """The pool's resource server of that identifier, or the refusal."""
    question = "does the pool have such a resource server?"
    server = world.resource_servers.get((pool.id, identifier))
    if server is None:
        refusal = Refusal(NOT_FOUND, f"Resource server {identifier} does not exist.")
        return refused(refusal, question, identifier, _SOURCE, assumption=UNSEEN_TEXTS)
    return decided(server, Step(question, "yes", identifier, _SOURCE, location=server.origin.location))
