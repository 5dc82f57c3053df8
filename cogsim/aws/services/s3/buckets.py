"""Finding a bucket, and what a call on it or on an object of it requires."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, Requires
from cogsim.aws.services.s3.encryption import key_requirements
from cogsim.decisions.caller import Anonymous
from cogsim.decisions.s3_buckets import expect_owner
from cogsim.decisions.s3_encryption import TO_READ, TO_WRITE
from cogsim.decisions.s3_tags import request_tag_keys
from cogsim.errors import AwsError, NotModelled
from cogsim.world.bucket import Bucket, S3Object

#: Members of almost every operation that are answered before its handler: whose bucket the client believes it is, and
#: who pays, which changes no answer.
COMMON = ("ExpectedBucketOwner", "RequestPayer")

#: Members that conditions read, and the key each becomes; one not sent is absent, one sent empty is present.
# s3:walkthrough, sar:s3
_SENT = {
    "ACL": "s3:x-amz-acl",
    "CopySource": "s3:x-amz-copy-source",
    "Delimiter": "s3:delimiter",
    "GrantFullControl": "s3:x-amz-grant-full-control",
    "GrantRead": "s3:x-amz-grant-read",
    "GrantReadACP": "s3:x-amz-grant-read-acp",
    "GrantWrite": "s3:x-amz-grant-write",
    "GrantWriteACP": "s3:x-amz-grant-write-acp",
    "IfMatch": "s3:if-match",
    "IfNoneMatch": "s3:if-none-match",
    "MaxKeys": "s3:max-keys",
    "MetadataDirective": "s3:x-amz-metadata-directive",
    "ObjectOwnership": "s3:x-amz-object-ownership",
    "Prefix": "s3:prefix",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "StorageClass": "s3:x-amz-storage-class",
    "VersionId": "s3:VersionId",
    "WebsiteRedirectLocation": "s3:x-amz-website-redirect-location",
}
_WRITING = (
    *("ACL", "CopySource", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP", "IfMatch", "IfNoneMatch"),
    *("MetadataDirective", "SSEKMSKeyId", "ServerSideEncryption", "StorageClass", "WebsiteRedirectLocation"),
)
_GRANTS = ("ACL", "GrantFullControl", "GrantRead", "GrantReadACP", "GrantWriteACP")


def bucket_of(ctx: CallContext, name: str, expected_owner: str | None = None) -> Bucket:
    """The bucket of that name; raises NoSuchBucket, which S3 answers to everybody, and AccessDenied where another
    account owns it than the client expects. # s3:bucket-owner-condition"""
    if name.startswith("arn:") or name.endswith("-s3alias"):
        raise NotModelled(ctx.call.operation, "Bucket", "an access point")
    bucket = ctx.world.buckets.get(name)
    if bucket is None or bucket.partition != ctx.partition:
        raise AwsError("NoSuchBucket", "The specified bucket does not exist", BucketName=name)
    if expected_owner is not None:
        ctx.require(expect_owner(bucket, expected_owner))
    return bucket


def object_at(ctx: CallContext, bucket: str, key: str) -> S3Object | None:
    """What the key holds, a delete marker too; None where it holds nothing."""
    held = ctx.world.objects.get(bucket)
    return held.get(key) if held is not None else None


def on_bucket(action: str, *sends: str) -> Requires:
    """What an operation on a bucket requires: `action` on its ARN, with the keys of the members in `sends`."""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        bucket = bucket_of(ctx, params["Bucket"], params.get("ExpectedBucketOwner"))
        context = {**owner_keys(ctx, bucket), **sent_keys(params, sends)}
        return (Requirement(action, bucket.arn, context, resource_account=bucket.account),)

    return requires


#: What a listing requires, whatever its operation is called. # s3:ListObjectsV2 §permissions
on_listing = on_bucket("s3:ListBucket", "Prefix", "Delimiter", "MaxKeys")


def on_object(action: str, of_version: str | None = None) -> Requires:
    """What an operation on an object requires: `action` on its ARN, or `of_version` where the call names a version; the
    tags of the object it is about can be asked for. # s3:GetObject §permissions"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        asked = of_version if params.get("VersionId") is not None and of_version is not None else action
        return (one_object(ctx, asked, params["Bucket"], params["Key"], params),)

    return requires


def on_reading(action: str, of_version: str) -> Requires:
    """What reading the body of an object requires: as `on_object`, and the key that it is encrypted under."""
    plain = on_object(action, of_version)

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return (*plain(ctx, params), *decrypting(ctx, params["Bucket"], params["Key"], params.get("VersionId")))

    return requires


def decrypting(ctx: CallContext, name: str, key: str, version: str | None) -> tuple[Requirement, ...]:
    """What reading the body takes of the key that the object, or the version of it, is encrypted under."""
    held = object_at(ctx, name, key)
    found = held.version(version) if held is not None and version is not None else held
    if found is None or found.delete_marker:
        return ()
    return key_requirements(ctx, bucket_of(ctx, name), key, TO_READ, found.encryption, found.kms_key_id)


def on_upload(action: str) -> Requires:
    """What an operation on an upload requires, of which no object is there yet. # sar:s3 §AbortMultipartUpload"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        bucket = bucket_of(ctx, params["Bucket"], params.get("ExpectedBucketOwner"))
        resource = f"{bucket.arn}/{params['Key']}"
        return (Requirement(action, resource, owner_keys(ctx, bucket), resource_account=bucket.account),)

    return requires


