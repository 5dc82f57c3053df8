"""From a login to a session of a role, without a token: the composition that static answers ask.

1. The pool chooses the role (`role_selection`) and the tags (`attribute_mapping`).
2. The role must stand in the pool's own account: the enhanced flow reaches no further. # ci:authentication-flow
3. The role's trust policy must accept what the pool tells STS (`trust`): pool, kind of authentication, identity, tags.
4. A guest's session is narrowed (`session_policies`).

The running cloud takes the same steps, but for 3 it signs a token and calls STS through the door.
"""

from __future__ import annotations

from cogsim.arn import Arn
from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import RoleSession
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import open_id_claims
from cogsim.decisions.role_selection import select
from cogsim.decisions.session import COGNITO_SESSION_NAME, DEFAULT_DURATION, federated_session
from cogsim.decisions.session_policies import passed_policies, scope_down
from cogsim.decisions.trust import assume_keys, may_assume, service_origin
from cogsim.decisions.web_identity import pool_bearer
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

#: What GetCredentialsForIdentity answers whenever STS refuses. # ci:GetCredentialsForIdentity
CONFIGURATION_ERROR = Refusal(
    "InvalidIdentityPoolConfigurationException",
    "Invalid identity pool configuration. Check assigned IAM roles for this pool.",
)


def session_for(
    world: World,
    pool: IdentityPool,
    login: AcceptedLogin | None,
    identity_id: str,
    *,
    now: float,
    origin: CallOrigin,
    custom_role_arn: str | None = None,
    others: tuple[AcceptedLogin, ...] = (),
) -> Decision[RoleSession | Refusal]:
    """The session that the enhanced flow gives `login` (with `others` of the same call), or a guest (None), at `now`
    (seconds); or the refusal.

    It does not ask whether guests are admitted: `identity.admit` does.
    """
    vended = vend(pool, login, custom_role_arn)
    if isinstance(vended.value, Refusal):
        return Decision(vended.value, vended.steps)
    role_arn, tags = vended.value
    believed = pool_bearer(open_id_claims(pool, identity_id, login, tags, now, others=others))
    steps, bearer = (*vended.steps, *believed.steps), believed.value
    if isinstance(bearer, Refusal):
        step = Step("does STS give the identity pool a session?", "no", bearer.message, "ci:iam-roles")
        return decided(CONFIGURATION_ERROR, step, after=steps)
    keys = assume_keys(COGNITO_SESSION_NAME, tags=tags)
    seen_from = service_origin(origin, bearer.provider)
    trusted = may_assume(
        world, role_arn, bearer, "sts:AssumeRoleWithWebIdentity", origin=seen_from, now=now, context=keys
    )
    steps += trusted.steps
    if trusted.value is not None:
        step = Step("does STS give the identity pool a session?", "no", trusted.value.message, "ci:iam-roles")
        return decided(CONFIGURATION_ERROR, step, after=steps)
    passed = scope_down(pool, login, origin.partition).then(
        lambda narrow: passed_policies(world, narrow.policy, narrow.policy_arns)
    )
    if isinstance(passed.value, Refusal):
        return decided(CONFIGURATION_ERROR, *passed.steps, after=steps)
    session = federated_session(
        world.roles[role_arn], COGNITO_SESSION_NAME, bearer, passed.value, now=now, seconds=DEFAULT_DURATION
    )
    return decided(session, *passed.steps, after=steps)


def vend(
    pool: IdentityPool, login: AcceptedLogin | None, custom_role_arn: str | None = None
) -> Decision[tuple[str, Map[str, str]] | Refusal]:
    """The role and the session tags that the pool asks STS for."""
    selected = select(pool, login, custom_role_arn)
    if isinstance(selected.value, Refusal):
        return Decision(selected.value, selected.steps)
    if _foreign(selected.value, pool):
        step = Step(
            "does the role stand in the pool's account?",
            "no",
            selected.value,
            "ci:authentication-flow",
            location=pool.roles_origin.location,
            decides=True,
        )
        return decided(CONFIGURATION_ERROR, step, after=selected.steps)
    tags = principal_tags(pool, login)
    return decided((selected.value, tags.value), *tags.steps, after=selected.steps)


def _foreign(role_arn: str, pool: IdentityPool) -> bool:
    """A role whose ARN could not be resolved is left to STS, which will not find it."""
    role, own = Arn.try_parse(role_arn), Arn.try_parse(pool.arn)
    return role is not None and own is not None and role.account != own.account
