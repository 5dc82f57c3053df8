"""The tags of SAML and OpenID Connect providers. # ug:tags"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import asked_tags, on_arn, owner, tag_names
from cogsim.aws.services.iam.answers import tags_shown
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_providers import existing_oidc, existing_saml
from cogsim.decisions.iam_tags import tag_pairs, tagged, untagged
from cogsim.persistent import Map
from cogsim.world.iam import OidcProvider, SamlProvider

Provider = SamlProvider | OidcProvider

_SAML, _OIDC = "SAMLProviderArn", "OpenIDConnectProviderArn"


def _saml(ctx: CallContext, arn: str) -> SamlProvider:
    return ctx.require(existing_saml(ctx.world, owner(ctx), arn))


def _oidc(ctx: CallContext, arn: str) -> OidcProvider:
    return ctx.require(existing_oidc(ctx.world, owner(ctx), arn))


def _save(ctx: CallContext, provider: Provider, tags: Map[str, str]) -> Mapping[str, Any]:
    match provider:
        case SamlProvider():
            saml = replace(provider, tags=tags)
            ctx.update_world(lambda world: world.with_saml_provider(saml))
        case OidcProvider():
            oidc = replace(provider, tags=tags)
            ctx.update_world(lambda world: world.with_oidc_provider(oidc))
    return {}


def _tag(ctx: CallContext, provider: Provider, tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    return _save(ctx, provider, ctx.require(tagged(provider.tags, tag_pairs(tags))))


def _list(ctx: CallContext, provider: Provider, marker: str | None, most: int | None) -> Mapping[str, Any]:
    shown, more = page(ctx, in_order(tags_shown(provider.tags)), by_place, marker, most)
    return {"Tags": [tag for _, tag in shown], **more}


@operation("iam:TagSAMLProvider", requires=on_arn("TagSAMLProvider", _SAML, asked_tags))
def tag_saml_provider(ctx: CallContext, /, *, SAMLProviderArn: str, Tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    return _tag(ctx, _saml(ctx, SAMLProviderArn), Tags)


@operation("iam:UntagSAMLProvider", requires=on_arn("UntagSAMLProvider", _SAML, tag_names))
def untag_saml_provider(ctx: CallContext, /, *, SAMLProviderArn: str, TagKeys: list[str]) -> Mapping[str, Any]:
    provider = _saml(ctx, SAMLProviderArn)
    return _save(ctx, provider, untagged(provider.tags, tuple(TagKeys)))


@operation("iam:ListSAMLProviderTags", requires=on_arn("ListSAMLProviderTags", _SAML), reads_only=True)
def list_saml_provider_tags(
    ctx: CallContext, /, *, SAMLProviderArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, _saml(ctx, SAMLProviderArn), Marker, MaxItems)


@operation("iam:TagOpenIDConnectProvider", requires=on_arn("TagOpenIDConnectProvider", _OIDC, asked_tags))
def tag_open_id_connect_provider(
    ctx: CallContext, /, *, OpenIDConnectProviderArn: str, Tags: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    return _tag(ctx, _oidc(ctx, OpenIDConnectProviderArn), Tags)


@operation("iam:UntagOpenIDConnectProvider", requires=on_arn("UntagOpenIDConnectProvider", _OIDC, tag_names))
def untag_open_id_connect_provider(
    ctx: CallContext, /, *, OpenIDConnectProviderArn: str, TagKeys: list[str]
) -> Mapping[str, Any]:
    provider = _oidc(ctx, OpenIDConnectProviderArn)
    return _save(ctx, provider, untagged(provider.tags, tuple(TagKeys)))


@operation(
    "iam:ListOpenIDConnectProviderTags", requires=on_arn("ListOpenIDConnectProviderTags", _OIDC), reads_only=True
)
def list_open_id_connect_provider_tags(
    ctx: CallContext, /, *, OpenIDConnectProviderArn: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    return _list(ctx, _oidc(ctx, OpenIDConnectProviderArn), Marker, MaxItems)
