"""The account's alias, its password policy, and the version of its global tokens. # iam:api §CreateAccountAlias"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.documents import drop, find, make, stated
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_account_documents import alias_free, documents_of, existing_document, password_policy
from cogsim.world.account_document import ALIAS, PASSWORD_POLICY, TOKEN_PREFERENCES


@operation("iam:CreateAccountAlias", requires=on_everything("CreateAccountAlias"))
def create_account_alias(ctx: CallContext, /, *, AccountAlias: str) -> Mapping[str, Any]:
    """The account's alias, in place of the one it had."""
    ctx.require(alias_free(ctx.world, owner(ctx), AccountAlias))
    for old in documents_of(ctx.world, owner(ctx), ALIAS):
        drop(ctx, old)
    make(ctx, ALIAS, AccountAlias, {})
    return {}


@operation("iam:DeleteAccountAlias", requires=on_everything("DeleteAccountAlias"))
def delete_account_alias(ctx: CallContext, /, *, AccountAlias: str) -> Mapping[str, Any]:
    """The alias is free again."""
    missing = f"The account alias {AccountAlias} cannot be found."
    return drop(ctx, ctx.require(existing_document(ctx.world, owner(ctx), ALIAS, AccountAlias, missing)))


@operation("iam:ListAccountAliases", requires=on_everything("ListAccountAliases"), reads_only=True)
def list_account_aliases(
    ctx: CallContext, /, *, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    """The alias, where there is one."""
    aliases = [each.key for each in documents_of(ctx.world, owner(ctx), ALIAS)]
    shown, more = page(ctx, aliases, str, Marker, MaxItems)
    return {"AccountAliases": shown, **more}


@operation("iam:UpdateAccountPasswordPolicy", requires=on_everything("UpdateAccountPasswordPolicy"))
def update_account_password_policy(
    ctx: CallContext,
    /,
    *,
    MinimumPasswordLength: int | None = None,
    RequireSymbols: bool | None = None,
    RequireNumbers: bool | None = None,
    RequireUppercaseCharacters: bool | None = None,
    RequireLowercaseCharacters: bool | None = None,
    AllowUsersToChangePassword: bool | None = None,
    MaxPasswordAge: int | None = None,
    PasswordReusePrevention: int | None = None,
    HardExpiry: bool | None = None,
) -> Mapping[str, Any]:
    """The whole policy anew: what is not stated goes back to its default. # iam:api §UpdateAccountPasswordPolicy"""
    content = {
        "MinimumPasswordLength": 6 if MinimumPasswordLength is None else MinimumPasswordLength,
        "RequireSymbols": bool(RequireSymbols),
        "RequireNumbers": bool(RequireNumbers),
        "RequireUppercaseCharacters": bool(RequireUppercaseCharacters),
        "RequireLowercaseCharacters": bool(RequireLowercaseCharacters),
        "AllowUsersToChangePassword": bool(AllowUsersToChangePassword),
        "ExpirePasswords": bool(MaxPasswordAge),
        **stated(MaxPasswordAge=MaxPasswordAge, PasswordReusePrevention=PasswordReusePrevention, HardExpiry=HardExpiry),
    }
    make(ctx, PASSWORD_POLICY, "", content)
    return {}


@operation("iam:GetAccountPasswordPolicy", requires=on_everything("GetAccountPasswordPolicy"), reads_only=True)
def get_account_password_policy(ctx: CallContext, /) -> Mapping[str, Any]:
    """The account's own policy; AWS's default is none."""
    return {"PasswordPolicy": dict(ctx.require(password_policy(ctx.world, owner(ctx))).content)}


@operation("iam:DeleteAccountPasswordPolicy", requires=on_everything("DeleteAccountPasswordPolicy"))
def delete_account_password_policy(ctx: CallContext, /) -> Mapping[str, Any]:
    """Back to AWS's default."""
    return drop(ctx, ctx.require(password_policy(ctx.world, owner(ctx))))


@operation("iam:SetSecurityTokenServicePreferences", requires=on_everything("SetSecurityTokenServicePreferences"))
def set_security_token_service_preferences(
    ctx: CallContext, /, *, GlobalEndpointTokenVersion: str
) -> Mapping[str, Any]:
    """Where tokens of the global endpoint are good: here they are good in every region under either version."""
    make(ctx, TOKEN_PREFERENCES, "", {"GlobalEndpointTokenVersion": GlobalEndpointTokenVersion})
    return {}


def token_version(ctx: CallContext) -> int:
    """The version of the global endpoint's tokens: 1 where nothing was set."""
    kept = find(ctx, TOKEN_PREFERENCES)
    return 2 if kept and kept.content["GlobalEndpointTokenVersion"] == "v2Token" else 1
