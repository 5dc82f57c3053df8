"""What of IAM is no principal and no policy: MFA devices, centralized root access, and documents of an account."""

from __future__ import annotations

from cogsim.frozen import freeze
from cogsim.load.cloudformation.adapter import Adapter, Resource
from cogsim.load.cloudformation.intrinsics import Reference
from cogsim.load.cloudformation.values import json_value
from cogsim.world.account_document import KINDS, AccountDocument
from cogsim.world.iam import MfaDevice, RootAccess


def read_mfa_device(resource: Resource) -> Reference:
    """A device, enabled for the user it names; its seed is derived or pinned. Users are looked up when all are there:
    ARNs have paths."""
    properties, pins, draft, env = resource.properties, resource.pins, resource.draft, resource.environment
    name, path = resource.name("VirtualMfaDeviceName"), properties.text("Path", "/")
    users = properties.texts("Users")
    serial = f"arn:{env.partition}:iam::{env.account}:mfa{path}{name}"
    seed = pins.text("Seed") or resource.stack.draw("iam/mfa-seed", resource.logical_id).base32(64)
    pinned, enabled, created = pins.text("UserArn"), pins.instant("Enabled"), pins.instant("Created")
    tags = properties.tags("Tags")
    resource.define("virtual MFA device", serial)
    if len(users) > 1:
        raise properties.error("Users", "holds one user: a device is one person's")

    def change() -> None:
        holder = pinned or (draft.users.get(draft.name_key(env, users[0])) if users else None)
        if users and holder is None:
            draft.notes.warn(resource.place, f"{resource.logical_id} is a device of {users[0]}, who is not there")
        device = properties.make(
            lambda: MfaDevice(serial, name, seed, path, holder, enabled, tags, created, resource.origin)
        )
        draft.world = draft.world.with_mfa_device(device)

    draft.later(1, change)
    return resource.reference(serial, SerialNumber=serial)


def read_root_access(resource: Resource) -> Reference:
    """Who may have root sessions of which accounts; CloudFormation has no word for it."""
    properties = resource.properties
    access = properties.make(
        lambda: RootAccess(
            properties.text("ManagementAccount", resource.environment.account),
            properties.texts("Members"),
            properties.text("DelegatedAdministrator"),
            resource.origin,
        )
    )
    resource.define("centralized root access", access.management_account)
    resource.draft.world = resource.draft.world.with_root_access(access)
    return resource.reference(access.management_account)


def read_account_document(resource: Resource) -> Reference:
    """What else IAM keeps of an account, in the API's own shape; CloudFormation has no word for it."""
    properties, env = resource.properties, resource.environment
    node = properties.get("Content")
    content = freeze({} if node is None else json_value(node))
    document = properties.make(
        lambda: AccountDocument(
            env.partition,
            env.account,
            properties.choice("Kind", KINDS, KINDS[0]),
            properties.text("Key", ""),
            content,
            properties.instant("Created"),
            resource.origin,
        )
    )
    resource.define(document.kind, f"{document.key} of {env.account}")
    resource.draft.world = resource.draft.world.with_account_document(document)
    return resource.reference(resource.logical_id)


ADAPTERS = (
    Adapter(
        type="Cogsim::AccountDocument",
        read=read_account_document,
        taken={"Content": "content", "Created": "created", "Key": "key", "Kind": "kind"},
        required=("Kind", "Content"),
    ),
    Adapter(
        type="AWS::IAM::VirtualMFADevice",
        read=read_mfa_device,
        taken={
            "Path": "path",
            "Tags.Key": "tags",
            "Tags.Value": "tags",
            "Users": "user_arn",
            "VirtualMfaDeviceName": "name",
        },
        required=("Users",),
        attributes=("SerialNumber",),
        pins=("Created", "Enabled", "Seed", "UserArn"),
    ),
    Adapter(
        type="Cogsim::CentralizedRootAccess",
        read=read_root_access,
        taken={
            "DelegatedAdministrator": "delegated_administrator",
            "ManagementAccount": "management_account",
            "Members": "members",
        },
    ),
)
