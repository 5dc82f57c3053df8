"""SAML providers whose assertions the account believes. # ug:saml-provider"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import asked_tags, creating, on_arn, on_everything, owner
from cogsim.aws.services.iam.answers import tags_shown, when
from cogsim.decisions.iam_entities import held
from cogsim.decisions.iam_providers import existing_saml, keys_after, metadata_acceptable, saml_acceptable
from cogsim.decisions.iam_tags import tag_pairs, tagged
from cogsim.persistent import Map
from cogsim.world.iam import SamlProvider


def _the_provider(ctx: CallContext, arn: str) -> SamlProvider:
    return ctx.require(existing_saml(ctx.world, owner(ctx), arn))


@operation("iam:CreateSAMLProvider", requires=creating("saml-provider", "CreateSAMLProvider", "Name", asked_tags))
def create_saml_provider(
    ctx: CallContext,
    /,
    *,
    SAMLMetadataDocument: str,
    Name: str,
    Tags: list[Mapping[str, str]] | None = None,
    AssertionEncryptionMode: str | None = None,
    AddPrivateKey: str | None = None,
) -> Mapping[str, Any]:
    """Register a provider with its metadata: whoever holds its key can assert anything to roles that trust it."""
    account = owner(ctx)
    ctx.require(saml_acceptable(ctx.world, account, Name, SAMLMetadataDocument))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    plain = SamlProvider(account.arn("saml-provider", Name), Name, SAMLMetadataDocument, tags, ctx.now)
    keys = ctx.require(keys_after(plain, AddPrivateKey, None, ctx.now))
    provider = replace(plain, encryption=AssertionEncryptionMode, private_keys=keys)
    ctx.update_world(lambda world: world.with_saml_provider(provider))
    shown = {"Tags": tags_shown(tags)} if tags else {}
    return {"SAMLProviderArn": provider.arn, **shown}


@operation("iam:GetSAMLProvider", requires=on_arn("GetSAMLProvider", "SAMLProviderArn"), reads_only=True)
def get_saml_provider(ctx: CallContext, /, *, SAMLProviderArn: str) -> Mapping[str, Any]:
    """The provider with its metadata; how long that is valid is not read."""
    provider = _the_provider(ctx, SAMLProviderArn)
    tags = {"Tags": tags_shown(provider.tags)} if provider.tags else {}
    shown = {"SAMLMetadataDocument": provider.metadata, "CreateDate": when(provider.created), **tags}
    if provider.encryption is not None:
        shown["AssertionEncryptionMode"] = provider.encryption
    if provider.private_keys:
        shown["PrivateKeyList"] = [{"KeyId": key.id, "Timestamp": when(key.added)} for key in provider.private_keys]
    return shown


@operation("iam:UpdateSAMLProvider", requires=on_arn("UpdateSAMLProvider", "SAMLProviderArn"))
def update_saml_provider(
    ctx: CallContext,
    /,
    *,
    SAMLProviderArn: str,
    SAMLMetadataDocument: str | None = None,
    AssertionEncryptionMode: str | None = None,
    AddPrivateKey: str | None = None,
    RemovePrivateKey: str | None = None,
) -> Mapping[str, Any]:
    """Other metadata, hence other keys, for every role that trusts the provider; what is not stated stays."""
    provider = _the_provider(ctx, SAMLProviderArn)
    metadata = provider.metadata if SAMLMetadataDocument is None else SAMLMetadataDocument
    if SAMLMetadataDocument is not None:
        ctx.require(metadata_acceptable(SAMLMetadataDocument))
    keys = ctx.require(keys_after(provider, AddPrivateKey, RemovePrivateKey, ctx.now))
    mode = AssertionEncryptionMode or provider.encryption
    changed = replace(provider, metadata=metadata, encryption=mode, private_keys=keys)
    ctx.update_world(lambda world: world.with_saml_provider(changed))
    return {"SAMLProviderArn": provider.arn}


@operation("iam:ListSAMLProviders", requires=on_everything("ListSAMLProviders"), reads_only=True)
def list_saml_providers(ctx: CallContext, /) -> Mapping[str, Any]:
    """The account's providers."""
    providers = held(ctx.world.saml_providers, owner(ctx))
    return {"SAMLProviderList": [{"Arn": each.arn, "CreateDate": when(each.created)} for each in providers]}


@operation("iam:DeleteSAMLProvider", requires=on_arn("DeleteSAMLProvider", "SAMLProviderArn"))
def delete_saml_provider(ctx: CallContext, /, *, SAMLProviderArn: str) -> Mapping[str, Any]:
    """Delete the provider; roles that trust it stay as they are, and so do sessions."""
    provider = _the_provider(ctx, SAMLProviderArn)
    ctx.update_world(lambda world: world.without_saml_provider(provider.arn))
    return {}
