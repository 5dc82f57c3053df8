"""Threat protection's configuration, of a pool or of one app client. # idp:threat-protection"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool
from cogsim.clock import at
from cogsim.decisions import risk_configuration as risks


@operation("cognito-idp:SetRiskConfiguration", requires=on_pool("SetRiskConfiguration"))
def set_risk_configuration(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str | None = None,
    CompromisedCredentialsRiskConfiguration: Mapping[str, Any] | None = None,
    AccountTakeoverRiskConfiguration: Mapping[str, Any] | None = None,
    RiskExceptionConfiguration: Mapping[str, Any] | None = None,
) -> Mapping[str, Any]:
    """Replace the configuration whole; with no part of it, back to the defaults, and a client's to its pool's."""
    pool = operators_pool(ctx, UserPoolId)
    if ClientId is not None:
        client_and_pool(ctx, ClientId, pool.id)
    ctx.require(risks.check_protected(pool, AccountTakeoverRiskConfiguration))
    ctx.require(risks.check_ranges(RiskExceptionConfiguration))
    risk = risks.configuration(
        pool.id,
        ClientId,
        CompromisedCredentialsRiskConfiguration,
        AccountTakeoverRiskConfiguration,
        RiskExceptionConfiguration,
        ctx.now,
    )
    if risk.parts:
        ctx.update_world(lambda world: world.with_risk_configuration(risk))
    elif (pool.id, ClientId or "") in ctx.world.risk_configurations:
        ctx.update_world(lambda world: world.without_risk_configuration(pool.id, ClientId))
    return _answer(ctx, pool.id, ClientId)


@operation("cognito-idp:DescribeRiskConfiguration", requires=on_pool("DescribeRiskConfiguration"), reads_only=True)
def describe_risk_configuration(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str | None = None
) -> Mapping[str, Any]:
    """What was set for the pool, or for the client itself; what a client inherits is not shown as its own."""
    pool = operators_pool(ctx, UserPoolId)
    if ClientId is not None:
        client_and_pool(ctx, ClientId, pool.id)
    ctx.require(risks.check_protected(pool, None))
    return _answer(ctx, pool.id, ClientId)


def _answer(ctx: CallContext, pool_id: str, client_id: str | None) -> dict[str, Any]:
    whose = {"UserPoolId": pool_id} | ({"ClientId": client_id} if client_id else {})
    risk = ctx.world.risk_configurations.get((pool_id, client_id or ""))
    if risk is None:
        return {"RiskConfiguration": whose}
    return {"RiskConfiguration": whose | risks.shown(risk) | {"LastModifiedDate": at(risk.modified)}}
