"""External identity providers of a pool, as they are configured. # idp:providers"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.clock import at
from cogsim.decisions import provider_configuration as providers
from cogsim.decisions.provider_details import shown_details
from cogsim.persistent import Map
from cogsim.world.pool_members import UserPoolIdentityProvider, group_of_provider

#: Answers hold at most this many providers.
_MOST_LISTED = 50


@operation("cognito-idp:CreateIdentityProvider", requires=on_pool("CreateIdentityProvider"))
def create_identity_provider(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ProviderName: str,
    ProviderType: str,
    ProviderDetails: Mapping[str, str],
    AttributeMapping: Mapping[str, str] | None = None,
    IdpIdentifiers: Sequence[str] | None = None,
    AcrMapping: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """A provider whose word the pool takes, and a group for those who come from it; no address in its details is
    fetched. A group of that name that is there already stays as it is."""
    pool = operators_pool(ctx, UserPoolId)
    provider = UserPoolIdentityProvider(
        pool.id,
        ProviderName,
        ProviderType,
        Map(ProviderDetails),
        Map(AttributeMapping or {}),
        tuple(IdpIdentifiers or ()),
        Map(AcrMapping or {}),
        ctx.now,
        ctx.now,
    )
    ctx.require(providers.check_new_provider(ctx.world, pool, provider))
    ctx.update_world(lambda world: world.with_pool_provider(provider))
    group = group_of_provider(provider)
    if (pool.id, group.name) not in ctx.world.pool_groups:
        ctx.update_world(lambda world: world.with_pool_group(group))
    return {"IdentityProvider": _described(provider)}


@operation("cognito-idp:DescribeIdentityProvider", requires=on_pool("DescribeIdentityProvider"), reads_only=True)
def describe_identity_provider(ctx: CallContext, /, *, UserPoolId: str, ProviderName: str) -> Mapping[str, Any]:
    """The provider, secret and all."""
    pool = operators_pool(ctx, UserPoolId)
    return {"IdentityProvider": _described(ctx.require(providers.pool_provider(ctx.world, pool, ProviderName)))}


@operation(
    "cognito-idp:GetIdentityProviderByIdentifier", requires=on_pool("GetIdentityProviderByIdentifier"), reads_only=True
)
def get_identity_provider_by_identifier(
    ctx: CallContext, /, *, UserPoolId: str, IdpIdentifier: str
) -> Mapping[str, Any]:
    """The provider that an `idp_identifier` leads to."""
    pool = operators_pool(ctx, UserPoolId)
    return {"IdentityProvider": _described(ctx.require(providers.provider_identified(ctx.world, pool, IdpIdentifier)))}


@operation("cognito-idp:UpdateIdentityProvider", requires=on_pool("UpdateIdentityProvider"))
def update_identity_provider(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ProviderName: str,
    ProviderDetails: Mapping[str, str] | None = None,
    AttributeMapping: Mapping[str, str] | None = None,
    IdpIdentifiers: Sequence[str] | None = None,
    AcrMapping: Mapping[str, str] | None = None,
) -> Mapping[str, Any]:
    """Replace each member that is given, whole; those left out stay."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(providers.changeable_provider(ctx.world, pool, ProviderName))
    changed = replace(
        held,
        details=held.details if ProviderDetails is None else Map(ProviderDetails),
        mapping=held.mapping if AttributeMapping is None else Map(AttributeMapping),
        identifiers=held.identifiers if IdpIdentifiers is None else tuple(IdpIdentifiers),
        acr_mapping=held.acr_mapping if AcrMapping is None else Map(AcrMapping),
        modified=ctx.now,
    )
    ctx.require(providers.check_provider(ctx.world, pool, changed))
    ctx.update_world(lambda world: world.with_pool_provider(changed))
    return {"IdentityProvider": _described(changed)}


@operation("cognito-idp:DeleteIdentityProvider", requires=on_pool("DeleteIdentityProvider"))
def delete_identity_provider(ctx: CallContext, /, *, UserPoolId: str, ProviderName: str) -> Mapping[str, Any]:
    """Take the provider's word no longer; app clients that name it, its group and users who came from it stay."""
    pool = operators_pool(ctx, UserPoolId)
    held = ctx.require(providers.changeable_provider(ctx.world, pool, ProviderName))
    ctx.update_world(lambda world: world.without_pool_provider(pool.id, held.name))
    return {}


@operation("cognito-idp:ListIdentityProviders", requires=on_pool("ListIdentityProviders"), reads_only=True)
def list_identity_providers(
    ctx: CallContext, /, *, UserPoolId: str, MaxResults: int | None = None, NextToken: str | None = None
) -> Mapping[str, Any]:
    """The pool's providers by name, without what they are made of."""
    pool = operators_pool(ctx, UserPoolId)
    held = [provider for provider in ctx.world.pool_providers.values() if provider.pool_id == pool.id]
    shown, more = page(ctx, held, lambda provider: provider.name, NextToken, MaxResults, _MOST_LISTED)
    return {"Providers": [_named(provider) for provider in shown], **more}


def _named(provider: UserPoolIdentityProvider) -> dict[str, Any]:
    return {
        "ProviderName": provider.name,
        "ProviderType": provider.type,
        "LastModifiedDate": at(provider.modified),
        "CreationDate": at(provider.created),
    }


def _described(provider: UserPoolIdentityProvider) -> dict[str, Any]:
    members = {
        "UserPoolId": provider.pool_id,
        "ProviderDetails": shown_details(provider),
        "AttributeMapping": providers.mapping_of(provider),
        "IdpIdentifiers": list(provider.identifiers),
        "AcrMapping": dict(provider.acr_mapping.items()) or None,
    }
    return _named(provider) | {name: value for name, value in members.items() if value is not None}
