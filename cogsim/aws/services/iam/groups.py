"""IAM groups and who is in them. # iam:api §CreateGroup"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.iam.account import creating, on, on_everything, owner, save, the_group, the_user
from cogsim.aws.services.iam.answers import group_shown, user_listed
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_deletion import group_deletable
from cogsim.decisions.iam_entities import held, name_free
from cogsim.decisions.iam_quotas import room_for
from cogsim.world.iam import Group


@operation("iam:CreateGroup", requires=creating("group", "CreateGroup", "GroupName"))
def create_group(ctx: CallContext, /, *, GroupName: str, Path: str | None = None) -> Mapping[str, Any]:
    """A group without members or policies."""
    account, path = owner(ctx), Path or "/"
    ctx.require(name_free(ctx.world.groups, account, "Group", GroupName))
    ctx.require(room_for("GroupsPerAccount", len(held(ctx.world.groups, account))))
    arn = account.arn("group", f"{path[1:]}{GroupName}")
    unique_id = "AGPA" + ctx.draw("iam/unique-id", arn).base32(17)
    group = Group(arn, GroupName, path, unique_id=unique_id, created=ctx.now)
    save(ctx, group)
    return {"Group": group_shown(group)}


@operation("iam:GetGroup", requires=on("group", "GetGroup"), reads_only=True)
def get_group(
    ctx: CallContext, /, *, GroupName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    """The group and its members."""
    group = the_group(ctx, GroupName)
    members = [user for user in held(ctx.world.users, owner(ctx)) if group.name in user.groups]
    shown, more = page(ctx, members, lambda user: user.name, Marker, MaxItems)
    return {"Group": group_shown(group), "Users": [user_listed(user) for user in shown], **more}


def _both_names(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The group under the old name, and under the new one. # iam:api §UpdateGroup"""
    now = on("group", "UpdateGroup")(ctx, params)
    name, path = params.get("NewGroupName"), params.get("NewPath")
    if name is None and path is None:
        return now
    old_path, _, old_name = now[0].resource.split(":group", 1)[1].rpartition("/")
    arn = owner(ctx).arn("group", f"{(path or f'{old_path}/')[1:]}{name or old_name}")
    return (*now, Requirement("iam:UpdateGroup", arn))


@operation("iam:UpdateGroup", requires=_both_names)
def update_group(
    ctx: CallContext, /, *, GroupName: str, NewPath: str | None = None, NewGroupName: str | None = None
) -> Mapping[str, Any]:
    """Another name or path, hence another ARN; its members stay members."""
    account, group = owner(ctx), the_group(ctx, GroupName)
    name, path = NewGroupName or group.name, NewPath or group.path
    if name.casefold() != group.name.casefold():
        ctx.require(name_free(ctx.world.groups, account, "Group", name))
    moved = replace(group, arn=account.arn("group", f"{path[1:]}{name}"), name=name, path=path)
    ctx.update_world(lambda world: world.without_group(group.arn))
    save(ctx, moved)
    for user in held(ctx.world.users, account):
        if group.name in user.groups:
            save(ctx, replace(user, groups=tuple(name if each == group.name else each for each in user.groups)))
    return {}


@operation("iam:DeleteGroup", requires=on("group", "DeleteGroup"))
def delete_group(ctx: CallContext, /, *, GroupName: str) -> Mapping[str, Any]:
    """Delete a group without members and policies."""
    group = the_group(ctx, GroupName)
    ctx.require(group_deletable(ctx.world, owner(ctx), group))
    ctx.update_world(lambda world: world.without_group(group.arn))
    return {}


@operation("iam:ListGroups", requires=on_everything("ListGroups"), reads_only=True)
def list_groups(
    ctx: CallContext,
    /,
    *,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The groups under a path."""
    groups = [group for group in held(ctx.world.groups, owner(ctx)) if group.path.startswith(PathPrefix or "/")]
    shown, more = page(ctx, groups, lambda group: group.name, Marker, MaxItems)
    return {"Groups": [group_shown(group) for group in shown], **more}


@operation("iam:AddUserToGroup", requires=on("group", "AddUserToGroup"))
def add_user_to_group(ctx: CallContext, /, *, GroupName: str, UserName: str) -> Mapping[str, Any]:
    """Put the user into the group, where not in it already."""
    group, user = the_group(ctx, GroupName), the_user(ctx, UserName)
    if group.name not in user.groups:
        ctx.require(room_for("GroupsPerUser", len(user.groups)))
        save(ctx, replace(user, groups=(*user.groups, group.name)))
    return {}


@operation("iam:RemoveUserFromGroup", requires=on("group", "RemoveUserFromGroup"))
def remove_user_from_group(ctx: CallContext, /, *, GroupName: str, UserName: str) -> Mapping[str, Any]:
    """Take the user out of the group, where in it."""
    group, user = the_group(ctx, GroupName), the_user(ctx, UserName)
    save(ctx, replace(user, groups=tuple(name for name in user.groups if name != group.name)))
    return {}


@operation("iam:ListGroupsForUser", requires=on("user", "ListGroupsForUser"), reads_only=True)
def list_groups_for_user(
    ctx: CallContext, /, *, UserName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    """The groups that the user is in."""
    user = the_user(ctx, UserName)
    groups = [group for group in held(ctx.world.groups, owner(ctx)) if group.name in user.groups]
    shown, more = page(ctx, groups, lambda group: group.name, Marker, MaxItems)
    return {"Groups": [group_shown(group) for group in shown], **more}
