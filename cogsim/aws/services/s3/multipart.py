"""Multipart uploads: parts that become an object when the client says so. # s3:multipart"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cogsim.aws.context import CallContext
from cogsim.aws.operation import Params, Requirement, operation
from cogsim.aws.services.s3.bucket_life import owner_of
from cogsim.aws.services.s3.buckets import COMMON, bucket_of, on_bucket, on_upload, on_writing, writing
from cogsim.aws.services.s3.copying import on_source
from cogsim.aws.services.s3.objects import readable
from cogsim.aws.services.s3.uploads import UPLOADS, Part, Upload
from cogsim.aws.services.s3.writing import GUARDS, READ_BY_POLICIES, body_bytes, check_list, put_version, stated_object
from cogsim.clock import at
from cogsim.decisions.caller import caller_arn
from cogsim.decisions.refusals import all_of
from cogsim.decisions.s3_checksums import accept_checksums
from cogsim.decisions.s3_copy_source import read_source
from cogsim.decisions.s3_objects import accept_key, is_at_hand, may_read
from cogsim.decisions.s3_tags import accept_written_tags
from cogsim.errors import AwsError
from cogsim.persistent import Map
from cogsim.world.bucket import entity_tag

_SMALLEST_PART = 5 * 1024**2
_LAST_PART = 10_000
_RANGE = re.compile(r"bytes=([0-9]{1,15})-([0-9]{1,15})")


_KEPT = (
    *("ACL", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage", "ContentType", "Expires"),
    *("Metadata", "SSEKMSKeyId", "ServerSideEncryption", "StorageClass", "Tagging", "WebsiteRedirectLocation"),
)


@operation(
    "s3:CreateMultipartUpload",
    requires=on_writing("s3:PutObject", creates=False),
    ignores=("ChecksumAlgorithm", "ChecksumType", *COMMON, *READ_BY_POLICIES, "BucketKeyEnabled"),
)
def create_multipart_upload(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    ACL: str | None = None,
    CacheControl: str | None = None,
    ContentDisposition: str | None = None,
    ContentEncoding: str | None = None,
    ContentLanguage: str | None = None,
    ContentType: str | None = None,
    Expires: Any = None,
    Metadata: Mapping[str, str] | None = None,
    SSEKMSKeyId: str | None = None,
    ServerSideEncryption: str | None = None,
    StorageClass: str | None = None,
    Tagging: str | None = None,
    WebsiteRedirectLocation: str | None = None,
) -> dict[str, Any]:
    """Begin an upload. # s3:CreateMultipartUpload"""
    bucket = bucket_of(ctx, Bucket)
    ctx.require(all_of(accept_key(Key), accept_written_tags(Tagging or "")))
    check_list(ctx, bucket, ctx.call.params, writes=True)
    stated = {name: value for name, value in ctx.call.params.items() if name in _KEPT and value is not None}
    upload_id = ctx.draw("s3/upload", Bucket).text(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._", 64
    )
    made = Upload(Bucket, Key, Map(stated), bucket.account, ctx.now, caller_arn(ctx.caller))
    ctx.update_state(lambda state: UPLOADS.put(state, upload_id, made))
    return {"Bucket": Bucket, "Key": Key, "UploadId": upload_id}


@operation("s3:UploadPart", requires=on_writing("s3:PutObject", creates=False), ignores=(*GUARDS, *COMMON))
def upload_part(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    UploadId: str,
    PartNumber: int,
    Body: bytes | bytearray | str = b"",
) -> dict[str, Any]:
    """Upload one part, in place of one of that number. # s3:UploadPart"""
    body = body_bytes(Body)
    ctx.require(accept_checksums(body, ctx.call.params))
    return {"ETag": f'"{_keep_part(ctx, Bucket, Key, UploadId, PartNumber, body).etag}"'}


def _on_part_copy(ctx: CallContext, params: Params) -> tuple[Requirement, ...]:
    read = on_source(ctx, {**params, "TaggingDirective": "REPLACE"})
    return (*read, *writing(ctx, "s3:PutObject", params, creates=False))


