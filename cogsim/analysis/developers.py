"""The sessions of a developer's own user, statically: which server may name the user to the identity pool, and on.

A server is any IAM user or role of the world that may call GetOpenIdTokenForDeveloperIdentity on the pool: the first of
them is asked, for the sessions do not tell which it was. The tags are the server's word. # ci:developer
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.analysis.naming import called
from cogsim.analysis.outside import DeveloperUser
from cogsim.analysis.outside_places import person_place
from cogsim.analysis.passage import NOW, Hop, Outcome, Passage, Place, default_origin
from cogsim.decision import Refusal, Step, decided
from cogsim.decisions.authorization import authorise
from cogsim.decisions.broker_identity import identity_sessions
from cogsim.decisions.caller import Caller, IamUser, RoleSession
from cogsim.world.broker import DEVELOPER
from cogsim.world.iam import Role, User
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

_ACTION = f"cognito-identity:{DEVELOPER}"


def servers_of(world: World, pool: IdentityPool) -> list[tuple[User | Role, Caller]]:
    """Who may name users to the pool: IAM users, then roles as anybody holds them."""
    users: list[tuple[User | Role, Caller]] = [
        (user, IamUser(user.arn, user.unique_id)) for user in world.users.values()
    ]
    roles: list[tuple[User | Role, Caller]] = [
        (role, RoleSession(role.arn, role.unique_id, "session", NOW, NOW + role.max_session_duration))
        for role in world.roles.values()
    ]
    origin = default_origin(world)
    return [
        (noun, caller)
        for noun, caller in (*users, *roles)
        if authorise(world, caller, _ACTION, pool.arn, origin=origin, now=NOW).value.allowed
    ]


def developer_passages(world: World, who: DeveloperUser, name: str) -> Iterator[Passage]:
    """Every session of the user by a token that a server of the world may get, or the refusal."""
    pool = who.identity_pool
    source, target = person_place(who), Place(pool.id, "identity-pool", called(world, pool), pool.origin.location)
    servers = servers_of(world, pool)
    if not servers:
        step = Step(
            "who may name users to the pool?",
            "no IAM user and no role of the world",
            f"{_ACTION} on {pool.arn}",
            "ci:developer",
            location=pool.origin.at("DeveloperProviderName"),
            decides=True,
        )
        refusal = Refusal("AccessDeniedException", f"nobody of the world may call {_ACTION} on {pool.arn}")
        hop = Hop(source, target, "named: nobody may", "refused", (step,))
        yield Passage(name, "", decided(refusal, step), hops=(hop,))
        return
    (server, caller), others = servers[0], len(servers) - 1
    via = f"{called(world, server)} via {called(world, pool)}"
    asked = _server_step(world, server, others)
    params = {"IdentityPoolId": pool.id, "Logins": {who.provider: who.user_id}, "PrincipalTags": dict(who.tags)}
    origin = default_origin(world)
    for role, made in identity_sessions(world, caller, params, now=NOW, origin=origin, vended_too=True):
        outcome: Outcome = decided(made.value, *made.steps, after=(asked,))
        hop = Hop(source, target, f"named by {called(world, server)}", steps=(asked,))
        named = f"{via}, with the token, as {called(world, world.roles[role])}" if role else via
        yield Passage(name, named, outcome, identity_pool=None if role else pool, hops=(hop,))


def _server_step(world: World, server: User | Role, others: int) -> Step:
    return Step(
        "who names the user to the pool?",
        called(world, server),
        f"and {others} more may" if others else "nobody else may",
        "ci:developer",
        location=server.origin.location,
        facts=(("server", server.arn),),
    )
