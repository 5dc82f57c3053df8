"""IAM users. # iam:api §CreateUser"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import asked_boundary, asked_tags, creating, on, on_everything, owner, the_user
from cogsim.aws.services.iam.answers import user_listed, user_shown
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_attachments import may_bound
from cogsim.decisions.iam_deletion import user_deletable
from cogsim.decisions.iam_entities import held, name_free
from cogsim.decisions.iam_principals import with_principal
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_tags import tag_pairs, tagged
from cogsim.persistent import Map
from cogsim.world.iam import User
from cogsim.world.world import World


@operation("iam:CreateUser", requires=creating("user", "CreateUser", "UserName", asked_boundary, asked_tags))
def create_user(
    ctx: CallContext,
    /,
    *,
    UserName: str,
    Path: str | None = None,
    PermissionsBoundary: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A user without keys or policies."""
    account, path = owner(ctx), Path or "/"
    ctx.require(name_free(ctx.world.users, account, "User", UserName))
    ctx.require(room_for("UsersPerAccount", len(held(ctx.world.users, account))))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    if PermissionsBoundary is not None:
        ctx.require(may_bound(ctx.world, account, PermissionsBoundary))
    arn = account.arn("user", f"{path[1:]}{UserName}")
    unique_id = "AIDA" + ctx.draw("iam/unique-id", arn).base32(17)
    user = User(arn, UserName, path, unique_id, boundary=PermissionsBoundary, tags=tags, created=ctx.now)
    ctx.update_world(lambda world: world.with_user(user))
    return {"User": user_shown(user)}


@operation("iam:GetUser", requires=on("user", "GetUser"), reads_only=True)
def get_user(ctx: CallContext, /, *, UserName: str | None = None) -> Mapping[str, Any]:
    """The user, or the caller."""
    return {"User": user_shown(the_user(ctx, UserName))}


def _both_names(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The user under the old name, and under the new one. # iam:api §UpdateUser"""
    now = on("user", "UpdateUser")(ctx, params)
    name, path = params.get("NewUserName"), params.get("NewPath")
    if name is None and path is None:
        return now
    fields = now[0].resource.split("user/", 1)[1].rpartition("/")
    old_path = f"/{fields[0]}/" if fields[0] else "/"
    arn = owner(ctx).arn("user", f"{(path or old_path)[1:]}{name or fields[2]}")
    return (*now, Requirement("iam:UpdateUser", arn))


@operation("iam:UpdateUser", requires=_both_names)
def update_user(
    ctx: CallContext, /, *, UserName: str, NewPath: str | None = None, NewUserName: str | None = None
) -> Mapping[str, Any]:
    """Another name or path, hence another ARN; policies that name the user as principal follow. # ug:principal"""
    account, user = owner(ctx), the_user(ctx, UserName)
    name, path = NewUserName or user.name, NewPath or user.path
    if name.casefold() != user.name.casefold():
        ctx.require(name_free(ctx.world.users, account, "User", name))
    moved = replace(user, arn=account.arn("user", f"{path[1:]}{name}"), name=name, path=path)
    ctx.update_world(lambda world: _moved(world, user, moved))
    return {}


def _moved(world: World, user: User, moved: User) -> World:
    world = world.without_user(user.arn).with_user(moved)
    for key in world.access_keys.values():
        if key.user_arn == user.arn:
            world = world.with_access_key(replace(key, user_arn=moved.arn))
    for device in world.mfa_devices.values():
        if device.user_arn == user.arn:
            world = world.with_mfa_device(replace(device, user_arn=moved.arn))
    return with_principal(world, user.arn, moved.arn)


@operation("iam:DeleteUser", requires=on("user", "DeleteUser"))
def delete_user(ctx: CallContext, /, *, UserName: str) -> Mapping[str, Any]:
    """Delete a user who has nothing left; whoever takes the name is somebody else. # ug:principal"""
    user = the_user(ctx, UserName)
    ctx.require(user_deletable(ctx.world, owner(ctx), user))
    ctx.update_world(lambda world: with_principal(world.without_user(user.arn), user.arn, user.unique_id))
    return {}


@operation("iam:ListUsers", requires=on_everything("ListUsers"), reads_only=True)
def list_users(
    ctx: CallContext,
    /,
    *,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The users under a path, without tags and boundaries."""
    users = [user for user in held(ctx.world.users, owner(ctx)) if user.path.startswith(PathPrefix or "/")]
    shown, more = page(ctx, users, lambda user: user.name, Marker, MaxItems)
    return {"Users": [user_listed(user) for user in shown], **more}
