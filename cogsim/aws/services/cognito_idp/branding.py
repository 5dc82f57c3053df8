"""Managed login branding: a style for the sign-in pages of each app client. # idp:managed-login"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool, pool_arn
from cogsim.aws.services.cognito_idp.pool_documents import dated, drop, keep, shown
from cogsim.decisions import branding as styles
from cogsim.errors import NotModelled
from cogsim.world.pool_members import PoolDocument
from cogsim.world.user_pool import UserPool

Assets = Sequence[Mapping[str, Any]]


@operation("cognito-idp:CreateManagedLoginBranding", requires=on_pool("CreateManagedLoginBranding"))
def create_managed_login_branding(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str,
    UseCognitoProvidedValues: bool | None = None,
    Settings: Mapping[str, Any] | None = None,
    Assets: Assets | None = None,
) -> Mapping[str, Any]:
    """The app client's style, of which it has one."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    ctx.require(styles.check_unbranded(ctx.world, pool, ClientId))
    ctx.require(styles.check_one_look(UseCognitoProvidedValues, Settings, Assets))
    style_id = ctx.draw("cognito-idp/branding-id", pool.id, ClientId).uuid()
    return _store(ctx, pool, style_id, ClientId, UseCognitoProvidedValues, Settings, Assets)


@operation(
    "cognito-idp:DescribeManagedLoginBranding", requires=on_pool("DescribeManagedLoginBranding"), reads_only=True
)
def describe_managed_login_branding(
    ctx: CallContext, /, *, UserPoolId: str, ManagedLoginBrandingId: str, ReturnMergedResources: bool | None = None
) -> Mapping[str, Any]:
    """The style as it was stated; Cognito's own values that would fill it up are not known."""
    pool = operators_pool(ctx, UserPoolId)
    _refuse_merging("DescribeManagedLoginBranding", ReturnMergedResources)
    return _answer(ctx.require(styles.branding(ctx.world, pool, ManagedLoginBrandingId)))


@operation(
    "cognito-idp:DescribeManagedLoginBrandingByClient",
    requires=on_pool("DescribeManagedLoginBrandingByClient"),
    reads_only=True,
)
def describe_managed_login_branding_by_client(
    ctx: CallContext, /, *, UserPoolId: str, ClientId: str, ReturnMergedResources: bool | None = None
) -> Mapping[str, Any]:
    """The app client's style as it was stated."""
    pool = operators_pool(ctx, UserPoolId)
    client_and_pool(ctx, ClientId, pool.id)
    _refuse_merging("DescribeManagedLoginBrandingByClient", ReturnMergedResources)
    return _answer(ctx.require(styles.branding_of_client(ctx.world, pool, ClientId)))


def _updating(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The style's pool, which the published model lets a request leave out and the service does not."""
    return (Requirement("cognito-idp:UpdateManagedLoginBranding", pool_arn(ctx, params.get("UserPoolId") or "")),)


@operation("cognito-idp:UpdateManagedLoginBranding", requires=_updating)
def update_managed_login_branding(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str | None = None,
    ManagedLoginBrandingId: str | None = None,
    UseCognitoProvidedValues: bool | None = None,
    Settings: Mapping[str, Any] | None = None,
    Assets: Assets | None = None,
) -> Mapping[str, Any]:
    """Replace what is given; Cognito's own values take the place of all of it."""
    ctx.require(styles.check_style_named(UserPoolId, ManagedLoginBrandingId))
    pool = operators_pool(ctx, UserPoolId or "")
    held = ctx.require(styles.branding(ctx.world, pool, ManagedLoginBrandingId or ""))
    ctx.require(styles.check_one_look(UseCognitoProvidedValues, Settings, Assets))
    stated = shown(held)
    client_id = stated["ClientId"]
    if UseCognitoProvidedValues:
        return _store(ctx, pool, held.key, client_id, True, None, None)
    settings = stated.get("Settings") if Settings is None else Settings
    assets = stated.get("Assets") if Assets is None else _written(Assets)
    content = {"UseCognitoProvidedValues": False, "Settings": settings, "Assets": assets, "ClientId": client_id}
    return _answer(keep(ctx, pool.id, styles.BRANDING, held.key, content))


@operation("cognito-idp:DeleteManagedLoginBranding", requires=on_pool("DeleteManagedLoginBranding"))
def delete_managed_login_branding(
    ctx: CallContext, /, *, UserPoolId: str, ManagedLoginBrandingId: str
) -> Mapping[str, Any]:
    """The app client's pages have no style any longer."""
    pool = operators_pool(ctx, UserPoolId)
    drop(ctx, ctx.require(styles.branding(ctx.world, pool, ManagedLoginBrandingId)))
    return {}


def _refuse_merging(operation_name: str, merged: bool | None) -> None:
    if merged:
        raise NotModelled(
            f"cognito-idp:{operation_name}", "ReturnMergedResources", "Cognito's own values are not known"
        )


def _store(
    ctx: CallContext,
    pool: UserPool,
    style_id: str,
    client_id: str,
    use_defaults: bool | None,
    settings: Mapping[str, Any] | None,
    assets: Assets | None,
) -> dict[str, Any]:
    content = {
        "ClientId": client_id,
        "UseCognitoProvidedValues": bool(use_defaults),
        "Settings": settings,
        "Assets": _written(assets) if assets is not None else None,
    }
    return _answer(keep(ctx, pool.id, styles.BRANDING, style_id, content))


def _written(assets: Assets) -> list[dict[str, Any]]:
    """Assets with their bytes in Base64, so that a template can hold them."""
    return [{**asset, **({"Bytes": encoded(asset["Bytes"])} if asset.get("Bytes") else {})} for asset in assets]


def encoded(blob: bytes | str) -> str:
    """Bytes in Base64; a text stands for its UTF-8 bytes, as in every client of AWS."""
    return base64.b64encode(blob.encode() if isinstance(blob, str) else bytes(blob)).decode()


def _answer(document: PoolDocument) -> dict[str, Any]:
    content = shown(document)
    assets = [
        {**asset, **({"Bytes": base64.b64decode(asset["Bytes"])} if "Bytes" in asset else {})}
        for asset in content.get("Assets", ())
    ]
    members = {
        "ManagedLoginBrandingId": document.key,
        "UserPoolId": document.pool_id,
        "UseCognitoProvidedValues": content["UseCognitoProvidedValues"],
        "Settings": content.get("Settings"),
        "Assets": assets or None,
        **dated(document),
    }
    return {"ManagedLoginBranding": {name: value for name, value in members.items() if value is not None}}
