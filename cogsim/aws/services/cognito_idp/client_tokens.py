"""GetClientToken: a token that an app client gets for itself. # idp:resource-servers"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool
from cogsim.aws.services.cognito_idp.triggers import shape_tokens
from cogsim.decisions.app_client import check_secret
from cogsim.decisions.client_token import grant_scopes, permit_client_token
from cogsim.decisions.token_contents import Issue, client_claims, pool_key
from cogsim.tokens.jwt import sign
from cogsim.world.user_pool import UserPool
from cogsim.world.user_pool_client import UserPoolClient


@operation("cognito-idp:GetClientToken")
def get_client_token(
    ctx: CallContext,
    /,
    *,
    ClientId: str,
    Secret: str,
    Scopes: Sequence[str] | None = None,
    ClientMetadata: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """An access token whose subject is the client; no user, no groups, no refresh token."""
    client, pool = client_and_pool(ctx, ClientId)
    ctx.require(check_secret(client, Secret, "NotAuthorizedException"))
    ctx.require(permit_client_token(client))
    scopes = ctx.require(grant_scopes(client, tuple(Scopes or ())))
    return {"ClientAuthenticationResult": issue_to_client(ctx, pool, client, scopes, ClientMetadata or {})}


def issue_to_client(
    ctx: CallContext,
    pool: UserPool,
    client: UserPoolClient,
    scopes: tuple[str, ...],
    metadata: Mapping[str, str],
) -> dict[str, Any]:
    """The token of a client that proved itself, for scopes that it has; `metadata` reaches the pre-token trigger."""
    jti = ctx.draw("cognito-idp/jti", pool.id, client.id).uuid()
    claims = client_claims(pool, client, scopes, Issue(ctx.now, ctx.now, jti, "", ""))
    source = "TokenGeneration_ClientCredentials"
    _, claims = shape_tokens(ctx, pool, client, None, source, metadata, {}, claims)
    return {
        "AccessToken": sign(claims, pool_key(pool, "access")),
        "ExpiresIn": client.access_token_validity,
        "TokenType": "Bearer",
    }
