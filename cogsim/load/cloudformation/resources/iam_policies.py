"""Policies that are resources of their own, and what attaches to roles, users and groups by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.draft import ATTACHMENTS
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.policy.document import Policy, PolicyKind
from cogsim.world.iam import Group, ManagedPolicy, PolicyVersion, Role, User

Principal = Role | User | Group


def _attach(resource: Resource, kind: str, names: tuple[str, ...], change: Callable[[Principal], Principal]) -> None:
    """Change every named noun of `kind` (Roles, Users, Groups) once all are there; warn of those that are not."""
    resource.draft.later(ATTACHMENTS, lambda: _change(resource, kind, names, change))


def _change(resource: Resource, kind: str, names: tuple[str, ...], change: Callable[[Principal], Principal]) -> None:
    draft = resource.draft
    index = {"Roles": draft.roles, "Users": draft.users, "Groups": draft.groups}[kind]
    for name in names:
        arn = index.get(draft.name_key(resource.environment, name))
        if arn is None:
            what = kind[:-1].lower()
            draft.notes.warn(resource.place, f"{resource.logical_id} attaches to the {what} {name}, which is not there")
            continue
        world = draft.world
        held: Principal = {"Roles": world.roles, "Users": world.users, "Groups": world.groups}[kind][arn]  # type: ignore[index]
        changed = change(held)
        if isinstance(changed, Role):
            draft.world = world.with_role(changed)
        elif isinstance(changed, User):
            draft.world = world.with_user(changed)
        else:
            draft.world = world.with_group(changed)


def _attach_inline(resource: Resource, kind: str, names: tuple[str, ...], policy_name: str, policy: Policy) -> None:
    def change(held: Principal) -> Principal:
        if policy_name in held.inline:
            first = held.inline[policy_name].location
            raise resource.properties.error(
                "PolicyName", f"is {policy_name!r}, which {held.name} has already, from {first}"
            )
        return replace(held, inline=held.inline.set(policy_name, policy))

    _attach(resource, kind, names, change)


def _document(resource: Resource) -> Policy:
    policy = resource.policy(resource.properties, "PolicyDocument", PolicyKind.IDENTITY)
    if policy is None:
        raise resource.properties.error("PolicyDocument", "is required")
    return policy


def _versions(resource: Resource) -> tuple[PolicyVersion, ...]:
    """The versions that are not the default one, as pinned."""
    found = []
    for each in resource.pins.children("Versions"):
        policy = resource.policy(each, "Document", PolicyKind.IDENTITY)
        if policy is None:
            raise each.error("Document", "is required")
        found.append(PolicyVersion(each.needed("VersionId"), policy, each.instant("Created")))
    return tuple(found)


def read_managed_policy(resource: Resource) -> Reference:
    """A customer managed policy, attached to the roles, users and groups it names."""
    properties, pins, env = resource.properties, resource.pins, resource.environment
    name, path = resource.name("ManagedPolicyName"), properties.text("Path", "/")
    managed = properties.make(
        lambda: ManagedPolicy(
            arn=f"arn:{env.partition}:iam::{env.account}:policy{path}{name}",
            name=name,
            policy=_document(resource),
            path=path,
            description=properties.text("Description", ""),
            unique_id=pins.text("UniqueId", ""),
            tags=pins.tags("Tags"),
            created=pins.instant("Created"),
            updated=pins.instant("Updated"),
            default_id=pins.text("DefaultVersionId", "v1"),
            default_created=pins.instant("DefaultCreated"),
            others=_versions(resource),
            made=pins.number("VersionsMade", 1),
            origin=resource.origin,
        )
    )
    resource.define("managed policy", managed.arn)
    resource.draft.world = resource.draft.world.with_managed_policy(managed)

    def change(held: Principal) -> Principal:
        return held if managed.arn in held.managed else replace(held, managed=(*held.managed, managed.arn))

    for kind in ("Roles", "Users", "Groups"):
        _attach(resource, kind, properties.texts(kind), change)
    return resource.reference(managed.arn, PolicyArn=managed.arn)


def read_policy(resource: Resource) -> Reference:
    """An inline policy of several roles, users and groups at once."""
    name, policy = resource.properties.needed("PolicyName"), _document(resource)
    attached = {kind: resource.properties.texts(kind) for kind in ("Roles", "Users", "Groups")}
    if not any(attached.values()):
        resource.draft.notes.warn(resource.place, f"{resource.logical_id} is attached to nothing; AWS refuses that")
    for kind, names in attached.items():
        _attach_inline(resource, kind, names, name, policy)
    return resource.reference(resource.stack.generated_name(resource.logical_id))


def _single(kind: str, owner: str) -> Callable[[Resource], Reference]:
    def read(resource: Resource) -> Reference:
        properties = resource.properties
        policy_name, holder = properties.needed("PolicyName"), properties.needed(owner)
        _attach_inline(resource, kind, (holder,), policy_name, _document(resource))
        return resource.reference(f"{policy_name}|{holder}")

    return read


def read_membership(resource: Resource) -> Reference:
    """Users put into a group."""
    group = resource.properties.needed("GroupName")

    def change(held: Principal) -> Principal:
        joins = isinstance(held, User) and group not in held.groups
        return replace(held, groups=(*held.groups, group)) if joins and isinstance(held, User) else held

    _attach(resource, "Users", resource.properties.texts("Users"), change)
    return resource.reference(resource.stack.generated_name(resource.logical_id))


_ATTACHED = {"Groups": "inline", "Roles": "inline", "Users": "inline"}
_INLINE = {"PolicyDocument": "inline", "PolicyName": "inline"}

ADAPTERS = (
    Adapter(
        type="AWS::IAM::ManagedPolicy",
        read=read_managed_policy,
        taken={
            "Description": "description",
            "Groups": "managed",
            "ManagedPolicyName": "name",
            "Path": "path",
            "PolicyDocument": "policy",
            "Roles": "managed",
            "Users": "managed",
        },
        required=("PolicyDocument",),
        attributes=("PolicyArn",),
        withheld=(
            *("AttachmentCount", "CreateDate", "DefaultVersionId", "IsAttachable", "PermissionsBoundaryUsageCount"),
            *("PolicyId", "UpdateDate"),
        ),
        pins=(
            *("Created", "DefaultCreated", "DefaultVersionId", "Tags", "UniqueId", "Updated", "Versions"),
            "VersionsMade",
        ),
    ),
    Adapter(
        type="AWS::IAM::Policy",
        read=read_policy,
        taken={**_INLINE, **_ATTACHED},
        required=("PolicyDocument", "PolicyName"),
        withheld=("Id",),
    ),
    Adapter(
        type="AWS::IAM::RolePolicy",
        read=_single("Roles", "RoleName"),
        taken={**_INLINE, "RoleName": "name"},
        required=("PolicyName", "RoleName"),
    ),
    Adapter(
        type="AWS::IAM::UserPolicy",
        read=_single("Users", "UserName"),
        taken={**_INLINE, "UserName": "name"},
        required=("PolicyName", "UserName"),
    ),
    Adapter(
        type="AWS::IAM::GroupPolicy",
        read=_single("Groups", "GroupName"),
        taken={**_INLINE, "GroupName": "name"},
        required=("PolicyName", "GroupName"),
    ),
    Adapter(
        type="AWS::IAM::UserToGroupAddition",
        read=read_membership,
        taken={"GroupName": "groups", "Users": "groups"},
        required=("GroupName", "Users"),
        withheld=("Id",),
    ),
)
