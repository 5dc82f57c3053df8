"""Virtual MFA devices: made with a seed, enabled for a user by two codes in a row, deactivated, deleted.

# ug:mfa-devices
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.mfa_codes import remember_codes
from cogsim.aws.operation import Params, Requirement, Requires, operation
from cogsim.aws.services.iam.account import asked_tags, creating, on, on_arn, on_everything, owner, tag_names, the_user
from cogsim.aws.services.iam.answers import Shown, tags_shown, user_listed, when
from cogsim.aws.services.iam.paging import by_place, in_order, page
from cogsim.decisions.iam_entities import held
from cogsim.decisions.iam_tags import tag_pairs, tagged, untagged
from cogsim.decisions.mfa_device import (
    assigned_to,
    creatable,
    deletable,
    devices_of,
    enabled_by,
    existing_device,
    resynchronised,
)
from cogsim.persistent import Map
from cogsim.world.iam import MfaDevice, User


def _the_device(ctx: CallContext, serial: str) -> MfaDevice:
    return ctx.require(existing_device(ctx.world, owner(ctx), serial))


def _save(ctx: CallContext, device: MfaDevice) -> Mapping[str, Any]:
    ctx.update_world(lambda world: world.with_mfa_device(device))
    return {}


@operation(
    "iam:CreateVirtualMFADevice",
    requires=creating("mfa", "CreateVirtualMFADevice", "VirtualMFADeviceName", asked_tags),
)
def create_virtual_mfa_device(
    ctx: CallContext,
    /,
    *,
    VirtualMFADeviceName: str,
    Path: str | None = None,
    Tags: list[Mapping[str, str]] | None = None,
) -> Mapping[str, Any]:
    """A device with a seed of 40 bytes, told once; the picture of it, an optional member, is left out."""
    path = Path or "/"
    serial = owner(ctx).arn("mfa", f"{path[1:]}{VirtualMFADeviceName}")
    ctx.require(creatable(ctx.world, serial))
    tags = ctx.require(tagged(Map(), tag_pairs(Tags)))
    seed = ctx.draw("iam/mfa-seed", serial).base32(64)
    _save(ctx, MfaDevice(serial, VirtualMFADeviceName, seed, path, tags=tags, created=ctx.now))
    shown = {"Tags": tags_shown(tags)} if tags else {}
    return {"VirtualMFADevice": {"SerialNumber": serial, "Base32StringSeed": seed.encode(), **shown}}


@operation("iam:EnableMFADevice", requires=on("user", "EnableMFADevice"))
def enable_mfa_device(
    ctx: CallContext, /, *, UserName: str, SerialNumber: str, AuthenticationCode1: str, AuthenticationCode2: str
) -> Mapping[str, Any]:
    """From now on the device's codes prove the user; those two are used up."""
    user, device = the_user(ctx, UserName), _the_device(ctx, SerialNumber)
    codes = (AuthenticationCode1, AuthenticationCode2)
    period = ctx.require(enabled_by(ctx.world, device, user, codes, ctx.now))
    remember_codes(ctx, device.serial_number, period - 1, period)
    return _save(ctx, replace(device, user_arn=user.arn, enabled=ctx.now))


@operation("iam:ResyncMFADevice", requires=on("user", "ResyncMFADevice"))
def resync_mfa_device(
    ctx: CallContext, /, *, UserName: str, SerialNumber: str, AuthenticationCode1: str, AuthenticationCode2: str
) -> Mapping[str, Any]:
    """Two codes in a row of the user's device, which are used up."""
    user, device = the_user(ctx, UserName), _the_device(ctx, SerialNumber)
    codes = (AuthenticationCode1, AuthenticationCode2)
    period = ctx.require(resynchronised(device, user, codes, ctx.now))
    remember_codes(ctx, device.serial_number, period - 1, period)
    return {}


@operation("iam:DeactivateMFADevice", requires=on("user", "DeactivateMFADevice"))
def deactivate_mfa_device(ctx: CallContext, /, *, SerialNumber: str, UserName: str | None = None) -> Mapping[str, Any]:
    """The device proves nobody any more."""
    user, device = the_user(ctx, UserName), _the_device(ctx, SerialNumber)
    ctx.require(assigned_to(device, user))
    return _save(ctx, replace(device, user_arn=None, enabled=0.0))


