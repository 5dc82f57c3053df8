"""The sessions that the basic (classic) flow leaves to the caller's choice: any role whose trust policy agrees."""

from __future__ import annotations

from collections.abc import Iterator

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller
from cogsim.decisions.identity import admit_classic_flow
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import open_id_claims
from cogsim.decisions.session import DEFAULT_DURATION, federated_session
from cogsim.decisions.trust import assume_keys, may_assume
from cogsim.decisions.web_identity import pool_bearer
from cogsim.world.iam import Role
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World


def basic_sessions(
    world: World, pool: IdentityPool, identity_id: str, login: AcceptedLogin | None, *, now: float, origin: CallOrigin
) -> Iterator[tuple[Role, Decision[Caller]]]:
    """Every role that `login`, or a guest (None), may assume with a token of GetOpenIdToken, and the session of it.

    None where the pool does not allow the flow. A guest's session is not narrowed here. # ci:authentication-flow
    """
    admitted = admit_classic_flow(pool, (login,) if login is not None else ())
    if admitted.value is not None:
        return
    tags = principal_tags(pool, login)
    believed = pool_bearer(open_id_claims(pool, identity_id, login, tags.value, now))
    bearer = believed.value
    if isinstance(bearer, Refusal):
        return
    keys = assume_keys("session", tags=tags.value)
    for role in world.roles.values():
        trusted = may_assume(world, role, bearer, "sts:AssumeRoleWithWebIdentity", origin=origin, now=now, context=keys)
        if trusted.value is None:
            chosen = Step(
                "which role does the caller name to STS?",
                role.arn,
                "the basic flow leaves the choice to the caller",
                "ci:authentication-flow",
                location=role.origin.at("AssumeRolePolicyDocument"),
                facts=(("role", role.arn), ("flow", "basic")),
            )
            session = federated_session(role, "session", bearer, None, now=now, seconds=DEFAULT_DURATION)
            yield role, decided(session, chosen, *tags.steps, *believed.steps, *trusted.steps, after=admitted.steps)
