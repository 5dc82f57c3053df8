"""Instance profiles: what a machine gets its role by. # iam:api §CreateInstanceProfile"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires, operation
from cogsim.aws.services.iam.account import asked_tags, creating, on, on_everything, owner, tag_names, the_role
from cogsim.aws.services.iam.answers import Shown, role_listed, tags_shown, when
from cogsim.aws.services.iam.documents import change, drop, find, make, tags_in
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_account_documents import (
    documents_of,
    instance_profile,
    name_unused,
    profiles_with,
    role_fits,
    role_inside,
)
from cogsim.decisions.iam_deletion import profile_deletable
from cogsim.decisions.iam_entities import find as find_entity
from cogsim.decisions.iam_protected import role_changeable
from cogsim.decisions.iam_quotas import room_for
from cogsim.decisions.iam_tags import tag_pairs, tagged, untagged
from cogsim.persistent import Map
from cogsim.world.account_document import INSTANCE_PROFILE, AccountDocument


def profile_shown(ctx: CallContext, profile: AccountDocument) -> Shown:
    """An instance profile with the role it holds."""
    roles = (find_entity(ctx.world.roles, owner(ctx), name) for name in profile.content["Roles"])
    return {
        "Path": profile.content["Path"],
        "InstanceProfileName": profile.key,
        "InstanceProfileId": profile.content["Id"],
        "Arn": _arn(ctx, profile),
        "CreateDate": when(profile.created),
        "Roles": [role_listed(role) for role in roles if role is not None],
    }


def _arn(ctx: CallContext, profile: AccountDocument) -> str:
    return owner(ctx).arn("instance-profile", f"{profile.content['Path'][1:]}{profile.key}")


def _described(ctx: CallContext, profile: AccountDocument) -> Shown:
    tags = tags_in(profile)
    return {**profile_shown(ctx, profile), **({"Tags": tags_shown(tags)} if tags else {})}


def _the_profile(ctx: CallContext, name: str) -> AccountDocument:
    return ctx.require(instance_profile(ctx.world, owner(ctx), name))


def _on(action: str, *, passes: bool = False, tags: Any = None) -> Requires:
    """`iam:action` on the profile that the call names, and iam:PassRole on the role where a machine will have it."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        name = params["InstanceProfileName"]
        found = find(ctx, INSTANCE_PROFILE, name)
        arn = _arn(ctx, found) if found is not None else owner(ctx).arn("instance-profile", name)
        own = Requirement(f"iam:{action}", arn, tags(params, None) if tags else {})
        if not passes:
            return (own,)
        role = find_entity(ctx.world.roles, owner(ctx), params["RoleName"])
        role_arn = role.arn if role is not None else owner(ctx).arn("role", params["RoleName"])
        return (own, Requirement("iam:PassRole", role_arn, {"iam:PassedToService": "ec2.amazonaws.com"}))

    return requires


