"""What S3 asks of a write and of a read besides permission: keys, metadata, preconditions.

1. A key is text of at most 1024 bytes, and metadata fits into 2 KiB.
2. A write may be conditional: only where nothing is there, or only over the version that the client knows.
3. A read may be conditional: on the entity tag and on the date.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.bucket import LONGEST_KEY, S3Object

_LARGEST_METADATA = 2048
_ARCHIVES = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_PRECONDITION = "At least one of the pre-conditions you specified did not hold"


def accept_key(key: str) -> Check:
    """Argument 1: whether a key is text, and short enough. # s3:object-keys"""
    question, size = "is it a key, and short enough?", len(key.encode("utf-8", "surrogatepass"))
    if any("\ud800" <= letter <= "\udfff" for letter in key):
        refusal = Refusal("InvalidURI", "Couldn't parse the specified URI.")
        return refused(refusal, question, "no text in UTF-8", "s3:object-keys")
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


def may_write_over(held: S3Object | None, if_match: str | None, if_none_match: str | None) -> Check:
    """Argument 2. # s3:conditional-writes"""
    question, source = "do the preconditions of the write hold?", "s3:conditional-writes"
    found = "nothing is there" if held is None else f'"{held.etag}" is there'
    if if_none_match not in (None, "*") or (if_match is not None and if_none_match is not None):
        text = "A header you provided implies functionality that is not implemented"
        return refused(Refusal("NotImplemented", text), question, f"If-None-Match: {if_none_match}", source)
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


def is_at_hand(held: S3Object) -> Check:
    """Whether the body can be read without being restored from an archive first. # s3:storage-class-intro"""
    question, source = "can the object be read without being restored?", "s3:storage-class-intro"
    if held.storage_class in _ARCHIVES:
        text = "The operation is not valid for the object's storage class"
        return refused(Refusal("InvalidObjectState", text), question, held.storage_class, source)
    return passed(question, held.storage_class, source)


def _same(stated: str, etag: str) -> bool:
    return stated == "*" or stated.strip().removeprefix("W/").strip('"') == etag
