"""GetAccountAuthorizationDetails: everybody's policies at once. # iam:api §GetAccountAuthorizationDetails"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on_everything, owner
from cogsim.aws.services.iam.answers import (
    Shown,
    attached_shown,
    boundary_shown,
    encoded,
    group_shown,
    inline_shown,
    role_listed,
    tags_shown,
    user_listed,
)
from cogsim.aws.services.iam.aws_policies import shown_of_aws, version_of_aws
from cogsim.aws.services.iam.instance_profiles import profile_shown
from cogsim.aws.services.iam.paging import page
from cogsim.aws.services.iam.policies import policy_shown
from cogsim.aws.services.iam.policy_versions import version_shown
from cogsim.decisions.aws_managed_policies import published
from cogsim.decisions.iam_account_documents import profiles_with
from cogsim.decisions.iam_attachments import bounded, holders, is_aws_managed
from cogsim.decisions.iam_entities import held
from cogsim.world.iam import Group, ManagedPolicy, Role, User

#: The lists of the answer by the word of the filter, in the order they are paged in.
_LISTS = {
    "User": "UserDetailList",
    "Group": "GroupDetailList",
    "Role": "RoleDetailList",
    "LocalManagedPolicy": "Policies",
    "AWSManagedPolicy": "Policies",
}


@operation(
    "iam:GetAccountAuthorizationDetails", requires=on_everything("GetAccountAuthorizationDetails"), reads_only=True
)
def get_account_authorization_details(
    ctx: CallContext,
    /,
    *,
    Filter: list[str] | None = None,
    MaxItems: int | None = None,
    Marker: str | None = None,
) -> Mapping[str, Any]:
    """Users, groups, roles and policies with their documents; MaxItems counts all four lists together. Of AWS's own
    policies those that somebody has are shown; one whose document is not held without versions, ids and dates."""
    wanted = Filter or list(_LISTS)
    entries = [entry for entry in _entries(ctx) if entry[0] in wanted]
    order = {word: number for number, word in enumerate(_LISTS)}
    shown, more = page(ctx, entries, lambda entry: f"{order[entry[0]]}/{entry[1]}", Marker, MaxItems)
    lists: dict[str, list[Shown]] = {name: [] for name in dict.fromkeys(_LISTS.values())}
    for word, _, entry in shown:
        lists[_LISTS[word]].append(entry)
    return {**lists, **more}


def _entries(ctx: CallContext) -> Iterator[tuple[str, str, Shown]]:
    """The word of the filter, the name, and the entry."""
    account, world = owner(ctx), ctx.world
    yield from (("User", user.name, _user(user)) for user in held(world.users, account))
    yield from (("Group", group.name, _group(group)) for group in held(world.groups, account))
    yield from (("Role", role.name, _role(ctx, role)) for role in held(world.roles, account))
    for policy in held(world.managed_policies, account):
        yield "LocalManagedPolicy", policy.name, _policy(ctx, policy)
    for arn in _aws_managed(ctx):
        yield "AWSManagedPolicy", arn.rpartition("/")[2], _of_aws(ctx, arn)


def _user(user: User) -> Shown:
    return {
        **user_listed(user),
        "UserPolicyList": inline_shown(user.inline),
        "GroupList": list(user.groups),
        "AttachedManagedPolicies": attached_shown(user.managed),
        **boundary_shown(user.boundary),
        "Tags": tags_shown(user.tags),
    }


def _group(group: Group) -> Shown:
    policies = {"GroupPolicyList": inline_shown(group.inline)}
    return {**group_shown(group), **policies, "AttachedManagedPolicies": attached_shown(group.managed)}


def _role(ctx: CallContext, role: Role) -> Shown:
    """A role without its description and longest session, which this call does not show."""
    listed = role_listed(role)
    return {
        **{name: listed[name] for name in ("Path", "RoleName", "RoleId", "Arn", "CreateDate")},
        "AssumeRolePolicyDocument": listed["AssumeRolePolicyDocument"],
        "InstanceProfileList": [profile_shown(ctx, each) for each in profiles_with(ctx.world, owner(ctx), role.name)],
        "RolePolicyList": inline_shown(role.inline),
        "AttachedManagedPolicies": attached_shown(role.managed),
        **boundary_shown(role.boundary),
        "Tags": tags_shown(role.tags),
    }


def _policy(ctx: CallContext, policy: ManagedPolicy) -> Shown:
    description = {"Description": policy.description} if policy.description else {}
    newest = sorted(policy.versions, key=lambda version: -version.number)
    versions = [{"Document": encoded(version.policy), **version_shown(policy, version)} for version in newest]
    return {**policy_shown(ctx, policy), **description, "PolicyVersionList": versions}


def _aws_managed(ctx: CallContext) -> list[str]:
    account, world = owner(ctx), ctx.world
    bearers: list[User | Role] = [*held(world.users, account), *held(world.roles, account)]
    found = {arn for bearer in bearers for arn in bearer.managed}
    found.update(arn for group in held(world.groups, account) for arn in group.managed)
    found.update(bearer.boundary for bearer in bearers if bearer.boundary is not None)
    return sorted(arn for arn in found if is_aws_managed(arn))


def _of_aws(ctx: CallContext, arn: str) -> Shown:
    known = published(arn)
    if known is not None:
        return {**shown_of_aws(ctx, arn, known), "PolicyVersionList": [version_of_aws(arn, known, document=True)]}
    path = arn.rpartition(":policy")[2].rpartition("/")[0]
    account = owner(ctx)
    return {
        "PolicyName": arn.rpartition("/")[2],
        "Arn": arn,
        "Path": f"{path}/",
        "AttachmentCount": len(list(holders(ctx.world, account, arn))),
        "PermissionsBoundaryUsageCount": len(list(bounded(ctx.world, account, arn))),
        "IsAttachable": True,
    }
