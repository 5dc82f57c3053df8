"""What is peculiar to requests to S3 on the wire: pieces with signatures, trailing checksums, headers in the query."""

from __future__ import annotations

import base64
import hashlib
import hmac
import zlib
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError

from cogsim.errors import NotModelled
from cogsim.serve.boto import session
from cogsim.serve.wire.exchange import exchange
from cogsim.serve.wire.message import WireRequest
from cogsim.simulation import Simulation
from tests.unit.aws.s3.s3_door import ACCOUNT, ALL, ask, cloud

DATE, SCOPE = "20260101T000000Z", "20260101/us-east-1/s3/aws4_request"
NOTHING = hashlib.sha256(b"").hexdigest()
HOST = "data.s3.us-east-1.amazonaws.com"


@pytest.fixture
def at() -> Any:
    return cloud(ALL)


def key() -> bytes:
    made = b"AWS4secret"
    for part in SCOPE.split("/"):
        made = hmac.digest(made, part.encode(), "sha256")
    return made


def sign(text: str) -> str:
    return hmac.digest(key(), text.encode(), "sha256").hex()


def signed(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> WireRequest:
    """A request signed in its headers, all of which the signature covers."""
    sent = {"host": HOST, "x-amz-date": DATE, **headers}
    names = ";".join(sorted(sent))
    lines = "".join(f"{name}:{sent[name]}\n" for name in sorted(sent))
    canonical = f"{method}\n{path}\n\n{lines}\n{names}\n{sent['x-amz-content-sha256']}"
    text = f"AWS4-HMAC-SHA256\n{DATE}\n{SCOPE}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    bearer = f"AWS4-HMAC-SHA256 Credential=AKIABOB/{SCOPE}, SignedHeaders={names}, Signature={sign(text)}"
    return WireRequest(method, f"https://{HOST}{path}", {**sent, "authorization": bearer}, body)


def presigned(query: dict[str, str], headers: dict[str, str] | None = None, body: bytes = b"x") -> WireRequest:
    """A PUT of `k` by a presigned address, with `query` beside what presigns it."""
    own = {"X-Amz-Algorithm": "AWS4-HMAC-SHA256", "X-Amz-Credential": f"AKIABOB/{SCOPE}", "X-Amz-Date": DATE}
    own |= {"X-Amz-Expires": "60", "X-Amz-SignedHeaders": "host", **query}
    text = "&".join(f"{quote(name, safe='')}={quote(own[name], safe='')}" for name in sorted(own))
    canonical = f"PUT\n/k\n{text}\nhost:{HOST}\n\nhost\nUNSIGNED-PAYLOAD"
    made = sign(f"AWS4-HMAC-SHA256\n{DATE}\n{SCOPE}\n{hashlib.sha256(canonical.encode()).hexdigest()}")
    url = f"https://{HOST}/k?{text}&X-Amz-Signature={made}"
    return WireRequest("PUT", url, {"host": HOST, **(headers or {})}, body)


def in_pieces(*pieces: bytes, trailer: str = "") -> WireRequest:
    """A PUT of `k` in signed pieces, with a signed trailer where one is stated."""
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    headers = {"x-amz-content-sha256": kind, "content-encoding": "aws-chunked"}
    headers["x-amz-decoded-content-length"] = str(sum(map(len, pieces)))
    headers |= {"x-amz-trailer": trailer.partition(":")[0]} if trailer else {}
    request = signed("PUT", "/k", headers)
    before, body = request.headers["authorization"].rpartition("=")[2], b""
    for piece in (*pieces, b""):
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{DATE}\n{SCOPE}\n{before}\n{NOTHING}\n{hashlib.sha256(piece).hexdigest()}"
        before = sign(text)
        body += f"{len(piece):x};chunk-signature={before}\r\n".encode() + piece + (b"\r\n" if piece else b"")
    if trailer:
        digest = hashlib.sha256(f"{trailer}\n".encode()).hexdigest()
        made = sign(f"AWS4-HMAC-SHA256-TRAILER\n{DATE}\n{SCOPE}\n{before}\n{digest}")
        body += f"{trailer}\r\nx-amz-trailer-signature:{made}\r\n".encode()
    return replace(request, body=body + b"\r\n")


def sent(at: Any, request: WireRequest) -> str:
    """What is answered: the code of an error, or nothing."""
    answered = exchange(at, request, Simulation(at.world).origin)
    return answered.error.code if answered.error is not None else ""


def crc32(body: bytes) -> str:
    return "x-amz-checksum-crc32:" + base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()


def test_a_body_in_signed_pieces_becomes_one_object(at: Any) -> None:
    assert sent(at, in_pieces(b"first ", b"second")) == ""
    assert ask(at, "GetObject", Key="k").unwrap()["Body"] == b"first second"
    assert sent(at, in_pieces(b"one", trailer=crc32(b"one"))) == ""
    assert ask(at, "GetObject", Key="k").unwrap()["Body"] == b"one"
    assert sent(at, in_pieces()) == ""
    assert ask(at, "GetObject", Key="k").unwrap()["Body"] == b""


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda body: body.replace(b"first", b"worst"), "SignatureDoesNotMatch"),
        (lambda body: body[: body.index(b"\r\n6;") + 2] + body[body.index(b"\r\n0;") + 2 :], "IncompleteBody"),
        (lambda body: body[: body.index(b"\r\n0;") + 2] + b"0\r\n\r\n", "SignatureDoesNotMatch"),
        (lambda body: body[: len(body) // 2], "IncompleteBody"),
        (lambda body: b"", "IncompleteBody"),
        (lambda body: b"zz;chunk-signature=1\r\n" + body, "IncompleteBody"),
        (lambda body: b"ffffffffffffffff" + body[1:], "IncompleteBody"),
    ],
)
def test_pieces_that_were_tampered_with_are_refused(at: Any, change: Any, expected: str) -> None:
    request = in_pieces(b"first ", b"second")
    assert sent(at, replace(request, body=change(request.body))) == expected
    assert at.world.objects.get("data") is None


