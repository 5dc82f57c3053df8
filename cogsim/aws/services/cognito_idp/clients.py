"""App clients as configuration. # idp:app-clients"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.aws.services.cognito_idp.client_answers import client_listed, client_shown
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.decisions.app_client import find_client
from cogsim.decisions.client_configuration import check_secret_choice, configured
from cogsim.decisions.pool_configuration import room_for_client
from cogsim.world.pool_removal import without_client
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient

Member = Mapping[str, Any]


def operators_client(ctx: CallContext, pool_id: str, client_id: str) -> tuple[UserPool, UserPoolClient]:
    """The client that an operator names with its pool."""
    pool = operators_pool(ctx, pool_id)
    return pool, ctx.require(find_client(ctx.world, client_id, ctx.region, pool.id))


def _clients_of(ctx: CallContext, pool: UserPool) -> list[UserPoolClient]:
    return [client for client in ctx.world.clients.values() if client.pool_id == pool.id]


@operation("cognito-idp:CreateUserPoolClient", requires=on_pool("CreateUserPoolClient"))
def create_user_pool_client(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientName: str,
    GenerateSecret: bool | None = None,
    ClientSecret: str | None = None,
    RefreshTokenValidity: int | None = None,
    AccessTokenValidity: int | None = None,
    IdTokenValidity: int | None = None,
    TokenValidityUnits: Member | None = None,
    ReadAttributes: Sequence[str] | None = None,
    WriteAttributes: Sequence[str] | None = None,
    ExplicitAuthFlows: Sequence[str] | None = None,
    SupportedIdentityProviders: Sequence[str] | None = None,
    CallbackURLs: Sequence[str] | None = None,
    LogoutURLs: Sequence[str] | None = None,
    DefaultRedirectURI: str | None = None,
    AllowedOAuthFlows: Sequence[str] | None = None,
    AllowedOAuthScopes: Sequence[str] | None = None,
    AllowedOAuthFlowsUserPoolClient: bool | None = None,
    AnalyticsConfiguration: Member | None = None,
    PreventUserExistenceErrors: str | None = None,
    EnableTokenRevocation: bool | None = None,
    EnablePropagateAdditionalUserContextData: bool | None = None,
    AuthSessionValidity: int | None = None,
    RefreshTokenRotation: Member | None = None,
) -> Mapping[str, Any]:
    """A client with AWS's defaults for what the call leaves out."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(check_secret_choice(bool(GenerateSecret), ClientSecret))
    ctx.require(room_for_client(len(_clients_of(ctx, pool))))
    client_id = ctx.draw("cognito-idp/client-id", pool.id).lower_alnum(26)
    secret = new_secret(ctx, client_id) if GenerateSecret else ClientSecret
    bare = UserPoolClient(client_id, pool.id, ClientName, secret, created=ctx.now, modified=ctx.now)
    client = ctx.require(configured(ctx.world, pool, bare, _given(ctx)))
    ctx.update_world(lambda world: world.with_client(client))
    return {"UserPoolClient": client_shown(client)}


def new_secret(ctx: CallContext, client_id: str) -> str:
    """A secret as AWS makes one."""
    return ctx.draw("cognito-idp/client-secret", client_id).lower_alnum(51)


def _given(ctx: CallContext) -> dict[str, Any]:
    return {name: value for name, value in ctx.call.params.items() if value is not None}


@operation("cognito-idp:DescribeUserPoolClient", requires=on_pool("DescribeUserPoolClient"), reads_only=True)
def describe_user_pool_client(ctx: CallContext, /, *, UserPoolId: str, ClientId: str) -> Mapping[str, Any]:
    """The client's configuration, with its secret."""
    return {"UserPoolClient": client_shown(operators_client(ctx, UserPoolId, ClientId)[1])}


@operation("cognito-idp:UpdateUserPoolClient", requires=on_pool("UpdateUserPoolClient"))
def update_user_pool_client(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    ClientName: str | None = None,
    RefreshTokenValidity: int | None = None,
    AccessTokenValidity: int | None = None,
    IdTokenValidity: int | None = None,
    TokenValidityUnits: Member | None = None,
    ReadAttributes: Sequence[str] | None = None,
    WriteAttributes: Sequence[str] | None = None,
    ExplicitAuthFlows: Sequence[str] | None = None,
    SupportedIdentityProviders: Sequence[str] | None = None,
    CallbackURLs: Sequence[str] | None = None,
    LogoutURLs: Sequence[str] | None = None,
    DefaultRedirectURI: str | None = None,
    AllowedOAuthFlows: Sequence[str] | None = None,
    AllowedOAuthScopes: Sequence[str] | None = None,
    AllowedOAuthFlowsUserPoolClient: bool | None = None,
    AnalyticsConfiguration: Member | None = None,
    PreventUserExistenceErrors: str | None = None,
    EnableTokenRevocation: bool | None = None,
    EnablePropagateAdditionalUserContextData: bool | None = None,
    AuthSessionValidity: int | None = None,
    RefreshTokenRotation: Member | None = None,
) -> Mapping[str, Any]:
    """Replace what is settable: a member that is left out returns to its default."""
    pool, client = operators_client(ctx, UserPoolId, ClientId)
    renamed = replace(client, name=ClientName or client.name, modified=ctx.now)
    changed = ctx.require(configured(ctx.world, pool, renamed, _given(ctx), "updating"))
    ctx.update_world(lambda world: world.with_client(changed))
    return {"UserPoolClient": client_shown(changed)}


@operation("cognito-idp:DeleteUserPoolClient", requires=on_pool("DeleteUserPoolClient"))
def delete_user_pool_client(ctx: CallContext, /, *, UserPoolId: str, ClientId: str) -> Mapping[str, Any]:
    """Delete the client; what it was given is worth nothing to the pool any more."""
    _, client = operators_client(ctx, UserPoolId, ClientId)
    ctx.update_world(lambda world: without_client(world, client))
    return {}


@operation("cognito-idp:ListUserPoolClients", requires=on_pool("ListUserPoolClients"), reads_only=True)
def list_user_pool_clients(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    MaxResults: int | None = None,
    NextToken: str | None = None,
    ClientType: str | None = None,
) -> Mapping[str, Any]:
    """The pool's clients; none registered itself."""
    pool = operators_pool(ctx, UserPoolId)
    clients = [] if ClientType == "DCR" else _clients_of(ctx, pool)
    shown, more = page(ctx, clients, lambda client: client.id, NextToken, MaxResults)
    return {"UserPoolClients": [client_listed(client) for client in shown], **more}
