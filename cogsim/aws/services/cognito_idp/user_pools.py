"""User pools as configuration. # idp:api §CreateUserPool"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.arn import Arn
from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.pool_answers import pool_listed, pool_shown
from cogsim.decisions.caller import caller_account
from cogsim.decisions.iam_keys import request_tag_keys
from cogsim.decisions.pool_configuration import (
    check_new_attributes,
    created,
    may_delete,
    mutable_by_default,
    refused_value,
    room_for_pool,
    updated,
)
from cogsim.decisions.pool_schema import attributes, custom_attributes
from cogsim.decisions.sms_role import check_sms_role
from cogsim.errors import InvalidValue
from cogsim.world.pool_removal import without_user_pool
from cogsim.world.user_pool import UserPool

Member = Mapping[str, Any]


def _saving(action: str) -> Any:
    """The action with the tags the call passes, and the role that text messages are sent by. # idp:mfa §sms"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        resource = pool_arn(ctx, params["UserPoolId"]) if "UserPoolId" in params else "*"
        tags = request_tag_keys(tuple(sorted((params.get("UserPoolTags") or {}).items())))
        own = Requirement(f"cognito-idp:{action}", resource, tags, wildcard_only=resource == "*")
        role = (params.get("SmsConfiguration") or {}).get("SnsCallerArn")
        if not role:
            return (own,)
        return (own, Requirement("iam:PassRole", role, {"iam:PassedToService": "cognito-idp.amazonaws.com"}))

    return requires


def _anywhere(_ctx: CallContext, _params: Params) -> tuple[Requirement, ...]:
    return (Requirement("cognito-idp:ListUserPools", wildcard_only=True),)


def _own_pools(ctx: CallContext) -> list[UserPool]:
    """The pools of the caller's account in the region of the call."""
    account = caller_account(ctx.caller)
    pools = ctx.world.user_pools.values()
    return [pool for pool in pools if pool.region == ctx.region and Arn.parse(pool.arn).account == account]


@operation("cognito-idp:CreateUserPool", requires=_saving("CreateUserPool"))
def create_user_pool(
    ctx: CallContext,
    /,
    *,
    PoolName: str,
    Policies: Member | None = None,
    DeletionProtection: str | None = None,
    LambdaConfig: Member | None = None,
    AutoVerifiedAttributes: Sequence[str] | None = None,
    AliasAttributes: Sequence[str] | None = None,
    UsernameAttributes: Sequence[str] | None = None,
    SmsVerificationMessage: str | None = None,
    EmailVerificationMessage: str | None = None,
    EmailVerificationSubject: str | None = None,
    VerificationMessageTemplate: Member | None = None,
    SmsAuthenticationMessage: str | None = None,
    MfaConfiguration: str | None = None,
    UserAttributeUpdateSettings: Member | None = None,
    DeviceConfiguration: Member | None = None,
    EmailConfiguration: Member | None = None,
    SmsConfiguration: Member | None = None,
    UserPoolTags: Mapping[str, str] | None = None,
    AdminCreateUserConfig: Member | None = None,
    Schema: Sequence[Member] | None = None,
    UserPoolAddOns: Member | None = None,
    DcrConfiguration: Member | None = None,
    UsernameConfiguration: Member | None = None,
    AccountRecoverySetting: Member | None = None,
    UserPoolTier: str | None = None,
    KeyConfiguration: Member | None = None,
    IssuerConfiguration: Member | None = None,
    AcrConfiguration: Member | None = None,
) -> Mapping[str, Any]:
    """A pool. Whether functions, keys and e-mail senders exist and admit Cognito is not looked at."""
    given = {name: value for name, value in ctx.call.params.items() if value is not None}
    ctx.require(room_for_pool(len(_own_pools(ctx))))
    pool = ctx.require(created(_named_pool(ctx, given), given))
    ctx.require(check_sms_role(ctx.world, pool.arn, SmsConfiguration or {}))
    ctx.update_world(lambda world: world.with_user_pool(pool))
    return {"UserPool": pool_shown(ctx.world, pool)}


