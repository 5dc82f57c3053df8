"""What people do to their own accounts with an access token: look, change and delete attributes, and leave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import attribute_map, token_bearer
from cogsim.aws.services.cognito_idp.users import attribute_list, factor_settings, mfa_options, remove_user
from cogsim.aws.services.cognito_idp.verify_attribute import apply_update
from cogsim.decisions.attribute_permissions import may_write, readable
from cogsim.decisions.attribute_update import plan_update


@operation("cognito-idp:GetUser", reads_only=True)
def get_user(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """The user, with the attributes that the token's client may read. # idp:app-clients §attribute-permissions"""
    bearer = token_bearer(ctx, AccessToken)
    names = ctx.take(readable(bearer.pool, bearer.client))
    return {
        "Username": bearer.user.username,
        "UserAttributes": attribute_list(bearer.pool, bearer.user, names),
        **mfa_options(bearer.user),
        **factor_settings(bearer.user),
    }


@operation("cognito-idp:UpdateUserAttributes", forwards=("ClientMetadata",))
def update_user_attributes(
    ctx: CallContext, /, *, AccessToken: str, UserAttributes: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Change what the token's client may write; an empty value deletes. # idp:app-clients §attribute-permissions"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user, changes = bearer.pool, bearer.user, attribute_map(UserAttributes)
    ctx.require(may_write(pool, bearer.client, sorted(changes)))
    plan = plan_update(ctx.world, pool, user, changes, holds_back=True, sends=True)
    return {"CodeDeliveryDetailsList": apply_update(ctx, pool, user, plan, client=bearer.client)}


@operation("cognito-idp:DeleteUserAttributes")
def delete_user_attributes(
    ctx: CallContext, /, *, AccessToken: str, UserAttributeNames: list[str]
) -> Mapping[str, Any]:
    """Delete what the token's client may write; what is required, or what people sign in by, stays."""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    ctx.require(may_write(pool, bearer.client, sorted(UserAttributeNames)))
    plan = plan_update(ctx.world, pool, user, dict.fromkeys(UserAttributeNames, ""), holds_back=False, sends=False)
    apply_update(ctx, pool, user, plan)
    return {}


@operation("cognito-idp:DeleteUser")
def delete_user(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """Leave: the account is gone, and whoever checks its tokens alone does not notice until they expire."""
    bearer = token_bearer(ctx, AccessToken)
    remove_user(ctx, bearer.pool, bearer.user)
    return {}
