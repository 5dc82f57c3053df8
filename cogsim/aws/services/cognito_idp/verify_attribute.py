"""Changed addresses and the codes that prove them: shared by people's own changes and operators'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import token_bearer
from cogsim.aws.services.cognito_idp.messages import code_key, send_code
from cogsim.aws.services.cognito_idp.records import CODES, count_try
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.decision import Decision, Refusal
from cogsim.decisions import codes
from cogsim.decisions.attribute_update import AttributeUpdate, check_verifiable
from cogsim.decisions.registration import check_proved_names
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


def apply_update(
    ctx: CallContext,
    pool: UserPool,
    user: PoolUser,
    planned: Decision[AttributeUpdate | Refusal],
    *,
    client: UserPoolClient | None = None,
) -> list[dict[str, str]]:
    """Store a planned update and send its codes; the delivery details, one for each code. `client` is the app of a
    user who changes it herself."""
    update = ctx.require(planned)
    changed = change_user(ctx, user, attributes=update.attributes)
    purpose = codes.VERIFY_ATTRIBUTE
    return [send_code(ctx, pool, changed, purpose, to, client=client, waits=waits) for to, waits in update.codes]


@operation("cognito-idp:GetUserAttributeVerificationCode", forwards=("ClientMetadata",))
def get_user_attribute_verification_code(
    ctx: CallContext, /, *, AccessToken: str, AttributeName: str
) -> Mapping[str, Any]:
    """A new code to the user's own address; one that waits for its code stays waiting. # idp:verification"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    name = "GetUserAttributeVerificationCode"
    count_try(ctx, pool.id, user.sub, name, codes.HOURLY[name])
    pending = CODES.get(ctx.state, code_key(pool, user, codes.VERIFY_ATTRIBUTE, AttributeName))
    waiting = pending.waiting if pending else None
    ctx.require(check_verifiable(user, AttributeName, waiting))
    to = codes.delivery(AttributeName, waiting or user.attributes[AttributeName])
    waits, purpose = waiting is not None, codes.VERIFY_ATTRIBUTE
    return {"CodeDeliveryDetails": send_code(ctx, pool, user, purpose, to, client=bearer.client, waits=waits)}


@operation("cognito-idp:VerifyUserAttribute")
def verify_user_attribute(ctx: CallContext, /, *, AccessToken: str, AttributeName: str, Code: str) -> Mapping[str, Any]:
    """Prove an address by its code; a value that waited for it takes its place. # idp:verification"""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    count_try(ctx, pool.id, user.sub, "VerifyUserAttribute", codes.HOURLY["VerifyUserAttribute"])
    key = code_key(pool, user, codes.VERIFY_ATTRIBUTE, AttributeName)
    pending = CODES.get(ctx.state, key)
    ctx.require(codes.check_code(pending, user.attributes, Code, ctx.now))
    assert pending is not None
    value = pending.address
    ctx.require(check_proved_names(ctx.world, pool, user.username, {AttributeName: value}, False))
    ctx.update_state(lambda state: CODES.drop(state, key))
    attributes = user.attributes.set(AttributeName, value).set(f"{AttributeName}_verified", "true")
    change_user(ctx, user, attributes=attributes)
    return {}
