"""The tags of buckets and objects: which sets S3 takes, and the condition keys of those a request sends.

# s3:object-tagging
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

import regex

from cogsim.decision import Refusal
from cogsim.decisions.refusals import Check, passed, refused
from cogsim.world.bucket import MOST_TAGS, Bucket

#: Tags of one object, and of one bucket, at most.
MOST_ON_OBJECT, MOST_ON_BUCKET = MOST_TAGS, 50
_LONGEST_KEY, _LONGEST_VALUE = 128, 256
#: Letters, numbers and spaces of any language, and some signs.
_TAG_TEXT = regex.compile(r"[\p{L}\p{N}\p{Z}+\-=._:/@]*")


def written_tags(tagging: str) -> tuple[tuple[str, str], ...]:
    """The tags of an `x-amz-tagging` header, which is written as the query of a URL."""
    return tuple(parse_qsl(tagging, keep_blank_values=True))


def request_tag_keys(tagging: str) -> dict[str, object]:
    """s3:RequestObjectTag/… and s3:RequestObjectTagKeys of a request that sends these tags. # sar:s3"""
    return tag_keys(dict(written_tags(tagging)))


def accept_written_tags(tagging: str) -> Check:
    """Whether S3 takes the tags of an `x-amz-tagging` header: a query, each key once. # s3:object-tagging"""
    question, keys = "does S3 take these tags?", [key for key, _ in written_tags(tagging)]
    broken = any("\ufffd" in part for pair in written_tags(tagging) for part in pair)
    if len(set(keys)) != len(keys) or broken:
        text = (
            "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag "
            "name duplicates."
        )
        return refused(Refusal("InvalidArgument", text), question, ", ".join(keys), "s3:object-tagging")
    return accept_tags(written_tags(tagging), MOST_ON_OBJECT)


def may_set_all_tags(bucket: Bucket) -> Check:
    """Whether the operations that set or take all tags of a bucket are there for it: where its tags count in
    conditions they are not, and those that name each tag are. # s3:abac"""
    question = "may all tags of the bucket be set at once?"
    found = f"its tags {'' if bucket.attribute_based else 'do not '}count in conditions"
    if bucket.attribute_based:
        text = "The specified method is not allowed against this resource."
        return refused(Refusal("MethodNotAllowed", text), question, found, "s3:abac")
    return passed(question, found, "s3:abac")


def tag_keys(tags: Mapping[str, str]) -> dict[str, object]:
    """The condition keys of tags that a request sends."""
    named: dict[str, object] = {f"s3:RequestObjectTag/{name}": value for name, value in sorted(tags.items())}
    return {**named, "s3:RequestObjectTagKeys": tuple(sorted(tags))}


def accept_tags(tags: Iterable[tuple[str, str]], most: int) -> Check:
    """Whether S3 keeps these tags: their number, their lengths, each key once, none of AWS's own."""
    question = "does S3 take these tags?"
    held = tuple(tags)
    keys = [key for key, _ in held]
    fault = None
    if len(held) > most:
        kind = "Object" if most == MOST_ON_OBJECT else "Bucket"
        fault = ("BadRequest", f"{kind} tags cannot be greater than {most}")
    elif len(set(keys)) != len(keys):
        fault = ("InvalidTag", "Cannot provide multiple Tags with the same key")
    elif any(not 1 <= len(key) <= _LONGEST_KEY or not _TAG_TEXT.fullmatch(key) for key in keys):
        fault = ("InvalidTag", "The TagKey you have provided is invalid")
    elif any(len(value) > _LONGEST_VALUE or not _TAG_TEXT.fullmatch(value) for _, value in held):
        fault = ("InvalidTag", "The TagValue you have provided is invalid")
    elif any(key.casefold().startswith("aws:") for key in keys):
        fault = ("InvalidTag", "System tags cannot be added/updated by requester")
    if fault is not None:
        return refused(Refusal(*fault), question, ", ".join(keys), "s3:object-tagging")
    return passed(question, ", ".join(keys), "s3:object-tagging")