@operation("s3:UploadPartCopy", requires=_on_part_copy, ignores=("ExpectedSourceBucketOwner", *COMMON))
def upload_part_copy(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    UploadId: str,
    PartNumber: int,
    CopySource: str,
    CopySourceRange: str | None = None,
    CopySourceIfMatch: str | None = None,
    CopySourceIfNoneMatch: str | None = None,
    CopySourceIfModifiedSince: datetime | None = None,
    CopySourceIfUnmodifiedSince: datetime | None = None,
) -> dict[str, Any]:
    """Make a part of an object that is there, or of a range of it. # s3:UploadPartCopy"""
    source = read_source(CopySource)
    found = readable(ctx, source.bucket, source.key, source.version_id)
    alike, unlike = CopySourceIfMatch, CopySourceIfNoneMatch
    ctx.require(may_read(found, alike, unlike, CopySourceIfModifiedSince, CopySourceIfUnmodifiedSince, copying=True))
    ctx.require(is_at_hand(found))
    body = found.body
    if CopySourceRange is not None:
        match = _RANGE.fullmatch(CopySourceRange)
        if match is None or int(match[2]) < int(match[1]) or int(match[2]) >= len(body):
            text = "The x-amz-copy-source-range value must be of the form bytes=first-last within the source"
            raise AwsError("InvalidArgument", text)
        body = body[int(match[1]) : int(match[2]) + 1]
    part = _keep_part(ctx, Bucket, Key, UploadId, PartNumber, body)
    return {"CopyPartResult": {"ETag": f'"{part.etag}"', "LastModified": at(int(part.at))}}


def _keep_part(ctx: CallContext, bucket: str, key: str, upload_id: str, number: int, body: bytes) -> Part:
    if not 1 <= number <= _LAST_PART:
        raise AwsError("InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive")
    upload = _found(ctx, bucket, key, upload_id)
    part = Part(body, entity_tag(body), ctx.now)
    changed = replace(upload, parts=upload.parts.set(number, part))
    ctx.update_state(lambda state: UPLOADS.put(state, upload_id, changed))
    return part


@operation(
    "s3:CompleteMultipartUpload",
    requires=on_writing("s3:PutObject", creates=True),
    ignores=(
        *(name for name in GUARDS if name not in ("ChecksumAlgorithm", "ContentLength", "ContentMD5")),
        "ChecksumType",
        *COMMON,
        "MpuObjectSize",
    ),
)
def complete_multipart_upload(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    UploadId: str,
    MultipartUpload: Mapping[str, Any] | None = None,
    IfMatch: str | None = None,
    IfNoneMatch: str | None = None,
) -> dict[str, Any]:
    """Make the object of the parts named, in ascending order. # s3:CompleteMultipartUpload"""
    upload = _found(ctx, Bucket, Key, UploadId)
    parts = _chosen(upload, (MultipartUpload or {}).get("Parts") or ())
    digests = b"".join(hashlib.md5(part.body, usedforsecurity=False).digest() for part in parts)
    etag = f"{hashlib.md5(digests, usedforsecurity=False).hexdigest()}-{len(parts)}"
    stated = {**upload.stated, "IfMatch": IfMatch, "IfNoneMatch": IfNoneMatch}
    made = stated_object(ctx, Key, b"".join(part.body for part in parts), stated, etag)
    written = put_version(ctx, Bucket, made, stated)
    ctx.update_state(lambda state: UPLOADS.drop(state, UploadId))
    place = f"https://{Bucket}.s3.{bucket_of(ctx, Bucket).region}.amazonaws.com/{Key}"
    return {"Location": place, "Bucket": Bucket, "Key": Key, "ETag": f'"{etag}"', **written}


def _chosen(upload: Upload, named: Any) -> list[Part]:
    """The parts that make the object; AwsError where one is missing, out of order or too small."""
    if not named:
        raise AwsError(
            "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
        )
    numbers = [entry["PartNumber"] for entry in named]
    if numbers != sorted(set(numbers)):
        raise AwsError(
            "InvalidPartOrder",
            "The list of parts was not in ascending order. The parts list must be specified in order by part number.",
        )
    found = []
    for entry in named:
        part = upload.parts.get(entry["PartNumber"])
        if part is None or entry.get("ETag", "").strip('"') != part.etag:
            raise AwsError(
                "InvalidPart",
                "One or more of the specified parts could not be found.  The part may not "
                "have been uploaded, or the specified entity tag may not match the part's entity tag.",
            )
        found.append(part)
    if any(len(part.body) < _SMALLEST_PART for part in found[:-1]):
        raise AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
    return found


