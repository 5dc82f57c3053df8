"""The devices of a user: confirmed, remembered, looked at and forgotten, by the user or an operator.
# idp:device-tracking"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws import token_families
from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_idp.access import on_pool, operators_pool, operators_user, token_bearer
from cogsim.aws.services.cognito_idp.mfa_records import OFFERED_DEVICES
from cogsim.aws.services.cognito_idp.paging import page
from cogsim.aws.services.cognito_idp.users import change_user
from cogsim.clock import at
from cogsim.decisions import device_registry as registry
from cogsim.decisions.usernames import find_user
from cogsim.world.pool_user import Device, PoolUser
from cogsim.world.user_pool import UserPool


@operation("cognito-idp:ConfirmDevice")
def confirm_device(
    ctx: CallContext,
    /,
    *,
    AccessToken: str,
    DeviceKey: str,
    DeviceSecretVerifierConfig: Mapping[str, str] | None = None,
    DeviceName: str | None = None,
) -> Mapping[str, Any]:
    """Keep a device by the verifier of its secret; whether its user must still be asked is the answer."""
    bearer = token_bearer(ctx, AccessToken)
    pool, user = bearer.pool, bearer.user
    ctx.require(registry.check_tracking(pool))
    key = (pool.id, user.sub, DeviceKey)
    offered = OFFERED_DEVICES.get(ctx.state, key)
    config = DeviceSecretVerifierConfig
    device = ctx.require(registry.confirm_device(pool, user, DeviceKey, offered, config, DeviceName, ctx.now))
    ctx.update_state(lambda state: OFFERED_DEVICES.drop(state, key))
    _store(ctx, user, device)
    return {"UserConfirmationNecessary": not device.remembered}


@operation("cognito-idp:UpdateDeviceStatus")
def update_device_status(
    ctx: CallContext, /, *, AccessToken: str, DeviceKey: str, DeviceRememberedStatus: str | None = None
) -> Mapping[str, Any]:
    """Remember one's device, or no longer."""
    return _update(ctx, token_bearer(ctx, AccessToken).user, DeviceKey, DeviceRememberedStatus)


@operation("cognito-idp:AdminUpdateDeviceStatus", requires=on_pool("AdminUpdateDeviceStatus"))
def admin_update_device_status(
    ctx: CallContext, /, *, UserPoolId: str, Username: str, DeviceKey: str, DeviceRememberedStatus: str | None = None
) -> Mapping[str, Any]:
    """The same on an operator's word."""
    return _update(ctx, operators_user(ctx, UserPoolId, Username)[1], DeviceKey, DeviceRememberedStatus)


@operation("cognito-idp:GetDevice", reads_only=True)
def get_device(ctx: CallContext, /, *, DeviceKey: str, AccessToken: str | None = None) -> Mapping[str, Any]:
    """One device of one's own."""
    pool, user = _owner(ctx, AccessToken)
    return {"Device": _described(pool, user, ctx.require(registry.find_device(user, DeviceKey)))}


@operation("cognito-idp:AdminGetDevice", requires=on_pool("AdminGetDevice"), reads_only=True)
def admin_get_device(ctx: CallContext, /, *, UserPoolId: str, Username: str, DeviceKey: str) -> Mapping[str, Any]:
    """One device of a user."""
    pool, user = _operators_owner(ctx, UserPoolId, Username)
    return {"Device": _described(pool, user, ctx.require(registry.find_device(user, DeviceKey)))}


@operation("cognito-idp:ListDevices", reads_only=True)
def list_devices(
    ctx: CallContext, /, *, AccessToken: str, Limit: int | None = None, PaginationToken: str | None = None
) -> Mapping[str, Any]:
    """One's own devices, by key."""
    bearer = token_bearer(ctx, AccessToken)
    return _listed(ctx, bearer.pool, bearer.user, Limit, PaginationToken)


@operation("cognito-idp:AdminListDevices", requires=on_pool("AdminListDevices"), reads_only=True)
def admin_list_devices(
    ctx: CallContext,
    /,
    *,
    UserPoolId: str,
    Username: str,
    Limit: int | None = None,
    PaginationToken: str | None = None,
) -> Mapping[str, Any]:
    """The devices of a user, by key."""
    pool, user = _operators_owner(ctx, UserPoolId, Username)
    return _listed(ctx, pool, user, Limit, PaginationToken)


@operation("cognito-idp:ForgetDevice")
def forget_device(ctx: CallContext, /, *, DeviceKey: str, AccessToken: str | None = None) -> Mapping[str, Any]:
    """Forget a device of one's own."""
    _forget(ctx, _owner(ctx, AccessToken)[1], DeviceKey, "ForgetDevice")
    return {}


@operation("cognito-idp:AdminForgetDevice", requires=on_pool("AdminForgetDevice"))
def admin_forget_device(ctx: CallContext, /, *, UserPoolId: str, Username: str, DeviceKey: str) -> Mapping[str, Any]:
    """Forget a device of a user."""
    _forget(ctx, operators_user(ctx, UserPoolId, Username)[1], DeviceKey, "AdminForgetDevice")
    return {}


def _owner(ctx: CallContext, access_token: str | None) -> tuple[UserPool, PoolUser]:
    ctx.require(registry.check_named(access_token))
    bearer = token_bearer(ctx, access_token or "")
    return bearer.pool, bearer.user


def _operators_owner(ctx: CallContext, pool_id: str, name: str) -> tuple[UserPool, PoolUser]:
    pool = operators_pool(ctx, pool_id)
    username = ctx.require(registry.known_user(find_user(ctx.world, pool, name)))
    return pool, ctx.world.pool_users[pool.id, username]


def _update(ctx: CallContext, user: PoolUser, key: str, status: str | None) -> Mapping[str, Any]:
    device = ctx.require(registry.find_device(user, key))
    _store(ctx, user, ctx.take(registry.with_status(device, status, ctx.now)))
    return {}


def _forget(ctx: CallContext, user: PoolUser, key: str, by: str) -> None:
    ctx.require(registry.find_device(user, key))
    change_user(ctx, user, devices=user.devices.delete(key))
    if ctx.take(registry.forgetting_revokes()):
        for family in token_families.of_user(ctx.state, user.pool_id, user.sub):
            if family.device_key == key:
                _revoke(ctx, family.origin_jti, by)


def _revoke(ctx: CallContext, origin_jti: str, by: str) -> None:
    ctx.update_state(lambda state: token_families.revoke(state, origin_jti, by, ctx.now))


def _store(ctx: CallContext, user: PoolUser, device: Device) -> None:
    change_user(ctx, user, devices=user.devices.set(device.key, device))


def _listed(
    ctx: CallContext, pool: UserPool, user: PoolUser, limit: int | None, token: str | None
) -> Mapping[str, Any]:
    devices = user.devices.values()
    shown, more = page(ctx, devices, lambda device: device.key, token, limit, member="PaginationToken")
    return {"Devices": [_described(pool, user, device) for device in shown], **more}


def _described(pool: UserPool, user: PoolUser, device: Device) -> dict[str, Any]:
    told = registry.attributes(pool, user, device)
    return {
        "DeviceKey": device.key,
        "DeviceAttributes": [{"Name": name, "Value": told[name]} for name in told],
        "DeviceCreateDate": at(device.created),
        "DeviceLastModifiedDate": at(device.modified),
        "DeviceLastAuthenticatedDate": at(device.last_authenticated),
    }