@operation(
    "iam:CreateInstanceProfile",
    requires=creating("instance-profile", "CreateInstanceProfile", "InstanceProfileName", asked_tags),
)
def create_instance_profile(
    ctx: CallContext,
    /,
    *,
    InstanceProfileName: str,
    Path: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A profile without a role."""
    account, taken = owner(ctx), f"Instance Profile {InstanceProfileName} already exists."
    ctx.require(name_unused(ctx.world, account, INSTANCE_PROFILE, InstanceProfileName, taken))
    ctx.require(room_for("InstanceProfilesPerAccount", len(documents_of(ctx.world, account, INSTANCE_PROFILE))))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    unique_id = "AIPA" + ctx.draw("iam/unique-id", account.arn("instance-profile", InstanceProfileName)).base32(17)
    content = {"Path": Path or "/", "Id": unique_id, "Roles": (), "Tags": tags}
    return {"InstanceProfile": _described(ctx, make(ctx, INSTANCE_PROFILE, InstanceProfileName, content))}


@operation("iam:GetInstanceProfile", requires=_on("GetInstanceProfile"), reads_only=True)
def get_instance_profile(ctx: CallContext, /, *, InstanceProfileName: str) -> Mapping[str, Any]:
    """The profile and its role."""
    return {"InstanceProfile": _described(ctx, _the_profile(ctx, InstanceProfileName))}


@operation("iam:DeleteInstanceProfile", requires=_on("DeleteInstanceProfile"))
def delete_instance_profile(ctx: CallContext, /, *, InstanceProfileName: str) -> Mapping[str, Any]:
    """Delete a profile without a role."""
    profile = _the_profile(ctx, InstanceProfileName)
    ctx.require(profile_deletable(profile))
    return drop(ctx, profile)


@operation("iam:AddRoleToInstanceProfile", requires=_on("AddRoleToInstanceProfile", passes=True))
def add_role_to_instance_profile(ctx: CallContext, /, *, InstanceProfileName: str, RoleName: str) -> Mapping[str, Any]:
    """Whoever starts a machine with the profile gives it the role."""
    profile, role = _the_profile(ctx, InstanceProfileName), the_role(ctx, RoleName)
    ctx.require(role_changeable(role))
    ctx.require(role_fits(profile))
    change(ctx, profile, Roles=(role.name,))
    return {}


@operation("iam:RemoveRoleFromInstanceProfile", requires=_on("RemoveRoleFromInstanceProfile"))
def remove_role_from_instance_profile(
    ctx: CallContext, /, *, InstanceProfileName: str, RoleName: str
) -> Mapping[str, Any]:
    """The profile gives no role any more."""
    profile = _the_profile(ctx, InstanceProfileName)
    ctx.require(role_inside(profile, RoleName))
    change(ctx, profile, Roles=())
    return {}


def _listed(
    ctx: CallContext, profiles: list[AccountDocument], marker: str | None, most: int | None
) -> Mapping[str, Any]:
    shown, more = page(ctx, profiles, lambda profile: profile.key, marker, most)
    return {"InstanceProfiles": [profile_shown(ctx, profile) for profile in shown], **more}


@operation("iam:ListInstanceProfiles", requires=on_everything("ListInstanceProfiles"), reads_only=True)
def list_instance_profiles(
    ctx: CallContext,
    /,
    *,
    PathPrefix: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The profiles under a path, without tags."""
    profiles = documents_of(ctx.world, owner(ctx), INSTANCE_PROFILE)
    under = [profile for profile in profiles if profile.content["Path"].startswith(PathPrefix or "/")]
    return _listed(ctx, under, Marker, MaxItems)


@operation("iam:ListInstanceProfilesForRole", requires=on("role", "ListInstanceProfilesForRole"), reads_only=True)
def list_instance_profiles_for_role(
    ctx: CallContext, /, *, RoleName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    """The profiles that hold the role."""
    role = the_role(ctx, RoleName)
    return _listed(ctx, profiles_with(ctx.world, owner(ctx), role.name), Marker, MaxItems)


@operation("iam:TagInstanceProfile", requires=_on("TagInstanceProfile", tags=asked_tags))
def tag_instance_profile(
    ctx: CallContext, /, *, InstanceProfileName: str, Tags: list[Mapping[str, str]]
) -> Mapping[str, Any]:
    profile = _the_profile(ctx, InstanceProfileName)
    change(ctx, profile, Tags=ctx.require(tagged(tags_in(profile), tag_pairs(Tags))))
    return {}


@operation("iam:UntagInstanceProfile", requires=_on("UntagInstanceProfile", tags=tag_names))
def untag_instance_profile(ctx: CallContext, /, *, InstanceProfileName: str, TagKeys: list[str]) -> Mapping[str, Any]:
    profile = _the_profile(ctx, InstanceProfileName)
    change(ctx, profile, Tags=untagged(tags_in(profile), tuple(TagKeys)))
    return {}


@operation("iam:ListInstanceProfileTags", requires=_on("ListInstanceProfileTags"), reads_only=True)
def list_instance_profile_tags(
    ctx: CallContext, /, *, InstanceProfileName: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    tags = tags_shown(tags_in(_the_profile(ctx, InstanceProfileName)))
    shown, more = page(ctx, in_order(tags), by_place, Marker, MaxItems)
    return {"Tags": [tag for _, tag in shown], **more}
