"""IAM's roles, users and groups, and the users' access keys."""

from __future__ import annotations

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.persistent import Map
from cogsim.policy.document import Policy, PolicyKind
from cogsim.world.access_key_ids import access_key_id
from cogsim.world.iam import AccessKey, Group, Role, User


def _inline(resource: Resource) -> Map[str, Policy]:
    found: dict[str, Policy] = {}
    for each in resource.properties.children("Policies"):
        name = each.needed("PolicyName")
        policy = resource.policy(each, "PolicyDocument", PolicyKind.IDENTITY)
        if policy is None:
            raise each.error("PolicyDocument", "is required")
        if name in found:
            raise each.error("PolicyName", f"is {name!r}, which another policy of the list has")
        found[name] = policy
    return Map(found)


def _arn(resource: Resource, kind: str, path: str, name: str) -> str:
    env = resource.environment
    return f"arn:{env.partition}:iam::{env.account}:{kind}{path}{name}"


def read_role(resource: Resource) -> Reference:
    """A role with its trust policy; what attaches from elsewhere comes later."""
    properties = resource.properties
    name, path = resource.name("RoleName", 64), properties.text("Path", "/")
    trust = resource.policy(properties, "AssumeRolePolicyDocument", PolicyKind.TRUST)
    if trust is None:
        raise properties.error("AssumeRolePolicyDocument", "is required")
    role = properties.make(
        lambda: Role(
            arn=_arn(resource, "role", path, name),
            name=name,
            trust=trust,
            path=path,
            unique_id=resource.pins.text("UniqueId", ""),
            inline=_inline(resource),
            managed=properties.texts("ManagedPolicyArns"),
            boundary=properties.text("PermissionsBoundary"),
            tags=properties.tags("Tags"),
            max_session_duration=properties.number("MaxSessionDuration", 3600),
            description=properties.text("Description", ""),
            created=resource.pins.instant("Created"),
            origin=resource.origin,
        )
    )
    resource.define("role", role.arn)
    resource.draft.roles[resource.draft.name_key(resource.environment, name)] = role.arn
    resource.draft.world = resource.draft.world.with_role(role)
    return resource.reference(name, Arn=role.arn, RoleId=role.unique_id)


def read_user(resource: Resource) -> Reference:
    """An IAM user."""
    properties = resource.properties
    name, path = resource.name("UserName", 64), properties.text("Path", "/")
    user = properties.make(
        lambda: User(
            arn=_arn(resource, "user", path, name),
            name=name,
            path=path,
            unique_id=resource.pins.text("UniqueId", ""),
            inline=_inline(resource),
            managed=properties.texts("ManagedPolicyArns"),
            boundary=properties.text("PermissionsBoundary"),
            groups=properties.texts("Groups"),
            tags=properties.tags("Tags"),
            created=resource.pins.instant("Created"),
            origin=resource.origin,
        )
    )
    resource.define("IAM user", user.arn)
    resource.draft.users[resource.draft.name_key(resource.environment, name)] = user.arn
    resource.draft.world = resource.draft.world.with_user(user)
    return resource.reference(name, Arn=user.arn)


def read_group(resource: Resource) -> Reference:
    """An IAM group."""
    properties = resource.properties
    name, path = resource.name("GroupName", 128), properties.text("Path", "/")
    group = properties.make(
        lambda: Group(
            arn=_arn(resource, "group", path, name),
            name=name,
            path=path,
            inline=_inline(resource),
            managed=properties.texts("ManagedPolicyArns"),
            unique_id=resource.pins.text("UniqueId", ""),
            created=resource.pins.instant("Created"),
            origin=resource.origin,
        )
    )
    resource.define("IAM group", group.arn)
    resource.draft.groups[resource.draft.name_key(resource.environment, name)] = group.arn
    resource.draft.world = resource.draft.world.with_group(group)
    return resource.reference(name, Arn=group.arn)


def read_access_key(resource: Resource) -> Reference:
    """A key; its id and secret are derived or pinned. The user is looked up when all are there: ARNs have paths."""
    properties, pins, draft = resource.properties, resource.pins, resource.draft
    user_name = properties.needed("UserName")
    drawn = resource.stack.draw("iam/access-key", resource.logical_id)
    key_id = pins.text("Id") or access_key_id("AKIA", resource.environment.account, drawn)
    secret = pins.text("SecretAccessKey") or resource.stack.draw("iam/secret-key", resource.logical_id).base64(40)
    active = properties.choice("Status", ("Active", "Inactive"), "Active") == "Active"
    created = pins.instant("Created")
    resource.define("access key", key_id)

    def change() -> None:
        arn = pins.text("UserArn") or draft.users.get(draft.name_key(resource.environment, user_name))
        if arn is None:
            draft.notes.warn(resource.place, f"{resource.logical_id} is a key of {user_name}, who is not there")
            return
        draft.world = draft.world.with_access_key(AccessKey(key_id, arn, secret, active, created, resource.origin))

    draft.later(1, change)
    return resource.reference(key_id, Id=key_id, SecretAccessKey=secret)


_POLICIES = {"ManagedPolicyArns": "managed", "Policies.PolicyDocument": "inline", "Policies.PolicyName": "inline"}
_TAGS = {"Tags.Key": "tags", "Tags.Value": "tags"}

ADAPTERS = (
    Adapter(
        type="AWS::IAM::Role",
        read=read_role,
        taken={
            **_POLICIES,
            **_TAGS,
            "AssumeRolePolicyDocument": "trust",
            "Description": "description",
            "MaxSessionDuration": "max_session_duration",
            "Path": "path",
            "PermissionsBoundary": "boundary",
            "RoleName": "name",
        },
        required=("AssumeRolePolicyDocument",),
        attributes=("Arn", "RoleId"),
        pins=("Created", "UniqueId"),
    ),
    Adapter(
        type="AWS::IAM::User",
        read=read_user,
        taken={
            **_POLICIES,
            **_TAGS,
            "Groups": "groups",
            "Path": "path",
            "PermissionsBoundary": "boundary",
            "UserName": "name",
        },
        ignored=("LoginProfile",),
        attributes=("Arn",),
        pins=("Created", "UniqueId"),
    ),
    Adapter(
        type="AWS::IAM::Group",
        read=read_group,
        taken={**_POLICIES, "GroupName": "name", "Path": "path"},
        attributes=("Arn",),
        pins=("Created", "UniqueId"),
    ),
    Adapter(
        type="AWS::IAM::AccessKey",
        read=read_access_key,
        taken={"Status": "active", "UserName": "user_arn"},
        ignored=("Serial",),
        required=("UserName",),
        attributes=("Id", "SecretAccessKey"),
        pins=("Created", "Id", "SecretAccessKey", "UserArn"),
    ),
)
