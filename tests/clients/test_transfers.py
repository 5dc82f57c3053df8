"""Files: boto3's transfer manager in parts and threads, and presigned addresses used by plain HTTP clients."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests
from boto3.s3.transfer import TransferConfig

from tests.clients.conftest import BUCKET, At

MEGABYTE = 1 << 20
IN_PARTS = TransferConfig(multipart_threshold=6 * MEGABYTE, multipart_chunksize=5 * MEGABYTE, max_concurrency=4)


def test_a_large_file_goes_up_in_parts_and_comes_down_whole(at: At, tmp_path: Path) -> None:
    body = bytes(range(256)) * (12 * MEGABYTE // 256) + b"the end"
    (tmp_path / "up").write_bytes(body)
    s3 = at.client("s3")
    s3.upload_file(str(tmp_path / "up"), BUCKET, "large", Config=IN_PARTS, ExtraArgs={"Metadata": {"owner": "alice"}})
    head = s3.head_object(Bucket=BUCKET, Key="large")
    assert (head["ContentLength"], head["Metadata"]) == (len(body), {"owner": "alice"})
    assert head["ETag"].endswith('-3"')
    s3.download_file(BUCKET, "large", str(tmp_path / "down"), Config=IN_PARTS)
    assert (tmp_path / "down").read_bytes() == body
    names = [record["eventName"] for record in at.own("trail")["Records"]]
    assert names.count("UploadPart") == 3
    assert (names.count("CreateMultipartUpload"), names.count("CompleteMultipartUpload")) == (1, 1)


@pytest.mark.parametrize("style", ["path", "virtual"])
def test_a_presigned_address_serves_whoever_has_it_for_what_it_was_signed(at: At, style: str) -> None:
    s3 = at.client("s3", s3={"addressing_style": style}, signature_version="s3v4")
    put = s3.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "a b/ü+&.txt"}, 300)
    get = s3.generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "a b/ü+&.txt"}, 300)
    assert requests.put(put, data="text").status_code == 200
    assert requests.get(get).content == b"text"
    assert requests.put(get, data="other").status_code == 403
    assert "SignatureDoesNotMatch" in requests.get(get.replace("a%20b", "c")).text
    assert "AccessDenied" in requests.get(get.partition("?")[0]).text
    at.own("clock", "POST", {"advance": "301s"})
    late = requests.get(get)
    assert (late.status_code, "Request has expired" in late.text) == (403, True)


def test_an_address_presigned_as_sdks_do_by_default_serves_too(at: At) -> None:
    """In the oldest Regions that is Signature Version 2, which covers the type of what is sent."""
    s3 = at.client("s3")
    put = s3.generate_presigned_url(
        "put_object", {"Bucket": BUCKET, "Key": "a b/ü+&.txt", "ContentType": "text/plain", "Metadata": {"by": "bob"}}
    )
    assert "AWSAccessKeyId=" in put
    assert requests.put(put, data="text", headers={"content-type": "text/html"}).status_code == 403
    sent = {"content-type": "text/plain", "x-amz-meta-by": "bob"}
    assert requests.put(put, data="text", headers=sent).status_code == 200
    get = s3.generate_presigned_url(
        "get_object", {"Bucket": BUCKET, "Key": "a b/ü+&.txt", "ResponseContentType": "text/csv; charset=utf-8"}
    )
    answer = requests.get(get)
    assert (answer.text, answer.headers["content-type"]) == ("text", "text/csv; charset=utf-8")
    assert requests.get(get.replace("csv", "html")).status_code == 403
    keys = at.client("sts").get_session_token()["Credentials"]
    temporary = at.client("s3", keys).generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "a b/ü+&.txt"})
    assert requests.get(temporary).text == "text"
    assert requests.get(temporary.replace("x-amz-security-token=", "x-amz-security-token=x")).status_code in (400, 403)


def test_a_presigned_call_of_sts_proves_who_signed_it(at: At) -> None:
    """How clusters and vaults take proof of an AWS identity: an address that somebody else opens."""
    url = at.client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    answer = requests.get(url)
    assert "<Arn>arn:aws:iam::123456789012:user/admin</Arn>" in answer.text
    forged = requests.get(url.replace("X-Amz-Signature=", "X-Amz-Signature=0"))
    assert (forged.status_code, "SignatureDoesNotMatch" in forged.text) == (403, True)
