"""InitiateAuth and AdminInitiateAuth: the first step of a sign-in."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool, refuse, user_called
from cogsim.aws.services.cognito_idp.challenges import follow, require_keys
from cogsim.aws.services.cognito_idp.records import FAILURES, SRP_CHALLENGES
from cogsim.aws.services.cognito_idp.refresh import refresh
from cogsim.aws.services.cognito_idp.unmodelled import refuse_sign_in, refuse_triggers, refuse_unknown_keys
from cogsim.aws.token_families import digest
from cogsim.decision import Refusal
from cogsim.decisions import refusals, sign_in, srp_exchange
from cogsim.decisions.app_client import allow_flow, check_flow_reaches, check_secret_hash
from cogsim.decisions.password import proves
from cogsim.errors import NotModelled
from cogsim.tokens.srp import SECRET_BITS
from cogsim.world.user_pool import PoolUser, UserPool, UserPoolClient

#: AuthFlow to the parameters it needs; a hash of the client's secret may come along. # idp:authentication-flows
_NEEDS = {
    "USER_PASSWORD_AUTH": ("USERNAME", "PASSWORD"),
    "ADMIN_USER_PASSWORD_AUTH": ("USERNAME", "PASSWORD"),
    "ADMIN_NO_SRP_AUTH": ("USERNAME", "PASSWORD"),
    "USER_SRP_AUTH": ("USERNAME", "SRP_A"),
    "REFRESH_TOKEN_AUTH": ("REFRESH_TOKEN",),
    "REFRESH_TOKEN": ("REFRESH_TOKEN",),
}


@operation("cognito-idp:InitiateAuth", ignores=("ClientMetadata", "AnalyticsMetadata", "UserContextData"))
def initiate_auth(
    ctx: CallContext, /, *, AuthFlow: str, ClientId: str, AuthParameters: Mapping[str, str] | None = None
) -> Mapping[str, Any]:
    """Begin a sign-in from an app, or refresh one. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_flow_reaches(AuthFlow, by_operator=False))
    return _initiate(ctx, "cognito-idp:InitiateAuth", pool, client, AuthFlow, AuthParameters or {})


@operation(
    "cognito-idp:AdminInitiateAuth",
    requires=on_pool("AdminInitiateAuth"),
    ignores=("ClientMetadata", "AnalyticsMetadata", "ContextData"),
)
def admin_initiate_auth(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    AuthFlow: str,
    AuthParameters: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Begin a sign-in from a server that signs its calls. # idp:authentication-flows"""
    client, pool = client_and_pool(ctx, ClientId, operators_pool(ctx, UserPoolId).id)
    return _initiate(ctx, "cognito-idp:AdminInitiateAuth", pool, client, AuthFlow, AuthParameters or {})


def _initiate(
    ctx: CallContext, name: str, pool: UserPool, client: UserPoolClient, flow: str, parameters: Mapping[str, str]
) -> Mapping[str, Any]:
    if flow not in _NEEDS:
        raise NotModelled(name, f"AuthFlow {flow}")
    ctx.require(require_keys(parameters, _NEEDS[flow]))
    refuse_unknown_keys(name, "AuthParameters", parameters, (*_NEEDS[flow], "SECRET_HASH"))
    ctx.require(allow_flow(client, flow))
    if flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
        return refresh(ctx, pool, client, parameters)
    ctx.require(check_secret_hash(client, parameters["USERNAME"], parameters.get("SECRET_HASH")))
    refuse_sign_in(ctx, pool)
    user = user_called(ctx, pool, parameters["USERNAME"])
    if flow == "USER_SRP_AUTH":
        return _set_srp_challenge(ctx, pool, client, user, parameters)
    if user is None:
        refuse_triggers(pool, "UserMigration")
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
        return {}
    following = admit(ctx, pool, client, user, lambda: proves(pool, user, parameters["PASSWORD"]))
    return follow(ctx, pool, client, user, following)


def admit(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser, proven: Callable[[], bool]
) -> sign_in.Next:
    """What follows the attempt; a refusal is raised, and a wrong password is counted first."""
    key = (pool.id, user.sub)
    judged = sign_in.attempt(pool, client, user, proven, FAILURES.get(ctx.state, key), ctx.now)
    attempt = ctx.take(judged)
    failures = attempt.failures
    ctx.update_state(lambda state: FAILURES.put(state, key, failures) if failures else FAILURES.drop(state, key))
    if isinstance(attempt.outcome, Refusal):
        refuse(attempt.outcome)
    return attempt.outcome


def _set_srp_challenge(
    ctx: CallContext, pool: UserPool, client: UserPoolClient, user: PoolUser | None, parameters: Mapping[str, str]
) -> Mapping[str, Any]:
    """PASSWORD_VERIFIER; for a name nobody has too, where the client hides its users. # idp:existence §srp"""
    name, srp_a = parameters["USERNAME"], parameters["SRP_A"]
    ctx.require(srp_exchange.check_public_value(srp_a))
    if user is None and not sign_in.hides_users(client):
        ctx.require(sign_in.unknown_user(client, refusals.NO_SUCH_USER, refusals.INCORRECT))
    b = ctx.draw("cognito-idp/srp-b", pool.id, name).integer(SECRET_BITS)
    challenge = srp_exchange.set_challenge(pool, client.id, user, name, srp_a, b, ctx.now)
    block = base64.b64encode(ctx.draw("cognito-idp/secret-block", pool.id, name).bytes(480)).decode()
    ctx.update_state(lambda state: SRP_CHALLENGES.put(state, digest(block), challenge))
    return {
        "ChallengeName": "PASSWORD_VERIFIER",
        "ChallengeParameters": {
            "SALT": challenge.salt,
            "SRP_B": challenge.srp_b,
            "SECRET_BLOCK": block,
            "USERNAME": challenge.user_id,
            "USER_ID_FOR_SRP": challenge.user_id,
        },
    }
