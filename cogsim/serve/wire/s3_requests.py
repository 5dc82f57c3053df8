"""What is peculiar to requests to S3: bodies in pieces, headers that stand in the query, and what accounts have.

1. A body that is `aws-chunked` is put together from its pieces; what does not add up is refused. Checksums that follow
   it are read as the headers that they stand for.
2. Where the pieces are signed, each signature covers the one before it, from the request's own on: a piece that was
   changed, left out or moved is refused. # s3:sigv4-streaming
3. In a presigned address headers may stand among the query's parameters, where the signature covers them; a header
   that is not signed is refused: whoever holds the address could else add what its maker never meant.
   # s3:sigv4-query-string-auth
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cogsim.errors import AwsError
from cogsim.serve.wire.message import WireRequest

if TYPE_CHECKING:
    from cogsim.serve.wire.signature import Signed

_HEAD = re.compile(rb"([0-9A-Fa-f]{1,16})(?:;chunk-signature=([0-9a-f]{64}))?")
_SIGNED_PIECES = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
_VERSION = 4
_ACCESS_POINT = re.compile(
    r"(?P<name>[a-z0-9-]+)-(?P<account>\d{12})\.s3-accesspoint(?:-fips)?(?:\.dualstack)?"
    r"\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?"
)
_OF_NOTHING = hashlib.sha256(b"").hexdigest()
_BROKEN = ("IncompleteBody", "The request body terminated unexpectedly")


@dataclass(frozen=True, slots=True)
class _Pieces:
    """A body in pieces, each with its signature where it has one, and the lines that follow it."""

    pieces: tuple[tuple[bytes, str], ...]
    trailer: tuple[tuple[str, str], ...] = ()


def as_meant(request: WireRequest, signed: Signed | None) -> WireRequest:
    """The request with the headers and the body that it means."""
    whole = put_together(request) if is_in_pieces(request) else request
    return with_hoisted(whole, signed)


def is_of_account(request: WireRequest) -> bool:
    """Whether a request to S3 is about a whole account, which a header names: S3 Control. # s3control:API"""
    return request.path.startswith("/v20180820/") and "x-amz-account-id" in request.headers


def access_point_of(host: str) -> str | None:
    """The ARN of the access point that a host is, None for another host. # s3:access-points-naming"""
    found = _ACCESS_POINT.fullmatch(host)
    if found is None:
        return None
    partition = "aws-cn" if host.endswith(".cn") else "aws-us-gov" if found["region"].startswith("us-gov-") else "aws"
    return f"arn:{partition}:s3:{found['region']}:{found['account']}:accesspoint/{found['name']}"


def is_in_pieces(request: WireRequest) -> bool:
    """Whether the body is `aws-chunked`."""
    coded = request.headers.get("content-encoding", "")
    return "aws-chunked" in coded or request.headers.get("x-amz-content-sha256", "").startswith("STREAMING-")


def put_together(request: WireRequest) -> WireRequest:
    """Argument 1: the request with its whole body, and the checksums that followed it as headers."""
    read = _read(request.body)
    body = b"".join(piece for piece, _ in read.pieces)
    stated = request.headers.get("x-amz-decoded-content-length")
    if stated is not None and stated != str(len(body)):
        raise AwsError(*_BROKEN)
    announced = {name.strip().lower() for name in request.headers.get("x-amz-trailer", "").split(",")}
    follow = {name: value for name, value in read.trailer if name.startswith("x-amz-checksum-")}
    if not set(follow) <= announced:
        raise AwsError("MalformedTrailerError", "The request contained trailing data that was not well-formed")
    coded = request.headers.get("content-encoding", "")
    left = ",".join(part.strip() for part in coded.split(",") if part.strip() not in ("aws-chunked", ""))
    headers = {name: value for name, value in request.headers.items() if name != "content-encoding"} | follow
    return replace(request, headers=headers | {"content-encoding": left} if left else headers, body=body)


def check_pieces(request: WireRequest, signed: Signed, key: bytes) -> None:
    """Argument 2; `key` is the key that the request itself was signed with."""
    stated = request.headers.get("x-amz-content-sha256", "")
    if not stated.startswith(_SIGNED_PIECES):
        return
    read, before = _read(request.body), signed.signature
    scope = f"{signed.date}\n{signed.date[:8]}/{signed.region}/{signed.service}/aws4_request"
    for piece, signature in read.pieces:
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{scope}\n{before}\n{_OF_NOTHING}\n{hashlib.sha256(piece).hexdigest()}"
        before = _same(hmac.digest(key, text.encode(), "sha256").hex(), signature)
    if stated.endswith("-TRAILER"):
        said = dict(read.trailer)
        lines = "".join(f"{name}:{value}\n" for name, value in read.trailer if name != "x-amz-trailer-signature")
        text = f"AWS4-HMAC-SHA256-TRAILER\n{scope}\n{before}\n{hashlib.sha256(lines.encode()).hexdigest()}"
        _same(hmac.digest(key, text.encode(), "sha256").hex(), said.get("x-amz-trailer-signature", ""))


def _same(made: str, stated: str) -> str:
    if not hmac.compare_digest(made.encode(), stated.encode()):
        text = (
            "The request signature we calculated does not match the signature you provided. "
            "Check your key and signing method."
        )
        raise AwsError("SignatureDoesNotMatch", text)
    return made


def _read(body: bytes) -> _Pieces:
    """The pieces up to the empty one, which is the last."""
    pieces, position = [], 0
    while True:
        end = body.find(b"\r\n", position)
        head = _HEAD.fullmatch(body[position : end if end >= 0 else len(body)])
        if head is None:
            raise AwsError("IncompleteBody", "The request body is not in aws-chunked form")
        size, start = int(head[1], 16), (end if end >= 0 else len(body)) + 2
        pieces.append((body[start : start + size], (head[2] or b"").decode()))
        if size == 0:
            return _Pieces(tuple(pieces), tuple(_trailer(body[start:])))
        if body[start + size : start + size + 2] != b"\r\n":
            raise AwsError(*_BROKEN)
        position = start + size + 2


def _trailer(rest: bytes) -> Iterator[tuple[str, str]]:
    for line in rest.decode("latin-1").splitlines():
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def with_hoisted(request: WireRequest, signed: Signed | None) -> WireRequest:
    """Argument 3: a presigned request with the headers that stand in its query."""
    if signed is None or not signed.presigned or signed.version != _VERSION:
        return request
    own = {"x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders"}
    own |= {"x-amz-signature", "x-amz-security-token", "x-amz-content-sha256"}
    pairs = ((name.lower(), value) for name, value in request.query)
    found = {name: value for name, value in pairs if name.startswith("x-amz-") and name not in own}
    return replace(request, headers={**request.headers, **found}) if found else request


def check_headers(request: WireRequest, signed: Signed) -> None:
    """Argument 3: refuse a header of S3's that the signature does not cover; of a body's hash it may say nothing."""
    bare = [name for name in sorted(request.headers) if name.startswith("x-amz-") and name not in signed.headers]
    loose = [name for name in bare if not (signed.presigned and name == "x-amz-content-sha256")]
    if "host" not in signed.headers:
        loose.insert(0, "host")
    if loose:
        text = "There were headers present in the request which were not signed"
        raise AwsError("AccessDenied", text, HeadersNotSigned=", ".join(loose))