def test_a_checksum_that_follows_the_body_must_be_its_own(at: Any) -> None:
    assert sent(at, in_pieces(b"one", trailer=crc32(b"two"))) == "BadDigest"
    request = in_pieces(b"one", trailer=crc32(b"one"))
    other = request.body.replace(crc32(b"one").encode(), crc32(b"two").encode())
    assert sent(at, replace(request, body=other)) == "SignatureDoesNotMatch"
    open_body = {"x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER", "content-encoding": "aws-chunked"}
    named = {**open_body, "x-amz-trailer": "x-amz-checksum-crc32"}
    body = b"3\r\none\r\n0\r\n" + crc32(b"one").encode() + b"\r\n\r\n"
    assert sent(at, signed("PUT", "/k", named, body)) == ""
    assert sent(at, signed("PUT", "/k", named, body.replace(b"one", b"two"))) == "BadDigest"
    assert sent(at, signed("PUT", "/k", open_body, body)) == "MalformedTrailerError"


@pytest.mark.parametrize(
    ("member", "value", "expected"),
    [
        ("ContentMD5", base64.b64encode(hashlib.md5(b"x").digest()).decode(), None),
        ("ContentMD5", base64.b64encode(hashlib.md5(b"y").digest()).decode(), "BadDigest"),
        ("ContentMD5", "AAAA", "InvalidDigest"),
        ("ContentMD5", "ü", "InvalidDigest"),
        ("ChecksumCRC32", crc32(b"x").partition(":")[2], None),
        ("ChecksumCRC32", crc32(b"y").partition(":")[2], "BadDigest"),
        ("ChecksumSHA1", base64.b64encode(hashlib.sha1(b"x").digest()).decode(), None),
        ("ChecksumSHA256", base64.b64encode(hashlib.sha256(b"y").digest()).decode(), "BadDigest"),
        ("ChecksumSHA256", "AAAA", "InvalidRequest"),
    ],
)
def test_a_body_is_what_its_checksum_says(at: Any, member: str, value: str, expected: str | None) -> None:
    stated: Any = {member: value}
    error = ask(at, "PutObject", Key="k", Body="x", **stated).error
    assert (error.code if error else None) == expected
    upload = ask(at, "CreateMultipartUpload", Key="k").unwrap()["UploadId"]
    error = ask(at, "UploadPart", Key="k", UploadId=upload, PartNumber=1, Body="x", **stated).error
    assert (error.code if error else None) == expected


