"""The sessions that a developer identity leads to: the role its pool vends, and every role that takes its token.

1. The broker signs the call, and the pool believes its word for who the user is: the policy that allows the call is
   all that is asked. # ci:developer
2. The tags are the broker's and stand in the token; the pool's own tag maps are not read.
3. The token is one for STS. Whoever holds it may name any role whose trust policy accepts it, whatever the pool vends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.decision import Decision, Refusal, Step, decided
from cogsim.decisions.authorization import authorise
from cogsim.decisions.call_origin import CallOrigin
from cogsim.decisions.caller import Caller, RoleSession, caller_arn
from cogsim.decisions.cognito_session import CONFIGURATION_ERROR, vend
from cogsim.decisions.developer_identity import developer_proof
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import open_id_claims
from cogsim.decisions.session import COGNITO_SESSION_NAME, DEFAULT_DURATION, federated_session
from cogsim.decisions.trust import FederatedBearer, assume_keys, may_assume, service_origin
from cogsim.decisions.web_identity import pool_bearer
from cogsim.persistent import Map
from cogsim.world.identity_pool import IdentityPool
from cogsim.world.world import World

_ACTION = "cognito-identity:GetOpenIdTokenForDeveloperIdentity"
_ASSUME = "sts:AssumeRoleWithWebIdentity"


def identity_sessions(
    world: World,
    caller: Caller,
    params: Mapping[str, Any],
    *,
    now: float,
    origin: CallOrigin,
    vended_too: bool = False,
) -> Iterator[tuple[str, Decision[RoleSession | Refusal]]]:
    """The session that the pool vends for the call (with an empty text), or the refusal; then one for each other role
    that takes the token, by its ARN: for the vended one as well where `vended_too`, under a name of the bearer's."""
    accepted = _accepted(world, caller, params, now=now, origin=origin)
    if isinstance(accepted.value, Refusal):
        yield "", Decision(accepted.value, accepted.steps)
        return
    pool, login, bearer = accepted.value
    vended = _vended(world, pool, login, bearer, now=now, origin=origin)
    yield "", decided(vended.value, *vended.steps, after=accepted.steps)
    first = vended.value.role_arn if isinstance(vended.value, RoleSession) else None
    for arn in world.roles:
        trusted = _trusted(world, arn, bearer, "session", now=now, origin=origin)
        if trusted.value is None and (vended_too or arn != first):
            session = federated_session(world.roles[arn], "session", bearer, None, now=now, seconds=DEFAULT_DURATION)
            yield arn, decided(session, *trusted.steps, after=accepted.steps)


def _accepted(
    world: World, caller: Caller, params: Mapping[str, Any], *, now: float, origin: CallOrigin
) -> Decision[tuple[IdentityPool, AcceptedLogin, FederatedBearer] | Refusal]:
    pool = world.identity_pools.get(params["IdentityPoolId"])
    if pool is None:
        text = f"IdentityPool '{params['IdentityPoolId']}' not found."
        step = Step("is there such an identity pool?", "no", params["IdentityPoolId"], "ci:developer", decides=True)
        return decided(Refusal("ResourceNotFoundException", text), step)
    asked = authorise(world, caller, _ACTION, pool.arn, origin=origin, now=now)
    if not asked.value.allowed:
        text = f"User: {caller_arn(caller)} is not authorized to perform: {_ACTION} on resource: {pool.arn}"
        return Decision(Refusal("AccessDeniedException", text), asked.steps)
    proof = developer_proof(pool, params["Logins"])
    steps = (*asked.steps, *proof.steps)
    if isinstance(proof.value, Refusal):
        return Decision(proof.value, steps)
    user = proof.value
    identity = world.identity_of(pool.id, user.provider, user.subject)
    login = AcceptedLogin(user.provider, "", user.subject, Map(), "developer")
    claims = open_id_claims(pool, identity, login, params.get("PrincipalTags", {}), now)
    bearer = pool_bearer(claims)
    steps += bearer.steps
    return Decision(bearer.value if isinstance(bearer.value, Refusal) else (pool, login, bearer.value), steps)


def _vended(
    world: World, pool: IdentityPool, login: AcceptedLogin, bearer: FederatedBearer, *, now: float, origin: CallOrigin
) -> Decision[RoleSession | Refusal]:
    vended = vend(pool, login)
    if isinstance(vended.value, Refusal):
        return Decision(vended.value, vended.steps)
    arn, seen = vended.value[0], service_origin(origin, bearer.provider)
    trusted = _trusted(world, arn, bearer, COGNITO_SESSION_NAME, now=now, origin=seen)
    steps = (*vended.steps, *trusted.steps)
    if trusted.value is not None:
        step = Step("does STS give the identity pool a session?", "no", trusted.value.message, "ci:iam-roles")
        return decided(CONFIGURATION_ERROR, step, after=steps)
    session = federated_session(world.roles[arn], COGNITO_SESSION_NAME, bearer, None, now=now, seconds=DEFAULT_DURATION)
    return Decision(session, steps)


def _trusted(
    world: World, role: str, bearer: FederatedBearer, name: str, *, now: float, origin: CallOrigin
) -> Decision[Refusal | None]:
    keys = assume_keys(name, tags=bearer.tags)
    return may_assume(world, role, bearer, _ASSUME, origin=origin, now=now, context=keys)
