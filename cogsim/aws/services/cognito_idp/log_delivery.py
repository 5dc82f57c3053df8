"""Where a pool sends its logs: kept and shown; nothing is delivered. # idp:log-delivery"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.aws.services.cognito_idp.pool_documents import keep, kept, shown
from cogsim.decisions.log_delivery import check_log_configurations

_KIND = "LogDeliveryConfiguration"


@operation("cognito-idp:SetLogDeliveryConfiguration", requires=on_pool("SetLogDeliveryConfiguration"))
def set_log_delivery_configuration(
    ctx: CallContext, /, *, UserPoolId: str, LogConfigurations: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any]:
    """Replace all of them; an empty list ends delivery."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(check_log_configurations(pool, LogConfigurations))
    keep(ctx, pool.id, _KIND, "", {"LogConfigurations": list(LogConfigurations)})
    return _answer(ctx, pool.id)


@operation("cognito-idp:GetLogDeliveryConfiguration", requires=on_pool("GetLogDeliveryConfiguration"), reads_only=True)
def get_log_delivery_configuration(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """What was set; a pool that sends nothing has an empty list."""
    return _answer(ctx, operators_pool(ctx, UserPoolId).id)


def _answer(ctx: CallContext, pool_id: str) -> dict[str, Any]:
    held = kept(ctx, pool_id, _KIND)
    entries = shown(held)["LogConfigurations"] if held else []
    return {"LogDeliveryConfiguration": {"UserPoolId": pool_id, "LogConfigurations": entries}}