@operation("iam:DeleteVirtualMFADevice", requires=on_arn("DeleteVirtualMFADevice", "SerialNumber"))
def delete_virtual_mfa_device(ctx: CallContext, /, *, SerialNumber: str) -> Mapping[str, Any]:
    """Delete a device that nobody uses."""
    device = _the_device(ctx, SerialNumber)
    ctx.require(deletable(device))
    ctx.update_world(lambda world: world.without_mfa_device(device.serial_number))
    return {}


@operation("iam:ListMFADevices", requires=on("user", "ListMFADevices"), reads_only=True)
def list_mfa_devices(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The devices of the user, or of the caller."""
    user = the_user(ctx, UserName)
    shown, more = page(ctx, devices_of(ctx.world, user.arn), lambda device: device.serial_number, Marker, MaxItems)
    return {"MFADevices": [_enabled(device, user) for device in shown], **more}


def _enabled(device: MfaDevice, user: User) -> Shown:
    return {"UserName": user.name, "SerialNumber": device.serial_number, "EnableDate": when(device.enabled)}


def _of_named_user(action: str) -> Requires:
    """`iam:action` on the user that the call names; on every user where it names none."""
    named = on("user", action)

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        if params.get("UserName") is not None:
            return named(ctx, params)
        return (Requirement(f"iam:{action}", owner(ctx).arn("user", "*")),)

    return requires


@operation("iam:GetMFADevice", requires=_of_named_user("GetMFADevice"), reads_only=True)
def get_mfa_device(ctx: CallContext, /, *, SerialNumber: str, UserName: str | None = None) -> Mapping[str, Any]:
    """One device, and whose it is."""
    device = _the_device(ctx, SerialNumber)
    if UserName is not None:
        ctx.require(assigned_to(device, the_user(ctx, UserName)))
    holder = ctx.world.users.get(device.user_arn or "")
    named = {"UserName": holder.name, "EnableDate": when(device.enabled)} if holder is not None else {}
    return {"SerialNumber": device.serial_number, **named}


@operation("iam:ListVirtualMFADevices", requires=on_everything("ListVirtualMFADevices"), reads_only=True)
def list_virtual_mfa_devices(
    ctx: CallContext,
    /,
    *,
    AssignmentStatus: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The account's devices: all, those that somebody uses, or the others."""
    devices = [
        device
        for device in held(ctx.world.mfa_devices, owner(ctx))
        if AssignmentStatus in (None, "Any") or (AssignmentStatus == "Assigned") == (device.user_arn is not None)
    ]
    shown, more = page(ctx, devices, lambda device: device.serial_number, Marker, MaxItems)
    return {"VirtualMFADevices": [_virtual(ctx, device) for device in shown], **more}


def _virtual(ctx: CallContext, device: MfaDevice) -> Shown:
    """A device as listings show it: without its seed."""
    holder = ctx.world.users.get(device.user_arn or "")
    user = {"User": user_listed(holder)} if holder is not None else {}
    since = {"EnableDate": when(device.enabled)} if device.user_arn is not None else {}
    return {"SerialNumber": device.serial_number, **user, **since}


@operation("iam:TagMFADevice", requires=on_arn("TagMFADevice", "SerialNumber", asked_tags))
def tag_mfa_device(ctx: CallContext, /, *, SerialNumber: str, Tags: list[Mapping[str, str]]) -> Mapping[str, Any]:
    device = _the_device(ctx, SerialNumber)
    return _save(ctx, replace(device, tags=ctx.require(tagged(device.tags, tag_pairs(Tags)))))


@operation("iam:UntagMFADevice", requires=on_arn("UntagMFADevice", "SerialNumber", tag_names))
def untag_mfa_device(ctx: CallContext, /, *, SerialNumber: str, TagKeys: list[str]) -> Mapping[str, Any]:
    device = _the_device(ctx, SerialNumber)
    return _save(ctx, replace(device, tags=untagged(device.tags, tuple(TagKeys))))


@operation("iam:ListMFADeviceTags", requires=on_arn("ListMFADeviceTags", "SerialNumber"), reads_only=True)
def list_mfa_device_tags(
    ctx: CallContext, /, *, SerialNumber: str, Marker: str | None = None, MaxItems: int | None = None
) -> Mapping[str, Any]:
    tags = _the_device(ctx, SerialNumber).tags
    shown, more = page(ctx, in_order(tags_shown(tags)), by_place, Marker, MaxItems)
    return {"Tags": [tag for _, tag in shown], **more}
