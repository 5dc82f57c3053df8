"""PutPublicAccessBlock, GetPublicAccessBlock and DeletePublicAccessBlock of an account. # s3:block-public-access"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.decision import Decision, Refusal
from cogsim.decisions.s3_account import may_set_up_account
from cogsim.errors import AwsError
from cogsim.world.bucket import PUBLIC_ACCESS_SETTINGS, AccountPublicAccessBlock


def _of_account(action: str) -> dict[str, Any]:
    """What an operation on an account takes: the permission, and to be of that account."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (Requirement(action, resource_account=params["AccountId"], wildcard_only=True),)

    def authorise(ctx: CallContext, params: Params) -> Decision[Refusal | None]:
        may = ctx.may(action, "*", None, params["AccountId"], True)
        return may_set_up_account(ctx.caller, params["AccountId"], may)

    declared: dict[str, Callable[..., Any]] = {"requires": requires, "authorise": authorise}
    return declared


@operation("s3control:PutPublicAccessBlock", **_of_account("s3:PutAccountPublicAccessBlock"))
def put_public_access_block(
    ctx: CallContext, *, AccountId: str, PublicAccessBlockConfiguration: Mapping[str, bool]
) -> dict[str, Any]:
    """State the four settings anew; what is left out is off. # s3control:PutPublicAccessBlock"""
    on = frozenset(name for name in PUBLIC_ACCESS_SETTINGS if PublicAccessBlockConfiguration.get(name))
    _keep(ctx, AccountId, on)
    return {}


@operation("s3control:GetPublicAccessBlock", **_of_account("s3:GetAccountPublicAccessBlock"), reads_only=True)
def get_public_access_block(ctx: CallContext, *, AccountId: str) -> dict[str, Any]:
    """The four settings; an account with none of them on has no configuration. # s3control:GetPublicAccessBlock"""
    block = ctx.world.account_blocks.get(f"{ctx.partition}:{AccountId}")
    if block is None:
        text = "The public access block configuration was not found"
        raise AwsError("NoSuchPublicAccessBlockConfiguration", text, AccountId=AccountId)
    return {"PublicAccessBlockConfiguration": {name: name in block.settings for name in PUBLIC_ACCESS_SETTINGS}}


@operation("s3control:DeletePublicAccessBlock", **_of_account("s3:PutAccountPublicAccessBlock"))
def delete_public_access_block(ctx: CallContext, *, AccountId: str) -> dict[str, Any]:
    """Switch all four settings off; the permission is that of setting them. # s3control:DeletePublicAccessBlock"""
    _keep(ctx, AccountId, frozenset())
    return {}


def _keep(ctx: CallContext, account: str, on: frozenset[str]) -> None:
    block = AccountPublicAccessBlock(account, ctx.partition, on)
    ctx.update_world(lambda world: world.with_account_block(block))
