"""The device of a sign-in that is complete: one that is known, or a new one that the app may confirm."""

from __future__ import annotations

from dataclasses import replace

from cogsim.aws.services.cognito_idp.attempt import Attempt
from cogsim.aws.services.cognito_idp.mfa_records import OFFERED_DEVICES
from cogsim.decisions.device_registry import needs_new_device

#: Characters of a group key.
_GROUP_LENGTH = 8


def new_device(attempt: Attempt) -> tuple[Attempt, dict[str, str] | None]:
    """The attempt with the key of the device that its tokens will name, none where the pool tracks none; and
    NewDeviceMetadata, where the device is a new one. # idp:device-tracking"""
    ctx, pool, user, key = attempt.ctx, attempt.pool, attempt.user, attempt.progress.device_key
    if ctx.take(needs_new_device(pool, user, attempt.progress)):
        made = f"{pool.region}_{ctx.draw('cognito-idp/device-key', pool.id, user.username).uuid()}"
        group = "-" + ctx.draw("cognito-idp/device-group-key", pool.id, user.username).alnum(_GROUP_LENGTH)
        ctx.update_state(lambda state: OFFERED_DEVICES.put(state, (pool.id, user.sub, made), group))
        return _at(attempt, made), {"DeviceKey": made, "DeviceGroupKey": group}
    if pool.devices is None or key is None:
        return _at(attempt, None), None
    address = attempt.sent.ip_address or user.devices[key].last_ip
    device = replace(user.devices[key], last_authenticated=ctx.now, last_ip=address)
    changed = replace(user, devices=user.devices.set(key, device))
    ctx.update_world(lambda world: world.with_pool_user(changed))
    return attempt.changed(changed), None


def _at(attempt: Attempt, key: str | None) -> Attempt:
    return replace(attempt, progress=replace(attempt.progress, device_key=key))
