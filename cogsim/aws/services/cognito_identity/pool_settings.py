"""Identity pools as configuration: made, described, replaced, deleted, listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_identity.pools import on_all, on_pool, page, pool_of
from cogsim.decisions.caller import caller_account
from cogsim.decisions.iam_keys import request_tag_keys
from cogsim.decisions.identity_configuration import check_pool, check_pool_count, replaced_pool
from cogsim.persistent import Map
from cogsim.world.identity_pool import CognitoProvider, IdentityPool

Providers = Sequence[Mapping[str, Any]]


def _create_requires(_ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    keys = request_tag_keys(tuple(sorted((params.get("IdentityPoolTags") or {}).items())))
    return (Requirement("cognito-identity:CreateIdentityPool", context=keys, wildcard_only=True),)


@operation("cognito-identity:CreateIdentityPool", requires=_create_requires)
def create_identity_pool(
    ctx: CallContext,
    *,
    IdentityPoolName: str,
    AllowUnauthenticatedIdentities: bool,
    AllowClassicFlow: bool | None = None,
    SupportedLoginProviders: Mapping[str, str] | None = None,
    DeveloperProviderName: str | None = None,
    OpenIdConnectProviderARNs: Sequence[str] | None = None,
    CognitoIdentityProviders: Providers | None = None,
    SamlProviderARNs: Sequence[str] | None = None,
    IdentityPoolTags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A pool without roles, which vends nothing until it has them. # ci:api §CreateIdentityPool"""
    account = caller_account(ctx.caller) or ""
    drawn = ctx.draw("cognito-identity/pool", account, ctx.region)
    pool_id = f"{ctx.region}:{drawn.uuid()}"
    pool = IdentityPool(
        id=pool_id,
        arn=f"arn:{ctx.partition}:cognito-identity:{ctx.region}:{account}:identitypool/{pool_id}",
        name=IdentityPoolName,
        allow_unauthenticated=AllowUnauthenticatedIdentities,
        allow_classic_flow=bool(AllowClassicFlow),
        cognito_providers=_providers(CognitoIdentityProviders),
        supported_login_providers=Map(SupportedLoginProviders or {}),
        developer_provider_name=DeveloperProviderName,
        open_id_connect_provider_arns=tuple(OpenIdConnectProviderARNs or ()),
        saml_provider_arns=tuple(SamlProviderARNs or ()),
        tags=Map(IdentityPoolTags or {}),
    )
    ctx.require(check_pool(pool))
    ctx.require(check_pool_count(ctx.world, account, ctx.region))
    return _saved(ctx, pool)


@operation("cognito-identity:UpdateIdentityPool", requires=on_pool("UpdateIdentityPool"))
def update_identity_pool(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    IdentityPoolName: str,
    AllowUnauthenticatedIdentities: bool,
    AllowClassicFlow: bool | None = None,
    SupportedLoginProviders: Mapping[str, str] | None = None,
    DeveloperProviderName: str | None = None,
    OpenIdConnectProviderARNs: Sequence[str] | None = None,
    CognitoIdentityProviders: Providers | None = None,
    SamlProviderARNs: Sequence[str] | None = None,
    IdentityPoolTags: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """What is not stated is gone, but for the roles, which have an operation of their own. # ci:api"""
    old = pool_of(ctx, IdentityPoolId)
    stated = IdentityPool(
        id=old.id,
        arn=old.arn,
        name=IdentityPoolName,
        allow_unauthenticated=AllowUnauthenticatedIdentities,
        allow_classic_flow=bool(AllowClassicFlow),
        cognito_providers=_providers(CognitoIdentityProviders),
        supported_login_providers=Map(SupportedLoginProviders or {}),
        developer_provider_name=DeveloperProviderName,
        open_id_connect_provider_arns=tuple(OpenIdConnectProviderARNs or ()),
        saml_provider_arns=tuple(SamlProviderARNs or ()),
        tags=Map(IdentityPoolTags or {}),
    )
    made = ctx.require(replaced_pool(old, stated, IdentityPoolTags is not None))
    ctx.require(check_pool(made))
    return _saved(ctx, made)


@operation("cognito-identity:DescribeIdentityPool", requires=on_pool("DescribeIdentityPool"), reads_only=True)
def describe_identity_pool(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """The pool's settings; not its roles."""
    return described(pool_of(ctx, IdentityPoolId))


@operation("cognito-identity:DeleteIdentityPool", requires=on_pool("DeleteIdentityPool"))
def delete_identity_pool(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """The pool and all its identities are gone; credentials that it vended live on until they expire."""
    pool = pool_of(ctx, IdentityPoolId)
    ctx.update_world(lambda world: world.without_identity_pool(pool.id))
    return {}


@operation("cognito-identity:ListIdentityPools", requires=on_all("ListIdentityPools"), reads_only=True)
def list_identity_pools(ctx: CallContext, *, MaxResults: int, NextToken: str | None = None) -> dict[str, Any]:
    """The caller's account's pools of the Region, by id."""
    account = caller_account(ctx.caller)
    pools = ctx.world.identity_pools.values()
    held = ((each.id, each) for each in pools if (each.account, each.region) == (account, ctx.region))
    shown, more = page(ctx, held, NextToken, MaxResults)
    return {"IdentityPools": [{"IdentityPoolId": each.id, "IdentityPoolName": each.name} for each in shown], **more}


def described(pool: IdentityPool) -> dict[str, Any]:
    """A pool in the API's words; what was never set is left out."""
    providers = [
        {
            "ProviderName": each.provider_name,
            "ClientId": each.client_id,
            "ServerSideTokenCheck": each.server_side_token_check,
        }
        for each in pool.cognito_providers
    ]
    optional: dict[str, Any] = {
        "SupportedLoginProviders": dict(pool.supported_login_providers),
        "DeveloperProviderName": pool.developer_provider_name,
        "OpenIdConnectProviderARNs": list(pool.open_id_connect_provider_arns),
        "CognitoIdentityProviders": providers,
        "SamlProviderARNs": list(pool.saml_provider_arns),
        "IdentityPoolTags": dict(pool.tags),
    }
    return {
        "IdentityPoolId": pool.id,
        "IdentityPoolName": pool.name,
        "AllowUnauthenticatedIdentities": pool.allow_unauthenticated,
        "AllowClassicFlow": pool.allow_classic_flow,
        **{name: value for name, value in optional.items() if value},
    }


def _providers(stated: Providers | None) -> tuple[CognitoProvider, ...]:
    return tuple(
        CognitoProvider(
            each.get("ProviderName") or "", each.get("ClientId") or "", bool(each.get("ServerSideTokenCheck"))
        )
        for each in stated or ()
    )


def _saved(ctx: CallContext, pool: IdentityPool) -> dict[str, Any]:
    ctx.update_world(lambda world: world.with_identity_pool(pool))
    return described(pool)
