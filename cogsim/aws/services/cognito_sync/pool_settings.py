"""What a pool does when datasets change: push notifications, a stream, a function. # cs:api"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.cognito_sync.places import managed_pool, on_pool
from cogsim.persistent import Map
from cogsim.world.identity_pool import CognitoStreams, IdentityPool, PushSync

#: The noun under a name of its own, where PushSync and CognitoStreams are the API's parameters.
_Push, _Streams = PushSync, CognitoStreams


@operation(
    "cognito-sync:GetIdentityPoolConfiguration", requires=on_pool("GetIdentityPoolConfiguration"), reads_only=True
)
def get_identity_pool_configuration(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """The pool's push and stream settings; what was never set is left out."""
    return _described(managed_pool(ctx, IdentityPoolId))


def _set_requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """The action, and to pass each role that Cognito Sync is to use."""
    own = on_pool("SetIdentityPoolConfiguration")(ctx, params)
    stated = (params.get(name) or {} for name in ("PushSync", "CognitoStreams"))
    roles = dict.fromkeys(each["RoleArn"] for each in stated if each.get("RoleArn"))
    keys = {"iam:PassedToService": "cognito-sync.amazonaws.com"}
    return (*own, *(Requirement("iam:PassRole", arn, keys) for arn in roles))


@operation("cognito-sync:SetIdentityPoolConfiguration", requires=_set_requires)
def set_identity_pool_configuration(
    ctx: CallContext,
    *,
    IdentityPoolId: str,
    PushSync: Mapping[str, Any] | None = None,
    CognitoStreams: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The settings as stated; one that is left out is off."""
    pool = managed_pool(ctx, IdentityPoolId)
    push = _Push(tuple(PushSync.get("ApplicationArns") or ()), PushSync.get("RoleArn")) if PushSync else None
    stream = CognitoStreams or {}
    members = (stream.get("StreamName"), stream.get("RoleArn"), stream.get("StreamingStatus"))
    made = replace(pool, push_sync=push, streams=_Streams(*members) if stream else None)
    ctx.update_world(lambda world: world.with_identity_pool(made))
    return _described(made)


@operation("cognito-sync:GetCognitoEvents", requires=on_pool("GetCognitoEvents"), reads_only=True)
def get_cognito_events(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """The function of each event."""
    return {"Events": dict(managed_pool(ctx, IdentityPoolId).events)}


@operation("cognito-sync:SetCognitoEvents", requires=on_pool("SetCognitoEvents"))
def set_cognito_events(ctx: CallContext, *, IdentityPoolId: str, Events: Mapping[str, str]) -> dict[str, Any]:
    """The events that are named have these functions, and none where the text is empty; others stay."""
    pool = managed_pool(ctx, IdentityPoolId)
    events = Map({event: arn for event, arn in {**pool.events, **Events}.items() if arn})
    ctx.update_world(lambda world: world.with_identity_pool(replace(pool, events=events)))
    return {}


@operation("cognito-sync:GetBulkPublishDetails", requires=on_pool("GetBulkPublishDetails"), reads_only=True)
def get_bulk_publish_details(ctx: CallContext, *, IdentityPoolId: str) -> dict[str, Any]:
    """No bulk publish was ever started: BulkPublish is not modelled."""
    return {"IdentityPoolId": managed_pool(ctx, IdentityPoolId).id, "BulkPublishStatus": "NOT_STARTED"}


def _described(pool: IdentityPool) -> dict[str, Any]:
    found: dict[str, Any] = {"IdentityPoolId": pool.id}
    if pool.push_sync is not None:
        arns = {"ApplicationArns": list(pool.push_sync.application_arns)}
        found["PushSync"] = {**arns, **_stated({"RoleArn": pool.push_sync.role_arn})}
    if pool.streams is not None:
        streams = pool.streams
        found["CognitoStreams"] = _stated(
            {"StreamName": streams.stream_name, "RoleArn": streams.role_arn, "StreamingStatus": streams.status}
        )
    return found


def _stated(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not None}
