"""The way in: the pool, client and user that a call is about, as each kind of caller may name them."""

from __future__ import annotations

from typing import Any, NoReturn

from cogsim.arn import Arn
from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.model import operation_shape
from cogsim.aws.operation import Params, Requirement, Requires
from cogsim.decision import Refusal
from cogsim.decisions.app_client import find_client, find_pool
from cogsim.decisions.attribute_values import as_stored
from cogsim.decisions.caller import caller_account
from cogsim.decisions.pool_token import AcceptedAccess, accept_access_token, as_declared
from cogsim.decisions.replicas import REPLICA
from cogsim.decisions.usernames import find_user
from cogsim.errors import AwsError, NotModelled
from cogsim.world.pool_user import PoolUser
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


def on_pool(action: str) -> Requires:
    """What an operator's operation requires: its own action, on the pool in the operator's account. # idp:api-auth"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (Requirement(f"cognito-idp:{action}", pool_arn(ctx, params["UserPoolId"])),)

    return requires


def pool_arn(ctx: CallContext, pool_id: str) -> str:
    """The ARN that a pool of that id would have for this caller: another account's pool is not found by its id."""
    account = caller_account(ctx.caller)
    if account is None and pool_id in ctx.world.user_pools:
        return ctx.world.user_pools[pool_id].arn
    return str(Arn(ctx.partition, "cognito-idp", ctx.region, account or "", f"userpool/{pool_id}"))


def operators_pool(ctx: CallContext, pool_id: str) -> UserPool:
    """The pool an operator names; it exists for its own account and region only."""
    _refuse_replica(ctx, pool_id)
    return ctx.require(find_pool(ctx.world, pool_id, ctx.region, caller_account(ctx.caller)))


def _refuse_replica(ctx: CallContext, pool_id: str) -> None:
    """Refuse to answer for a secondary replica: it is there, and what it answers is not modelled."""
    if (pool_id, REPLICA, ctx.region) in ctx.world.pool_documents:
        raise NotModelled(f"the replica of user pool {pool_id} in {ctx.region}")


def operators_user(ctx: CallContext, pool_id: str, name: str) -> tuple[UserPool, PoolUser]:
    """The pool and user an operator names."""
    pool = operators_pool(ctx, pool_id)
    username = ctx.require(find_user(ctx.world, pool, name))
    return pool, ctx.world.pool_users[pool.id, username]


def client_and_pool(ctx: CallContext, client_id: str, pool_id: str | None = None) -> tuple[UserPoolClient, UserPool]:
    """The app client a call names, and its pool."""
    named = ctx.world.clients.get(client_id)
    _refuse_replica(ctx, named.pool_id if named else "")
    client = ctx.require(find_client(ctx.world, client_id, ctx.region, pool_id))
    return client, ctx.world.user_pools[client.pool_id]


def user_called(ctx: CallContext, pool: UserPool, name: str) -> PoolUser | None:
    """The user who signs in as `name`, or None."""
    username = ctx.world.resolve_username(pool, name)
    return ctx.world.pool_users[pool.id, username] if username is not None else None


def token_bearer(ctx: CallContext, access_token: str) -> AcceptedAccess:
    """Whose operation this is, by the access token it carries."""
    revoked = token_families.revoked(ctx.state)
    found = accept_access_token(ctx.world, access_token, region=ctx.region, now=ctx.now, revoked=revoked)
    if isinstance(found.value, Refusal):
        found = as_declared(found, {error.name for error in operation_shape(ctx.call.operation).model.error_shapes})
    return ctx.require(found)


def refuse(refusal: Refusal) -> NoReturn:
    """Raise the error that a refusal stands for; its steps are on record already."""
    raise AwsError(refusal.code, refusal.message)


def attribute_map(attributes: Any) -> dict[str, str]:
    """A list of Name and Value as a map; a missing Value is an empty one, and flags are in small letters."""
    return as_stored({entry["Name"]: entry.get("Value") or "" for entry in attributes or ()})
