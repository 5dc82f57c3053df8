"""Rates that an account provisions for its calls in a region. # idp:provisioned-limits"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires, operation
from cogsim.aws.services.cognito_idp.pool_documents import keep
from cogsim.decisions import provisioned_limits as limits
from cogsim.decisions.caller import caller_account
from cogsim.world.rate_limits import CATEGORIES


def _on_account(action: str) -> Requires:
    """A limit is no resource, so the action is on everything."""

    def requires(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
        return (Requirement(f"cognito-idp:{action}", wildcard_only=True),)

    return requires


@operation("cognito-idp:GetProvisionedLimit", requires=_on_account("GetProvisionedLimit"), reads_only=True)
def get_provisioned_limit(ctx: CallContext, /, *, LimitDefinition: Mapping[str, Any]) -> Mapping[str, Any]:
    """The rate that was provisioned, or the free one."""
    return _answer(ctx, LimitDefinition, ctx.require(limits.find_category(LimitDefinition["Attributes"])))


@operation("cognito-idp:UpdateProvisionedLimit", requires=_on_account("UpdateProvisionedLimit"))
def update_provisioned_limit(
    ctx: CallContext, /, *, LimitDefinition: Mapping[str, Any], RequestedLimitValue: int
) -> Mapping[str, Any]:
    """Provision a rate (requests per second) for the account and region of the call."""
    category = ctx.require(limits.find_category(LimitDefinition["Attributes"]))
    ctx.require(limits.check_requested(category, RequestedLimitValue))
    key = limits.limit_key(caller_account(ctx.caller) or "", ctx.region, category)
    keep(ctx, "", limits.PROVISIONED_LIMIT, key, {"ProvisionedLimitValue": RequestedLimitValue})
    return _answer(ctx, LimitDefinition, category)


def _answer(ctx: CallContext, definition: Mapping[str, Any], category: str) -> dict[str, Any]:
    account = caller_account(ctx.caller) or ""
    return {
        "Limit": {
            "LimitDefinition": {"LimitClass": definition["LimitClass"], "Attributes": {"Category": category}},
            "ProvisionedLimitValue": limits.provisioned(ctx.world, account, ctx.region, category),
            "FreeLimitValue": CATEGORIES[category],
        }
    }
