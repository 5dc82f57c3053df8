"""The sessions that a login opens at an identity pool, statically: the chosen role, those it may name, any that trusts.

The enhanced flow gives the role that the pool chooses, or one that the caller may ask for by CustomRoleArn; the basic
flow any role whose trust policy agrees. # ci:authentication-flow
"""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.analysis.basic_flow import basic_sessions
from cogsim.analysis.naming import called
from cogsim.analysis.passage import NOW, Outcome, default_origin
from cogsim.analysis.placeholders import placeholder_steps
from cogsim.decision import Decision, Refusal
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.cognito_session import session_for
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.role_selection import mapping_key
from cogsim.policy.layers import NamedPolicy
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


def pool_sessions(world: World, pool: IdentityPool, login: AcceptedLogin) -> Iterator[tuple[str, Outcome]]:
    """The session of the role the pool chooses, or the refusal, with an empty text; then those of the roles that the
    bearer may name instead, each with a text that says how."""
    chosen = session_of(world, pool, login, None)
    yield "", Decision(chosen.value, chosen.steps)
    first = chosen.value.role_arn if isinstance(chosen.value, RoleSession) else None
    for arn in _nameable(pool, login):
        other = session_of(world, pool, login, arn)
        if isinstance(other.value, RoleSession) and arn != first:
            yield f"asking for {arn}", Decision(other.value, other.steps)
    identity = world.identity_of(pool.id, login.provider_name, login.subject)
    for role, basic in basic_sessions(world, pool, identity, login, now=NOW, origin=default_origin(world)):
        yield f"basic flow, as {called(world, role)}", Decision(basic.value, basic.steps)


def session_of(
    world: World, pool: IdentityPool, login: AcceptedLogin, role_arn: str | None
) -> Decision[RoleSession | Refusal]:
    """The session of the enhanced flow; a refusal comes with the unresolved references of trust policies that may be
    its cause."""
    identity = world.identity_of(pool.id, login.provider_name, login.subject)
    session = session_for(world, pool, login, identity, now=NOW, origin=default_origin(world), custom_role_arn=role_arn)
    return session if isinstance(session.value, RoleSession) else _with_placeholders(world, session)


def _with_placeholders(world: World, refused: Decision[RoleSession | Refusal]) -> Decision[RoleSession | Refusal]:
    action = "sts:AssumeRoleWithWebIdentity"
    arns = dict.fromkeys(value for step in refused.steps for name, value in step.facts if name == "role")
    roles = [world.roles[arn] for arn in arns if arn in world.roles]
    steps = [
        step
        for role in roles
        for step in placeholder_steps((NamedPolicy(f"trust policy of {role.arn}", role.trust),), action, role.arn)
    ]
    return Decision(refused.value, (*refused.steps, *steps))


def _nameable(pool: IdentityPool, login: AcceptedLogin) -> tuple[str, ...]:
    """The roles that CustomRoleArn could name: those of the token's groups, of the rules, or of the assertion.
    # ci:rbac"""
    mapping = pool.role_mappings.get(mapping_key(pool, login))
    if mapping is None:
        return tuple(sorted(login.roles))
    if mapping.type == "Rules":
        return tuple(sorted({rule.role_arn for rule in mapping.rules}))
    roles = login.claims.get("cognito:roles", ())
    return tuple(sorted(map(str, roles))) if isinstance(roles, list | tuple) else (str(roles),)
