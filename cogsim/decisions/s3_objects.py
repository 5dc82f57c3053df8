"""What S3 asks of a write and of a read besides permission: keys, metadata, access control lists, preconditions.

1. With Object Ownership enforced, which is how new buckets are, access control lists are off: a write may name none, or
   the one that gives the bucket's owner everything. # s3:about-object-ownership
2. A write may be conditional: only where nothing is there, or only over the version that the client knows.
3. A read may be conditional: on the entity tag and on the date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.bucket import ENFORCED, LONGEST_KEY, Bucket, S3Object

_LARGEST_METADATA = 2048
_HARMLESS_ACLS = frozenset({None, "private", "bucket-owner-full-control"})
ACLS_OFF = Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")
_PRECONDITION = "At least one of the pre-conditions you specified did not hold"


def accept_key(key: str) -> Check:
    """Whether a key is short enough. # s3:object-keys"""
    question, size = "is the key short enough?", len(key.encode("utf-8", "surrogatepass"))
    if size > LONGEST_KEY:
        return refused(Refusal("KeyTooLongError", "Your key is too long"), question, f"{size} bytes", "s3:object-keys")
    return passed(question, f"{size} bytes", "s3:object-keys")


def accept_metadata(metadata: Mapping[str, str]) -> Check:
    """Whether user-defined metadata is small enough: 2 KiB of names and values. # s3:user-metadata"""
    question = "is the metadata small enough?"
    size = sum(len(text.encode("utf-8", "surrogatepass")) for pair in metadata.items() for text in pair)
    if size > _LARGEST_METADATA:
        refusal = Refusal("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
        return refused(refusal, question, f"{size} bytes", "s3:user-metadata")
    return passed(question, f"{size} bytes", "s3:user-metadata")


def accept_acl(bucket: Bucket, acl: str | None) -> Check:
    """Argument 1, for the canned ACL of a write. A private object is what every object is, yet its name in a request is
    refused like any other but the owner's."""
    question = "may the request set an access control list?"
    found = f"{bucket.object_ownership}; {acl or 'none asked for'}"
    place = bucket.origin.at("OwnershipControls")
    allowed = acl in (None, "bucket-owner-full-control") if bucket.object_ownership == ENFORCED else True
    if not allowed:
        return refused(ACLS_OFF, question, found, "s3:about-object-ownership", location=place)
    return passed(question, found, "s3:about-object-ownership", location=place)


def grants_nothing(acl: str | None) -> bool:
    """Whether a canned ACL gives nobody but the owners anything."""
    return acl in _HARMLESS_ACLS


def may_write_over(held: S3Object | None, if_match: str | None, if_none_match: str | None) -> Check:
    """Argument 2. # s3:conditional-writes"""
    question, source = "do the preconditions of the write hold?", "s3:conditional-writes"
    found = "nothing is there" if held is None else f'"{held.etag}" is there'
    if if_none_match is not None and held is not None:
        return refused(Refusal("PreconditionFailed", _PRECONDITION), question, found, source)
    if if_match is not None and held is None:
        return refused(Refusal("NoSuchKey", "The specified key does not exist."), question, found, source)
    if if_match is not None and held is not None and not _same(if_match, held.etag):
        return refused(Refusal("PreconditionFailed", _PRECONDITION), question, found, source)
    return passed(question, found, source)


def may_read(
    held: S3Object,
    if_match: str | None,
    if_none_match: str | None,
    if_modified_since: datetime | None,
    if_unmodified_since: datetime | None,
    *,
    copying: bool = False,
) -> Check:
    """Argument 3: a tag speaks louder than a date. A copy of what has not changed is refused, a read of it answered
    with nothing. # s3:conditional-reads"""
    unchanged = Refusal("PreconditionFailed", _PRECONDITION) if copying else Refusal("304", "Not Modified")
    question, source = "do the preconditions of the read hold?", "s3:conditional-reads"
    found = f'"{held.etag}"'
    modified = int(held.modified)
    if if_match is not None:
        if not _same(if_match, held.etag):
            return refused(Refusal("PreconditionFailed", _PRECONDITION), question, found, source)
    elif if_unmodified_since is not None and modified > int(if_unmodified_since.timestamp()):
        return refused(Refusal("PreconditionFailed", _PRECONDITION), question, found, source)
    if if_none_match is not None:
        if _same(if_none_match, held.etag):
            return refused(unchanged, question, found, source)
    elif if_modified_since is not None and modified <= int(if_modified_since.timestamp()):
        return refused(unchanged, question, found, source)
    return passed(question, found, source)


def _same(stated: str, etag: str) -> bool:
    return stated == "*" or stated.strip().removeprefix("W/").strip('"') == etag
