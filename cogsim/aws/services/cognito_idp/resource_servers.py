"""Resource servers: the APIs that a pool issues scopes for. # idp:resource-servers"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.decisions.resource_servers import check_scopes, check_server_free, pool_server
from cogsim.persistent import Map
from cogsim.world.pool_members import ResourceServer

Scopes = Sequence[Mapping[str, str]]
_MOST_LISTED = 50


@operation("cognito-idp:CreateResourceServer", requires=on_pool("CreateResourceServer"))
def create_resource_server(
    ctx: CallContext, /, *, UserPoolId: str, Identifier: str, Name: str, Scopes: Scopes | None = None
) -> Mapping[str, Any]:
    """A resource server with its scopes; no app client may ask for them yet."""
    pool = operators_pool(ctx, UserPoolId)
    ctx.require(check_server_free(ctx.world, pool, Identifier))
    server = ResourceServer(pool.id, Identifier, Name, _scopes(ctx, Scopes))
    ctx.update_world(lambda world: world.with_resource_server(server))
    return {"ResourceServer": _described(server)}


@operation("cognito-idp:DescribeResourceServer", requires=on_pool("DescribeResourceServer"), reads_only=True)
def describe_resource_server(ctx: CallContext, /, *, UserPoolId: str, Identifier: str) -> Mapping[str, Any]:
    """The resource server as it is."""
    pool = operators_pool(ctx, UserPoolId)
    return {"ResourceServer": _described(ctx.require(pool_server(ctx.world, pool, Identifier)))}


@operation("cognito-idp:UpdateResourceServer", requires=on_pool("UpdateResourceServer"))
def update_resource_server(
    ctx: CallContext, /, *, UserPoolId: str, Identifier: str, Name: str, Scopes: Scopes | None = None
) -> Mapping[str, Any]:
    """Replace name and scopes whole: scopes that are left out go. App clients keep naming them, to no effect."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(pool_server(ctx.world, pool, Identifier))
    changed = replace(held, name=Name, scopes=_scopes(ctx, Scopes))
    ctx.update_world(lambda world: world.with_resource_server(changed))
    return {"ResourceServer": _described(changed)}


@operation("cognito-idp:DeleteResourceServer", requires=on_pool("DeleteResourceServer"))
def delete_resource_server(ctx: CallContext, /, *, UserPoolId: str, Identifier: str) -> Mapping[str, Any]:
    """Delete the resource server with its scopes."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(pool_server(ctx.world, pool, Identifier))
    ctx.update_world(lambda world: world.without_resource_server(pool.id, held.identifier))
    return {}


@operation("cognito-idp:ListResourceServers", requires=on_pool("ListResourceServers"), reads_only=True)
def list_resource_servers(
    ctx: CallContext, /, *, UserPoolId: str, MaxResults: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The pool's resource servers by identifier."""
    pool = operators_pool(ctx, UserPoolId)
    held = [server for server in ctx.world.resource_servers.values() if server.pool_id == pool.id]
    shown, more = page(ctx, held, lambda server: server.identifier, NextToken, MaxResults, _MOST_LISTED)
    return {"ResourceServers": [_described(server) for server in shown], **more}


def _scopes(ctx: CallContext, scopes: Scopes | None) -> Map[str, str]:
    ctx.require(check_scopes([scope["ScopeName"] for scope in scopes or ()]))
    return Map({scope["ScopeName"]: scope["ScopeDescription"] for scope in scopes or ()})


def _described(server: ResourceServer) -> dict[str, Any]:
    scopes = [{"ScopeName": name, "ScopeDescription": text} for name, text in server.scopes.items()]
    return {
        "UserPoolId": server.pool_id,
        "Identifier": server.identifier,
        "Name": server.name,
        "Scopes": scopes,
    }
