"""GetCredentialsForIdentity and GetOpenIdToken: the enhanced flow, which ends in AWS credentials, and the basic one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.call import ServicePrincipal
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_identity.pools import identity_of, login_of
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.cognito_session import CONFIGURATION_ERROR, vend
from cogsim.decisions.identity import admit, admit_classic_flow, admit_guest
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import open_id_claims, signed
from cogsim.decisions.session import COGNITO_SESSION_NAME, DEFAULT_DURATION
from cogsim.decisions.session_policies import scope_down
from cogsim.decisions.trust import COGNITO
from cogsim.errors import AwsError
from cogsim.world.identity_pool import Identity, IdentityPool


@operation("cognito-identity:GetCredentialsForIdentity")
def get_credentials_for_identity(
    ctx: CallContext,
    *,
    IdentityId: str,
    Logins: Mapping[str, str] | None = None,
    CustomRoleArn: str | None = None,
) -> dict[str, Any]:
    """Credentials for an hour of the role that the pool vends; STS, asked by the pool, holds it to its trust policy."""
    identity, pool, login = _admitted(ctx, IdentityId, Logins)
    role_arn, tags = ctx.require(vend(pool, login, CustomRoleArn))
    narrow = ctx.take(scope_down(pool, login, ctx.partition))
    token = signed(open_id_claims(pool, identity.id, login, tags, ctx.now), pool.region)
    params: dict[str, Any] = {
        "RoleArn": role_arn,
        "RoleSessionName": COGNITO_SESSION_NAME,
        "WebIdentityToken": token,
        "DurationSeconds": DEFAULT_DURATION,
    }
    if narrow.policy is not None:
        params["Policy"] = narrow.policy
        params["PolicyArns"] = [{"arn": arn} for arn in narrow.policy_arns]
    outcome = ctx.submit("sts:AssumeRoleWithWebIdentity", params, ServicePrincipal(COGNITO))
    ctx.steps.extend(outcome.decision.steps)
    if outcome.error is not None:
        raise AwsError(CONFIGURATION_ERROR.code, CONFIGURATION_ERROR.message)
    made = outcome.unwrap()["Credentials"]
    credentials = {
        "AccessKeyId": made["AccessKeyId"],
        "SecretKey": made["SecretAccessKey"],
        "SessionToken": made["SessionToken"],
        "Expiration": made["Expiration"],
    }
    return {"IdentityId": identity.id, "Credentials": credentials}


@operation("cognito-identity:GetOpenIdToken")
def get_open_id_token(ctx: CallContext, *, IdentityId: str, Logins: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A token for STS, with which the caller may try any role: the basic (classic) flow. # ci:GetOpenIdToken"""
    identity, pool, login = _admitted(ctx, IdentityId, Logins)
    ctx.require(admit_classic_flow(pool))
    tags = ctx.take(principal_tags(pool, login))
    token = signed(open_id_claims(pool, identity.id, login, tags, ctx.now), pool.region)
    return {"IdentityId": identity.id, "Token": token}


def _admitted(
    ctx: CallContext, identity_id: str, logins: Mapping[str, str] | None
) -> tuple[Identity, IdentityPool, AcceptedLogin | None]:
    """The identity, its pool, and the login that proves it, or None for a guest; raises what the pool answers."""
    identity, pool = identity_of(ctx, identity_id)
    login = login_of(ctx, pool, logins)
    ctx.require(admit_guest(pool, identity) if login is None else admit(identity, login))
    return identity, pool, login
