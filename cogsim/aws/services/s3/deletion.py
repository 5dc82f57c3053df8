"""DeleteObject and DeleteObjects: for good, a version, or behind a delete marker."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, object_at, one_object
from cogsim.aws.services.s3.writing import new_version_id
from cogsim.decision import Decision, Refusal
from cogsim.decisions.missing_object import missing_version
from cogsim.decisions.refusals import Check
from cogsim.decisions.s3_objects import may_write_over
from cogsim.errors import AwsError, NotModelled
from cogsim.world.bucket import ENABLED, S3Object, without_version, written_over

_MOST_KEYS = 1000


def _on_deletion(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """Deletion reads no tags of what is deleted. # sar:s3 §DeleteObject"""
    bucket = bucket_of(ctx, params["Bucket"], params.get("ExpectedBucketOwner"))
    return (_requirement(ctx, params["Bucket"], params["Key"], params, bucket.account),)


def _requirement(ctx: CallContext, name: str, key: str, params: Params, account: str) -> Requirement:
    action = "s3:DeleteObject" if params.get("VersionId") is None else "s3:DeleteObjectVersion"
    need = one_object(ctx, action, name, key, params)
    context = {key: value for key, value in need.context.items() if not key.startswith("s3:ExistingObjectTag/")}
    stated = params.get("IfMatch", params.get("ETag"))
    if stated is not None:
        context["s3:if-match"] = str(stated)
    return Requirement(action, need.resource, context, resource_account=account)


@operation("s3:DeleteObject", requires=_on_deletion, ignores=COMMON)
def delete_object(
    ctx: CallContext, *, Bucket: str, Key: str, VersionId: str | None = None, IfMatch: str | None = None
) -> dict[str, Any]:
    """Delete an object; one that is not there is deleted as well. # s3:DeleteObject"""
    ctx.require(_precondition(ctx, Bucket, ctx.call.params))
    return _delete(ctx, Bucket, Key, VersionId)


def _precondition(ctx: CallContext, name: str, entry: Params) -> Check:
    """Whether what is deleted is what the client knows, where it says so, and a version's id is one."""
    old, version = object_at(ctx, name, entry["Key"]), entry.get("VersionId")
    stated = entry.get("IfMatch", entry.get("ETag"))
    held = old.version(version) if old is not None and version is not None else old
    if version is not None and held is None:
        missing = missing_version(version)
        return Decision(missing.value if missing.value.code == "InvalidArgument" else None, missing.steps)
    return may_write_over(None if held is None or held.delete_marker else held, stated, None)


_DENIED = Refusal("AccessDenied", "Access Denied")


def _on_nothing(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    """A deletion of many is allowed or not key by key."""
    bucket_of(ctx, params["Bucket"], params.get("ExpectedBucketOwner"))
    return ()


@operation("s3:DeleteObjects", requires=_on_nothing, ignores=("ChecksumAlgorithm", *COMMON))
def delete_objects(ctx: CallContext, *, Bucket: str, Delete: Mapping[str, Any]) -> dict[str, Any]:
    """Delete up to 1,000 keys, each by its own permission; what may not be deleted is listed. # s3:DeleteObjects"""
    entries = Delete["Objects"]
    if not 1 <= len(entries) <= _MOST_KEYS:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    for member in ("LastModifiedTime", "Size"):
        if any(entry.get(member) is not None for entry in entries):
            raise NotModelled("s3:DeleteObjects", f"Delete.Objects.{member}")
    deleted, errors = [], []
    account = bucket_of(ctx, Bucket).account
    for entry in entries:
        named = {name: entry[name] for name in ("Key", "VersionId") if entry.get(name) is not None}
        need = _requirement(ctx, Bucket, entry["Key"], entry, account)
        answer = ctx.take(ctx.may(need.action, need.resource, need.context, resource_account=account))
        refusal = ctx.take(_precondition(ctx, Bucket, entry)) if answer.allowed else _DENIED
        if refusal is None:
            done = _delete(ctx, Bucket, entry["Key"], entry.get("VersionId"))
            deleted.append({**named, **_as_listed(entry, done)})
        else:
            errors.append({**named, "Code": refusal.code, "Message": refusal.message})
    shown: dict[str, Any] = {} if Delete.get("Quiet") or not deleted else {"Deleted": deleted}
    return {**shown, **({"Errors": errors} if errors else {})}


def _as_listed(entry: Mapping[str, Any], done: Mapping[str, Any]) -> dict[str, Any]:
    """A delete marker that was made, or deleted, is named as such."""
    if not done.get("DeleteMarker"):
        return {}
    return {"DeleteMarker": True, "DeleteMarkerVersionId": done["VersionId"]}


def _delete(ctx: CallContext, name: str, key: str, version_id: str | None) -> dict[str, Any]:
    """Delete the key or one version of it. # s3:versioning §delete"""
    bucket, old = bucket_of(ctx, name), object_at(ctx, name, key)
    if version_id is not None:
        gone = old.version(version_id) if old is not None else None
        left = without_version(old, version_id) if old is not None and gone is not None else old
        _keep(ctx, name, key, left)
        marker = {"DeleteMarker": True} if gone is not None and gone.delete_marker else {}
        return {**marker, "VersionId": version_id}
    if not bucket.versioning:
        _keep(ctx, name, key, None)
        return {}
    version = new_version_id(ctx, name) if bucket.versioning == ENABLED else ""
    marker_made = S3Object(key, b"", modified=ctx.now, version_id=version, delete_marker=True)
    _keep(ctx, name, key, written_over(bucket, old, marker_made))
    return {"DeleteMarker": True, "VersionId": marker_made.shown_version}


def _keep(ctx: CallContext, name: str, key: str, left: S3Object | None) -> None:
    """Let the key hold `left`, or nothing."""
    if left is None:
        ctx.update_world(lambda world: world.without_object(name, key))
    else:
        ctx.update_world(lambda world: world.with_object(name, left))
