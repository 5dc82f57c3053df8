"""GetCredentialsForIdentity and GetOpenIdToken: the enhanced flow, which ends in AWS credentials, and the basic one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cogsim.aws.call import ServicePrincipal
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_identity.pools import identity_of, logins_of, save
from cogsim.decisions.attribute_mapping import principal_tags
from cogsim.decisions.cognito_session import CONFIGURATION_ERROR, vend
from cogsim.decisions.identity import admit_bearer, admit_classic_flow, admit_guest
from cogsim.decisions.identity_logins import accept_own_token, own_token
from cogsim.decisions.identity_merge import Resolution, claim_identity, proofs
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import cognito_principal, open_id_claims, signed
from cogsim.decisions.role_selection import leading
from cogsim.decisions.session import COGNITO_SESSION_NAME, DEFAULT_DURATION
from cogsim.decisions.session_policies import scope_down
from cogsim.errors import AwsError
from cogsim.world.identity_pool import Identity, IdentityPool


@dataclass(frozen=True, slots=True)
class _Admitted:
    """Who asks: the identity as it will be saved, its pool, and the logins that prove it, none for a guest. `login` is
    the one that chooses role and tags."""

    resolution: Resolution
    pool: IdentityPool
    login: AcceptedLogin | None = None
    others: tuple[AcceptedLogin, ...] = ()


@operation("cognito-identity:GetCredentialsForIdentity")
def get_credentials_for_identity(
    ctx: CallContext,
    *,
    IdentityId: str,
    Logins: Mapping[str, str] | None = None,
    CustomRoleArn: str | None = None,
) -> dict[str, Any]:
    """Credentials for an hour of the role that the pool vends; STS, asked by the pool, holds it to its trust policy."""
    identity, pool = identity_of(ctx, IdentityId)
    own = ctx.require(own_token(pool, Logins or {}))
    if own is not None:
        return _for_own_token(ctx, pool, identity, own, CustomRoleArn)
    admitted = _admitted(ctx, identity, pool, Logins)
    role_arn, tags = ctx.require(vend(pool, admitted.login, CustomRoleArn))
    found = save(ctx, admitted.resolution)
    claims = open_id_claims(pool, found.id, admitted.login, tags, ctx.now, others=admitted.others)
    return _credentials(ctx, pool, found, admitted.login, role_arn, signed(claims, pool.region))


def _for_own_token(
    ctx: CallContext, pool: IdentityPool, identity: Identity, token: str, custom_role_arn: str | None
) -> dict[str, Any]:
    """The token of a developer's user goes to STS as it is, with the role that the pool vends. # ci:developer"""
    login = ctx.require(accept_own_token(pool, identity.id, token, now=ctx.now))
    ctx.require(admit_bearer(identity))
    role_arn, _ = ctx.require(vend(pool, login, custom_role_arn))
    return _credentials(ctx, pool, identity, login, role_arn, token)


def _credentials(
    ctx: CallContext, pool: IdentityPool, identity: Identity, login: AcceptedLogin | None, role_arn: str, token: str
) -> dict[str, Any]:
    narrow = ctx.take(scope_down(pool, login, ctx.partition))
    params: dict[str, Any] = {
        "RoleArn": role_arn,
        "RoleSessionName": COGNITO_SESSION_NAME,
        "WebIdentityToken": token,
        "DurationSeconds": DEFAULT_DURATION,
    }
    if narrow.policy is not None:
        params["Policy"] = narrow.policy
        params["PolicyArns"] = [{"arn": arn} for arn in narrow.policy_arns]
    service = ServicePrincipal(cognito_principal(pool.partition))
    outcome = ctx.submit("sts:AssumeRoleWithWebIdentity", params, service)
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
    identity, pool = identity_of(ctx, IdentityId)
    admitted = _admitted(ctx, identity, pool, Logins)
    logins = (admitted.login, *admitted.others) if admitted.login is not None else ()
    ctx.require(admit_classic_flow(pool, logins))
    tags = ctx.take(principal_tags(pool, admitted.login))
    found = save(ctx, admitted.resolution)
    claims = open_id_claims(pool, found.id, admitted.login, tags, ctx.now, others=admitted.others)
    return {"IdentityId": found.id, "Token": signed(claims, pool.region)}


def _admitted(ctx: CallContext, identity: Identity, pool: IdentityPool, offered: Mapping[str, str] | None) -> _Admitted:
    """Who the caller is; raises what the pool answers to somebody who may not be that identity."""
    logins = logins_of(ctx, pool, offered)
    if not logins:
        ctx.require(admit_guest(pool, identity))
        return _Admitted(Resolution(identity), pool)
    resolution = ctx.require(claim_identity(ctx.world, pool, identity, proofs(logins), now=ctx.now))
    login = ctx.take(leading(pool, logins))
    return _Admitted(resolution, pool, login, tuple(each for each in logins if each is not login))
