"""OpenID Connect providers that the account trusts tokens of. # ug:oidc-provider"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import asked_tags, on_arn, on_everything, owner
from cogsim.aws.services.iam.answers import tags_shown, when
from cogsim.decisions.iam_entities import held
from cogsim.decisions.iam_providers import existing_oidc, oidc_acceptable, thumbprints_acceptable
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_tags import tag_pairs, tagged
from cogsim.persistent import Map
from cogsim.world.iam import OidcProvider


def _the_provider(ctx: CallContext, arn: str) -> OidcProvider:
    return ctx.require(existing_oidc(ctx.world, owner(ctx), arn))


def _save(ctx: CallContext, provider: OidcProvider) -> Mapping[str, Any]:
    ctx.update_world(lambda world: world.with_oidc_provider(provider))
    return {}


def _arn(ctx: CallContext, url: str) -> str:
    return owner(ctx).arn("oidc-provider", url.removeprefix("https://"))


def _creates(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    arn = _arn(ctx, params["Url"])
    return (Requirement("iam:CreateOpenIDConnectProvider", arn, asked_tags(params, None)),)


@operation("iam:CreateOpenIDConnectProvider", requires=_creates)
def create_open_id_connect_provider(
    ctx: CallContext,
    /,
    *,
    Url: str,
    ClientIDList: list[str] | None = None,
    ThumbprintList: list[str] | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """Register an issuer. Where no thumbprint is given none is kept: nobody is asked for its certificate."""
    clients, prints = tuple(dict.fromkeys(ClientIDList or ())), tuple(dict.fromkeys(ThumbprintList or ()))
    ctx.require(oidc_acceptable(ctx.world, owner(ctx), Url, clients, prints))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    provider = OidcProvider(_arn(ctx, Url), Url, clients, prints, tags, ctx.now)
    _save(ctx, provider)
    shown = {"Tags": tags_shown(tags)} if tags else {}
    return {"OpenIDConnectProviderArn": provider.arn, **shown}


@operation(
    "iam:GetOpenIDConnectProvider",
    requires=on_arn("GetOpenIDConnectProvider", "OpenIDConnectProviderArn"),
    reads_only=True,
)
def get_open_id_connect_provider(ctx: CallContext, /, *, OpenIDConnectProviderArn: str) -> Mapping[str, Any]:
    """The provider; its address is shown without the scheme."""
    provider = _the_provider(ctx, OpenIDConnectProviderArn)
    return {
        "Url": provider.url.removeprefix("https://"),
        "ClientIDList": list(provider.client_ids),
        "ThumbprintList": list(provider.thumbprints),
        "CreateDate": when(provider.created),
        "Tags": tags_shown(provider.tags),
    }


@operation("iam:ListOpenIDConnectProviders", requires=on_everything("ListOpenIDConnectProviders"), reads_only=True)
def list_open_id_connect_providers(ctx: CallContext, /) -> Mapping[str, Any]:
    """The ARNs of the account's providers."""
    providers = held(ctx.world.oidc_providers, owner(ctx))
    return {"OpenIDConnectProviderList": [{"Arn": provider.arn} for provider in providers]}


@operation(
    "iam:DeleteOpenIDConnectProvider",
    requires=on_arn("DeleteOpenIDConnectProvider", "OpenIDConnectProviderArn"),
)
def delete_open_id_connect_provider(ctx: CallContext, /, *, OpenIDConnectProviderArn: str) -> Mapping[str, Any]:
    """Delete the provider; roles that trust it stay as they are, and so do sessions."""
    provider = _the_provider(ctx, OpenIDConnectProviderArn)
    ctx.update_world(lambda world: world.without_oidc_provider(provider.arn))
    return {}


@operation(
    "iam:AddClientIDToOpenIDConnectProvider",
    requires=on_arn("AddClientIDToOpenIDConnectProvider", "OpenIDConnectProviderArn"),
)
def add_client_id(ctx: CallContext, /, *, OpenIDConnectProviderArn: str, ClientID: str) -> Mapping[str, Any]:
    """Admit tokens made for one audience more; one that is there already changes nothing."""
    provider = _the_provider(ctx, OpenIDConnectProviderArn)
    if ClientID in provider.client_ids:
        return {}
    ctx.require(room_for("ClientIdsPerOpenIdConnectProvider", len(provider.client_ids)))
    return _save(ctx, replace(provider, client_ids=(*provider.client_ids, ClientID)))


@operation(
    "iam:RemoveClientIDFromOpenIDConnectProvider",
    requires=on_arn("RemoveClientIDFromOpenIDConnectProvider", "OpenIDConnectProviderArn"),
)
def remove_client_id(ctx: CallContext, /, *, OpenIDConnectProviderArn: str, ClientID: str) -> Mapping[str, Any]:
    """Admit tokens for that audience no more; one that is not there changes nothing."""
    provider = _the_provider(ctx, OpenIDConnectProviderArn)
    return _save(ctx, replace(provider, client_ids=tuple(each for each in provider.client_ids if each != ClientID)))


@operation(
    "iam:UpdateOpenIDConnectProviderThumbprint",
    requires=on_arn("UpdateOpenIDConnectProviderThumbprint", "OpenIDConnectProviderArn"),
)
def update_thumbprint(
    ctx: CallContext, /, *, OpenIDConnectProviderArn: str, ThumbprintList: list[str]
) -> Mapping[str, Any]:
    """Other thumbprints in place of all there are."""
    provider = _the_provider(ctx, OpenIDConnectProviderArn)
    prints = tuple(dict.fromkeys(ThumbprintList))
    ctx.require(thumbprints_acceptable(prints))
    return _save(ctx, replace(provider, thumbprints=prints))
