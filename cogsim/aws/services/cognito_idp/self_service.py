"""What people do to their own accounts with an access token: look, and change attributes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import attribute_map, token_bearer
from cogsim.aws.services.cognito_idp.users import attribute_list
from cogsim.aws.services.cognito_idp.verify_attribute import apply_update
from cogsim.decisions.attribute_permissions import may_write, readable
from cogsim.decisions.attribute_update import plan_update


@operation("cognito-idp:GetUser", reads_only=True)
def get_user(ctx: CallContext, /, *, AccessToken: str) -> Mapping[str, Any]:
    """The user, with the attributes that the token's client may read. # idp:app-clients §attribute-permissions"""
    bearer = token_bearer(ctx, AccessToken)
    names = ctx.take(readable(bearer.pool, bearer.client))
    return {"Username": bearer.user.username, "UserAttributes": attribute_list(bearer.pool, bearer.user, names)}


@operation("cognito-idp:UpdateUserAttributes", ignores=("ClientMetadata",))
def update_user_attributes(
    ctx: CallContext, /, *, AccessToken: str, UserAttributes: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    """Change what the token's client may write; an empty value deletes. # idp:app-clients §attribute-permissions"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user, changes = bearer.pool, bearer.user, attribute_map(UserAttributes)
    ctx.require(may_write(pool, bearer.client, sorted(changes)))
    plan = plan_update(ctx.world, pool, user, changes, holds_back=True, sends=True)
    return {"CodeDeliveryDetailsList": apply_update(ctx, pool, user, plan)}