def one_object(ctx: CallContext, action: str, name: str, key: str, params: Params) -> Requirement:
    """`action` on one object of a bucket."""
    bucket = bucket_of(ctx, name, params.get("ExpectedBucketOwner"))
    version = params.get("VersionId")
    held = object_at(ctx, name, key)
    found = held.version(version) if held is not None and version is not None else held
    context = {
        **owner_keys(ctx, bucket),
        **sent_keys(params, ("VersionId",)),
        **({f"s3:ExistingObjectTag/{tag}": value for tag, value in found.tags.items()} if found is not None else {}),
    }
    return Requirement(action, f"{bucket.arn}/{key}", context, resource_account=bucket.account)


def on_writing(action: str, *, creates: bool | None = None) -> Requires:
    """What writing an object requires: `action`, and the actions on its tags and its access control list where the call
    sets these too. `creates` says whether the object is there afterwards. # s3:PutObject §permissions"""

    def requires(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
        return writing(ctx, action, params, creates)

    return requires


def writing(ctx: CallContext, action: str, params: Params, creates: bool | None) -> tuple[Requirement, ...]:
    """As `on_writing`, for one call."""
    bucket = bucket_of(ctx, params["Bucket"], params.get("ExpectedBucketOwner"))
    tagging = params.get("Tagging")
    context: dict[str, Any] = {**owner_keys(ctx, bucket), **sent_keys(params, _WRITING)}
    if isinstance(tagging, str) and tagging:
        context |= request_tag_keys(tagging)
    if creates is not None:  # s3:conditional-writes-enforce
        context["s3:ObjectCreationOperation"] = "true" if creates else "false"
    actions = [action]
    if tagging:
        actions.append("s3:PutObjectTagging")
    if any(params.get(name) is not None for name in _GRANTS):
        actions.append("s3:PutObjectAcl")
    resource = f"{bucket.arn}/{params['Key']}"
    encryption, key_id = params.get("ServerSideEncryption") or "", params.get("SSEKMSKeyId") or ""
    return (
        *(Requirement(each, resource, context, resource_account=bucket.account) for each in actions),
        *key_requirements(ctx, bucket, params["Key"], TO_WRITE, encryption, key_id),
    )


def sent_keys(params: Params, names: tuple[str, ...]) -> dict[str, str]:
    """The condition keys of the members that were sent."""
    return {_SENT[name]: str(params[name]) for name in names if params.get(name) is not None}


def owner_keys(ctx: CallContext, bucket: Bucket | None) -> Mapping[str, str]:
    """The keys that every request to S3 has: of the owner, and of how it was signed and sent. # s3:sigv4-policy-keys"""
    origin = ctx.call.origin
    keys = {"s3:ResourceAccount": bucket.account} if bucket is not None else {}
    if bucket is not None and bucket.attribute_based:  # s3:abac
        keys |= {f"s3:BucketTag/{name}": value for name, value in bucket.tags.items()}
    if origin.tls:
        keys["s3:TlsVersion"] = origin.tls_version
    if not isinstance(ctx.caller, Anonymous):
        keys |= {
            "s3:authType": origin.auth_type,
            "s3:signatureversion": origin.signature_version,
        }
        if origin.signature_version != "AWS":  # the old version does not say when it was made
            keys["s3:signatureAge"] = str(origin.signature_age)
            body = _signed_body(ctx)
            keys |= {"s3:x-amz-content-sha256": body} if body is not None else {}
    return keys


def _signed_body(ctx: CallContext) -> str | None:
    """What the signature says of the body: its hash, or that it left the body open; None where it is not known.
    # s3:sigv4-policy-keys"""
    call = ctx.call
    if call.origin.content_sha256 is not None:
        return call.origin.content_sha256
    if call.origin.auth_type == "REST-QUERY-STRING":
        return "UNSIGNED-PAYLOAD"
    if "Body" in call.params:
        body = call.params["Body"]
        return hashlib.sha256(body.encode("utf-8", "replace") if isinstance(body, str) else bytes(body)).hexdigest()
    without = call.name in ("PutObject", "UploadPart") or not (call.name.startswith("Put") or call.name in _DOCUMENTS)
    return _OF_NOTHING if without else None


#: Operations that send a document although their names do not begin with Put.
_DOCUMENTS = frozenset({"CompleteMultipartUpload", "CreateBucket", "DeleteObjects"})
_OF_NOTHING = hashlib.sha256(b"").hexdigest()

Change = Callable[[Bucket], Bucket]


def change_bucket(ctx: CallContext, name: str, change: Change) -> None:
    """Put the bucket as `change` makes it in the place of what it is now."""
    ctx.update_world(lambda world: world.with_bucket(change(world.buckets[name])))
