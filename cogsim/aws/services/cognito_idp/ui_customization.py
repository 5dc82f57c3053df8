"""The looks of the classic hosted UI, of the pool and of single app clients. # idp:managed-login"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import client_and_pool, on_pool, operators_pool
from cogsim.aws.services.cognito_idp.branding import encoded
from cogsim.aws.services.cognito_idp.pool_documents import dated, keep, kept, shown
from cogsim.clock import at
from cogsim.decisions.branding import CUSTOMIZATION, check_has_domain
from cogsim.world.pool_members import PoolDocument

#: The app client id that stands for every client without looks of its own.
_ALL = "ALL"


@operation("cognito-idp:SetUICustomization", requires=on_pool("SetUICustomization"))
def set_ui_customization(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    ClientId: str | None = None,
    CSS: str | None = None,
    ImageFile: bytes | str | None = None,
) -> Mapping[str, Any]:
    """Replace the looks whole. Which classes the style sheet names is not looked at."""
    pool = operators_pool(ctx, UserPoolId)
    whose = ClientId or _ALL
    if whose != _ALL:
        client_and_pool(ctx, whose, pool.id)
    ctx.require(check_has_domain(ctx.world, pool))
    image = None if ImageFile is None else encoded(ImageFile)
    document = keep(ctx, pool.id, CUSTOMIZATION, whose, {"CSS": CSS, "ImageFile": image})
    return {"UICustomization": _described(ctx, document)}


@operation("cognito-idp:GetUICustomization", requires=on_pool("GetUICustomization"), reads_only=True)
def get_ui_customization(ctx: CallContext, /, *, UserPoolId: str, ClientId: str | None = None) -> Mapping[str, Any]:
    """The app client's looks, or else the pool's; nothing where none were set."""
    pool = operators_pool(ctx, UserPoolId)
    whose = ClientId or _ALL
    if whose != _ALL:
        client_and_pool(ctx, whose, pool.id)
    document = kept(ctx, pool.id, CUSTOMIZATION, whose) or kept(ctx, pool.id, CUSTOMIZATION, _ALL)
    return {"UICustomization": _described(ctx, document) if document else {}}


def _described(ctx: CallContext, document: PoolDocument) -> dict[str, Any]:
    content, version = shown(document), at(document.modified).strftime("%Y%m%d%H%M%S")
    domains = [domain for domain in ctx.world.domains.values() if domain.pool_id == document.pool_id]
    image = None
    if "ImageFile" in content and domains:
        image = f"https://{domains[0].cloudfront}/{document.pool_id}/{document.key}/{version}/assets/images/image.jpg"
    members = {
        "UserPoolId": document.pool_id,
        "ClientId": document.key,
        "ImageUrl": image,
        "CSS": content.get("CSS"),
        "CSSVersion": version if "CSS" in content else None,
        **dated(document),
    }
    return {name: value for name, value in members.items() if value is not None}
