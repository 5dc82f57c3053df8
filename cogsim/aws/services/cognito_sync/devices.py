"""Devices that are told when a dataset changes. Who is subscribed is kept; no notification is sent. # cs:api"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.cognito_sync.places import identity_of, on_dataset, on_identity, pool_of
from cogsim.aws.state import Table
from cogsim.decisions.identity_sync import admit_kind, check_device, check_push
from cogsim.world.identity_pool import Identity


@dataclass(frozen=True, slots=True)
class Device:
    """A device that registered, and the datasets it is subscribed to."""

    platform: str
    token: str = field(repr=False)
    datasets: frozenset[str] = frozenset()


#: By (identity id, device id).
DEVICES: Table[tuple[str, str], Device] = Table("cognito-sync/devices")


@operation("cognito-sync:RegisterDevice", requires=on_identity("RegisterDevice"))
def register_device(
    ctx: CallContext, *, IdentityPoolId: str, IdentityId: str, Platform: str, Token: str
) -> dict[str, Any]:
    """A new device of the identity, in a pool that pushes."""
    ctx.require(admit_kind(ctx.caller, "identity"))
    identity = identity_of(ctx, IdentityPoolId, IdentityId)
    ctx.require(check_push(pool_of(ctx, IdentityPoolId)))
    name = ctx.draw("cognito-sync/device", identity.id).uuid()
    ctx.update_state(lambda state: DEVICES.put(state, (identity.id, name), Device(Platform, Token)))
    return {"DeviceId": name}


@operation("cognito-sync:SubscribeToDataset", requires=on_dataset("SubscribeToDataset"))
def subscribe_to_dataset(
    ctx: CallContext, *, IdentityPoolId: str, IdentityId: str, DatasetName: str, DeviceId: str
) -> dict[str, Any]:
    """The device is among those of the dataset."""
    return _subscribed(ctx, identity_of(ctx, IdentityPoolId, IdentityId), DeviceId, DatasetName, wanted=True)


@operation("cognito-sync:UnsubscribeFromDataset", requires=on_dataset("UnsubscribeFromDataset"))
def unsubscribe_from_dataset(
    ctx: CallContext, *, IdentityPoolId: str, IdentityId: str, DatasetName: str, DeviceId: str
) -> dict[str, Any]:
    """The device is not among those of the dataset."""
    return _subscribed(ctx, identity_of(ctx, IdentityPoolId, IdentityId), DeviceId, DatasetName, wanted=False)


def _subscribed(ctx: CallContext, identity: Identity, device_id: str, dataset: str, *, wanted: bool) -> dict[str, Any]:
    ctx.require(admit_kind(ctx.caller, "identity"))
    device = DEVICES.get(ctx.state, (identity.id, device_id))
    ctx.require(check_device(device is not None, identity, device_id))
    assert device is not None
    datasets = device.datasets | {dataset} if wanted else device.datasets - {dataset}
    made = Device(device.platform, device.token, frozenset(datasets))
    ctx.update_state(lambda state: DEVICES.put(state, (identity.id, device_id), made))
    return {}