def _named_pool(ctx: CallContext, given: Params) -> UserPool:
    """A pool with an id of its own, and with what no update changes."""
    account = caller_account(ctx.caller) or ctx.world.home.account
    pool_id = f"{ctx.region}_{ctx.draw('cognito-idp/pool-id', account, ctx.region).alnum(9)}"
    try:
        return UserPool(
            pool_id,
            str(Arn(ctx.partition, "cognito-idp", ctx.region, account, f"userpool/{pool_id}")),
            given["PoolName"],
            schema=attributes(given.get("Schema", ())),
            username_attributes=tuple(given.get("UsernameAttributes", ())),
            alias_attributes=tuple(given.get("AliasAttributes", ())),
            case_sensitive=given.get("UsernameConfiguration", {}).get("CaseSensitive", True),
            created=ctx.now,
            modified=ctx.now,
        )
    except InvalidValue as error:
        ctx.require(refused_value(error))
        raise


@operation("cognito-idp:DescribeUserPool", requires=on_pool("DescribeUserPool"), reads_only=True)
def describe_user_pool(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """The pool's configuration."""
    return {"UserPool": pool_shown(ctx.world, operators_pool(ctx, UserPoolId))}


@operation("cognito-idp:UpdateUserPool", requires=_saving("UpdateUserPool"))
def update_user_pool(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Policies: Member | None = None,
    DeletionProtection: str | None = None,
    LambdaConfig: Member | None = None,
    AutoVerifiedAttributes: Sequence[str] | None = None,
    SmsVerificationMessage: str | None = None,
    EmailVerificationMessage: str | None = None,
    EmailVerificationSubject: str | None = None,
    VerificationMessageTemplate: Member | None = None,
    SmsAuthenticationMessage: str | None = None,
    UserAttributeUpdateSettings: Member | None = None,
    MfaConfiguration: str | None = None,
    DeviceConfiguration: Member | None = None,
    EmailConfiguration: Member | None = None,
    SmsConfiguration: Member | None = None,
    UserPoolTags: Mapping[str, str] | None = None,
    AdminCreateUserConfig: Member | None = None,
    UserPoolAddOns: Member | None = None,
    DcrConfiguration: Member | None = None,
    AccountRecoverySetting: Member | None = None,
    PoolName: str | None = None,
    UserPoolTier: str | None = None,
    KeyConfiguration: Member | None = None,
    IssuerConfiguration: Member | None = None,
    AcrConfiguration: Member | None = None,
) -> Mapping[str, Any]:
    """Replace what is settable: a member that is left out returns to its default."""
    given = {name: value for name, value in ctx.call.params.items() if value is not None and name != "UserPoolId"}
    pool = operators_pool(ctx, UserPoolId)
    changed = replace(ctx.require(updated(ctx.world, pool, given)), modified=ctx.now)
    ctx.require(check_sms_role(ctx.world, pool.arn, SmsConfiguration or {}))
    ctx.update_world(lambda world: world.with_user_pool(changed))
    return {}


@operation("cognito-idp:DeleteUserPool", requires=on_pool("DeleteUserPool"))
def delete_user_pool(ctx: CallContext, /, *, UserPoolId: str) -> Mapping[str, Any]:
    """Delete the pool and all that belongs to it."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(may_delete(ctx.world, pool))
    ctx.update_world(lambda world: without_user_pool(world, pool.id))
    return {}


@operation("cognito-idp:ListUserPools", requires=_anywhere, reads_only=True)
def list_user_pools(ctx: CallContext, /, *, MaxResults: int, NextToken: str | None = None) -> Mapping[str, Any]:
    """The pools of the account in the region."""
    shown, more = page(ctx, _own_pools(ctx), lambda pool: pool.id, NextToken, MaxResults)
    return {"UserPools": [pool_listed(pool) for pool in shown], **more}


@operation("cognito-idp:AddCustomAttributes", requires=on_pool("AddCustomAttributes"))
def add_custom_attributes(ctx: CallContext, /, *, UserPoolId: str, CustomAttributes: list[Member]) -> Mapping[str, Any]:
    """Attributes of the pool's own, at the end of its schema; none of them ever goes."""
    pool = operators_pool(ctx, UserPoolId)
    if any("Mutable" not in entry for entry in CustomAttributes):
        ctx.steps.append(mutable_by_default())
    try:
        added = custom_attributes(CustomAttributes)
        ctx.require(check_new_attributes(pool, added))
        changed = replace(pool, schema=(*pool.schema, *added), modified=ctx.now)
    except InvalidValue as error:
        ctx.require(refused_value(error))
        raise
    ctx.update_world(lambda world: world.with_user_pool(changed))
    return {}
