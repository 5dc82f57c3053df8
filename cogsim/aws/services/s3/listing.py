"""ListObjectsV2: the keys of a bucket in order, a page at a time, rolled up at a delimiter."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from cogsim.aws.context import CallContext
from cogsim.aws.operation import operation
from cogsim.aws.services.s3.buckets import on_listing
from cogsim.clock import at
from cogsim.errors import AwsError
from cogsim.persistent import SortedMap
from cogsim.world.bucket import S3Object

_LONGEST_PAGE = 1000


@dataclass(slots=True)
class _Page:
    """A page being filled: objects, common prefixes, and where the next page goes on."""

    objects: list[S3Object] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_token: str | None = None

    @property
    def count(self) -> int:
        return len(self.objects) + len(self.prefixes)


@operation("s3:ListObjectsV2", requires=on_listing, reads_only=True)
def list_objects_v2(
    ctx: CallContext,
    *,
    Bucket: str,
    Prefix: str | None = None,
    Delimiter: str | None = None,
    MaxKeys: int | None = None,
    ContinuationToken: str | None = None,
    StartAfter: str | None = None,
    EncodingType: str | None = None,
) -> dict[str, Any]:
    """A page of at most 1000 keys and common prefixes; a continuation token wins over StartAfter. # s3:ListObjectsV2"""
    limit = _LONGEST_PAGE if MaxKeys is None else MaxKeys
    if limit < 0:
        raise AwsError("InvalidArgument", "Argument maxKeys must be an integer between 0 and 2147483647")
    held = ctx.world.objects.get(Bucket) or SortedMap()
    after, past = (StartAfter, None) if ContinuationToken is None else _read_token(ContinuationToken)
    page = _page(held, Prefix or "", Delimiter or "", after, past, min(limit, _LONGEST_PAGE))
    response: dict[str, Any] = {
        "Name": Bucket,
        "Prefix": Prefix or "",
        "MaxKeys": limit,
        "KeyCount": page.count,
        "IsTruncated": page.next_token is not None,
    }
    sent = {"Delimiter": Delimiter, "ContinuationToken": ContinuationToken, "StartAfter": StartAfter}
    response.update({name: value for name, value in sent.items() if value})
    if page.objects:
        response["Contents"] = [_entry(found) for found in page.objects]
    if page.prefixes:
        response["CommonPrefixes"] = [{"Prefix": prefix} for prefix in page.prefixes]
    if page.next_token is not None:
        response["NextContinuationToken"] = page.next_token
    return response if EncodingType is None else _url_encoded(response)


def _url_encoded(response: dict[str, Any]) -> dict[str, Any]:
    """The answer with its keys percent-encoded, for clients whose XML cannot hold every character."""
    names = {name: quote(response[name]) for name in ("Prefix", "Delimiter", "StartAfter") if name in response}
    contents = [{**entry, "Key": quote(entry["Key"])} for entry in response.get("Contents", ())]
    prefixes = [{"Prefix": quote(entry["Prefix"])} for entry in response.get("CommonPrefixes", ())]
    lists = {"Contents": contents, "CommonPrefixes": prefixes}
    return response | names | {name: each for name, each in lists.items() if each} | {"EncodingType": "url"}


def _page(
    held: SortedMap[S3Object], prefix: str, delimiter: str, after: str | None, past: str | None, limit: int
) -> _Page:
    """The page that begins beyond the key `after`, or beyond everything under the common prefix `past`."""
    page = _Page()
    last = ""
    for key, found in held.scan(max(prefix, after or "", past or "")):
        if not key.startswith(prefix) or not limit:
            break
        if (after is not None and key <= after) or (past is not None and key.startswith(past)):
            continue
        group = _group(key, prefix, delimiter)
        if group is not None and page.prefixes[-1:] == [group]:
            continue
        if page.count == limit:
            page.next_token = _token(last)
            break
        if group is None:
            page.objects.append(found)
            last = f"k{key}"
        else:
            page.prefixes.append(group)
            last = f"p{group}"
    return page


def _group(key: str, prefix: str, delimiter: str) -> str | None:
    """The common prefix that `key` is rolled up into: up to the first delimiter beyond the prefix."""
    if not delimiter:
        return None
    end = key.find(delimiter, len(prefix))
    return None if end < 0 else key[: end + len(delimiter)]


def _token(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read_token(token: str) -> tuple[str | None, str | None]:
    """The key, or the common prefix, that the page before ended with."""
    try:
        last = base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeError):
        last = ""
    if last[:1] not in ("k", "p"):
        raise AwsError("InvalidArgument", "The continuation token provided is incorrect")
    return (last[1:], None) if last[0] == "k" else (None, last[1:])


def _entry(found: S3Object) -> dict[str, Any]:
    return {
        "Key": found.key,
        "LastModified": at(int(found.modified)),
        "ETag": f'"{found.etag}"',
        "Size": len(found.body),
        "StorageClass": "STANDARD",
    }
