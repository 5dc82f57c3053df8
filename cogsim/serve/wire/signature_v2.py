"""Signature Version 2 in the query, as SDKs still presign for S3 in its oldest Regions unless told otherwise.

1. It covers the method, the resource with the parameters that mean something, the moment when it ends, Content-MD5,
   Content-Type and every x-amz- header; those may stand in the query, as SDKs put them there.
2. It says when it ends, by the machine's clock, and not when it was made: a cloud's clock that was moved on since does
   not end it.
3. Where the assumption says so it is refused, as S3 does for new buckets. In headers it always is.
# s3:RESTAuthentication, s3:sigv2-deprecation
"""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING
from urllib.parse import unquote

from cogsim.assumptions import choice
from cogsim.errors import AwsError

if TYPE_CHECKING:
    from cogsim.serve.wire.message import WireRequest

#: Regions that knew it before 2014; later ones never did. # s3:sigv2-deprecation
_REGIONS = frozenset(
    {
        *("us-east-1", "us-west-1", "us-west-2", "eu-west-1", "sa-east-1", "us-gov-west-1"),
        *("ap-northeast-1", "ap-southeast-1", "ap-southeast-2"),
    }
)
#: Parameters that belong to the resource. # s3:RESTAuthentication
_MEANT = frozenset(
    {
        *("accelerate", "acl", "analytics", "cors", "defaultObjectAcl", "delete", "inventory", "lifecycle", "location"),
        *("logging", "metrics", "notification", "partNumber", "policy", "replication", "requestPayment", "restore"),
        *("select", "select-type", "tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions"),
        *("website", "response-cache-control", "response-content-disposition", "response-content-encoding"),
        *("response-content-language", "response-content-type", "response-expires"),
    }
)


def read_query(request: WireRequest) -> tuple[str, str, str, str | None]:
    """Key id, signature, end (seconds since the epoch, as text) and session token; AwsError where one is missing."""
    names = ("AWSAccessKeyId", "Signature", "Expires")
    key, signature, end = (request.parameter(name) or "" for name in names)
    if not (key and signature and end.isascii() and end.isdigit() and len(end) < 13):
        text = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        raise AwsError("AccessDenied", text)
    return key, signature, end, request.parameter("x-amz-security-token")


def check_accepted(region: str | None) -> None:
    """AwsError where S3 does not take it: by the assumption, or in the Region of the bucket (None: no such bucket)."""
    if choice("s3.signatureVersion2") == "refused" or (region is not None and region not in _REGIONS):
        raise unsupported()


def unsupported() -> AwsError:
    """What S3 answers to a version it does not take."""
    text = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    return AwsError("InvalidRequest", text)


def made_anew(request: WireRequest, path: str, secret: str) -> str:
    """The signature that the holder of `secret` would have made; `path` has the bucket in front."""
    told = dict(request.query)
    extra = {name for name in (*request.headers, *told) if name.startswith("x-amz-")}
    lines = [
        request.method,
        *(request.headers.get(name) or told.get(name, "") for name in ("content-md5", "content-type")),
        told.get("Expires", ""),
        *(f"{name}:{request.headers.get(name) or told[name]}" for name in sorted(extra)),
        _resource(request, path),
    ]
    digest = hmac.digest(secret.encode(), "\n".join(lines).encode(), "sha1")
    return base64.b64encode(digest).decode()


def _resource(request: WireRequest, path: str) -> str:
    """The path as sent, and the parameters that belong to the resource, sorted, their values decoded."""
    parts = (part.partition("=") for part in request.url.partition("?")[2].split("&"))
    meant = sorted((name, equals, unquote(value)) for name, equals, value in parts if name in _MEANT)
    return path + ("?" + "&".join("".join(part) for part in meant) if meant else "")
