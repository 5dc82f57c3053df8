"""What a copy copies, as its request writes it. # s3:CopyObject"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote

from cogsim.errors import AwsError, NotModelled


@dataclass(frozen=True, slots=True)
class Source:
    """An object, or a version of it."""

    bucket: str
    key: str
    version_id: str | None = None


def read_source(text: str) -> Source:
    """The source as the header writes it: `bucket/key?versionId=…` with percent-encoding; AwsError for what is none."""
    if text.startswith("arn:"):
        raise NotModelled("s3:CopyObject", "CopySource", "an access point")
    path, _, query = text.removeprefix("/").partition("?")
    try:
        bucket, slash, key = unquote(path, errors="strict").partition("/")
    except UnicodeDecodeError:
        raise AwsError("InvalidURI", "Couldn't parse the specified URI.") from None
    if not slash or not key:
        raise AwsError("InvalidArgument", "Copy Source must mention the source bucket and key: sourcebucket/sourcekey")
    version = unquote(query.removeprefix("versionId=")) if query.startswith("versionId=") else None
    return Source(bucket, key, version)
