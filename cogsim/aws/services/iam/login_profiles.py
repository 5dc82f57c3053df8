"""Passwords of users for the console. # iam:api §CreateLoginProfile"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, operation
from cogsim.aws.services.iam.account import on, owner, the_user
from cogsim.aws.services.iam.answers import Shown, when
from cogsim.aws.services.iam.documents import change, drop, make
from cogsim.decision import Decision, Refusal
from cogsim.decisions.iam_account_documents import login_profile, without_login_profile
from cogsim.decisions.iam_entities import own_user
from cogsim.decisions.iam_passwords import may_change_own, old_password_right, password_acceptable
from cogsim.world.account_document import LOGIN_PROFILE, AccountDocument
from cogsim.world.iam import User

#: How many earlier passwords a policy can ask about. # iam:api §UpdateAccountPasswordPolicy
_REMEMBERED = 24


def _shown(user: User, profile: AccountDocument) -> Shown:
    asked = profile.content["PasswordResetRequired"]
    return {"UserName": user.name, "CreateDate": when(profile.created), "PasswordResetRequired": asked}


def _the_profile(ctx: CallContext, user: User) -> AccountDocument:
    return ctx.require(login_profile(ctx.world, owner(ctx), user))


@operation("iam:CreateLoginProfile", requires=on("user", "CreateLoginProfile"))
def create_login_profile(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    Password: str | None = None,
    PasswordResetRequired: bool | None = None,
) -> Mapping[str, Any]:
    """A password for the user, or the caller."""
    user, account = the_user(ctx, UserName), owner(ctx)
    ctx.require(without_login_profile(ctx.world, account, user))
    ctx.require(password_acceptable(ctx.world, account, Password or ""))
    content = {"Password": Password or "", "PasswordResetRequired": bool(PasswordResetRequired), "Earlier": ()}
    return {"LoginProfile": _shown(user, make(ctx, LOGIN_PROFILE, user.unique_id, content))}


@operation("iam:GetLoginProfile", requires=on("user", "GetLoginProfile"), reads_only=True)
def get_login_profile(ctx: CallContext, /, *, UserName: str | None = None) -> Mapping[str, Any]:
    """Since when there is a password, never the password."""
    user = the_user(ctx, UserName)
    return {"LoginProfile": _shown(user, _the_profile(ctx, user))}


@operation("iam:UpdateLoginProfile", requires=on("user", "UpdateLoginProfile"))
def update_login_profile(
    ctx: CallContext, /, *, UserName: str, Password: str | None = None, PasswordResetRequired: bool | None = None
) -> Mapping[str, Any]:
    """Another password, or whether the next sign-in asks for one."""
    profile = _the_profile(ctx, the_user(ctx, UserName))
    if Password is not None:
        profile = _renewed(ctx, profile, Password)
    if PasswordResetRequired is not None:
        change(ctx, profile, PasswordResetRequired=PasswordResetRequired)
    return {}


def _renewed(ctx: CallContext, profile: AccountDocument, password: str) -> AccountDocument:
    earlier = (profile.content["Password"], *profile.content["Earlier"])[:_REMEMBERED]
    ctx.require(password_acceptable(ctx.world, owner(ctx), password, earlier))
    return change(ctx, profile, Password=password, Earlier=earlier)


@operation("iam:DeleteLoginProfile", requires=on("user", "DeleteLoginProfile"))
def delete_login_profile(ctx: CallContext, /, *, UserName: str | None = None) -> Mapping[str, Any]:
    """No password any more; the user's keys stay."""
    return drop(ctx, _the_profile(ctx, the_user(ctx, UserName)))


def _own(ctx: CallContext, _params: Params) -> Decision[Refusal | None]:
    user = own_user(ctx.world, ctx.caller)
    if isinstance(user.value, Refusal):
        return Decision(user.value, user.steps)
    arn = user.value.arn
    return may_change_own(ctx.world, owner(ctx), arn, ctx.may("iam:ChangePassword", arn))


@operation("iam:ChangePassword", authorise=_own)
def change_password(ctx: CallContext, /, *, OldPassword: str, NewPassword: str) -> Mapping[str, Any]:
    """The caller's own password, in exchange for the old one."""
    profile = _the_profile(ctx, the_user(ctx, None))
    ctx.require(old_password_right(profile.content["Password"], OldPassword))
    change(ctx, _renewed(ctx, profile, NewPassword), PasswordResetRequired=False)
    return {}