def test_headers_that_a_presigned_address_holds_are_the_requests_own(at: Any) -> None:
    assert sent(at, presigned({"x-amz-tagging": "owner=bob", "x-amz-meta-color": "red"})) == ""
    held = at.world.objects["data"]["k"]
    assert (dict(held.tags), dict(held.metadata)) == ({"owner": "bob"}, {"color": "red"})
    assert sent(at, presigned({"x-amz-acl": "public-read"})) == "AccessControlListNotSupported"


@pytest.mark.parametrize("name", ["x-amz-acl", "x-amz-tagging", "x-amz-meta-a", "x-amz-copy-source"])
def test_nobody_adds_a_header_to_a_presigned_address(at: Any, name: str) -> None:
    answered = exchange(at, presigned({}, {name: "a=b"}), Simulation(at.world).origin)
    assert answered.error is not None
    assert (answered.error.code, answered.error.members) == ("AccessDenied", {"HeadersNotSigned": name})
    assert sent(at, presigned({}, {"x-amz-content-sha256": "UNSIGNED-PAYLOAD", "content-type": "text/plain"})) == ""


@pytest.mark.parametrize(("sha", "expected"), [("UNSIGNED-PAYLOAD", "AccessDenied"), (NOTHING, "")])
def test_a_bucket_can_insist_on_signed_bodies(sha: str, expected: str) -> None:
    rule = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    rule["Condition"] = {"StringEquals": {"s3:x-amz-content-sha256": "UNSIGNED-PAYLOAD"}}  # type: ignore[assignment]
    at = cloud(ALL, rule)
    assert sent(at, signed("PUT", "/k", {"x-amz-content-sha256": sha})) == expected
    assert sent(at, presigned({})) == "AccessDenied"


def test_what_has_not_changed_is_answered_without_a_body(at: Any) -> None:
    sim = Simulation(at.world)
    client = session(sim, "bob").client("s3")
    etag = client.put_object(Bucket="data", Key="k", Body=b"x")["ETag"]
    with pytest.raises(ClientError) as caught:
        client.get_object(Bucket="data", Key="k", IfNoneMatch=etag)
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 304


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"Range": "bytes=9-"}, 416),
        ({"VersionId": "x" * 32}, 404),
        ({"VersionId": "x"}, 400),
        ({"IfMatch": '"no"'}, 412),
        ({"Key": "gone"}, 404),
    ],
)
def test_refusals_have_the_status_that_s3_gives_them(at: Any, asked: dict[str, str], status: int) -> None:
    sim = Simulation(at.world)
    client = session(sim, "bob").client("s3")
    client.put_object(Bucket="data", Key="k", Body=b"x")
    with pytest.raises(ClientError) as caught:
        client.get_object(**{"Bucket": "data", "Key": "k", **asked})
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == status


def test_what_an_account_blocks_is_set_through_a_client(at: Any) -> None:
    sim = Simulation(at.world)
    client = session(sim, "bob").client("s3control")
    client.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert sim.world.buckets["data"].public_access_block == {"RestrictPublicBuckets"}
    arn = "arn:aws:s3:::data"
    client.tag_resource(AccountId=ACCOUNT, ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}])
    assert client.list_tags_for_resource(AccountId=ACCOUNT, ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "b"}]
    client.untag_resource(AccountId=ACCOUNT, ResourceArn=arn, TagKeys=["a"])
    client.delete_public_access_block(AccountId=ACCOUNT)
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        client.get_public_access_block(AccountId=ACCOUNT)


@pytest.mark.parametrize(
    "bucket", ["arn:aws:s3:us-east-1:123456789012:accesspoint/mine", "mine-abcdefghijklmnopqrstuvwxyz0123456-s3alias"]
)
def test_an_access_point_is_said_not_to_be_modelled(at: Any, bucket: str) -> None:
    client = session(Simulation(at.world), "bob").client("s3")
    for request in (client.get_object, client.head_object, client.delete_object):
        with pytest.raises(NotModelled, match="access point"):
            request(Bucket=bucket, Key="k")
    with pytest.raises(NotModelled, match="access point"):
        client.list_objects_v2(Bucket=bucket)
