"""Developer-authenticated identities: the developer signs, and says who its users are. # ci:developer"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_identity.pools import identity_in, logins_of, on_pool, page, pool_of, save
from cogsim.decisions.developer_identity import (
    check_provider,
    developer_proof,
    lookup,
    merge_users,
    register,
    unlink_user,
)
from cogsim.decisions.identity_merge import proofs
from cogsim.decisions.login import AcceptedLogin
from cogsim.decisions.open_id_token import DEVELOPER_LIFETIME, open_id_claims, signed
from cogsim.persistent import Map


@operation(
    "cognito-identity:GetOpenIdTokenForDeveloperIdentity", requires=on_pool("GetOpenIdTokenForDeveloperIdentity")
)
def get_open_id_token_for_developer_identity(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    Logins: Mapping[str, str],
    IdentityId: str | None = None,
    PrincipalTags: Mapping[str, str] | None = None,
    TokenDuration: int | None = None,
) -> dict[str, Any]:
    """The identity of the developer's user, made or linked as needed, and a token for it, tagged as the developer says.
    # ci:api §GetOpenIdTokenForDeveloperIdentity"""
    pool = pool_of(ctx, IdentityPoolId)
    user = ctx.require(developer_proof(pool, Logins))
    public = logins_of(ctx, pool, {name: token for name, token in Logins.items() if name != user.provider})
    named = identity_in(ctx, pool, IdentityId) if IdentityId is not None else None
    found = save(ctx, ctx.require(register(ctx.world, pool, named, user, proofs(public), now=ctx.now)))
    login = AcceptedLogin(user.provider, "", user.subject, Map(), "developer")
    lifetime = DEVELOPER_LIFETIME if TokenDuration is None else TokenDuration
    claims = open_id_claims(pool, found.id, login, PrincipalTags or {}, ctx.now, others=public, lifetime=lifetime)
    return {"IdentityId": found.id, "Token": signed(claims, pool.region)}


@operation("cognito-identity:LookupDeveloperIdentity", requires=on_pool("LookupDeveloperIdentity"), reads_only=True)
def lookup_developer_identity(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityId: str | None = None,
    DeveloperUserIdentifier: str | None = None,
    MaxResults: int | None = None,
    NextToken: str | None = None,
) -> dict[str, Any]:
    """The identity of a user identifier, or the user identifiers of an identity."""
    pool = pool_of(ctx, IdentityPoolId)
    named = identity_in(ctx, pool, IdentityId) if IdentityId is not None else None
    identity, users = ctx.require(lookup(ctx.world, pool, named, DeveloperUserIdentifier))
    shown, more = page(ctx, ((user, user) for user in users), NextToken, MaxResults or 60)
    return {"IdentityId": identity.id, "DeveloperUserIdentifierList": list(shown), **more}


@operation("cognito-identity:MergeDeveloperIdentities", requires=on_pool("MergeDeveloperIdentities"))
def merge_developer_identities(
    ctx: CallContext,
    *,
    SourceUserIdentifier: str,
    DestinationUserIdentifier: str,
    DeveloperProviderName: str,
    IdentityPoolId: str,
) -> dict[str, Any]:
    """The destination's identity has every login of the source's, which is disabled."""
    pool = pool_of(ctx, IdentityPoolId)
    ctx.require(check_provider(pool, DeveloperProviderName))
    merged = merge_users(ctx.world, pool, SourceUserIdentifier, DestinationUserIdentifier, now=ctx.now)
    return {"IdentityId": save(ctx, ctx.require(merged)).id}


@operation("cognito-identity:UnlinkDeveloperIdentity", requires=on_pool("UnlinkDeveloperIdentity"))
def unlink_developer_identity(
    ctx: CallContext,
    *,
    IdentityId: str,
    IdentityPoolId: str,
    DeveloperProviderName: str,
    DeveloperUserIdentifier: str,
) -> dict[str, Any]:
    """The identity without the user identifier, which has another one at its next appearance."""
    pool = pool_of(ctx, IdentityPoolId)
    ctx.require(check_provider(pool, DeveloperProviderName))
    identity = identity_in(ctx, pool, IdentityId)
    save(ctx, ctx.require(unlink_user(pool, identity, DeveloperUserIdentifier, now=ctx.now)))
    return {}
