"""What administrators of directories do with people: disable them, take them out of groups. # ms:adfs-claim-rules

What was said of somebody before stays said: responses and tokens that are out are the receivers' to judge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.decisions.oidc_token import find_issuer
from cogsim.errors import InputError, suggest
from cogsim.world.external_saml import AdFs, DirectoryUser


def _directory_user(ctx: CallContext, entity_id: str, upn: str) -> tuple[AdFs, DirectoryUser]:
    provider = ctx.world.ad_fs.get(entity_id)
    if provider is None:
        raise InputError(f"no AD FS {entity_id!r}", suggestion=suggest(entity_id, list(ctx.world.ad_fs)))
    user = provider.users.get(upn.lower())
    if user is None:
        raise InputError(f"{entity_id} has nobody called {upn!r}", suggestion=suggest(upn, list(provider.users)))
    return provider, user


@operation("cogsim:SetDirectoryUserEnabled")
def set_directory_user_enabled(ctx: CallContext, /, *, EntityId: str, Upn: str, Enabled: bool) -> Mapping[str, Any]:
    """Whether the AD FS lets the person sign in from now on."""
    provider, user = _directory_user(ctx, EntityId, Upn)
    changed = provider.with_user(replace(user, enabled=Enabled))
    ctx.update_world(lambda world: world.with_ad_fs(changed))
    return {}


@operation("cogsim:LeaveDirectoryGroup")
def leave_directory_group(ctx: CallContext, /, *, EntityId: str, Upn: str, Group: str) -> Mapping[str, Any]:
    """Take the person out of a group of the directory: what is said of them from now on is said without it."""
    provider, user = _directory_user(ctx, EntityId, Upn)
    if Group not in user.groups:
        raise InputError(f"{Upn} is not in the group {Group!r}", suggestion=suggest(Group, user.groups))
    left = tuple(group for group in user.groups if group != Group)
    changed = provider.with_user(replace(user, groups=left))
    ctx.update_world(lambda world: world.with_ad_fs(changed))
    return {}


@operation("cogsim:SetOidcAccountEnabled")
def set_oidc_account_enabled(ctx: CallContext, /, *, Issuer: str, Username: str, Enabled: bool) -> Mapping[str, Any]:
    """Whether the provider lets the person sign in from now on."""
    issuer = find_issuer(ctx.world, Issuer)
    if issuer is None:
        raise InputError(f"no provider {Issuer!r}", suggestion=suggest(Issuer, list(ctx.world.oidc_issuers)))
    user = issuer.users.get(Username)
    if user is None:
        raise InputError(
            f"{issuer.url} has nobody called {Username!r}", suggestion=suggest(Username, list(issuer.users))
        )
    changed = replace(issuer, users=issuer.users.set(Username, replace(user, enabled=Enabled)))
    ctx.update_world(lambda world: world.with_oidc_issuer(changed))
    return {}
