"""Long-term keys of users: two each, and a secret that is told once. # iam:api §CreateAccessKey"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.iam.account import on, owner, the_user
from cogsim.aws.services.iam.answers import Shown, when
from cogsim.aws.services.iam.paging import page
from cogsim.decisions.iam_access_keys import existing_key, keys_of, settable
from cogsim.decisions.iam_quotas import room_for
from cogsim.world.access_key_ids import access_key_id
from cogsim.world.iam import AccessKey, User


def _shown(user: User, key: AccessKey) -> Shown:
    status = "Active" if key.active else "Inactive"
    return {"UserName": user.name, "AccessKeyId": key.id, "Status": status, "CreateDate": when(key.created)}


@operation("iam:CreateAccessKey", requires=on("user", "CreateAccessKey"))
def create_access_key(ctx: CallContext, /, *, UserName: str | None = None) -> Mapping[str, Any]:
    """A key of the user, or of the caller; whoever gets the answer can act as that user."""
    user = the_user(ctx, UserName)
    ctx.require(room_for("AccessKeysPerUser", len(keys_of(ctx.world, user))))
    # Two streams: draws of one stream begin alike, and a key's id is no secret.
    key_id = access_key_id("AKIA", owner(ctx).account, ctx.draw("iam/access-key-id", user.unique_id))
    secret = ctx.draw("iam/secret-access-key", user.unique_id).base64(40)
    key = AccessKey(key_id, user.arn, secret, created=ctx.now)
    ctx.update_world(lambda world: world.with_access_key(key))
    return {"AccessKey": {**_shown(user, key), "SecretAccessKey": secret}}


@operation("iam:UpdateAccessKey", requires=on("user", "UpdateAccessKey"))
def update_access_key(
    ctx: CallContext, /, *, AccessKeyId: str, Status: str, UserName: str | None = None
) -> Mapping[str, Any]:
    """Switch a key off or on again."""
    key = ctx.require(existing_key(ctx.world, the_user(ctx, UserName), AccessKeyId))
    ctx.require(settable(Status))
    ctx.update_world(lambda world: world.with_access_key(replace(key, active=Status == "Active")))
    return {}


@operation("iam:DeleteAccessKey", requires=on("user", "DeleteAccessKey"))
def delete_access_key(ctx: CallContext, /, *, AccessKeyId: str, UserName: str | None = None) -> Mapping[str, Any]:
    """Delete a key for good."""
    key = ctx.require(existing_key(ctx.world, the_user(ctx, UserName), AccessKeyId))
    ctx.update_world(lambda world: world.without_access_key(key.id))
    return {}


@operation("iam:ListAccessKeys", requires=on("user", "ListAccessKeys"), reads_only=True)
def list_access_keys(
    ctx: CallContext,
    /,
    *,
    UserName: str | None = None,
    Marker: str | None = None,
    MaxItems: int | None = None,
) -> Mapping[str, Any]:
    """The user's keys, without their secrets."""
    user = the_user(ctx, UserName)
    shown, more = page(ctx, keys_of(ctx.world, user), lambda key: key.id, Marker, MaxItems)
    return {"AccessKeyMetadata": [_shown(user, key) for key in shown], **more}