@operation("s3:AbortMultipartUpload", requires=on_upload("s3:AbortMultipartUpload"), ignores=COMMON)
def abort_multipart_upload(ctx: CallContext, *, Bucket: str, Key: str, UploadId: str) -> dict[str, Any]:
    """Give an upload up, with its parts. # s3:AbortMultipartUpload"""
    _found(ctx, Bucket, Key, UploadId)
    ctx.update_state(lambda state: UPLOADS.drop(state, UploadId))
    return {}


@operation("s3:ListParts", requires=on_upload("s3:ListMultipartUploadParts"), ignores=COMMON, reads_only=True)
def list_parts(
    ctx: CallContext,
    *,
    Bucket: str,
    Key: str,
    UploadId: str,
    MaxParts: int = 1000,
    PartNumberMarker: int = 0,
) -> dict[str, Any]:
    """The parts uploaded so far, by number. # s3:ListParts"""
    upload = _found(ctx, Bucket, Key, UploadId)
    behind = [(number, part) for number, part in upload.parts.items() if number > PartNumberMarker]
    shown = behind[: min(MaxParts, 1000)]
    more = len(shown) < len(behind)
    owner = owner_of(upload.account)
    return {
        "Bucket": Bucket,
        "Key": Key,
        "UploadId": UploadId,
        "MaxParts": MaxParts,
        "IsTruncated": more,
        "PartNumberMarker": PartNumberMarker,
        **({"NextPartNumberMarker": shown[-1][0]} if more else {}),
        "Parts": [
            {"PartNumber": n, "LastModified": at(int(p.at)), "ETag": f'"{p.etag}"', "Size": len(p.body)}
            for n, p in shown
        ],
        "Initiator": {"ID": upload.initiator},
        "Owner": owner,
        "StorageClass": upload.stated.get("StorageClass", "STANDARD"),
    }


@operation(
    "s3:ListMultipartUploads",
    requires=on_bucket("s3:ListBucketMultipartUploads", "Prefix", "Delimiter"),
    ignores=COMMON,
    reads_only=True,
)
def list_multipart_uploads(
    ctx: CallContext,
    *,
    Bucket: str,
    Prefix: str | None = None,
    KeyMarker: str | None = None,
    UploadIdMarker: str | None = None,
    MaxUploads: int = 1000,
) -> dict[str, Any]:
    """The uploads in progress, by key and then as they were begun. # s3:ListMultipartUploads"""
    found = sorted(
        (upload.key, upload.at, upload_id, upload)
        for upload_id, upload in UPLOADS.rows(ctx.state).items()
        if upload.bucket == Bucket and upload.key.startswith(Prefix or "")
    )
    behind = [each for each in found if _beyond(each[0], each[2], KeyMarker, UploadIdMarker)]
    shown = behind[:MaxUploads]
    more = len(shown) < len(behind)
    return {
        "Bucket": Bucket,
        "KeyMarker": KeyMarker or "",
        "UploadIdMarker": UploadIdMarker or "",
        **({"Prefix": Prefix} if Prefix else {}),
        "MaxUploads": MaxUploads,
        "IsTruncated": more,
        **({"NextKeyMarker": shown[-1][0], "NextUploadIdMarker": shown[-1][2]} if more else {}),
        "Uploads": [
            {
                "Key": key,
                "UploadId": upload_id,
                "Initiated": at(int(begun)),
                "StorageClass": upload.stated.get("StorageClass", "STANDARD"),
                "Owner": owner_of(upload.account),
                "Initiator": {"ID": upload.initiator},
            }
            for key, begun, upload_id, upload in shown
        ],
    }


def _beyond(key: str, upload_id: str, key_marker: str | None, upload_marker: str | None) -> bool:
    if not key_marker:
        return True
    return key > key_marker or (key == key_marker and upload_marker is not None and upload_id > upload_marker)


def _found(ctx: CallContext, bucket: str, key: str, upload_id: str) -> Upload:
    upload = UPLOADS.get(ctx.state, upload_id)
    if upload is None or (upload.bucket, upload.key) != (bucket, key):
        raise AwsError(
            "NoSuchUpload",
            "The specified multipart upload does not exist. The upload ID may be invalid, or "
            "the upload may have been aborted or completed.",
            UploadId=upload_id,
        )
    return upload
